"""What holds of every plan with offers, projects, levels, enablers and policies, on small random instances.

Plans audit clean and are as good as the best a brute force finds; leaving a mechanism out never helps, nor does a
dearer cost. See `tests/small_mechanisms.py` for what is drawn.
"""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.instance import Instance, instance
from planner_models.network import build
from planner_models.plan import plan
from tests.brute_force import combinations
from tests.examples import examples
from tests.small_mechanisms import mechanism_instances
from tests.test_brute_force import compare
from tests.test_metamorphic import PRICED, Drawn, changed, loss, slack, times

HELPFUL = ("access", "learning", "clusters", "joint_development", "alliances", "enablers")
"""Switches of mechanisms that only add to what can be done."""
DEAR = [
    *(("access", name) for name in ("entry_cost", "annual_cost", "markup", "transaction_cost")),
    ("projects", "cost"),
    ("processes", "skilled"),
]


def audited(case: Instance) -> None:
    """Assert that the plan found, if there is one, audits clean."""
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.status in ("optimal", "infeasible")
    if solution.objective is not None:
        objective = -solution.objective if case.settings["objective"] == "profit" else solution.objective
        table = audit(case, plan(model), objective)
        assert table[table["ok"] != "yes"].to_dict("records") == []


def helpful(case: Instance) -> bool:
    """Whether every policy makes things cheaper or markets larger."""
    policies = case["policies"]
    burdens = policies["kind"].isin(["duty", "transaction_cost"]) & (policies["rate"] > 0)
    lost = (policies["kind"] == "market_access") & ((policies["rate"] < 0) | (case.settings["objective"] == "cost"))
    return not (burdens | lost).any()


@examples(2)
@given(mechanism_instances())
def test_plans_audit_clean(drawn: Drawn) -> None:
    """Two instances of up to three periods."""
    audited(instance(drawn[0], **drawn[1]))


@pytest.mark.slow
@examples(2)
@given(mechanism_instances(most_periods=2, scale=True))
def test_plan_is_as_good_as_the_best(drawn: Drawn) -> None:
    """Two instances of up to two periods, with up to 100 combinations of decisions each."""
    case = instance(drawn[0], **drawn[1])
    assume(combinations(case) <= 100)
    compare(case)


@pytest.mark.slow
@examples(6)
@given(mechanism_instances(most_periods=2), st.data())
def test_leaving_a_mechanism_out_never_helps(drawn: Drawn, data: st.DataObject) -> None:
    """Any of those that stand in the instance; policies where all of them help."""
    case = instance(drawn[0], **drawn[1])
    switches = [name for name in switched(case) if case.settings[name] == "on"]
    assume(switches)
    without = loss(case.with_settings(**{data.draw(st.sampled_from(switches)): "off"}))
    before = loss(case)
    assert without >= before - slack(before)


def switched(case: Instance) -> list[str]:
    """The switches that the instance has something for, and that can only add to what can be done."""
    kinds = set(case["projects"]["kind"])
    there = {name: len(case[name]) > 0 for name in ("learning", "clusters", "enablers")}
    there |= {"access": len(case["access"]) > 0, "policies": len(case["policies"]) > 0 and helpful(case)}
    there |= {"joint_development": "joint" in kinds, "alliances": "alliance" in kinds}
    return [name for name in (*HELPFUL, "policies") if there[name]]


@pytest.mark.slow
@examples(6)
@given(mechanism_instances(most_periods=2), st.data())
def test_a_dearer_mechanism_never_helps(drawn: Drawn, data: st.DataObject) -> None:
    """Half as much again of what offers or projects cost, where no subsidy pays for more of it."""
    case = instance({sheet: rows for sheet, rows in drawn[0].items() if sheet != "policies"}, **drawn[1])
    paid = [(sheet, column) for sheet, column in DEAR if (case[sheet][column] > 0).any()]
    assume(paid)
    before = loss(case)
    assert loss(times(case, *data.draw(st.sampled_from(paid)), 1.5)) >= before - slack(before)


@pytest.mark.slow
@examples(6)
@given(mechanism_instances(most_periods=2))
def test_doubling_all_money_doubles_the_cost(drawn: Drawn) -> None:
    """All costs, prices, penalties, values, budgets, and the rates of output policies: the currency is halved."""
    case = instance(drawn[0], **drawn[1])
    double = case
    for sheet, column in PRICED:
        double = times(double, sheet, column, 2.0)
    if case.settings["shortage_penalty"] is not None:
        double = double.with_settings(shortage_penalty=2 * case.settings["shortage_penalty"])
    factor = case["policies"]["kind"].map({"output": 2.0}).fillna(1.0)
    double = changed(double, "policies", lambda table: table.assign(rate=table["rate"] * factor))
    assert loss(double) == pytest.approx(2 * loss(case), rel=1e-6, abs=1e-6)


@pytest.mark.slow
@examples(26)
@given(mechanism_instances())
def test_many_plans_audit_clean(drawn: Drawn) -> None:
    """Twenty-six instances of up to three periods."""
    audited(instance(drawn[0], **drawn[1]))


@pytest.mark.slow
@examples(26)
@given(mechanism_instances(scale=True))
def test_plan_is_as_good_as_the_best_of_many(drawn: Drawn) -> None:
    """Twenty-six instances of up to three periods, with up to 500 combinations of decisions each."""
    case = instance(drawn[0], **drawn[1])
    assume(combinations(case) <= 500)
    compare(case)
