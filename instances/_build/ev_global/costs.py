"""Full cost of an item by region, through all tiers: what a new plant would have to earn. No optimisation in it.

make(i, r) = min over processes of [conversion + capital + sum of inputs x delivered(input, r)]
delivered(i, r) = min over regions a with a line of [make(i, a) + freight + duty + in-transit interest]
conversion = (labour x wage + skilled x skilled_wage + energy x energy_price)/1e6 + other_cost (or the line's unit_cost)
capital = (CRF(wacc, life) + fixed share) x capex in the region / utilisation
All in money (million USD) per unit of the item. Rents, margins and subsidies are not in it, so prices lie above.
"""

from graphlib import TopologicalSorter
from typing import NamedTuple

import numpy as np
import pandas as pd
from .lanes import Route, cost_per_tkm, routes
from .plants import capex_per_unit, recipe_inputs, recipe_outputs
from .tables import read
from .trade import duty_rates

UTILISATION = 0.75  # as in raw_cell_cost


def recovery_factor(rate: pd.Series, life: pd.Series) -> pd.Series:
    """Capital recovery factor: the annuity per unit of capex."""
    return rate / (1 - (1 + rate) ** -life)


def conversion_and_capital(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Every process in every region: conversion and capital cost (money/activity), and whether a line stands there."""
    processes, regions = read("processes"), sheets["regions"]
    grid = processes.merge(regions, how="cross", suffixes=("", "_region"))
    grid["capital"] = (
        (recovery_factor(grid["wacc"], grid["life"]) + grid["fixed_share"])
        * capex_per_unit(grid[["process", "region"]], processes, regions)
        / UTILISATION
    )
    hours = grid["labour"] * grid["wage"] + grid["skilled"] * grid["skilled_wage"]
    grid["conversion"] = (hours + grid["energy"] * grid["energy_price"]) / 1e6 + grid["other_cost"]
    lines = sheets["lines"].merge(sheets["sites"][["site", "region"]], on="site")
    given = lines.groupby(["process", "region"], as_index=False).agg(unit_cost=("unit_cost", "min"))
    grid = grid.merge(given.assign(line=True), on=["process", "region"], how="left")
    grid["conversion"] = grid["unit_cost"].fillna(grid["conversion"])
    grid["line"] = grid["line"].eq(True)
    return grid[["process", "region", "conversion", "capital", "line"]]


class Freight(NamedTuple):
    """What moving costs need, read once."""

    routes: list[Route]
    kinds: pd.Series
    rates: pd.DataFrame
    ports: pd.DataFrame

    @classmethod
    def of(cls, places: list[str]) -> "Freight":
        """The freight tables and all ways between places."""
        kinds, rates = read("items").set_index("item")["transport"], read("freight").set_index("class")
        return cls(routes(places), kinds, rates, read("ports").set_index("region"))


def moving(item: pd.Series, sheets: dict[str, pd.DataFrame], freight: Freight) -> np.ndarray:
    """Matrix of freight, duty and in-transit interest (money/item) from region to region in the first period."""
    rate = float(sheets["settings"].set_index("key").loc["discount_rate", "value"])
    at = {place: k for k, place in enumerate(sheets["regions"]["region"])}
    matrix = np.full((len(at), len(at)), np.inf)
    np.fill_diagonal(matrix, 0.0)
    if freight.kinds[item["item"]] == "none":
        return matrix
    for route in freight.routes:
        per_tkm = cost_per_tkm(route, freight.kinds[item["item"]], freight.rates, freight.ports)
        money = per_tkm * route.km * item["mass"] / 1e6 + item["value"] * rate * route.days / 365
        here = (at[route.origin], at[route.destination])
        matrix[here] = min(matrix[here], money)
    return matrix + duty_rates(item["item"], sheets["periods"]["period"].iloc[0], sheets) * item["value"]


def full_costs(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Columns item, region, make (a new plant there, line or not) and delivered (cheapest source with a line)."""
    places = list(sheets["regions"]["region"])
    inputs, outputs = recipe_inputs(sheets["recipes"]), recipe_outputs(sheets["recipes"])
    grid = conversion_and_capital(sheets).set_index(["process", "region"])
    freight = Freight.of(places)
    items = sheets["items"].set_index("item", drop=False)
    chain: dict[str, set[str]] = {item: set() for item in items.index}
    for process, item in outputs.items():
        chain[item] |= set(inputs.get(process, {}))
    make: dict[str, np.ndarray] = {}
    delivered: dict[str, np.ndarray] = {}
    for item in TopologicalSorter(chain).static_order():
        anywhere, with_line = np.full(len(places), np.inf), np.full(len(places), np.inf)
        for process in (p for p, made in outputs.items() if made == item):
            rows = grid.loc[process].loc[places]
            cost = (rows["conversion"] + rows["capital"]).to_numpy(dtype=float)
            cost = cost + sum(amount * delivered[i] for i, amount in inputs.get(process, {}).items())
            anywhere = np.minimum(anywhere, cost)
            with_line = np.minimum(with_line, np.where(rows["line"], cost, np.inf))
        make[item] = anywhere
        delivered[item] = (with_line[:, None] + moving(items.loc[item], sheets, freight)).min(axis=0)
    frames = [pd.DataFrame({"item": i, "region": places, "make": make[i], "delivered": delivered[i]}) for i in make]
    return pd.concat(frames, ignore_index=True)


def cost_ratios(sheets: dict[str, pd.DataFrame], base: str = "China") -> pd.DataFrame:
    """Full cost of cells, and of packs with cells made in the same region, over the base region's, beside the known."""
    table = full_costs(sheets).set_index(["item", "region"])
    known = read("known_cell_costs")

    def cost(item: str, region: str) -> float:
        if not item.startswith("pack_"):
            return float(table.loc[(item, region), "make"])
        cell = table.loc[(item.replace("pack", "cell"), region)]
        return float(table.loc[(item, region), "make"] + cell["make"] - cell["delivered"])

    def ratio(item: str, region: str) -> float:
        kinds = ["pack_lfp", "pack_ncm"] if item == "pack_*" else [item]
        return sum(cost(k, region) for k in kinds) / sum(cost(k, base) for k in kinds)

    known["instance"] = [ratio(i, r) for i, r in zip(known["item"], known["region"], strict=True)]
    return known
