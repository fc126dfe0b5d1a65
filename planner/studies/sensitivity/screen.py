"""A first look at every figure: what the plan's marginal prices say of it, without solving anything again."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyomo.environ as pyo

from planner.solver.arrays import Compiled
from planner.solver.compiled import compile_model
from planner.solver.in_hand import TOLERANCE
from planner.studies.sensitivity.ranges import Figure
from planner.workbook.read import Reading
from planner_models.network import build

STEP = 0.01
"""How far a figure is moved on its way to an end to see what moves with it."""

Terms = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rows, columns and coefficients of terms."""


@dataclass(frozen=True)
class Swing:
    """By how much the objective, as minimised, changes to first order at the ends of a figure.

    `sure` is False where the figure changes which columns and rows there are, which prices say nothing about.
    """

    figure: Figure
    low: float
    high: float
    sure: bool

    @property
    def size(self) -> float:
        """The larger of both changes."""
        return max(abs(self.low), abs(self.high))


@dataclass(frozen=True)
class Priced:
    """A model as arrays, with the names of its columns and rows, so that two models can be laid over each other."""

    compiled: Compiled
    columns: Sequence[Hashable]
    rows: Sequence[Hashable]

    @cached_property
    def place(self) -> dict[Hashable, int]:
        """The position of each column by its name."""
        return {name: number for number, name in enumerate(self.columns)}

    @cached_property
    def line(self) -> dict[Hashable, int]:
        """The position of each row by its name."""
        return {name: number for number, name in enumerate(self.rows)}


def price(model: pyo.ConcreteModel, compiled: Compiled) -> Priced:
    """A model with the names of its columns and rows, in the order of its arrays."""
    columns = [(block.local_name, key) for block in model.component_objects(pyo.Var) for key in block]
    rows = [
        (block.local_name, key)
        for block in model.component_objects(pyo.Constraint)
        for key, row in block.items()
        if row.active
    ]
    return Priced(compiled, columns, rows)


@dataclass(frozen=True)
class MarginalScreen:
    """A plan with its marginal prices: tells what the objective does, to first order, when a figure moves.

    With all whole numbers held, the objective moves by what the cost of the plan moves by, plus the price of each row
    times what the plan falls short of it by: the derivative of the Lagrangean at the optimum, which is that of the
    optimum (the envelope theorem; Milgrom and Segal, Econometrica 70, 2002).
    """

    reading: Reading
    base: Priced
    values: np.ndarray
    prices: np.ndarray

    @cached_property
    def reduced(self) -> np.ndarray:
        """What the optimum moves by per unit of each column's limit: 0 between the limits, and for whole numbers."""
        compiled = self.base.compiled
        row_of = np.repeat(np.arange(len(self.prices)), np.diff(compiled.starts))
        found = compiled.cost - np.bincount(compiled.columns, compiled.values * self.prices[row_of], len(compiled.cost))
        at_low, at_high = (_near(self.values, limit) for limit in (compiled.lower, compiled.upper))
        held = compiled.integer | ~np.where(found > 0, at_low, at_high)
        return np.where(held, 0.0, found)

    def swing(self, figure: Figure) -> Swing:
        """What a figure's ends do to the objective, from one build of the model a step towards the farther end."""
        farther = 1.0 if np.abs(figure.high - figure.values).sum() >= np.abs(figure.values - figure.low).sum() else -1.0
        slope, sure = self._change(figure, farther * STEP)
        slope /= STEP
        ends = {farther: slope, -farther: -slope * _ratio(figure, farther)}
        return Swing(figure, ends[-1.0], ends[1.0], sure)

    def _change(self, figure: Figure, way: float) -> tuple[float, bool]:
        model = build(figure.place(self.reading.instance, way))
        moved = price(model, compile_model(model))
        same = moved.columns == self.base.columns and moved.rows == self.base.rows
        laid = moved.compiled if same else _lay_over(self.base, moved)
        return self._lagrangean(laid) - self._as_it_is, same

    @cached_property
    def _as_it_is(self) -> float:
        return self._lagrangean(self.base.compiled)

    def _lagrangean(self, compiled: Compiled) -> float:
        """Cost of the plan, and the price of what it falls short of every row and limit by."""
        row_of = np.repeat(np.arange(len(self.prices)), np.diff(compiled.starts))
        done = np.bincount(row_of, compiled.values * self.values[compiled.columns], len(self.prices))
        sides = np.where(self.prices > 0, compiled.row_lower, compiled.row_upper)
        limits = np.where(self.reduced > 0, compiled.lower, compiled.upper)
        missing = _times(self.prices, sides - done) + _times(self.reduced, limits - self.values)
        return float(compiled.cost @ self.values) + compiled.offset + missing


def _near(values: np.ndarray, limit: np.ndarray) -> np.ndarray:
    return np.abs(values - limit) <= TOLERANCE * np.maximum(1.0, np.abs(values))


def _times(prices: np.ndarray, missing: np.ndarray) -> float:
    """The sum of products, where no price means no product and a limit that there is not counts nothing."""
    counted = (prices != 0.0) & np.isfinite(missing)
    return float(prices[counted] @ missing[counted])


def _ratio(figure: Figure, farther: float) -> float:
    """The way to the nearer end as a share of that to the farther one."""
    far, near = ((figure.value_at(way) - figure.values) for way in (farther, -farther))
    length = np.abs(far).sum()
    return float(np.abs(near).sum() / length) if length else 0.0


def _lay_over(base: Priced, moved: Priced) -> Compiled:
    """The moved model on the columns and rows of the base: what is new is left out, what is gone stays as it was."""
    column_of = np.array([base.place.get(name, -1) for name in moved.columns])
    row_of = np.array([base.line.get(name, -1) for name in moved.rows])
    new, old = moved.compiled, base.compiled
    laid = replace(
        old,
        cost=_moved_to(old.cost, new.cost, column_of),
        lower=_moved_to(old.lower, new.lower, column_of),
        upper=_moved_to(old.upper, new.upper, column_of),
        offset=new.offset,
        row_lower=_moved_to(old.row_lower, new.row_lower, row_of),
        row_upper=_moved_to(old.row_upper, new.row_upper, row_of),
    )
    return _lay_terms(laid, _terms(new, row_of, column_of), _terms(old, _gone(row_of, len(base.rows))))


def _moved_to(old: np.ndarray, new: np.ndarray, place: np.ndarray) -> np.ndarray:
    found = old.copy()
    found[place[place >= 0]] = new[place >= 0]
    return found


def _gone(row_of: np.ndarray, count: int) -> np.ndarray:
    """Each row of the base at its own place where the moved model has none of its name; -1 elsewhere."""
    places = np.arange(count)
    return np.where(np.isin(places, row_of), -1, places)


def _terms(compiled: Compiled, row_of: np.ndarray, column_of: np.ndarray | None = None) -> Terms:
    """Row, column and coefficient of each term that has a place on the base."""
    rows = np.repeat(row_of, np.diff(compiled.starts))
    columns = compiled.columns if column_of is None else column_of[compiled.columns]
    kept = (rows >= 0) & (columns >= 0)
    return rows[kept], columns[kept], compiled.values[kept]


def _lay_terms(laid: Compiled, *parts: Terms) -> Compiled:
    rows, columns, values = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(laid.row_lower)))])
    return replace(laid, starts=starts.astype(np.int32), columns=columns[order].astype(np.int32), values=values[order])
