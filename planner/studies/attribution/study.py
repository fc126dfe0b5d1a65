"""What integration is worth, and through which mechanism: Shapley values over the switches of an instance."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from planner.sheets.attribution import ATTRIBUTION
from planner.solver.solver import Options
from planner.studies.attribution.coalitions import (
    Gains,
    Solved,
    Task,
    Waiting,
    find_start,
    name_coalition,
    solve_coalitions,
)
from planner.studies.attribution.inherited import keep_inheritance
from planner.studies.attribution.mechanisms import Cast
from planner.studies.attribution.sampled import SampledRanges, tabulate_ranges
from planner.studies.attribution.shapley import (
    NONE,
    Coalition,
    Order,
    Weights,
    antithetic_orders,
    exact_weights,
    interactions,
    largest_errors,
    list_passed_coalitions,
    sample_weights,
    standard_errors,
    subsets,
    values,
)
from planner_models.instance import NUMERIC, Instance
from planner_models.schema import meta
from planner_models.schema.decisions import Decision

MOST_EXACT = 6
"""Players up to which every coalition is solved (64 plans) unless orders are asked for."""

PARTS: dict[str, Callable[[Gains], float]] = {
    "profit": lambda gains: gains.profit,
    "consumers": lambda gains: gains.consumers,
    "state": lambda gains: gains.state,
}
"""The parts of total surplus that are shown, in the order of their columns."""

ROUNDING = 1e-9
"""Relative distance up to which two amounts of money are the same."""

DEFAULT_ORDERS = 20
"""Orders that are sampled beyond that."""


@dataclass(frozen=True)
class Design:
    """How the players of `cast` are compared: over all coalitions, or over sampled `orders` where there are any."""

    cast: Cast
    orders: tuple[Order, ...] = ()

    @property
    def players(self) -> tuple[str, ...]:
        """The switches that are turned."""
        return self.cast.players

    @property
    def needed(self) -> list[Coalition]:
        """The coalitions to solve, each once, fewer mechanisms before more of them, which start from their plans.

        After those of the orders come the ones that tell what each player adds as the first and as the last.
        """
        if not self.orders:
            return subsets(self.players)
        everybody = frozenset(self.players)
        along = [coalition for order in self.orders for coalition in list_passed_coalitions(order)]
        ends = [frozenset({player}) for player in self.players] + [everybody - {player} for player in self.players]
        return list(dict.fromkeys([*along, *ends]))


def design(cast: Cast, *, samples: int | None = None, exact: bool = False, seed: int = 0) -> Design:
    """Exact for up to six players or where asked for; else `samples` random orders, in pairs of opposites."""
    if exact or (samples is None and len(cast.players) <= MOST_EXACT):
        return Design(cast)
    pairs = -(-(samples or DEFAULT_ORDERS) // 2)
    return Design(cast, tuple(antithetic_orders(cast.players, pairs, seed)))


@dataclass(frozen=True)
class Attribution:
    """What the solved coalitions say. `orders` are those of the design whose coalitions are all solved.

    `ranges` are the worths in joint samples of the ranged figures, where these were asked for.

    Money is discounted, in the money of the workbook: total surplus, or where plans tell no surplus, cost avoided or
    profit won.
    """

    design: Design
    solved: Mapping[Coalition, Solved]
    sign: float
    ranges: SampledRanges | None = None

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """The finished pairs in the order in which they were drawn, so that quick ones are not preferred."""
        done = 0
        for place in range(0, len(self.design.orders), 2):
            pair = self.design.orders[place : place + 2]
            if any(coalition not in self.solved for order in pair for coalition in list_passed_coalitions(order)):
                break
            done = place + 2
        return self.design.orders[:done]

    @property
    def complete(self) -> bool:
        """Whether all is solved that was to be."""
        return all(coalition in self.solved for coalition in self.design.needed)

    @property
    def says_something(self) -> bool:
        """Whether there are values: exact ones need every coalition, sampled ones a finished pair of orders."""
        return bool(self.orders) if self.design.orders else self.complete

    @cached_property
    def gains(self) -> dict[Coalition, float]:
        """What each coalition gains: the total surplus of its plan, else its objective, measured from zero."""
        if self.counts_surplus:
            return self.parts(lambda gains: gains.total)
        return self.objectives

    @cached_property
    def objectives(self) -> dict[Coalition, float]:
        """What each coalition gains by the objective, measured from zero."""
        return {coalition: self.sign * (plan.objective or 0.0) for coalition, plan in self.solved.items()}

    @property
    def counts_surplus(self) -> bool:
        """Whether every plan tells who gains by it."""
        return all(plan.gains is not None for plan in self.solved.values())

    def parts(self, part: Callable[[Gains], float]) -> dict[Coalition, float]:
        """A part of what each coalition gains; nothing where no plan tells who gains."""
        return {key: part(plan.gains) for key, plan in self.solved.items() if plan.gains is not None}

    @cached_property
    def slack(self) -> dict[Coalition, float]:
        """How much more the best plan of each coalition may gain; infinite where no bound is known."""
        return {coalition: _slack(plan) for coalition, plan in self.solved.items()}

    @cached_property
    def weights(self) -> Weights:
        """How the worths follow from the gains."""
        return sample_weights(self.orders) if self.design.orders else exact_weights(self.design.players)

    @cached_property
    def worths(self) -> dict[str, float]:
        """The value of each player, the largest first."""
        found = values(self.weights, self.gains)
        return dict(sorted(found.items(), key=lambda entry: -entry[1]))

    @property
    def total(self) -> float:
        """What all players gain together: all on minus all off."""
        return self.added(frozenset(self.design.players), NONE) or 0.0

    @property
    def total_error(self) -> float:
        """The most by which the total can be off."""
        return max(self.slack[NONE], self.slack[frozenset(self.design.players)])

    def added(self, after: Coalition, before: Coalition) -> float | None:
        """What `after` gains over `before`; None where one is not solved."""
        return self.gains[after] - self.gains[before] if {after, before} <= set(self.gains) else None


def attribute(
    instance: Instance,
    comparison: Design,
    options: Options,
    workers: int = 1,
    show: Callable[[int, int], None] | None = None,
    cluster: str | None = None,
    in_hand: Mapping[Decision, float] | None = None,
    known_plans: Mapping[Coalition, Solved] | None = None,
) -> Attribution:
    """Solve the coalitions of a design. `show` is told how many of how many are done.

    Each starts from the best plan of fewer mechanisms known by then, or from the decisions `in_hand`, whichever is
    better; those of `known_plans` are not solved. Where a better plan of fewer mechanisms came later, as in sampled
    orders or with several workers, a combination is solved again from that.

    Ctrl-C ends it with what is solved by then. Raises NoPlan where a coalition has no plan.
    """
    sign = 1.0 if instance.settings["objective"] == "profit" else -1.0
    solved: dict[Coalition, Solved] = dict(known_plans or {})
    task, needed = Task(instance, comparison.players, options, in_hand or {}), comparison.needed
    report = show or (lambda done, total: None)

    def known(coalition: Coalition) -> Solved | None:
        return find_start(coalition, solved, sign)

    report(len(solved), len(needed))
    left = [coalition for coalition in needed if coalition not in solved]
    try:
        for plan in solve_coalitions(task, Waiting(left, known), workers, cluster):
            solved[plan.coalition] = plan
            report(len(solved), len(needed))
        for plan in solve_coalitions(task, Waiting(overtaken(solved, sign), known), workers, cluster):
            solved[plan.coalition] = better_known(solved[plan.coalition], plan, sign)
    except KeyboardInterrupt:
        pass
    return Attribution(comparison, keep_inheritance(solved, sign), sign)


def overtaken(solved: Mapping[Coalition, Solved], sign: float) -> list[Coalition]:
    """The coalitions that a plan of fewer mechanisms beats which their search was not given, the smallest first."""
    found = []
    for coalition in sorted(solved, key=len):
        own, best = solved[coalition], find_start(coalition, solved, sign)
        if best is None or best.coalition == own.start or not best.decisions:
            continue
        if sign * (best.objective or 0.0) > sign * (own.objective or 0.0):
            found.append(coalition)
    return found


def better_known(before: Solved, again: Solved, sign: float) -> Solved:
    """Of two solves of one coalition the better plan, with the tighter of their bounds."""
    best = max(before, again, key=lambda plan: sign * (plan.objective or 0.0))
    bounds = [plan.bound for plan in (before, again) if plan.bound is not None]
    if best.objective is None or not bounds:
        return best
    bound = min(bounds, key=lambda bound: sign * bound)
    gap = max(0.0, sign * (bound - best.objective)) / max(abs(best.objective), ROUNDING)
    return replace(best, bound=bound, gap=gap, seconds=before.seconds + again.seconds)


def attribution_tables(found: Attribution) -> dict[str, pd.DataFrame]:
    """Sheets `attribution`, `interactions` and `coalitions`; with samples also `ranges`, `ranks` and `sampled`."""
    return {
        "attribution": _frame("attribution", [*_player_rows(found), *_other_rows(found.design.cast)]),
        "interactions": _frame("interactions", _interaction_rows(found)),
        "coalitions": _frame("coalitions", _coalition_rows(found)),
        **{sheet: _frame(sheet, rows) for sheet, rows in tabulate_ranges(found.ranges).items()},
    }


def _frame(sheet: str, rows: Sequence[tuple]) -> pd.DataFrame:
    """A table of the schema: numbers as float, text as object with None where blank."""
    columns = ATTRIBUTION[sheet].columns
    numbers = {name: float for name, column in columns.items() if meta(column)["kind"] in NUMERIC}
    return pd.DataFrame(rows, columns=list(columns), dtype=object).astype(numbers)


def _player_rows(found: Attribution) -> list[tuple]:
    """One row per player, the largest worth first."""
    everybody = frozenset(found.design.players)
    sampling = standard_errors(found.orders, found.gains) if found.orders else {}
    solving = largest_errors(found.weights, found.slack)
    shown: list[dict[str, float]] = [{}] * len(PARTS)
    if found.counts_surplus:
        shown = [values(found.weights, found.parts(part)) for part in PARTS.values()]
    by_objective = values(found.weights, found.objectives)
    return [
        (
            player,
            worth,
            worth / found.total if found.total else None,
            sampling.get(player),
            _collect_known(solving[player]),
            found.added(frozenset({player}), NONE),
            found.added(everybody, everybody - {player}),
            *(part.get(player) for part in shown),
            by_objective[player],
            None,
        )
        for player, worth in found.worths.items()
    ]


def _other_rows(others: Cast) -> list[tuple]:
    """Mechanisms that did not play: worth nothing, or not measured."""
    blank = [None] * (4 + len(PARTS) + 1)
    idle = [(name, 0.0, 0.0, *blank, reason) for name, reason in others.idle.items()]
    kept = [
        (name, None, None, *blank, f"{reason}: as the workbook has it") for name, reason in others.untouched.items()
    ]
    return idle + kept


def _interaction_rows(found: Attribution) -> list[tuple]:
    """Pairs whose four coalitions are solved, the strongest first."""
    pairs = interactions(found.design.players, found.gains)
    rows = []
    for (first, second), gained in sorted(pairs.items(), key=lambda entry: -abs(entry[1])):
        together, apart = ({first, second}, ()), ({first}, {second})
        slack = [sum(found.slack[frozenset(part)] for part in parts) for parts in (together, apart)]
        rows.append((first, second, gained, _collect_known(max(slack))))
    return rows


def _coalition_rows(found: Attribution) -> list[tuple]:
    """From all off to all on."""
    players = found.design.players
    plans = sorted(
        found.solved.values(), key=lambda plan: (len(plan.coalition), name_coalition(plan.coalition, players))
    )
    return [
        (
            name_coalition(plan.coalition, players),
            *(plan.status, plan.objective, plan.bound, plan.gap),
            plan.gains.total if plan.gains else None,
            *(part(plan.gains) if plan.gains else None for part in PARTS.values()),
            plan.seconds,
        )
        for plan in plans
    ]


def _slack(plan: Solved) -> float:
    """The distance of objective and bound, in money; what is left of rounding alone counts as none."""
    if plan.objective is None or plan.bound is None:
        return math.inf
    distance = abs(plan.objective - plan.bound)
    return distance if distance > ROUNDING * abs(plan.objective) else 0.0


def _collect_known(error: float) -> float | None:
    return error if math.isfinite(error) else None
