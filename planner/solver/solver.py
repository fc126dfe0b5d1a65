"""How a model is solved: its best base, the search, its repetition where more is left open, and its verification."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from planner.solver import search
from planner.solver.arrays import BestBase
from planner.solver.baseline import extract_baseline
from planner.solver.beginning import Rounding, start_search
from planner.solver.compiled import Compiled, compile_model
from planner.solver.content import note_slopes
from planner.solver.extended import hold_columns
from planner.solver.highs import OutOfRange
from planner.solver.highs.job import SolverSession
from planner.solver.search import PROVED, name_status
from planner.solver.settle import settle_counters
from planner.solver.solution import Options, Progress, Solution
from planner.solver.units import NOISE
from planner.solver.verify import TOLERANCE, residual
from planner_models.blocks.disruptions.risk import LIMIT
from planner_models.model import Model
from planner_models.start import reach_levels, round_up
from planner_models.trim import trim

BASE_SHARE = 0.3
"""Of the time limit of a search, the most that goes into the cheapest base."""


def solve(model: Model, options: Options | None = None, progress: Callable[[Progress], None] | None = None) -> Solution:
    """Solve a model built by `planner_models.network.build` and load the plan into its variables."""
    options, compiled = options or Options(), compile_model(model)
    compiled = with_best_base(model, compiled, options)
    solution = solve_arrays(compiled, options, progress, make_roundings(model, compiled))
    if solution.values is not None:
        load_values(compiled, solution.values)
        note_slopes(model, compiled, solution)
    return solution


def make_roundings(model: Model, compiled: Compiled) -> tuple[Rounding, ...]:
    """How values become whole, by `start` and `trim`: those of the relaxation, then of the plan that comes of it.

    Parameters
    ----------
    model
        A built model; each rounding overwrites the values of its variables.
    compiled
        Its arrays.

    Returns
    -------
    tuple of Rounding
        Two or three functions from values (columns,) to values with whole integers (columns,).
    """

    def by(rule: Callable[[Model], None]) -> Rounding:
        def rounded(values: np.ndarray) -> np.ndarray:
            load_values(compiled, values)
            rule(model)
            return np.array([variable.value for variable in compiled.variables])

        return rounded

    return (
        by(round_up),
        by(trim),
        *(
            [by(reach_levels)]
            if model.experience.learned
            or model.experience.inherited
            or model.clusters.clustered
            or model.enablers.enabled
            else []
        ),
    )


def with_best_base(model: Model, compiled: Compiled, options: Options, known: np.ndarray | None = None) -> Compiled:
    """The arrays of a model with the cost of the best base in them, where a rule on risk needs it.

    Parameters
    ----------
    model : a built model, and `compiled`, its arrays
    options : how near to the best the cheapest base is searched; it takes `BASE_SHARE` of the time limit at most
    known : decisions of a plan in hand, shape (columns,), NaN where free; the search begins with them

    Returns
    -------
    The same arrays, with the variable `best_base` fixed at the cost in discounted money of the base that is cheapest
    under all other rules (the rule that limits the risk is left out), with what that may be off by, and with the
    decisions of that base to begin with; the arrays as they are where nothing needs it.
    """
    if not len(model.risk.best_base):
        return compiled
    started = time.monotonic()
    place = {id(variable): position for position, variable in enumerate(compiled.variables)}
    cost = np.zeros_like(compiled.cost)
    for coefficient, variable in zip(model.risk.base.coefficients, model.risk.base.variables, strict=True):
        cost[place[id(variable)]] += coefficient
    breaches = [place[id(variable)] for variable in model.rules.breach.values()]
    cost[breaches] += compiled.cost[breaches]
    limits = [number for number, row in enumerate(compiled.rows) if row.parent_component().local_name == LIMIT]
    upper = compiled.row_upper.copy()
    upper[limits] = np.inf
    fixed = _hold_column(compiled, place[id(model.risk.best_base[LIMIT])], 0.0)
    shorter = replace(options, time_limit=None if options.time_limit is None else BASE_SHARE * options.time_limit)
    found, begun = _search_base(model, replace(fixed, cost=cost, offset=0.0, row_upper=upper), shorter, known)
    seconds = time.monotonic() - started
    if found.values is None or found.objective is None:
        missed = None if found.status == "infeasible" else BestBase(None, np.inf, begun, seconds)
        return replace(fixed, best_base=missed)
    error = np.inf if found.bound is None else max(0.0, found.objective - found.bound)
    cost[breaches] = 0.0
    best = float(cost @ found.values) + model.risk.base.constant
    held = _hold_column(compiled, place[id(model.risk.best_base[LIMIT])], best)
    return replace(held, decisions=found.values, best_base=BestBase(best, error, begun, seconds))


def _search_base(model: Model, compiled: Compiled, options: Options, known: np.ndarray | None) -> tuple[Solution, str]:
    """The cheapest base, found without the columns of disruptions where no rule asks for them; what it began from."""
    began = time.monotonic()
    roundings, part = make_roundings(model, compiled), extract_baseline(compiled, worthwhile=0.0)
    if part is not None:
        compiled, roundings = part.compiled, tuple(map(part.rounding, roundings))
        known = None if known is None else known[part.kept]
    start = None if known is None else solve_arrays(hold_columns(compiled, known), options).values
    if options.time_limit is not None:
        left = options.time_limit - (time.monotonic() - began)
        options = replace(options, time_limit=max(left, 0.1 * options.time_limit))
    found = solve_arrays(compiled, options, None, roundings, start)
    if part is not None and found.values is not None:
        found = replace(found, values=part.whole(found.values))
    return found, "nothing" if start is None else "the plan in hand"


def _hold_column(compiled: Compiled, column: int, value: float) -> Compiled:
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[column] = upper[column] = value
    return replace(compiled, lower=lower, upper=upper)


def load_values(compiled: Compiled, values: np.ndarray) -> None:
    """Give every variable of the model its value; what the tolerances of the solver leave near 0 is 0.

    Parameters
    ----------
    compiled
        Arrays of the model, with its variables.
    values
        Shape (columns,), in the unit of each column.
    """
    units = np.ones(len(values)) if compiled.units is None else compiled.units
    clean = np.where(np.abs(values) < NOISE * units, 0.0, values)
    for variable, value in zip(compiled.variables, clean.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)


def solve_arrays(
    compiled: Compiled,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
    roundings: tuple[Rounding, ...] = (),
    start: np.ndarray | None = None,
    compare_starts: bool = False,
) -> Solution:
    """Solve compiled arrays; integers in the plan are exactly whole, and the rest is optimal for them.

    Ctrl-C and the time limit hold for all of it and leave the best plan so far.

    Parameters
    ----------
    compiled
        Arrays to solve.
    options
        Relative gap, time limit in s, threads and seed.
    progress
        Told how far the search is.
    roundings
        Turn values of the relaxation into values with whole integers, one after the other, each what the one before led
        to; the plan they lead to, if any, is where the search starts.
    start
        A plan, shape (columns,), that takes the place of that one.
    compare_starts
        Whether that one is sought beside `start` as well; the search starts from the better of the two.

    Returns
    -------
    Solution
        Status, and where there is a plan its values (columns,), objective, bound and gap.

    Raises
    ------
    UnsoundSolver
        The installed HiGHS is too old.
    """
    started = time.monotonic()
    with catch_interrupts() as stop:
        job = SolverSession(options, progress, stop, started)
        try:
            solution = _verify(compiled, _run_searches(job, compiled, roundings, start, compare_starts))
        except OutOfRange:
            solution = Solution("out_of_range", None, None, None, None, 0, 0.0)
    return replace(solution, seconds=time.monotonic() - started)


def _run_searches(
    job: SolverSession,
    compiled: Compiled,
    roundings: tuple[Rounding, ...],
    start: np.ndarray | None,
    compare_starts: bool,
) -> Solution:
    bound = -np.inf
    if (start is None or compare_starts) and roundings and compiled.integer.any():
        bound, own, compiled = start_search(job, compiled, roundings)
        start = _choose_plan(compiled, start, own)
    solution, closer = search.search_plan(job, compiled, start, bound)
    while closer is not compiled and _is_unsettled(solution, job.options):
        start, compiled = _choose_plan(compiled, start, solution.values), closer
        bound = bound if solution.bound is None else max(bound, solution.bound)
        solution, closer = search.search_plan(job, compiled, start, bound)
    if start is not None and _is_overstated(solution, job.options):
        again, _ = search.search_plan(job, compiled, None, bound)
        solution = _keep_cheaper(compiled, again, solution)
    return settle_counters(closer, solution)


def _verify(compiled: Compiled, solution: Solution) -> Solution:
    """The solution, called inexact where its plan does not meet the model in the model's own units."""
    if solution.values is None or solution.objective is None:
        return solution
    off = residual(compiled, solution.values)
    cost = float(compiled.cost @ solution.values) + compiled.offset
    paid = float(np.abs(compiled.cost * solution.values).sum()) + abs(compiled.offset)
    doubt = solution.doubt
    if not off <= TOLERANCE:
        doubt = f"it exceeds a limit by {off:.1g} of the figures in it"
    elif not abs(cost - solution.objective) <= TOLERANCE * paid:
        doubt = "its cost differs from the one that the solver reports"
    finished = solution.status in ("optimal", "within_gap")
    return replace(solution, status="inexact" if doubt and finished else solution.status, doubt=doubt)


_elsewhere: list[threading.Event] = []
"""The events of solves outside the main thread, which hear no Ctrl-C."""


@contextmanager
def catch_interrupts() -> Iterator[threading.Event]:
    """While this lasts Ctrl-C only sets an event: whoever runs then ends in order.

    Yields
    ------
    threading.Event
        Set by Ctrl-C; outside the main thread by `interrupt_solves`.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        _elsewhere.append(stop)
        try:
            yield stop
        finally:
            _elsewhere.remove(stop)
        return
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def interrupt_solves() -> None:
    """End the solves that run outside the main thread as Ctrl-C ends one in it: each keeps its best plan so far."""
    for stop in _elsewhere:
        stop.set()


def _keep_cheaper(compiled: Compiled, again: Solution, before: Solution) -> Solution:
    """A repeated search with the better of its plan and the one known before it."""
    if before.objective is None or (again.objective is not None and again.objective <= before.objective):
        return again
    bound = before.bound if again.bound is None else again.bound
    return name_status(compiled, replace(before, status=again.status, bound=bound, nodes=again.nodes))


def _choose_plan(compiled: Compiled, start: np.ndarray | None, values: np.ndarray | None) -> np.ndarray | None:
    """The plan that costs less, of those there are."""
    plans = [plan for plan in (values, start) if plan is not None]
    return min(plans, key=lambda plan: compiled.cost @ plan, default=None)


def _is_unsettled(solution: Solution, options: Options) -> bool:
    """Whether a finished search has no plan inside of all cones, or one that could be better than was asked for."""
    if solution.values is None:
        return solution.status in ("optimal", "within_gap")
    return _is_overstated(solution, options)


def _is_overstated(solution: Solution, options: Options) -> bool:
    """Whether a finished search has left more than the gap asked for.

    HiGHS's presolve can drop a column that the start uses and then takes the start without that column's cost for a
    plan. Integers re-optimised exactly bring it to light; such a search is repeated without a start.
    """
    return solution.status == "within_gap" and solution.gap is not None and solution.gap > max(options.gap, PROVED)
