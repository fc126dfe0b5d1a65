"""A figure at one of its ends: the plan as it is held there, and the best plan there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from planner.checks.check import check
from planner.planning import Problem, prepare_problem
from planner.solver.earlier_plan import match_plan
from planner.solver.extended import hold_columns
from planner.solver.in_hand import left_open
from planner.solver.solution import Options, Solution
from planner.solver.solver import load_values, make_roundings, solve_arrays
from planner.studies.sensitivity.ranges import Figure
from planner.workbook.read import Reading
from planner_models.decisions import variables
from planner_models.schema.decisions import Decision

STEPS = 8
"""Values on the way to an end at which both plans are held in the search for where the plan turns."""

ALIKE = 1e-6
"""What the plan of the end gains, as a share of what it gains there, up to which both plans cost the same."""


@dataclass(frozen=True)
class FigureEnd:
    """What a figure does at one end.

    way: -1 for the low end, 1 for the high one. objective: of the best plan found there, and `held` of the plan as it
    is, both as minimised; `held` is None where the plan cannot be held there. open: by how much a plan there could be
    better than the best found. decisions: of that plan, where they differ from the plan as it is, (before, after).
    turn: how far on the way the new plan gets better than the plan as it is, 0 to 1, None where it does not.
    refused: why there is nothing to solve there, else "".
    """

    figure: Figure
    way: float
    objective: float = np.nan
    held: float | None = None
    open: float = np.inf
    decisions: Mapping[Decision, tuple[float, float]] = field(default_factory=dict)
    turn: float | None = None
    refused: str = ""

    @property
    def regret(self) -> float:
        """What holding the plan costs there against the best plan found; infinite where it cannot be held."""
        return np.inf if self.held is None else max(0.0, self.held - self.objective)


@dataclass(frozen=True)
class EndTask:
    """A figure to be tried at an end, against the decisions of the plan."""

    reading: Reading
    options: Options
    figure: Figure
    way: float
    decisions: Mapping[Decision, float]
    find_turn: bool


def try_end(task: EndTask) -> FigureEnd:
    """Solve the input with a figure at one of its ends, from the plan held there; where the plan changes, find where.

    Raises
    ------
    KeyboardInterrupt
        The user stopped a search.
    """
    moved = _move(task.reading, task.figure, task.way)
    fault = next((issue for issue in check(moved) if issue.severity == "error"), None)
    if fault is not None:
        return FigureEnd(task.figure, task.way, refused=f"not a sound input there: {fault.message}")
    job = prepare_problem(moved, task.options, known=task.decisions)
    held = hold_plan(job, task.decisions)
    first, roundings = None if held is None else held.values, make_roundings(job.model, job.compiled)
    solution = solve_arrays(job.compiled, job.search_options, None, roundings, first)
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    if solution.values is None or solution.objective is None:
        return FigureEnd(task.figure, task.way, refused=f"no plan there: {solution.words}")
    found = read_decisions(job, solution.values)
    changed = {
        name: (task.decisions.get(name, 0.0), value)
        for name, value in found.items()
        if abs(task.decisions.get(name, 0.0) - value) > 0.5
    }
    end = FigureEnd(
        task.figure,
        task.way,
        solution.objective,
        None if held is None else held.objective,
        left_open(solution),
        changed,
    )
    if not task.find_turn or not changed or end.held is None:
        return end
    return replace(end, turn=_find_turn(task, found, end.held - end.objective))


def _move(reading: Reading, figure: Figure, way: float) -> Reading:
    return replace(reading, instance=figure.place(reading.instance, way))


def hold_plan(job: Problem, decisions: Mapping[Decision, float]) -> Solution | None:
    """The best plan of a model with exactly these decisions; None where there is none.

    Raises
    ------
    KeyboardInterrupt
        The user stopped the search.
    """
    fit = match_plan(job.model, job.compiled, decisions)
    solution = solve_arrays(hold_columns(job.compiled, fit.values), job.options)
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    return None if solution.values is None else solution


def read_decisions(job: Problem, values: np.ndarray) -> dict[Decision, float]:
    """The decisions of a plan, in whole numbers."""
    load_values(job.compiled, values)
    return {name: float(round(variable.value)) for name, variable in variables(job.model).items()}


def _find_turn(task: EndTask, found: Mapping[Decision, float], gain: float) -> float | None:
    """How far on the way the plan of the end gets better than the plan as it is, each with its decisions held.

    Both cost what linear programmes do, so that their difference is mostly a straight line: where a chord between two
    points with different signs crosses 0 is tried next, or the middle where one of the plans does not work there.
    None where the plan of the end is not better even there, by `gain`, or not worse as it is.
    """
    if not gain > 0:
        return None
    low, high = _Point(0.0, _gain(task, found, 0.0)), _Point(1.0, gain)
    if low.gain > 0:
        return None
    for _ in range(STEPS):
        middle = _cross(low, high)
        point = _Point(middle, _gain(task, found, middle))
        if abs(point.gain) <= ALIKE * abs(high.gain):
            return middle
        low, high = (low, point) if point.gain > 0 else (point, high)
    return high.share


class _Point(NamedTuple):
    """A share of the way, and what the plan of the end gains there against the plan as it is."""

    share: float
    gain: float


def _cross(low: _Point, high: _Point) -> float:
    if not (np.isfinite(low.gain) and np.isfinite(high.gain)):
        return (low.share + high.share) / 2
    return low.share + (high.share - low.share) * low.gain / (low.gain - high.gain)


def _gain(task: EndTask, found: Mapping[Decision, float], share: float) -> float:
    """Infinite where the plan as it is does not work, minus infinite where that of the end does not."""
    job = prepare_problem(_move(task.reading, task.figure, share * task.way), task.options, known=task.decisions)
    new, old = hold_plan(job, found), hold_plan(job, task.decisions)
    if new is None or new.objective is None:
        return -np.inf
    return np.inf if old is None or old.objective is None else old.objective - new.objective
