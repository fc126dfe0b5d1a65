"""Comparative advantage: what each item costs in full where it could be made, by the cheapest chain through all tiers.

In each period and region an item costs what its cheapest way of making there costs per unit, with everything that goes
into it at the least cost at which it can be had there: made there, or had elsewhere and brought. These two recursions
are solved together, from nothing known downwards, as Bellman's for shortest ways.

A way is a line that has or can get capacity, in a period in which its site may be open, through a mode in which it can
be had. Own lines count the annuity and fixed cost of their cheapest module, at full use, as if they had to be built
today; lines of others what they charge for their fixed cost, their margin and what transactions cost. Goods made
together share costs by reference value (by quantity where one has none). Capacity, learning, clusters, subsidies,
projects to be developed first and stocks do not count: it is what endowments, technology and ways say.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.schema import RESULTS
from planner_models.sets import Sets
from planner_models.sets.access import OWN
from planner_models.sets.arcs import arc_table, flow_table

PARTS = ("labour", "skilled", "energy", "capital", "materials", "freight", "duty", "institution")
"""What a cost is made of. Materials are all that is neither an item nor one of the others: other cost, royalties, and
unit costs that lines state as a whole. Institution is margins and transaction costs."""

MOST_ROUNDS = 1000
"""Rounds after which it ends also where things that go into each other grow cheaper for ever."""

SMALLEST = 1e-12
"""A way that is cheaper by less than this share is no better."""


@dataclass(frozen=True)
class Ways:
    """The cheapest line of each process in each region, in one period.

    costs: by way, its own PARTS per activity, shape (ways, 8); process: by way
    inputs, outputs: way, place (of item and region) and amount: used per activity, and activities per unit made
    """

    costs: np.ndarray
    process: np.ndarray
    inputs: tuple[np.ndarray, np.ndarray, np.ndarray]
    outputs: tuple[np.ndarray, np.ndarray, np.ndarray]


def advantage(sets: Sets, trade: pd.DataFrame) -> pd.DataFrame:
    """The full cost of each item in each region where it can be made, and what the plan's trade reveals.

    Parameters
    ----------
    sets
        The sets of the instance.
    trade
        The sheet `trade` of the plan.

    Returns
    -------
    pandas.DataFrame
        Columns of RESULTS["advantage"], money/item, ratios as numbers.
    """
    instance = sets.instance
    places = pd.MultiIndex.from_product([instance["items"]["item"], instance["regions"]["region"]])
    draws, flows = _list_draws(sets), flow_table(sets.views, arc_table(instance), sets.time)
    legs = {period: _legs(rows, places) for period, rows in frames.groups(flows, "period")}
    nothing = _legs(flows[:0], places)
    parts = []
    for period in sets.time.periods:
        ways = _list_ways(sets, period, draws[draws["period"] == period], places)
        parts.append(_tabulate(ways, legs.get(period, nothing), places).assign(period=period))
    table = pd.concat(parts, ignore_index=True)
    facts = instance["processes"].set_index("process")["intensity"]
    best = table.groupby(["item", "period"])["cost"].transform("min")
    table = table.assign(
        tier=table["item"].map(instance["items"].set_index("item")["tier"]),
        intensity=table["process"].map(facts),
        ratio=table["cost"] / best.where(best > 0),
    )
    revealed = _reveal(trade).reindex(pd.MultiIndex.from_frame(table[["item", "region", "period"]]))
    return table.assign(rca=revealed.to_numpy())[list(RESULTS["advantage"].columns)]


def _list_draws(sets: Sets) -> pd.DataFrame:
    """Lines by mode and period with PARTS of their own cost per activity; freight and duty are 0."""
    able = {line[:2] for line in sets.existing} | {option[:2] for option in sets.options.index}
    modules = (sets.options["annuity"] + sets.options["fixed_cost"]) / sets.options["size"]
    newest = modules.groupby(level=["site", "process"]).min()
    periods = []
    for period, lines in sets.costs.items():
        draws = sets.terms[period].reset_index()
        known = (line in able for line in zip(draws["site"], draws["process"], strict=True))
        draws = draws[np.fromiter(known, bool)]
        own = lines["fixed_cost"] / (lines["capacity"] * lines["output"]).where(lines["capacity"] > 0)
        capital = newest.reindex(lines.index).fillna(own).fillna(0.0).where(lines["home"], lines["recovery"])
        costs = lines[["region", "labour", "skilled", "energy"]].assign(
            capital=capital, materials=lines[["other", "royalty", "given"]].sum(axis=1), freight=0.0, duty=0.0
        )
        rows = draws[["site", "process", "mode", "margin"]].merge(costs.reset_index(), on=["site", "process"])
        periods.append(rows.assign(period=period))
    every = pd.concat(periods, ignore_index=True)
    open_ = (period in sets.windows[site] for site, period in zip(every["site"], every["period"], strict=True))
    every = every[np.fromiter(open_, bool)]
    keys = zip(every["site"], every["process"], every["mode"], every["period"], strict=True)
    charges = [0.0 if mode == OWN else sets.transaction_cost(site, process, mode, period)
               for site, process, mode, period in keys]  # fmt: skip
    return every.assign(institution=every["margin"] + charges)


def _list_ways(sets: Sets, period: str, draws: pd.DataFrame, places: pd.MultiIndex) -> Ways:
    """The cheapest of the draws of each process in each region: what goes into it is the same for all of them."""
    total = draws[list(PARTS)].sum(axis=1).rename("total")
    order = draws.assign(total=total).sort_values(["total", "site", "mode"], kind="stable")
    best = order.drop_duplicates(["process", "region"]).reset_index(drop=True)
    value = frames.entries(sets.instance["items"].set_index("item")["value"])
    inputs: list[tuple[int, str, str, float]] = []
    outputs: list[tuple[int, str, str, float]] = []
    for way, (process, region) in enumerate(zip(best["process"], best["region"], strict=True)):
        made = [(item, amount) for item, amount in sets.recipe(process, period) if amount > 0]
        valued = all(value[item] > 0 for item, _ in made)
        whole = sum(amount * (value[item] if valued else 1.0) for item, amount in made)
        outputs += [(way, item, region, (value[item] if valued else 1.0) / whole) for item, amount in made]
        inputs += [(way, item, region, -amount) for item, amount in sets.recipe(process, period) if amount < 0]
    return Ways(
        best[list(PARTS)].to_numpy(float), best["process"].to_numpy(), _at(inputs, places), _at(outputs, places)
    )


def _at(rows: list[tuple[int, str, str, float]], places: pd.MultiIndex) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ways, items, regions, amounts = zip(*rows, strict=True) if rows else ((), (), (), ())
    found = places.get_indexer(pd.MultiIndex.from_arrays([items, regions])) if rows else np.zeros(0, dtype=int)
    return np.array(ways, dtype=int), found, np.array(amounts, dtype=float)


Legs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Place of departure, place of arrival, freight and duty of each leg, money/item."""


def _legs(flows: pd.DataFrame, places: pd.MultiIndex) -> Legs:
    ends = [
        places.get_indexer(pd.MultiIndex.from_arrays([flows["item"].astype(object), flows[end].astype(object)]))
        for end in ("origin", "destination")
    ]
    freight = flows["transport"].to_numpy(float) + flows["transit"].to_numpy(float)
    return ends[0], ends[1], freight, flows["duty"].to_numpy(float)


class _CostTable:
    """What is known so far of each place: the least cost, and the way or leg that leads to it (-1: none)."""

    def __init__(self, count: int) -> None:
        self.made, self.way = np.full(count, np.inf), np.full(count, -1)
        self.arrived, self.leg = np.full(count, np.inf), np.full(count, -1)

    @staticmethod
    def improve(known: np.ndarray, by: np.ndarray, place: np.ndarray, cost: np.ndarray) -> bool:
        """Take what is cheaper than what is known; whether anything is."""
        better = np.flatnonzero(cost < known[place] * (1.0 - SMALLEST))
        if not len(better):
            return False
        order = better[np.argsort(cost[better], kind="stable")][::-1]
        known[place[order]], by[place[order]] = cost[order], order  # of several the last counts: the cheapest
        return True


def _tabulate(ways: Ways, legs: Legs, places: pd.MultiIndex) -> pd.DataFrame:
    """item, region, process, PARTS, cost and delivered of every place where something can be made."""
    costs, own_leg = _CostTable(len(places)), legs[0] == legs[1]
    split = np.zeros(len(places), dtype=bool)
    split[legs[1][own_leg]] = True
    each, moved = ways.costs.sum(axis=1), legs[2] + legs[3]
    for _ in range(MOST_ROUNDS):
        there = np.where(split, costs.arrived, np.minimum(costs.made, costs.arrived))
        needed = np.bincount(ways.inputs[0], ways.inputs[2] * there[ways.inputs[1]], len(each))
        made = ways.outputs[2] * (each + needed)[ways.outputs[0]]
        cheaper = costs.improve(costs.made, costs.way, ways.outputs[1], made)
        shipped = np.minimum(costs.made, costs.arrived)[legs[0]] + moved
        if not costs.improve(costs.arrived, costs.leg, legs[1], shipped) and not cheaper:
            break
    content = _follow(costs, ways, legs, split)
    there = np.where(split, costs.arrived, np.minimum(costs.made, costs.arrived))
    able = np.flatnonzero(np.isfinite(costs.made))
    table = pd.DataFrame(content[able], columns=list(PARTS)).assign(
        item=places.get_level_values(0)[able],
        region=places.get_level_values(1)[able],
        process=ways.process[ways.outputs[0][costs.way[able]]] if len(able) else [],
        delivered=np.where(np.isfinite(there[able]), there[able], np.nan),
    )
    return table.assign(cost=table[list(PARTS)].sum(axis=1))


def _follow(costs: _CostTable, ways: Ways, legs: Legs, split: np.ndarray) -> np.ndarray:
    """PARTS of the cost of what is made in each place, along the cheapest chains."""
    count = len(split)
    made, arrived = np.zeros((count, len(PARTS))), np.zeros((count, len(PARTS)))
    local = ~split & (costs.made <= costs.arrived)
    makers, comers = np.flatnonzero(costs.way >= 0), np.flatnonzero(costs.leg >= 0)
    output, leg = costs.way[makers], costs.leg[comers]
    on_the_way = np.zeros((len(comers), len(PARTS)))
    on_the_way[:, PARTS.index("freight")], on_the_way[:, PARTS.index("duty")] = legs[2][leg], legs[3][leg]
    start = legs[0][leg]
    leaving_made = (costs.made <= costs.arrived)[start]
    for _ in range(MOST_ROUNDS):
        there = np.where(local[:, None], made, arrived)
        needed = np.zeros_like(ways.costs)
        np.add.at(needed, ways.inputs[0], ways.inputs[2][:, None] * there[ways.inputs[1]])
        now_made, now_arrived = made.copy(), arrived.copy()
        now_made[makers] = ways.outputs[2][output][:, None] * (ways.costs + needed)[ways.outputs[0][output]]
        now_arrived[comers] = np.where(leaving_made[:, None], made[start], arrived[start]) + on_the_way
        if (now_made == made).all() and (now_arrived == arrived).all():
            break
        made, arrived = now_made, now_arrived
    return made


def _reveal(trade: pd.DataFrame) -> pd.Series:
    """Balassa's index by item, region and period: the item's share in the region's exports over that in all exports."""
    exports = trade[(trade["origin"] != trade["destination"]) & trade["value"].notna()]
    value = exports.groupby(["item", "origin", "period"])["value"].sum().astype(float)
    item, region, period = (value.index.get_level_values(name) for name in ("item", "origin", "period"))
    of_region = value.groupby([region, period]).transform("sum")
    of_item, of_all = value.groupby([item, period]).transform("sum"), value.groupby(period).transform("sum")
    return ((value / of_region) / (of_item / of_all)).rename_axis(["item", "region", "period"])
