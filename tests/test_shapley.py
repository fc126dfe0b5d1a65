"""Shapley values on games whose values are known, and how far sampled ones may be off."""

from collections.abc import Callable
from itertools import pairwise
from math import fsum, sqrt

import pytest

from planner.studies.attribution.shapley import (
    NONE,
    Coalition,
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

EIGHT = tuple("abcdefgh")


def game(players: tuple[str, ...], worth: Callable[[Coalition], float]) -> dict[Coalition, float]:
    return {coalition: worth(coalition) for coalition in subsets(players)}


def exact(players: tuple[str, ...], worth: Callable[[Coalition], float]) -> dict[str, float]:
    return values(exact_weights(players), game(players, worth))


def crowded(coalition: Coalition) -> float:
    """A game of eight in which every player's addition depends on all who are there: a root, a pair and a triple."""
    size = sum(EIGHT.index(player) + 1 for player in coalition)
    return 10 * sqrt(size) + 7 * ({"a", "h"} <= coalition) - 5 * ({"b", "c", "d"} <= coalition) + 3


def test_glove_game():
    """A left glove and two right ones; a pair is worth 1. The left one adds 1 unless it comes first, in 2 of 3 orders;
    a right one adds 1 only where it comes second after the left one, in 1 of 6."""
    found = exact(("left", "right", "other right"), lambda who: float("left" in who and len(who) > 1))
    assert found == pytest.approx({"left": 2 / 3, "right": 1 / 6, "other right": 1 / 6})


def test_additive_game():
    """Where everybody adds the same amount whatever the others do, that is the value, and a dummy's is 0."""
    amounts = {"a": 4.0, "b": -1.5, "dummy": 0.0}
    assert exact(tuple(amounts), lambda who: 100 + sum(amounts[player] for player in who)) == pytest.approx(amounts)


def test_airport_game():
    """Four aeroplanes need runways that cost 8, 11, 13 and 18 (S. C. Littlechild and G. Owen, 1973).

    The first part is shared by all four, each further part by those that need it:
    8/4 = 2; 2 + 3/3 = 3; 3 + 2/2 = 4; 4 + 5/1 = 9.
    """
    cost = {"A": 8.0, "B": 11.0, "C": 13.0, "D": 18.0}
    found = exact(tuple(cost), lambda who: max((cost[player] for player in who), default=0.0))
    assert found == pytest.approx({"A": 2, "B": 3, "C": 4, "D": 9})


def test_one_player_is_worth_the_difference():
    assert exact(("a",), lambda who: 5.0 if who else 2.0) == {"a": 3.0}


@pytest.mark.parametrize("orders", [None, 2, 8, 21])
def test_values_add_up_to_the_whole(orders: int | None):
    worth = game(EIGHT, crowded)
    weights = exact_weights(EIGHT) if orders is None else sample_weights(antithetic_orders(EIGHT, orders, 3))
    total = worth[frozenset(EIGHT)] - worth[NONE]
    assert fsum(values(weights, worth).values()) == pytest.approx(total, rel=1e-14)


def test_sampled_values_are_within_the_stated_error():
    """Twice the standard error holds the exact value in about 19 of 20 cases; with ten pairs in somewhat fewer."""
    worth, truth = game(EIGHT, crowded), exact(EIGHT, crowded)
    within = []
    for seed in range(40):
        orders = antithetic_orders(EIGHT, 10, seed)
        found, error = values(sample_weights(orders), worth), standard_errors(orders, worth)
        within += [abs(found[player] - truth[player]) <= 2 * (error[player] or 0) + 1e-9 for player in EIGHT]
    assert 0.85 < sum(within) / len(within) < 0.99


def test_more_orders_narrow_the_error():
    worth = game(EIGHT, crowded)
    few, many = (standard_errors(antithetic_orders(EIGHT, pairs, 1), worth) for pairs in (10, 160))
    assert sum(value or 0 for value in many.values()) < 0.5 * sum(value or 0 for value in few.values())


def test_opposite_orders_make_games_of_pairs_exact():
    """What i gains from j counts once in an order and never in its reverse: half of it, as in the exact value."""
    amounts = dict(zip(EIGHT, (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), strict=True))

    def pairs(who: Coalition) -> float:
        return sum(amounts[player] for player in who) + 2.5 * sum({a, b} <= who for a, b in pairwise(EIGHT))

    orders = antithetic_orders(EIGHT, 2, 0)
    assert values(sample_weights(orders), game(EIGHT, pairs)) == pytest.approx(exact(EIGHT, pairs))
    assert standard_errors(orders, game(EIGHT, pairs)) == pytest.approx(dict.fromkeys(EIGHT, 0.0), abs=1e-12)


def test_one_pair_of_orders_has_no_standard_error():
    orders = antithetic_orders(("a", "b", "c"), 1, 0)
    assert standard_errors(orders, game(("a", "b", "c"), len)) == {"a": None, "b": None, "c": None}


def test_orders_are_pairs_of_opposites_and_repeat_with_their_seed():
    orders = antithetic_orders(EIGHT, 5, 7)
    assert len(orders) == 10
    assert all(orders[place] == orders[place + 1][::-1] for place in range(0, 10, 2))
    assert orders == antithetic_orders(EIGHT, 5, 7)
    assert orders != antithetic_orders(EIGHT, 5, 8)
    assert list_passed_coalitions(("a", "b")) == [NONE, {"a"}, {"a", "b"}]


def test_largest_errors():
    """Two players: value a = (v(a) - v() + v(ab) - v(b)) / 2.

    With v up to 4, 3, 2, 1 higher for nobody, a, b, both: a may be (3 + 1) / 2 = 2 higher or (4 + 2) / 2 = 3 lower,
    b (2 + 1) / 2 = 1.5 higher or (4 + 3) / 2 = 3.5 lower.
    """
    slack = {NONE: 4.0, frozenset("a"): 3.0, frozenset("b"): 2.0, frozenset("ab"): 1.0}
    assert largest_errors(exact_weights(("a", "b")), slack) == pytest.approx({"a": 3.0, "b": 3.5})


def test_interactions_are_given_for_pairs_that_are_solved():
    """Left and right glove: 1 together, nothing alone."""
    worth = game(("left", "right"), lambda who: float(len(who) == 2))
    assert interactions(("left", "right"), worth) == {("left", "right"): 1.0}
    del worth[frozenset({"left"})]
    assert interactions(("left", "right"), worth) == {}
