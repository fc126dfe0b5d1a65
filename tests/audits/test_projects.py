"""The audit of projects: a plan by hand that develops a platform together and launches a car, and every tamper caught.

Period 1 lasts two years, the others one; nothing is discounted. The platform takes one period with the ally (4 a year,
a stake of at least 0.2 while it runs) or two alone (5 a year). The launch costs 7 at once and needs the platform. Cars
are assembled once the platform is ready, in period 2, and sold once launched, at a running cost of 2.
"""

import pytest

from planner_models.instance import Instance, instance
from tests.plans import Case, Plan, add, checks_failed, named, put, scale, table, undiscounted

PERIODS = ("1", "2", "3")


def sound(**settings: str) -> Instance:
    return instance(
        {
            "periods": [{"period": "1", "years": 2}, {"period": "2"}, {"period": "3"}],
            "regions": [{"region": "A"}],
            "items": [{"item": "car", "tier": "downstream", "requires": "launch"}],
            "processes": [
                {"process": "designing", "tier": "midstream", "requires": "platform"},
                {"process": "assembly", "tier": "downstream", "other_cost": 2, "requires": "platform"},
            ],
            "recipes": [{"process": "assembly", "item": "car", "quantity": 1}],
            "firms": [{"firm": "us"}, {"firm": "ally", "home": "no"}],
            "sites": [{"site": "plant", "region": "A", "firm": "us"}],
            "lines": [{"site": "plant", "process": "assembly", "capacity": 10}],
            "access": [{"firm": "ally", "mode": "equity", "stake": 0.3, "annual_cost": 1}],
            "projects": [
                {"project": "platform", "option": "own", "cost": 5, "duration": 2},
                {"project": "platform", "option": "joint", "kind": "joint", "partner": "ally", "min_stake": 0.2,
                 "cost": 4},
                {"project": "launch", "option": "fee", "kind": "launch", "cost": 7, "duration": 0, "needs": "platform"},
                {"project": "lab", "option": "own", "cost": 1},
            ],
            "demand": [{"region": "A", "item": "car", "period": t, "price": 20, "volume": 5} for t in PERIODS],
        },
        discount_rate=0,
        **settings,
    )  # fmt: skip


SOUND = sound()


def plan() -> Plan:
    plant = ("plant", "assembly")
    return {
        "capacity": table("capacity", [
            (*plant, "1", 10.0, 0.0, 0.0, 10.0, 0.0, None, "us", "home", 0.0),
            *((*plant, t, 10.0, 0.0, 0.0, 10.0, 5.0, 0.5, "us", "home", 0.0) for t in ("2", "3")),
        ]),
        "access": table("access", [("ally", "*", "equity", "1", "yes", "yes", 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)]),
        "projects": table("projects", [
            ("platform", "joint", "1", "2", 8.0, "ally"),
            ("launch", "fee", "2", "2", 7.0, None),
        ]),
        "production": table("production", [(*plant, "own", t, 5.0, 2.0) for t in ("2", "3")]),
        "demand": table("demand", [
            ("A", "car", "1", "1", 5.0, 0.0, 5.0, 20.0, 0.0, 1.0, 20.0),
            *(("A", "car", t, "1", 5.0, 5.0, 0.0, 20.0, 0.0, 1.0, 20.0) for t in ("2", "3")),
        ]),
        "costs": undiscounted([
            ("other", "downstream", "A", "2", 10.0),
            ("other", "downstream", "A", "3", 10.0),
            ("shortage", "downstream", "A", "1", 600.0),
            ("access annual", "downstream", "*", "1", 2.0),
            ("development", "midstream", "*", "1", 8.0),
            ("development fee", "downstream", "*", "2", 7.0),
        ]),
    }  # fmt: skip


JOINT, FEE = 1, 2
DEVELOPED_TWICE = [
    add("projects", "platform", "own", "1", "3", 15.0, None),
    put("costs", 4, amount=18.0, discounted=18.0),
    add("costs", "development", "midstream", "*", "2", 5.0, 5.0),
]
UNREACHED = [put("in_projects", FEE, partner="ally"), put("projects", 1, partner="ally")]
CASES: list[Case] = [
    ("projects that are offered", [add("projects", "moonshot", "own", "1", "2", 0.0, None)]),
    ("projects that are offered", [add("projects", "lab", "joint", "1", "2", 0.0, None)]),
    ("one option of each project", DEVELOPED_TWICE),
    ("projects started in time", [put("in_projects", JOINT, first_period="2")]),
    ("projects ready when developed", [put("projects", 0, ready="3")]),
    ("projects ready when developed", [put("projects", 1, ready=None)]),
    ("partners of projects", [put("projects", 0, partner=None)]),
    ("partners reached while projects run", [put("in_projects", JOINT, min_stake=0.4)]),
    ("partners reached while projects run", UNREACHED),
    ("projects start when what they need is ready", [put("in_projects", FEE, needs="lab")]),
    ("cost of projects", [scale("projects", 0, "cost")]),
    ("cost of projects", [scale("projects", 1, "cost")]),
    ("nothing made before its project is ready", [put("in_processes", 1, requires="lab")]),
    ("nothing sold before its project is ready", [put("in_items", 0, requires="lab")]),
    ("costs: development", [scale("costs", 4, "amount", "discounted")]),
    ("costs: development", [put("costs", 4, tier="downstream")]),
    ("costs: development fee", [scale("costs", 5, "amount", "discounted")]),
]  # fmt: skip


def test_plan_by_hand_agrees():
    assert checks_failed(SOUND, plan()) == []


@pytest.mark.one_in(5)
@pytest.mark.parametrize(**named(CASES))
def test_tampered_figure_is_caught(check, tampers, caught):
    assert caught(SOUND, plan(), check, tampers) == [check]


@pytest.mark.parametrize("switch", ["joint_development", "access"])
def test_joint_option_is_gone_with_its_switch(switch):
    """Without joint development, or without any way to the ally, the platform can only be developed alone."""
    assert "projects that are offered" in checks_failed(sound(**{switch: "off"}), plan())


def test_alliance_is_gone_with_its_switch():
    data = sound(alliances="off")
    assert checks_failed(data, plan()) == []
    alliance = put("in_projects", JOINT, kind="alliance")
    assert "projects that are offered" in checks_failed(data, plan(), alliance)


def test_partner_without_offers_asks_for_nothing():
    """An ally that can only be bought from on the spot need not be reached to work with."""
    spot = put("in_access", 0, mode="spot", stake=0.0, annual_cost=0.0)
    tables = plan()
    del tables["access"]
    tables["costs"] = tables["costs"].drop(index=3)
    assert checks_failed(SOUND, tables, spot) == []


def test_project_too_late_to_be_ready_is_caught():
    """The launch in period 3 is still in time; a lab begun then would be ready after the horizon."""
    late = [
        add("projects", "lab", "own", "3", None, 1.0, None),
        add("costs", "development", "downstream", "*", "3", 1.0, 1.0),
    ]
    found = checks_failed(SOUND, plan(), *late)
    assert found == ["projects started in time", "projects ready when developed"]
