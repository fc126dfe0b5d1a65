"""Bounds from data: how much of each process a plan can have a use for, however much could be built."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.timeline import Timeline

ROUNDS = 50
"""Most passes from final goods back to materials; each lets the bound of one more tier settle."""

Recipes = dict[str, tuple[tuple[str, float], ...]]


def useful_activity(
    instance: Instance,
    time: Timeline,
    recipes: Mapping[str, Recipes],
    most: dict[tuple[str, str, str], float],
    most_sold: dict[tuple[str, str], float],
) -> dict[str, np.ndarray]:
    """process -> the most that all its lines together can make in each period, in activity/year; may be infinite.

    What is made of an item that may not be thrown away is sold, used, deployed or stocked: with D what markets take,
    a process can make at most min over such outputs i of (D_i + sum over processes p of use_pi x most_p) / quantity_i,
    where most_p is this bound of p. The bounds fall from capacity, if all were built, until they settle.
    `recipes` are by period, `most_sold` is by item and period, in item/year.
    """
    flows = defaultdict(list, _stack(recipes))
    place = time.position
    bound: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(place)))
    for (_, process, period), capacity in most.items():
        bound[process][place[period]] += capacity
    taken = _final_use(instance, time, most_sold)
    items = instance["items"]
    kept = set(items.loc[items["disposable"] == "no", "item"])
    for _ in range(ROUNDS):
        need = {item: values.copy() for item, values in taken.items()}
        for process, values in bound.items():
            for item, quantity in flows[process]:
                if quantity.max() < 0:
                    need[item] = need.get(item, 0.0) - quantity * values
        lower = {process: _tighten_bound(values, flows[process], need, kept) for process, values in bound.items()}
        if all(np.array_equal(lower[process], values) for process, values in bound.items()):
            break
        bound.update(lower)
    return dict(bound)


def _stack(recipes: Mapping[str, Recipes]) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Process -> each item of its recipe with its quantities, of shape (periods,)."""
    found: dict[str, list[tuple[str, np.ndarray]]] = {}
    for process, first in next(iter(recipes.values()), {}).items():
        columns = zip(*([amount for _, amount in recipe[process]] for recipe in recipes.values()), strict=True)
        found[process] = [(item, np.array(column)) for (item, _), column in zip(first, columns, strict=True)]
    return found


def most_sold(demand: pd.DataFrame, enablers: pd.DataFrame) -> dict[tuple[str, str], float]:
    """What all markets take at most, at their largest steps and with every threshold passed.

    Parameters
    ----------
    demand
        As `tabulate_markets` gives it.
    enablers
        As `enabler_table` gives it.

    Returns
    -------
    dict of (str, str) to float
        By item and period, item/year.
    """
    largest = demand.groupby(["region", "item", "period"])["volume"].max().reset_index()
    raised = enablers["step"].groupby(level=["region", "item"]).sum()
    uplift = raised.reindex(pd.MultiIndex.from_frame(largest[["region", "item"]]), fill_value=0.0).to_numpy(float)
    largest["volume"] *= 1.0 + uplift
    return frames.entries(largest.groupby(["item", "period"])["volume"].sum())


def _tighten_bound(
    values: np.ndarray, recipe: list[tuple[str, np.ndarray]], need: dict[str, np.ndarray], kept: set[str]
) -> np.ndarray:
    """A process's bound, brought down to what its outputs are needed for."""
    for item, quantity in recipe:
        if quantity.min() > 0 and item in kept:
            values = np.minimum(values, need.get(item, np.zeros_like(values)) / quantity)
    return values


def _final_use(instance: Instance, time: Timeline, most_sold: dict[tuple[str, str], float]) -> dict[str, np.ndarray]:
    """item -> what can leave the chain in each period: sold, put in stock, or deployed without limit."""
    use: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(time.periods)))
    for (item, period), volume in most_sold.items():
        use[item][time.position[period]] += volume
    years = np.array([time.years[period] for period in time.periods])
    for item, maximum in instance["stocks"][["item", "maximum"]].to_numpy():
        use[item] = use[item] + (np.inf if maximum is None or np.isnan(maximum) else maximum / years)
    for enabler in instance["enablers"]["enabler"]:
        use[enabler] = use[enabler] + np.inf
    return use
