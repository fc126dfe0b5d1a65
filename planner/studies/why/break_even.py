"""The search for the value of a driver at which the plan as it is and as forced cost the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from planner.planning import Problem, prepare_problem
from planner.solver.compiled import compile_model
from planner.solver.in_hand import cheapest, left_open
from planner.solver.solver import Options, Solution, make_roundings, solve_arrays
from planner.studies.why.drivers import Driver, drivers
from planner.studies.why.points import (
    CLOSE,
    FLAT,
    Flip,
    ForcedPoint,
    claim_break_even,
    describe_end,
    find_bracket,
    find_crossing,
    guess_beyond,
    sort_points,
    update_slope,
)
from planner.studies.why.question import Sides, with_lock
from planner.studies.why.solved import ensure_plan, objective_of
from planner.workbook.read import Reading
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.schema.decisions import Decision
from planner_models.sets.locks import Lock

MOST_SOLVES = 5
"""Values of the driver at which both sides are solved before the search for the break-even ends."""

NEAR = 0.01
"""Distance from the break-even, relative to it, at which both sides are solved once more."""

MOST_DRIVERS = 2
"""Drivers that are tried till one has a break-even."""

Show = Callable[[str], None]


@dataclass
class BreakEvenSearch:
    """The search for the value of a driver at which both sides of a question cost the same."""

    reading: Reading
    options: Options
    question: Sides
    solutions: tuple[Solution, Solution]
    known: Mapping[Decision, float]
    show: Show
    plans: tuple[list[np.ndarray | None], list[np.ndarray | None]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the plan of each side in hand."""
        self.plans = ([self.solutions[0].values], [self.solutions[1].values])

    def find_flip(self) -> Flip | None:
        """The break-even of the main driver, or of the next where that one has none; None where there is no driver."""
        found: list[Flip] = []
        for driver, slope in self._rank_drivers()[:MOST_DRIVERS]:
            found.append(self._find_flip(driver, slope))
            if found[-1].at is not None:
                return found[-1]
        return found[0] if found else None

    def _find_flip(self, driver: Driver, slope: float) -> Flip:
        held, forced = map(objective_of, self.solutions)
        points = [ForcedPoint(driver.value, held, forced, *map(left_open, self.solutions))]
        end = self._narrow(driver, points, slope)
        if end:
            return Flip(driver, sort_points(points), None, end)
        at = find_crossing(points)
        beside = (at * (1 - NEAR), at * (1 + NEAR)) if at else (-NEAR, NEAR)
        points += [self._solve_at(driver, value) for value in beside if value >= driver.least]
        return claim_break_even(driver, points)

    def _rank_drivers(self) -> list[tuple[Driver, float]]:
        """The drivers by how much of the difference hangs on them, and what a unit of each adds to it."""
        found = []
        for driver in drivers(self.reading.instance, self.question.held):
            step = 1e-3 * max(1.0, abs(driver.value))
            moved = self._price_plans(driver, driver.value + step)
            still = self._price_plans(driver, driver.value)
            if moved is None or still is None:
                continue
            held, forced = ((after - before) / step for after, before in zip(moved, still, strict=True))
            if abs(forced - held) > FLAT:
                found.append((driver, forced - held))
        return sorted(found, key=lambda pair: -abs(pair[1]) * max(abs(pair[0].value), FLAT))

    def _price_plans(self, driver: Driver, value: float) -> tuple[float, float] | None:
        """What the two plans known cost at a value of a driver; None where it changes what can be decided."""
        found = []
        for lock, solution in zip((None, self.question.forced), self.solutions, strict=True):
            compiled = compile_model(build(_lock(driver.at(value), lock)))  # prices need no best base
            assert solution.values is not None
            if len(compiled.cost) != len(solution.values):
                return None
            found.append(float(compiled.cost @ solution.values) + compiled.offset)
        return found[0], found[1]

    def _prepare(self, instance: Instance, lock: Lock | None) -> Problem:
        asked_of = replace(self.reading, instance=_lock(instance, lock))
        return prepare_problem(asked_of, self.options, known=self.known)

    def _narrow(self, driver: Driver, points: list[ForcedPoint], slope: float) -> str:
        """Solve both sides at values of the driver till the break-even is known; "" then, else why there is none."""
        if not points[0].costs:
            return "not sought: the difference is smaller than the gaps of the solves; use a smaller --gap"
        for _ in range(MOST_SOLVES):
            found = self._choose_value(driver, points, slope)
            if found is None:
                return ""
            points.append(self._solve_at(driver, found))
            if points[-1].difference > 0 and found <= driver.least:
                return describe_end(points[-1])
            slope = update_slope(points, slope)
            if not slope:
                return f"it does not flip at any value: beyond {found:g} forcing the decision does not get cheaper"
        return (
            ""
            if any(point.difference <= 0 for point in points)
            else "no value was found within the number of solves allowed"
        )

    def _choose_value(self, driver: Driver, points: list[ForcedPoint], slope: float) -> float | None:
        """The value to try next; None where the break-even is known closely enough."""
        costly = [point for point in points if point.difference > 0]
        cheap = [point for point in points if point.difference <= 0]
        if not cheap:
            last = min(costly, key=lambda point: point.difference)
            return max(last.value - 1.001 * last.difference / slope, driver.least)
        one, two = find_bracket(points)
        if abs(one.value - two.value) <= CLOSE * max(abs(one.value), abs(two.value), 1e-9):
            return None
        if one.difference - two.difference <= max(one.slack, two.slack):
            return None
        guess = find_crossing(points)
        middle = (one.value + two.value) / 2
        tried = min(abs(guess - point.value) for point in points)
        return guess if tried > CLOSE * max(abs(guess), 1e-9) else guess_beyond(one, two, guess, middle)

    def _solve_at(self, driver: Driver, value: float) -> ForcedPoint:
        """Both sides at a value of the driver, each from the best of its plans in hand, and never worse than that."""
        self.show(f"{driver.name} at {value:g}")
        objectives, unknown = [], []
        for side, lock in enumerate((self.question.held, self.question.forced)):
            job = self._prepare(driver.at(value), lock)
            start = cheapest(job.compiled, self.plans[side])
            roundings = make_roundings(job.model, job.compiled)
            solution = ensure_plan(solve_arrays(job.compiled, job.search_options, None, roundings, start))
            self.plans[side].append(solution.values)
            objectives.append(objective_of(solution))
            unknown.append(left_open(solution))
        return ForcedPoint(value, *objectives, *unknown)


def _lock(instance: Instance, lock: Lock | None) -> Instance:
    return instance if lock is None else with_lock(instance, lock)
