"""Surplus: a two-stage chain with a margin in between, against the closed forms, and accounts that add up.

A forge makes parts at 2, a hall cars of one part each at 2 more; buyers pay 12 - Q. At arm's length the forge adds a
markup of 1. Coordinated the cars cost 4, else 6. A monopoly sells (12 - c) / 2: 4 cars at 8, or 3 at 9. Its profit of
16 falls to 9, with the margin of 6 to a joint 15. Price takers sell 12 - c: 8 cars at 4 and no profit, or 6 cars at 6
and the margin of 12.
"""

import pytest

from planner.solver.solver import Options
from planner.studies.attribution.mechanisms import cast
from planner.studies.attribution.study import attribute, attribution_tables, design
from planner_models.instance import Instance
from tests.audited import find_differences, solve_to_tables
from tests.proofs.test_coordination import CHAIN, chain

STEP = 0.5


def spengler(coordination: str, conduct: float) -> Instance:
    """The chain with linear demand in steps of half a car."""
    prices = [12 - STEP * number for number in range(1, 18)]
    return chain(
        {"objective": "profit", "conduct": conduct, "coordination": coordination, "market_markup": 1.0},
        processes=[CHAIN["processes"][0], CHAIN["processes"][1] | {"other_cost": 2}],
        demand=[
            {"region": "here", "item": "car", "period": "1", "step": f"{price:g}", "price": price, "volume": 12 - price}
            for price in prices
        ],
    )


def profits(case: Instance) -> dict[str, float]:
    """Profit by group, of a plan that the audit agrees with."""
    tables, objective = solve_to_tables(case)
    assert find_differences(case, tables, objective) == []
    return tables["surplus"].groupby("group")["profit"].sum().to_dict()


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("conduct", "coordination", "cars", "joint"),
    [(1, "on", 4, 16), (1, "off", 3, 15), (0, "on", 8, 0), (0, "off", 6, 12)],
)
def test_margins_between_two_stages(conduct: float, coordination: str, cars: float, joint: float) -> None:
    """Under monopoly the joint profit rises when integrated, from 15 to 16; under competition it falls, from 12 to 0.

    Total surplus rises under both. What buyers gain on Q cars sold in steps of a half is Q (Q - 1/2) / 2.
    """
    found = profits(spengler(coordination, conduct))
    gained = cars * (cars - STEP) / 2
    margin = 2 * cars if coordination == "off" else 0
    assert found.get("Forge", 0.0) == pytest.approx(margin, abs=1e-6)
    assert found.get("Cars", 0.0) == pytest.approx(joint - margin, abs=1e-6)
    assert found["(consumers)"] == pytest.approx(gained)
    assert found["(total)"] == pytest.approx(joint + gained)


def test_at_least_cost_buyers_lose_what_the_penalty_says() -> None:
    """Of 8 cars at 3 each 5 parts can be made: costs of 15, of which the forge gets its margin of 5, and 150 missed."""
    case = chain(lines=[CHAIN["lines"][0] | {"capacity": 5}, CHAIN["lines"][1]])
    found = profits(case)
    assert found["Forge"] == pytest.approx(5)
    assert found["Cars"] == pytest.approx(-20)
    assert found["(consumers)"] == pytest.approx(-150)
    assert found["(total)"] == pytest.approx(-165)


@pytest.mark.slow
def test_the_sheet_and_attribution_count_the_same() -> None:
    """The forge is outside: 8 parts at 2 and its margin of a half, 8 cars at 1 more: 32. A contract for 1 saves 3.

    So access is worth 3: that the outside firm earns 4 less is no part of it, neither in the sheet nor in attribution.
    """
    offer = {"firm": "Forge", "process": "forge"}
    spot, contract = (
        offer | {"mode": "spot", "markup": 0.5},
        offer | {"mode": "contract", "markup": 0.25, "entry_cost": 1},
    )
    case = chain(
        {"coordination": "on"}, firms=[{"firm": "Forge", "home": "no"}, {"firm": "Cars"}], access=[spot, contract]
    )
    totals, outside = [], []
    for access in ("off", "on"):
        turned = case.with_settings(access=access)
        tables, objective = solve_to_tables(turned)
        assert find_differences(turned, tables, objective) == []
        amounts = tables["surplus"].groupby("group")["discounted"].sum()
        totals.append(amounts["(total)"])
        outside.append(amounts["(outside firms)"])
    found = attribution_tables(attribute(case, design(cast(case, ["access"])), Options(gap=0.0)))
    assert outside == pytest.approx([8, 4])
    assert totals == pytest.approx([-32, -29])
    assert found["coalitions"]["surplus"].tolist() == pytest.approx(totals)
    assert found["attribution"].set_index("mechanism").at["access", "worth"] == pytest.approx(3)
