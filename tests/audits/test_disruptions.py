"""The audit of disruptions, rules and security figures: a plan by hand agrees, and every tamper is caught.

One year, nothing is discounted. A mine in A makes ore for 2, works in B can make 1 a year for 5; B wants 6 at a price
of 10, what it lacks costs 30; freight is 1. The mine makes and ships 6; B keeps 2 in stock. That costs 18 a year.

    strike   20 % likely, six months: the mine has 0.2 of its capacity, freight costs twice as much, B wants 9.
             2 from the mine, 1 from the works, 4 a year from stock (2 in six months), 2 are not served:
             4 + 5 + 4 + 60 = 73 a year, and 4 x 8 to fill the stock again: a loss of (105 - 18) / 2 = 43.5;
             service 7 / 9
    fashion  not known beforehand, all year: B wants 3, A may send half of what it does: 9 a year, a loss of -9

CVaR at 90 % is the base and all of the strike's loss: 18 + 43.5, half of which is counted. Rules: the mine gives all
of the supply, 0.2 more than it may, a breach of 1.2 at 2 each; of two sources that are wanted one is missing, at 1.
"""

from typing import Any

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner_models.instance import Instance, instance
from planner_models.schema import RESULTS
from tests.plans import Case, Caught, Plan, Tamper, drop, failed, named, objective, put, scale, undiscounted

RULES = [
    {"rule": "mine", "type": "max_share", "by": "site", "who": "mine", "limit": 0.8, "hard": "no", "penalty": 2},
    {"rule": "two", "type": "min_sources", "by": "site", "count": 2, "limit": 0.1, "hard": "no", "penalty": 1},
    {"rule": "spread", "type": "max_hhi", "by": "region", "limit": 1},
    {"rule": "served", "type": "min_service", "scenario": "strike", "limit": 0.7},
    {"rule": "tail", "type": "max_cvar", "limit": 50},
    {"rule": "cover", "type": "min_cover", "scope": "B", "limit": 3},
    {"rule": "ratio", "type": "max_capacity_ratio", "limit": 2},
    {"rule": "busy", "type": "min_utilisation", "limit": 0.5},
    {"rule": "air", "type": "max_emissions", "limit": 4},
    {"rule": "abroad", "type": "max_import_share", "scope": "B", "limit": 1},
    {"rule": "owned", "type": "min_share", "by": "control", "who": "home", "limit": 0.9},
]


def sound(**settings: Any) -> Instance:
    return instance(
        {
            "periods": [{"period": "1"}],
            "regions": [{"region": "A"}, {"region": "B"}],
            "items": [{"item": "ore", "tier": "upstream", "value": 8}],
            "processes": [
                {"process": "digging", "tier": "upstream", "other_cost": 2, "emissions": 0.5},
                {"process": "washing", "tier": "upstream", "other_cost": 5},
            ],
            "recipes": [{"process": name, "item": "ore", "quantity": 1} for name in ("digging", "washing")],
            "firms": [{"firm": "us"}],
            "sites": [
                {"site": "mine", "region": "A", "firm": "us"},
                {"site": "works", "region": "B", "firm": "us"},
            ],
            "lines": [
                {"site": "mine", "process": "digging", "capacity": 10},
                {"site": "works", "process": "washing", "capacity": 1},
            ],
            "lanes": [{"origin": "A", "destination": "B", "item": "ore", "cost": 1, "chokepoints": "pass"}],
            "demand": [{"region": "B", "item": "ore", "period": "1", "price": 10, "volume": 6, "penalty": 30}],
            "stocks": [{"region": "B", "item": "ore", "initial": 2}],
            "scenarios": [{"scenario": "strike", "probability": 0.2}, {"scenario": "fashion"}],
            "disruptions": [
                _hit("strike", 6, "site", "mine", "capacity", 0.2),
                _hit("strike", 6, "lane", "A|B", "cost", 2),
                _hit("strike", 6, "market", "B", "demand", 1.5),
                _hit("fashion", 12, "market", "B", "demand", 0.5),
                _hit("fashion", 12, "region", "A", "flow", 0.5),
            ],
            "rules": [{"item": "ore" if rule["type"] != "max_cvar" else "*"} | rule for rule in RULES],
        },
        discount_rate=0,
        risk_weight=0.5,
        cvar_alpha=0.9,
        **settings,
    )


def _hit(scenario: str, months: int, kind: str, target: str, effect: str, factor: float) -> dict[str, Any]:
    row = {"scenario": scenario, "period": "1", "months": months, "kind": kind, "target": target}
    return row | {"effect": effect, "factor": factor}


def frame(sheet: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(RESULTS[sheet].columns))


def plan() -> Plan:
    """The result sheets of the plan, as worked out above."""
    mine, works = ("mine", "digging", "own", "1"), ("works", "washing", "own", "1")
    lane, market = ("A", "B", "ore", "sea", "1"), ("B", "ore", "1")
    return {
        "capacity": frame("capacity", [
            ("mine", "digging", "1", 10.0, 0.0, 0.0, 10.0, 6.0, 0.6, "us", "home", 0.0),
            ("works", "washing", "1", 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, "us", "home", 0.0),
        ]),
        "production": frame("production", [
            (*mine, "base", 6.0, 2.0), (*mine, "strike", 2.0, 2.0), (*works, "strike", 1.0, 5.0),
            (*mine, "fashion", 3.0, 2.0),
        ]),
        "flows": frame("flows", [
            (*lane, "base", 6.0, 6.0, 0.0), (*lane, "strike", 2.0, 4.0, 0.0), (*lane, "fashion", 3.0, 3.0, 0.0),
        ]),
        "stocks": frame("stocks", [
            (*market, "base", 2.0, 0.0, 0.0), (*market, "strike", 2.0, 0.0, 4.0), (*market, "fashion", 2.0, 0.0, 0.0),
        ]),
        "demand": frame("demand", [
            (*market, "base", "1", 6.0, 6.0, 0.0, 10.0, 0.0, 1.0, 10.0),
            (*market, "strike", "1", 9.0, 7.0, 2.0, 10.0, 0.0, 1.0, 10.0),
            (*market, "fashion", "1", 3.0, 3.0, 0.0, 10.0, 0.0, 1.0, 10.0),
        ]),
        "scenarios": frame("scenarios", [
            ("strike", 0.2, 7 / 9, 43.5, 43.5, 1.0, "yes"), ("fashion", 0.0, 1.0, -9.0, -9.0, 0.0, "no"),
        ]),
        "rules": frame("rules", [
            ("mine", "ore", "mine", "1", 0.8, 1.0, -0.2, "no", None, None),
            ("two", "ore", "*", "1", 0.1, 0.0, -0.1, "no", None, None),
            ("spread", "ore", "*", "1", 1.0, 1.0, 0.0, "yes", None, None),
            ("served", "ore", "strike", "*", 0.7, 7 / 9, 7 / 9 - 0.7, "yes", None, None),
            ("tail", "*", "*", "*", 50.0, 43.5, 6.5, "yes", None, None),
            ("cover", "ore", "*", "1", 3.0, 4.0, 1.0, "yes", None, None),
            ("ratio", "ore", "*", "1", 2.0, 11 / 6, 1 / 6, "yes", None, None),
            ("busy", "ore", "*", "1", 0.5, 6 / 11, 6 / 11 - 0.5, "yes", None, None),
            ("air", "ore", "*", "1", 4.0, 3.0, 1.0, "yes", None, None),
            ("abroad", "ore", "B", "1", 1.0, 1.0, 0.0, "yes", None, None),
            ("owned", "ore", "home", "1", 0.9, 1.0, 0.1, "yes", None, None),
        ]),
        "security": frame("security", [
            ("ore", "1", 1.0, 1.0, "A", 1.0, 1.0, 1.0, 4.0, 11.0, 11 / 6, 6 / 11, 4.0, "lane A|B"),
        ]),
        "costs": undiscounted([
            ("other", "upstream", "A", "1", 12.0),
            ("transport", "upstream", "B", "1", 6.0),
            ("expected loss", "downstream", "*", "1", 8.7),
            ("risk", "downstream", "*", "1", 30.75),
            ("rule breach", "upstream", "*", "1", 2.4),
            ("rule breach once", "upstream", "*", "1", 1.0),
        ]),
    }  # fmt: skip


SOUND = sound()


def test_plan_by_hand_agrees():
    tables = plan()
    result = audit(SOUND, tables, objective(tables))
    assert failed(result) == []
    assert result["check"].is_unique


WHERE = " in snapshots"


def rule(name: str, **cells: Any) -> Tamper:
    """Writes cells of a row of sheet `rules`."""
    return put("rules", [each["rule"] for each in RULES].index(name), **cells)


def given(name: str, **cells: Any) -> Tamper:
    """Writes cells of a rule of the instance."""
    return put("in_rules", [each["rule"] for each in RULES].index(name), **cells)


TAMPERS: list[Case] = [
    ("every key is listed once", [put("flows", 2, scenario="strike")]),
    ("rows refer to what exists", [put("production", 3, scenario="war")]),
    ("scenarios that are declared", [put("scenarios", 1, scenario="war")]),
    ("every scenario is reported", [drop("scenarios", 1)]),
    ("probability of scenarios", [put("scenarios", 0, probability=0.3)]),
    ("scenarios the plan knew of", [put("scenarios", 1, modelled="yes")]),
    ("service of scenarios", [scale("scenarios", 0, "service")]),
    ("loss of scenarios", [scale("scenarios", 0, "loss")]),
    ("loss of scenarios", [scale("scenarios", 1, "loss")]),
    ("loss of scenarios within their impact", [put("scenarios", 0, impact=43.0)]),
    ("weights in the tail", [put("scenarios", 0, cvar_weight=1.5)]),
    ("weight in the tail within probability", [put("scenarios", 1, cvar_weight=0.5)]),
    ("tail of losses", [put("scenarios", 0, cvar_weight=0.5)]),
    ("costs: expected loss", [put("costs", 2, amount=8.6)]),
    ("costs: expected loss", [drop("costs", 2)]),
    ("costs: risk", [put("costs", 3, amount=21.0)]),
    (f"balances{WHERE}", [scale("production", 1, "made")]),
    (f"balances{WHERE}", [drop("production", 2)]),
    (f"balances{WHERE}", [drop("flows", 1)]),
    (f"made within what is left of capacity{WHERE}", [put("production", 1, made=2.001)]),
    (f"made within what is left of capacity{WHERE}", [put("production", 2, made=1.001)]),
    (f"made within what is left of the flow{WHERE}", [
        put("in_disruptions", 4, kind="process", target="digging", factor=0.4)]),
    (f"nothing made below 0{WHERE}", [put("production", 2, made=-1.0)]),
    (f"nothing made before its project is ready{WHERE}", [put("in_processes", 1, requires="washing better")]),
    (f"own lines and offers that cover a line{WHERE}", [put("production", 2, mode="spot")]),
    (f"flows have lanes{WHERE}", [put("flows", 1, mode="air")]),
    (f"flows within what is left of their lane{WHERE}", [
        put("in_disruptions", 1, effect="capacity", factor=0.3)]),
    (f"flows within what is left of their lane{WHERE}", [
        put("in_disruptions", 1, kind="chokepoint", target="pass", effect="capacity", factor=0.3)]),
    (f"flows within what is left of the flow{WHERE}", [put("flows", 2, shipped=3.001)]),
    (f"flows within shared capacity{WHERE}", [put("in_lanes", 0, item="*", capacity=1.9)]),
    (f"nothing shipped below 0{WHERE}", [put("flows", 1, shipped=-2.0)]),
    (f"stocks held{WHERE}", [put("stocks", 1, held=3.0)]),
    (f"stocks put in{WHERE}", [put("stocks", 1, added=-1.0)]),
    (f"stocks taken out{WHERE}", [put("stocks", 1, released=-1.0)]),
    (f"stocks released within what is there{WHERE}", [put("stocks", 1, released=4.001)]),
    (f"wanted{WHERE}", [put("demand", 1, volume=8.0)]),
    (f"wanted{WHERE}", [drop("demand", 2)]),
    (f"price of steps{WHERE}", [put("demand", 1, price=11.0)]),
    (f"sold and unserved are what is wanted{WHERE}", [put("demand", 1, unserved=1.0)]),
    (f"nothing sold below 0{WHERE}", [put("demand", 1, sold=-1.0)]),
    (f"nothing unserved below 0{WHERE}", [put("demand", 2, sold=4.0, unserved=-1.0)]),
    (f"nothing sold before its project is ready{WHERE}", [put("in_items", 0, requires="better ore")]),
    ("rules in force", [given("air", active="no")]),
    ("every rule is reported", [drop("rules", 0)]),
    ("limits of rules", [rule("air", limit=5.0)]),
    *[("values of rules", [scale("rules", row, "value")]) for row, each in enumerate(RULES)
      if row != 1 and each["type"] != "max_cvar"],
    # what the best base costs only a solver knows: but no more than the plan's own
    ("values of rules", [rule("tail", value=40.0)]),
    ("slack of rules", [rule("tail", value=60.0)]),
    ("slack of rules", [rule("cover", slack=-1.0)]),
    ("rules that are said to be met", [rule("mine", met="yes")]),
    ("rules that are said to be met", [rule("two", met="yes")]),
    ("rules that are said to be met", [rule("air", met="no")]),
    *[("hard rules are met", [given(name, limit=limit), rule(name, limit=limit)]) for name, limit in {
        "spread": 0.9, "served": 0.8, "tail": 43.0, "cover": 5.0, "ratio": 1.8, "busy": 0.6, "air": 2.9,
        "abroad": 0.9, "owned": 1.1}.items()],
    ("costs: rule breach", [put("costs", 4, amount=2.3)]),
    ("costs: rule breach once", [drop("costs", 5)]),
    ("security: largest_source", [put("security", 0, largest_source="B")]),
    ("security: weakest", [put("security", 0, weakest="site works")]),
    ("every item that is made or used has security figures", [put("security", 0, item="ice")]),
    *[(f"security: {name}", [scale("security", 0, name)]) for name in (
        "hhi_region", "hhi_firm", "largest_share", "import_share", "controlled_share", "cover", "capacity",
        "capacity_ratio", "utilisation", "single_points")],
]  # fmt: skip


@pytest.mark.one_in(8)
@pytest.mark.parametrize(**named(TAMPERS))
def test_tampered_figure_is_caught(check: str, tampers: list[Tamper], caught: Caught) -> None:
    assert check in caught(SOUND, plan(), check, tampers)


@pytest.mark.slow
def test_what_is_not_asked_for_is_not_there():
    """With the switches off the plan may have no loss, no breach and no row of either."""
    tables = plan()
    for sheet in ("production", "flows", "stocks", "demand"):
        tables[sheet] = tables[sheet][tables[sheet]["scenario"] == "base"]
    tables["scenarios"], tables["rules"] = tables["scenarios"][:0], tables["rules"][:0]
    tables["costs"] = tables["costs"][:2]
    assert failed(audit(sound(scenarios="off", rules="off"), tables, objective(tables))) == []
    assert "scenarios that are declared" in failed(audit(sound(scenarios="off"), plan(), 0.0))
    assert "rules in force" in failed(audit(sound(rules="off"), plan(), 0.0))


@pytest.mark.slow
def test_members_of_an_expanded_row_share_its_probability():
    """Each site that makes ore has a scenario of its own: half of the probability each."""
    data = sound()
    data["scenarios"].loc[3, ["expand", "probability", "item", "period", "months", "factor"]] = [
        "each_site", 0.2, "ore", "1", 6.0, 0.2]  # fmt: skip
    tables = plan()
    tables["scenarios"].loc[1, ["scenario", "probability"]] = ["fashion: mine", 0.2]
    for sheet in ("production", "flows", "stocks", "demand"):
        tables[sheet]["scenario"] = tables[sheet]["scenario"].replace("fashion", "fashion: mine")
    found = failed(audit(data, tables, objective(tables)))
    assert not {"scenarios that are declared", "every scenario is reported", "probability of scenarios"} & set(found)
    tables["scenarios"].loc[2] = ["fashion: works", 0.1, 1.0, 0.0, 0.0, 0.0, "yes"]
    assert "probability of scenarios" in failed(audit(data, tables, objective(tables)))
    tables["scenarios"].loc[1, "probability"] = 0.1
    assert "probability of scenarios" not in failed(audit(data, tables, objective(tables)))
