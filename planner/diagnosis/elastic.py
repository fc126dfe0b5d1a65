"""The model with some of its limits loosened: how many cells have to give, and how far."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.diagnosis.limits import Limit, Place
from planner.solver.compiled import Compiled
from planner.solver.solver import Options, solve_arrays
from planner_models.linear import LinearExpression

NEGLIGIBLE = 1e-6
"""Slack up to this is the solver's tolerance."""

BOUND = 10.0
"""Where the data give no bound, a row is loosened at most by this many times what the least loosening of all needs."""


@dataclass
class Extension:
    """What is added to a compiled model: columns, their entries in its rows, rows, and breaches of its cones."""

    compiled: Compiled
    costs: list[float] = field(default_factory=list)
    uppers: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    breaches: dict[int, int] = field(default_factory=dict)

    def column(self, cost: float = 0.0, upper: float = np.inf, whole: bool = False) -> int:
        """A new column from 0 to `upper`."""
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(whole)
        return len(self.compiled.cost) + len(self.costs) - 1

    def at_most(self, terms: Iterable[tuple[int, float]], upper: float) -> None:
        """A new row: the sum of column x coefficient is at most `upper`."""
        row = len(self.compiled.row_lower) + len(self.limits)
        self.entries += [(row, column, value) for column, value in terms]
        self.limits.append(upper)

    def made(self) -> Compiled:
        """The extended model; nothing counts but the costs of the new columns."""
        old, count = self.compiled, len(self.costs)
        rows = np.repeat(np.arange(len(old.row_lower)), np.diff(old.starts))
        added = np.array([row for row, _, _ in self.entries], dtype=np.int64)
        every = np.concatenate([rows, added])
        order = np.argsort(every, kind="stable")
        total = len(old.row_lower) + len(self.limits)
        columns = np.concatenate([old.columns, [column for _, column, _ in self.entries]])
        values = np.concatenate([old.values, [value for _, _, value in self.entries]])
        return replace(
            old,
            cost=np.concatenate([np.zeros(len(old.cost)), self.costs]),
            offset=0.0,
            lower=np.concatenate([old.lower, np.zeros(count)]),
            upper=np.concatenate([old.upper, self.uppers]),
            integer=np.concatenate([old.integer, np.array(self.whole, dtype=bool)]),
            starts=np.concatenate([[0], np.cumsum(np.bincount(every, minlength=total))]).astype(np.int32),
            columns=columns[order].astype(np.int32),
            values=values[order].astype(float),
            row_lower=np.concatenate([old.row_lower, np.full(len(self.limits), -np.inf)]),
            row_upper=np.concatenate([old.row_upper, self.limits]),
            cones=tuple(
                replace(cone, breach=self.breaches.get(number, cone.breach)) for number, cone in enumerate(old.cones)
            ),
        )


@dataclass(frozen=True)
class Loosened:
    """By how much each cell gives, in its own unit, and what the model's variables are then."""

    changes: dict[int, float]
    values: np.ndarray


class Elastic:
    """A model some of whose limits may give way."""

    def __init__(self, compiled: Compiled, limits: list[Limit], patience: float) -> None:
        """`compiled` has the limits of variables as rows; `patience`: longest time of one search in s."""
        self.compiled = compiled
        self.limits = limits
        self.options = Options(gap=0.0, time_limit=patience)
        self.column = {id(variable): place for place, variable in enumerate(compiled.variables)}
        self.units: dict[int, float] = {}

    def least(self, cells: Collection[int], held: dict[int, float] | None = None) -> Loosened | None:
        """The least loosening in all, each as a share of its limit, of these cells only; None where none will do.

        `held` are the greatest changes of some of them. Where what a unit of a limit loosens depends on the plan, it is
        taken as it is in the first plan found.
        """
        found = self._solved(Extension(self.compiled), cells, held or {}, None)
        varying = [cell for cell in cells if self.varies(cell)]
        if found is None or not varying or self.units:
            return found
        for place in (place for cell in varying for place in self.limits[cell].places):
            self.units[id(place)] = self._value(place.unit, found.values)
        return self._solved(Extension(self.compiled), cells, held or {}, None) or found

    def spared(self, found: Loosened) -> Loosened:
        """The same without the cells that need not change if the others do, the least changed tried first."""
        for cell in sorted(found.changes, key=lambda cell: self._share(cell, found.changes[cell])):
            others = [other for other in found.changes if other != cell]
            without = self.least(others) if others and cell in found.changes else None
            found = without or found
        return found

    def fewest(self, cells: Collection[int], known: Loosened) -> Loosened | None:
        """As few of these cells as can do; among equally few the least loosening. `known` is one way to do it."""
        return self._solved(Extension(self.compiled), cells, {}, known)

    def _solved(
        self, extension: Extension, cells: Collection[int], held: dict[int, float], known: Loosened | None
    ) -> Loosened | None:
        slacks = {}
        small = 1.0
        if known is not None:
            amounts = [self._share(cell, change) for cell, change in known.changes.items()]
            small = 0.1 / max(1.0, sum(amounts))
        for cell in cells:
            chosen = extension.column(1.0, 1.0, True) if known is not None else None
            slacks[cell] = self._loosen(extension, cell, small, held.get(cell), chosen, known)
        solution = solve_arrays(extension.made(), self.options)
        if solution.values is None:
            return None
        values = solution.values
        changes = {cell: self._change(self.limits[cell], slacks[cell], values) for cell in cells}
        given = {cell: change for cell, change in changes.items() if change > NEGLIGIBLE * self._scale(cell)}
        return Loosened(given, values[: len(self.compiled.cost)])

    def varies(self, cell: int) -> bool:
        """Whether what one unit of a cell's value loosens depends on the plan, as that of a share does."""
        return any(isinstance(place.unit, LinearExpression) for place in self.limits[cell].places)

    def _scale(self, cell: int) -> float:
        return abs(self.limits[cell].now) or 1.0

    def _share(self, cell: int, change: float) -> float:
        return change / self._scale(cell)

    def _size(self, cell: int, place: Place) -> float:
        """What a slack is measured against where its unit depends on the plan: what the whole limit comes to."""
        unit = self.units.get(id(place), 0.0)
        if unit > NEGLIGIBLE:
            return unit * self._scale(cell)
        return max(1.0, place.most) if np.isfinite(place.most) else 1.0

    def _loosen(
        self,
        extension: Extension,
        cell: int,
        weight: float,
        held: float | None,
        chosen: int | None,
        known: Loosened | None,
    ) -> list[int]:
        """A slack in each row of a cell: within one change of the cell, or each on its own where the unit varies."""
        limit = self.limits[cell]
        change = extension.column(weight / self._scale(cell), np.inf if held is None else held)
        slacks = []
        for place in limit.places:
            most = place.most if np.isfinite(place.most) else self._bound(known)
            slack = extension.column(
                weight / self._size(cell, place) if isinstance(place.unit, LinearExpression) else 0.0
            )
            slacks.append(slack)
            extension.entries += [(row, slack, place.sign) for row in place.rows]
            if place.cone is not None:
                extension.breaches[place.cone] = slack
            self._within(extension, place, slack, change, held)
            if place.gate is not None and np.isfinite(most):
                extension.at_most([(slack, 1.0), (self.column[id(place.gate)], -most)], 0.0)
            if chosen is not None:
                extension.at_most([(slack, 1.0), (chosen, -most)], 0.0)
        return slacks

    def _within(self, extension: Extension, place: Place, slack: int, change: int, held: float | None) -> None:
        """slack <= unit x change; where the unit depends on the plan, only at a change that is held."""
        if not isinstance(place.unit, LinearExpression):
            extension.at_most([(slack, 1.0), (change, -place.unit)], 0.0)
        elif held is not None:
            unit = place.unit
            terms = zip(unit.variables, unit.coefficients, strict=True)
            row = [(self.column[id(variable)], -held * value) for variable, value in terms]
            extension.at_most([(slack, 1.0), *row], held * unit.constant)

    def _bound(self, known: Loosened | None) -> float:
        if known is None:
            return np.inf
        return BOUND * max(1.0, sum(known.changes.values()))

    def _change(self, limit: Limit, slacks: list[int], values: np.ndarray) -> float:
        """The change of a cell that its slacks amount to."""
        needed = 0.0
        for place, slack in zip(limit.places, slacks, strict=True):
            unit = self._value(place.unit, values)
            if values[slack] > NEGLIGIBLE and unit > 0:
                needed = max(needed, values[slack] / unit)
        return needed

    def _value(self, unit: float | LinearExpression, values: np.ndarray) -> float:
        if not isinstance(unit, LinearExpression):
            return unit
        terms: Any = zip(unit.coefficients, unit.variables, strict=True)
        return unit.constant + sum(value * values[self.column[id(variable)]] for value, variable in terms)
