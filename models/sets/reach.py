"""What can be where: an item exists in a region only if something can make or bring it there."""

from functools import partial

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.levels import enabler_table


def available(
    instance: Instance, lines: pd.DataFrame, arcs: pd.DataFrame, returned: set[tuple[str, str]]
) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """Which items can reach which regions, and which lines can ever run.

    Returns a bool frame, items by regions, and the (site, process) of lines whose every input can be there.
    A fixed point: stocks and what is `returned` (item and region), then lines with all inputs, then arcs, until
    nothing new appears.
    """
    there = pd.DataFrame(False, index=instance["items"]["item"], columns=instance["regions"]["region"])
    stocks = instance["stocks"]
    for region, item in stocks.loc[stocks["initial"] > 0, ["region", "item"]].itertuples(index=False):
        there.loc[item, region] = True
    for item, region in returned:
        there.loc[item, region] = True
    reach = there.to_numpy(copy=True)
    item_code, region_code = partial(frames.codes, there.index), partial(frames.codes, there.columns)
    ends = [(item_code(arcs["item"]), region_code(arcs[end])) for end in ("origin", "destination")]
    recipes = {
        process: (item_code(rows.loc[rows["quantity"] < 0, "item"]), item_code(rows.loc[rows["quantity"] > 0, "item"]))
        for process, rows in instance["recipes"].groupby("process")
    }
    waiting = {
        (site, process): region
        for (site, process), region in zip(lines.index, region_code(lines["region"]), strict=True)
        if process in recipes
    }
    running: set[tuple[str, str]] = set()
    before = -1
    while before != reach.sum() + len(running):
        before = reach.sum() + len(running)
        for line in [line for line, region in waiting.items() if reach[recipes[line[1]][0], region].all()]:
            reach[recipes[line[1]][1], waiting.pop(line)] = True
            running.add(line)
        np.logical_or.at(reach, ends[1], reach[ends[0]])
    return pd.DataFrame(reach, index=there.index, columns=there.columns), running


def find_useful_items(
    instance: Instance, lines: pd.DataFrame, arcs: pd.DataFrame, running: set[tuple[str, str]]
) -> pd.DataFrame:
    """Where an item is of any use: a bool frame, items by regions.

    Where it is sold, stocked, used by a line, put up as an enabler, or shipped on.
    """
    use = pd.DataFrame(False, index=instance["items"]["item"], columns=instance["regions"]["region"])
    reach = use.to_numpy(copy=True)
    item_code, region_code = partial(frames.codes, use.index), partial(frames.codes, use.columns)
    for sheet in ("demand", "stocks"):
        reach[item_code(instance[sheet]["item"]), region_code(instance[sheet]["region"])] = True
    enablers = enabler_table(instance).reset_index()
    reach[item_code(enablers["enabler"]), region_code(enablers["region"])] = True
    recipes = instance["recipes"]
    inputs = dict(frames.groups(recipes[recipes["quantity"] < 0], "process"))
    for line, region in zip(lines.index, region_code(lines["region"]), strict=True):
        if line in running and line[1] in inputs:
            reach[item_code(inputs[line[1]]["item"]), region] = True
    origins, destinations = [(item_code(arcs["item"]), region_code(arcs[end])) for end in ("origin", "destination")]
    before = -1
    while before != reach.sum():
        before = reach.sum()
        np.logical_or.at(reach, origins, reach[destinations])
    return pd.DataFrame(reach, index=use.index, columns=use.columns)


def useful_arcs(arcs: pd.DataFrame, there: pd.DataFrame, use: pd.DataFrame) -> pd.DataFrame:
    """The arcs whose item can be at the origin and is of use at the destination."""
    items = frames.codes(there.index, arcs["item"])
    can = there.to_numpy()[items, frames.codes(there.columns, arcs["origin"])]
    want = use.to_numpy()[items, frames.codes(use.columns, arcs["destination"])]
    return arcs[can & want].reset_index(drop=True)


def tabulate_recipes(instance: Instance) -> dict[str, tuple[tuple[str, float], ...]]:
    """What each process uses (below 0) and makes per activity.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    dict of str to tuple
        Process -> ((item, quantity), ...), quantities in item/activity.
    """
    return {
        process: tuple(zip(rows["item"], rows["quantity"], strict=True))
        for process, rows in frames.groups(instance["recipes"], "process")
    }
