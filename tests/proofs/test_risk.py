"""Risk: the worst of what the base and losses can cost, weighed or limited."""

from typing import Any

import pytest

from planner.audit.audit import audit
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.recourse.second_stage import choose_second_stage
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, solve, solve_arrays
from planner_models.blocks.disruptions.risk import tail
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.proofs import WORKSHOP, Rows, proves, workshop
from tests.solving import Figure, optimum

SPARE = {"site": "spare", "region": "here", "firm": "own", "status": "candidate", "opening_cost": 8}


def struck(weight: float, alpha: float, chances: tuple[float, ...] = (0.2,), **sheets: Rows) -> Instance:
    """The workshop, whose shop may stand still for half a year, or a whole one, ...: losses of 32, 64, ..."""
    scenarios = [{"scenario": f"strike {number}", "probability": chance} for number, chance in enumerate(chances, 1)]
    hits = [
        {"scenario": row["scenario"], "period": "1", "months": 6 * number, "kind": "site", "target": "shop"}
        for number, row in enumerate(scenarios, 1)
    ]
    settings = {"risk_weight": weight, "cvar_alpha": alpha}
    return workshop(settings, scenarios=scenarios, disruptions=hits, **sheets)


@proves("beyond", optimum=51.2, without="unbounded")
def test_the_worst_half_of_what_can_happen_counts_on_top() -> Instance:
    """A loss of 32 with a chance of 0.2: 6.4 expected, and 0.2 / 0.5 x 32 = 12.8 in the worst half, where
    the base costs 16 as well: 16 + 6.4 + 16 + 12.8.

    Without the constraint there is no end to what the worst half saves.
    """
    return struck(1, 0.5)


def test_two_losses_share_a_tail() -> None:
    """32 with 0.3, 64 with 0.1: 9.6 + 6.4 expected; the worst fifth is half of each: 0.5 x 64 + 0.5 x 32 = 48.

    With the base 64: at half its weight 16 + 16 + 32 = 64.
    """
    case = struck(0.5, 0.8, (0.3, 0.1))
    assert optimum(case) == pytest.approx(64)
    model = build(case)
    solve(model, Options(gap=0))
    assert model.risk.cvar.value() == pytest.approx(16 + 48)
    tables = plan(model)
    assert tables["scenarios"]["cvar_weight"].tolist() == pytest.approx([0.5, 0.5])
    costs = tables["costs"].set_index("line")["discounted"]
    assert costs[["expected loss", "risk"]].tolist() == pytest.approx([16, 32])
    assert costs.sum() == pytest.approx(64)


@pytest.mark.parametrize(("weight", "figure"), [(0, 22.4), (1, 48)])
def test_who_weighs_risk_pays_for_a_reserve(weight: float, figure: float) -> None:
    """A second shop costs 8: more than the 6.4 that it saves on average, less than the worst fifth as well.

    With it nothing is lost: 24, and 24 again at its weight; without 16 + 6.4 + 16 + 32.
    """
    spare = {"site": "spare", "process": "make", "capacity": 8}
    case = struck(weight, 0.8, sites=[*WORKSHOP["sites"], SPARE], lines=[*WORKSHOP["lines"], spare])
    assert optimum(case) == pytest.approx(figure)


def test_more_profit_is_not_risk() -> None:
    """Sold at 5, the 8 goods earn 24; a strike loses half of it, with a chance of 0.2: 24 - 2.4, and 24 - 0.2 /
    0.5 x 12
    in the worst half."""
    demand = [{"region": "here", "item": "good", "period": "1", "volume": 8, "price": 5}]
    case = struck(1, 0.5, demand=demand)
    assert optimum(case.with_settings(objective="profit")) == pytest.approx(24 - 2.4 + 24 - 4.8)


def test_the_tail_is_filled_from_the_worst() -> None:
    """The worst 0.3: all of a with 0.1, and 0.2 of b; c and the baseline are outside."""
    losses = {"c": 1.0, "a": 9.0, "b": 4.0, "base": 0.0}
    shares = tail(losses, {"a": 0.1, "b": 0.4, "c": 0.2, "base": 0.3}, 0.7)
    assert shares == {"a": pytest.approx(1 / 3), "b": pytest.approx(2 / 3), "c": 0.0, "base": 0.0}


def two_sources(chance: float, weight: float, *rules: dict[str, Any]) -> Instance:
    """8 goods from `shop` at 2, or from `far` at 4; a storm stops the shop for a year: 32 whatever is planned."""
    lines = [{"site": name, "process": "make", "capacity": 10, "unit_cost": cost} for name, cost in COSTS.items()]
    hit = {"scenario": "storm", "period": "1", "months": 12, "kind": "site", "target": "shop", "factor": 0}
    return workshop(
        {"risk_weight": weight},
        sites=[*WORKSHOP["sites"], {"site": "far", "region": "here", "firm": "own"}],
        lines=[line | {"retirable": "no"} for line in lines],
        scenarios=[{"scenario": "storm", "probability": chance}],
        disruptions=[hit],
        rules=list(rules),
    )


COSTS = {"shop": 2, "far": 4}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("chance", "weight"), [(0.1, 0), (0.5, 100), (1, 3)])
def test_no_plan_is_safer_for_a_dear_base(chance: float, weight: float) -> None:
    """The base is 16, the storm 16 more, whatever weight its risk or chance has; a sure storm leaves the base cheapest.

    Cost: 16 + 16 x chance, and the worst tenth, 32, at its weight.
    """
    case = two_sources(chance, weight)
    model = build(case)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.objective == pytest.approx(16 + 16 * chance + 32 * weight)
    load_values(compiled, choose_second_stage(model, compiled, solution.values))
    tables = add_evaluated_scenarios(model, plan(model))
    base = tables["production"][tables["production"]["scenario"] == "base"]
    assert base[["site", "made"]].values.tolist() == [["shop", 8]]
    assert tables["scenarios"]["loss"].item() == pytest.approx(16)
    checked = audit(case, tables, solution.objective)
    assert checked[checked["ok"] != "yes"].empty


@pytest.mark.parametrize(("limit", "figure"), [(16, 17.6), (15.9, "infeasible"), (0, "infeasible")])
def test_a_limit_on_risk_is_above_the_best_base(limit: float, figure: Figure) -> None:
    """The worst tenth costs 32, 16 above the best base, and no plan can change that: least of all a dearer base."""
    rule = {"rule": "tail", "type": "max_cvar", "limit": limit}
    assert optimum(two_sources(0.1, 0, rule)) == (figure if isinstance(figure, str) else pytest.approx(figure))
