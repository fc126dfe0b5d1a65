"""Capacity below demand: demand exploded through the recipes, against all that exists and can be built."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import join_names, needs, report_warning, rows
from planner.checks.bounds import CAPACITY_SHEETS, greatest_use, tabulate_existing_capacity
from planner.checks.places import lines_at_sites
from planner.checks.reach import must_be_served
from planner.checks.supply import find_returned
from planner.issues import Issue
from planner.solver.highs.linear import minimum
from planner_models.by_period import list_views, period_views
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading


TOLERANCE = 1e-6
"""Shortfalls below this share of the need are taken as rounding."""


@dataclass(frozen=True)
class Means:
    """What all regions together can do in one period. Shapes: items and processes in the order of their sheets."""

    recipe: np.ndarray
    """Item per activity (items x processes)."""
    capacity: np.ndarray
    """Activity per year (processes,)."""
    stock: np.ndarray
    """What can be released per year at most (items,)."""

    def most(self, item: int) -> float:
        """The most of an item that can be made or released in a year."""
        return float(np.clip(self.recipe[item], 0, None) @ self.capacity + self.stock[item])

    def least(self, item: int, demand: np.ndarray) -> tuple[float, np.ndarray] | None:
        """The least of an item that must be made or released to serve `demand`, and what one more unit of each adds.

        Processes that have capacity at all may run at any rate. None where demand cannot be served even so.
        """
        one = np.eye(len(self.stock))[item]
        cost = np.concatenate([np.clip(self.recipe[item], 0, None), one])
        most = np.concatenate([self._any_rate(), np.where(one > 0, np.inf, self.stock)])
        found = minimum(cost, np.hstack([self.recipe, np.eye(len(one))]), demand, most)
        return None if found is None else (found[0], found[2])

    def unserved(self, demand: np.ndarray, *, any_rate: bool = False) -> np.ndarray:
        """What stays unserved of each item's demand when the sum of unserved shares is least.

        With `any_rate` processes that have capacity at all may run at any rate.
        """
        count = len(self.stock)
        share = np.where(demand > 0, 1.0 / np.where(demand > 0, demand, 1.0), 0.0)
        cost = np.concatenate([np.zeros(len(self.capacity) + count), share])
        most = np.concatenate([self._any_rate() if any_rate else self.capacity, self.stock, demand])
        found = minimum(cost, np.hstack([self.recipe, np.eye(count), np.eye(count)]), demand, most)
        return np.zeros(count) if found is None else found[1][-count:]

    def _any_rate(self) -> np.ndarray:
        return np.where(self.capacity > 0, np.inf, 0.0)


@needs(*CAPACITY_SHEETS, "regions", "items", "recipes", "demand", "stocks", "returns")
def capacity_covers_demand(reading: "Reading") -> Iterator[Issue]:
    """In every period the least that must be made of every item is what can be used; regions and lanes are left aside.

    A warning even where demand must be served: then the solver proves it and says what the smallest change would be.
    """
    instance = reading.instance
    demand = instance["demand"][["region", "item", "period", "volume"]].assign(must=must_be_served(instance))
    demand["row"] = demand.index
    smallest = demand.sort_values("volume").drop_duplicates(["region", "item", "period"])
    for period, means in _means(instance):
        wanted = smallest[smallest["period"] == period]
        found = list(_shortfalls(reading, means, period, wanted[wanted["must"]]))
        yield from found or _shortfalls(reading, means, period, wanted)


def _means(instance: Instance) -> Iterator[tuple[str, Means]]:
    """Each period with what can be done in it."""
    items, processes = list(instance["items"]["item"]), list(instance["processes"]["process"])
    by_line = pd.DataFrame(greatest_use(instance)).groupby(instance["lines"]["process"].to_numpy()).sum()
    capacity = by_line.reindex(processes, fill_value=0.0).to_numpy(float)
    stocks = instance["stocks"].groupby("item")
    initial = stocks["initial"].sum().reindex(items, fill_value=0.0).to_numpy()
    room = stocks["maximum"].agg(lambda limits: limits.fillna(np.inf).sum())
    maximum = room.reindex(items, fill_value=0.0).to_numpy(float)
    stored = initial
    years = instance["periods"]["years"].to_numpy()
    returned = np.where(find_returned(instance).any(axis=1), np.inf, 0.0)
    for place, (period, view) in enumerate(period_views(instance).items()):
        recipes = view["recipes"]
        recipe = recipes.pivot_table(index="item", columns="process", values="quantity", aggfunc="sum", fill_value=0.0)
        matrix = recipe.reindex(index=items, columns=processes, fill_value=0.0).to_numpy(float)
        yield period, Means(matrix, capacity[:, place], stored / years[place] + returned[place])
        makeable = np.clip(matrix, 0, None) @ capacity[:, place]
        stored = np.maximum(initial, np.minimum(maximum, stored + makeable * years[place]))


def _shortfalls(reading: "Reading", means: Means, period: str, wanted: pd.DataFrame) -> Iterator[Issue]:
    """An issue for each item of which more is needed than can be made, or one for several that fall short together.

    What can be served together needs no more of any item than can be made of it.
    """
    items = reading.instance["items"]
    volume = wanted.groupby("item")["volume"].sum().reindex(items["item"], fill_value=0.0).to_numpy()
    if not volume.any():
        return
    volume = volume - means.unserved(volume, any_rate=True)
    unserved = means.unserved(volume)
    lacking = list(np.flatnonzero(unserved > TOLERANCE * np.maximum(volume, 1)))
    if not lacking:
        return
    short = False
    for place, (item, unit) in enumerate(zip(items["item"], items["unit"], strict=True)):
        need = means.least(place, volume)
        if need is None:
            return
        if need[0] > means.most(place) * (1 + TOLERANCE) + TOLERANCE:
            short = True
            driver = items["item"].iloc[int(np.argmax(need[1] * volume))]
            message = (
                f"{period}: demand needs {need[0]:.6g} {unit or 'units'} of `{item}` a year, capacity can give "
                f"{means.most(place):.6g}; add capacity or options for a process that makes it, or lower the volume"
            )
            yield report_warning(reading, "demand", _largest(wanted, driver), "volume", message)
    if not short:
        names = join_names([f"{unserved[place]:.6g} of `{items['item'].iloc[place]}`" for place in lacking])
        message = (
            f"{period}: all capacity together cannot serve all demand; at least {names} stay unserved; add "
            "capacity or options, or lower the volume"
        )
        first = items["item"].iloc[lacking[0]]
        yield report_warning(reading, "demand", _largest(wanted, first), "volume", message)


def _largest(wanted: pd.DataFrame, item: str) -> int:
    """The row of `demand` with most of an item."""
    rows = wanted[wanted["item"] == item]
    return int(rows["row"].to_numpy()[rows["volume"].argmax()])


@needs(*CAPACITY_SHEETS, "regions", "items", "recipes", "demand", "stocks", "enablers")
def least_loads_fit_demand(reading: "Reading") -> Iterator[Issue]:
    """What the least load of a line makes can be used: otherwise the line can never run."""
    instance = reading.instance
    existing = tabulate_existing_capacity(instance)
    smallest = np.where(existing > 0, existing, np.inf).min(axis=1, initial=np.inf)
    lines = lines_at_sites(instance).assign(smallest=smallest)
    loaded = lines[(lines["home"] == "yes") & (lines["min_load"] > 0) & np.isfinite(smallest)]
    if loaded.empty:
        return
    recipes = _tabulate_rates(instance)
    outlet = _outlets(instance, recipes)
    made = recipes[recipes["quantity"] > 0]
    for row, line in rows(loaded):
        for _, output in rows(made[made["process"] == line["process"]]):
            least = line["min_load"] * line["smallest"] * output["least"]
            most = outlet[output["item"]]
            if least <= most * (1 + TOLERANCE):
                continue
            demand = instance["demand"]
            sold = demand.index[demand["item"] == output["item"]]
            cell = f" (demand!{reading.cell('demand', int(sold[0]), 'volume')})" if len(sold) else ""
            message = (
                f"at its least load (capacity in lines!{reading.cell('lines', row, 'capacity')}) `{line['process']}` "
                f"at `{line['site']}` makes {least:.6g} of `{output['item']}` a year, and at most {most:.6g} can be "
                f"used{cell}: the line can never run; write a lower min_load or capacity"
            )
            yield report_warning(reading, "lines", row, "min_load", message)
            break


def _tabulate_rates(instance: Instance) -> pd.DataFrame:
    """The recipes, with `least` and `most` of what they use or make in any period: both above 0, in item/activity."""
    each = pd.concat([view["recipes"]["quantity"].abs() for view in list_views(instance)], axis=1)
    return instance["recipes"].assign(least=each.min(axis=1), most=each.max(axis=1))


def _outlets(instance: Instance, recipes: pd.DataFrame) -> dict[str, float]:
    """The most of each item that can be used in a year: sold, or taken up by what is made of it; inf where disposed."""
    items = instance["items"]
    free = set(items.loc[items["disposable"] == "yes", "item"]) | set(instance["stocks"]["item"])
    free |= set(instance["enablers"]["enabler"])
    demand = instance["demand"].groupby(["item", "period"])["volume"].sum().groupby("item").max()
    most = pd.Series(greatest_use(instance).max(axis=1), index=instance["lines"].index)
    capacity = most.groupby(instance["lines"]["process"]).sum().to_dict()
    sold = {name: float(demand.get(name, 0.0)) for name in items["item"]}
    outlet = dict.fromkeys(sold, np.inf)
    made, taken = (
        [(row["process"], row["item"], row[name]) for _, row in rows(recipes[recipes["quantity"] * sign > 0])]
        for sign, name in ((1.0, "least"), (-1.0, "most"))
    )
    for _ in range(len(items)):  # each round looks one step further down the chain
        rate = {process: capacity.get(process, 0.0) for process in recipes["process"]}
        for process, item, quantity in made:
            rate[process] = min(rate[process], outlet[item] / quantity)
        used = dict(sold)
        for process, item, quantity in taken:
            used[item] += quantity * rate[process]
        outlet = {name: np.inf if name in free else amount for name, amount in used.items()}
    return outlet
