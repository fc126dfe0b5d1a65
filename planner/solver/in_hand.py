"""Plans in hand: which of them fit a model, what they cost there, and solutions that are never worse than they are."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from planner.solver.arrays import Compiled, CompiledCone
from planner.solver.solution import Solution

TOLERANCE = 1e-6
"""Distance, relative above 1, up to which a plan keeps a limit or a whole number."""


def cost_of(compiled: Compiled, values: np.ndarray) -> float:
    """What a plan costs in a model.

    Parameters
    ----------
    compiled
        The arrays of the model.
    values
        The plan, one value per column.

    Returns
    -------
    float
        The objective as minimised, in money.
    """
    return float(compiled.cost @ values) + compiled.offset


def fits(compiled: Compiled, values: np.ndarray) -> bool:
    """Whether values are a plan of a model: all its limits are kept and all its integers whole.

    Parameters
    ----------
    compiled
        The arrays of the model.
    values
        One value per column; of another length where they come from another model, which never fits.

    Returns
    -------
    bool
        True where they are a plan.
    """
    if len(values) != len(compiled.cost):
        return False
    row_of = np.repeat(np.arange(len(compiled.row_lower)), np.diff(compiled.starts))
    rows = np.bincount(row_of, compiled.values * values[compiled.columns], len(compiled.row_lower))
    whole = values[compiled.integer]
    return bool(
        _within(rows, compiled.row_lower, compiled.row_upper)
        and _within(values, compiled.lower, compiled.upper)
        and (np.abs(whole - np.round(whole)) <= TOLERANCE).all()
        and all(_inside(cone, values) for cone in compiled.cones)
    )


def _within(values: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> bool:
    room = TOLERANCE * np.maximum(1.0, np.abs(values))
    return bool(((values >= lower - room) & (values <= upper + room)).all())


def _inside(cone: CompiledCone, values: np.ndarray) -> bool:
    most = cone.radius * values[cone.whole] + (0.0 if cone.breach is None else values[cone.breach])
    return bool(np.linalg.norm(values[cone.parts]) <= most + TOLERANCE * max(1.0, abs(most)))


def cheapest(compiled: Compiled, plans: Iterable[np.ndarray | None]) -> np.ndarray | None:
    """The best of the plans in hand that fit a model.

    Parameters
    ----------
    compiled
        The arrays of the model.
    plans
        Values per column, of this model or of another; None is passed over.

    Returns
    -------
    numpy.ndarray or None
        The values of the cheapest plan; None where none fits.
    """
    fitting = [values for values in plans if values is not None and fits(compiled, values)]
    return min(fitting, key=lambda values: cost_of(compiled, values), default=None)


def bound_below(solution: Solution, bound: float | None) -> Solution:
    """A solution with the better of its own bound and one that is known from elsewhere.

    Parameters
    ----------
    solution
        How a solve ended.
    bound
        The least that any plan can cost, in money as minimised; None where nothing is known.

    Returns
    -------
    Solution
        The same with bound and gap as both leave them; the plan is never better than its bound.
    """
    known = [value for value in (solution.bound, bound) if value is not None]
    if solution.objective is None or not known:
        return solution
    least = min(max(known), solution.objective)
    gap = (solution.objective - least) / max(abs(solution.objective), 1e-9)
    return replace(solution, bound=least, gap=gap)


def left_open(solution: Solution) -> float:
    """What a search has left open.

    Parameters
    ----------
    solution
        How a solve ended, with a plan.

    Returns
    -------
    float
        The most that a plan could be better, in money; infinite where no bound is known.
    """
    if solution.objective is None or solution.bound is None:
        return float("inf")
    return max(0.0, solution.objective - solution.bound)
