"""Recipes: every process makes something, and nothing is made from nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.issues import Issue
from planner.solver.highs.linear import minimum

if TYPE_CHECKING:
    from planner.workbook.read import Reading

SMALLEST_GAIN = 1e-6
"""Least gain, as a share of the largest quantity of the item, that counts as made from nothing and not as rounding."""


@needs("processes", "recipes")
def recipes_make_something(reading: "Reading") -> Iterator[Issue]:
    """A recipe has a positive quantity."""
    for process, recipe in reading.instance["recipes"].groupby("process", sort=False):
        if not (recipe["quantity"] > 0).any():
            message = f"the recipe of `{process}` makes nothing; give what it makes a positive quantity"
            yield report_error(reading, "recipes", recipe.index[0], "quantity", message)


@needs("recipes")
def recipe_rows_say_something(reading: "Reading") -> Iterator[Issue]:
    """A quantity is not 0."""
    recipes = reading.instance["recipes"]
    for row, entry in rows(recipes[recipes["quantity"] == 0]):
        message = f"`{entry['process']}` neither makes nor uses `{entry['item']}`; write a quantity or remove the row"
        yield report_warning(reading, "recipes", row, "quantity", message)


@needs("processes", "recipes", "lines")
def processes_have_recipes(reading: "Reading") -> Iterator[Issue]:
    """A process that runs somewhere has a recipe."""
    known = set(reading.instance["recipes"]["process"])
    lines, processes = reading.instance["lines"], reading.instance["processes"]
    for row, line in rows(lines[~lines["process"].isin(known)]):
        message = f"`{line['process']}` has no recipe: write in sheet recipes what it makes and uses"
        yield report_error(reading, "lines", row, "process", message)
    idle = processes[~processes["process"].isin(known | set(lines["process"]))]
    for row, process in rows(idle):
        message = f"`{process['process']}` has neither a recipe nor a line; give it both or remove it"
        yield report_warning(reading, "processes", row, "process", message)


@needs("processes", "recipes")
def nothing_comes_from_nothing(reading: "Reading") -> Iterator[Issue]:
    """No set of processes that all have inputs makes more of something while using up nothing."""
    recipes = reading.instance["recipes"]
    converting = recipes.loc[recipes["quantity"] < 0, "process"].unique()
    recipes = recipes[recipes["process"].isin(converting)]
    while len(circle := _smallest(recipes, _gain(recipes))):
        around = recipes[recipes["process"].isin(circle.index)]
        net = (around["quantity"] * around["process"].map(circle)).groupby(around["item"]).sum()
        made = net[net > SMALLEST_GAIN * (around["quantity"].abs().groupby(around["item"]).max())]
        cells = [reading.cell("recipes", row, "quantity") for row in around.index]
        runs = [f"{share:.4g} x `{process}`" for process, share in circle.items()]
        message = (
            f"these recipes make `{join_names(list(made.index))}` from nothing: {join_names(runs)} consume nothing; "
            f"correct a quantity in {join_names(cells, 12)}"
        )
        yield report_error(reading, "recipes", around.index[0], "quantity", message)
        recipes = recipes[~recipes["process"].isin(circle.index)]


def _smallest(recipes: pd.DataFrame, circle: pd.Series) -> pd.Series:
    """The circle without the processes that it does not need, so that only those at fault are named."""
    for process in circle.index:
        others = circle.index[circle.index != process]
        fewer = _gain(recipes[recipes["process"].isin(others)])
        if len(fewer):
            return _smallest(recipes, fewer)
    return circle


def _gain(recipes: pd.DataFrame) -> pd.Series:
    """How much to run of each process to gain most from nothing, largest = 1; empty where nothing can be gained.

    Quantities are scaled by item and by process, since their units differ by orders of magnitude.
    """
    recipes = recipes[recipes["quantity"] != 0]
    if recipes.empty:
        return pd.Series(dtype=float)
    net = recipes.pivot_table(index="item", columns="process", values="quantity", aggfunc="sum", fill_value=0.0)
    scaled = net.div(net.abs().max(axis=1), axis=0)
    process_scale = scaled.abs().max(axis=0)
    matrix = (scaled / process_scale).to_numpy()
    limits = np.vstack([matrix, -np.ones(matrix.shape[1])])
    least = np.append(np.zeros(len(matrix)), -1.0)
    found = minimum(-matrix.sum(axis=0), limits, least, np.full(matrix.shape[1], np.inf))
    if found is None or -found[0] <= SMALLEST_GAIN:
        return pd.Series(dtype=float)
    run = pd.Series(found[1], index=net.columns) / process_scale
    run = run[found[1] > SMALLEST_GAIN]
    return run / run.max()
