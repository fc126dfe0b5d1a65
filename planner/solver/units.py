"""Units in which the figures of a model are of ordinary size, whatever the units of the workbook.

The tolerances of a solver are absolute: a demand of 1e-9, or a cost of 1e-12, is nothing to it. Every continuous column
is measured in a unit of its own, every row and the objective are multiplied by a factor, all powers of two, so that
nothing is rounded. Columns that some row adds one for one share a unit, as tonnes of the same item do. Units and
factors are those that bring all entries, right sides and bounds nearest to 1 (least squares of their logarithms), so
that they follow any change of units in the workbook. What is of ordinary size already is left as it is.
"""

from dataclasses import dataclass

import numpy as np

from planner.solver.arrays import Compiled

PASSES, SETTLED = 100, 0.05
"""Most passes of the balancing, and the change (in powers of two) below which it ends."""

NOISE = 1e-9
"""Values below this, in the unit of their column, are what floating point leaves behind."""

ORDINARY_AMOUNT = (-2.0, 17.0)
"""Powers of two between which the typical value of a column may be: less is lost in the tolerance of 1e-7."""

ORDINARY_ROW = (-4.0, 20.0)
"""Powers of two between which the typical entry of a row may be."""

ORDINARY_COST = (-3.0, 13.0)
"""Powers of two between which the typical cost of a column may be."""


@dataclass(frozen=True)
class Scale:
    """column value = columns x value in the solver; rows and money multiply rows and objective for the solver.

    `sizes` says how large a typical entry of each row is, in the row's own unit: what a residual is measured against
    where the figures of a plan are smaller.
    """

    columns: np.ndarray
    rows: np.ndarray
    money: float
    sizes: np.ndarray


def units_of(compiled: Compiled) -> np.ndarray:
    """The unit of each column, a power of two; 1 for whole columns, which count pieces."""
    logs = _Logs.of(compiled)
    group = _groups(compiled)
    count = int(group.max(initial=-1)) + 1
    whole = np.zeros(count, dtype=bool)
    whole[group[compiled.integer]] = True
    group_of_entry = group[logs.column]
    bounded = np.isfinite(compiled.upper) & (compiled.upper > 0) & ~compiled.integer
    entries = np.bincount(group_of_entry, minlength=count) + np.bincount(group[bounded], minlength=count)
    amounts = np.bincount(group_of_entry, logs.entry, count)
    amounts -= np.bincount(group[bounded], np.log2(compiled.upper[bounded]), count)
    unit = np.zeros(count)
    for _ in range(PASSES):
        row = logs.row_factors(unit[group])
        balanced = -(amounts + np.bincount(group_of_entry, row[logs.row], count)) / np.maximum(entries, 1)
        balanced[whole] = 0.0
        change, unit = np.abs(balanced - unit).max(initial=0.0), balanced
        if change < SETTLED:
            break
    return np.exp2(_unless_ordinary(unit, ORDINARY_AMOUNT))[group]


def scale_of(compiled: Compiled) -> Scale:
    """The units of the columns, and the factors that go with them, for a model as it is now.

    Columns that were added since the units were found get the unit that suits the rows they are in.
    """
    known = units_of(compiled) if compiled.units is None else compiled.units
    logs = _Logs.of(compiled)
    unit = np.zeros(len(compiled.cost))
    unit[: len(known)] = np.log2(known)
    if len(known) < len(unit):
        _measure_new(compiled, logs, unit, len(known))
    row = logs.row_factors(unit)
    return Scale(
        columns=np.exp2(unit),
        rows=np.exp2(_unless_ordinary(row, (-ORDINARY_ROW[1], -ORDINARY_ROW[0]))),
        money=money_factor(compiled.cost * np.exp2(unit)),
        sizes=np.exp2(-row),
    )


def money_factor(cost: np.ndarray) -> float:
    """The factor of an objective for columns with these costs, each per unit of its column."""
    paid = np.abs(cost[cost != 0.0])
    if not len(paid):
        return 1.0
    ordinary = (-ORDINARY_COST[1], -ORDINARY_COST[0])
    return float(np.exp2(_unless_ordinary(-np.log2(paid).mean(keepdims=True), ordinary))[0])


def _measure_new(compiled: Compiled, logs: "_Logs", unit: np.ndarray, first: int) -> None:
    """Give the columns from `first` on the unit that suits their rows, of which the other columns say the factors."""
    old = logs.column < first
    row = _Logs(logs.row[old], logs.column[old], logs.entry[old], logs.sides, logs.amounts).row_factors(unit)
    count = np.bincount(logs.column, minlength=len(unit))
    found = -np.bincount(logs.column, logs.entry + row[logs.row], len(unit)) / np.maximum(count, 1)
    new = np.arange(len(unit)) >= first
    unit[new & ~compiled.integer] = _unless_ordinary(found, ORDINARY_AMOUNT)[new & ~compiled.integer]


def _unless_ordinary(logs: np.ndarray, ordinary: tuple[float, float]) -> np.ndarray:
    """Whole powers of two; 0 for what is of ordinary size."""
    return np.where((logs >= ordinary[0]) & (logs <= ordinary[1]), 0.0, np.round(logs))


@dataclass(frozen=True)
class _Logs:
    """Row, column and logarithm of each entry that is not 0; number of right sides of each row, sum of their logs."""

    row: np.ndarray
    column: np.ndarray
    entry: np.ndarray
    sides: np.ndarray
    amounts: np.ndarray

    @classmethod
    def of(cls, compiled: Compiled) -> "_Logs":
        rows = len(compiled.row_lower)
        row = np.repeat(np.arange(rows), np.diff(compiled.starts))
        there = compiled.values != 0.0
        sides, amounts = np.zeros(rows), np.zeros(rows)
        for limit, other in ((compiled.row_lower, compiled.row_upper), (compiled.row_upper, None)):
            counted = np.isfinite(limit) & (limit != 0.0) & (True if other is None else limit != other)
            sides[counted] += 1
            amounts[counted] += np.log2(np.abs(limit[counted]))
        entry = np.log2(np.abs(compiled.values[there]))
        return cls(row[there], compiled.columns[there], entry, sides, amounts)

    def row_factors(self, unit: np.ndarray) -> np.ndarray:
        """The factor of each row, as a logarithm, for columns with these units."""
        rows = len(self.sides)
        entries = np.bincount(self.row, minlength=rows) + self.sides
        sums = self.amounts + np.bincount(self.row, self.entry + unit[self.column], rows)
        return -sums / np.maximum(entries, 1)


def _groups(compiled: Compiled) -> np.ndarray:
    """The group of each column, numbered from 0: columns that some row adds one for one.

    Each whole column is a group of its own.
    """
    row = np.repeat(np.arange(len(compiled.row_lower)), np.diff(compiled.starts))
    counted = ~compiled.integer[compiled.columns] & (compiled.values != 0.0)
    row, column, amount = row[counted], compiled.columns[counted], np.abs(compiled.values[counted])
    order = np.lexsort((column, amount, row))
    row, column, amount = row[order], column[order], amount[order]
    alike = (row[1:] == row[:-1]) & (amount[1:] == amount[:-1])
    one, other = column[1:][alike], column[:-1][alike]
    group = np.arange(len(compiled.cost))
    while True:
        least = np.minimum(group[one], group[other])
        joined = group.copy()
        np.minimum.at(joined, group[one], least)
        np.minimum.at(joined, group[other], least)
        joined = joined[joined]
        if (joined == group).all():
            return np.unique(group, return_inverse=True)[1]
        group = joined
