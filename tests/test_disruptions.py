"""What holds of every disruption, on random small instances."""

from hypothesis import given, settings

from models.instance import instance
from models.network import build
from models.plan import plan
from planner.compiled import compile_model
from planner.solver import Options, load_values, solve_arrays
from tests.small_disruptions import disrupted_instances
from tests.small_instances import Row, Tables
from tests.solving import optimum


@settings(max_examples=20)
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
