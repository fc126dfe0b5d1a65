"""On small random instances the plan is as good as the best one an independent brute force finds, and its audit passes.

See `tests/brute_force` for how the best one is found, and `tests/small_instances.py` for what is drawn.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given

from planner.audit.audit import audit
from planner.checks.check import check
from planner.issues import Issue
from planner.solver.solver import Options, solve
from planner.workbook.read import Reading
from planner_models.instance import Instance, instance
from planner_models.network import build
from planner_models.plan import plan
from tests.brute_force import brute_force, combinations
from tests.examples import examples
from tests.small_instances import small_instances
from tests.small_rules import enumerable_instances


def faults(case: Instance) -> list[Issue]:
    """What forbids planning: the model is built for instances that have passed the checks."""
    settings_sheet = pd.DataFrame(columns=["key", "value"])
    reading = Reading(Path("drawn.xlsx"), "", case, issues=[], columns={}, raw={"settings": settings_sheet})
    return [issue for issue in check(reading) if issue.severity == "error"]


def compare(case: Instance) -> None:
    """Assert that planner and brute force agree, on the optimum or that there is no plan, and that the audit passes."""
    best = brute_force(case)
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    if best is None:
        assert solution.status == "infeasible" or faults(case)
        return
    assert solution.status == "optimal"
    assert solution.objective is not None
    objective = -solution.objective if case.settings["objective"] == "profit" else solution.objective
    assert objective == pytest.approx(best, rel=1e-6, abs=1e-6)
    table = audit(case, plan(model), objective)
    assert table[table["ok"] != "yes"].to_dict("records") == []


@examples(3)
@given(small_instances())
def test_plan_is_as_good_as_the_best(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Three instances, with up to 100 combinations of decisions each."""
    case = instance(drawn[0], **drawn[1])
    assume(combinations(case) <= 100)
    compare(case)


@pytest.mark.slow
@examples(2)
@given(enumerable_instances())
def test_plan_under_rules_is_as_good_as_the_best(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Two instances with security rules and all mechanisms, with up to 100 combinations of decisions each."""
    case = instance(drawn[0], **drawn[1])
    assume(combinations(case) <= 100)
    compare(case)


@pytest.mark.slow
@examples(31)
@given(enumerable_instances())
def test_plan_under_rules_is_as_good_as_the_best_of_many(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Thirty-one instances, with up to 500 combinations of decisions each."""
    case = instance(drawn[0], **drawn[1])
    assume(combinations(case) <= 500)
    compare(case)


@pytest.mark.slow
@examples(42)
@given(small_instances(most_periods=3))
def test_plan_is_as_good_as_the_best_of_many(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Forty-two instances of up to three periods, with up to 500 combinations of decisions each."""
    case = instance(drawn[0], **drawn[1])
    assume(combinations(case) <= 500)
    compare(case)
