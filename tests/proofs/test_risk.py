"""Risk: the worst of what can be lost, weighed or limited."""

import pytest

from planner.solver.solver import Options, solve
from planner_models.blocks.disruptions.risk import tail
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.proofs import WORKSHOP, Rows, proves, workshop
from tests.solving import optimum

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


@proves("beyond", optimum=35.2, without="unbounded")
def test_the_worst_half_of_what_can_happen_counts_on_top() -> Instance:
    """A loss of 32 with a chance of 0.2: 6.4 expected, and 0.2 / 0.5 x 32 = 12.8 in the worst half: 16 + 6.4 + 12.8.

    Without the constraint there is no end to what the worst half saves.
    """
    return struck(1, 0.5)


def test_two_losses_share_a_tail() -> None:
    """32 with 0.3, 64 with 0.1: 9.6 + 6.4 expected; the worst fifth is half of each: 0.5 x 64 + 0.5 x 32 = 48.

    At half its weight 16 + 16 + 24 = 56.
    """
    case = struck(0.5, 0.8, (0.3, 0.1))
    assert optimum(case) == pytest.approx(56)
    model = build(case)
    solve(model, Options(gap=0))
    assert model.risk.cvar.value() == pytest.approx(48)
    tables = plan(model)
    assert tables["scenarios"]["cvar_weight"].tolist() == pytest.approx([0.5, 0.5])
    costs = tables["costs"].set_index("line")["discounted"]
    assert costs[["expected loss", "risk"]].tolist() == pytest.approx([16, 24])
    assert costs.sum() == pytest.approx(56)


@pytest.mark.parametrize(("weight", "figure"), [(0, 22.4), (1, 24)])
def test_who_weighs_risk_pays_for_a_reserve(weight: float, figure: float) -> None:
    """A second shop costs 8: more than the 6.4 that it saves on average, less than the worst fifth as well."""
    spare = {"site": "spare", "process": "make", "capacity": 8}
    case = struck(weight, 0.8, sites=[*WORKSHOP["sites"], SPARE], lines=[*WORKSHOP["lines"], spare])
    assert optimum(case) == pytest.approx(figure)


def test_more_profit_is_not_risk() -> None:
    """Sold at 5, the 8 goods earn 24; a strike loses half of it, with a chance of 0.2: 24 - 2.4 - 0.2 / 0.5 x 12."""
    demand = [{"region": "here", "item": "good", "period": "1", "volume": 8, "price": 5}]
    case = struck(1, 0.5, demand=demand)
    assert optimum(case.with_settings(objective="profit")) == pytest.approx(24 - 2.4 - 4.8)


def test_the_tail_is_filled_from_the_worst() -> None:
    """The worst 0.3: all of a with 0.1, and 0.2 of b; c and the undisturbed course are outside."""
    losses = {"c": 1.0, "a": 9.0, "b": 4.0, "base": 0.0}
    shares = tail(losses, {"a": 0.1, "b": 0.4, "c": 0.2, "base": 0.3}, 0.7)
    assert shares == {"a": pytest.approx(1 / 3), "b": pytest.approx(2 / 3), "c": 0.0, "base": 0.0}
