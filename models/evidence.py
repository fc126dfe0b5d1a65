"""The ranges that sheet `evidence` gives to the figures of an instance."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.by_period import name_columns, split_key, write_cell
from planner_models.instance import Instance
from planner_models.schema import INPUTS

VALUE, FACTOR, PERCENT = "value", "factor", "percent"
"""How a range is written: in the unit of the figure, as factors of it, or as percentages more or less than it."""


@dataclass(frozen=True)
class EvidenceRange:
    """A row of sheet `evidence`: the rows of another sheet that it is about, and how far their figures may go."""

    sheet: str
    key: str
    column: str
    rows: tuple[int, ...]
    limits: tuple[float, float]
    written: str
    source: str
    trust: str

    def ends(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The low and the high end for figures.

        Parameters
        ----------
        values
            The figures as they are, in their unit, shape (rows,).

        Returns
        -------
        tuple of numpy.ndarray
            Low and high ends, shape (rows,) each, none of the low ones above its high one.
        """
        if self.written == VALUE:
            ends = [np.full(len(values), limit) for limit in self.limits]
        else:
            factors = [limit if self.written == FACTOR else 1 + limit / 100 for limit in self.limits]
            ends = [values * factor for factor in factors]
        return np.minimum(*ends), np.maximum(*ends)

    def ends_together(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The ends of figures that move together: with factors all of them take the same one.

        Where some are below zero, such as reductions of a duty, their own ends lie the other way round.

        Parameters
        ----------
        values
            The figures as they are, in their unit, shape (rows,).

        Returns
        -------
        tuple of numpy.ndarray
            Low and high ends, shape (rows,) each; the sum of the low ones is not above that of the high ones.
        """
        if self.written == VALUE:
            return self.ends(values)
        factors = [limit if self.written == FACTOR else 1 + limit / 100 for limit in self.limits]
        low, high = (values * factor for factor in factors)
        return (low, high) if low.sum() <= high.sum() else (high, low)


class KeyMatcher:
    """Finds the rows of a sheet that a key means, whose parts have `|` between them.

    On sheets without a key, such as duties, the columns that say what a row is about take its place.
    """

    def __init__(self, instance: Instance, sheet: str) -> None:
        self.names = name_columns(sheet)
        self._table = instance[sheet]

    @cached_property
    def _parts(self) -> list[np.ndarray]:
        return [self._table[name].map(write_cell).to_numpy(object) for name in self.names]

    def match(self, key: str) -> tuple[int, ...]:
        """The rows that a key means: that of exactly this key, else all where `*` stands for any part.

        Parameters
        ----------
        key
            Parts with `|` between them; a single `*` means every row.

        Returns
        -------
        tuple of int
            Row numbers in the sheet; empty where there is none, or where the number of parts is not that of the key.
        """
        parts = split_key(key)
        if parts == ["*"]:
            parts *= max(1, len(self.names))
        if len(parts) != len(self.names):
            return ()
        exact, loose = np.ones(len(self._table), bool), np.ones(len(self._table), bool)
        for part, known in zip(parts, self._parts, strict=True):
            same = known == part
            exact &= same
            loose &= same | (part == "*")
        return tuple(self._table.index[exact if exact.any() else loose].tolist())


def list_ranges(instance: Instance) -> list[EvidenceRange]:
    """Every row of sheet `evidence` about a sheet and a column that exist.

    Parameters
    ----------
    instance
        The typed tables.

    Returns
    -------
    list of EvidenceRange
        In the order of the rows; `rows` is empty where the key matches nothing, and for settings.
    """
    matchers: dict[str, KeyMatcher] = {}
    found = []
    for entry in frames.rows(instance["evidence"]):
        sheet, column = entry["sheet"], entry["column"]
        if (
            sheet not in INPUTS
            or column not in INPUTS[sheet].columns
            or pd.isna(entry["low"])
            or pd.isna(entry["high"])
        ):
            continue
        rows: tuple[int, ...] = ()
        if sheet != "settings":
            rows = matchers.setdefault(sheet, KeyMatcher(instance, sheet)).match(entry["key"])
        found.append(make_range(entry, rows))
    return found


def make_range(entry: Mapping[str, Any], rows: tuple[int, ...]) -> EvidenceRange:
    """A row of sheet `evidence` about these rows of another sheet.

    Parameters
    ----------
    entry
        The cells of the row by column.
    rows
        Row numbers in the sheet that it names; empty for settings.

    Returns
    -------
    EvidenceRange
        The range.
    """
    limits = (float(entry["low"]), float(entry["high"]))
    named = (entry["sheet"], entry["key"], entry["column"])
    return EvidenceRange(*named, rows, limits, entry["range_as"], entry["source"] or "", entry["confidence"] or "")
