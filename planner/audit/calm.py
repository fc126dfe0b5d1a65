"""Calm: the least that the months of a snapshot could cost if nothing were hit, its flows as free as in the snapshot.

The impact of a scenario is its loss beyond that. It is the one figure of a result that needs an optimum: a linear
programme is put together here from the sheets and the instance alone, and its optimum is proved by a bound from its
shadow prices that needs no trust in the solver.
"""

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from planner.audit import Finding, same
from planner.audit import snapshots as course
from planner.audit.balance import tabulate_disposal
from planner.audit.case import LINE, AuditedPlan, cache_table, sum_by_key
from planner.audit.demand import tabulate_service
from planner.audit.disruption_factors import ARC
from planner.audit.disturbances import sum_opening_stock, usable
from planner.audit.flow_programme import NEAR, FlowProgramme
from planner.audit.hubs import Passage, list_passages
from planner.audit.lanes import LANE, openings, price_flows
from planner.audit.losses import MISSED_PER_VALUE, by_scenario
from planner.audit.offers import reach
from planner.audit.production import price_production
from planner.audit.projects import is_ready
from planner_models import frames

Pool = tuple[str, str]
"""Region and item."""

_MONTHS = 12.0
_SUMMING = 1e-12
"""Share of all that a plan pays that summing it up may be off."""


@dataclass(frozen=True)
class Window:
    """A period of a case for some months, in which the pools `apart` stay as they are."""

    case: AuditedPlan
    period: str
    months: float
    apart: frozenset[Pool]
    lanes_inside: frozenset[Pool]

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """Rows of the period."""
        return frames.rows(table[table["period"] == self.period])

    def side(self, place: Pool, use: bool) -> tuple[str, Pool]:
        """The balance of a pool; where a lane leads from the region to itself, and at hubs, use is on the far side."""
        apart = place in self.lanes_inside or place in list_passages(self.case, self.period)
        return ("delivered" if use and apart else "supply", place)


def build_programme(window: Window, arcs: pd.DataFrame) -> FlowProgramme:
    """The programme of a window over these arcs; see `_arcs`."""
    found = FlowProgramme()
    _ship(window, arcs, found)
    _make(window, found)
    _sell(window, found)
    _keep(window, found)
    _deploy(window, found)
    _take_back(window, found)
    _limit_hubs(window, found)
    items = window.case.instance["items"].set_index("item")[["disposable", "disposal_cost"]]
    thrown = {(row["region"], row["item"]): row["disposed"] for row in window.rows(tabulate_disposal(window.case))}
    for row in [row for row in found.sums if row[0] in ("supply", "delivered")]:
        if row[0] == "delivered":
            _pass(window, found, row[1])
        elif items.at[row[1][1], "disposable"] == "yes":
            each = frames.cell(items, row[1][1], "disposal_cost")
            found.add(each, inf, thrown.get(row[1], 0.0), [(row, -1.0)])
    return found


def _pass(window: Window, found: FlowProgramme, place: Pool) -> None:
    """What has arrived may be shipped on; at a hub within its capacity, and what is made there may stay."""
    supply, delivered = ("supply", place), ("delivered", place)
    passage = list_passages(window.case, window.period).get(place, Passage(0.0, inf, 0.0, None))
    parts = [(delivered, -1.0), (supply, 1.0), *([(("hub", passage.shared), 1.0)] if passage.shared else [])]
    found.add(passage.cost, passage.most, passage.base, parts)
    if place not in window.lanes_inside:
        found.add(0.0, inf, 0.0, [(supply, -1.0), (delivered, 1.0)])


def _limit_hubs(window: Window, found: FlowProgramme) -> None:
    """The capacity of hubs of all items, less what the pools apart pass on."""
    hubs = window.case.at(window.period).instance["hubs"]
    for hub in frames.rows(hubs[(hubs["item"] == "*") & hubs["capacity"].notna()]):
        key = (hub["region"], "*")
        passages = list_passages(window.case, window.period)
        apart = sum(one.base for place, one in passages.items() if one.shared == key and place in window.apart)
        found.limits["hub", key] = (-inf, max(hub["capacity"] - apart, 0.0))


def _ship(window: Window, arcs: pd.DataFrame, found: FlowProgramme) -> None:
    base = sum_by_key(window.case["flows"].loc[lambda rows: rows["period"] == window.period], ARC, "shipped").to_dict()
    lanes = window.case.at(window.period).instance["lanes"]
    lanes = lanes[(lanes["item"] == "*") & lanes["capacity"].notna()]
    shared = dict(zip(zip(*(lanes[name] for name in LANE), strict=True), lanes["capacity"], strict=True))
    left = dict(shared)
    for arc in frames.rows(arcs):
        lane, now = tuple(arc[name] for name in LANE), base.get(tuple(arc[name] for name in ARC), 0.0)
        start, end = (arc["origin"], arc["item"]), (arc["destination"], arc["item"])
        if start in window.apart or end in window.apart:
            left[lane] = left.get(lane, inf) - now
            continue
        own = arc["capacity"] if arc["priced_by"] != "*" and arc["capacity"] == arc["capacity"] else inf
        parts = [(window.side(start, use=False), -1.0), (window.side(end, use=True), 1.0)]
        if lane in shared:
            parts.append((("shared", lane), 1.0))
        each = arc["transport"] + arc["transit"] + arc["due"] + arc["border"]
        found.add(each, own if arc["open"] else 0.0, now, parts)
    found.limits |= {("shared", lane): (-inf, left[lane]) for lane in shared}


def _make(window: Window, found: FlowProgramme) -> None:
    case = window.case
    own = case.lines[case.lines["home"] == "yes"].reset_index()[LINE].assign(mode="own")
    reached = reach(case)
    reached = reached[(reached["period"] == window.period) & reached["usable"]]
    draws = pd.concat([own, reached[[*LINE, "mode"]]]).assign(period=window.period, scenario="base", made=1.0)
    rows = price_production(case, draws.reset_index(drop=True))
    ready = rows["requires"].isna() | is_ready(case, rows["requires"], rows["period"])
    each = rows[["cost", "margin", "transaction", "carbon"]].sum(axis=1)
    rows = rows.assign(most=usable(case, rows).where(ready, 0.0), each=each)
    flow = [*LINE, "mode", "period"]
    made = sum_by_key(case["production"], flow, "made").reindex(pd.MultiIndex.from_frame(rows[flow]), fill_value=0.0)
    each_recipe = frames.groups(case.at(window.period).instance["recipes"], "process")
    recipes = {process: rows[["item", "quantity"]].to_numpy() for process, rows in each_recipe}
    for row in frames.rows(rows.assign(now=made.to_numpy())):
        recipe = [((row["region"], item), quantity) for item, quantity in recipes.get(row["process"], ())]
        if not any(place in window.apart for place, _ in recipe):
            parts = [(window.side(place, use=quantity < 0), quantity) for place, quantity in recipe]
            found.add(row["each"], max(row["most"], 0.0), row["now"], parts)


def _sell(window: Window, found: FlowProgramme) -> None:
    case = window.case
    profit = case.instance.settings["objective"] == "profit"
    items = case.instance["items"].set_index("item")
    rows = tabulate_service(case)
    requires = rows["item"].map(items["requires"])
    rows = rows.assign(ready=requires.isna() | is_ready(case, requires, rows["period"]))
    for row in window.rows(rows):
        place = (row["region"], row["item"])
        if place in window.apart:
            continue
        fine = (
            row["fine"] if row["fine"] == row["fine"] else MISSED_PER_VALUE * frames.cell(items, row["item"], "value")
        )
        wanted = row["sold"] if profit else row["wanted"]
        market = ("market", (*place, row["step"]))
        found.limits[market] = (wanted, wanted)
        found.add(-row["worth"] if profit else 0.0, wanted if row["ready"] else 0.0, row["sold"],
                  [(window.side(place, use=True), -1.0), (market, 1.0)])  # fmt: skip
        found.add(0.0 if profit else fine, inf, wanted - row["sold"], [(market, 1.0)])


def _keep(window: Window, found: FlowProgramme) -> None:
    """Filling and releasing are free: a unit counts with its value both ways, what is stored beyond the base nothing.

    What may be released is what there is when the window opens: see `disturbances.sum_opening_stock`.
    """
    value = window.case.instance["items"].set_index("item")["value"]
    held = {(row["region"], row["item"]): row for row in window.rows(window.case["stocks"])}
    there = sum_opening_stock(window.case).to_dict()
    for place in map(tuple, window.case.instance["stocks"][["region", "item"]].to_numpy()):
        if place not in window.apart:
            base, row = held.get(place, {"added": 0.0, "released": 0.0}), window.side(place, use=True)
            each, most = float(value[place[1]]), there[*place, window.period] * _MONTHS / window.months
            found.add(each, most, base["released"], [(row, 1.0)])
            found.add(-each, base["added"], base["added"], [(row, -1.0)])
            found.add(0.0, inf, 0.0, [(row, -1.0)])


def _deploy(window: Window, found: FlowProgramme) -> None:
    value = window.case.instance["items"].set_index("item")["value"]
    for row in window.rows(window.case["deployments"]):
        place = (row["region"], row["item"])
        if place not in window.apart:
            late = MISSED_PER_VALUE * value[row["item"]]
            found.add(-late, row["deployed"], row["deployed"], [(window.side(place, use=True), -1.0)])


def _take_back(window: Window, found: FlowProgramme) -> None:
    """What comes back after use is taken back as far as it is wanted; what must be, as in the base."""
    items = window.case.instance["items"].set_index("item")["disposable"]
    for row in window.rows(window.case["returns"]):
        place = (row["region"], row["item"])
        if items[row["item"]] == "yes":
            found.limits["supply", place] = (-row["collected"], -row["collected"])
        elif place not in window.apart:
            found.add(0.0, row["returned"], row["collected"], [(window.side(place, use=False), 1.0)])


@cache_table
def _arcs(case: AuditedPlan, period: str, perhaps: bool) -> pd.DataFrame:
    """What can move in a period: the columns of `freighted` and `open`, that its lane has been opened by then.

    Whether a lane that nothing has used was opened is known by region and tier alone, by what was paid: `perhaps` takes
    all such lanes as open where more was paid than those in use cost.
    """
    lanes = case.instance["lanes"][[*LANE, "item"]]
    items = case.instance["items"][["item"]]
    general = lanes[lanes["item"] == "*"].drop(columns="item").merge(items, how="cross")
    keys = pd.concat([lanes[lanes["item"] != "*"], general]).drop_duplicates(ARC, ignore_index=True)
    rows = price_flows(case, keys[ARC].assign(period=period, cost=0.0))
    first = openings(case).set_index([*LANE, "opened_as"])["place"]
    used = first.reindex(pd.MultiIndex.from_frame(rows[[*LANE, "opened_as"]])) <= case.periods.at[period, "place"]
    is_open = used.to_numpy() | ~(rows["opening_cost"] > 0)
    if perhaps:
        is_open |= pd.MultiIndex.from_frame(rows[[*LANE, "opened_as"]]).isin(_find_paid_lanes(case, period))
    return rows.assign(open=is_open)[~rows["banned"].astype(bool)]


@cache_table
def _find_paid_lanes(case: AuditedPlan, period: str) -> pd.MultiIndex:
    """The lanes that may have been opened without use by a period: LANE and opened_as."""
    now, label = case.periods.at[period, "place"], ["tier", "region"]
    costs = case["costs"]
    costs = costs[(costs["line"] == "lane opening") & (case.places(costs["period"], 0) <= now)]
    lanes = openings(case)
    due = sum_by_key(lanes[lanes["place"] <= now], label, "opening_cost")
    more = sum_by_key(costs, label, "amount").sub(due, fill_value=0.0)
    spare = pd.MultiIndex.from_frame(lanes[label]).isin(more[more > NEAR * more.abs().clip(lower=1.0)].index)
    return pd.MultiIndex.from_frame(lanes.loc[spare, [*LANE, "opened_as"]])


@cache_table
def _compute_saving(
    case: AuditedPlan, period: str, months: float, apart: frozenset[Pool], perhaps: bool
) -> tuple[float, float, float]:
    """What calm saves beside the base in a year of such months, what it saves at most by the bound, and the size."""
    arcs = _arcs(case, period, perhaps)
    inside = arcs[arcs["origin"] == arcs["destination"]]
    inner = frozenset(zip(inside["origin"], inside["item"], strict=True))
    found = build_programme(Window(case, period, months, apart, inner), arcs)
    optimum, bound = found.best()
    base, size = found.cost_of_base()
    return base - optimum, base - bound, size


def _busy(case: AuditedPlan, period: str) -> set[Pool]:
    """The pools in which anything happens in the base."""
    pools: set[Pool] = set()
    made = case["production"].merge(case.recipes, on=["process", "period"])
    flows = case["flows"]
    tables = [made.assign(region=made["site"].map(case.sites["region"]))]
    tables += [flows.rename(columns={end: "region"}) for end in ("origin", "destination")]
    for table in [*tables, *(case[sheet] for sheet in ("demand", "stocks", "deployments", "returns"))]:
        rows = table[table["period"] == period]
        pools |= set(zip(rows["region"], rows["item"], strict=True))
    return pools


@cache_table
def impacts(case: AuditedPlan) -> pd.DataFrame:
    """By scenario, in money: `impact`, `most` where lanes may have been opened without use, `size` and `gap`.

    `size` is what the impact is a small difference of, `gap` how far the bound lies from the optimum.
    """
    touched = course.list_affected_pools(case)
    sums = by_scenario(case)[["loss", "size"]].rename(columns={"loss": "impact"})
    sums = sums.assign(most=sums["impact"], gap=0.0)[["impact", "most", "size", "gap"]]
    for scenario, period, months in course.snapshots(case).itertuples(index=False, name=None):
        mine = touched[(touched["scenario"] == scenario) & (touched["period"] == period)]
        apart = frozenset(_busy(case, period) - set(zip(mine["region"], mine["item"], strict=True)))
        saved, proved, size = _compute_saving(case, period, months, apart, perhaps=False)
        most = (
            _compute_saving(case, period, months, apart, perhaps=True)[0]
            if len(_find_paid_lanes(case, period))
            else saved
        )
        weight = months / _MONTHS * case.periods.at[period, "annual"] / case.periods.at[period, "years"]
        sums.loc[scenario] += weight * np.array([saved, most, size, proved - saved])
    paid = float(case["costs"]["discounted"].abs().sum())
    rounding = sums["gap"].abs() <= _SUMMING * paid  # where nothing moves, all that the programme costs is rounding
    return sums.assign(gap=sums["gap"].where(~rounding, 0.0))


def audit(case: AuditedPlan) -> list[Finding]:
    """The impact of scenarios; nothing where the sheet does not state it."""
    if not case.speaks_of("scenarios") or not case.claims("scenarios", "impact"):
        return []
    stated, rows = case["scenarios"].set_index("scenario")["impact"], impacts(case)
    nearest = stated.clip(lower=rows["impact"].reindex(stated.index), upper=rows["most"].reindex(stated.index))
    return [
        same("impact of scenarios", stated, nearest.reindex(rows.index).fillna(rows["impact"]), rows["size"]),
        same("least cost of calm months is proved", rows["impact"] + rows["gap"], rows["impact"], rows["size"]),
    ]
