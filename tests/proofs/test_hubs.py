"""Hubs: what a place passes on is within its capacity, is handled at a cost, and passes while the hub is open."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, matters, proves, wanted, workshop, years
from tests.proofs.ruled import rule
from tests.solving import optimum

LANE = {"item": "*", "mode": "road", "cost": 1}
WAY: dict[str, Any] = {
    "regions": [{"region": name} for name in ("here", "middle", "there")],
    "lanes": [LANE | {"origin": "here", "destination": "middle"}, LANE | {"origin": "middle", "destination": "there"}],
    "demand": wanted("1", region="there"),
}
"""8 goods are made here at 2 and wanted there, by way of the middle: 8 x (2 + 1 + 1) = 32."""
HUB = {"region": "middle", "item": "good"}
DIRECT = LANE | {"origin": "here", "destination": "there"}
SHUT: dict[str, Any] = {
    "scenarios": [{"scenario": "shut", "probability": 0.5}],
    "disruptions": [{"scenario": "shut", "period": "1", "months": 12, "kind": "lane", "target": "here|there"}],
}
"""With a probability of one half the direct lane is shut for a year."""


@proves("hub_opening", optimum=39, without=32)
def test_goods_pass_an_open_hub() -> Instance:
    """The hub costs 7 to open: 32 + 7 = 39, less than the 80 of going without. Without the constraint 32."""
    return workshop(hubs=[HUB | {"opening_cost": 7}], **WAY)


@proves("hub_opening", optimum=51, without=44)
def test_an_open_hub_has_its_capacity() -> Instance:
    """6 of the 8 goods pass: 7 + 6 x 4 + 2 x 10 = 51. Without the constraint the hub is not opened: 44."""
    return workshop(hubs=[HUB | {"opening_cost": 7, "capacity": 6}], **WAY)


@proves("hub_sharing", optimum=44, without=32)
def test_all_items_share_the_capacity_of_a_hub() -> Instance:
    """4 goods and 4 toys are wanted there, 6 in all pass: 6 x 4 + 2 x 10 = 44."""
    return workshop(hubs=[{"region": "middle", "item": "*", "capacity": 6}], **(WAY | _goods_and_toys()))


@proves("hub_sharing", optimum=51, without=39)
def test_all_items_share_a_hub_that_opens() -> Instance:
    """As above, and the hub costs 7 to open: 51. Without the constraint, which leaves the opening, 32 + 7 = 39."""
    return workshop(hubs=[{"region": "middle", "item": "*", "capacity": 6, "opening_cost": 7}],
                    **(WAY | _goods_and_toys()))  # fmt: skip


@proves("hub_state", optimum=75, without=68)
def test_opening_a_hub_is_paid() -> Instance:
    """Two years, opening at 7 and 2 a year while open: 2 x (32 + 2) + 7 = 75. Without the constraint no opening: 68."""
    sheets = WAY | {"periods": years(2), "demand": wanted("1", "2", region="there")}
    return workshop(hubs=[HUB | {"opening_cost": 7, "fixed_cost": 2}], **sheets)


@matters("hubs", "handling_cost", optimum=36, blank=32)
def test_handling_costs() -> Instance:
    """8 goods are passed on at 0.5 each: 32 + 4 = 36."""
    return workshop(hubs=[HUB | {"handling_cost": 0.5}], **WAY)


@matters("hubs", "capacity", optimum=44, blank=32)
def test_a_hub_without_opening_has_a_capacity() -> Instance:
    """6 pass: 6 x 4 + 2 x 10 = 44."""
    return workshop(hubs=[HUB | {"capacity": 6}], **WAY)


@matters("hubs", "fixed_cost", optimum=35, blank=32)
def test_a_hub_costs_while_it_is_open() -> Instance:
    """32 + 3 = 35."""
    return workshop(hubs=[HUB | {"fixed_cost": 3}], **WAY)


def test_what_is_made_or_used_there_is_not_passed_on() -> None:
    """Nothing passes the middle, where 4 goods are wanted as well, and a shop makes up to 4 at 2.

    They go there; those of the middle come from here: 4 x (2 + 1) each way = 24, or 4 x 2 + 0: the four made there
    stay at 8, and the others are missed at 40, 48 in all. So 24.
    """
    case = workshop(
        hubs=[HUB | {"capacity": 0}],
        sites=[*WORKSHOP["sites"], {"site": "stall", "region": "middle", "firm": "own"}],
        lines=[*WORKSHOP["lines"], {"site": "stall", "process": "make", "capacity": 4}],
        **(WAY | {"demand": [*wanted("1", region="there", volume=4), *wanted("1", region="middle", volume=4)]}),
    )
    assert optimum(case) == pytest.approx(24)


@proves("sharing_in", optimum=34, without=28)
def test_in_a_disruption_a_hub_has_its_capacity() -> Instance:
    """Direct 8 x 3 = 24; while that is shut 6 goods pass the hub, 24, and 2 are missed, 20: 24 + (44 - 24) / 2 = 34.

    Without the constraint all 8 would pass: 24 + (32 - 24) / 2 = 28.
    """
    return workshop(hubs=[{"region": "middle", "item": "*", "capacity": 6}], **_with_direct_lane())


@proves("gated_in", optimum=35, without=28)
def test_in_a_disruption_goods_pass_an_open_hub() -> Instance:
    """The hub is opened ahead for 7: 24 + 7 + (32 - 24) / 2 = 35, less than 24 + (80 - 24) / 2 without it.

    Without the constraint it need not be: 28.
    """
    return workshop(hubs=[HUB | {"opening_cost": 7}], **_with_direct_lane())


def test_handling_is_paid_in_a_disruption() -> None:
    """24 + (8 x 4.5 - 24) / 2 = 30."""
    assert optimum(workshop(hubs=[HUB | {"handling_cost": 0.5}], **_with_direct_lane())) == pytest.approx(30)


@proves("max_open", optimum=40, without=36)
def test_no_more_than_the_limit_of_hubs_are_open() -> Instance:
    """Two hubs, each for 4 goods and free; through the second the way costs 1 more. One may be open.

    4 x 4 + 4 x 6 = 40, the rest at 6 each missed. Without the constraint 4 x 4 + 4 x 5 = 36.
    """
    lanes = [*WAY["lanes"], LANE | {"origin": "here", "destination": "edge"},
             LANE | {"origin": "edge", "destination": "there", "cost": 2}]  # fmt: skip
    regions = [*WAY["regions"], {"region": "edge"}]
    hubs = [{"region": name, "item": "good", "capacity": 4} for name in ("middle", "edge")]
    demand = wanted("1", region="there", penalty=6)
    return workshop(rules=[rule("max_open", 1, by="hub")], hubs=hubs, regions=regions, lanes=lanes, demand=demand)


def _with_direct_lane() -> dict[str, Any]:
    return WAY | SHUT | {"lanes": [*WAY["lanes"], DIRECT]}


def _goods_and_toys() -> dict[str, Any]:
    """Goods and toys, made alike, and 4 of each wanted there."""
    return {
        "items": [*WORKSHOP["items"], {"item": "toy", "tier": "downstream"}],
        "processes": [*WORKSHOP["processes"], {"process": "make toys", "tier": "downstream", "other_cost": 2}],
        "recipes": [*WORKSHOP["recipes"], {"process": "make toys", "item": "toy", "quantity": 1}],
        "lines": [{"site": "shop", "process": process, "capacity": 10} for process in ("make", "make toys")],
        "demand": [*wanted("1", region="there", volume=4), *wanted("1", region="there", volume=4, item="toy")],
    }
