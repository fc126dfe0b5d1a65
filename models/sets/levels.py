"""Levels: experience of processes, agglomeration of regions, enabling infrastructure: steps with thresholds."""

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.modules import ModuleOrder
from planner_models.sets.timeline import Timeline

Line = tuple[str, str]


def _steps(table: pd.DataFrame, group: list[str], order: str, worth: str) -> pd.DataFrame:
    """`table` in the order of its levels, with `step`: what each adds to the `worth` in all of the level before."""
    if table.empty:  # most sheets of most instances are, and pandas takes as long for no row as for many
        return table.assign(step=table[worth])
    table = table.sort_values([*group, order])
    before = table.groupby(group)[worth].shift().fillna(0.0)
    table = table.assign(step=table[worth] - before)
    return table[table["step"] > 0]


def tabulate_learning(instance: Instance, time: Timeline) -> dict[tuple[str, int, str], tuple[float, float]]:
    """(process, level, period) -> cumulative activity the plan itself must have made before, and the share then saved.

    The share is of conversion cost, and is what the level adds to the one before. In its first period a plan has no
    experience: only levels that others' activity reaches stand there.
    """
    table = instance["learning"]
    if instance.settings["learning"] == "off" or table.empty:
        return {}
    learnable = instance["processes"].set_index("process")["learnable_share"]
    table = _steps(table, ["process"], "level", "saving")
    found = {}
    for row in table.to_dict("records"):
        share = row["step"] * learnable[row["process"]]
        for period in time.periods:
            own = max(0.0, row["threshold"] - row["outside"] * time.start[period])
            if share > 0 and (own == 0 or period != time.periods[0]):
                found[row["process"], int(row["level"]), period] = (own, share)
    return found


def cluster_table(instance: Instance) -> pd.DataFrame:
    """Levels of agglomeration, indexed by region and level, with `step`: the share of conversion cost each adds."""
    table = instance["clusters"]
    if instance.settings["clusters"] == "off":
        table = table[:0]
    table = _steps(table, ["region", "tier"], "level", "saving")
    return table.assign(level=table["level"].astype(int)).set_index(["region", "level"])


def smallest_plants(
    instance: Instance,
    lines: pd.DataFrame,
    existing: dict[tuple[str, str, str], float],
    orders: dict[tuple[str, str, str, str], ModuleOrder],
) -> dict[tuple[str, str], float]:
    """(region, stage) -> capacity of the smallest plant there, in activity/year: an existing line or a module."""
    stages, regions = stage_names(instance), lines["region"].to_dict()
    smallest: dict[tuple[str, str], float] = {}
    sizes = [(key[:2], size) for key, size in existing.items()]
    sizes += [(key[:2], order.size) for key, order in orders.items()]
    for line, size in sizes:
        place = (regions[line], stages[line[1]])
        smallest[place] = min(size, smallest.get(place, size))
    return smallest


def stage_names(instance: Instance) -> dict[str, str]:
    """The stage of each process.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    dict of str to str
        process -> the stage it belongs to; the process itself where it names none.
    """
    processes = instance["processes"].set_index("process")["stage"]
    return frames.entries(processes.fillna(processes.index.to_series()))


def enabler_table(instance: Instance) -> pd.DataFrame:
    """Enabling infrastructure that raises sales: indexed by region, enabler, item and threshold, with its `step`.

    Only where profit is sought: under least cost more volume would be a burden that no plan takes on.
    """
    table = instance["enablers"]
    if instance.settings["enablers"] == "off" or instance.settings["objective"] == "cost":
        table = table[:0]
    table = _steps(table, ["region", "enabler", "item"], "threshold", "uplift")
    return table.set_index(["region", "enabler", "item", "threshold"])
