"""Capex paid as cash: the plan's cash lines and subsidies are recomputed, and a changed one is seen."""

from typing import Any

import pytest

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.network import build
from planner_models.plan import plan
from tests.plans import failed
from tests.proofs import wanted, workshop, years

HALL = {"process": "make", "option": "hall", "size": 5, "capex": 60, "salvage": 0.25, "life": 2, "max_modules": 4}
CASE: dict[str, Any] = {
    "periods": years(3),
    "regions": [{"region": "here", "capex_index": 2, "wacc": 0.1}, {"region": "there"}],
    "lines": [{"site": "shop", "process": "make", "capacity": 0}],
    "options": [HALL],
    "policies": [{"policy": "grant", "kind": "capex", "item": "good", "rate": 0.5, "to": "1"}],
    "demand": wanted("1", "2", "3", penalty=80),
}


@pytest.mark.parametrize("capital", ["cash", "annuity"])
def test_capital_is_recomputed(capital: str) -> None:
    """Two halls of life 2 are ordered in year 1 and two more in year 3; those are salvaged after the plan."""
    case = workshop({"discount_rate": 0.25, "capital": capital}, **CASE)
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    tables = plan(model)
    assert solution.objective is not None
    found = audit(case, tables, solution.objective)
    assert failed(found) == []
    lines = set(tables["costs"]["line"])
    if capital == "annuity":
        assert {"capital", "subsidies"} <= lines
        assert not {"capital spending", "salvage"} & lines
        return
    spent = tables["costs"].groupby("line")["amount"].sum()
    assert spent["capital spending"] == pytest.approx(4 * 120)
    assert spent["salvage"] == pytest.approx(-4 * 30)
    assert spent["subsidies once"] == pytest.approx(-0.5 * 240)
    costs = tables["costs"].copy()
    costs.loc[costs["line"] == "salvage", ["amount", "discounted"]] *= 1.01
    assert failed(audit(case, tables | {"costs": costs}, solution.objective, ["costs"])) != []
