"""On small random instances every plan keeps to its rules as it says it does: the audit computes all of them again."""

from typing import Any

import pytest
from hypothesis import assume, given

from planner.audit.audit import audit
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.solver.solver import Options, solve
from planner_models.instance import Instance, instance
from planner_models.network import build
from planner_models.plan import plan
from tests.audited import find_differences, solve_to_tables
from tests.examples import examples
from tests.small_rules import ruled_instances
from tests.test_brute_force import faults


def check(case: Instance) -> None:
    """Assert that the audit of the plan passes."""
    assume(not faults(case))
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assume(solution.status == "optimal")
    assert solution.objective is not None
    objective = -solution.objective if case.settings["objective"] == "profit" else solution.objective
    table = audit(case, add_evaluated_scenarios(model, plan(model)), objective)
    assert table[table["ok"] != "yes"].to_dict("records") == []


@pytest.mark.slow
@examples(1)
@given(ruled_instances())
def test_rules_are_met_as_claimed(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """One instance."""
    check(instance(drawn[0], **drawn[1]))


@pytest.mark.slow
@examples(19)
@given(ruled_instances(most_periods=3))
def test_rules_of_many_are_met_as_claimed(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Nineteen instances of up to three periods."""
    check(instance(drawn[0], **drawn[1]))


def test_a_bloc_called_like_a_region_of_another_bloc_has_imports_of_its_own() -> None:
    """`M` is all there is of the bloc `B`, and `B` of `X`. Half of what `M` uses may come from `B`: 5 + 5 + 25 = 35."""
    case = instance(
        {
            "periods": [{"period": "1"}],
            "regions": [{"region": "B", "bloc": "X"}, {"region": "M", "bloc": "B"}],
            "items": [{"item": "good", "tier": "downstream", "value": 1}],
            "processes": [{"process": "make", "tier": "downstream"}],
            "recipes": [{"process": "make", "item": "good", "quantity": 1}],
            "firms": [{"firm": "us"}],
            "sites": [{"site": "there", "region": "B", "firm": "us"}, {"site": "here", "region": "M", "firm": "us"}],
            "lines": [
                {"site": site, "process": "make", "capacity": 10, "unit_cost": cost}
                for site, cost in (("there", 1), ("here", 5))
            ],
            "lanes": [{"origin": "B", "destination": "M", "item": "good", "cost": 1}],
            "demand": [{"region": "M", "item": "good", "period": "1", "volume": 10, "penalty": 100}],
            "rules": [{"rule": "imports", "type": "max_import_share", "item": "good", "limit": 0.5}],
        }
    )
    tables, objective = solve_to_tables(case)
    assert objective == pytest.approx(35)
    assert list(tables["security"]["import_share"]) == pytest.approx([0.5])
    assert find_differences(case, tables, objective) == []
