"""The audit of levels: a plan by hand that learns and stands in a cluster, and every tamper caught.

Period 1 lasts two years, period 2 one; nothing is discounted. 10 cells a year are made at our plant, of which the
packer makes 10 packs on the spot. A cell costs 1 labour + 1 other + 0.5 royalty: its conversion cost is 2, half of
which can be learned. After 20 cells 20 % of that is saved: 10 x 1 x 0.2 = 2 in period 2. With both stages active, at
least half of the plant of 20 and of the line of 10, region A saves 10 % of conversion cost: 10 x 2 x 0.1 + 10 x 1 x
0.1 = 3 a year.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from planner_models.instance import Instance, instance
from tests.plans import Case, Plan, add, checks_failed, named, put, scale, table, undiscounted

Rows = Sequence[dict[str, Any]]


def sound(options: Rows = (), **settings: str) -> Instance:
    return instance(
        {
            "periods": [{"period": "1", "years": 2}, {"period": "2"}],
            "regions": [{"region": "A", "wage": 10}],
            "items": [{"item": "cell", "tier": "midstream"}, {"item": "pack", "tier": "midstream"}],
            "processes": [
                {"process": "cells", "tier": "midstream", "stage": "battery", "labour": 1e5, "other_cost": 1,
                 "royalty": 0.5, "learnable_share": 0.5},
                {"process": "packs", "tier": "midstream", "other_cost": 1},
            ],
            "recipes": [
                {"process": "cells", "item": "cell", "quantity": 1},
                {"process": "packs", "item": "cell", "quantity": -1},
                {"process": "packs", "item": "pack", "quantity": 1},
            ],
            "firms": [{"firm": "us"}, {"firm": "packer", "home": "no"}],
            "sites": [
                {"site": "plant", "region": "A", "firm": "us"},
                {"site": "shop", "region": "A", "firm": "packer"},
            ],
            "lines": [
                {"site": "plant", "process": "cells", "capacity": 20},
                {"site": "shop", "process": "packs", "capacity": 10},
            ],
            "options": list(options),
            "learning": [
                {"process": "cells", "level": 1, "threshold": 20, "saving": 0.2},
                {"process": "cells", "level": 2, "threshold": 50, "saving": 0.3},
                {"process": "packs", "level": 1, "threshold": 20, "saving": 0.1},
            ],
            "clusters": [{"region": "A", "level": 1, "stages": 2, "saving": 0.1}],
            "demand": [{"region": "A", "item": "pack", "period": t, "price": 20, "volume": 10} for t in ("1", "2")],
        },
        discount_rate=0,
        **settings,
    )  # fmt: skip


SOUND = sound()
LEARNED, NEAR = 6, 7


def plan() -> Plan:
    return {
        "capacity": table("capacity", [
            row for t in ("1", "2") for row in (
                ("plant", "cells", t, 20.0, 0.0, 0.0, 20.0, 10.0, 0.5, "us", "home", 0.0),
                ("shop", "packs", t, 10.0, 0.0, 0.0, 10.0, 10.0, 1.0, "packer", "outside", 0.0),
            )
        ]),
        "production": table("production", [
            row for t in ("1", "2") for row in (
                ("plant", "cells", "own", t, 10.0, 2.5), ("shop", "packs", "spot", t, 10.0, 1.0)
            )
        ]),
        "demand": table("demand", [("A", "pack", t, "1", 10.0, 10.0, 0.0, 20.0, 0.0, 1.0, 20.0) for t in ("1", "2")]),
        "levels": table("levels", [
            ("cluster", "A", "1", "1", "yes"),
            ("cluster", "A", "1", "2", "yes"),
            ("learning", "cells", "1", "2", "yes"),
        ]),
        "costs": undiscounted([
            *(("labour", "midstream", "A", t, amount) for t, amount in (("1", 20.0), ("2", 10.0))),
            *(("other", "midstream", "A", t, amount) for t, amount in (("1", 40.0), ("2", 20.0))),
            *(("royalty", "midstream", "A", t, amount) for t, amount in (("1", 10.0), ("2", 5.0))),
            ("learning saving", "midstream", "A", "2", -2.0),
            ("cluster saving", "midstream", "A", "1", -6.0),
            ("cluster saving", "midstream", "A", "2", -3.0),
        ]),
    }  # fmt: skip


CASES: list[Case] = [
    ("levels that are declared", [add("levels", "learning", "cells", "3", "2", "yes")]),
    ("levels that are declared", [add("levels", "cluster", "B", "1", "2", "yes")]),
    ("levels that are declared", [add("levels", "skill", "cells", "1", "2", "yes")]),
    ("experience of levels reached", [put("in_learning", 0, threshold=20.1)]),
    ("experience of levels reached", [add("levels", "learning", "cells", "2", "2", "yes")]),
    ("experience of levels reached", [add("levels", "learning", "cells", "1", "1", "yes")]),
    ("experience of levels reached", [add("levels", "learning", "packs", "1", "2", "yes")]),
    ("active stages of levels reached", [put("in_clusters", 0, stages=3.0)]),
    ("active stages of levels reached", [put("in_clusters", 0, activity=0.51)]),
    ("active stages of levels reached", [put("in_processes", 1, stage="battery")]),
    ("costs: learning saving", [scale("costs", LEARNED, "amount", "discounted")]),
    ("costs: learning saving", [scale("costs", LEARNED, "amount", "discounted", by=-1.0)]),
    ("costs: learning saving", [put("levels", 2, reached="no")]),
    ("costs: learning saving", [put("costs", LEARNED, period="1")]),
    ("costs: cluster saving", [scale("costs", NEAR, "amount", "discounted")]),
]


def test_plan_by_hand_agrees():
    assert checks_failed(SOUND, plan()) == []


@pytest.mark.one_in(5)
@pytest.mark.parametrize(**named(CASES))
def test_tampered_figure_is_caught(check, tampers, caught):
    assert caught(SOUND, plan(), check, tampers) == [check]


def test_less_may_be_claimed_than_is_saved():
    assert checks_failed(SOUND, plan(), scale("costs", LEARNED, "amount", "discounted", by=0.5)) == []


def test_what_others_make_counts_as_experience():
    """24 are asked for: 20 of our own and 2 years x 2 of others are enough, 2 years x 1.9 are not."""
    asked = put("in_learning", 0, threshold=24.0, outside=2.0)
    assert checks_failed(SOUND, plan(), asked) == []
    less = put("in_learning", 0, threshold=24.0, outside=1.9)
    assert checks_failed(SOUND, plan(), less) == ["experience of levels reached"]


@pytest.mark.slow
def test_smaller_module_makes_a_stage_active_sooner():
    """All of the smallest plant has to run: 20 as it stands, 10 once a module of 10 could be ordered."""
    full = put("in_clusters", 0, activity=1.0)
    assert checks_failed(SOUND, plan(), full) == ["active stages of levels reached"]
    data = sound([{"site": "plant", "process": "cells", "option": "m", "size": 10}])
    assert checks_failed(data, plan(), full) == []
    assert checks_failed(data, plan(), full, put("in_options", 0, lead_periods=2.0)) == [
        "active stages of levels reached"
    ]


def test_cluster_of_another_tier_saves_nothing_here():
    found = checks_failed(SOUND, plan(), put("in_clusters", 0, tier="upstream"))
    assert found == ["active stages of levels reached", "costs: cluster saving"]


@pytest.mark.parametrize("switch", ["learning", "clusters"])
def test_no_levels_with_the_switch_off(switch):
    saving = "costs: learning saving" if switch == "learning" else "costs: cluster saving"
    assert checks_failed(sound(**{switch: "off"}), plan()) == ["levels that are declared", saving]
