"""Conduct: textbook markets, mixed price steps, and what a plan then says of itself.

One market with demand p = 10 - v, cut into fine steps, and one shop that makes goods at 2 each. By the first-order
condition p = 2 + conduct x v, conduct 1 is a monopoly, 1/N Cournot with N alike, and 0 price takers.
"""

from collections.abc import Callable

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.report.summary import summary
from planner.solver.solver import Options, solve
from planner_models.blocks.demand import SURPLUS
from planner_models.instance import Instance, instance
from planner_models.network import build
from planner_models.plan import plan
from planner_models.sets.derive import derive
from planner_models.sets.markets import consumers_surplus
from tests.plans import Plan, failed, put
from tests.proofs import Rows, wanted, workshop, years
from tests.solving import optimum

TOP, COST, STEPS = 10.0, 2.0, 100
STEP = TOP / STEPS


def linear(count: int = STEPS) -> Rows:
    """Steps of p = 10 - v down to a price of 0."""
    sizes = [round(TOP * number / count, 9) for number in range(1, count + 1)]
    return [
        {
            "region": "here",
            "item": "good",
            "period": "1",
            "step": f"{number}",
            "price": round(TOP - size, 9),
            "volume": size,
        }
        for number, size in enumerate(sizes, 1)
    ]


def market(conduct: float, demand: Rows | None = None, **settings: float) -> Instance:
    """The shop, never short of capacity, in the market."""
    return workshop(
        {"objective": "profit", "conduct": conduct, **settings},
        lines=[{"site": "shop", "process": "make", "capacity": 100}],
        demand=linear() if demand is None else demand,
    )


def solved(case: Instance) -> tuple[Plan, float]:
    """Result tables and objective of the best plan."""
    model = build(case)
    solution = solve(model, Options(gap=0))
    assert solution.objective is not None
    return plan(model), -solution.objective


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("conduct", "volume"),
    [(1.0, 4.0), (1 / 2, 16 / 3), (1 / 3, 6.0), (1 / 9, 7.2), (0.0, 8.0)],
    ids=["monopoly", "Cournot with 2", "Cournot with 3", "Cournot with 9", "price takers"],
)
def test_textbook_markets(conduct: float, volume: float) -> None:
    """v = (10 - 2) / (1 + conduct), and the price 10 - v, within a step."""
    tables, _ = solved(market(conduct))
    sold, price = tables["demand"]["sold"].sum(), tables["demand"]["mean_price"].iloc[0]
    assert sold == pytest.approx(volume, abs=1.01 * STEP)
    assert price == pytest.approx(TOP - volume, abs=1.01 * STEP)


def test_objective_adds_the_surplus_counted_and_profit_is_money() -> None:
    """At conduct 1/3 the market takes 6 at 4: profit 12; its buyers gain 18, of which 2/3 count, but for a step."""
    case = market(1 / 3)
    tables, objective = solved(case)
    costs = tables["costs"].set_index("line")["discounted"]
    assert -costs.sum() == pytest.approx(objective)
    assert -costs[SURPLUS] == pytest.approx(12.0, rel=0.03)
    said = summary(case, tables, {"objective": objective, "status": "optimal"}).set_index("metric")["value"]
    assert said["profit"] == pytest.approx(12.0, rel=0.01)
    assert said["objective"] == pytest.approx(objective)
    assert "earns 12" in said["brief 1"]


def test_conduct_1_is_the_model_without_conduct() -> None:
    """No surplus is counted, no step may be mixed, and nothing in the plan says otherwise."""
    case = market(1.0, linear(10))
    assert not derive(case).demand["mixed"].any()
    tables, objective = solved(case)
    assert objective == pytest.approx(16.0)
    assert set(tables["costs"]["line"]) == {"other", "revenue"}
    assert summary(case, tables, {"objective": objective, "status": "optimal"}).query("metric == 'profit'").empty


def test_conduct_of_a_market_replaces_the_setting() -> None:
    """Written once, at any of its steps, it is the whole market's: 8 instead of 4."""
    rows = linear()
    rows[7]["conduct"] = 0.0
    tables, _ = solved(market(1.0, rows))
    assert tables["demand"]["sold"].sum() == pytest.approx(8.0, abs=STEP)


def test_steps_are_mixed_where_that_is_worth_no_more_than_the_market() -> None:
    """Steps of 2.5: price takers want 8, a mix of 7.5 at 2.5 and 10 at 0; the second earns less than cost. 7.5 it is.

    With capacity for 6 only: 5 at 5 counts 5 + 6.25 / 5 ... a mix of 5 and 7.5: 0.6 x 5 + 0.4 x 7.5 = 6 sold in all.
    """
    case = market(0.0, linear(4))
    tight = Instance({**case.tables, "lines": case["lines"].assign(capacity=6.0)}, case.settings)
    tables, objective = solved(tight)
    rows = tables["demand"].set_index("step")
    assert rows["share"].to_dict() == pytest.approx({"2": 0.6, "3": 0.4})
    assert rows["sold"].to_dict() == pytest.approx({"2": 3.0, "3": 3.0})
    assert rows["mean_price"].tolist() == pytest.approx([(3 * 5 + 3 * 2.5) / 6] * 2)
    result = audit(tight, tables, objective)
    assert (result["ok"] == "yes").all(), result[result["ok"] == "no"]


@pytest.mark.slow
def test_steps_are_not_mixed_where_worth_is_not_concave() -> None:
    """Few buyers at 6, none more at 5, many at 4: a mix of the outer two would sell 5 at a price at which 2 buy."""
    rows = [
        {"region": "here", "item": "good", "period": "1", "step": step, "price": price, "volume": volume}
        for step, price, volume in (("a", 6, 2), ("b", 5, 2.1), ("c", 4, 10))
    ]
    case = market(0.5, rows)
    assert not derive(case).demand["mixed"].any()
    tables, objective = solved(case)
    assert tables["demand"]["share"].tolist() == [1.0]
    mixed = tables["demand"].assign(share=0.5, volume=5.0, sold=5.0)
    result = audit(case, tables | {"demand": mixed}, objective)
    assert "steps without a mix are offered whole" in set(result.loc[result["ok"] == "no", "check"])


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("check", "tamper"),
    [
        ("one step per market", put("demand", 0, share=0.9)),
        ("mean price of markets", put("demand", 0, mean_price=4.0)),
        ("volume of steps", put("demand", 0, volume=4.0)),
        (f"costs: {SURPLUS}", put("costs", 1, amount=-1.0)),
    ],
)
def test_audit_catches(check: str, tamper: Callable[[Plan], object]) -> None:
    case = market(0.0, linear(4))
    tight = Instance({**case.tables, "lines": case["lines"].assign(capacity=6.0)}, case.settings)
    tables, objective = solved(tight)
    assert tables["costs"]["line"].tolist()[0] == SURPLUS
    if check.startswith("costs"):
        tables["costs"].loc[0, "amount"] *= 1.01
    else:
        tamper(tables)
    assert check in failed(audit(tight, tables, objective, ["demand", "costs"]))


def test_overhead_is_a_share_of_the_price() -> None:
    """Half the price is overhead: the monopoly maximises (5 - v / 2 - 2) v, so that v = 3 at 7: 3 x 1.5 = 4.5."""
    tables, objective = solved(market(1.0, overhead=0.5))
    assert objective == pytest.approx(4.5)
    costs = tables["costs"].set_index("line")["discounted"]
    assert costs["overhead"] == pytest.approx(0.5 * 21)
    assert (audit(market(1.0, overhead=0.5), tables, objective)["ok"] == "yes").all()


def test_objective_cost_is_not_affected() -> None:
    case = workshop({"conduct": 0.0, "overhead": 0.5})
    assert optimum(case) == optimum(workshop()) == 16


def test_consumers_surplus_by_hand() -> None:
    """Prices 9, 7, 4 for volumes 1, 3, 6: at 4 buyers gain 5 x 1 + 3 x 2 = 11, at 7 2, at 9 nothing."""
    steps = pd.DataFrame(
        {"region": "r", "item": "i", "period": "1", "price": [4.0, 9.0, 7.0], "volume": [6.0, 1.0, 3.0]}
    )
    assert consumers_surplus(steps).tolist() == [11.0, 0.0, 2.0]


def fringe(*supply: tuple[float, float]) -> Rows:
    """Rivals by cost and volume."""
    return [{"region": "here", "item": "good", "period": "1", "cost": cost, "volume": size} for cost, size in supply]


RISING = fringe(*((round(STEP * number, 9), STEP) for number in range(1, STEPS)))
"""Rivals who together supply p at a price of p."""


@pytest.mark.parametrize(("conduct", "price"), [(1.0, 3.5), (0.0, 2.0)], ids=["dominant firm", "price taker"])
def test_a_fringe_leaves_the_rest_of_the_market(conduct: float, price: float) -> None:
    """What is left is 10 - 2 p: a dominant firm asks 3.5 and sells 3, price takers sell 6 at 2."""
    case = market(conduct)
    case = Instance({**case.tables, "rivals": instance({"rivals": RISING})["rivals"]}, case.settings)
    tables, objective = solved(case)
    rows = tables["demand"]
    assert rows["mean_price"].iloc[0] == pytest.approx(price, abs=1.01 * STEP)
    assert rows["sold"].sum() == pytest.approx(TOP - 2 * price, abs=3 * STEP)
    assert rows["rivals"].sum() == pytest.approx(price, abs=2 * STEP)
    result = audit(case, tables, objective)
    assert (result["ok"] == "yes").all(), result[result["ok"] == "no"]


@pytest.mark.slow
def test_margins_count_existing_capacity_at_replacement_cost() -> None:
    """4 goods at 6: revenue 24, costs 8. 100 of capacity cost 0.05 each a year anew, 5: profit 11, margin 11 / 24."""
    option = {"site": "shop", "process": "make", "option": "new", "size": 10, "capex": 5, "life": 10, "max_modules": 1}
    rows = linear()
    rows[0]["known_margin"] = 0.05
    case = workshop(
        {"objective": "profit"},
        lines=[{"site": "shop", "process": "make", "capacity": 100}],
        demand=rows,
        options=[option],
    )
    tables, objective = solved(case)
    (found,) = tables["margins"].to_dict("records")
    assert found == {
        "period": "1",
        "revenue": pytest.approx(24.0),
        "overhead": 0.0,
        "costs": pytest.approx(8.0),
        "existing_capital": pytest.approx(5.0),
        "profit": pytest.approx(11.0),
        "margin": pytest.approx(11 / 24),
        "known_margin": pytest.approx(0.05),
        "left_out": None,
    }
    assert (audit(case, tables, objective)["ok"] == "yes").all()
    tables["margins"].loc[0, "existing_capital"] = 4.0
    assert "annuity of existing capacity" in failed(audit(case, tables, objective, ["margins"]))


def test_a_line_without_an_option_is_named_beside_the_margin() -> None:
    tables, _ = solved(market(1.0))
    assert tables["margins"]["left_out"].tolist() == ["make at shop"]


def test_experience_after_the_plan_is_audited() -> None:
    """See the proof of `inheritance_threshold`: nine are made, and the level is worth 20."""
    case = workshop(
        {"experience_years": 2},
        processes=[{"process": "make", "tier": "downstream", "other_cost": 2, "learnable_share": 1}],
        learning=[{"process": "make", "level": 1, "threshold": 9, "saving": 0.5}],
        demand=wanted("1", volume=10, penalty=1),
    )
    tables, objective = solved(case)
    assert tables["levels"]["kind"].tolist() == ["learning after the plan"]
    assert (audit(case, tables, -objective)["ok"] == "yes").all()
    tables["production"].loc[0, "made"] = 8.0
    assert "experience of levels reached" in failed(audit(case, tables, -objective, ["levels"]))


@pytest.mark.slow
def test_prices_that_rise_again_are_caught() -> None:
    """The plan of a workbook in which they may, held against the same workbook in which they may not."""
    steps = [{"step": "high", "price": 10, "volume": 4}, {"step": "low", "price": 6, "volume": 10}]
    rows = [row for step in steps for row in wanted("1", "2", **step)]
    capacity = [{"site": "shop", "process": "make", "period": "2", "capacity": 4}]
    case = workshop({"objective": "profit"}, periods=years(2), demand=rows, line_capacity=capacity)
    tables, objective = solved(case)
    assert (audit(case, tables, objective)["ok"] == "yes").all()
    held = audit(case.with_settings(price_rises="no"), tables, objective)
    assert set(held.query("ok == 'no'")["check"]) == {"prices that were cut do not rise"}
