"""The audit of enablers: a plan by hand in which chargers unlock demand for cars, and every tamper caught.

Period 1 lasts two years, period 2 one; nothing is discounted; the objective is profit. 3 chargers a year are put up and
2 sold in period 1, 8 and 2 in period 2: 10 and 20 by the end of each. At 10 the market for cars grows from 100 to 110,
at 20 to 130. Cars cost 4 and sell at 10, chargers cost 1 and sell at 2.
"""

import pytest

from planner_models.instance import Instance, instance
from tests.plans import Case, Plan, add, checks_failed, named, put, scale, table, undiscounted


def sound(**settings: str) -> Instance:
    lines = {"cars": 200, "chargers": 20}
    enabler = {"region": "A", "enabler": "charger"}
    return instance(
        {
            "periods": [{"period": "1", "years": 2}, {"period": "2"}],
            "regions": [{"region": "A"}, {"region": "B"}],
            "items": [{"item": item, "tier": "downstream"} for item in ("car", "charger", "bus")],
            "processes": [
                {"process": "cars", "tier": "downstream", "other_cost": 4},
                {"process": "chargers", "tier": "downstream", "other_cost": 1},
            ],
            "recipes": [
                {"process": "cars", "item": "car", "quantity": 1},
                {"process": "chargers", "item": "charger", "quantity": 1},
            ],
            "firms": [{"firm": "us"}],
            "sites": [{"site": "plant", "region": "A", "firm": "us"}],
            "lines": [{"site": "plant", "process": process, "capacity": most} for process, most in lines.items()],
            "enablers": [
                {**enabler, "item": "car", "threshold": 10, "uplift": 0.1},
                {**enabler, "item": "car", "threshold": 20, "uplift": 0.3},
                {**enabler, "item": "bus", "threshold": 50, "uplift": 0.5},
            ],
            "demand": [
                {"region": "A", "item": item, "period": period, "price": price, "volume": volume}
                for item, price, volume in (("car", 10, 100), ("charger", 2, 2)) for period in ("1", "2")
            ],
        },
        discount_rate=0,
        **({"objective": "profit"} | settings),
    )  # fmt: skip


SOUND = sound()
DEPLOYED_ELSEWHERE = ["B", "charger", "2", 0.0, 0.0]


def plan() -> Plan:
    made = {("cars", "1"): 110.0, ("cars", "2"): 130.0, ("chargers", "1"): 5.0, ("chargers", "2"): 10.0}
    most = {"cars": 200.0, "chargers": 20.0}
    each = {"cars": 4.0, "chargers": 1.0}
    return {
        "capacity": table("capacity", [
            ("plant", process, t, most[process], 0.0, 0.0, most[process], n, n / most[process], "us", "home", 0.0)
            for (process, t), n in made.items()
        ]),
        "production": table("production", [
            ("plant", process, "own", t, amount, each[process]) for (process, t), amount in made.items()
        ]),
        "demand": table("demand", [
            ("A", "car", "1", "1", 110.0, 110.0, 0.0, 10.0, 0.0, 1.0, 10.0),
            ("A", "car", "2", "1", 130.0, 130.0, 0.0, 10.0, 0.0, 1.0, 10.0),
            ("A", "charger", "1", "1", 2.0, 2.0, 0.0, 2.0, 0.0, 1.0, 2.0),
            ("A", "charger", "2", "1", 2.0, 2.0, 0.0, 2.0, 0.0, 1.0, 2.0),
        ]),
        "deployments": table("deployments", [("A", "charger", "1", 3.0, 10.0), ("A", "charger", "2", 8.0, 20.0)]),
        "levels": table("levels", [
            ("enabler", "A|charger|car", "10", "1", "yes"),
            ("enabler", "A|charger|car", "10", "2", "yes"),
            ("enabler", "A|charger|car", "20", "2", "yes"),
        ]),
        "costs": undiscounted([
            ("other", "downstream", "A", "1", 890.0),
            ("other", "downstream", "A", "2", 530.0),
            ("revenue", "downstream", "A", "1", -2208.0),
            ("revenue", "downstream", "A", "2", -1304.0),
        ]),
    }  # fmt: skip


CASES: list[Case] = [
    ("levels that are declared", [add("levels", "enabler", "A|charger|car", "15", "2", "yes")]),
    ("deployments of enablers", [add("deployments", "A", "car", "2", 0.0, 350.0)]),
    ("deployments of enablers", [add("deployments", *DEPLOYED_ELSEWHERE)]),
    ("nothing deployed below 0", [add("deployments", *DEPLOYED_ELSEWHERE), put("deployments", 2, deployed=-1.0)]),
    ("cumulative deployments", [scale("deployments", 1, "cumulative")]),
    ("deployment of thresholds passed", [add("levels", "enabler", "A|charger|bus", "50", "2", "yes")]),
    ("deployment of thresholds passed", [add("levels", "enabler", "A|charger|car", "20", "1", "yes")]),
    ("volume of steps", [put("levels", 2, reached="no")]),
    ("volume of steps", [put("in_enablers", 1, uplift=0.29)]),
    ("balances", [scale("deployments", 0, "deployed")]),
]


def test_plan_by_hand_agrees():
    assert checks_failed(SOUND, plan()) == []


@pytest.mark.parametrize(**named(CASES))
def test_tampered_figure_is_caught(check, tampers, caught):
    assert check in caught(SOUND, plan(), check, tampers)


@pytest.mark.parametrize(
    ("check", "tamper"),
    [
        ("cumulative deployments", scale("deployments", 1, "cumulative")),
        ("deployment of thresholds passed", add("levels", "enabler", "A|charger|bus", "50", "2", "yes")),
        ("volume of steps", put("in_enablers", 1, uplift=0.29)),
    ],
)
def test_nothing_else_fails(check, tamper):
    assert checks_failed(SOUND, plan(), tamper) == [check]


def test_thresholds_that_differ_late_are_told_apart():
    """A million and a million and one: the sheet `levels` writes out what tells them apart."""
    data = sound()
    data["enablers"].loc[2:3, "threshold"] = [1e6, 1e6 + 1]
    tables = plan()
    tables["levels"] = table("levels", [("enabler", "A|charger|car", "1000001", "2", "yes")])
    found = checks_failed(data, tables)
    assert "deployment of thresholds passed" in found
    assert "levels that are declared" not in found


@pytest.mark.parametrize("changes", [{"enablers": "off"}, {"objective": "cost"}], ids=str)
def test_enablers_only_under_profit_and_with_their_switch(changes):
    found = checks_failed(sound(**changes), plan())
    assert {"levels that are declared", "deployments of enablers", "volume of steps"} <= set(found)


def test_deployed_item_passes_the_lane_inside():
    """Where a lane leads from A to itself, what is put up has to take it, as what is sold does."""
    data = sound()
    lane = instance({**data.tables, "lanes": [{"origin": "A", "destination": "A", "item": "charger"}]}, **data.settings)
    tables = plan()
    assert checks_failed(lane, tables) == ["what is used passes the lane inside"]
    tables["flows"] = table(
        "flows", [("A", "A", "charger", "sea", t, n, 0.0, 0.0) for t, n in (("1", 5.0), ("2", 10.0))]
    )
    assert checks_failed(lane, tables) == []
