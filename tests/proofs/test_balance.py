"""Balance: nothing comes from nowhere, and nothing vanishes but what may be thrown away."""

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, proves, wanted, workshop

WASTE = [*WORKSHOP["items"], {"item": "waste", "tier": "midstream"}]
WASTEFUL = [*WORKSHOP["recipes"], {"process": "make", "item": "waste", "quantity": 1}]


@proves("balance", optimum=16, without=0)
def test_what_is_sold_was_made() -> Instance:
    """8 goods made at 2 each: 16. Without the constraint they would be sold without being made: 0."""
    return workshop()


@proves("balance", optimum=40, without=0)
def test_what_is_used_was_made() -> Instance:
    """A good takes 3 parts, made at 1 each: 8 x (2 + 3) = 40. Without the constraint nothing is made: 0."""
    return workshop(
        items=[*WORKSHOP["items"], {"item": "part", "tier": "midstream"}],
        processes=[*WORKSHOP["processes"], {"process": "press", "tier": "midstream", "other_cost": 1}],
        recipes=[
            *WORKSHOP["recipes"],
            {"process": "make", "item": "part", "quantity": -3},
            {"process": "press", "item": "part", "quantity": 1},
        ],
        lines=[*WORKSHOP["lines"], {"site": "shop", "process": "press", "capacity": 30}],
    )


@proves("balance", optimum=56, without=0)
def test_what_is_made_goes_somewhere() -> Instance:
    """Each good leaves one waste, which somebody takes, but only 3: 3 goods at 2, 5 missing at 10: 56.

    Without the constraint goods would be sold without being made: 0.
    """
    taker = wanted("1", item="waste", volume=3, penalty=0)
    return workshop(items=WASTE, recipes=WASTEFUL, demand=[*wanted("1"), *taker])


@proves("balance", optimum=24, without=0)
def test_what_arrives_was_sent() -> Instance:
    """Goods wanted there are made here and carried: 8 x (2 + 1) = 24. Without the constraint 0."""
    lane = {"origin": "here", "destination": "there", "item": "good", "mode": "road", "cost": 1}
    return workshop(lanes=[lane], demand=wanted("1", region="there"))


@proves("delivery", optimum=40, without=0)
def test_what_is_made_takes_the_lane_inside_its_region() -> Instance:
    """A lane from here to here costs 3: 8 x (2 + 3) = 40, less than the 80 of going without.

    Without the constraint goods would be sold here without coming over the lane: 0.
    """
    lane = {"origin": "here", "destination": "here", "item": "good", "mode": "road", "cost": 3}
    return workshop(lanes=[lane])


@proves("delivery", optimum=28, without=0)
def test_what_arrives_needs_no_lane_inside_its_region() -> Instance:
    """Goods made there at 2.5 arrive for 1: 8 x 3.5 = 28, less than the 40 of making them here for 2 + 3.

    Without the constraint goods would be sold here without having arrived: 0.
    """
    way = {"item": "good", "mode": "road"}
    return workshop(
        sites=[*WORKSHOP["sites"], {"site": "yard", "region": "there", "firm": "own"}],
        lines=[*WORKSHOP["lines"], {"site": "yard", "process": "make", "capacity": 10, "unit_cost": 2.5}],
        lanes=[
            way | {"origin": "here", "destination": "here", "cost": 3},
            way | {"origin": "there", "destination": "here", "cost": 1},
        ],
    )
