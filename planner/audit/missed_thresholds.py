"""Thresholds that are missed: the largest share of content that the flows of the plan allow, from its sheets alone."""

from typing import Any

import numpy as np
import pandas as pd

from planner.audit import Finding, same
from planner.audit.case import AuditedPlan
from planner.audit.flow_programme import FlowProgramme
from planner.audit.lanes import price_base_flows
from planner.audit.production import price_base_production
from planner.audit.programme_flows import is_finished, is_looked_at_where_made, list_crossing
from planner.audit.programmes import (
    AVERAGED,
    AuditedProgramme,
    add_steps,
    find_least,
    list_inputs,
    list_programmes,
    weigh,
)
from planner_models import frames


def audit_missed(case: AuditedPlan) -> list[Finding]:
    """By programme, threshold, group and period that does not qualify: that its threshold is missed by what is said.

    What counts less the threshold times all content, of all that is averaged, is at best what the flows of the plan
    allow; as a share it is that over all content, which may differ between the copies that there could be.
    """
    sheet = case["eligibility"]
    known = {one.row["programme"]: one for one in list_programmes(case)}
    missed = sheet[(sheet["qualified"] == "no") & (sheet["distance"] < 0) & sheet["programme"].isin(known)]
    nearest = []
    for name, condition, group, period, said in zip(
        *(missed[column] for column in ("programme", "condition", "group", "period", "distance")), strict=True
    ):
        low, high = _bound_distance(case, known[name], condition, group, period)
        nearest.append(min(max(said, low), high) if low == low and high == high else said)
    due = pd.Series(nearest, index=missed.index, dtype=float)
    return [
        same("nearest share of what does not qualify", missed["distance"], due, 1.0 + 0.0 * due),
        same("distance of what does not qualify", missed["distance"], missed["share"] - missed["threshold"],
             missed["threshold"]),
    ]  # fmt: skip


def _bound_distance(
    case: AuditedPlan, one: AuditedProgramme, condition: str, group: str, period: str
) -> tuple[float, float]:
    """The distance from a threshold at best, over the least and over the most content; not a number where unknown."""
    threshold = next(row for row in one.thresholds if row["programme"] == condition)
    limit = find_least(case, threshold, period)
    found = []
    for counted, content in ((-1.0, limit), (0.0, 1.0), (0.0, -1.0)):
        programme = FlowProgramme()
        _add_makings(case, one, threshold, group, period, (counted, content), programme)
        _add_flows(case, one, period, programme)
        found.append(programme.best()[0])
    gain, least, most = -found[0], found[1], -found[2]
    return (gain / least, gain / most) if least > 0 and most > 0 else (np.nan, np.nan)


def _add_makings(case: AuditedPlan, one: AuditedProgramme, threshold: pd.Series, group: str, period: str,
                 costs: tuple[float, float], found: FlowProgramme) -> None:  # fmt: skip
    """What is made of traced items, of the good all that the group makes; `costs` are of what counts and of content."""
    rows = price_base_production(case)
    rows = rows[rows["period"] == period]
    traced = pd.DataFrame({"item": sorted(one.traced)})
    rows = add_steps(case, rows.merge(traced, how="cross"))
    rows = rows[rows["per_activity"].notna()].reset_index(drop=True)
    weight, counts = weigh(case, threshold, rows)
    inputs = dict(frames.groups(list_inputs(case), ["process", "period"]))
    for place, (row, each, counted) in enumerate(zip(frames.rows(rows), weight, counts, strict=True)):
        finished = row["item"] == one.row["item"]
        if finished and not is_finished(case, one, row, group):
            continue
        parts: list[tuple[Any, float]] = [((row["region"], row["item"]), row["per_activity"])]
        used = inputs.get((row["process"], period))
        for name, amount in zip(used["used"], used["per_input"], strict=True) if used is not None else ():
            if name in one.traced:
                parts.append(((row["region"], name), -row["share"] * amount))
        whole = finished and (one.row["averaging"] in AVERAGED or is_looked_at_where_made(one))
        if whole:
            parts.append((("whole", place), 1.0))
            found.limits["whole", place] = (row["made"], row["made"])
            found.add(0.0, np.inf, 0.0, [((row["region"], row["item"]), -1.0)])
        found.add(each * (costs[0] * counted + costs[1]), row["made"], 0.0, parts)


def _add_flows(case: AuditedPlan, one: AuditedProgramme, period: str, found: FlowProgramme) -> None:
    """What is shipped of traced items, and what is sold, or enters the market, in whole."""
    kind, good = one.row["kind"], one.row["item"]
    flows = price_base_flows(case)
    flows = flows[(flows["period"] == period) & flows["item"].isin(one.traced)].reset_index(drop=True)
    crossing = set(list_crossing(case, one, flows).index) if kind == "duty" else set()
    fleet = one.row["averaging"] not in AVERAGED and not is_looked_at_where_made(one)
    for place, row in flows.iterrows():
        parts: list[tuple[Any, float]] = [
            ((row["origin"], row["item"]), -1.0),
            ((row["destination"], row["item"]), 1.0),
        ]
        if place in crossing and fleet:
            parts.append((("enters", place), 1.0))
            found.limits["enters", place] = (row["shipped"], row["shipped"])
        found.add(0.0, row["shipped"], 0.0, parts)
    for region in case.blocs.index:
        if not fleet or (kind == "duty" and region in one.market):
            found.add(0.0, np.inf, 0.0, [((region, good), -1.0)])
    demand = case["demand"]
    demand = demand[(demand["period"] == period) & (demand["item"] == good) & demand["region"].isin(one.market)]
    for region, sold in zip(demand["region"], demand["sold"], strict=True) if fleet and kind != "duty" else ():
        found.limits["sold", region] = (sold, sold) if ("sold", region) not in found.limits else (
            found.limits["sold", region][0] + sold, found.limits["sold", region][1] + sold)  # fmt: skip
    for region in {key[1] for key in found.limits if key[0] == "sold"}:
        found.add(0.0, np.inf, 0.0, [((region, good), -1.0), (("sold", region), 1.0)])
