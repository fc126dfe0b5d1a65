"""A plan that serves enough whatever is lost: cases that break it are added as scenarios until none is left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from planner.issues import InputError, Issue
from planner.planning import Problem, prepare_problem
from planner.recourse.reaction import Recourse
from planner.solver.compiled import compile_model
from planner.solver.in_hand import bound_below, left_open
from planner.solver.solver import Options, Progress, Solution, load_values, make_roundings, solve_arrays
from planner.studies.harden.separation import CriticalScenario, RobustOptions, Separation, join_searches, search, words
from planner.studies.no_plan import NoPlan
from planner.studies.stress.losses import LossCase, LossCatalogue
from planner.words import count_noun
from planner.workbook.read import Reading
from planner.workers.pool import ALONE, Workforce, solve_in_order
from planner_models.instance import Instance, apply_schema
from planner_models.network import build
from planner_models.schema import INPUTS

RULE = "survive "
"""What the names of the rules begin with that are added."""

MOST_ROUNDS = 100
"""Rounds after which it is given up; each adds a case that the plan before did not survive."""


@dataclass(frozen=True)
class HardeningWatch:
    """Who is told how it goes on: of a solve, of the sets of losses that have been tried, and of each round.

    `crew` are those who try them.
    """

    solving: Callable[[Progress], None]
    searching: Callable[[int], None]
    round: Callable[[str], None]
    crew: Workforce = ALONE


@dataclass
class Hardened:
    """The plain plan, and the hardened one with the cases that were added for it, in which round.

    `last` is the search that found nothing more; where the user stopped before that, `complete` is no, and `search`
    is the one that was under way or came before the solve that was.
    """

    siege: RobustOptions
    plain: tuple[Problem, Solution]
    plan: tuple[Problem, Solution]
    added: list[tuple[int, CriticalScenario]] = field(default_factory=list)
    last: Separation | None = None
    search: Separation | None = None
    complete: bool = True

    @property
    def price(self) -> float:
        """What the hardened plan costs more, or earns less, than the plain one, in money."""
        return _objective(self.plan) - _objective(self.plain)

    @property
    def least(self) -> float:
        """The least that hardening can cost: the hardened plan is one of the plain input too, and its price no gift."""
        return max(0.0, self.price - left_open(bound_below(self.plan[1], self.plain[1].bound)))

    @property
    def most(self) -> float:
        """The most that the hardened plan costs more than the best plain one; infinite where that has no bound."""
        return max(0.0, self.price) + left_open(_better_of(self.plain[1], self.plan[1]))


def _better_of(plain: Solution, hardened: Solution) -> Solution:
    """The plain plan, at what the hardened one costs where that is less: it has only more to meet."""
    costs = [plan.objective for plan in (plain, hardened) if plan.objective is not None]
    return replace(plain, objective=min(costs))


def _objective(solved: tuple[Problem, Solution]) -> float:
    assert solved[1].objective is not None
    return solved[1].objective


class NoHardenedPlan(NoPlan):
    """There is no plan: `solution` says how the last solve ended.

    Where the plain plan was `found`, `cases` are the new ones that no plan survives together with those added before.
    """

    def __init__(
        self, solution: Solution, found: Hardened | None = None, threats: Iterable[CriticalScenario] = ()
    ) -> None:
        super().__init__(solution)
        self.found = found
        self.threats = list(threats)


def harden(
    reading: Reading, siege: RobustOptions, options: Options, watch: HardeningWatch, issues: Iterable[Issue] = ()
) -> Hardened:
    """Column-and-constraint generation (Zeng and Zhao, 2013): solve, find the worst losses, add them, solve again.

    Ctrl-C ends it with the last plan. Raises NoPlan where there is none, InputError where a switch rules it out.
    """
    _check_switches(reading)
    job, solution = _solve_hardened(reading, options, watch, issues)
    if solution.values is None:
        raise NoHardenedPlan(solution)
    found = Hardened(siege, (job, solution), (job, solution), complete=solution.status != "interrupted")
    losses = LossCatalogue(job.model.sets, siege.kinds, without=siege.without)
    try:
        for number in range(1, MOST_ROUNDS + 1):
            if not found.complete or not _round(reading, found, losses, number, options, watch, issues):
                break
    except KeyboardInterrupt:
        found.complete = False
    return found


def _round(
    reading: Reading,
    found: Hardened,
    losses: LossCatalogue,
    number: int,
    options: Options,
    watch: HardeningWatch,
    issues: Iterable[Issue],
) -> bool:
    """Find what the plan does not survive and solve again with it; whether there was anything."""
    found.search = _search_plan(found, losses, watch)
    if not found.search.complete:
        raise KeyboardInterrupt
    known = {threat.case for _, threat in found.added}
    new = [threat for threat in found.search.worst if threat.case not in known]
    if not new:
        found.last = found.search
        return False
    watch.round(f"round {number}: {'; '.join(words(new[:1]))}; {count_noun(len(new), 'case')} added")
    cases = [threat.case for threat in new]
    harder = with_cases(reading, [threat.case for _, threat in found.added] + cases, found.siege.service)
    job, solution = _solve_hardened(harder, options, watch, issues)
    if solution.status == "interrupted" and solution.values is None:
        raise KeyboardInterrupt
    if solution.values is None:
        raise NoHardenedPlan(solution, found, new)
    found.added += [(number, threat) for threat in new]
    found.plan, found.complete = (job, solution), solution.status != "interrupted"
    return found.complete


def _search_plan(found: Hardened, losses: LossCatalogue, watch: HardeningWatch) -> Separation:
    """What the last plan does not survive; on workers the periods are apart, since no loss lasts into the next."""
    job, solution = found.plan
    assert solution.values is not None
    if not watch.crew.apart:
        load_values(job.compiled, solution.values)
        return search(Recourse(job.model), losses, found.siege, watch.searching)
    periods = found.siege.periods or job.model.sets.time.periods
    tasks = [(job.reading.instance, solution.values, replace(found.siege, periods=(period,))) for period in periods]
    parts, complete = solve_in_order(
        _search_apart, tasks, watch.crew, lambda known: watch.searching(sum(part.tried for part in known))
    )
    return join_searches(parts, complete)


def _search_apart(task: tuple[Instance, np.ndarray, RobustOptions]) -> Separation:
    """The search of one period, from the values of the variables of the plan."""
    instance, values, siege = task
    model = build(instance)
    load_values(compile_model(model), values)
    return search(Recourse(model), LossCatalogue(model.sets, siege.kinds, without=siege.without), siege)


def _solve_hardened(
    reading: Reading, options: Options, watch: HardeningWatch, issues: Iterable[Issue]
) -> tuple[Problem, Solution]:
    job = prepare_problem(reading, options, issues)
    return job, solve_arrays(
        job.compiled,
        options,
        lambda step: watch.solving(step.turned(job.sign)),
        make_roundings(job.model, job.compiled),
    )


def _check_switches(reading: Reading) -> None:
    faults = [
        Issue("error", "settings", reading.setting_cell(switch), f"{switch} is off, but hardening needs it; write on")
        for switch in ("scenarios", "rules")
        if reading.instance.settings[switch] == "off"
    ]
    if faults:
        raise InputError(faults)


def with_cases(reading: Reading, cases: list[LossCase], service: float) -> Reading:
    """The same input with a scenario and a rule of least service for each case."""
    names = {f"{number}: {case.words}": case for number, case in enumerate(cases, 1)}
    rows: dict[str, list[dict[str, Any]]] = {
        "scenarios": [{"scenario": name, "probability": 0.0} for name in names],
        "disruptions": [
            {"scenario": name, "period": case.period, "months": case.months, "kind": loss.kind, "target": loss.member}
            | {"effect": "capacity", "factor": 0.0}
            for name, case in names.items()
            for loss in case.losses
        ],
        "rules": [
            {"rule": f"{RULE}{name}", "type": "min_service", "scenario": name, "limit": service} for name in names
        ],
    }
    return extend_input(reading, rows)


def extend_input(reading: Reading, rows: dict[str, list[dict[str, Any]]]) -> Reading:
    """The same input with more rows on some sheets, below those that are there."""
    tables, raw = dict(reading.instance.tables), dict(reading.raw)
    for sheet, added in rows.items():
        known = tables[sheet]
        first = 1 + max([1, *known.index, *(raw[sheet].index if sheet in raw else [])])
        frame = pd.DataFrame(added, index=pd.RangeIndex(first, first + len(added), name="row"))
        tables[sheet] = _below(known, apply_schema(sheet, frame))
        raw[sheet] = _below(raw.get(sheet, pd.DataFrame(columns=list(INPUTS[sheet].columns))), frame)
    instance = Instance(tables, reading.instance.settings)
    return replace(reading, instance=instance, raw=raw)


def _below(upper: pd.DataFrame, lower: pd.DataFrame) -> pd.DataFrame:
    """One table on top of the other, with the columns of both."""
    return pd.concat([frame for frame in (upper, lower) if len(frame)]) if len(upper) or len(lower) else upper
