"""Plans under some mechanisms only: each coalition of switches is one solve, in this process or in several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from planner.diagnosis import describe_remedies, find_remedies
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, make_roundings, solve_arrays, with_best_base
from planner.studies.attribution.shapley import Coalition
from planner.workers.pool import solve_all
from planner_models.figures.surplus import CONSUMERS, OUTSIDE, PENALTIES, STATE, TOTAL, surplus
from planner_models.instance import Instance
from planner_models.model import Model
from planner_models.network import build


@dataclass(frozen=True)
class Task:
    """What all coalitions share: the instance, the switches to turn, and the options of each solve."""

    instance: Instance
    players: tuple[str, ...]
    options: Options


@dataclass(frozen=True)
class Gains:
    """Who gains by a plan, in discounted money: firms at home, consumers, and the state (duties less subsidies)."""

    profit: float
    consumers: float
    state: float

    @property
    def total(self) -> float:
        """Total surplus; what outside firms earn is no part of it."""
        return self.profit + self.consumers + self.state


@dataclass(frozen=True)
class Solved:
    """How the solve of a coalition ended: objective and bound in money as the workbook counts it, gap as a share.

    Without a plan objective, bound, gap and gains are None, and `reasons` may say which limits cannot be met together.
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


def solve_coalition(task: Task, coalition: Coalition) -> Solved:
    """The best plan with exactly the switches in `coalition` on, of those of the task."""
    switches = {player: "on" if player in coalition else "off" for player in task.players}
    model = build(task.instance.with_settings(**switches))
    compiled = with_best_base(model, compile_model(model), task.options)
    solution = solve_arrays(compiled, task.options, None, make_roundings(model, compiled))
    sign = -1.0 if task.instance.settings["objective"] == "profit" else 1.0
    objective, bound = (None if value is None else sign * value + 0.0 for value in (solution.objective, solution.bound))
    reasons = tuple(describe_remedies(find_remedies(model, compiled))) if solution.status == "infeasible" else ()
    gains = None
    if solution.values is not None:
        load_values(compiled, solution.values)
        gains = sum_gains(model)
    told = (solution.status, solution.words, objective, bound, solution.gap, solution.seconds)
    return Solved(coalition, *told, reasons, gains)


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
    rows = surplus(m)
    amounts = rows.groupby("group")["discounted"].sum()
    home = amounts.drop([CONSUMERS, STATE, OUTSIDE, PENALTIES, TOTAL], errors="ignore")
    return Gains(float(home.sum()), float(amounts.get(CONSUMERS, 0.0)), float(amounts.get(STATE, 0.0)))


def solve_coalitions(
    task: Task, needed: Sequence[Coalition], workers: int = 1, cluster: str | None = None
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
