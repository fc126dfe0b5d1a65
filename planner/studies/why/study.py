"""Why a plan decides as it does: the same with one decision forced the other way, and where that would be no worse."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from planner.diagnosis import describe_remedies, find_remedies
from planner.planning import Problem, prepare_problem
from planner.solver.earlier_plan import match_plan, warm_start
from planner.solver.in_hand import bounded_below, cheapest, left_open
from planner.solver.solver import Options, Solution, make_roundings, solve_arrays
from planner.studies.why.drivers import Driver, drivers
from planner.studies.why.question import Sides, parse_question, sides, with_lock
from planner.workbook.read import Reading
from planner_models.decisions import variables
from planner_models.instance import Instance
from planner_models.schema.decisions import Decision
from planner_models.sets.locks import Lock

MOST_SOLVES = 5
"""Values of the driver at which both sides are solved before the search for the break-even ends."""

NEAR = 0.01
"""Distance from the break-even, relative to it, at which both sides are solved once more."""

MOST_DRIVERS = 2
"""Drivers that are tried till one has a break-even."""

FLAT = 1e-7
"""Slopes up to this are rounding."""

SURE = 1e-7
"""Difference of two objectives, relative to them, up to which it is rounding."""

CLOSE = 1e-3
"""Width relative to the driver's value down to which the break-even is narrowed."""

Show = Callable[[str], None]


class Unanswered(Exception):
    """There is no plan with the decision forced; `status`: how the solver ended; `reasons`: what must give."""

    def __init__(self, status: str, words: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.status = status
        self.reasons = list(reasons)


@dataclass(frozen=True)
class InHand:
    """The plan of a result: its decisions, and its objective and bound as minimised, NaN where they are not known."""

    decisions: dict[Decision, float]
    objective: float
    bound: float


@dataclass(frozen=True)
class ForcedPoint:
    """Both sides at one value of the driver: objectives as minimised, and how much less each may truly cost."""

    value: float
    held: float
    forced: float
    held_open: float
    forced_open: float

    @property
    def difference(self) -> float:
        """What forcing the decision costs there."""
        return self.forced - self.held

    @property
    def slack(self) -> float:
        """What the gaps of both sides leave open."""
        return self.held_open + self.forced_open

    @property
    def rounding(self) -> float:
        """Difference up to which both cost the same."""
        return SURE * max(abs(self.held), abs(self.forced))

    @property
    def costs(self) -> bool:
        """Whether forcing the decision costs something there, whatever the gaps hide."""
        return self.difference - self.forced_open > self.rounding

    @property
    def pays(self) -> bool:
        """Whether forcing the decision saves something there, whatever the gaps hide."""
        return self.difference + self.held_open < -self.rounding


@dataclass(frozen=True)
class Flip:
    """The driver, all values at which both sides were solved, and the value at which they cost the same.

    `at` is None where no value does it, or none can be claimed: `words` say why. `between` are the nearest values at
    which forcing the decision is certain to cost, or to save, something: the true value lies between them.
    """

    driver: Driver
    points: list[ForcedPoint]
    at: float | None
    words: str = ""
    between: tuple[float, float] | None = None


@dataclass(frozen=True)
class ForcedAnswer:
    """The question as two locks, the plan as it is and as forced, and where it would flip."""

    sides: Sides
    job: Problem
    solution: Solution
    held: Solution
    flip: Flip | None

    @property
    def cost(self) -> float:
        """What the forced decision costs, in money as minimised."""
        return _objective(self.solution) - _objective(self.held)

    @property
    def open(self) -> float:
        """What the searches of both sides have left open, in money."""
        return left_open(self.solution) + left_open(self.held)

    @property
    def least(self) -> float:
        """The least that forcing the decision can cost, whatever its search has not found."""
        return self.cost - left_open(self.solution)

    @property
    def most(self) -> float:
        """The most that it can cost, whatever the search behind the plan has not found."""
        return self.cost + left_open(self.held)

    @property
    def decided(self) -> bool:
        """Whether it is certain to cost something."""
        return self.least > SURE * abs(_objective(self.held))


def why(reading: Reading, options: Options, written: str, known: InHand, show: Show) -> ForcedAnswer:
    """Answer the question `written` about the plan in hand, which no plan held may be worse than.

    Its bound holds for the forced side as well, which has fewer plans to choose from.

    Raises InputError where the question speaks of nothing that there is, Unanswered where no plan does otherwise,
    KeyboardInterrupt where the user stops it.
    """
    plain = prepare_problem(reading, options)
    question = sides(parse_question(written, nameable(plain)), known.decisions, list(plain.model.sets.time.periods))
    show("the plan as it is")
    held = _ensure_plan(
        warm_start(plain.compiled, match_plan(plain.model, plain.compiled, known.decisions), options).solution
    )
    bound = None if math.isnan(known.bound) else known.bound
    held = _no_worse(held, known)
    show("the decision forced the other way")
    job = prepare_problem(replace(reading, instance=with_lock(reading.instance, question.forced)), options)
    begun = _make_forced_start(job, known.decisions, question.forced)
    solution = solve_arrays(job.compiled, options, None, make_roundings(job.model, job.compiled), begun)
    if _ensure_running(solution).values is None:
        raise Unanswered(solution.status, solution.words, _reasons(job, solution, show))
    solution = bounded_below(solution, bound)
    search = _Search(reading, options, question, (held, solution), show)
    return ForcedAnswer(question, job, solution, held, search.flip())


def _no_worse(held: Solution, known: InHand) -> Solution:
    """The plan as it is at what the result says it costs, where it was found anew at more, with the result's bound.

    The solve around its decisions proves nothing of other decisions, so that its own bound does not count.
    """
    objective = _objective(held) if math.isnan(known.objective) else min(_objective(held), known.objective)
    bound = None if math.isnan(known.bound) else known.bound
    return bounded_below(replace(held, objective=objective, bound=None, gap=None), bound)


def nameable(job: Problem) -> list[Decision]:
    """Everything a question may name: the decisions, and states that a lock could make one."""
    sets = job.model.sets
    found = list(variables(job.model))
    found += [("opened", site, period) for site, window in sets.windows.items() for period in window]
    found += [("kept", *line) for line in sets.existing]
    found += [("accessed", *offer, period) for offer in sets.offers.index for period in sets.time.periods]
    found += [("priced", region, item, step, period) for region, item, period, step in job.model.demand.volume]
    return list(dict.fromkeys(found))


def _make_forced_start(job: Problem, given: dict[Decision, float], lock: Lock) -> np.ndarray | None:
    """The plan around all decisions but those about the same site, offer, project or market."""
    others = {decision: value for decision, value in given.items() if decision[1] != lock.subject[0]}
    found = match_plan(job.model, job.compiled, others)
    column = {id(variable): place for place, variable in enumerate(job.compiled.variables)}
    values = found.values.copy()
    for decision, variable in variables(job.model).items():
        if decision[1] == lock.subject[0]:
            values[column[id(variable)]] = np.nan
    solution = warm_start(job.compiled, replace(found, values=values), job.options).solution
    return _ensure_running(solution).values


def _reasons(job: Problem, solution: Solution, show: Show) -> list[str]:
    """The fewest cells that would have to change for the decision to be otherwise; the lock that forces it stays."""
    if solution.status != "infeasible":
        return []
    show("what stands against it")
    lock = int(job.reading.instance["locks"].index[-1])
    return describe_remedies(find_remedies(job.model, job.compiled, kept=[("locks", lock)]), job.reading)


def _ensure_running(solution: Solution) -> Solution:
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    return solution


def _ensure_plan(solution: Solution) -> Solution:
    """A solution with a plan."""
    if _ensure_running(solution).values is None:
        raise Unanswered(solution.status, solution.words)
    return solution


def _objective(solution: Solution) -> float:
    assert solution.objective is not None
    return solution.objective


@dataclass
class _Search:
    """The search for the value of a driver at which both sides of a question cost the same."""

    reading: Reading
    options: Options
    question: Sides
    solutions: tuple[Solution, Solution]
    show: Show
    plans: tuple[list[np.ndarray | None], list[np.ndarray | None]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the plan of each side in hand."""
        self.plans = ([self.solutions[0].values], [self.solutions[1].values])

    def flip(self) -> Flip | None:
        """The break-even of the main driver, or of the next where that one has none; None where there is no driver."""
        found: list[Flip] = []
        for driver, slope in self._ranked()[:MOST_DRIVERS]:
            found.append(self._flip(driver, slope))
            if found[-1].at is not None:
                return found[-1]
        return found[0] if found else None

    def _flip(self, driver: Driver, slope: float) -> Flip:
        held, forced = map(_objective, self.solutions)
        points = [ForcedPoint(driver.value, held, forced, *map(left_open, self.solutions))]
        end = self._narrowed(driver, points, slope)
        if end:
            return Flip(driver, _sort_points(points), None, end)
        at = _find_crossing(points)
        beside = (at * (1 - NEAR), at * (1 + NEAR)) if at else (-NEAR, NEAR)
        points += [self._solved(driver, value) for value in beside if value >= driver.least]
        return _claimed(driver, points)

    def _ranked(self) -> list[tuple[Driver, float]]:
        """The drivers by how much of the difference hangs on them, and what a unit of each adds to it."""
        found = []
        for driver in drivers(self.reading.instance, self.question.held):
            step = 1e-3 * max(1.0, abs(driver.value))
            moved = self._costs(driver, driver.value + step)
            still = self._costs(driver, driver.value)
            if moved is None or still is None:
                continue
            held, forced = ((after - before) / step for after, before in zip(moved, still, strict=True))
            if abs(forced - held) > FLAT:
                found.append((driver, forced - held))
        return sorted(found, key=lambda pair: -abs(pair[1]) * max(abs(pair[0].value), FLAT))

    def _costs(self, driver: Driver, value: float) -> tuple[float, float] | None:
        """What the two plans known cost at a value of a driver; None where it changes what can be decided."""
        found = []
        for lock, solution in zip((None, self.question.forced), self.solutions, strict=True):
            job = self._job(driver.at(value), lock)
            assert solution.values is not None
            if len(job.compiled.cost) != len(solution.values):
                return None
            found.append(float(job.compiled.cost @ solution.values) + job.compiled.offset)
        return found[0], found[1]

    def _job(self, instance: Instance, lock: Lock | None) -> Problem:
        asked_of = instance if lock is None else with_lock(instance, lock)
        return prepare_problem(replace(self.reading, instance=asked_of), self.options)

    def _narrowed(self, driver: Driver, points: list[ForcedPoint], slope: float) -> str:
        """Solve both sides at values of the driver till the break-even is known; "" then, else why there is none."""
        if not points[0].costs:
            return "not sought: the gaps of the solves leave more open than the difference, a smaller --gap would tell"
        for _ in range(MOST_SOLVES):
            found = self._next(driver, points, slope)
            if found is None:
                return ""
            points.append(self._solved(driver, found))
            if points[-1].difference > 0 and found <= driver.least:
                return _at_the_end(points[-1])
            slope = _steeper(points, slope)
            if not slope:
                return f"it flips at no value: beyond {found:g} forcing the decision gets no cheaper"
        return "" if any(point.difference <= 0 for point in points) else "no value was found in so many solves"

    def _next(self, driver: Driver, points: list[ForcedPoint], slope: float) -> float | None:
        """The value to try next; None where the break-even is known closely enough."""
        dear = [point for point in points if point.difference > 0]
        cheap = [point for point in points if point.difference <= 0]
        if not cheap:
            last = min(dear, key=lambda point: point.difference)
            return max(last.value - 1.001 * last.difference / slope, driver.least)
        one, two = _bracket(points)
        if abs(one.value - two.value) <= CLOSE * max(abs(one.value), abs(two.value), 1e-9):
            return None
        if one.difference - two.difference <= max(one.slack, two.slack):
            return None
        guess = _find_crossing(points)
        middle = (one.value + two.value) / 2
        tried = min(abs(guess - point.value) for point in points)
        return guess if tried > CLOSE * max(abs(guess), 1e-9) else _between(one, two, guess, middle)

    def _solved(self, driver: Driver, value: float) -> ForcedPoint:
        """Both sides at a value of the driver, each from the best of its plans in hand, and never worse than that."""
        self.show(f"{driver.name} at {value:g}")
        objectives, unknown = [], []
        for side, lock in enumerate((self.question.held, self.question.forced)):
            job = self._job(driver.at(value), lock)
            start = cheapest(job.compiled, self.plans[side])
            roundings = make_roundings(job.model, job.compiled)
            solution = _ensure_plan(solve_arrays(job.compiled, self.options, None, roundings, start))
            self.plans[side].append(solution.values)
            objectives.append(_objective(solution))
            unknown.append(left_open(solution))
        return ForcedPoint(value, *objectives, *unknown)


def _at_the_end(point: ForcedPoint) -> str:
    """Why there is no break-even where the driver can be no less."""
    if point.costs:
        return f"even at {point.value:g} the plan would stay as it is"
    return f"even at {point.value:g} forcing the decision is not certain to pay: {_hidden(point)}"


def _hidden(point: ForcedPoint) -> str:
    if point.slack > point.rounding:
        return "the gaps of the solves leave more open than the difference, a smaller --gap would tell"
    return "both cost the same there"


def _claimed(driver: Driver, points: list[ForcedPoint]) -> Flip:
    """The break-even between the values at which the sign is certain; none is claimed where no value is certain."""
    costs, pays = [point for point in points if point.costs], [point for point in points if point.pays]
    if not costs or not pays:
        nearest = min(points, key=lambda point: point.difference)
        return Flip(
            driver, _sort_points(points), None, f"no break-even is claimed: at {nearest.value:g} {_hidden(nearest)}"
        )
    one, two = _nearest(costs, pays)
    low, high = sorted((one.value, two.value))
    return Flip(driver, _sort_points(points), min(max(_find_crossing(points), low), high), "", (low, high))


def _sort_points(points: list[ForcedPoint]) -> list[ForcedPoint]:
    return sorted(points, key=lambda point: point.value)


def _bracket(points: list[ForcedPoint]) -> tuple[ForcedPoint, ForcedPoint]:
    """The nearest two values between which the difference changes its sign: where it costs, where it does not."""
    dear = [point for point in points if point.difference > 0]
    cheap = [point for point in points if point.difference <= 0]
    return _nearest(dear, cheap)


def _nearest(some: list[ForcedPoint], others: list[ForcedPoint]) -> tuple[ForcedPoint, ForcedPoint]:
    return min(product(some, others), key=lambda pair: abs(pair[0].value - pair[1].value))


def _find_crossing(points: list[ForcedPoint]) -> float:
    """The value between the nearest two at which the difference would be 0 if it were a line."""
    one, two = _bracket(points)
    return one.value + (two.value - one.value) * one.difference / (one.difference - two.difference)


def _between(one: ForcedPoint, two: ForcedPoint, guess: float, middle: float) -> float:
    """A value a little beyond the guess on the far side, so that both ends of the bracket come near."""
    far = two if abs(one.value - guess) < abs(two.value - guess) else one
    return guess + 0.1 * (far.value - guess) if abs(far.value - guess) > CLOSE * abs(guess) else middle


def _steeper(points: list[ForcedPoint], slope: float) -> float:
    """The slope to go on with; 0 where the difference falls no more."""
    if any(point.difference <= 0 for point in points):
        return slope
    newest = _slope(points)
    return newest if newest * slope > 0 and abs(newest) > FLAT else 0.0


def _slope(points: list[ForcedPoint]) -> float:
    """By how much a unit of the driver moves the difference, between the last two values."""
    one, two = points[-2:]
    return (one.difference - two.difference) / (one.value - two.value) if one.value != two.value else 0.0
