"""Direct supply: markets that a site serves on its own, for bounds that are tight before anything is decided."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.sets import Sets

ROUNDING = 1e-9


class Direct(NamedTuple):
    """A site alone supplies an item from its region: what one market takes of it in a period at most, in item/year."""

    site: str
    volume: float


Served = tuple[str, str, str, str]
"""Region of the site, market, item and period."""


def direct_supply(sets: Sets) -> dict[Served, Direct]:
    """Where what a market is sent from a region can be bounded by whether the one site there is open.

    Only for goods that are sold and nothing else; where nobody gains by sending them through a third region; where no
    rule, scenario or limit of a lane could make a plan do so nonetheless; and where the capacity of the site is no
    limit, being enough for all markets within its reach: elsewhere capacity says the same, or more rows only cost time.

    Parameters
    ----------
    sets : Sets
        The sparse sets of an instance.

    Returns
    -------
    dict of Served to Direct
        The market may be the site's own region.
    """
    if (
        sets.rules
        or sets.used_lanes
        or sets.hubs.hub_of
        or sets.links
        or len(sets.snapshots)
        or not sets.sites["variable"].any()
    ):
        return {}
    markets = sets.demand.groupby(["item", "period", "region"])["volume"].max()
    sold_only = set(sets.demand["item"]) - _list_otherwise_used(sets)
    alone = _lone_makers(sets, sold_only)
    flows = sets.flows[sets.flows["item"].isin({item for item, _ in alone})]
    found: dict[Served, Direct] = {}
    for (item, period), lanes in frames.groups(flows, ["item", "period"]):
        if (item, period) in markets.index and _plain(lanes):
            found |= _of_item(sets, alone, str(item), str(period), lanes, markets.loc[item, period])
    return found


def _list_otherwise_used(sets: Sets) -> set[str]:
    """Items that can do anything but be made, shipped and sold."""
    items, used = sets.instance["items"], {item for recipe in sets.recipes.values() for item, n in recipe if n < 0}
    used |= set(sets.instance["stocks"]["item"]) | set(items.loc[items["disposable"] == "yes", "item"])
    for name in ("enabler", "item"):
        used |= set(sets.enablers.index.get_level_values(name))
    return used


def _lone_makers(sets: Sets, items: set[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """(item, region) -> the one line that makes the item there, where the plan decides whether its site is open."""
    makers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for line in sorted(sets.running):
        for item, quantity in sets.recipes[line[1]]:
            if quantity > 0 and item in items:
                makers.setdefault((item, sets.places[line][1]), []).append(line)
    variable = sets.sites["variable"]
    return {place: lines[0] for place, lines in makers.items() if len(lines) == 1 and variable[lines[0][0]]}


def _plain(lanes: pd.DataFrame) -> bool:
    """Whether nothing limits or opens any of the lanes, and none leads from a region to itself."""
    limited = lanes["own_capacity"].notna() | lanes["shared"].notna() | (lanes["opening_cost"] > 0)
    return not (limited | (lanes["origin"].astype(str) == lanes["destination"].astype(str))).any()


def _of_item(
    sets: Sets,
    alone: dict[tuple[str, str], tuple[str, str]],
    item: str,
    period: str,
    lanes: pd.DataFrame,
    volumes: pd.Series,
) -> dict[Served, Direct]:
    cost = lanes["transport"] + lanes["transit"] + lanes["duty"]
    least = cost.groupby([lanes["origin"].astype(str), lanes["destination"].astype(str)]).min().unstack()
    regions = sorted({*least.index, *least.columns})
    costs = least.reindex(index=regions, columns=regions).to_numpy(float, copy=True)
    costs[np.isnan(costs)] = np.inf
    if not _straight(costs):
        return {}
    found: dict[Served, Direct] = {}
    for place, region in enumerate(regions):
        site, process = alone.get((item, region), ("", ""))
        reached = [other for other, price in zip(regions, costs[place], strict=True) if np.isfinite(price)]
        served = {market: float(volumes[market]) for market in (region, *reached) if market in volumes.index}
        capacity = sets.most.get((site, process, period), 0.0) * dict(sets.recipe(process, period)).get(item, 0.0)
        if len(served) > 1 and capacity >= sum(served.values()):
            found |= {(region, market, item, period): Direct(site, volume) for market, volume in served.items()}
    return found


def _straight(costs: np.ndarray) -> bool:
    """Whether no way through a third region costs less than the lane itself; inf where there is no lane."""
    direct = costs.copy()
    np.fill_diagonal(direct, 0.0)
    return all(
        bool((costs[:, [through]] + costs[[through], :] >= direct - ROUNDING).all()) for through in range(len(costs))
    )
