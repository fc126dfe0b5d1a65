"""What an enumeration is made of: columns, rows and decisions; rows of tables; the time axis."""

from collections import defaultdict
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from models.instance import Instance

Row = dict[str, Any]
Bounds = tuple[tuple[int, float, float], ...]
"""(column, lower, upper) each."""


@dataclass(frozen=True)
class Alternative:
    """One way to take a decision: what it costs (discounted money) and the column bounds it sets."""

    cost: float
    bounds: Bounds = ()


class Calendar:
    """Start, length and discount factors of the periods."""

    def __init__(self, periods: list[Row], rate: float) -> None:
        self.names = [row["period"] for row in periods]
        self.years = [int(row["years"]) for row in periods]
        self.start = [sum(self.years[:t]) for t in range(len(periods))]
        self.once = [(1 + rate) ** -start for start in self.start]
        self.yearly = [
            sum((1 + rate) ** -(start + year) for year in range(years))
            for start, years in zip(self.start, self.years, strict=True)
        ]
        self.periods = range(len(periods))

    def index(self, name: str | None, default: int) -> int:
        """Position of a period, or `default` where the cell was blank."""
        return default if name is None else self.names.index(name)

    def span(self, first: str | None, last: str | None) -> range:
        """The periods from `first` to `last`, both included; blank = no limit."""
        return range(self.index(first, 0), self.index(last, len(self.periods) - 1) + 1)


class Program:
    """A linear program in discounted money whose column bounds wait for decisions.

    Rows are equations with right-hand side 0 unless `limits` says otherwise.
    """

    def __init__(self, instance: Instance) -> None:
        self.tables = {sheet: _records(frame) for sheet, frame in instance.tables.items()}
        self.settings = instance.settings
        self.calendar = Calendar(self.tables["periods"], self.settings["discount_rate"])
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: dict[Any, dict[int, float]] = defaultdict(dict)
        self.limits: dict[Any, tuple[float, float]] = {}
        self.decisions: list[list[Alternative]] = []

    def column(self, cost: float, upper: float = inf, lower: float = 0.0) -> int:
        """A new column; its number."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.cost) - 1

    def put(self, row: Any, column: int, factor: float) -> None:
        """Add `factor` x `column` to a row."""
        self.rows[row][column] = self.rows[row].get(column, 0.0) + factor

    def find(self, sheet: str, key: str, name: str) -> Row:
        """The row of a sheet whose `key` is `name`."""
        return next(row for row in self.tables[sheet] if row[key] == name)


def _records(frame: pd.DataFrame) -> list[Row]:
    """Rows as dictionaries, blanks as None."""
    return [
        {str(name): None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
