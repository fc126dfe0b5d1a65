"""Plans nearly as good and as different as can be, and which choices all such plans, some, or none of them take."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from planner.planning import Problem
from planner.solver.compiled import Compiled
from planner.solver.extended import hold_columns, set_objective, within_cost
from planner.solver.highs.relaxation import extremes
from planner.solver.in_hand import left_open
from planner.solver.solver import Options, Solution, catch_interrupts, make_roundings, solve_arrays
from planner.studies.alternatives.choices import Choices, choices
from planner.studies.no_plan import NoPlan
from planner.words import count_noun
from planner_models.schema.decisions import KEYS

DISTANCE_GAP = 0.05
"""Gap to which the most different plan is sought: nobody needs the last bit of difference."""

PATIENCE = 20.0
"""Time that verdicts may take in all, as a multiple of the time limit of a solve."""

ROUNDING = 1e-9
"""Room above the cap, relative to it, so that the best plan is within it whatever rounding does."""

FOR_THE_BEST = 5.0
"""Time for the best plan, and for what is proved choice by choice, as a multiple of that."""

SURE = 1e-5
"""Distance from 0 or 1 from which a relaxed choice cannot be that."""

ALWAYS, NEVER, OPTIONAL, UNDECIDED = "always", "never", "optional", "undecided"

Show = Callable[[str], None]


@dataclass(frozen=True)
class NearOptimalPlans:
    """A plan: how its solve ended, with values in the model's own columns, and which choices it takes (0 and 1)."""

    solution: Solution
    taken: np.ndarray


@dataclass(frozen=True)
class Alternatives:
    """The best plan and others within its cost and the room given, with the verdict on every choice.

    `bound` is the least that any plan can cost, as minimised, None where that is not known: what the plans that were
    found cost more than the best is known no better. `exhausted` says that no further plan differs in any choice;
    `in_time` that nothing was cut short by a time limit.
    """

    job: Problem
    choices: Choices
    plans: list[NearOptimalPlans]
    verdicts: list[str]
    cap: float
    exhausted: bool
    in_time: bool
    interrupted: bool = False
    bound: float | None = None

    @property
    def left_open(self) -> float:
        """The most by which some plan could be better than the best found, in money; infinite where not known."""
        return left_open(replace(self.plans[0].solution, bound=self.bound))


def find_alternatives(job: Problem, within: float, number: int, show: Show, *, by_period: bool = False) -> Alternatives:
    """Plans that cost little more than the best and differ as much as can be, and verdicts on all choices.

    Ctrl-C ends the search with what is known by then.

    Parameters
    ----------
    job
        The job; the time limit of its options (s) is one for each solve, and a multiple of it for the best plan.
    within
        Share by which a plan may cost more than the best.
    number
        Most plans to find, with the best.
    show
        Called with what is being done now.
    by_period
        Ask about choices in each period, rather than over all periods.

    Returns
    -------
    Alternatives
        The best plan first, the others, and the verdict on every choice.

    Raises
    ------
    NoPlan
        Where there is no plan.
    KeyboardInterrupt
        Where the user stops the search for the best plan.
    """
    show("the best plan")
    limit = job.options.time_limit
    longer = replace(job.options, time_limit=None if limit is None else FOR_THE_BEST * limit)
    best = solve_arrays(job.compiled, longer, None, make_roundings(job.model, job.compiled))
    if best.status == "interrupted":
        raise KeyboardInterrupt
    if best.values is None or best.objective is None:
        raise NoPlan(best)
    found = choices(job, by_period=by_period)
    hunt = _Hunt(job, found, within, show)
    hunt.anchor(best)
    try:
        exhausted = hunt.spread(number)
        hunt.classify()
    except KeyboardInterrupt:
        hunt.interrupted, exhausted = True, False
    return Alternatives(
        job, found, hunt.plans, hunt.verdicts(), hunt.cap, exhausted, not hunt.cut_short, hunt.interrupted, best.bound
    )


def _objective(solution: Solution) -> float:
    return math.inf if solution.objective is None else solution.objective


@dataclass
class _Hunt:
    """Plans under a cost cap: those shown, what all that were seen have in common, and what is proved."""

    job: Problem
    choices: Choices
    within: float
    show: Show
    cap: float = math.inf
    capped: Compiled = field(init=False)
    plans: list[NearOptimalPlans] = field(default_factory=list)
    seen: list[np.ndarray] = field(default_factory=list)
    proved: set[int] = field(default_factory=set)
    cut_short: bool = False
    interrupted: bool = False

    def anchor(self, best: Solution) -> None:
        """Begin with a plan, the best so far: from its cost follows what all others may cost."""
        assert best.objective is not None
        self.cap = best.objective + self.within * abs(best.objective)
        self.capped = within_cost(self.choices.compiled, self.cap + ROUNDING * abs(self.cap))
        self.plans, self.seen = [], []
        self.add(best)

    def add(self, solution: Solution) -> None:
        """Take note of a plan to be shown; one that is better than the best takes its place, and all begins anew."""
        if self.plans and _objective(solution) < _objective(self.plans[0].solution) - ROUNDING * abs(self.cap):
            self.anchor(solution)
            return
        assert solution.values is not None
        values = self.choices.own(solution.values)
        taken = self.choices.taken(values)
        self.plans.append(NearOptimalPlans(replace(solution, values=values), taken))
        self.seen.append(taken)

    def spread(self, number: int) -> bool:
        """Add plans, each as far as can be from all before; whether there are no others."""
        weights = self._weights()
        while len(self.plans) < number and len(self.choices.names):
            self.show(f"plan {len(self.plans) + 1} of {number}")
            cost = np.zeros(len(self.capped.cost))
            offset = 0.0
            for plan in self.plans:
                cost[self.choices.columns] += weights * (2.0 * plan.taken - 1.0)
                offset -= float(weights @ plan.taken)
            options = replace(self.job.options, gap=DISTANCE_GAP)
            solution = self._solve(set_objective(self.capped, cost, offset), options)
            taken = None if solution.values is None else self.choices.taken(solution.values)
            if taken is None or any((taken == plan.taken).all() for plan in self.plans):
                return solution.status in ("optimal", "infeasible")
            self.add(self._cheapest(taken, solution))
        return not self.choices.names

    def _weights(self) -> np.ndarray:
        """One for all choices of a kind together, so that no kind drowns the others."""
        kinds = [name[0] for name in self.choices.names]
        return np.array([1.0 / kinds.count(kind) for kind in kinds])

    def _cheapest(self, taken: np.ndarray, otherwise: Solution) -> Solution:
        """The best plan that takes just these choices."""
        values = np.full(len(self.capped.cost), np.nan)
        values[self.choices.columns] = taken
        model = replace(self.capped, cost=self.choices.compiled.cost, offset=self.choices.compiled.offset)
        assert otherwise.values is not None
        solution = self._solve(hold_columns(model, values), self.job.options, otherwise.values)
        if solution.values is not None:
            return solution
        objective = float(model.cost @ otherwise.values) + model.offset
        return replace(otherwise, objective=objective, bound=None, gap=None)

    def _solve(self, model: Compiled, options: Options, start: np.ndarray | None = None) -> Solution:
        """Solve from a plan, by default the best. Raises KeyboardInterrupt where the user stops it."""
        assert self.plans[0].solution.values is not None
        begin = self.choices.whole(self.plans[0].solution.values) if start is None else start
        solution = solve_arrays(model, options, None, (), begin)
        if solution.status == "interrupted":
            raise KeyboardInterrupt
        self.cut_short |= solution.status == "time_limit"
        return solution

    def relax(self) -> None:
        """Prove what already follows where whole numbers may take any value, choice by choice."""
        limit = self.job.options.time_limit
        seconds = math.inf if limit is None else FOR_THE_BEST * limit
        for side in (1.0, 0.0):
            places = self._alike(side)
            at = dict(zip(self.choices.columns[places].tolist(), places, strict=True))
            self.show(f"one by one: {count_noun(len(places), 'choice')} perhaps taken {ALWAYS if side else NEVER}")
            with catch_interrupts() as stop:
                for column, value in extremes(self.capped, list(at), bool(side), stop, seconds):
                    if abs(value - (1.0 - side)) > SURE:
                        self.proved.add(at[column])
            if stop.is_set():
                raise KeyboardInterrupt

    def turn(self, end: float) -> None:
        """Look for plans that make single choices otherwise, close to the best: only what has to do with them moves."""
        best = self.plans[0].solution.values
        assert best is not None
        for side in (1.0, 0.0):
            for place in self._alike(side):
                if place not in set(self._alike(side)) or time.monotonic() > end:
                    continue
                self.show(f"undecided: {count_noun(len(self._alike(1.0)) + len(self._alike(0.0)), 'choice')}")
                values = np.full(len(self.capped.cost), np.nan)
                for other, columns in enumerate(self.choices.behind):
                    if not self._related(place, other):
                        values[columns] = best[columns]
                values[self.choices.columns[place]] = 1.0 - side
                solution = solve_arrays(hold_columns(self.capped, values), replace(self.job.options, gap=1.0))
                if solution.status == "interrupted":
                    raise KeyboardInterrupt
                if solution.values is not None:
                    self.seen.append(self.choices.taken(solution.values))

    def _related(self, one: int, other: int) -> bool:
        """Whether two choices have a site, firm, project, market, process or option in common."""
        subjects = [name[1 : len(KEYS[name[0]])] for name in (self.choices.names[one], self.choices.names[other])]
        return bool(set(subjects[0]) & set(subjects[1]))

    def classify(self) -> None:
        """Prove what is always and what is never taken, group by group.

        All choices that every plan so far takes are one group: a plan that takes fewest of them takes some out; where
        it takes all, they are always taken. A group on which a solve runs out of time is halved.
        """
        limit = self.job.options.time_limit
        end = math.inf if limit is None else time.monotonic() + PATIENCE * limit
        self.relax()
        self.turn(end)
        for side in (1.0, 0.0):
            waiting = deque([self._alike(side)])
            while waiting and time.monotonic() < end:
                group = [place for place in waiting.popleft() if place in set(self._alike(side))]
                if not group:
                    continue
                left, known = self._tested(group, side)
                if known:
                    self.proved |= set(left)
                elif len(left) < len(group):
                    waiting.appendleft(left)
                elif len(left) > 1:
                    middle = len(left) // 2
                    waiting.extend([left[:middle], left[middle:]])

    def _alike(self, side: float) -> list[int]:
        """The choices that every plan seen makes alike, with this value, and that are not proved."""
        every = np.array(self.seen)
        same = (every == side).all(axis=0)
        return [place for place in np.flatnonzero(same).tolist() if place not in self.proved]

    def _tested(self, group: list[int], side: float) -> tuple[list[int], bool]:
        """What of a group is still alike after a plan that changes as much of it as can be; whether that is proved."""
        word = ALWAYS if side else NEVER
        undecided = len(self._alike(1.0)) + len(self._alike(0.0))
        self.show(f"testing together: {count_noun(len(group), 'choice')} perhaps taken {word}; {undecided} undecided")
        cost = np.zeros(len(self.capped.cost))
        cost[self.choices.columns[group]] = 1.0 if side else -1.0
        solution = self._solve(set_objective(self.capped, cost), replace(self.job.options, gap=0.0))
        if solution.values is not None:
            self.seen.append(self.choices.taken(solution.values))
        left = [place for place in group if place in set(self._alike(side))]
        least = (len(group) if side else 0.0) - 1 + 1e-6
        proved = solution.bound is not None and solution.bound > least and len(left) == len(group)
        return left, proved

    def verdicts(self) -> list[str]:
        """The verdict on each choice."""
        always, never = set(self._alike(1.0)), set(self._alike(0.0))
        first = self.plans[0].taken
        words = []
        for place in range(len(self.choices.names)):
            if place in self.proved:
                words.append(ALWAYS if first[place] else NEVER)
            else:
                words.append(UNDECIDED if place in always | never else OPTIONAL)
        return words
