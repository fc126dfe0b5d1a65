"""How a model is solved: where the search starts, when it is repeated, and exact integers at its end."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from planner.solver.baseline import extract_baseline
from planner.solver.compiled import Compiled, compile_model
from planner.solver.highs import OutOfRange, load
from planner.solver.highs.cones import add_tangents, tangents_at
from planner.solver.highs.job import SolverSession
from planner.solver.highs.outcome import finite, outcome, read_duals
from planner.solver.marginals import price_items, price_rules
from planner.solver.solution import Options, Progress, Solution
from planner.solver.units import NOISE
from planner.solver.verify import TOLERANCE, improvable, residual
from planner_models.blocks.disruptions.risk import LIMIT
from planner_models.model import Model
from planner_models.start import reach_levels, round_up

SUMMING = 1e-12
"""Share of what is paid and earned in all that summing it up may be off."""

PROVED = 1e-6
"""A plan whose gap is at most this is called optimal; above it, within the gap that was asked for."""

ROUNDING = 1e-9
"""Two plans whose costs are this near, as a share, cost the same."""


def solve(model: Model, options: Options | None = None, progress: Callable[[Progress], None] | None = None) -> Solution:
    """Solve a model built by `planner_models.network.build` and load the plan into its variables."""
    options, compiled = options or Options(), compile_model(model)
    compiled = with_best_base(model, compiled, options)
    solution = solve_arrays(compiled, options, progress, make_roundings(model, compiled))
    if solution.values is not None:
        load_values(compiled, solution.values)
        price_rules(model, compiled, solution.duals, solution.cone_duals)
        price_items(model, compiled, solution.duals)
    return solution


Rounding = Callable[[np.ndarray], np.ndarray]
"""Turns values, one per column, into values with whole integers."""


def make_roundings(model: Model, compiled: Compiled) -> tuple[Rounding, ...]:
    """How values become whole, by the rules of `start`: of the relaxation, then of the plan that comes of it.

    Parameters
    ----------
    model
        A built model; each rounding overwrites the values of its variables.
    compiled
        Its arrays.

    Returns
    -------
    tuple of Rounding
        One or two functions from values (columns,) to values with whole integers (columns,).
    """

    def by(rule: Callable[[Model], None]) -> Rounding:
        def rounded(values: np.ndarray) -> np.ndarray:
            load_values(compiled, values)
            rule(model)
            return np.array([variable.value for variable in compiled.variables])

        return rounded

    return (
        by(round_up),
        *(
            [by(reach_levels)]
            if model.experience.learned
            or model.experience.inherited
            or model.clusters.clustered
            or model.enablers.enabled
            else []
        ),
    )


def with_best_base(model: Model, compiled: Compiled, options: Options) -> Compiled:
    """The arrays of a model with the cost of the best base in them, where a rule on risk needs it.

    Parameters
    ----------
    model : a built model, and `compiled`, its arrays
    options : how near to the best, and in which time, the cheapest base is searched

    Returns
    -------
    The same arrays, with the variable `best_base` fixed at the cost in discounted money of the base that is cheapest
    under all other rules (the rule that limits the risk is left out), and with the decisions of that base to begin
    with; the arrays as they are where nothing needs it.
    """
    if not len(model.risk.best_base):
        return compiled
    place = {id(variable): position for position, variable in enumerate(compiled.variables)}
    cost = np.zeros_like(compiled.cost)
    for coefficient, variable in zip(model.risk.base.coefficients, model.risk.base.variables, strict=True):
        cost[place[id(variable)]] += coefficient
    breaches = [place[id(variable)] for variable in model.rules.breach.values()]
    cost[breaches] += compiled.cost[breaches]
    limits = [number for number, row in enumerate(compiled.rows) if row.parent_component().local_name == LIMIT]
    upper = compiled.row_upper.copy()
    upper[limits] = np.inf
    fixed = _holding(compiled, place[id(model.risk.best_base[LIMIT])], 0.0)
    values = _search_base(model, replace(fixed, cost=cost, offset=0.0, row_upper=upper), options)
    if values is None:
        return fixed
    cost[breaches] = 0.0
    best = float(cost @ values) + model.risk.base.constant
    return replace(_holding(compiled, place[id(model.risk.best_base[LIMIT])], best), decisions=values)


def _search_base(model: Model, compiled: Compiled, options: Options) -> np.ndarray | None:
    """The values of the cheapest base, found without the columns of disruptions where no rule asks for them."""
    roundings, part = make_roundings(model, compiled), extract_baseline(compiled, worthwhile=0.0)
    if part is None:
        return solve_arrays(compiled, options, None, roundings).values
    found = solve_arrays(part.compiled, options, None, tuple(map(part.rounding, roundings)))
    return None if found.values is None else part.whole(found.values)


def _holding(compiled: Compiled, column: int, value: float) -> Compiled:
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
            solution = _verified(compiled, _solved(job, compiled, roundings, start, compare_starts))
        except OutOfRange:
            solution = Solution("out_of_range", None, None, None, None, 0, 0.0)
    return replace(solution, seconds=time.monotonic() - started)


def _solved(
    job: SolverSession,
    compiled: Compiled,
    roundings: tuple[Rounding, ...],
    start: np.ndarray | None,
    compare_starts: bool,
) -> Solution:
    bound = -np.inf
    if (start is None or compare_starts) and roundings and compiled.integer.any():
        bound, own, compiled = _start(job, compiled, roundings)
        start = _better(compiled, start, own)
    solution, closer = _search(job, compiled, start, bound)
    while closer is not compiled and _is_unsettled(solution, job.options):
        start, compiled = _better(compiled, start, solution.values), closer
        bound = bound if solution.bound is None else max(bound, solution.bound)
        solution, closer = _search(job, compiled, start, bound)
    if start is not None and _is_overstated(solution, job.options):
        again, _ = _search(job, compiled, None, bound)
        solution = _cheaper(compiled, again, solution)
    return solution


def _verified(compiled: Compiled, solution: Solution) -> Solution:
    """The solution, called inexact where its plan does not meet the model in the model's own units."""
    if solution.values is None or solution.objective is None:
        return solution
    off = residual(compiled, solution.values)
    cost = float(compiled.cost @ solution.values) + compiled.offset
    paid = float(np.abs(compiled.cost * solution.values).sum()) + abs(compiled.offset)
    doubt = solution.doubt
    if not off <= TOLERANCE:
        doubt = f"it misses a limit by {off:.1g} of the figures that the limit is about"
    elif not abs(cost - solution.objective) <= TOLERANCE * paid:
        doubt = "what it costs is not what the solver says that it costs"
    finished = solution.status in ("optimal", "within_gap")
    return replace(solution, status="inexact" if doubt and finished else solution.status, doubt=doubt)


@contextmanager
def catch_interrupts() -> Iterator[threading.Event]:
    """While this lasts Ctrl-C only sets an event: whoever runs then ends in order.

    Yields
    ------
    threading.Event
        Set by Ctrl-C; never set outside the main thread.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _start(
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
        fixed = job.run(_fix_integers(compiled, whole))
        compiled = add_tangents(compiled, fixed, job.again)
        best = fixed.optimum
        if best is None:
            break
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
    calm = job.hurried(bound)
    within, begun, model = _start(calm, part.compiled, tuple(map(part.rounding, roundings)))
    solution, _ = _search(calm, model, begun, within)
    return None if solution.values is None else part.whole(solution.values)


def _plan_around(compiled: Compiled, decisions: np.ndarray, rounding: Rounding) -> np.ndarray | None:
    """The best plan with these decisions; those that are there for disruptions alone are rounded to suit the others."""
    whole, own = decisions.copy(), np.zeros(len(compiled.cost), dtype=bool)
    own[: len(compiled.disturbed)] = compiled.disturbed
    own &= compiled.integer
    if own.any():
        relaxed = load(_fix_integers(compiled, whole, compiled.integer & ~own))
        relaxed.run()
        if relaxed.optimum is None:
            return None
        whole[own] = rounding(relaxed.optimum[1])[own]
    fixed = load(_fix_integers(compiled, whole))
    fixed.run()
    if fixed.optimum is None:
        return None
    start = fixed.optimum[1]
    start[compiled.integer] = whole[compiled.integer]
    return start


def _search(
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
        solution, closer = _polish(compiled, solution)
    stopped = solution.values is None and solution.status in ("time_limit", "interrupted")
    if start is not None and (stopped or _worse(compiled, solution, start)):
        bound = bound if solution.bound is None else solution.bound
        objective = float(compiled.cost @ start) + compiled.offset
        begun = replace(solution, values=start, objective=objective, bound=finite(bound))
        begun, tighter = _polish(closer, begun) if whole else (begun, closer)
        if begun.values is not None and (stopped or begun.values is not start or not whole):
            solution, closer = begun, tighter
    return _name_status(compiled, solution), closer


def _worse(compiled: Compiled, solution: Solution, start: np.ndarray) -> bool:
    """Whether a plan costs more than the one the search began with.

    It may once it is inside of all cones; and the solver may refuse a start that its presolve finds a little outside.
    """
    if solution.objective is None or not (compiled.cones or compiled.integer.any()):
        return False
    known = float(compiled.cost @ start) + compiled.offset
    return solution.objective > known + (0.0 if compiled.cones else ROUNDING * abs(known))


def _cheaper(compiled: Compiled, again: Solution, before: Solution) -> Solution:
    """A repeated search with the better of its plan and the one known before it."""
    if before.objective is None or (again.objective is not None and again.objective <= before.objective):
        return again
    bound = before.bound if again.bound is None else again.bound
    return _name_status(compiled, replace(before, status=again.status, bound=bound, nodes=again.nodes))


def _better(compiled: Compiled, start: np.ndarray | None, values: np.ndarray | None) -> np.ndarray | None:
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


def _name_status(compiled: Compiled, solution: Solution) -> Solution:
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


def _fix_integers(compiled: Compiled, values: np.ndarray, held: np.ndarray | None = None) -> Compiled:
    """The linear programme that is left when every integer, or those of `held`, is held at its value."""
    lower, upper, whole = compiled.lower.copy(), compiled.upper.copy(), compiled.integer if held is None else held
    lower[whole], upper[whole] = values[whole], values[whole]
    return replace(compiled, lower=lower, upper=upper, integer=np.zeros_like(whole))


def _polish(compiled: Compiled, solution: Solution) -> tuple[Solution, Compiled]:
    """The plan with integers rounded exactly and everything else re-optimised around them, inside of all cones.

    A MIP solution meets integrality only to a tolerance, which times a large capacity is a visible amount. Where
    rounding leaves nothing feasible the plan is kept as the solver gave it, unless it is outside of a cone: then there
    is none, and the tangents that come with it say so to the next search.
    """
    assert solution.values is not None
    whole = compiled.integer
    fixed = np.round(solution.values)
    solver = load(_fix_integers(compiled, fixed))
    solver.run()
    closer = add_tangents(compiled, solver)
    best = solver.optimum
    if best is None:
        closer = tangents_at(closer, solution.values)
        kept = solution if closer is compiled else replace(solution, values=None, objective=None)
        return kept, closer
    objective, values = best
    values[whole] = fixed[whole]
    open_ = improvable(_fix_integers(closer, fixed), values, solver.duals)
    doubt = "" if open_ <= TOLERANCE else f"with its decisions as they are it may cost {open_:.1g} less, as a share"
    return replace(read_duals(solution, solver, closer), values=values, objective=objective, doubt=doubt), closer
