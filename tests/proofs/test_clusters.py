"""Clusters: cost falls where enough stages stand together, and only on what is made there."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, Rows, proves, workshop
from tests.solving import optimum

MAKE, FORGE = WORKSHOP["processes"][0], {"process": "forge", "tier": "midstream", "other_cost": 3}
LEVEL = {"region": "here", "level": 1, "stages": 2, "saving": 0.5, "activity": 0.2}


def town(tools: float, *levels: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The workshop beside a forge that makes up to 10 tools a year at 3 each, of which some are wanted.

    Together they are a cluster, which saves half: 2 or more of each must be made.
    """
    base: dict[str, Rows] = {
        "items": [*WORKSHOP["items"], {"item": "tool", "tier": "midstream"}],
        "processes": [MAKE, FORGE],
        "recipes": [*WORKSHOP["recipes"], {"process": "forge", "item": "tool", "quantity": 1}],
        "lines": [*WORKSHOP["lines"], {"site": "shop", "process": "forge", "capacity": 10}],
        "demand": [*WORKSHOP["demand"], WORKSHOP["demand"][0] | {"item": "tool", "volume": tools}],
        "clusters": [LEVEL | level for level in levels or ({},)],
    }
    return workshop(settings, **(base | sheets))


@proves("stage_present", optimum=19, without=9.5)
def test_a_stage_counts_once_enough_is_made() -> Instance:
    """One tool does not make a forge: 16 + 3 = 19. Without the constraint it counts: half, 9.5."""
    return town(1)


@proves("cluster_threshold", optimum=19, without=9.5)
def test_a_level_asks_for_its_stages() -> Instance:
    """With one tool only one stage is there, of two: 19. Without the constraint 9.5."""
    return town(1)


@proves("settled_made", optimum=11, without=-3)
def test_only_what_is_made_there_is_saved_on() -> Instance:
    """16 and 2 x 3 = 6, of which half is saved: 11. Without the constraint on 10 of each: 22 - 10 - 15 = -3.

    Both may be thrown away: otherwise what is wanted would be all that could be made.
    """
    items = [*WORKSHOP["items"], {"item": "tool", "tier": "midstream"}]
    return town(2, items=[item | {"disposable": "yes"} for item in items])


@proves("settled_clustered", optimum=19, without=9.5)
def test_nothing_is_saved_below_the_level() -> Instance:
    """With one tool the level is not reached: 19. Without the constraint it saves half: 9.5."""
    return town(1)


@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (town(2, settings={"clusters": "off"}), 22),
        # the first level saves a tenth of the cost, the second, in all, a half
        (town(2, {"stages": 1, "saving": 0.1}, {"level": 2}), 11),
        (town(1, {"stages": 1, "saving": 0.1}, {"level": 2}), 17.1),
        # it helps the midstream only, and asks for one stage there
        (town(2, {"tier": "midstream", "stages": 1}), 19),
        # both processes are one stage
        (town(2, processes=[MAKE | {"stage": "metal"}, FORGE | {"stage": "metal"}]), 22),
    ],
)
def test_what_makes_a_cluster(case: Instance, figure: float) -> None:
    """Levels, the switch, tiers and stages."""
    assert optimum(case) == pytest.approx(figure)
