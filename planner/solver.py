"""The only code that knows HiGHS: pass a model, show progress, stop cleanly, and say honestly how it ended."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo

from models.start import reach_levels, round_up
from planner.compiled import Compiled, compile_model
from planner.cones import closed_in, tangents_at
from planner.marginals import price_rules
from planner.undisturbed import undisturbed

HURRY, WIDER = 0.4, 1.5
"""Share of the time that may go into a first plan without disruptions, and how much wider its gap may be."""

PROVED = 1e-6
"""A plan whose gap is at most this is called optimal; above it, within the gap that was asked for."""


@dataclass(frozen=True)
class Options:
    """Relative gap, longest time in s, threads (None: the solver's choice) and seed."""

    gap: float = 0.005
    time_limit: float | None = None
    threads: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    """Where a run stands: time in s, incumbent and bound in money, gap as a share, nodes explored."""

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    nodes: int

    def turned(self, sign: float) -> "Progress":
        """The same with figures times `sign`: -1 where the least cost is the greatest profit."""
        turn = [None if value is None else sign * value for value in (self.incumbent, self.bound)]
        return replace(self, incumbent=turn[0], bound=turn[1])


@dataclass(frozen=True)
class Solution:
    """How a run ended.

    status: optimal | within_gap | time_limit | interrupted | infeasible | unbounded | failed. A plan exists exactly
    where `values` (one per column) is not None; objective, bound and gap go with it and are None otherwise.
    `duals` (one per row of the model) and `cone_duals` (of all further tangents of a cone together) are those of the
    linear programme with all integers held: what the optimum moves by per unit of a row's right side.
    """

    status: str
    values: np.ndarray | None
    objective: float | None
    bound: float | None
    gap: float | None
    nodes: int
    seconds: float
    duals: np.ndarray | None = None
    cone_duals: np.ndarray | None = None

    @property
    def words(self) -> str:
        """The status as a sentence for people."""
        gap = "" if self.gap is None else f" with a gap of {self.gap:.3%}"
        found = {
            "optimal": "optimal: no plan is better",
            "within_gap": f"solved to the gap asked for:{gap[5:]} remains",
            "time_limit": f"stopped at the time limit{gap}: the best plan so far",
            "interrupted": f"stopped by the user{gap}: the best plan so far",
        }
        none = {
            "infeasible": "infeasible: no plan meets every limit",
            "unbounded": "unbounded: profit has no limit; some demand or price is wrong",
            "time_limit": "stopped at the time limit before any plan was found",
            "interrupted": "stopped by the user before any plan was found",
        }
        return (none if self.values is None else found).get(self.status, "the solver failed")


def solve(
    model: pyo.ConcreteModel, options: Options | None = None, progress: Callable[[Progress], None] | None = None
) -> Solution:
    """Solve a model built by `models.network.build` and load the plan into its variables."""
    compiled = compile_model(model)
    solution = solve_arrays(compiled, options or Options(), progress, rounding(model, compiled))
    if solution.values is not None:
        load_values(compiled, solution.values)
        price_rules(model, compiled, solution.duals, solution.cone_duals)
    return solution


Rounding = Callable[[np.ndarray], np.ndarray]
"""Turns values, one per column, into values with whole integers."""


def rounding(model: pyo.ConcreteModel, compiled: Compiled) -> tuple[Rounding, ...]:
    """How values become whole, by the rules of `models.start`: of the relaxation, then of the plan that comes of it."""

    def by(rule: Callable[[pyo.ConcreteModel], None]) -> Rounding:
        def rounded(values: np.ndarray) -> np.ndarray:
            load_values(compiled, values)
            rule(model)
            return np.array([variable.value for variable in compiled.variables])

        return rounded

    return (by(round_up), *([by(reach_levels)] if model.learned or model.clustered or model.enabled else []))


def load_values(compiled: Compiled, values: np.ndarray) -> None:
    """Give every variable of the model its value."""
    for variable, value in zip(compiled.variables, values.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)


def load(compiled: Compiled) -> highspy.Highs:
    """A silent HiGHS instance that holds the model."""
    with _banner_hidden():
        solver = highspy.Highs()
    solver.setOptionValue("log_to_console", False)
    solver.passModel(
        len(compiled.cost),
        len(compiled.row_lower),
        len(compiled.values),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        compiled.offset,
        compiled.cost,
        compiled.lower,
        compiled.upper,
        compiled.row_lower,
        compiled.row_upper,
        compiled.starts,
        compiled.columns,
        compiled.values,
        compiled.integer.astype(np.int32),
    )
    return solver


@contextmanager
def _banner_hidden() -> Iterator[None]:
    """HiGHS prints its banner when it is made, before any option can stop it: send file descriptor 1 elsewhere."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def solve_arrays(
    compiled: Compiled,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
    roundings: tuple[Rounding, ...] = (),
    start: np.ndarray | None = None,
) -> Solution:
    """Solve compiled arrays; integers in the plan are exactly whole, and the rest is optimal for them.

    `roundings` turn values of the relaxation into values with whole integers, one after the other, each what the one
    before led to; the plan they lead to, if any, is where the search starts. A `start` that is given, a plan in
    values per column, takes its place. Ctrl-C and the time limit hold for all of
    it and leave the best plan so far.
    """
    started = time.monotonic()
    with listening() as stop:
        job = _Job(options, progress, stop, started)
        bound = -np.inf
        if start is None and roundings and compiled.integer.any():
            bound, start, compiled = _start(job, compiled, roundings)
        solution, closer = _searched(job, compiled, start, bound)
        while closer is not compiled and _unsettled(solution, options):
            start, compiled = _better(compiled, start, solution.values), closer
            bound = bound if solution.bound is None else max(bound, solution.bound)
            solution, closer = _searched(job, compiled, start, bound)
        if start is not None and _overstated(solution, options):
            solution, _ = _searched(job, compiled, None, bound)
    return replace(solution, seconds=time.monotonic() - started)


@dataclass(frozen=True)
class _Job:
    """What every solver run of one job shares: its options, who watches, whether to stop, and when it began."""

    options: Options
    progress: Callable[[Progress], None] | None
    stop: threading.Event
    started: float

    def run(self, compiled: Compiled, start: np.ndarray | None = None, bound: float | None = None) -> highspy.Highs:
        """Load and run in a thread, so that Ctrl-C is heard, in the time that is left; shown where `bound` is given."""
        solver = load(compiled)
        _configure(solver, self.options)
        if start is not None:
            plan = highspy.HighsSolution()
            plan.col_value = start
            solver.setSolution(plan)
        for source in (solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt):
            source.subscribe(lambda event: event.interrupt() if self.stop.is_set() else None)
        if bound is not None and self.progress is not None:
            show = self.progress
            solver.cbMipLogging.subscribe(lambda event: show(_progress(event.data_out, bound)))
        self.again(solver)
        return solver

    def hurried(self, bound: float) -> "_Job":
        """The same job for a first plan of a part: a wider gap, not all of the time.

        Of what it finds nothing is shown: its plans cost less than those of the whole, whose bound this is.
        """
        spent, limit, show = time.monotonic() - self.started, self.options.time_limit, self.progress
        end = None if limit is None else spent + HURRY * max(0.0, limit - spent)
        options = replace(self.options, gap=max(WIDER * self.options.gap, 0.01), time_limit=end)
        shown = None if show is None else lambda step: show(replace(step, incumbent=None, bound=bound, gap=None))
        return replace(self, options=options, progress=shown)

    def again(self, solver: highspy.Highs) -> None:
        """Run what is loaded, from where the last run ended."""
        if self.options.time_limit is not None:
            left = self.options.time_limit - (time.monotonic() - self.started)
            solver.setOptionValue("time_limit", solver.getRunTime() + max(left, 0.0))
        worker = threading.Thread(target=solver.run, daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(0.1)


@contextmanager
def listening() -> Iterator[threading.Event]:
    """While this lasts Ctrl-C only sets the event: whoever runs then ends in order."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _start(job: _Job, compiled: Compiled, roundings: tuple[Rounding, ...]) -> tuple[float, np.ndarray | None, Compiled]:
    """The bound of the relaxation, the best plan around its rounded values, and the model with tangents found so far.

    There is no plan where there is none in time.
    """
    relaxed = job.run(replace(compiled, integer=np.zeros_like(compiled.integer)))
    compiled = closed_in(compiled, relaxed, job.again)
    if relaxed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return -np.inf, None, compiled
    bound, values = relaxed.getObjectiveValue(), np.array(relaxed.getSolution().col_value)
    start = _calm_start(job, compiled, roundings, bound)
    for rounded in roundings if start is None else ():
        whole = rounded(values)
        fixed = job.run(_fixed(compiled, whole))
        compiled = closed_in(compiled, fixed, job.again)
        if fixed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        values = start = np.array(fixed.getSolution().col_value)
        start[compiled.integer] = whole[compiled.integer]
    return bound, start, compiled


def _calm_start(job: _Job, compiled: Compiled, roundings: tuple[Rounding, ...], bound: float) -> np.ndarray | None:
    """The decisions of a plan that knows of no disruptions, with the best flows for them; None where there is none.

    With many disruptions that plan is found much sooner, and is a better start than the relaxation made whole.
    """
    part = undisturbed(compiled)
    if part is None:
        return None
    calm = job.hurried(bound)
    within, begun, model = _start(calm, part.compiled, tuple(map(part.rounding, roundings)))
    solution, _ = _searched(calm, model, begun, within)
    if solution.values is None:
        return None
    whole = part.whole(solution.values)
    fixed = load(_fixed(compiled, whole))
    fixed.run()
    if fixed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    start = np.array(fixed.getSolution().col_value)
    start[compiled.integer] = whole[compiled.integer]
    return start


def _searched(job: _Job, compiled: Compiled, start: np.ndarray | None, bound: float) -> tuple[Solution, Compiled]:
    """Run the solver; where it brings nothing better than the start in time, the start is the plan.

    Returns the model with the tangents that its plan asked for; no plan where that cannot be inside of all cones.
    """
    solver = job.run(compiled, start, bound)
    whole = compiled.integer.any()
    closer = compiled if whole else closed_in(compiled, solver, job.again)
    solution = _outcome(solver, job.stop.is_set(), closer, bound)
    if solution.values is not None and whole:
        solution, closer = _polished(compiled, solution)
    stopped = solution.values is None and solution.status in ("time_limit", "interrupted")
    if start is not None and (stopped or _worse(compiled, solution, start)):
        bound = bound if solution.bound is None else solution.bound
        objective = float(compiled.cost @ start) + compiled.offset
        begun = replace(solution, values=start, objective=objective, bound=_finite(bound))
        begun, tighter = _polished(closer, begun) if whole else (begun, closer)
        if begun.values is not None:
            solution, closer = begun, tighter
    return _named(solution), closer


def _worse(compiled: Compiled, solution: Solution, start: np.ndarray) -> bool:
    """Whether a plan costs more, once it is inside of all cones, than the one the search began with."""
    objective = solution.objective
    return bool(compiled.cones) and objective is not None and objective > compiled.cost @ start + compiled.offset


def _better(compiled: Compiled, start: np.ndarray | None, values: np.ndarray | None) -> np.ndarray | None:
    """The plan that costs less, of those there are."""
    plans = [plan for plan in (values, start) if plan is not None]
    return min(plans, key=lambda plan: compiled.cost @ plan, default=None)


def _unsettled(solution: Solution, options: Options) -> bool:
    """Whether a finished search has no plan inside of all cones, or one that could be better than was asked for."""
    if solution.values is None:
        return solution.status in ("optimal", "within_gap")
    return _overstated(solution, options)


def _overstated(solution: Solution, options: Options) -> bool:
    """Whether a finished search has left more than the gap asked for.

    HiGHS's presolve can drop a column that the start uses and then takes the start without that column's cost for a
    plan. Integers re-optimised exactly bring it to light; such a search is repeated without a start.
    """
    return solution.status == "within_gap" and solution.gap is not None and solution.gap > max(options.gap, PROVED)


def _named(solution: Solution) -> Solution:
    """The gap of a plan against its bound, and the name of a finished search by that gap."""
    if solution.objective is None or solution.bound is None:
        return solution
    gap = max(0.0, solution.objective - solution.bound) / max(abs(solution.objective), 1e-9)
    finished = solution.status in ("optimal", "within_gap")
    status = ("optimal" if gap <= PROVED else "within_gap") if finished else solution.status
    return replace(solution, gap=gap, bound=min(solution.bound, solution.objective), status=status)


def _fixed(compiled: Compiled, values: np.ndarray) -> Compiled:
    """The linear programme that is left when every integer is held at its value."""
    lower, upper, whole = compiled.lower.copy(), compiled.upper.copy(), compiled.integer
    lower[whole], upper[whole] = values[whole], values[whole]
    return replace(compiled, lower=lower, upper=upper, integer=np.zeros_like(whole))


def _configure(solver: highspy.Highs, options: Options) -> None:
    highspy.Highs.resetGlobalScheduler(True)
    solver.setOptionValue("mip_rel_gap", float(options.gap))
    solver.setOptionValue("random_seed", int(options.seed))
    if options.threads is not None:
        solver.setOptionValue("threads", int(options.threads))


def _finite(value: float) -> float | None:
    return value if abs(value) < highspy.kHighsInf else None


def _progress(data: Any, bound: float) -> Progress:
    """What HiGHS tells of a run, with a `bound` known before it where that is better."""
    incumbent, known = _finite(data.mip_primal_bound), _finite(max(data.mip_dual_bound, bound))
    gap = None
    if incumbent is not None and known is not None:
        gap = (incumbent - known) / max(abs(incumbent), 1e-9)
    return Progress(data.running_time, incumbent, known, gap, max(0, data.mip_node_count))


def _outcome(solver: highspy.Highs, interrupted: bool, compiled: Compiled, bound: float) -> Solution:
    """The one place where HiGHS' model status becomes a word of ours."""
    status = solver.getModelStatus()
    kinds = highspy.HighsModelStatus
    info = solver.getInfo()
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
    objective = solver.getObjectiveValue()
    proved = objective if ended == "optimal" else -np.inf
    known = max(info.mip_dual_bound if compiled.integer.any() else proved, bound)
    values = np.array(solver.getSolution().col_value)
    solution = Solution(ended, values, objective, _finite(known), None, nodes, 0.0)
    return solution if compiled.integer.any() or ended != "optimal" else _priced(solution, solver, compiled)


def _polished(compiled: Compiled, solution: Solution) -> tuple[Solution, Compiled]:
    """The plan with integers rounded exactly and everything else re-optimised around them, inside of all cones.

    A MIP solution meets integrality only to a tolerance, which times a large capacity is a visible amount. Where
    rounding leaves nothing feasible the plan is kept as the solver gave it, unless it is outside of a cone: then there
    is none, and the tangents that come with it say so to the next search.
    """
    assert solution.values is not None
    whole = compiled.integer
    fixed = np.round(solution.values)
    solver = load(_fixed(compiled, fixed))
    solver.run()
    closer = closed_in(compiled, solver, highspy.Highs.run)
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        closer = tangents_at(closer, solution.values)
        kept = solution if closer is compiled else replace(solution, values=None, objective=None)
        return kept, closer
    values = np.array(solver.getSolution().col_value)
    values[whole] = fixed[whole]
    priced = _priced(solution, solver, closer)
    return replace(priced, values=values, objective=solver.getObjectiveValue()), closer


def _priced(solution: Solution, solver: highspy.Highs, compiled: Compiled) -> Solution:
    """The duals of a solved linear programme with the rows of `compiled`."""
    duals = np.array(solver.getSolution().row_dual)
    rows = len(duals) - len(compiled.tangents)
    cones = np.bincount(np.array(compiled.tangents, dtype=int), duals[rows:], len(compiled.cones))
    return replace(solution, duals=duals[:rows], cone_duals=cones)
