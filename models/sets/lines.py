"""Lines and their sites: what stands where, who owns it, what running it costs, what capacity exists when."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.by_period import each_view, find_greatest, hold, period_views
from planner_models.instance import Instance
from planner_models.sets.productivity import tabulate_productivity
from planner_models.sets.timeline import Timeline

HOURS_AND_ENERGY = 1e6
"""Wages and energy prices are in currency, money is in millions of it."""

COSTS = [
    *("fixed_cost", "unit_cost", "labour", "skilled", "energy", "other", "royalty", "given"),
    *("recovery", "conversion", "running"),
]
"""Columns of the line table that may differ from period to period."""


def site_table(instance: Instance, refused: set[tuple[str, ...]], time: Timeline) -> pd.DataFrame:
    """One row per site that the plan can use, indexed by site.

    Adds `home` (bool), `candidate` (bool), `held_until` (position of the last period in which a line that may not be
    retired has capacity there, before the end of which the site cannot close; -1 where none has) and `variable` (bool:
    the plan decides whether it is open). Candidate sites of outside firms are left out: only
    home firms open sites. Closing an existing site can pay only where the site itself has a yearly cost; it is decided
    as well where a lock has `refused` the site, which may be in vain: then no plan meets the lock.
    """
    firms = instance["firms"].set_index("firm")
    sites = instance["sites"].set_index("site")
    lines = instance["lines"]
    sites["home"] = firms["home"].reindex(sites["firm"]).to_numpy() == "yes"
    sites["candidate"] = sites["status"] == "candidate"
    windows = site_windows(sites, time)
    held = _find_held_until(instance, windows, time)
    sites["held_until"] = [held.get(site, -1) for site in sites.index]
    ends = pd.Series({site: time.position[window[-1]] if window else -1 for site, window in windows.items()})
    closable = sites["held_until"] < ends.reindex(sites.index)
    greatest = find_greatest(instance, "sites", "fixed_cost").set_axis(sites.index)
    costly = (greatest > 0) | sites.index.isin([site for (site,) in refused])
    sites["variable"] = sites["home"] & (sites["candidate"] | (closable & costly))
    first_line = lines.drop_duplicates("site").set_index("site")["process"]
    tiers = instance["processes"].set_index("process")["tier"]
    sites["tier"] = first_line.map(tiers).reindex(sites.index).astype(object).fillna("upstream")
    return sites[sites["home"] | ~sites["candidate"]]


def _find_held_until(instance: Instance, windows: dict[str, tuple[str, ...]], time: Timeline) -> dict[str, int]:
    """By site: position of the last period in which existing capacity there may not be retired."""
    lines = instance["lines"]
    fixed = lines[lines["retirable"] == "no"].set_index(["site", "process"])
    held: dict[str, int] = {}
    for site, _, period in tabulate_existing_capacity(instance, period_views(instance), fixed, windows, time):
        held[site] = max(time.position[period], held.get(site, -1))
    return held


def line_table(instance: Instance, sites: pd.DataFrame) -> pd.DataFrame:
    """One row per line at a usable site, indexed by (site, process).

    Adds the site's `region`, `firm`, `home`, `candidate`, `variable`; the process's `tier`; and the cost of one unit of
    activity in money/activity, split over `labour`, `skilled`, `energy`, `other`, `royalty` and `given` (the
    `unit_cost` of the line, which replaces the others). The price of an outside line also holds `recovery`: its
    fixed cost spread over its capacity, since its owner must earn it. `running` is the sum; `conversion` leaves out
    royalty and recovery: what experience and agglomeration can save on. Sheet productivity multiplies hours and energy
    and, as `output`, what a unit of capacity makes; `energy_factor` is what it multiplies energy by.
    """
    lines = instance["lines"][instance["lines"]["site"].isin(sites.index)].set_index(["site", "process"])
    place = sites.reindex(lines.index.get_level_values("site"))
    for column in ("region", "firm", "home", "candidate", "variable"):
        lines[column] = place[column].to_numpy()
    process = instance["processes"].set_index("process").reindex(lines.index.get_level_values("process"))
    region = instance["regions"].set_index("region").reindex(lines["region"])
    lines["tier"] = process["tier"].to_numpy()
    endowed = lines["unit_cost"].isna().to_numpy()
    factors = tabulate_productivity(instance).reindex(lines.index)
    lines["output"], lines["energy_factor"] = factors["output"], factors["energy"]
    for name, price in (("labour", "wage"), ("skilled", "skilled_wage"), ("energy", "energy_price")):
        needed = process[name].to_numpy() * factors[name].to_numpy()
        cost = needed * region[price].to_numpy() / HOURS_AND_ENERGY
        lines[name] = np.where(endowed, cost, 0.0)
    lines["other"] = np.where(endowed, process["other_cost"].to_numpy(), 0.0)
    lines["royalty"] = np.where(endowed, process["royalty"].to_numpy(), 0.0)
    lines["given"] = lines["unit_cost"].fillna(0.0)
    owed = lines["fixed_cost"] / (lines["capacity"] * lines["output"]).where(lines["capacity"] > 0)
    lines["recovery"] = np.where(lines["home"], 0.0, owed.fillna(0.0))
    lines["conversion"] = lines[["labour", "skilled", "energy", "other", "given"]].sum(axis=1)
    lines["running"] = lines[["conversion", "royalty", "recovery"]].sum(axis=1)
    return lines


def price_lines(instance: Instance, views: Mapping[str, Instance], sites: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The lines with what they cost in each period.

    What exists of an outside line in the sheet bears its fixed cost, whatever by_period says of its capacity: like
    line_capacity, that changes no price.

    Parameters
    ----------
    instance
        The instance.
    views
        By period: the instance that holds in it.
    sites
        As `site_table` gives them.

    Returns
    -------
    dict of str to pandas.DataFrame
        By period, as `line_table` gives them.
    """
    found: dict[str, pd.DataFrame] = {}
    for view, periods in each_view(views):
        found |= dict.fromkeys(periods, line_table(hold(view, instance, "lines", "capacity"), sites))
    return found


def site_windows(sites: pd.DataFrame, time: Timeline) -> dict[str, tuple[str, ...]]:
    """The periods in which each site may be open."""
    return {
        site: time.window(first, last)
        for site, first, last in zip(sites.index, sites["first_period"], sites["last_period"], strict=True)
    }


def tabulate_existing_capacity(
    instance: Instance,
    views: Mapping[str, Instance],
    lines: pd.DataFrame,
    windows: dict[str, tuple[str, ...]],
    time: Timeline,
) -> dict[tuple[str, str, str], float]:
    """Existing capacity by (site, process, period) in activity/year, where it is above zero.

    It is what lines, as by_period has them, and line_capacity state, times the `output` of the line.
    """
    output = tabulate_productivity(instance)["output"].to_dict()
    changes: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in frames.cells(instance["line_capacity"]):
        changes.setdefault((row.site, row.process), []).append((time.position[row.period], row.capacity))
    stated: dict[str, dict[tuple[str, str], float]] = {}
    for view, periods in each_view(views):
        stated |= dict.fromkeys(periods, frames.entries(view["lines"].set_index(["site", "process"])["capacity"]))
    capacity = {}
    for line, last in zip(lines.index, lines["last_period"], strict=True):
        steps = sorted(changes.get(line, []))
        running = set(time.window(None, last)) & set(windows[line[0]])
        for period in time.periods:
            if period in running:
                level = [value for start, value in steps if start <= time.position[period]]
                capacity[(*line, period)] = (level[-1] if level else stated[period][line]) * output[line]
    return {key: value for key, value in capacity.items() if value > 0}
