"""The sheets that follow from the tables: places, goods, ways of making them, markets, lanes, duties and rules."""

from itertools import product
from typing import NamedTuple

import pandas as pd

from ..ev_global.tables import REMARKS, significant
from .flows import LFP_REGION, WORLD, Flows, growth_of_other_use, lfp_share, other_cells, region_of, start_flows
from .history import LAST, MARKETS, demand, fastest_path, known, market_regions, public, read

SKILLED_OVER_WAGE = 1.6  # own estimate, as in ev_global
NEAR, FAR = 0.5, 2.5  # own estimate: money per GWh of cells within a bloc and between blocs
CAR_FREIGHT = 20.0  # own estimate: 1,000 USD a car overseas, 20,000 cars per GWh
WORLD_FREIGHT = 0.02  # own estimate: share of value from a mine or works to the market of the world
EUROPE = (
    "Poland",
    "Hungary",
    "Germany",
    "Sweden",
    "United Kingdom",
    "France",
    "Europe",
    "Portugal",
    "Finland",
    "Belgium",
)
ESTIMATE = {"source": "own estimate", "confidence": "low", "note": ""}
DERIVED = {"source": "computed from hindcast tables", "confidence": "medium", "note": ""}


def years(start: int) -> list[int]:
    """The years that are planned."""
    return list(range(start + 1, LAST + 1))


def customs_area(country: str) -> str:
    """The bloc of a country: a name of its own where a region has the country's name too."""
    if country in EUROPE:
        return "Customs area of Europe"
    return f"Customs area of {country}"


def settings(start: int) -> pd.DataFrame:
    """Least cost, to a tight gap."""
    rows = {
        "name": f"The battery chain as known at the end of {start}",
        "currency": "USD",
        "base_year": start + 1,
        "discount_rate": 0.08,
        "objective": "cost",
        "mip_gap": 0.001,
    }
    return pd.DataFrame([{"key": key, "value": value, **ESTIMATE} for key, value in rows.items()])


def _anchored(measure: str, anchor: str, start: int) -> float:
    """The last figure of an anchor country up to the start; 0 where a region has none."""
    if not isinstance(anchor, str):
        return 0.0
    rows = known(measure, start)
    return float(rows[rows["place"] == anchor].sort_values("year")["value"].iloc[-1])


class Works(NamedTuple):
    """A region of mines or works, of which the tables give costs by line."""

    region: str
    country: str
    anchor: None = None
    capex_index: float = 1.0
    wacc: float = 0.1
    source: str = "own estimate: no wage or power price needed, costs are given by line"
    confidence: str = "low"
    note: str = ""


def works(start: int) -> list[Works]:
    """The regions of mines and works, a region for each stage in each place."""
    named = {region_of(r.process, r.place): r.place for r in read("hindcast_costs").itertuples() if r.place != WORLD}
    used = {source for _, source, destination in start_flows(start)[0] if destination == WORLD}
    return [Works(region, country) for region, country in named.items() if region in used]


def country_of(start: int) -> pd.Series:
    """Region -> country, of all regions."""
    table = read("hindcast_regions").set_index("region")["country"].to_dict()
    return pd.Series(table | {w.region: w.country for w in works(start)})


def regions(start: int) -> pd.DataFrame:
    """Places with wages and power prices of their country; blocs are customs areas."""
    rows = []
    for row in [*read("hindcast_regions").itertuples(), *works(start)]:
        wage = _anchored("hourly labour cost", row.anchor, start)
        rows.append(
            {
                "region": row.region,
                "bloc": customs_area(row.country),
                "wage": wage,
                "skilled_wage": significant(SKILLED_OVER_WAGE * wage),
                "energy_price": _anchored("industrial electricity", row.anchor, start),
                "wacc": row.wacc,
                "capex_index": row.capex_index,
                "source": row.source,
                "confidence": row.confidence,
                "note": row.note,
            }
        )
    return pd.DataFrame(rows)


def recipes(lithium: float) -> pd.DataFrame:
    """The recipes; mined lithium per unit used as in the year of the start."""
    table = read("hindcast_recipes")
    table["quantity"] = table["quantity"].fillna(-significant(lithium))
    return table


def demand_rows(start: int, others: dict[str, float]) -> pd.DataFrame:
    """Vehicles by market, cells for other uses, and what other industries use of each mineral, trend of before."""
    value = read("hindcast_items").set_index("item")["value"]
    growth = growth_of_other_use(start)
    rows = []
    for year in years(start):
        volumes = {(m, item): demand(use, m, year) for m in market_regions() for use, item in MARKETS.items()}
        volumes[("China", "cell")] = other_cells(start, year)
        volumes |= {(WORLD, item): kt * (1 + growth[item]) ** (year - start) for item, kt in others.items()}
        for (region, item), volume in volumes.items():
            rows.append(
                {
                    "region": region,
                    "item": item,
                    "period": str(year),
                    "price": value[item],
                    "volume": significant(volume, 4),
                    "penalty": 3 * value[item],
                    **(DERIVED if region != WORLD else ESTIMATE),
                }
            )
    return pd.DataFrame(rows)


def lanes(lines: pd.DataFrame, blocs: pd.Series) -> pd.DataFrame:
    """Works to the market of the world and back; cell plants to car plants; car plants to markets."""
    value = read("hindcast_items").set_index("item")["value"]
    makers = {p: sorted(set(g["region"])) for p, g in lines.groupby("process")}
    rows = [_lane(a, b, item, cost) for item, a, b, cost in _world_ways(makers, value)]
    for a, b in product(makers["make_cell"], makers["assemble_car"]):
        rows.append(_lane(a, b, "cell", NEAR if blocs[a] == blocs[b] else FAR))
    for item in ("car", "bus"):
        for a, b in product(makers[f"assemble_{item}"], (m for m in market_regions())):
            if a != b and (item == "car" or b == "Rest of world"):
                rows.append(_lane(a, b, item, CAR_FREIGHT))
    return pd.DataFrame(rows)


def _world_ways(makers: dict[str, list[str]], value: pd.Series) -> list[tuple[str, str, str, float]]:
    """(item, origin, destination, cost) of what passes through the market of the world."""
    table = read("hindcast_recipes")
    made = table[table["quantity"] > 0]
    used = table[~(table["quantity"] > 0)]
    pooled = [i for i in value.index if i not in ("cell", "battery", "car", "bus")]
    ways = []
    for item in pooled:
        cost = significant(WORLD_FREIGHT * value[item])
        sources = {r for p in made[made["item"] == item]["process"] for r in makers.get(p, [])}
        users = {r for p in used[used["item"] == item]["process"] for r in makers.get(p, [])}
        ways += [(item, r, WORLD, cost) for r in sorted(sources)] + [(item, WORLD, r, 0.0) for r in sorted(users)]
    return ways


def _lane(origin: str, destination: str, item: str, cost: float) -> dict[str, object]:
    return {"origin": origin, "destination": destination, "item": item, "mode": "any", "cost": cost, **ESTIMATE}


def path_rules(start: int) -> pd.DataFrame:
    """A technology's share in a region moves at most as fast as the fastest move seen up to the start.

    Outside China at the region's own speed until the patents on LFP end (a dated fact), then at the fastest seen.
    """
    free = int(public("facts", start).set_index("fact").loc["LFP patents outside China end", "from"])
    anywhere = fastest_path(None, start)
    rows = []
    for region in ("China", "Europe", "United States", "Japan", "Korea"):
        limit = lfp_share(region, start)
        own = fastest_path(LFP_REGION.get(region, "Other Asia"), start)
        for year in years(start):
            limit += anywhere if region == "China" or year >= free else own
            rows.append(
                {
                    "rule": f"LFP {region} {year}",
                    "type": "max_share",
                    "item": "battery",
                    "by": "site",
                    "who": f"Packs LFP {region}",
                    "scope": region,
                    "from": str(year),
                    "to": str(year),
                    "limit": significant(min(1.0, limit), 4),
                    **DERIVED,
                }
            )
    return pd.DataFrame(rows)


def duties(start: int) -> pd.DataFrame:
    """Duties in force, or decided, by the start."""
    rows = public("duties", start)
    rows = rows[rows["rate"] != 0]
    return rows.assign(**{"from": str(start + 1)})[["origin", "destination", "item", "rate", "from", *REMARKS]]


def policies(start: int) -> pd.DataFrame:
    """Support that was public by the start and still runs."""
    rows = public("policies", start)
    rows = rows[rows["to"] > start].copy()
    rows["from"] = rows["from"].clip(lower=start + 1).astype(int).astype(str)
    rows["to"] = rows["to"].astype(int).astype(str)
    return rows[["policy", "kind", "region", "item", "rate", "from", "to", *REMARKS]]


def inertia(start: int, flows: Flows, seeds: dict[tuple[str, str, str], float], moves: pd.DataFrame) -> pd.DataFrame:
    """What a source supplies falls and rises within what was seen up to the start.

    The column source of this sheet is the place that supplies; where the figures come from is in the note.
    """
    rows = []
    for key in sorted({*flows, *seeds}):
        item, source, destination = key
        move = moves.loc[(item, destination)]
        rows.append(
            {
                "item": item,
                "source": source,
                "destination": destination,
                "max_fall": significant(move["fall"]),
                "max_rise": significant(move["rise"]),
                "seed": significant(seeds.get(key, 0.0)),
                "initial": significant(flows.get(key, 0.0), 4),
                "confidence": DERIVED["confidence"],
                "note": DERIVED["source"],
            }
        )
    return pd.DataFrame(rows)
