"""What an enumeration is made of: columns, rows and decisions; rows of tables; the time axis."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from planner_models.instance import Instance

Row = dict[str, Any]
PLENTY = 1e4
"""More than is ever made or sold in a small instance."""
Bounds = tuple[tuple[int, float, float], ...]
"""(column, lower, upper) each."""


@dataclass(frozen=True)
class Alternative:
    """One way to take a decision: what it costs, the column bounds it sets, and what it adds to the cost of columns.

    All costs are discounted money.
    """

    cost: float
    bounds: Bounds = ()
    changes: tuple[tuple[int, float], ...] = ()


def held(column: int, yes: bool) -> tuple[int, float, float]:
    """Bounds that hold a column at 1, or at 0."""
    return column, float(yes), float(yes)


@dataclass(frozen=True)
class Flow:
    """What is made on a line in a period, by one mode: its column, and what makes mechanisms of it."""

    column: int
    process: Row
    region: str
    t: int
    controlled: bool
    conversion: float
    site: str
    stake: float


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

    Rows are equations with right-hand side 0 unless `limits` says otherwise. `flows` lists what is made; `forces` holds
    the columns that say whether an offer (firm, process, mode) is in force in a period; `sales` and `volumes` are by
    region, item, period and step: the column of what is sold, and its limit before enablers; `payables` says what a
    policy can pay in a period, by the year or (True) once, for each unit of which columns. `moves` are by origin,
    destination, item and period, one column each, and `emitted` t per unit of it; `held` and `deployed` by region, item
    and period.
    """

    def __init__(self, instance: Instance) -> None:
        self.tables = {sheet: _records(frame) for sheet, frame in instance.tables.items()}
        for sheet, (member, same) in BESIDE.items():
            self.tables[sheet] = [_filled(row, self.tables[sheet], member, same) for row in self.tables[sheet]]
        self.settings = instance.settings
        self.calendar = Calendar(self.tables["periods"], self.settings["discount_rate"])
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: dict[Any, dict[int, float]] = defaultdict(dict)
        self.limits: dict[Any, tuple[float, float]] = {}
        self.decisions: list[list[Alternative]] = []
        self.flows: list[Flow] = []
        self.forces: dict[tuple[str, str, str, int], int] = {}
        self.sales: dict[tuple[str, str, int, str], int] = {}
        self.volumes: dict[tuple[str, str, int, str], float] = {}
        self.moves: list[tuple[tuple[str, str, str, int], int]] = []
        self.emitted: dict[int, float] = {}
        self.held: dict[tuple[str, str, int], int] = {}
        self.deployed: dict[tuple[str, str, int], int] = {}
        self.payables: dict[tuple[str, int, bool], dict[int, float]] = defaultdict(dict)

    def column(self, cost: float, upper: float = inf, lower: float = 0.0) -> int:
        """A new column; its number."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.cost) - 1

    def put(self, row: Any, column: int, factor: float) -> None:
        """Add `factor` x `column` to a row."""
        self.rows[row][column] = self.rows[row].get(column, 0.0) + factor

    def payable(self, policy: Row, t: int) -> int:
        """A new column for what a policy can pay by the year in period `t`."""
        column = self.column(0.0)
        self.payables[policy["policy"], t, False][column] = 1.0
        return column

    @cached_property
    def changeable(self) -> set[int]:
        """The columns whose cost depends on decisions."""
        alternatives = [alternative for decision in self.decisions for alternative in decision]
        return {column for alternative in alternatives for column, _ in alternative.changes}

    def at_most(self, row: Any, factors: dict[int, float], limit: float = 0.0) -> None:
        """A new row: sum of factor x column <= limit."""
        self.limits[row] = (-inf, limit)
        for column, factor in factors.items():
            self.put(row, column, factor)

    def find(self, sheet: str, key: str, name: str) -> Row:
        """The row of a sheet whose `key` is `name`."""
        return next(row for row in self.tables[sheet] if row[key] == name)


BESIDE = {
    "lanes": ("item", ("origin", "destination", "mode")),
    "access": ("process", ("firm", "mode")),
    "options": ("site", ("process", "option")),
}
"""Sheets in which a named row inherits from a `*` row: the column that names, and what the two have in common."""


def _filled(row: Row, rows: list[Row], member: str, same: tuple[str, ...]) -> Row:
    """A row with what its `*` row says in place of blanks; of lanes, `gate` is the item of the row that is opened."""
    general = [other for other in rows if other[member] == "*" and all(other[name] == row[name] for name in same)]
    if row[member] == "*" or not general:
        return row | {"gate": row[member]}
    inherited = {name: value for name, value in general[0].items() if row[name] is None and name != "capacity"}
    return row | inherited | {"gate": "*" if row.get("opening_cost", 0) is None else row[member]}


def _records(frame: pd.DataFrame) -> list[Row]:
    """Rows as dictionaries, blanks as None."""
    return [
        {str(name): None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
