"""Shapley values: what each player of a game is worth, so that the parts add up to the whole.

A game gives every coalition (a set of players) a worth. The value of player i is the average, over all orders in which
the players could join, of what i adds to those who joined before (L. S. Shapley, A value for n-person games, 1953):

    value[i] = sum over S without i of |S|! (n - |S| - 1)! / n! x (worth(S + i) - worth(S))

Every estimate here is linear in the worths, so it is kept as weights: per player, the factor of each coalition.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, sqrt
from statistics import stdev
from typing import TypeAlias

import numpy as np

Coalition: TypeAlias = frozenset[str]
Order: TypeAlias = tuple[str, ...]
Weights: TypeAlias = dict[str, dict[Coalition, Fraction]]

NONE: Coalition = frozenset()


def subsets(players: Sequence[str]) -> list[Coalition]:
    """All coalitions by size, nobody first: what fewer players can do is known when more of them come."""
    return [frozenset(chosen) for size in range(len(players) + 1) for chosen in combinations(players, size)]


def exact_weights(players: Sequence[str]) -> Weights:
    """The weights of the formula above, over all 2^n coalitions."""
    count = len(players)
    weights: Weights = {player: {} for player in players}
    for coalition in subsets(players):
        for player in players:
            others = len(coalition - {player})
            share = Fraction(factorial(others) * factorial(count - others - 1), factorial(count))
            weights[player][coalition] = share if player in coalition else -share
    return weights


def antithetic_orders(players: Sequence[str], pairs: int, seed: int) -> list[Order]:
    """`pairs` random orders, each followed by its reverse.

    Who comes early in one comes late in the other, which evens out most of what depends on the place.
    """
    chance = np.random.default_rng(seed)
    orders: list[Order] = []
    for _ in range(pairs):
        order = tuple(players[place] for place in chance.permutation(len(players)))
        orders += [order, order[::-1]]
    return orders


def list_passed_coalitions(order: Order) -> list[Coalition]:
    """The coalitions that an order passes through, from nobody to everybody."""
    return [frozenset(order[:size]) for size in range(len(order) + 1)]


def sample_weights(orders: Sequence[Order]) -> Weights:
    """The weights of the average over `orders` of what each player adds.

    In each order the additions sum to worth(everybody) - worth(nobody), so the averages do too.
    """
    weights: dict[str, dict[Coalition, Fraction]] = {player: defaultdict(Fraction) for player in sorted(orders[0])}
    share = Fraction(1, len(orders))
    for order in orders:
        steps = list_passed_coalitions(order)
        for player, before, after in zip(order, steps, steps[1:], strict=False):
            weights[player][after] += share
            weights[player][before] -= share
    return {player: dict(row) for player, row in weights.items()}


def values(weights: Weights, worth: Mapping[Coalition, float]) -> dict[str, float]:
    """The value of each player; summed without rounding, so that the values add up to the last digit or nearly so."""
    return {
        player: float(sum((factor * Fraction(worth[coalition]) for coalition, factor in row.items()), Fraction()))
        for player, row in weights.items()
    }


def standard_errors(orders: Sequence[Order], worth: Mapping[Coalition, float]) -> dict[str, float | None]:
    """The standard error of each sampled value; None for fewer than two pairs of orders.

    The two orders of a pair depend on each other, pairs do not: it is the deviation of the pairs' means over the
    square root of their number.
    """
    pairs = [values(sample_weights(orders[place : place + 2]), worth) for place in range(0, len(orders), 2)]
    if len(pairs) < 2:
        return dict.fromkeys(orders[0])
    return {player: stdev([pair[player] for pair in pairs]) / sqrt(len(pairs)) for player in orders[0]}


def largest_errors(weights: Weights, slack: Mapping[Coalition, float]) -> dict[str, float]:
    """The most by which each value can be off where worth(S) may in truth be up to `slack[S]` higher.

    With e(S) between 0 and slack(S) the error is sum of weight x e: at most the positive or the negative part.
    """
    return {
        player: max(
            sum(float(factor) * slack[coalition] for coalition, factor in row.items() if factor > 0),
            sum(-float(factor) * slack[coalition] for coalition, factor in row.items() if factor < 0),
        )
        for player, row in weights.items()
    }


def interactions(players: Iterable[str], worth: Mapping[Coalition, float]) -> dict[tuple[str, str], float]:
    """What two players are worth together beyond what each is worth alone, for pairs whose coalitions have a worth.

    worth(i, j) - worth(i) - worth(j) + worth(nobody): above zero they strengthen each other, below they overlap.
    """
    found = {}
    for first, second in combinations(players, 2):
        both, one, other = (frozenset(part) for part in ((first, second), (first,), (second,)))
        if {both, one, other, NONE} <= set(worth):
            found[first, second] = worth[both] - worth[one] - worth[other] + worth[NONE]
    return found
