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
    for row in frames.rows(table):
        share = row["step"] * learnable[row["process"]]
        for period in time.periods:
            own = max(0.0, row["threshold"] - row["outside"] * time.start[period])
            if share > 0 and (own == 0 or period != time.periods[0]):
                found[row["process"], int(row["level"]), period] = (own, share)
    return found


def value_experience(
    instance: Instance, time: Timeline, lines: pd.DataFrame, existing: dict[tuple[str, str, str], float]
) -> dict[tuple[str, int], tuple[float, float]]:
    """What levels of experience are worth after the last period, to a plan that has reached them by its end.

    A level goes on saving for `experience_years`: share saved x conversion cost of the home line where it is lowest x
    `activity_after`, discounted year by year. It is a sum for the level and not for what is made in the last period:
    else making more than is needed in that period would earn the savings of many years.

    Parameters
    ----------
    instance
        The instance.
    time
        Its time axis.
    lines
        Lines with `home` and `conversion` (money/activity), indexed by site and process.
    existing
        (site, process, period) -> capacity in activity/year.

    Returns
    -------
    dict
        (process, level) -> cumulative activity that the plan itself must have made by its end, and what the level then
        adds, money of the base year. Levels that others' activity reaches are not in it: no decision changes them.
    """
    years, table = instance.settings["experience_years"], instance["learning"]
    if not years or instance.settings["learning"] == "off" or table.empty:
        return {}
    last = time.periods[-1]
    end = time.start[last] + time.years[last]
    discounted = sum((1.0 + instance.settings["discount_rate"]) ** -(end + year) for year in range(years))
    home = lines[lines["home"].astype(bool)].reset_index()
    cheapest = home.groupby("process")["conversion"].min()
    standing = home.assign(size=[existing.get((site, process, last), 0.0) for site, process in
                                 zip(home["site"], home["process"], strict=True)])  # fmt: skip
    capacity = standing.groupby("process")["size"].sum()
    learnable = instance["processes"].set_index("process")["learnable_share"]
    found: dict[tuple[str, int], tuple[float, float]] = {}
    for row in frames.rows(_steps(table, ["process"], "level", "saving")):
        process, activity = row["process"], row["activity_after"]
        own = row["threshold"] - row["outside"] * end
        if process in cheapest.index and own > 0:
            activity = capacity[process] if activity != activity else activity
            value = row["step"] * learnable[process] * cheapest[process] * activity * discounted
            found |= {(process, int(row["level"])): (own, value)} if value > 0 else {}
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

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.DataFrame
        One row per threshold; `step` is what passing it adds to sales, as a share.
    """
    table = instance["enablers"]
    if instance.settings["enablers"] == "off" or instance.settings["objective"] == "cost":
        table = table[:0]
    table = _steps(table, ["region", "enabler", "item"], "threshold", "uplift")
    return table.set_index(["region", "enabler", "item", "threshold"])
