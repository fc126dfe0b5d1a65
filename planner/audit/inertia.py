"""Inertia: what sources supply to destinations, and that it falls and rises no faster than it may."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import LINE, AuditedPlan, cache_table
from planner.audit.lanes import LANE, price_flows
from planner.audit.options import tabulate_options
from planner.audit.supply import tabulate_production
from planner_models import frames

PAIR = ["item", "source", "destination"]
TERMS = ["max_fall", "max_rise", "seed", "initial"]
WEIGHTS = {"item": 4.3, "source": 4.2, "destination": 4.1}
"""What a name in each column counts: the row with more names comes first, then the one that names the item."""


@cache_table
def tabulate_terms(case: AuditedPlan) -> pd.DataFrame:
    """By item, source and destination: max_fall, max_rise, seed and initial, missing where nothing is said.

    `*` is each item or region. Of several rows each cell is that of the row that names most.
    """
    table = case.instance["inertia"]
    if case.instance.settings["inertia"] == "off":
        table = table[:0]
    table = table[[*PAIR, *TERMS]].assign(row=np.arange(len(table)))
    table["named"] = sum((table[name] != "*").astype(int) * weight for name, weight in WEIGHTS.items())
    everyone = {"item": list(case.instance["items"]["item"])}
    everyone |= {name: list(case.instance["regions"]["region"]) for name in PAIR[1:]}
    for name in PAIR:
        cells = table[name].map(lambda cell, name=name: everyone[name] if cell == "*" else [cell])
        table = table.assign(**{name: cells}).explode(name, ignore_index=True)
    table = table.sort_values(["named", "row"], ascending=False, kind="stable")
    return table.groupby(PAIR, sort=True)[TERMS].first().astype(float)  # the first that is not blank


def _regions(case: AuditedPlan, place: str) -> set[str]:
    blocs = case.blocs
    return set(blocs.index[(blocs.index == place) | (blocs == place)])


@cache_table
def tabulate_supplies(case: AuditedPlan) -> pd.DataFrame:
    """By item, source, destination and period, in item/year: what is shipped, and what the source may keep for itself.

    `shipped` counts what moves from the source to the destination. Where the one lies within the other, `kept_least`
    and `kept_most` are between what, of what is made in the smaller place, may stay there: all but what is shipped out
    at least, and what arrives or is in stock may leave in its stead.
    """
    terms = tabulate_terms(case)
    places = {place: _regions(case, place) for place in {*terms.index.unique(1), *terms.index.unique(2)}}
    moves, made, stocks = _list_moves(case), _list_production(case), _stock_before(case)
    collected = case["returns"].set_index(["region", "item", "period"])["collected"].to_dict()
    rows = []
    for item, source, destination in terms.index:
        start, end = places[source], places[destination]
        inside = start & end
        for period in case.periods.index:
            shipped = leaving = coming = least = most = 0.0
            for origin, target, amount in moves.get((item, period), ()):
                here, there = origin in inside, target in inside
                shipped += amount * (origin in start and target in end and origin != target and not (here and there))
                leaving += amount * (here and not there)
                coming += amount * (there and not here)
            if inside:
                of_its_own = sum(amount for region, amount in made.get((item, period), ()) if region in inside)
                coming += sum(stocks.get((region, item, period), 0.0) for region in inside)
                coming += sum(collected.get((region, item, period), 0.0) for region in inside)
                least = max(0.0, of_its_own - leaving)
                most = max(least, min(of_its_own, of_its_own - leaving + coming))
            rows.append((item, source, destination, period, shipped, least, most))
    columns = [*PAIR, "period", "shipped", "kept_least", "kept_most"]
    return pd.DataFrame(rows, columns=columns).set_index([*PAIR, "period"])


def _list_moves(case: AuditedPlan) -> dict[Any, list[tuple[str, str, float]]]:
    """By item and period: origin, destination and amount of every flow."""
    found = defaultdict(list)
    flows = case["flows"][["item", "period", "origin", "destination", "shipped"]]
    for item, period, *move in flows.itertuples(index=False, name=None):
        found[item, period].append(tuple(move))
    return found


def _list_production(case: AuditedPlan) -> dict[Any, list[tuple[str, float]]]:
    """By item and period: region and amount of what is made."""
    found = defaultdict(list)
    rows = tabulate_production(case)[["item", "period", "region", "amount"]]
    for item, period, *made in rows.itertuples(index=False, name=None):
        found[item, period].append(tuple(made))
    return found


def _stock_before(case: AuditedPlan) -> dict[Any, float]:
    """By region, item and period: what is in stock before it begins, per year of it."""
    held = case["stocks"].set_index(["region", "item", "period"])["held"].to_dict()
    found = {}
    for row in frames.rows(case.instance["stocks"]):
        before = row["initial"]
        for period, years in case.periods["years"].items():
            found[row["region"], row["item"], period] = before / years
            before = held.get((row["region"], row["item"], period), 0.0)
    return found


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `inertia` against flows and production, and every supply against the one before."""
    if not case.speaks_of("inertia"):
        return []
    key = [*PAIR, "period"]
    sheet = case["inertia"].set_index(key)
    limits = tabulate_supplies(case)
    supplied = sheet["supplied"].reindex(limits.index, fill_value=0.0)
    expected = pd.DataFrame(_limits(case, supplied), columns=[*key, "least", "most"]).set_index(key)
    least, most = expected["least"].astype(float), expected["most"].astype(float)
    short = least.fillna(0.0) > supplied + 1e-6 * supplied.abs().max()
    excused = pd.Series([_cannot_supply(case, *place) for place in supplied.index[short]], index=supplied.index[short])
    asked = least.fillna(0.0).where(~excused.reindex(least.index, fill_value=False).astype(bool), 0.0)
    reported = sheet.index
    return [
        never("limited supply is reported", pd.Series(~reported.isin(limits.index))),
        at_most("supply with inertia has been shipped or made", supplied, limits["shipped"] + limits["kept_most"]),
        at_most("all supply with inertia is counted", limits["shipped"] + limits["kept_least"], supplied),
        at_most("supply falls within its limit", asked, supplied),
        at_most("supply rises within its limit", supplied, most.fillna(np.inf)),
        same("least supply", sheet["least"], least.reindex(reported).fillna(0.0)),
        same("most supply", sheet["most"], most.reindex(reported).fillna(0.0)),
    ]


def _limits(case: AuditedPlan, supplied: pd.Series) -> Iterator[tuple[Any, ...]]:
    """The least and most of each supply, from the one before or `initial`; missing where there is none."""
    terms, periods = tabulate_terms(case), case.periods
    middle = dict(zip(periods.index, periods["start"] + periods["years"] / 2.0, strict=True))
    steps = [(None, periods.index[0], middle[periods.index[0]] + 0.5)]
    steps += [(earlier, later, middle[later] - middle[earlier]) for earlier, later in pairwise(periods.index)]
    values = supplied.to_dict()
    for pair, row in zip(terms.index, frames.rows(terms), strict=True):
        for earlier, period, years in steps:
            before = row["initial"] if earlier is None else values[(*pair, earlier)]
            seed = 0.0 if np.isnan(row["seed"]) else row["seed"]
            least = before * (1.0 - row["max_fall"]) ** years
            yield (*pair, period, least, before * (1.0 + row["max_rise"]) ** years + seed * years)


def _cannot_supply(case: AuditedPlan, item: str, source: str, destination: str, period: str) -> bool:
    """Whether bans close every lane between two places, and what they have in common can no longer make the item."""
    start, end = _regions(case, source), _regions(case, destination)
    lanes = case.instance["lanes"]
    lanes = lanes[lanes["item"].isin([item, "*"]) & lanes["origin"].isin(start) & lanes["destination"].isin(end)]
    ways = lanes.loc[lanes["origin"] != lanes["destination"], LANE].drop_duplicates()
    flows = price_flows(case, ways.assign(item=item, period=period, shipped=0.0, cost=0.0, duty=0.0))
    return not (~flows["banned"]).any() and not _can_make(case, item, start & end, period)


def _can_make(case: AuditedPlan, item: str, regions: set[str], period: str) -> bool:
    """Whether a line in these regions has capacity to make the item, or an option of it could be in service."""
    recipes, place = case.instance["recipes"], case.periods["place"][period]
    makers = set(recipes.loc[(recipes["item"] == item) & (recipes["quantity"] > 0), "process"])
    lines = case.lines[case.lines["region"].isin(regions)]
    lines = lines[lines.index.get_level_values("process").isin(makers)]
    declared = case.declared[case.declared > 0].reset_index()
    there = declared[(declared["period"] == period) & pd.MultiIndex.from_frame(declared[LINE]).isin(lines.index)]
    options = tabulate_options(case).reset_index()
    options = options[pd.MultiIndex.from_frame(options[LINE]).isin(lines.index)]
    return len(there) > 0 or bool((options["first"] + options["lead_periods"] <= place).any())
