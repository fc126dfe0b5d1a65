"""Lanes: sea distances between ports, freight per tonne-km by kind of goods, days under way and chokepoints."""

from collections.abc import Iterable
from itertools import permutations, product
from typing import NamedTuple

import pandas as pd
from .tables import read, significant
from .trade import ways

KM_PER_DAY_SEA = 16 * 1.852 * 24  # 16 knots (raw_freight)
PORT_DAYS = 8  # two port stays of four days (raw_freight)
KM_PER_DAY_LAND = 500  # own estimate
LAND_DAYS = 2  # own estimate
ASIA = ("East Asia", "Southeast Asia")
CAPE_AVOIDS = ("Bab-el-Mandeb", "Suez", "Gibraltar")


class Route(NamedTuple):
    """One way between two regions."""

    origin: str
    destination: str
    mode: str
    km: float
    days: float
    chokepoints: str
    source: str
    confidence: str


def sea_km(a: str, b: str, ports: pd.DataFrame, table: dict[tuple[str, str], float]) -> float:
    """Shortest way in km over the ports of two regions, plus the detours of proxy ports."""
    pairs = product(ports.loc[a, "ports"].split(";"), ports.loc[b, "ports"].split(";"))
    km = min(0.0 if x == y else table[(x, y)] for x, y in pairs)
    return km + ports.loc[a, "proxy_km"] + ports.loc[b, "proxy_km"]


def passes(a: str, b: str, ports: pd.DataFrame, rows: pd.DataFrame) -> tuple[str, bool]:
    """Chokepoints between two regions by their zones, and whether a lane round the Cape is offered."""
    zones = (ports.loc[a, "zone"], ports.loc[b, "zone"])
    for key in (zones, zones[::-1]):
        if key in rows.index:
            return str(rows.loc[key, "passes"]), rows.loc[key, "cape"] == "yes"
    return "", False


def routes_between(pairs: Iterable[tuple[str, str]], ports: pd.DataFrame, land: pd.DataFrame) -> list[Route]:
    """Ways between pairs of regions: land where a link is listed, else sea; a second sea mode avoids Suez if offered.

    `ports` has the columns of the table ports, by region; `land` those of land_links.
    """
    links = {frozenset(k): v for *k, v in land[["origin", "destination", "km"]].itertuples(index=False)}
    sea, points_by_zone = read("raw_sea_distances"), read("chokepoints").set_index(["zone_a", "zone_b"])
    both = [(sea["from"], sea["to"]), (sea["to"], sea["from"])]
    short = {k: v for x, y in both for k, v in zip(zip(x, y, strict=True), sea["km"], strict=True)}
    cape = {k: v for x, y in both for k, v in zip(zip(x, y, strict=True), sea["km_no_suez"], strict=True)}
    found = []
    for a, b in pairs:
        link = links.get(frozenset((a, b)))
        if link is not None:
            days = link / KM_PER_DAY_LAND + LAND_DAYS
            found.append(Route(a, b, "land", link, days, "", "land_links", "medium"))
            continue
        points, avoidable = passes(a, b, ports, points_by_zone)
        grade = "low" if {"low"} & {ports.loc[a, "confidence"], ports.loc[b, "confidence"]} else "medium"
        km = sea_km(a, b, ports, short)
        source = "raw_sea_distances (searoute 1.6.0); days at 16 kn plus 8 in port"
        found.append(Route(a, b, "sea", km, km / KM_PER_DAY_SEA + PORT_DAYS, points, source, grade))
        if avoidable:
            far = sea_km(a, b, ports, cape)
            left = ";".join(p for p in points.split(";") if p not in CAPE_AVOIDS)
            found.append(Route(a, b, "sea_cape", far, far / KM_PER_DAY_SEA + PORT_DAYS, left, source, grade))
    return found


def routes(regions: list[str]) -> list[Route]:
    """All ways between all regions, by the tables ports and land_links."""
    return routes_between(permutations(regions, 2), read("ports").set_index("region"), read("land_links"))


def cost_per_tkm(route: Route, kind: str, freight: pd.DataFrame, ports: pd.DataFrame) -> float:
    """USD per tonne-km so that, times distance, it gives terminal + inland at both ends + line haul.

    cost per t = factor x (terminal + inland(origin) + inland(destination) + rate x km); the line-haul rate is the one
    out of Asia for goods that leave East or Southeast Asia for elsewhere. By land the inland legs are in the distance.
    """
    row, factor = freight.loc["land" if route.mode == "land" else kind], freight.loc[kind, "factor"]
    from_asia = ports.loc[route.origin, "zone"] in ASIA and ports.loc[route.destination, "zone"] not in ASIA
    rate = row["out_of_asia_usd_tkm"] if from_asia else row["other_usd_tkm"]
    ends = row["terminal_usd_t"]
    if route.mode != "land":
        ends += ports.loc[route.origin, "inland_usd_t"] + ports.loc[route.destination, "inland_usd_t"]
    return significant(factor * (ends + rate * route.km) / route.km)


def lane_rows(
    found: list[Route], open_ways: set[tuple[str, str, str]], kinds: pd.Series, ports: pd.DataFrame
) -> pd.DataFrame:
    """A row per way and item of `open_ways` (item, origin, destination): distance, freight, days, chokepoints.

    `kinds` gives the transport of every item. No `*` rows: they would let every item pass through every region, seven
    times the arcs.
    """
    freight = read("freight").set_index("class")
    limits = read("lane_limits").set_index(["origin", "destination", "item"])["capacity"].to_dict()
    rows = []
    for route in found:
        for item in (i for i in kinds.index if (i, route.origin, route.destination) in open_ways):
            kind = kinds[item]
            rows.append(
                {
                    "origin": route.origin,
                    "destination": route.destination,
                    "item": item,
                    "mode": route.mode,
                    "cost_per_tkm": cost_per_tkm(route, kind, freight, ports),
                    "distance": round(route.km),
                    "lead_days": round(route.days, 1),
                    "capacity": limits.get((route.origin, route.destination, item)),
                    "chokepoints": route.chokepoints,
                    "emissions": freight.loc["land" if route.mode == "land" else kind, "emissions_kg_tkm"],
                    "source": f"freight ({kind}); {route.source}",
                    "confidence": "low" if kind == "cell" else route.confidence,
                    "note": "",
                }
            )
    return pd.DataFrame(rows)


def lane_sheet(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The lanes on which an item can really flow between all regions."""
    kinds = read("items").set_index("item")["transport"]
    open_ways = ways(sheets, set(kinds.index[kinds != "none"]))
    return lane_rows(routes(list(sheets["regions"]["region"])), open_ways, kinds, read("ports").set_index("region"))
