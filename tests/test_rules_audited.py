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


@examples(4)
@given(ruled_instances())
def test_rules_are_met_as_claimed(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Four instances."""
    check(instance(drawn[0], **drawn[1]))


@pytest.mark.slow
@examples(15)
@given(ruled_instances(most_periods=3))
def test_rules_of_many_are_met_as_claimed(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Fifteen instances of up to three periods."""
    check(instance(drawn[0], **drawn[1]))
