"""One search of the solver, from a plan if there is one, and its plan made exact: integers whole, inside all cones."""

from dataclasses import replace

import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs import load
from planner.solver.highs.cones import add_tangents, tangents_at
from planner.solver.highs.job import SolverSession
from planner.solver.highs.outcome import finite, outcome, read_duals
from planner.solver.solution import Solution
from planner.solver.verify import TOLERANCE, improvable

SUMMING = 1e-12
"""Share of what is paid and earned in all that summing it up may be off."""

PROVED = 1e-6
"""A plan whose gap is at most this is called optimal; above it, within the gap that was asked for."""

ROUNDING = 1e-9
"""Two plans whose costs are this near, as a share, cost the same."""


def search_plan(
    job: SolverSession, compiled: Compiled, start: np.ndarray | None, bound: float
) -> tuple[Solution, Compiled]:
    """Run the solver; where it brings nothing better than the start in time, the start is the plan.

    Returns the model with the tangents that its plan asked for; no plan where that cannot be inside of all cones.
    """
    solver = job.run(compiled, start, bound)
    whole = compiled.integer.any()
    closer = compiled if whole else add_tangents(compiled, solver, job.again)
    solution = outcome(solver, job.stop.is_set(), closer, bound)
    if solution.values is not None and whole:
        solution, closer = polish(compiled, solution)
    stopped = solution.values is None and solution.status in ("time_limit", "interrupted")
    if start is not None and (stopped or _is_worse(compiled, solution, start)):
        bound = bound if solution.bound is None else solution.bound
        objective = float(compiled.cost @ start) + compiled.offset
        begun = replace(solution, values=start, objective=objective, bound=finite(bound))
        begun, tighter = polish(closer, begun) if whole else (begun, closer)
        if begun.values is not None and (stopped or begun.values is not start or not whole):
            solution, closer = begun, tighter
    return name_status(compiled, solution), closer


def _is_worse(compiled: Compiled, solution: Solution, start: np.ndarray) -> bool:
    """Whether a plan costs more than the one the search began with.

    It may once it is inside of all cones; and the solver may refuse a start that its presolve finds a little outside.
    """
    if solution.objective is None or not (compiled.cones or compiled.integer.any()):
        return False
    known = float(compiled.cost @ start) + compiled.offset
    return solution.objective > known + (0.0 if compiled.cones else ROUNDING * abs(known))


def name_status(compiled: Compiled, solution: Solution) -> Solution:
    """The gap of a plan against its bound, and the name of a finished search by that gap."""
    if solution.objective is None or solution.bound is None or solution.values is None:
        return solution
    gap = max(0.0, solution.objective - solution.bound)
    paid = float(np.abs(compiled.cost * solution.values).sum()) + abs(compiled.offset)
    if gap > SUMMING * paid:  # of a plan that costs nothing at all, what is paid within it is the measure
        gap /= max(abs(solution.objective), SUMMING * paid, SUMMING * abs(solution.bound))
    else:
        gap = 0.0
    finished = solution.status in ("optimal", "within_gap")
    status = ("optimal" if gap <= PROVED else "within_gap") if finished else solution.status
    return replace(solution, gap=gap, bound=min(solution.bound, solution.objective), status=status)


def fix_integers(compiled: Compiled, values: np.ndarray, held: np.ndarray | None = None) -> Compiled:
    """The linear programme that is left when every integer, or those of `held`, is held at its value."""
    lower, upper, whole = compiled.lower.copy(), compiled.upper.copy(), compiled.integer if held is None else held
    lower[whole], upper[whole] = values[whole], values[whole]
    return replace(compiled, lower=lower, upper=upper, integer=np.zeros_like(whole))


def polish(compiled: Compiled, solution: Solution) -> tuple[Solution, Compiled]:
    """The plan with integers rounded exactly and everything else re-optimised around them, inside of all cones.

    A MIP solution meets integrality only to a tolerance, which times a large capacity is a visible amount. Where
    rounding leaves nothing feasible the plan is kept as the solver gave it, unless it is outside of a cone: then there
    is none, and the tangents that come with it say so to the next search.
    """
    assert solution.values is not None
    whole = compiled.integer
    fixed = np.round(solution.values)
    solver = load(fix_integers(compiled, fixed))
    solver.run()
    closer = add_tangents(compiled, solver)
    best = solver.optimum
    if best is None:
        closer = tangents_at(closer, solution.values)
        kept = solution if closer is compiled else replace(solution, values=None, objective=None)
        return kept, closer
    objective, values = best
    values[whole] = fixed[whole]
    open_ = improvable(fix_integers(closer, fixed), values, solver.duals)
    doubt = "" if open_ <= TOLERANCE else f"with its decisions as they are it may cost {open_:.1g} less, as a share"
    return replace(read_duals(solution, solver, closer), values=values, objective=objective, doubt=doubt), closer
