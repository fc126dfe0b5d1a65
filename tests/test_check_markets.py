"""Checks of conduct, overhead, rivals, held prices and experience after the plan: cell, fault and remedy."""

from typing import Any

import pytest

from planner.checks import Check, demand, levels
from planner_models.instance import Instance
from tests.proofs import Rows, wanted, workshop, years
from tests.test_check import Sheets

STEPS = [*wanted("1", step="a", price=10, volume=4), *wanted("1", step="b", price=6, volume=8)]
PROFIT = {"objective": "profit"}
RIVAL = {"region": "here", "item": "good", "period": "1", "cost": 5, "volume": 2}
LEVEL = {"process": "make", "level": 1, "threshold": 9, "saving": 0.5}


def steps(*changes: dict[str, Any]) -> Rows:
    """The two steps, each with its change."""
    return [row | change for row, change in zip(STEPS, changes, strict=True)]


CASES: list[tuple[Check, Instance, str, str, str]] = [
    (
        demand.market_terms_agree,
        workshop(PROFIT, demand=steps({"conduct": 0.5}, {"conduct": 0.2})),
        "error demand!H3",
        "conduct is 0.2 here and 0.5 at another step of `good` in `here`, 1",
        "write the same figure, or write it once",
    ),
    (
        demand.conduct_needs_profit,
        workshop({"conduct": 0.5}),
        "warning settings!",
        "(conduct) has no effect under objective cost",
        "set objective to profit (settings), or remove it",
    ),
    (
        demand.conduct_needs_profit,
        workshop(demand=wanted("1", overhead=0.1)),
        "warning demand!I2",
        "overhead has no effect under objective cost",
        "set objective to profit (settings), or remove it",
    ),
    (
        demand.surplus_has_steps,
        workshop({**PROFIT, "conduct": 0.5}, demand=steps({}, {"price": 11})),
        "error demand!E3",
        "the price must fall from step to step as volume grows: 11 of step `b` does not",
        "write a lower price, or remove the step",
    ),
    (
        demand.surplus_has_steps,
        workshop({**PROFIT, "conduct": 0.5}, demand=STEPS[:1]),
        "warning demand!D2",
        "`good` in `here`, 1 has one price step: conduct below 1 has no effect there",
        "write several",
    ),
    (
        demand.rivals_can_sell,
        workshop(PROFIT, demand=STEPS, rivals=[RIVAL | {"cost": 12}]),
        "error rivals!D2",
        "cost 12 is above every price of `good` in `here`, 1, the highest being 10",
        "write a lower cost, in millions per item, or remove the row",
    ),
    (
        demand.rivals_can_sell,
        workshop(PROFIT, demand=STEPS, rivals=[RIVAL | {"region": "there"}]),
        "error rivals!A2",
        "there is no demand for `good` in `there`, 1",
        "add it or remove the row",
    ),
    (
        demand.rivals_can_sell,
        workshop(PROFIT, demand=STEPS, rivals=[RIVAL | {"volume": 9}]),
        "warning rivals!E2",
        "rivals take all of `good` in `here`, 1 at every price",
        "write a smaller volume",
    ),
    (
        demand.rivals_can_sell,
        workshop(rivals=[RIVAL]),
        "warning rivals!A2",
        "rivals have no effect under objective cost",
        "set objective to profit (settings), or remove the rows",
    ),
    (
        demand.held_prices_are_decided,
        workshop({**PROFIT, "price_rises": "no"}, demand=STEPS, periods=years(2)),
        "warning settings!",
        "(price_rises) has no effect: no market has several price steps in more than one period",
        "write yes, or add steps",
    ),
    (
        levels.experience_after_the_plan_counts,
        workshop(learning=[LEVEL | {"activity_after": 5}]),
        "warning learning!F2",
        "activity_after has no effect while experience_years (settings) is 0",
        "write the years",
    ),
    (
        levels.experience_after_the_plan_counts,
        workshop({"experience_years": 2}, learning=[LEVEL], lines=[{"site": "shop", "process": "make"}]),
        "warning learning!F2",
        "home firms have no capacity of `make` that exists",
        "write activity_after",
    ),
]


@pytest.mark.parametrize(("rule", "case", "place", "wrong", "remedy"), CASES)
def test_fault_is_named(rule: Check, case: Instance, place: str, wrong: str, remedy: str) -> None:
    (issue,) = list(rule(Sheets(case)))
    assert f"{issue.severity} {issue.sheet}!{issue.cell}".startswith(place)
    assert wrong in issue.message
    assert remedy in issue.message


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}, key=lambda rule: rule.__name__))
def test_sound_workbook_is_left_alone(rule: Check) -> None:
    demand_rows = [*STEPS, *(row | {"period": "2"} for row in STEPS)]
    settings = {**PROFIT, "conduct": 0.5, "overhead": 0.1, "price_rises": "no", "experience_years": 2}
    rivals = [RIVAL | {"cost": 7}]
    case = workshop(settings, periods=years(2), demand=demand_rows, rivals=rivals, learning=[LEVEL])
    assert list(rule(Sheets(case))) == []
