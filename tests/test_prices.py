"""Shadow prices: what a unit more of demand costs, decisions held, is what the sheet says."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from planner.audit.audit import audit
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, solve, solve_arrays
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.plans import failed
from tests.proofs import Rows, workshop

CHAIN: dict[str, Rows] = {
    "periods": [{"period": "1", "years": 2}, {"period": "2"}],
    "items": [{"item": "good", "tier": "downstream"}, {"item": "part", "tier": "midstream", "value": 5}],
    "processes": [
        {"process": "make", "tier": "downstream", "other_cost": 2},
        {"process": "mould", "tier": "midstream", "other_cost": 1},
    ],
    "recipes": [
        {"process": "make", "item": "good", "quantity": 1},
        {"process": "make", "item": "part", "quantity": -2},
        {"process": "mould", "item": "part", "quantity": 1},
    ],
    "sites": [
        {"site": "shop", "region": "here", "firm": "own"},
        {"site": "mill", "region": "there", "firm": "own"},
        {"site": "abroad", "region": "there", "firm": "other"},
    ],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 30},
        {"site": "mill", "process": "mould"},
        {"site": "abroad", "process": "mould", "capacity": 40, "unit_cost": 3},
    ],
    "options": [{"process": "mould", "option": "press", "size": 12, "capex": 30, "life": 6, "max_modules": 1}],
    "lanes": [
        {"origin": "there", "destination": "here", "item": "part", "mode": "road", "cost": 0.1},
        {"origin": "here", "destination": "there", "item": "good", "mode": "road", "cost": 0.3},
        {"origin": "here", "destination": "here", "item": "good", "mode": "van", "cost": 0.2},
    ],
    "duties": [{"origin": "there", "item": "part", "rate": 0.04, "from": "2"}],
    "demand": [
        {"region": region, "item": "good", "period": period, "volume": 4, "penalty": 50}
        for region in ("here", "there")
        for period in ("1", "2")
    ],
    "stocks": [{"region": "there", "item": "part", "initial": 3, "holding_cost": 0.01}],
}
"""Goods of two parts each. The press makes 12 parts a year at 1, all others come from abroad at 3: a part costs 3."""


def chain(more: float = 0.0, region: str = "here", period: str = "1") -> Instance:
    """The chain with more demand in one market."""
    demand = [
        row | {"volume": row["volume"] + more * (row["region"] == region and row["period"] == period)}
        for row in CHAIN["demand"]
    ]
    return workshop({"discount_rate": 0.1}, **CHAIN | {"demand": demand})


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("region", "period"), [("here", "1"), ("here", "2"), ("there", "1"), ("there", "2")])
def test_a_unit_more_of_demand_costs_its_price(region: str, period: str) -> None:
    """Solved again with one unit more there and all decisions of the plan held."""
    model = build(chain())
    first = solve(model, Options(gap=0.0))
    tables = plan(model)
    decided = {str(variable): variable.value for variable in compile_model(model).variables}
    again = build(chain(1.0, region, period))
    compiled = compile_model(again)
    for place, variable in enumerate(compiled.variables):
        if compiled.integer[place]:
            compiled.lower[place] = compiled.upper[place] = round(decided[str(variable)])
    compiled.integer[:] = False
    second = solve_arrays(compiled, Options(gap=0.0))
    assert first.objective is not None
    assert second.objective is not None
    rise = second.objective - first.objective
    row = tables["prices"].set_index(["item", "region", "period"]).loc[("good", region, period)]
    assert rise > 1.0
    assert row["discounted"] == pytest.approx(rise, rel=1e-6)
    annual = 1 / 1.1**2 if period == "2" else 1 + 1 / 1.1
    assert row["price"] == pytest.approx(rise / annual, rel=1e-6)


def test_prices_by_hand() -> None:
    """Parts abroad are bought at 3, 0.1 of freight and from period 2 on 0.2 of duty away; a good takes two, and 2 more.

    Goods are 0.2 away from where they are made to the shop's own market, 0.3 to the other.
    """
    tables = _planned()
    prices = tables["prices"].set_index(["item", "region", "period"])["price"]
    expected = {
        ("part", "there", "2"): 3.0,
        ("part", "here", "2"): 3.3,
        ("good", "here", "2"): 2 + 2 * 3.3 + 0.2,
        ("good", "there", "2"): 2 + 2 * 3.3 + 0.3,
        ("part", "here", "1"): 3.1,
        ("good", "there", "1"): 2 + 2 * 3.1 + 0.3,
    }
    assert {key: prices[key] for key in expected} == pytest.approx(expected)


def test_the_audit_agrees() -> None:
    """With the prices, and with all else."""
    tables = _planned()
    assert failed(audit(chain(), tables, float(tables["costs"]["discounted"].sum()))) == []


@pytest.mark.parametrize("tampered", ["price", "discounted", "dropped"])
def test_a_changed_price_is_noticed(tampered: str) -> None:
    """By a hundredth, or a place left out."""
    tables = _planned()
    prices, claimed = tables["prices"].copy(), float(tables["costs"]["discounted"].sum())
    row = prices.index[prices["item"] == "good"][0]
    if tampered == "dropped":
        prices = prices.drop(index=row)
    else:
        prices.loc[row, tampered] *= 1.01
    assert failed(audit(chain(), tables | {"prices": prices}, claimed, ["prices"])) != []


@cache
def _planned() -> dict[str, Any]:
    model = build(chain())
    solve(model, Options(gap=0.0))
    return plan(model)


def test_without_duals_there_are_no_prices() -> None:
    """The sheet is left out, and the audit has nothing to say about it."""
    model = build(chain())
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.values is not None
    for variable, value in zip(compiled.variables, np.asarray(solution.values).tolist(), strict=True):
        variable.set_value(value, skip_validation=True)
    assert "prices" not in plan(model)
