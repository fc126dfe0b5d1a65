"""Growth: how fast the capacity of a process or stage can grow in a place."""

from itertools import product
from typing import NamedTuple

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.productivity import EVERY, line_names

Line = tuple[str, str]


class Growth(NamedTuple):
    """Share a year and seed (activity/year per year), the lines that count, and the row of the sheet that says so."""

    max_growth: float
    seed: float
    lines: tuple[Line, ...]
    row: int

    def factor(self, years: int) -> float:
        """What growth over some years adds, as a share of what was there."""
        return float((1.0 + self.max_growth) ** years - 1.0)


def growth_table(instance: Instance) -> dict[tuple[str, str], Growth]:
    """(process or stage, region or bloc) -> the growth that it can have; none while the switch is off.

    Of several rows that match, the one that names most holds; what is made counts before where.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    dict
        Growth by what and where, of those with a line.
    """
    table = instance["growth"]
    if instance.settings["growth"] == "off" or table.empty:
        return {}
    processes, regions = list(instance["processes"]["process"]), list(instance["regions"]["region"])
    holding: dict[tuple[str, str], tuple[tuple[int, int], int]] = {}
    for row in frames.cells(table):
        rank = (int(row.what != EVERY) + int(row.where != EVERY), int(row.what != EVERY))
        whats = processes if row.what == EVERY else [row.what]
        for key in product(whats, regions if row.where == EVERY else [row.where]):
            holding[key] = max(holding.get(key, (rank, row.Index)), (rank, row.Index))
    cells, members = frames.records(table), _list_members(instance)
    return {
        key: Growth(cells[row]["max_growth"], cells[row]["seed"], tuple(members[key]), row)
        for key, (_, row) in holding.items()
        if key in members
    }


def _list_members(instance: Instance) -> dict[tuple[str, str], list[Line]]:
    """The lines of each process and stage in each region and bloc that has any."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line, row in frames.records(line_names(instance)).items():
        for key in {(what, where) for what in (row["process"], row["stage"]) for where in (row["region"], row["bloc"])}:
            found.setdefault(key, []).append(line)
    return found
