"""What security costs: one rule's limit from where it begins to bind to the tightest that any plan can meet."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planner.issues import InputError, Issue
from planner.planning import Problem, prepare_problem
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.recourse.reaction import Recourse
from planner.recourse.second_stage import choose_second_stage
from planner.solver.solver import Progress, Solution, load_values, make_roundings, solve_arrays
from planner.studies.frontier.curve import Frontier, FrontierPoint, FrontierRequest, mark, settle
from planner.studies.frontier.measures import MEASURES, MEASURES_OF, least_served
from planner.studies.no_plan import NoPlan
from planner.workbook.names import suggest
from planner.workbook.read import Reading
from planner.workers.pool import ALONE, Workforce, solve_all
from planner_models import frames
from planner_models.instance import Instance
from planner_models.plan import plan

STEPS = 10
"""Halvings in the search for the tightest limit: a thousandth of the way from where it begins to bind."""

ALIKE = 1e-6
"""Limits this near, relative above 1, are the same."""

MOST_COVER = 60.0
"""Months of stock asked for at most, or twice what the plan without the rule has: more would often be met for ever."""


@dataclass(frozen=True)
class FrontierWatch:
    """Who is told of solves, and of what is being done."""

    solving: Callable[[Progress], None]
    doing: Callable[[str], None]


def frontier(
    reading: Reading,
    request: FrontierRequest,
    watch: FrontierWatch,
    issues: Iterable[Issue] = (),
    crew: Workforce = ALONE,
) -> Frontier:
    """Solve along the rule's limit, from the tightest on: the plan of each is a start for the next, which asks less.

    Where a crew shares the limits between them, all start from the plan that meets the tightest.

    Ctrl-C ends it with the points known by then. Raises NoPlan, or InputError where the rule cannot be varied.
    """
    row = _row(reading, request)
    kind = str(frames.cell(reading.instance["rules"], row, "type"))
    upper = not kind.startswith("min_")
    better = MEASURES[request.against] if request.against else (-1.0 if upper else 1.0)
    found = Frontier(request, reading, 1.0, better, upper, own_figure=kind != "min_service")
    search = _FrontierSearch(found, row, kind, watch)
    try:
        loosest = search.free()
        tightest = search.tightest(loosest)
        limits = np.linspace(tightest, loosest, request.points)[:-1]
        if abs(tightest - loosest) > ALIKE * max(1.0, abs(loosest)):
            search.along(limits.tolist(), crew)
    except KeyboardInterrupt:
        found.complete = False
    found.points.sort(key=lambda point: -point.limit if upper else point.limit)
    settle(found)
    mark(found)
    return found


class _FrontierSearch:
    """Solves one instance under one limit after the other."""

    def __init__(self, found: Frontier, row: int, kind: str, watch: FrontierWatch) -> None:
        self.found, self.row, self.kind, self.watch = found, row, kind, watch
        self.last: np.ndarray | None = None
        self.sources = 0

    def free(self) -> float:
        """The plan that does not heed the rule, as a point, and the figure at which it begins to bind."""
        self.watch.doing("the plan without the rule")
        job = self._job(hard="no", penalty=0.0)
        solution = self._solved(job, None)
        if solution.values is None:
            raise NoPlan(solution)
        self.found.sign = job.sign
        own = [row.parts for row in job.model.rules.rows.values() if row.rule.name == self.found.request.rule]
        self.sources = max(map(len, own), default=0)
        point = self._point(job, solution, math.nan)
        point.limit = point.value
        if point.value != point.value:
            raise _wrong(f"rule {self.found.request.rule} has no figure in the plan without it: nothing it is about")
        if point.empty:
            against = self.found.request.against
            raise _wrong(f"--against {against} has no figure in the plan without the rule: nothing it is about")
        self.found.points.append(point)
        if solution.status == "interrupted":
            raise KeyboardInterrupt
        return point.value

    def tightest(self, loosest: float) -> float:
        """The tightest limit that some plan meets, by halving the way; whole decisions count."""
        ideal = self._ideal(loosest)
        if self._feasible(ideal):
            self.found.open_end = self.kind == "min_cover"
            return ideal
        met, missed = loosest, ideal
        for step in range(STEPS):
            self.watch.doing(f"the tightest limit that can be met: step {step + 1} of {STEPS}")
            middle = (met + missed) / 2
            met, missed = (middle, missed) if self._feasible(middle) else (met, middle)
        return met

    def _ideal(self, loosest: float) -> float:
        if self.found.upper:
            return 1.0 / self.sources if self.kind == "max_hhi" and self.sources else 0.0
        count = frames.cell(self.found.reading.instance["rules"], self.row, "count")
        most = {"min_cover": max(MOST_COVER, 2 * loosest), "min_sources": 1.0 / count if count == count else 1.0}
        return most.get(self.kind, 1.0)

    def _feasible(self, limit: float) -> bool:
        """Whether some plan meets a limit: first without whole numbers, which is quick, then the first one found."""
        job = self._job(limit=limit, hard="yes")
        relaxed = replace(job.compiled, integer=np.zeros_like(job.compiled.integer))
        options = replace(self.found.request.options, gap=1e9)
        solution = solve_arrays(relaxed, options)
        if solution.values is not None:
            solution = solve_arrays(job.compiled, options, None, make_roundings(job.model, job.compiled))
        if solution.status == "interrupted":
            raise KeyboardInterrupt
        if solution.values is None:
            self.found.hurried |= solution.status == "time_limit"
            return False
        self.last = solution.values
        return True

    def along(self, limits: list[float], crew: Workforce) -> None:
        """A point for each limit, one after the other, or as the crew comes to them."""
        if not crew.apart:
            for limit in limits:
                self._next()
                self.solve(limit)
            return
        request = self.found.request
        options = replace(
            request.options, threads=min(request.options.threads, crew.threads or request.options.threads)
        )
        way = _Way(self.found.reading, replace(request, options=options), self.row, self.kind, self.last)
        self._next()
        for points in solve_all(_solve_apart, [(way, limit) for limit in limits], crew.workers, crew.cluster):
            self.found.points += points
            self._next()

    def _next(self) -> None:
        number, total = len(self.found.points) + 1, self.found.request.points
        if number <= total:
            self.watch.doing(f"point {number} of {total}")

    def solve(self, limit: float) -> None:
        """One more point."""
        job = self._job(limit=limit, hard="yes")
        solution = self._solved(job, self.last)
        if solution.status == "interrupted":
            raise KeyboardInterrupt
        if solution.values is not None:
            self.last = solution.values
            self.found.points.append(self._point(job, solution, limit))

    def _job(self, **cells: Any) -> Problem:
        """The instance with other cells in the row of the rule."""
        reading = self.found.reading
        rules = reading.instance["rules"].copy()
        for column, value in (cells | {"active": "yes"}).items():
            rules.at[self.row, column] = value
        instance = Instance({**reading.instance.tables, "rules": rules}, reading.instance.settings)
        return prepare_problem(replace(reading, instance=instance), self.found.request.options)

    def _solved(self, job: Problem, start: np.ndarray | None) -> Solution:
        if start is not None and len(start) != len(job.compiled.cost):
            start = None
        return solve_arrays(
            job.compiled,
            job.options,
            lambda step: self.watch.solving(step.turned(job.sign)),
            make_roundings(job.model, job.compiled),
            start,
        )

    def _point(self, job: Problem, solution: Solution, limit: float) -> FrontierPoint:
        assert solution.values is not None
        assert solution.objective is not None
        load_values(job.compiled, choose_second_stage(job.model, job.compiled, solution.values))
        tables = add_evaluated_scenarios(job.model, plan(job.model))
        value = self._figure(job, tables)
        against = self.found.request.against
        rule = job.reading.instance["rules"].loc[[self.row]].iloc[0]
        own = limit if math.isnan(value) else value
        measured = MEASURES_OF[against](job, tables, rule) if against else own
        return FrontierPoint(limit, solution.objective, value, measured, solution, tables)

    def _figure(self, job: Problem, tables: dict[str, pd.DataFrame]) -> float:
        """The rule's figure where it is tightest; of service, the most that can be served."""
        if self.kind == "min_service":
            names = {row.who for row in job.model.rules.rows.values() if row.rule.name == self.found.request.rule}
            return least_served(Recourse(job.model), names)
        rows = tables.get("rules", pd.DataFrame(columns=["rule", "value"]))
        values = rows.loc[rows["rule"] == self.found.request.rule, "value"].dropna().astype(float)
        return float(values.max() if self.found.upper else values.min()) if len(values) else math.nan


@dataclass(frozen=True)
class _Way:
    """What all points of a frontier have in common, for workers; `start` is a plan that meets the tightest limit."""

    reading: Reading
    request: FrontierRequest
    row: int
    kind: str
    start: np.ndarray | None


def _solve_apart(task: tuple[_Way, float]) -> list[FrontierPoint]:
    """The point at a limit, if there is one."""
    way, limit = task
    found = Frontier(way.request, way.reading, 1.0, 1.0, not way.kind.startswith("min_"))
    search = _FrontierSearch(found, way.row, way.kind, FrontierWatch(lambda step: None, lambda words: None))
    search.last = way.start
    search.solve(limit)
    return found.points


def _row(reading: Reading, request: FrontierRequest) -> int:
    """The row of the rule in its sheet. Raises InputError where it is not there or switched off."""
    rules = reading.instance["rules"]
    names = rules["rule"].tolist()
    if request.rule not in names:
        there = f": the rules are {', '.join(names)}" if names else ": sheet rules has none"
        raise _wrong(f"--rule {request.rule} does not exist{suggest(request.rule, names)}{there}")
    for switch in ("rules", *(["scenarios"] if _needs_scenarios(rules, request) else [])):
        if reading.instance.settings[switch] == "off":
            raise InputError([Issue("error", "settings", reading.setting_cell(switch), f"{switch} is off: turn it on")])
    if request.against not in (None, *MEASURES):
        raise _wrong(f"--against {request.against} is not a measure; choose one of {', '.join(MEASURES)}")
    return int(rules.index[names.index(request.rule)])


def _needs_scenarios(rules: pd.DataFrame, request: FrontierRequest) -> bool:
    kinds = set(rules.loc[rules["rule"] == request.rule, "type"])
    return bool(kinds & {"min_service", "max_cvar"}) or request.against in ("service", "cvar")


def _wrong(words: str) -> InputError:
    return InputError([Issue("error", "", "", words)])
