"""How sure a plan is: figures screened by prices, the largest solved again, and where the plan turns."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from planner.planning import Problem, prepare_problem
from planner.solver.in_hand import left_open
from planner.solver.solution import Options, Solution
from planner.solver.solver import make_roundings, solve_arrays
from planner.studies.earlier_result import InHand, bound_by_result
from planner.studies.no_plan import NoPlan
from planner.studies.sensitivity.ends import EndTask, FigureEnd, hold_plan, read_decisions, try_end
from planner.studies.sensitivity.ranges import Figure, list_ranged, list_unranged, split_figure
from planner.studies.sensitivity.screen import MarginalScreen, Swing, price
from planner.workbook.read import Reading
from planner.workers.pool import ALONE, Workforce, solve_in_order

GROUPS = 12
"""Columns without a range that are looked at row by row, those of the largest swing first."""

MOST_ROWS = 40
"""Rows of such a column up to which that is done."""


@dataclass(frozen=True)
class SensitivityRequest:
    """How many figures are solved again at both ends, and the options of each solve."""

    top: int
    options: Options


@dataclass
class Sensitivity:
    """What was found: the plan, every swing (largest first), and both ends of the figures that were solved again."""

    reading: Reading
    request: SensitivityRequest
    sign: float
    objective: float
    open: float
    swings: list[Swing] = field(default_factory=list)
    ends: list[FigureEnd] = field(default_factory=list)
    complete: bool = True


def assess_sensitivity(
    reading: Reading,
    request: SensitivityRequest,
    known: InHand | None,
    show: Callable[[str], None],
    crew: Workforce = ALONE,
) -> Sensitivity:
    """MarginalScreen every figure of an input, and solve the largest again at both ends.

    Parameters
    ----------
    reading
        The input, without faults.
    request
        How much is solved again, and with which options.
    known
        The plan in hand; None where it is to be found first.
    show
        Told what is being done.
    crew
        The workers that share the solves.

    Returns
    -------
    Sensitivity
        What was found; `complete` is False where the user stopped it after the screen.

    Raises
    ------
    NoPlan
        Where there is no plan.
    KeyboardInterrupt
        Where the user stopped it before the screen was done.
    """
    job, solution = find_plan(reading, request.options, known, show)
    assert solution.values is not None
    assert solution.objective is not None
    decisions = read_decisions(job, solution.values)
    found = Sensitivity(reading, request, job.sign, solution.objective, left_open(solution))
    found.swings = _screen(job, solution, show)
    chosen = [swing.figure for swing in found.swings if swing.size > 0][: request.top]
    tasks = [
        EndTask(reading, request.options, figure, way, decisions, True) for figure in chosen for way in (-1.0, 1.0)
    ]
    tasks = [task for task in tasks if _moves(task.figure, task.way)]
    found.ends, found.complete = solve_in_order(
        try_end, tasks, crew, lambda done: show(f"{len(done)} of {len(tasks)} ends solved")
    )
    return found


def find_plan(
    reading: Reading, options: Options, known: InHand | None, show: Callable[[str], None]
) -> tuple[Problem, Solution]:
    """The plan with its marginal prices."""
    job = prepare_problem(reading, options, known=None if known is None else known.decisions)
    show("the plan as it is")
    solution = None if known is None else hold_plan(job, known.decisions)
    if solution is not None and known is not None:
        solution = bound_by_result(solution, known)
    if solution is None:
        solution = solve_arrays(job.compiled, job.search_options, None, make_roundings(job.model, job.compiled))
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    if solution.values is None or solution.duals is None:
        raise NoPlan(solution)
    return job, solution


def _screen(job: Problem, solution: Solution, show: Callable[[str], None]) -> list[Swing]:
    """The swing of every figure, largest first: those with a range, then columns, the largest of them row by row."""
    assert solution.values is not None
    assert solution.duals is not None
    instance = job.reading.instance
    screen = MarginalScreen(job.reading, price(job.model, job.compiled), solution.values, solution.duals)
    ranged = list_ranged(instance)
    swings = _swing_all(screen, ranged, "figures with a range", show)
    columns = _swing_all(screen, list_unranged(instance, ranged), "columns without a range", show)
    columns.sort(key=lambda swing: -swing.size)
    for swing in columns[:GROUPS]:
        parts = split_figure(instance, swing.figure) if len(swing.figure.rows) <= MOST_ROWS else []
        swings += _swing_all(screen, parts, f"rows of {swing.figure.name}", show) or [swing]
    swings += columns[GROUPS:]
    return sorted(swings, key=lambda swing: -swing.size)


def _swing_all(screen: MarginalScreen, figures: list[Figure], words: str, show: Callable[[str], None]) -> list[Swing]:
    found = []
    for number, figure in enumerate(figures, 1):
        show(f"screen: {words}, {number} of {len(figures)}")
        found.append(screen.swing(figure))
    return found


def _moves(figure: Figure, way: float) -> bool:
    return bool(np.abs(figure.value_at(way) - figure.values).max() > 0)
