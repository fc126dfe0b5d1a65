"""Lanes of the Chinese instance: rail and road between clusters, ships from three gateways, and a few ways abroad.

Inside China goods may pass through other clusters: an item gets the links of the cheapest way from every maker or
gateway to every user or gateway, and no others. Between China and a foreign region it goes by the gateways that serve
the region. Abroad it goes only where the table china_trade says so: no other way matters to China's industry, and
without them no car can dodge a duty by changing its flag.
"""

from itertools import pairwise, product

import numpy as np
import pandas as pd
from .tables import abroad, both, clusters
from ..ev_global.lanes import lane_rows, routes_between
from ..ev_global.tables import read
from ..ev_global.trade import CLOSED, duty_rates, makers_and_users

TERMINAL_KM = 330
"""What loading and unloading costs by land, as km: 15 USD/t over 0.045 USD/t-km (freight)."""
Lanes = set[tuple[str, str, str]]


def links() -> dict[tuple[str, str], float]:
    """Domestic links both ways, as km with the terminals."""
    both_ways = {}
    for row in read("china_links").itertuples():
        both_ways[row.origin, row.destination] = both_ways[row.destination, row.origin] = row.km + TERMINAL_KM
    return both_ways


def cheapest_ways(places: list[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For every two clusters the links of the cheapest way between them (Floyd-Warshall)."""
    at = {place: k for k, place in enumerate(places)}
    least = np.full((len(places), len(places)), np.inf)
    np.fill_diagonal(least, 0.0)
    first = np.tile(np.arange(len(places)), (len(places), 1))
    for (a, b), km in links().items():
        least[at[a], at[b]] = km
    for stop in range(len(places)):
        through = least[:, [stop]] + least[[stop], :]
        better = through < least
        least, first = np.where(better, through, least), np.where(better, first[:, [stop]], first)
    found = {}
    for a, b in product(places, places):
        stops = [a]
        while stops[-1] != b:
            stops.append(places[first[at[stops[-1]], at[b]]])
        found[a, b] = list(pairwise(stops))
    return found


def gateways() -> dict[str, set[str]]:
    """Gateway -> the foreign regions that it serves."""
    ports = read("china_ports").dropna(subset="serves")
    return {
        row.region: set(abroad()) if row.serves == "*" else set(row.serves.split(";")) & set(abroad())
        for row in ports.itertuples()
    }


def overseas(item: str, made: set[str], used: set[str], *, bulk: bool, imported: bool) -> Lanes:
    """Ways of an item between gateways and foreign regions; ores are not exported, finished goods not imported."""
    inside = set(clusters())
    found = set()
    for gateway, served in gateways().items():
        if made & inside and not bulk:
            found |= {(item, gateway, place) for place in served & used}
        if used & inside and imported:
            found |= {(item, place, gateway) for place in served & made}
    return found


def domestic(item: str, made: set[str], used: set[str], sea: Lanes, ways: dict) -> Lanes:
    """Links of an item inside China, from makers and gateways of import to users and gateways of export."""
    inside = set(clusters())
    sources = (made & inside) | ({b for _, _, b in sea} & inside)
    targets = (used & inside) | ({a for _, a, _ in sea} & inside)
    return {(item, *link) for a, b in product(sources, targets) for link in ways[a, b]}


def foreign(sheets: dict[str, pd.DataFrame], made: dict[str, set[str]], used: dict[str, set[str]]) -> Lanes:
    """Ways of china_trade on which a maker meets a user."""
    found = set()
    for row in read("china_trade").itertuples():
        items = list(sheets["items"]["item"]) if row.items == "*" else row.items.split(";")
        found |= {
            (item, row.origin, row.destination)
            for item in items
            if row.origin in made.get(item, ()) and row.destination in used.get(item, ())
        }
    return found


def open_ways(sheets: dict[str, pd.DataFrame], kinds: pd.Series) -> Lanes:
    """All (item, origin, destination) on which an item can flow, without those banned from the first period on."""
    made, used = makers_and_users(sheets)
    items = sheets["items"].set_index("item")
    ways = cheapest_ways(clusters())
    found = foreign(sheets, made, used)
    for item in (i for i in made if i in used and kinds[i] != "none"):
        finished = items.loc[item, "tier"] == "downstream" and item != "software"
        imported = not finished and not item.startswith("pack_")
        sea = overseas(item, made[item], used[item], bulk=kinds[item] == "bulk", imported=imported)
        found |= sea | domestic(item, made[item], used[item], sea, ways)
    at = {place: k for k, place in enumerate(sheets["regions"]["region"])}
    closed = {item: duty_rates(item, sheets["periods"]["period"].iloc[0], sheets) >= CLOSED for item in made}
    return {(i, a, b) for i, a, b in found if kinds[i] != "none" and not closed[i][at[a], at[b]]}


def lane_sheet(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row per way and item."""
    kinds = both("items").set_index("item")["transport"]
    ports = pd.concat([read("ports"), read("china_ports")]).set_index("region")
    land = pd.concat([read("land_links"), read("china_links")])
    found = open_ways(sheets, kinds)
    pairs = sorted({(a, b) for _, a, b in found})
    return lane_rows(routes_between(pairs, ports, land), found, kinds, ports)
