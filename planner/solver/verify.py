"""What a plan comes to in the units of the model itself, without the solver: its residuals, and whether it is optimal.

The solver answers for its own units and tolerances only.
"""

import numpy as np

from planner.solver.arrays import Compiled
from planner.solver.units import ORDINARY_AMOUNT, scale_of

TOLERANCE = 1e-6
"""Largest residual, as a share of the figures that it is between, that counts as rounding."""


def residual(compiled: Compiled, values: np.ndarray) -> float:
    """The largest violation of a row, a bound or wholeness by `values` (one per column), as a share of its figures.

    A row is as large as its terms and its right side together, a column as its value and its bound; where these are
    smaller than what is typical for the row, or for the unit of the column, the typical size counts.
    """
    scale = scale_of(compiled)
    row = np.repeat(np.arange(len(compiled.row_lower)), np.diff(compiled.starts))
    terms = compiled.values * values[compiled.columns]
    activity = np.bincount(row, terms, len(compiled.row_lower))
    size = np.maximum(np.bincount(row, np.abs(terms), len(compiled.row_lower)), scale.sizes)
    small = np.maximum(np.abs(values), scale.columns * 2.0 ** ORDINARY_AMOUNT[0])
    found = [
        _outside(activity, compiled.row_lower, compiled.row_upper, size),
        _outside(values, compiled.lower, compiled.upper, small),
        np.abs(values - np.round(values))[compiled.integer],
    ]
    return float(max(part.max(initial=0.0) for part in found))


def _outside(value: np.ndarray, lower: np.ndarray, upper: np.ndarray, size: np.ndarray) -> np.ndarray:
    """How far each value is outside of its limits, as a share of its size or of the limit."""
    below, above = lower - value, value - upper
    limit = np.where(below > above, lower, upper)
    off = np.maximum(np.maximum(below, above), 0.0)
    return off / np.maximum(size, np.where(off > 0.0, np.abs(limit), 0.0))


def improvable(compiled: Compiled, values: np.ndarray, duals: np.ndarray) -> float:
    """By how much a plan of a linear programme could be improved at most for all that its duals prove, as a share.

    The sum of |reduced cost| x distance from the limit that it points to, over columns and rows, as a share of what is
    paid and earned in all. Where there is no such limit, the distance is the value itself.
    """
    row = np.repeat(np.arange(len(compiled.row_lower)), np.diff(compiled.starts))
    worth = np.bincount(compiled.columns, compiled.values * duals[row], len(compiled.cost))
    activity = np.bincount(row, compiled.values * values[compiled.columns], len(compiled.row_lower))
    open_ = _slackness(compiled.cost - worth, values, compiled.lower, compiled.upper)
    open_ += _slackness(duals, activity, compiled.row_lower, compiled.row_upper)
    paid = float(np.abs(compiled.cost * values).sum())
    return open_ / paid if paid else 0.0


def _slackness(price: np.ndarray, value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    limit = np.where(price > 0, lower, upper)
    distance = np.where(np.isfinite(limit), value - np.where(np.isfinite(limit), limit, 0.0), value)
    return float(np.abs(price * distance).sum())
