"""Hubs: what each place passes on of what has arrived, within its capacity, while it is open, and its cost."""

from dataclasses import dataclass
from math import inf

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit import snapshots as course
from planner.audit.balance import INCOMING, OUTGOING, disposable, tally_base
from planner.audit.case import AuditedPlan, cache_table, sum_by_key
from planner.audit.disturbances import tally_snapshots
from planner.audit.lanes import USED
from planner_models import frames
from planner_models.schema import TIERS

HUB = ["region", "item"]
_KEY = [*HUB, "period"]
_FACTS = ["capacity", "handling_cost"]
LINES = ("handling", "hub fixed cost", "hub opening")
"""Cost lines of hubs: by unit passed on, by year open, and once."""


@cache_table
def tabulate_passed(case: AuditedPlan) -> pd.DataFrame:
    """What places with a hub pass on in the base: item, region, period, hub (item cell), passed, capacity, ..."""
    return sum_passed(case, tally_base(case))


@cache_table
def tabulate_passed_in_snapshots(case: AuditedPlan) -> pd.DataFrame:
    """The same in every snapshot, with scenario."""
    return sum_passed(case, tally_snapshots(case)[[*INCOMING, *OUTGOING, "passed"]])


def sum_passed(case: AuditedPlan, sums: pd.DataFrame) -> pd.DataFrame:
    """Of sums by place (see `balance.tally`): what leaves beyond what is made or collected there, where there is a hub.

    Thrown away or sent along the lane from the region to itself counts as leaving. Adds the facts of the hub.
    """
    over = (sums[INCOMING].sum(axis=1) - sums[OUTGOING].sum(axis=1)).clip(lower=0.0)
    thrown = over.where(pd.Series(disposable(case, sums), index=sums.index), 0.0)
    own = sums["made"] + sums["collected"]
    passed = (sums["left"] + sums["passed"] + thrown - own).clip(lower=0.0)
    gross = sums[INCOMING].sum(axis=1) + sums["passed"]
    rows = pd.DataFrame({"passed": passed.astype(float), "gross": gross}).reset_index()
    hubs = list_hubs(case)[[*_KEY, *_FACTS]]
    named = rows.merge(hubs.assign(hub=hubs["item"]), on=_KEY)
    general = hubs[hubs["item"] == "*"].assign(hub="*").drop(columns="item")
    beside = pd.MultiIndex.from_frame(rows[HUB]).isin(pd.MultiIndex.from_frame(hubs[HUB]))
    return pd.concat([named, rows[~beside].merge(general, on=["region", "period"])], ignore_index=True)


@cache_table
def list_hubs(case: AuditedPlan) -> pd.DataFrame:
    """The rows of hubs in every period."""
    return case.in_each_period(lambda view: view.instance["hubs"]).reset_index(drop=True)


@cache_table
def _states(case: AuditedPlan) -> pd.DataFrame:
    """Every hub in every period: its row, `open` as the sheet says, and whether it `opens`: it was not open before."""
    hubs = list_hubs(case).merge(case.periods.reset_index()[["period", "place"]], on="period")
    said = case["hubs"].set_index(_KEY)["opened"].eq("yes")
    hubs["open"] = said.reindex(pd.MultiIndex.from_frame(hubs[_KEY]), fill_value=False).to_numpy(bool)
    hubs = hubs.sort_values([*HUB, "place"])
    before = hubs.groupby(HUB)["open"].shift(fill_value=False).astype(bool)
    return hubs.assign(opens=hubs["open"] & ~before)


def cost_hubs(case: AuditedPlan) -> pd.DataFrame:
    """The cost lines of hubs: line, tier, region, period, yearly."""
    tiers = case.instance["items"].set_index("item")["tier"]
    passed, states = tabulate_passed(case), _states(case)
    states = states.assign(tier=states["item"].map(tiers).astype(object).fillna(TIERS[0]))
    handled = passed.assign(line=LINES[0], tier=passed["item"].map(tiers))
    parts = [
        handled.assign(yearly=handled["passed"] * handled["handling_cost"]),
        states[states["open"]].assign(line=LINES[1], yearly=lambda rows: rows["fixed_cost"]),
        states[states["opens"]].assign(line=LINES[2], yearly=lambda rows: rows["opening_cost"]),
    ]
    columns = ["line", "tier", "region", "period", "yearly"]
    return pd.concat([part[columns] for part in parts if len(part)] or [parts[0][columns]])


def _audit_flows(case: AuditedPlan, rows: pd.DataFrame, key: list[str], where: str) -> list[Finding]:
    """What is passed on keeps within capacity, and passes hubs that are open."""
    states = _states(case).set_index(_KEY)["open"]
    sums = rows.groupby([*key, "hub"], as_index=False).agg(
        passed=("passed", "sum"), gross=("gross", "max"), capacity=("capacity", "first")
    )
    is_open = states.reindex(
        pd.MultiIndex.from_frame(sums[["region", "hub", "period"]].set_axis(_KEY, axis=1)), fill_value=False
    ).to_numpy(bool)
    return [
        at_most(f"passed on within the capacity of hubs{where}", sums["passed"],
                sums["capacity"].astype(float).fillna(float("inf")), sums["gross"]),
        never(f"goods pass open hubs{where}", (sums["passed"] > USED * sums["gross"].max()) & ~is_open),
    ]  # fmt: skip


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `hubs` against what moves; nothing where there are no hubs."""
    if not case.speaks_of("hubs"):
        return []
    sheet, rows = case["hubs"].set_index(_KEY), tabulate_passed(case)
    by_hub = rows.drop(columns="item").rename(columns={"hub": "item"})
    passed = sum_by_key(by_hub, _KEY, "passed")
    each = list_hubs(case).set_index(_KEY)["handling_cost"]
    known, hubs = sheet.index, case.instance["hubs"]
    free = hubs.loc[(hubs["opening_cost"] == 0) & (hubs["fixed_cost"] == 0), HUB]
    found = [
        never("hubs are of the instance", ~pd.Series(known.isin(each.index))),
        same("passed on by hubs", sheet["passed"], passed, sum_by_key(by_hub, _KEY, "gross")),
        same("cost of handling", sheet["cost"], sheet["passed"] * each.reindex(known).fillna(0.0).to_numpy(float)),
        *_audit_flows(case, rows, ["region", "period"], ""),
    ]
    if not (case.instance["rules"]["by"] == "hub").any() and case.instance["logic"].empty:
        states = _states(case)
        closed = ~states["open"] & pd.MultiIndex.from_frame(states[HUB]).isin(pd.MultiIndex.from_frame(free))
        found.append(never("hubs that cost nothing are open", closed))
    if len(course.snapshots(case)):
        rows = tabulate_passed_in_snapshots(case)
        found += _audit_flows(case, rows, ["scenario", "region", "period"], " in snapshots")
    return found


@dataclass(frozen=True)
class Passage:
    """What passing an item on at a place costs in money/item, may be at most and is in the base, in item/year.

    shared: the hub of all items that it passes, where that has a capacity.
    """

    cost: float
    most: float
    base: float
    shared: tuple[str, str] | None


@cache_table
def list_passages(case: AuditedPlan, period: str) -> dict[tuple[str, str], Passage]:
    """By region and item, for every place with a hub, as what is open in the period leaves it."""
    hubs, items = case.at(period).instance["hubs"], case.instance["items"]["item"]
    states = _states(case).set_index(_KEY)["open"]
    passed = tabulate_passed(case)
    now = sum_by_key(passed[passed["period"] == period], HUB, "passed").to_dict()
    found = {}
    for hub in frames.rows(hubs.sort_values("item", key=lambda names: names != "*", kind="stable")):
        region, cell = hub["region"], hub["item"]
        capacity = hub["capacity"] if hub["capacity"] == hub["capacity"] else inf
        shared = (region, cell) if cell == "*" and capacity < inf else None
        most = (inf if shared else capacity) if states[region, cell, period] else 0.0
        for item in items if cell == "*" else [cell]:
            found[region, item] = Passage(hub["handling_cost"], most, now.get((region, item), 0.0), shared)
    return found
