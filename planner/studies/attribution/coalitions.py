"""Plans under some mechanisms only: each coalition of switches is one solve, in this process or in several."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import overload

import pandas as pd

from planner.diagnosis import describe_remedies, find_remedies
from planner.solver.compiled import compile_model
from planner.solver.earlier_plan import find_best_base, match_plan, warm_start
from planner.solver.in_hand import cheapest
from planner.solver.solution import in_time_left
from planner.solver.solver import Options, load_values, make_roundings, solve_arrays
from planner.studies.attribution.shapley import Coalition
from planner.workers.pool import solve_all
from planner_models.decisions import variables
from planner_models.earlier_plan import STANDING
from planner_models.figures.surplus import BEYOND, CONSUMERS, STATE, TOTAL, surplus
from planner_models.instance import Instance
from planner_models.model import Model
from planner_models.network import build
from planner_models.schema.decisions import Decision


@dataclass(frozen=True)
class Task:
    """What all coalitions share: the instance, the switches to turn, and the options of each solve.

    `in_hand` are decisions of an earlier plan, from which every search may start as well.
    """

    instance: Instance
    players: tuple[str, ...]
    options: Options
    in_hand: Mapping[Decision, float] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Gains:
    """Who gains by a plan, in discounted money: firms at home, consumers, and the state (duties and carbon less
    subsidies)."""

    profit: float
    consumers: float
    state: float

    @property
    def total(self) -> float:
        """Total surplus, as sheet `surplus` of the plan has it: what outside firms earn is no part of it."""
        return self.profit + self.consumers + self.state


@dataclass(frozen=True)
class Solved:
    """How the solve of a coalition ended: objective and bound in money as the workbook counts it, gap as a share.

    Without a plan objective, bound, gap and gains are None, and `reasons` may say which limits cannot be met together.
    `start` is the coalition whose plan the search was given; `decisions` are those of the plan, for others' starts.
    """

    coalition: Coalition
    status: str
    words: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    reasons: tuple[str, ...] = ()
    gains: Gains | None = None
    start: Coalition | None = None
    decisions: Mapping[Decision, float] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Begun:
    """A coalition to solve, with the plan of fewer mechanisms that its search is given, where one is known."""

    coalition: Coalition
    start: Solved | None = None


class Waiting(Sequence[Begun]):
    """The coalitions to solve; each is given the best plan of fewer mechanisms that is known when its turn comes."""

    def __init__(self, needed: Sequence[Coalition], known: Callable[[Coalition], Solved | None]) -> None:
        self.needed = needed
        self.known = known

    def __len__(self) -> int:
        return len(self.needed)

    @overload
    def __getitem__(self, place: int) -> Begun: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Begun]: ...

    def __getitem__(self, place: int | slice) -> Begun | Sequence[Begun]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        return Begun(self.needed[place], self.known(self.needed[place]))


class NoCoalitionPlan(Exception):
    """A coalition has no plan, so that nothing can be said about what its players are worth."""

    def __init__(self, solved: Solved, players: Sequence[str]) -> None:
        super().__init__(f"with {_switch_mechanisms(solved.coalition, players)}: {solved.words}")
        self.solved = solved


def name_coalition(coalition: Coalition, players: Sequence[str]) -> str:
    """The switches that are on in a coalition, in the order of the players; "none" where all are off."""
    return ", ".join(player for player in players if player in coalition) or "none"


def _switch_mechanisms(coalition: Coalition, players: Sequence[str]) -> str:
    if not coalition or len(coalition) == len(players):
        return f"{', '.join(players)} {'on' if coalition else 'off'}"
    return f"{name_coalition(coalition, players)} on and {name_coalition(frozenset(players) - coalition, players)} off"


def find_start(coalition: Coalition, solved: Mapping[Coalition, Solved], sign: float) -> Solved | None:
    """The best plan known with fewer mechanisms than a coalition has.

    Parameters
    ----------
    coalition
        The mechanisms that are on.
    solved
        The coalitions with a plan.
    sign
        1 where the objective is a profit, -1 where it is a cost.

    Returns
    -------
    Solved or None
        None where no coalition with fewer mechanisms is solved.
    """
    fewer = [plan for plan in solved.values() if plan.coalition < coalition and plan.objective is not None]
    return max(fewer, key=lambda plan: sign * (plan.objective or 0.0), default=None)


def solve_coalition(task: Task, begun: Begun) -> Solved:
    """The best plan with exactly the switches of a coalition on, of those of the task.

    What fewer mechanisms could do is a plan with more of them as well where all that they add is left unused. The
    search starts from that plan, from the plan in hand, or from its own first one, whichever is best: so nothing that
    is added costs for want of search.
    """
    coalition = begun.coalition
    switches = {player: "on" if player in coalition else "off" for player in task.players}
    model = build(task.instance.with_settings(**switches))
    began = time.monotonic()
    fewer = {} if begun.start is None else begun.start.decisions
    compiled = find_best_base(model, compile_model(model), task.options, fewer or task.in_hand)
    plans = [
        warm_start(compiled, match_plan(model, compiled, decisions), task.options).solution.values
        for decisions in (fewer, task.in_hand)
        if decisions
    ]
    first = cheapest(compiled, plans)
    options = in_time_left(task.options, time.monotonic() - began)
    solution = solve_arrays(compiled, options, None, make_roundings(model, compiled), first, compare_starts=True)
    sign = -1.0 if task.instance.settings["objective"] == "profit" else 1.0
    objective, bound = (None if value is None else sign * value + 0.0 for value in (solution.objective, solution.bound))
    told = (solution.status, solution.words, objective, bound, solution.gap, solution.seconds)
    source = None if begun.start is None else begun.start.coalition
    if solution.values is None:
        reasons = tuple(describe_remedies(find_remedies(model, compiled))) if solution.status == "infeasible" else ()
        return Solved(coalition, *told, reasons, start=source)
    load_values(compiled, solution.values)
    return Solved(coalition, *told, gains=sum_gains(model), start=source, decisions=_list_decisions(model))


def _list_decisions(m: Model) -> dict[Decision, float]:
    """What the plan in the variables decides; of zeros only those that close what exists."""
    values = {decision: float(variable.value) for decision, variable in variables(m).items()}
    return {decision: value for decision, value in values.items() if value or decision[0] in STANDING}


def sum_gains(m: Model) -> Gains:
    """Who gains by a plan over all periods.

    Parameters
    ----------
    m
        A model whose variables hold the plan.

    Returns
    -------
    Gains
        Discounted money.
    """
    return add_up_gains(surplus(m))


def add_up_gains(rows: pd.DataFrame) -> Gains:
    """Who gains, from the rows of sheet `surplus`.

    Parameters
    ----------
    rows
        Columns group and discounted (money), a row per group, tier and period.

    Returns
    -------
    Gains
        Discounted money.
    """
    amounts = rows.groupby("group")["discounted"].sum()
    home = amounts.drop([CONSUMERS, STATE, TOTAL, *BEYOND], errors="ignore")
    return Gains(float(home.sum()), float(amounts.get(CONSUMERS, 0.0)), float(amounts.get(STATE, 0.0)))


def solve_coalitions(
    task: Task, needed: Sequence[Begun], workers: int = 1, cluster: str | None = None
) -> Iterator[Solved]:
    """Solve each of `needed` and yield it when it is done.

    Raises NoPlan for the first without a plan and KeyboardInterrupt when the user stops; nothing runs on after that.
    """
    found = solve_all(partial(solve_coalition, task), needed, workers, cluster)
    try:
        for solved in found:
            if solved.status == "interrupted":  # the solver swallows Ctrl-C to end in order
                raise KeyboardInterrupt
            if solved.objective is None:
                raise NoCoalitionPlan(solved, task.players)
            yield solved
    finally:
        found.close()
