"""What holds of every disruption, on random small instances, and what such instances have brought to light."""

import pytest
from hypothesis import given

from planner.audit.audit import audit
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, solve, solve_arrays
from planner_models.instance import instance
from planner_models.network import build
from planner_models.plan import plan
from tests.examples import examples
from tests.proofs import WORKSHOP, workshop
from tests.small_disruptions import disrupted_instances
from tests.small_instances import Row, Tables
from tests.solving import optimum


@pytest.mark.slow
@examples(6)
@given(case=disrupted_instances())
def test_a_disruption_leaves_every_plan_possible(case: tuple[Tables, Row]) -> None:
    """Whatever happens can be borne, at a cost: what was feasible stays so, and the objective adds up.

    The plan that minds disruptions is no better undisturbed than the one that does not.
    """
    data = instance(case[0], **case[1])
    undisturbed = optimum(data.with_settings(scenarios="off"))
    model = build(data)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    if isinstance(undisturbed, str):
        assert solution.status == undisturbed
        return
    assert solution.values is not None
    load_values(compiled, solution.values)
    tables = plan(model)
    losses = tables["scenarios"].set_index("scenario")
    assert losses["service"].between(-1e-9, 10).all()
    costs = tables["costs"].set_index("line")["discounted"]
    assert abs(costs.sum() - solution.objective) <= 1e-6 * max(1.0, abs(solution.objective))
    expected = (losses["probability"] * losses["loss"]).sum()
    assert abs(costs[costs.index == "expected loss"].sum() - expected) <= 1e-6 * max(1.0, costs.abs().max())
    sign = -1.0 if case[1]["objective"] == "profit" else 1.0
    own = solution.objective - costs[costs.index.isin(["expected loss", "risk"])].sum()
    assert own >= sign * undisturbed - 1e-6 * max(1.0, abs(undisturbed))


STRIKE = [{"scenario": "strike", "probability": 0.2}]
"""The scenario of the cases below."""

HIT = {"scenario": "strike", "period": "1", "months": 6, "factor": 0}


def test_where_nothing_can_be_made_a_firm_can_be_lost() -> None:
    """There is nothing to take away, and that is no error."""
    case = workshop(lines=[], scenarios=STRIKE, disruptions=[HIT | {"kind": "firm", "target": "own"}])
    assert build(case).sets.snapshots["strike", "1"].capacity == {}


def test_what_stops_has_a_row() -> None:
    """Parts that nobody needs are made as the line must run; once the lane that could carry them is blocked, it rests.

    The row of 0 is all that tells the audit that the snapshot can change it. Half a year without 5 parts at 2 saves 5,
    but not because the lane is blocked: in calm the line could rest as well.
    """
    part = {"item": "part", "tier": "midstream", "disposable": "yes", "value": 1}
    line = WORKSHOP["lines"][0]
    lane = {"origin": "here", "destination": "there", "item": "part", "mode": "road", "cost": 1}
    case = workshop(
        items=[WORKSHOP["items"][0] | {"value": 10}, part],
        processes=[
            *WORKSHOP["processes"],
            {"process": "cut", "tier": "midstream", "other_cost": 2},
            {"process": "mend", "tier": "downstream", "other_cost": 50},
        ],
        recipes=[
            *WORKSHOP["recipes"],
            {"process": "cut", "item": "part", "quantity": 1},
            {"process": "mend", "item": "part", "quantity": -1},
            {"process": "mend", "item": "good", "quantity": 1},
        ],
        sites=[*WORKSHOP["sites"], {"site": "plant", "region": "there", "firm": "own"}],
        lines=[
            line,
            line | {"process": "cut", "min_load": 0.5, "retirable": "no"},
            line | {"site": "plant", "process": "mend"},
        ],
        lanes=[lane, lane | {"item": "*", "origin": "there", "destination": "here"}],
        scenarios=STRIKE,
        disruptions=[HIT | {"kind": "lane", "target": "here|there", "effect": "flow"}],
    )
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    tables = add_evaluated_scenarios(model, plan(model))
    assert tables["scenarios"][["loss", "impact"]].to_numpy().tolist() == [[-5, 0]]
    made = tables["production"].set_index(["process", "scenario"])["made"]
    assert made["cut", "base"] == 5
    assert made["cut", "strike"] == 0
    assert solution.objective is not None
    assert set(audit(case, tables, solution.objective)["ok"]) == {"yes"}
