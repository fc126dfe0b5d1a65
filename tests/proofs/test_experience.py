"""Experience: cost falls once enough has been made, and only on what is made."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.proofs import Rows, matters, proves, wanted, workshop, years
from tests.solving import optimum

MAKE = [{"process": "make", "tier": "downstream", "other_cost": 2, "learnable_share": 1}]
LEVEL = {"process": "make", "level": 1, "threshold": 8, "saving": 0.5}
DISPOSABLE = [{"item": "good", "tier": "downstream", "disposable": "yes"}]


def practised(*levels: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The workshop over two years, with these levels of experience, each a change to one of 8 goods that saves half."""
    base = {"periods": years(2), "processes": MAKE, "demand": wanted("1", "2")}
    return workshop(settings, **(base | {"learning": [LEVEL | level for level in levels]} | sheets))


@proves("learning_threshold", optimum=28, without=24)
def test_a_level_asks_for_what_was_made_before() -> Instance:
    """The level is at 10: two goods more than wanted are made in year 1, and year 2 costs half: 20 + 8 = 28.

    Without the constraint year 2 costs half all the same: 16 + 8 = 24.
    """
    return practised({"threshold": 10}, items=DISPOSABLE)


@proves("practised_made", optimum=24, without=22)
def test_only_what_is_made_is_saved_on() -> Instance:
    """16 + 8 goods at 1 = 24. Without the constraint the saving is had on the capacity of 10: 16 + 16 - 10 = 22.

    Goods may be thrown away: otherwise the 8 that are wanted would be all that could be made.
    """
    return practised({}, items=DISPOSABLE)


@proves("practised_learned", optimum=32, without=24)
def test_nothing_is_saved_before_the_level_is_reached() -> Instance:
    """A level of 100 is out of reach: 32. Without the constraint year 2 is saved on: 24."""
    return practised({"threshold": 100})


@matters("learning", "outside", optimum=24, blank=32)
def test_what_others_make_counts() -> Instance:
    """12 goods are asked for, 8 made here and 4 by others in year 1: 16 + 8 = 24. Without the others 32."""
    return practised({"threshold": 12, "outside": 4})


SHOP = [{"site": "shop", "region": "here", "firm": "other"}]
ACQUIRE = {"firm": "other", "process": "make", "mode": "acquire"}


@pytest.mark.parametrize(
    ("case", "figure"),
    [
        # 16, then 8 x 2 x (1 - 0.25), then 8 x 2 x (1 - 0.5): the saving of a level is the saving in all
        (
            practised(
                {"saving": 0.25},
                {"level": 2, "threshold": 16},
                periods=years(3),
                demand=wanted("1", "2", "3"),
            ),
            36,
        ),
        (practised({}, settings={"learning": "off"}), 32),
        # half of the cost can be learnt
        (practised({}, processes=[MAKE[0] | {"learnable_share": 0.5}]), 28),
        # a line that is bought from teaches its owner; one under control teaches the planner
        (practised({}, sites=SHOP), 32),
        (practised({}, sites=SHOP, access=[ACQUIRE | {"controls": "yes"}]), 24),
    ],
)
def test_what_is_learnt(case: Instance, figure: float) -> None:
    """Levels, the switch, the share that can be learnt, and whose experience counts."""
    assert optimum(case) == pytest.approx(figure)


@proves("inheritance_threshold", optimum=-1, without=-10)
def test_a_level_saves_after_the_plan_where_it_is_reached_in_it() -> Instance:
    """A good costs 2 to make and 1 to leave unserved. A level at 9 saves half of 2 on the shop's 10, for 2 years: 20.

    9 made, 1 unserved: 18 + 1 - 20 = -1; all 10: 20 - 20 = 0; none: 10. Without the constraint none is made: 10 - 20.
    """
    return workshop(
        {"experience_years": 2},
        processes=MAKE,
        learning=[LEVEL | {"threshold": 9}],
        demand=wanted("1", volume=10, penalty=1),
    )


@matters("learning", "activity_after", optimum=10, blank=-1)
def test_what_a_level_saves_on_after_the_plan() -> Instance:
    """On 4 goods it saves 8 in all, and 9 goods cost 9 more than they avoid: none is made, 10. On all 10: -1."""
    return workshop(
        {"experience_years": 2},
        processes=MAKE,
        learning=[LEVEL | {"threshold": 9, "activity_after": 4}],
        demand=wanted("1", volume=10, penalty=1),
    )
