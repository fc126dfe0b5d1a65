"""Security figures: concentration, imports, control, cover, capacity and single points of failure, computed again."""

from collections import defaultdict
from collections.abc import Iterator
from math import inf
from typing import NamedTuple

import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.balance import sum_kept_throughout
from planner.audit.case import AuditedPlan, sum_by_key
from planner.audit.lanes import LANE, price_flows, share_capacities
from planner.audit.scenarios import split_chokepoints
from planner.audit.supply import SUPPLY, tabulate_arrivals, tabulate_production, tabulate_use
from planner_models import frames

_ROUNDING = 1e-6
_CLOSE = 1e-5
"""Shortfalls that differ by less, relatively, may be named one for the other."""


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `security`; figures that a plan of an earlier version does not state are not asked for."""
    if not case.speaks_of("security"):
        return []
    sheet = case["security"].set_index(SUPPLY)
    figures = _figures(case)
    some = figures.index[figures.fillna(0.0).ne(0.0).any(axis=1)]
    found = [
        never("security of items that are made or used", pd.Series(~sheet.index.isin(figures.index))),
        never("every item that is made or used has security figures", pd.Series(~some.isin(sheet.index))),
    ]
    found += [
        same(f"security: {name}", sheet[name], figures[name].fillna(0.0))
        for name in map(str, figures)
        if case.claims("security", name)
    ]
    regions = sum_by_key(tabulate_production(case), [*SUPPLY, "region"], "amount")
    named = sheet.index.to_frame(index=False).assign(region=sheet["largest_source"].to_numpy())
    most = regions.groupby(level=SUPPLY).max().reindex(sheet.index).fillna(0.0)
    largest = regions.reindex(pd.MultiIndex.from_frame(named)).fillna(0.0)
    found.append(same("security: largest_source", largest.set_axis(sheet.index), most))
    return found + (_weak(case, sheet) if case.claims("security", "single_points") else [])


def _figures(case: AuditedPlan) -> pd.DataFrame:
    """By item and period, the columns of the sheet that are numbers, but for single points."""
    rows, uses = tabulate_production(case), tabulate_use(case)
    supply, use = sum_by_key(rows, SUPPLY, "amount"), sum_by_key(uses, SUPPLY, "amount")
    supply, use = supply[supply > 0], use[use > 0]
    lines = case["capacity"].merge(case.recipes[case.recipes["quantity"] > 0], on=["process", "period"])
    lines = lines.assign(could=lines["capacity"] * lines["quantity"], does=lines["made"] * lines["quantity"])
    ours = lines[lines["control"] == "home"]
    could, does = (sum_by_key(ours.astype({name: float}), SUPPLY, name) for name in ("could", "does"))
    capacity = sum_by_key(lines.astype({"could": float}), SUPPLY, "could")
    regions = sum_by_key(rows, [*SUPPLY, "region"], "amount")
    controlled = sum_by_key(rows[rows["controlled"].astype(bool)], SUPPLY, "amount").reindex(
        supply.index, fill_value=0.0
    )
    held = sum_kept_throughout(case).groupby(level=SUPPLY).sum().reindex(use.index, fill_value=0.0)
    return pd.DataFrame(
        {
            "hhi_region": _concentration(rows, "region", supply),
            "hhi_firm": _concentration(rows, "firm", supply),
            "largest_share": regions.groupby(level=SUPPLY).max() / supply,
            "import_share": _imports(case, uses) / use,
            "controlled_share": controlled / supply,
            "cover": 12.0 * held / use,
            "capacity": capacity,
            "capacity_ratio": capacity / use,
            "utilisation": does / could[could > 0],
        },
        index=supply.index.union(use.index),
    ).astype(float)


def _concentration(rows: pd.DataFrame, by: str, supply: pd.Series) -> pd.Series:
    squares = sum_by_key(rows, [*SUPPLY, by], "amount") ** 2
    return squares.groupby(level=SUPPLY).sum() / supply**2


def _imports(case: AuditedPlan, uses: pd.DataFrame) -> pd.Series:
    """By item and period: what blocs use, each in the share of other blocs in what it has."""
    total = pd.Series(0.0, index=pd.MultiIndex.from_arrays([[], []], names=SUPPLY))
    rows, stocks, back = tabulate_production(case), case["stocks"], case["returns"]
    stocked, used_in = stocks["region"].map(case.blocs), uses["region"].map(case.blocs)
    for bloc in sorted(set(case.blocs)):
        inside = sum_by_key(rows[rows["bloc"] == bloc], SUPPLY, "amount")
        own = inside.add(sum_by_key(stocks[stocked == bloc], SUPPLY, "released"), fill_value=0.0)
        taken = back[back["region"].map(case.blocs) == bloc]
        own = own.add(sum_by_key(taken, SUPPLY, "collected"), fill_value=0.0)
        abroad = sum_by_key(tabulate_arrivals(case, bloc, True), SUPPLY, "amount").astype(float)
        had = abroad.add(own, fill_value=0.0)
        use = sum_by_key(uses[used_in == bloc], SUPPLY, "amount")
        total = total.add((use * abroad / had[had > 0]).dropna(), fill_value=0.0)
    use = sum_by_key(uses, SUPPLY, "amount")
    return total.reindex(use.index, fill_value=0.0)


class _Source(NamedTuple):
    """A source of an item in a period: kind and name, what is lost without it and what of that stays missing."""

    item: str
    period: str
    name: str
    lost: float
    short: float

    @property
    def fatal(self) -> bool:
        return self.short > _ROUNDING * self.lost


def _weak(case: AuditedPlan, sheet: pd.DataFrame) -> list[Finding]:
    """How many single points of failure there are, and that the one named is among the worst."""
    short: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for source in [*_makers(case), *_carriers(case)]:
        if source.fatal:
            short[source.item, source.period][source.name] = source.short
    number = pd.Series([float(len(short[key])) for key in sheet.index], index=sheet.index)
    worst = [max(short[key].values(), default=0.0) for key in sheet.index]
    named = [short[key].get(name, 0.0) for key, name in zip(sheet.index, sheet["weakest"], strict=True)]
    wrong = [most - this > _CLOSE * most for most, this in zip(worst, named, strict=True)]
    return [
        same("security: single_points", sheet["single_points"], number),
        never("security: weakest", pd.Series(wrong, dtype=bool)),
    ]


def _makers(case: AuditedPlan) -> Iterator[_Source]:
    """Sites, outside firms and regions: what they make, less what other lines leave unused and what is in stock."""
    lines = case["capacity"].merge(case.recipes[case.recipes["quantity"] > 0], on=["process", "period"])
    lines = lines.assign(amount=(lines["capacity"] * lines["quantity"]).astype(float))
    able = sum_by_key(lines, [*SUPPLY, "site"], "amount")
    active = sum_by_key(tabulate_production(case), [*SUPPLY, "site"], "amount")
    could, does, held = (
        able.to_dict(),
        active.to_dict(),
        sum_kept_throughout(case).groupby(level=SUPPLY).sum().to_dict(),
    )
    facts = case.sites[["region", "firm", "home"]].to_dict("index")
    sums: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    rest: dict[tuple[str, str], float] = defaultdict(float)
    for item, period, site in active.index.union(able.index):
        amount = does.get((item, period, site), 0.0)
        spare = max(could.get((item, period, site), 0.0) - amount, 0.0)
        rest[item, period] += spare
        fact = facts[site]
        names = [f"site {site}", f"region {fact['region']}"] + [f"firm {fact['firm']}"] * (fact["home"] == "no")
        for name in names:
            sums[item, period][name][0] += amount
            sums[item, period][name][1] += spare
    for (item, period), sources in sums.items():
        for name, (lost, spare) in sources.items():
            made_good = rest[item, period] - spare + held.get((item, period), 0.0)
            yield _Source(item, period, name, lost, lost - made_good if lost > 0 else 0.0)


def _carriers(case: AuditedPlan) -> Iterator[_Source]:
    """Lanes and chokepoints: what comes over them, less what else could come to each region they serve or be made."""
    local = _local(case)
    served: dict[tuple[str, str, str], list[tuple[float, float, list[str]]]] = defaultdict(list)
    ways = _ways(case)[["item", "period", "destination", "shipped", "room", "through"]]
    for item, period, region, *way in ways.itertuples(index=False, name=None):
        served[item, period, region].append((way[0], way[1], way[2]))
    lost: dict[tuple[str, str, str], float] = defaultdict(float)
    short: dict[tuple[str, str, str], float] = defaultdict(float)
    for (item, period, region), there in served.items():
        for name in {name for shipped, _, through in there if shipped > 0 for name in through}:
            gone = sum(shipped for shipped, _, through in there if name in through)
            rest = sum(room for _, room, through in there if name not in through)
            lost[item, period, name] += gone
            short[item, period, name] += max(gone - rest - local.get((item, region, period), 0.0), 0.0)
    for (item, period, name), amount in lost.items():
        yield _Source(item, period, name, amount, short[item, period, name])


def _local(case: AuditedPlan) -> dict[tuple[str, str, str], float]:
    """By item, region and period: what lines there leave unused, line by site, and what is in stock."""
    lines = case["capacity"].merge(case.recipes[case.recipes["quantity"] > 0], on=["process", "period"])
    key = ["item", "region", "period", "site"]
    lines = lines.assign(
        region=lines["site"].map(case.sites["region"]), amount=(lines["capacity"] * lines["quantity"]).astype(float)
    )
    spare = (
        sum_by_key(lines, key, "amount")
        .sub(sum_by_key(tabulate_production(case), key, "amount"), fill_value=0.0)
        .clip(lower=0.0)
    )
    held = sum_kept_throughout(case).groupby(level=key[:3]).sum()
    return spare.groupby(level=key[:3]).sum().add(held, fill_value=0.0).pipe(frames.entries)


def _ways(case: AuditedPlan) -> pd.DataFrame:
    """Lanes not banned, from regions that have an item to those at which it arrives: shipped, room, through (names)."""
    flows = case["flows"]
    flows = flows[flows["origin"] != flows["destination"]]
    got = flows[["item", "period", "destination"]].drop_duplicates()
    having = pd.concat(
        [tabulate_production(case)[["item", "period", "region"]], got.rename(columns={"destination": "region"})]
    )
    lanes = case.instance["lanes"][LANE].drop_duplicates()
    ways = got.merge(lanes, on="destination")
    ways = ways.merge(having.drop_duplicates().rename(columns={"region": "origin"}), on=["item", "period", "origin"])
    ways = price_flows(case, ways.assign(cost=0.0))
    ways = ways[ways["priced_by"].notna() & ~ways["banned"]]
    carried = sum_by_key(flows, [*LANE, "item", "period"], "shipped")
    on_lane = sum_by_key(flows, [*LANE, "period"], "shipped")

    def looked_up(series: pd.Series, key: list[str], blank: float) -> pd.Series:
        return series.reindex(pd.MultiIndex.from_frame(ways[key]), fill_value=blank).set_axis(ways.index).astype(float)

    shipped = looked_up(carried, [*LANE, "item", "period"], 0.0)
    own = ways["capacity"].astype(float).where(ways["priced_by"] != "*", inf).fillna(inf) - shipped
    common = looked_up(share_capacities(case), [*LANE, "period"], inf) - looked_up(on_lane, [*LANE, "period"], 0.0)
    through = [
        [f"lane {origin}|{destination}", *(f"chokepoint {name}" for name in split_chokepoints(cell))]
        for origin, destination, cell in zip(ways["origin"], ways["destination"], ways["chokepoints"], strict=True)
    ]
    return ways.assign(
        shipped=shipped, room=own.where(own < common, common).clip(lower=0.0), through=pd.Series(through, ways.index)
    )
