"""The audit of policies: a plan by hand with every kind of them in force, and every tamper caught.

Period 1 lasts two years, period 2 one; nothing is discounted. A plant in A (bloc X) turns ore into cars; the ore comes
from a mine in B (bloc Y, institutions double transaction costs) under a contract of their firm.

    market_access     10 cars + 10 % = 11 a year
    transaction_cost  1 x 2 less 20 % = 1.6 per ore
    duty              10 % of 10, and 5 % more from period 2 on: 11 a year, then 16.5
    capex             half of the annuity of two modules, 2 x 40 / 4 = 20 a year: 20 in period 1, 10 in period 2
    output            0.2 per car, 4.4 and 2.2, of which the budget of 3 pays 2 and 1
    access            0.4 of the entry cost of 10
    development       half of a licence of 6 and of a design of 3 a year, in period 1 only: 3 once and 3
"""

import pytest

from planner_models.instance import Instance, instance
from tests.plans import Case, Plan, add, checks_failed, named, put, scale, table, undiscounted

PERIODS = ("1", "2")


def sound(**settings: str) -> Instance:
    return instance(
        {
            "periods": [{"period": "1", "years": 2}, {"period": "2"}],
            "regions": [
                {"region": "A", "bloc": "X", "wacc": 0},
                {"region": "B", "bloc": "Y", "institution_factor": 2},
            ],
            "items": [
                {"item": "ore", "tier": "upstream", "value": 10},
                {"item": "car", "tier": "downstream"},
            ],
            "processes": [
                {"process": "digging", "tier": "upstream", "other_cost": 1},
                {"process": "assembly", "tier": "downstream", "other_cost": 2, "requires": "licence"},
            ],
            "recipes": [
                {"process": "digging", "item": "ore", "quantity": 1},
                {"process": "assembly", "item": "ore", "quantity": -1},
                {"process": "assembly", "item": "car", "quantity": 1},
            ],
            "firms": [{"firm": "us"}, {"firm": "them", "home": "no", "bloc": "Y"}],
            "sites": [{"site": "plant", "region": "A", "firm": "us"}, {"site": "mine", "region": "B", "firm": "them"}],
            "lines": [
                {"site": "plant", "process": "assembly"},
                {"site": "mine", "process": "digging", "capacity": 100},
            ],
            "options": [{"process": "assembly", "option": "m", "size": 10, "capex": 40, "life": 4, "max_modules": 2}],
            "access": [{"firm": "them", "process": "digging", "mode": "contract", "entry_cost": 10,
                        "transaction_cost": 1}],
            "projects": [
                {"project": "licence", "option": "fee", "kind": "licence", "cost": 6, "duration": 0},
                {"project": "design", "option": "own", "cost": 3},
            ],
            "lanes": [{"origin": "B", "destination": "A"}],
            "duties": [{"destination": "A", "item": "ore", "rate": 0.1}],
            "demand": [{"region": "A", "item": "car", "period": t, "price": 50, "volume": 10} for t in PERIODS],
            "policies": [
                {"policy": "build", "kind": "capex", "region": "A", "item": "assembly", "rate": 0.5, "budget": 100},
                {"policy": "bonus", "kind": "output", "region": "X", "item": "car", "rate": 0.2, "budget": 3},
                {"policy": "fund", "kind": "access", "region": "Y", "rate": 0.4},
                {"policy": "study", "kind": "development", "region": "*", "rate": 0.5, "to": "1"},
                {"policy": "tariff", "kind": "duty", "region": "A", "item": "ore", "rate": 0.05, "from": "2"},
                {"policy": "ease", "kind": "transaction_cost", "region": "Y", "item": "ore", "rate": -0.2},
                {"policy": "opening", "kind": "market_access", "region": "A", "item": "car", "rate": 0.1},
            ],
        },
        discount_rate=0,
        **settings,
    )  # fmt: skip


SOUND = sound()
BUILD, BONUS, FUND, STUDY, TARIFF, EASE, OPENING = range(7)


def plan() -> Plan:
    plant, mine = ("plant", "assembly"), ("mine", "digging")
    return {
        "capacity": table("capacity", [
            row for t in PERIODS for row in (
                (*plant, t, 0.0, 20.0, 0.0, 20.0, 11.0, 0.55, "us", "home", 9.0),
                (*mine, t, 100.0, 0.0, 0.0, 100.0, 11.0, 0.11, "them", "outside", 0.0),
            )
        ]),
        "builds": table("builds", [(*plant, "m", "1", 2.0, 20.0, 80.0)]),
        "access": table("access", [
            ("them", "digging", "contract", "1", "yes", "yes", 11.0, 10.0, 0.0, 17.6, 0.0, 0.0),
            ("them", "digging", "contract", "2", "no", "yes", 11.0, 0.0, 0.0, 17.6, 0.0, 0.0),
        ]),
        "projects": table("projects", [
            ("licence", "fee", "1", "1", 6.0, None),
            ("design", "own", "1", "2", 6.0, None),
        ]),
        "production": table("production", [
            row for t in PERIODS for row in ((*plant, "own", t, 11.0, 2.0), (*mine, "contract", t, 11.0, 2.6))
        ]),
        "flows": table("flows", [("B", "A", "ore", "sea", t, 11.0, 0.0, due) for t, due in (("1", 11.0), ("2", 16.5))]),
        "demand": table("demand", [("A", "car", t, "1", 11.0, 11.0, 0.0, 50.0, 0.0, 1.0, 50.0) for t in PERIODS]),
        "policies": table("policies", [
            ("build", "1", 20.0, 100.0),
            ("build", "2", 10.0, 100.0),
            ("bonus", "1", 2.0, 3.0),
            ("bonus", "2", 1.0, 3.0),
            ("fund", "1", 4.0, None),
            ("study", "1", 6.0, None),
        ]),
        "costs": undiscounted([
            *(("other", "upstream", "B", t, amount) for t, amount in (("1", 22.0), ("2", 11.0))),
            *(("other", "downstream", "A", t, amount) for t, amount in (("1", 44.0), ("2", 22.0))),
            *(("transaction cost", "upstream", "B", t, amount) for t, amount in (("1", 35.2), ("2", 17.6))),
            *(("capital", "downstream", "A", t, amount) for t, amount in (("1", 40.0), ("2", 20.0))),
            *(("duties", "upstream", "A", t, amount) for t, amount in (("1", 22.0), ("2", 16.5))),
            ("access entry", "upstream", "B", "1", 10.0),
            ("development fee", "downstream", "*", "1", 6.0),
            ("development", "downstream", "*", "1", 6.0),
            ("subsidies", "downstream", "A", "1", -22.0),
            ("subsidies", "downstream", "A", "2", -11.0),
            ("subsidies", "downstream", "*", "1", -3.0),
            ("subsidies once", "upstream", "B", "1", -4.0),
            ("subsidies once", "downstream", "*", "1", -3.0),
        ]),
    }  # fmt: skip


def cost_row(line: str, tier: str, period: str) -> int:
    rows = plan()["costs"]
    return int(rows.index[(rows["line"] == line) & (rows["tier"] == tier) & (rows["period"] == period)][-1])


STUDIED = cost_row("subsidies", "downstream", "1")
CASES: list[Case] = [
    ("subsidies of policies in force", [add("policies", "gift", "1", 0.0, 0.0)]),
    ("subsidies of policies in force", [add("policies", "tariff", "2", 0.0, 0.0)]),
    ("budget of policies", [put("policies", 0, budget=99.0)]),
    ("budget of policies", [put("policies", 4, budget=5.0)]),
    ("nothing spent below 0", [put("policies", 2, spent=-1.0), put("policies", 0, spent=23.0),
                               put("in_policies", BUILD, rate=0.6)]),
    ("spent within what was earned", [put("policies", 2, spent=1.0), put("policies", 0, spent=21.0)]),
    ("spent within budget", [put("in_policies", BONUS, budget=2.9),
                             *(put("policies", row, budget=2.9) for row in (2, 3))]),
    ("spent in policies and costs", [scale("policies", 4, "spent", by=0.9)]),
    ("costs: subsidies", [put("costs", STUDIED, region="A", tier="upstream")]),
    ("costs: subsidies once", [put("costs", cost_row("subsidies once", "downstream", "1"), region="A")]),
    ("duty of flows", [scale("flows", 1, "duty")]),
]  # fmt: skip


def test_plan_by_hand_agrees():
    assert checks_failed(SOUND, plan()) == []


@pytest.mark.one_in(4)
@pytest.mark.parametrize(**named(CASES))
def test_tampered_figure_is_caught(check, tampers, caught):
    assert caught(SOUND, plan(), check, tampers) == [check]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("checks", "policy", "change"),
    [
        (["duty of flows", "costs: duties"], TARIFF, {"rate": 0.04}),
        (["duty of flows", "costs: duties"], TARIFF, {"from": "1"}),
        (["duty of flows", "costs: duties"], TARIFF, {"region": "B"}),
        (["transaction cost of offers", "unit cost of production", "costs: transaction cost"], EASE, {"rate": -0.1}),
        (["transaction cost of offers", "unit cost of production", "costs: transaction cost"], EASE, {"to": "1"}),
        (["transaction cost of offers", "unit cost of production", "costs: transaction cost"], EASE, {"item": "car"}),
        (["volume of steps"], OPENING, {"rate": 0.2}),
        (["volume of steps"], OPENING, {"active": "no"}),
        (["spent within what was earned", "costs: subsidies"], BUILD, {"rate": 0.3}),
        (["spent within what was earned", "costs: subsidies"], BUILD, {"from": "2"}),
        (["spent within what was earned", "costs: subsidies"], BUILD, {"item": "ore"}),
        (["spent within what was earned", "costs: subsidies"], BONUS, {"region": "Y"}),
        (["spent within what was earned", "costs: subsidies once"], FUND, {"rate": 0.3}),
        (["spent within what was earned", "costs: subsidies once"], FUND, {"region": "A"}),
        (["spent within what was earned", "costs: subsidies once"], FUND, {"item": "car"}),
        (["spent within what was earned", "costs: subsidies"], STUDY, {"item": "car"}),
    ],
    ids=str,
)  # fmt: skip
def test_policy_that_is_not_what_the_plan_takes_it_for_is_caught(checks, policy, change):
    found = checks_failed(SOUND, plan(), put("in_policies", policy, **change))
    assert set(checks) <= set(found)


def test_output_subsidy_of_a_process_is_by_activity():
    """A bonus for assembly instead of cars: one car an activity, so the same; none for what others make."""
    assert checks_failed(SOUND, plan(), put("in_policies", BONUS, item="assembly")) == []
    others = put("in_policies", BONUS, item="digging", region="Y")
    assert "spent within what was earned" in checks_failed(SOUND, plan(), others)


def test_nothing_is_in_force_with_the_switch_off():
    found = checks_failed(sound(policies="off"), plan())
    assert {"subsidies of policies in force", "duty of flows", "volume of steps", "costs: subsidies"} <= set(found)
