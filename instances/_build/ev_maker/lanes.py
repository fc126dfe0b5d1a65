"""Lanes of `ev_maker`: who ships what to whom, by sea between ports and by land inside China and Europe.

Goods of one item mix in a region, so that a duty could be dodged by way of a third country. A bloc therefore either
sells an item abroad (`maker_exporters.csv`) or buys it from abroad, never both; inside a bloc everything moves.
"""

from itertools import permutations

import pandas as pd
from ..ev_global.lanes import (
    KM_PER_DAY_LAND,
    KM_PER_DAY_SEA,
    LAND_DAYS,
    PORT_DAYS,
    Route,
    lane_rows,
    passes,
    sea_km,
)
from ..ev_global.tables import read
from ..ev_global.trade import makers_and_users
from .sheets import transport

SHORTEST_SEA = 700  # own estimate: the strait, where both ports are proxies


def sea_table() -> dict[tuple[str, str], float]:
    """(port, port) -> km, both ways."""
    sea = read("raw_sea_distances")
    both = [(sea["from"], sea["to"]), (sea["to"], sea["from"])]
    return {pair: km for x, y in both for pair, km in zip(zip(x, y, strict=True), sea["km"], strict=True)}


def routes(regions: list[str], ports: pd.DataFrame) -> list[Route]:
    """One way between any two regions: by land where a link is listed, else by sea."""
    links = read("maker_land_links")
    land = {frozenset(ends): km for *ends, km in links[["origin", "destination", "km"]].itertuples(index=False)}
    table, zones = sea_table(), read("chokepoints").set_index(["zone_a", "zone_b"])
    found = []
    for a, b in permutations(regions, 2):
        km = land.get(frozenset((a, b)))
        if km is not None:
            found.append(Route(a, b, "land", km, km / KM_PER_DAY_LAND + LAND_DAYS, "", "maker_land_links", "low"))
            continue
        km = max(sea_km(a, b, ports, table), SHORTEST_SEA)
        grade = "low" if {"low"} & {ports.loc[a, "confidence"], ports.loc[b, "confidence"]} else "medium"
        source = "raw_sea_distances (searoute 1.6.0); days at 16 kn plus 8 in port"
        found.append(
            Route(a, b, "sea", km, km / KM_PER_DAY_SEA + PORT_DAYS, passes(a, b, ports, zones)[0], source, grade)
        )
    return found


def ways(sheets: dict[str, pd.DataFrame]) -> set[tuple[str, str, str]]:
    """The (item, origin, destination) that are open: inside a bloc, or from an exporting bloc to one that is not."""
    bloc = sheets["regions"].set_index("region")["bloc"]
    exporters = {item: set(blocs.split(";")) for item, blocs in read("maker_exporters")[["item", "blocs"]].to_numpy()}
    made, used = makers_and_users(sheets)
    for enabler, group in sheets["enablers"].groupby("enabler"):
        used[enabler] = used.get(enabler, set()) | set(group["region"])
    return {
        (item, a, b)
        for item in made
        for a in made[item]
        for b in used.get(item, ())
        if a != b and (bloc[a] == bloc[b] or (bloc[a] in exporters[item] and bloc[b] not in exporters[item]))
    }


def lane_sheet(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row per way and item that can flow on it: distance, freight, days, chokepoints."""
    ports = read("maker_ports").set_index("region")
    return lane_rows(routes(list(sheets["regions"]["region"]), ports), ways(sheets), transport(), ports)
