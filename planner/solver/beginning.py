"""Where a search begins: the relaxation made whole, or the plan around decisions that are known."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planner.solver import search
from planner.solver.baseline import extract_baseline
from planner.solver.compiled import Compiled
from planner.solver.highs import load
from planner.solver.highs.cones import add_tangents
from planner.solver.highs.job import SolverSession
from planner.solver.search import fix_integers

Rounding = Callable[[np.ndarray], np.ndarray]
"""Turns values, one per column, into values with whole integers."""


def start_search(
    job: SolverSession, compiled: Compiled, roundings: tuple[Rounding, ...]
) -> tuple[float, np.ndarray | None, Compiled]:
    """The bound of the relaxation, the best plan around its rounded values, and the model with tangents found so far.

    There is no plan where there is none in time.
    """
    relaxed = job.run(replace(compiled, integer=np.zeros_like(compiled.integer)))
    compiled = add_tangents(compiled, relaxed, job.again)
    best = relaxed.optimum
    if best is None:
        return -np.inf, None, compiled
    bound, values = best
    decisions = _find_decisions(job, compiled, roundings, bound)
    start = None if decisions is None else _plan_around(compiled, decisions, roundings[0])
    for rounded in roundings if start is None else ():
        whole = rounded(values)
        fixed = job.run(fix_integers(compiled, whole))
        compiled = add_tangents(compiled, fixed, job.again)
        best = fixed.optimum
        if best is None and start is None:
            break
        if best is not None:  # else the plan that is known is kept
            values = start = best[1]
            start[compiled.integer] = whole[compiled.integer]
    return bound, start, compiled


def _find_decisions(
    job: SolverSession, compiled: Compiled, roundings: tuple[Rounding, ...], bound: float
) -> np.ndarray | None:
    """Decisions to begin with: those that are known, else of a plan that knows of no disruptions; None without one.

    With many disruptions that plan is found much sooner, and is a better start than the relaxation made whole.
    """
    if compiled.decisions is not None and len(compiled.decisions) == len(compiled.cost):
        return compiled.decisions
    part = extract_baseline(compiled)
    if part is None:
        return None
    hurried = job.hurried(bound)
    within, begun, model = start_search(hurried, part.compiled, tuple(map(part.rounding, roundings)))
    solution, _ = search.search_plan(hurried, model, begun, within)
    return None if solution.values is None else part.whole(solution.values)


def _plan_around(compiled: Compiled, decisions: np.ndarray, rounding: Rounding) -> np.ndarray | None:
    """The best plan with these decisions; those that are there for disruptions alone are rounded to suit the others."""
    whole, own = decisions.copy(), np.zeros(len(compiled.cost), dtype=bool)
    own[: len(compiled.disturbed)] = compiled.disturbed
    own &= compiled.integer
    if own.any():
        relaxed = load(fix_integers(compiled, whole, compiled.integer & ~own))
        relaxed.run()
        if relaxed.optimum is None:
            return None
        whole[own] = rounding(relaxed.optimum[1])[own]
    fixed = load(fix_integers(compiled, whole))
    fixed.run()
    if fixed.optimum is None:
        return None
    start = fixed.optimum[1]
    start[compiled.integer] = whole[compiled.integer]
    return start
