"""Lanes: capacity shared by all items, and opening a lane before it is used."""

from typing import Any

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, proves, wanted, workshop, years

LANE = {"origin": "here", "destination": "there", "item": "*", "mode": "road", "cost": 1}
TOY = {"item": "toy", "tier": "downstream"}


@proves("lane_opening", optimum=31, without=24)
def test_a_lane_with_an_opening_cost_is_opened_before_use() -> Instance:
    """Goods are wanted there: 8 x (2 + 1) and 7 to open the lane: 31, less than the 80 of going without.

    Without the constraint the lane would be used unopened: 24.
    """
    return workshop(lanes=[LANE | {"opening_cost": 7}], demand=wanted("1", region="there"))


@proves("lane_opening", optimum=42, without=24)
def test_a_lane_of_one_item_has_an_opening_of_its_own() -> Instance:
    """Goods have a row of their own beside that of all items: 8 x (2 + 1) + 18 = 42, although the other is open to use.

    Without the constraint 24.
    """
    return workshop(
        lanes=[LANE | {"opening_cost": 7}, LANE | {"item": "good", "opening_cost": 18}],
        demand=wanted("1", region="there"),
    )


@proves("lane_stays_open", optimum=31, without=24)
def test_opening_a_lane_is_not_paid_back() -> Instance:
    """Goods are wanted in year 1 only: 8 x 3 + 7 = 31.

    What is paid is the change from shut to open: without the constraint, shutting it in year 2 would pay it back: 24.
    """
    return workshop(periods=years(2), lanes=[LANE | {"opening_cost": 7}], demand=wanted("1", region="there"))


@proves("lane_sharing", optimum=38, without=24)
def test_all_items_share_the_capacity_of_a_lane() -> Instance:
    """4 goods and 4 toys are wanted there, the lane carries 6 in all: 6 x (2 + 1) + 2 x 10 = 38.

    Without the constraint 8 x 3 = 24.
    """
    return workshop(lanes=[LANE | {"capacity": 6}], **_goods_and_toys())


@proves("lane_sharing", optimum=41, without=30)
def test_an_item_with_a_row_of_its_own_shares_the_capacity() -> Instance:
    """As above, but toys have a row of their own and cost 2.5 on the way: 4 goods and 2 toys go.

    4 x 3 + 2 x 4.5 + 2 x 10 = 41. Without the constraint all go: 4 x 3 + 4 x 4.5 = 30.
    """
    return workshop(lanes=[LANE | {"capacity": 6}, LANE | {"item": "toy", "cost": 2.5}], **_goods_and_toys())


@proves("lane_sharing", optimum=42, without=36)
def test_an_item_with_a_row_of_its_own_shares_a_lane_nobody_opened() -> Instance:
    """Toys have a row of their own at 2, which needs no opening; that of all items, for 3 a year, would cost 7 to open.

    3 of the 4 toys go, 3 x (2 + 2) + 10; the 8 goods are missed at 2.5 each, less than the 3 each would cost: 22 + 20.
    Without the constraint 4 toys go: 16 + 20 = 36.
    """
    chain = _goods_and_toys()
    toys = wanted("1", region="there", volume=4, item="toy")
    goods = wanted("1", region="there", penalty=2.5)
    lanes = [LANE | {"capacity": 3, "opening_cost": 7}, LANE | {"item": "toy", "cost": 2, "opening_cost": 0}]
    return workshop(lanes=lanes, **(chain | {"demand": [*toys, *goods]}))


@proves("lane_least_flow", optimum=30, without=27)
def test_a_lane_that_is_used_carries_its_least_flow() -> Instance:
    """The road carries 5 of the 8 goods at 1; by rail, at 2, at least 6 have to go: 2 x 3 + 6 x 4 = 30.

    Without the constraint 5 x 3 + 3 x 4 = 27.
    """
    rail = LANE | {"mode": "rail", "cost": 2, "min_flow": 6}
    return workshop(lanes=[LANE | {"capacity": 5}, rail], demand=wanted("1", region="there"))


@proves("lane_in_use", optimum=28, without=27)
def test_all_items_together_are_the_least_flow() -> Instance:
    """4 goods and 4 toys are wanted there, the road carries 5 in all; by rail at least 4 go: 4 x 3 + 4 x 4 = 28.

    Without the constraint, rail would carry 3 and not be in use: 5 x 3 + 3 x 4 = 27.
    """
    rail = LANE | {"mode": "rail", "cost": 2, "min_flow": 4}
    return workshop(lanes=[LANE | {"capacity": 5}, rail], **_goods_and_toys())


def _goods_and_toys() -> dict[str, Any]:
    """Goods and toys, made alike, and 4 of each wanted there."""
    return {
        "items": [*WORKSHOP["items"], TOY],
        "processes": [*WORKSHOP["processes"], {"process": "make toys", "tier": "downstream", "other_cost": 2}],
        "recipes": [*WORKSHOP["recipes"], {"process": "make toys", "item": "toy", "quantity": 1}],
        "lines": [{"site": "shop", "process": process, "capacity": 10} for process in ("make", "make toys")],
        "demand": [*wanted("1", region="there", volume=4), *wanted("1", region="there", volume=4, item="toy")],
    }
