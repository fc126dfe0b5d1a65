"""How a run of HiGHS ended, in words and figures of ours."""

from dataclasses import replace

import highspy
import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs import Loaded
from planner.solver.solution import Solution


def outcome(solver: Loaded, interrupted: bool, compiled: Compiled, bound: float) -> Solution:
    """The one place where HiGHS' model status becomes a word of ours."""
    status = solver.status
    kinds = highspy.HighsModelStatus
    info = solver.solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    ended = {
        kinds.kOptimal: "optimal",
        kinds.kTimeLimit: "time_limit",
        kinds.kInterrupt: "interrupted",
        kinds.kInfeasible: "infeasible",
        kinds.kUnbounded: "unbounded",
        kinds.kModelEmpty: "optimal",
        kinds.kUnboundedOrInfeasible: "infeasible",
    }.get(status, "interrupted" if interrupted else "failed")
    nodes = max(0, info.mip_node_count)
    if ended in ("infeasible", "unbounded", "failed") or not (found or status == kinds.kModelEmpty):
        return Solution(ended, None, None, None, None, nodes, 0.0)
    objective = solver.objective
    proved = objective if ended == "optimal" else -np.inf
    known = max(info.mip_dual_bound / solver.scale.money if compiled.integer.any() else proved, bound)
    values = solver.values
    solution = Solution(ended, values, objective, finite(known), None, nodes, 0.0)
    return solution if compiled.integer.any() or ended != "optimal" else read_duals(solution, solver, compiled)


def read_duals(solution: Solution, solver: Loaded, compiled: Compiled) -> Solution:
    """The duals of a solved linear programme with the rows of `compiled`."""
    duals = solver.duals
    rows = len(duals) - len(compiled.tangents)
    cones = np.bincount(np.array(compiled.tangents, dtype=int), duals[rows:], len(compiled.cones))
    return replace(solution, duals=duals[:rows], cone_duals=cones)


def finite(value: float) -> float | None:
    """The value, or None where HiGHS means infinity."""
    return value if abs(value) < highspy.kHighsInf else None
