"""Inertia: how fast what a source supplies to a destination can fall and rise."""

from collections import defaultdict
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from planner_models import frames
from planner_models.instance import Instance

EVERY = "*"
TERMS = ("max_fall", "max_rise", "seed", "initial")


class Inertia(NamedTuple):
    """Shares a year, what it may rise by besides (item/year per year), and what was supplied before; None = no limit.

    `rows` are the rows of the sheet that say so, the one that names most first.
    """

    max_fall: float | None
    max_rise: float | None
    seed: float
    initial: float | None
    rows: tuple[int, ...]

    def shrinkage(self, years: float) -> float | None:
        """What is left of a supply at least after some years, as a factor."""
        return None if self.max_fall is None else (1.0 - self.max_fall) ** years

    def growth(self, years: float) -> float | None:
        """What becomes of a supply at most after some years, as a factor, the seed apart."""
        return None if self.max_rise is None else (1.0 + self.max_rise) ** years


def inertia_table(instance: Instance) -> dict[tuple[str, str, str], Inertia]:
    """(item, source, destination) -> the terms that hold there; none while the switch is off.

    Of several rows that match, each cell is that of the row that names most: an item counts before a source, and a
    source before a destination. Blank cells mean what the others say.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    dict
        Terms by item, source and destination, each of the two a region or a bloc.
    """
    table = instance["inertia"]
    matches: dict[tuple[str, str, str], list[tuple[tuple[int, ...], int]]] = defaultdict(list)
    regions, items = list(instance["regions"]["region"]), list(instance["items"]["item"])
    for row in frames.cells(table[:0] if instance.settings["inertia"] == "off" else table):
        named = tuple(int(cell != EVERY) for cell in (row.item, row.source, row.destination))
        places = [regions if cell == EVERY else [cell] for cell in (row.source, row.destination)]
        for key in product(items if row.item == EVERY else [row.item], *places):
            matches[key].append(((sum(named), *named), row.Index))
    cells = frames.records(table)
    found = {}
    for key, rows in matches.items():
        ranked = [row for _, row in sorted(rows, reverse=True)]
        fall, rise, seed, initial = (_first_stated([cells[row][name] for row in ranked]) for name in TERMS)
        found[key] = Inertia(fall, rise, seed or 0.0, initial, tuple(ranked))
    return found


def _first_stated(values: list[Any]) -> float | None:
    return next((float(value) for value in values if value is not None and not np.isnan(value)), None)
