"""Reach: what is demanded can be made or brought, and every line can get its inputs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.checks.bounds import greatest_capacity
from planner.checks.places import lines_at_sites, place_of, positions
from planner.checks.readiness import NEVER, find_ready_positions
from planner.checks.supply import SUPPLY_SHEETS, Supply, find_returned, supply
from planner.issues import Issue
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_REACHING = ("access", "joint_development", "alliances", "returns")
"""Switches that, when off, leave less within reach."""


def with_all_in_reach(instance: Instance) -> Instance:
    """The instance as it would be with every mechanism on that brings something within reach.

    What only a switch keeps away is no fault of the workbook: it is what measuring the mechanism's worth asks for.
    """
    off = [switch for switch in _REACHING if instance.settings[switch] == "off"]
    return instance.with_settings(**dict.fromkeys(off, "on")) if off else instance


def must_be_served(instance: Instance) -> pd.Series:
    """Which rows of `demand` cannot be left unserved: objective cost, and nothing says what a missing unit costs."""
    demand, settings = instance["demand"], instance.settings
    free = demand["penalty"].isna() & demand["price"].isna() & (demand["volume"] > 0)
    return free & (settings["objective"] == "cost" and settings["shortage_penalty"] is None)


@needs(*SUPPLY_SHEETS, "demand")
def demand_can_be_met(reading: "Reading") -> Iterator[Issue]:
    """Every demanded item can be made in or brought to its market, in every period in which it is demanded.

    An error where it never can and no penalty is stated, or where it must be served; a warning where its rows state the
    penalty, or where only a ban, the time of building or of development, or a switch is in the way.
    """
    instance = reading.instance
    now = supply(instance).by_period()[0] & _sellable(instance)
    instance = with_all_in_reach(instance)
    chain = supply(instance)
    ever = chain.ever()[0] & _sellable(instance).any(axis=0)
    demand = instance["demand"].assign(must=must_be_served(instance))
    demand = demand[demand["volume"] > 0]
    at = _market_places(instance, demand)
    demand = demand.assign(ever=ever[at[1:]], now=now[at])
    for (region, item), market in demand[~demand["now"]].groupby(["region", "item"], sort=False):
        row = market.index[0]
        if not market["ever"].all():
            priced = market["penalty"].notna().all()
            message = _never(instance, chain, str(region), str(item))
            message += "; until then its penalty is paid" if priced else ""
            yield (report_warning if priced else report_error)(reading, "demand", row, "item", message)
            continue
        when = join_names(list(dict.fromkeys(market["period"])))
        cause = _cause(reading.instance, _market_places(instance, market))
        message = f"`{item}` cannot reach `{region}` in {when}: {cause}"
        must = market["must"].any()
        yield (report_error if must else report_warning)(reading, "demand", row, "item", message)


@needs(*SUPPLY_SHEETS)
def switches_keep_reach(reading: "Reading") -> Iterator[Issue]:
    """Once per switch: what can run or be sold only through what the switch, being off, takes away."""
    instance = reading.instance
    for switch in (name for name in _REACHING if instance.settings[name] == "off"):
        before = instance.with_settings(**{switch: "on"})
        runs, ran = (supply(case).ever()[1] for case in (instance, before))
        lost = [f"`{line.process}` at `{line.site}`" for line in instance["lines"][ran & ~runs].itertuples()]
        sold, was_sold = (np.asarray(_sellable(case).any(axis=(0, 1))) for case in (instance, before))
        lost += [f"sales of `{item}`" for item in instance["items"]["item"][was_sold & ~sold]]
        if lost:
            message = f"{switch} is off in settings, and these are not available without it: {join_names(lost)}"
            yield Issue("info", "settings", reading.setting_cell(switch), message)


def _cause(instance: Instance, at: tuple[np.ndarray, np.ndarray, np.ndarray]) -> str:
    """What keeps an item from markets that it could reach at some time, and what to write: found by taking it away."""
    everything = with_all_in_reach(instance)
    off = join_names([switch for switch in _REACHING if instance.settings[switch] == "off"])
    for given, free, cause in (
        (everything, False, f"{off} is off; write on (settings), or start demand later"),
        (instance, True, "a ban closes the route; lift it (duties), or start demand later"),
        (everything, True, f"a ban closes the route and {off} is off; lift the ban (duties) and write on (settings)"),
    ):
        chain = lift_bans(supply(given)) if free else supply(given)
        if (chain.by_period()[0] & _sellable(given))[at].all():
            return cause
    return (
        "nothing is ready by then; allow an earlier start or a shorter lead time (options, access, projects), or start "
        "later"
    )


def lift_bans(chain: Supply) -> Supply:
    """The supply if nothing were banned."""
    return replace(chain, lanes=np.ones_like(chain.lanes), gates=np.ones_like(chain.gates))


def _sellable(instance: Instance) -> np.ndarray:
    """Which items can be sold as far as the projects they require go (periods x 1 x items)."""
    periods = np.arange(len(instance["periods"]))
    return periods[:, None, None] >= find_ready_positions(instance, "items")[None, None, :]


def _market_places(instance: Instance, demand: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of period, region and item of each row of demand."""
    keys = (("periods", "period"), ("regions", "region"), ("items", "item"))
    period, region, item = (place_of(demand[key], positions(instance, sheet, key), -1) for sheet, key in keys)
    return period, region, item


def _never(instance: Instance, chain: Supply, region: str, item: str) -> str:
    """Why nothing can ever bring `item` to `region`, and what to write."""
    recipes, lines = instance["recipes"], instance["lines"]
    makers = recipes.loc[(recipes["item"] == item) & (recipes["quantity"] > 0), "process"]
    place = positions(instance, "items", "item")[item]
    project = instance["items"]["requires"].iloc[place]
    if find_ready_positions(instance, "items")[place] == NEVER:
        return f"`{item}` requires project `{project}`, which no option can finish within the horizon (projects)"
    if makers.empty and not find_returned(instance)[:, :, place].any():
        return f"nothing makes `{item}`: no recipe has a positive quantity of it; add one (recipes) and a line (lines)"
    if len(makers) and not lines["process"].isin(makers).any():
        names = join_names([f"`{name}`" for name in makers])
        return f"nothing makes `{item}`: {names} has no line; add one in sheet lines"
    if not chain.ever()[0][:, place].any():
        if chain.ever(every_line_runs=True)[0][:, place].any():
            return f"nothing can make `{item}` for `{region}`: the lines that make it cannot get their inputs"
        made_by = lines["process"].isin(makers).to_numpy()
        if greatest_capacity(instance)[made_by].any():
            return f"nothing can make `{item}`: {_explain_unused(instance, set(lines.loc[made_by, 'process']))}"
        return f"nothing can make `{item}`: its lines have neither capacity (lines) nor anything to build (options)"
    return f"`{item}` is made, but not in `{region}`, and no lane leads there; add a lane (lanes) or a line (lines)"


def _explain_unused(instance: Instance, processes: set[str]) -> str:
    """Why no line of `processes` can be used although there is capacity."""
    table = instance["processes"]
    never = table[table["process"].isin(processes) & (find_ready_positions(instance, "processes") == NEVER)]
    if len(never):
        project = never["requires"].iloc[0]
        return f"`{never['process'].iloc[0]}` requires project `{project}`, which can be ready in no period (projects)"
    return (
        "the lines that make it belong to outside firms, and no offer (access) gives access to them within the horizon"
    )


@needs(*SUPPLY_SHEETS)
def inputs_can_reach_lines(reading: "Reading") -> Iterator[Issue]:
    """Every line with capacity can get its inputs. Only the first cause is named, not every line downstream of it.

    An error where the process can run nowhere, or where the line must (its min_load, and it cannot be retired); a
    warning where another line of it can, or where a ban is in the way.
    """
    instance = with_all_in_reach(reading.instance)
    chain = supply(instance)
    had, runs = chain.ever()
    if_all_ran = chain.ever(every_line_runs=True)[0]
    lines = lines_at_sites(instance)
    lines["possible"], lines["runs"] = np.any(chain.running, axis=0), runs
    lines["runs_now"] = np.any(chain.by_period()[1], axis=0)
    blocked = (lines["possible"] & ~lines["runs"]).to_numpy()
    lacking = _list_missing_inputs(instance, chain, if_all_ran, blocked) or _list_missing_inputs(
        instance, chain, had, blocked
    )
    for line, items in lacking.items():
        row, entry = int(lines.index[line]), lines.iloc[line]
        process, region = str(entry["process"]), str(entry["region"])
        names = join_names([f"`{item}`" for item in items])
        message = (
            f"`{process}` at `{entry['site']}` cannot run: {names} can be neither made in nor brought to "
            f"`{region}`; add a lane to `{region}` (lanes) or a line that makes it (lines)"
        )
        elsewhere = lines.loc[lines["process"] == process, "runs"].any()
        must = entry["home"] == "yes" and entry["retirable"] == "no" and entry["min_load"] > 0
        yield (report_warning if elsewhere and not must else report_error)(reading, "lines", row, "process", message)
    kept_away = lines["runs"] & ~lines["runs_now"]
    if kept_away.any():
        lines["runs_unbanned"] = np.any(lift_bans(chain).by_period()[1], axis=0)
    for row, never in rows(lines[kept_away]):
        banned = "bans block its inputs; lift one (duties)"
        late = (
            "its inputs are ready too late; allow an earlier start or a shorter lead time (options, access, projects)"
        )
        message = (
            f"`{never['process']}` at `{never['site']}` can run in no period: "
            f"{banned if never['runs_unbanned'] else late}"
        )
        yield report_warning(reading, "lines", row, "process", message)


def _list_missing_inputs(
    instance: Instance, chain: Supply, had: np.ndarray, blocked: np.ndarray
) -> dict[int, list[str]]:
    """The inputs that each blocked line cannot have."""
    names = instance["items"]["item"].to_numpy()
    lacking: dict[int, list[str]] = {}
    for line, item in zip(*chain.network.uses, strict=True):
        if blocked[line] and not had[chain.network.line_region[line], item]:
            lacking.setdefault(int(line), []).append(names[item])
    return lacking
