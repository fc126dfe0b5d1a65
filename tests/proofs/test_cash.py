"""Cash: what is earned and paid period by period, capex in full, and how low what has gathered may fall."""

from functools import cache
from typing import Any

import pytest

from planner.audit.audit import audit
from planner.diagnosis import describe_remedies, find_remedies
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, solve
from planner_models.blocks.cash import AMOUNTS
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import ResultTables, plan
from tests.plans import failed
from tests.proofs import WORKSHOP, Rows, proves, wanted, workshop, years
from tests.proofs.ruled import rule, soft
from tests.proofs.test_costs import APART
from tests.solving import optimum

MODULE = {"process": "make", "option": "module", "size": 10, "capex": 6, "life": 6}
NEW: dict[str, Rows] = {"lines": [{"site": "shop", "process": "make"}], "options": [MODULE]}
"""A module of 10 for 6, of which 1 is counted in a year. 8 goods at 2: cost 17, cash 6 + 16 = 22 below 0."""

LATER: dict[str, Rows] = {
    "periods": years(2),
    "lines": NEW["lines"],
    "options": [MODULE | {"lead_periods": 1}],
    "demand": wanted("1", "2", price=10),
}
PROFIT: dict[str, Any] = {"objective": "profit"}
"""The module is ordered for 6 in year 1 and earns 8 x (10 - 2) = 64 in year 2, less an annuity of 1: 63."""


def floor(limit: float, **facts: Any) -> dict[str, Any]:
    """A row of sheet `rules` that holds cash at a limit."""
    return rule("min_cash", limit, item="*", **facts)


@proves("min_cash", optimum=25, without=17)
def test_cash_falls_no_further_than_it_may() -> Instance:
    """Of 20 the module takes 6, 14 pay for 7 goods; one is missing: 1 + 14 + 10 = 25. Without the constraint 17."""
    return workshop(rules=[floor(-20)], **NEW)


@proves("cash_flow", optimum=0, without=63)
def test_capex_is_paid_when_it_is_ordered() -> Instance:
    """6 are paid in year 1, 5 are there: nothing is built. Without the constraint cash would be anything: 63."""
    return workshop(PROFIT, rules=[floor(-5)], **LATER)


TWO_YEARS = NEW | {"periods": years(2), "demand": wanted("1", "2")}


@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (workshop(PROFIT, rules=[floor(-6)], **LATER), 63),
        # what has gathered by the end of year 2 is 58
        (workshop(PROFIT, rules=[floor(58, **{"from": "2"})], **LATER), 63),
        (workshop(PROFIT, rules=[floor(59, **{"from": "2"})], **LATER), "infeasible"),
        (workshop(rules=[soft("min_cash", -20, 1, item="*")], **NEW), 19),
        (workshop(rules=[floor(-20, active="no")], **NEW), 17),
        # 6 + 16 + 16 = 38; 30 pay for the module and 12 goods in two years, 4 are missing
        (workshop(rules=[floor(-38)], **TWO_YEARS), 34),
        (workshop(rules=[floor(-30)], **TWO_YEARS), 2 + 24 + 40),
        (workshop(rules=[floor(-30, to="1")], **TWO_YEARS), 34),
        # a period of three years pays its yearly cost three times: 6 + 48
        (workshop(rules=[floor(-54)], **NEW, periods=[{"period": "1", "years": 3}]), 51),
    ],
)
def test_what_the_limit_means(case: Instance, figure: float | str) -> None:
    """At the end of each period in force, as a limit and as a wish."""
    found = optimum(case)
    assert found == (figure if isinstance(figure, str) else pytest.approx(figure))


@pytest.mark.parametrize(("limit", "value", "marginal"), [(-20, -20, 4), (-30, -22, 0)])
def test_the_sheet_says_what_a_unit_of_cash_is_worth(limit: float, value: float, marginal: float) -> None:
    """A unit more pays for half a good at 2, which saves 10 - 2 each: 4."""
    case, tables, objective = _solved(workshop(rules=[floor(limit)], **NEW))
    (row,) = tables["rules"].to_dict("records")
    assert [row[name] for name in ("value", "slack", "marginal_cost")] == pytest.approx(
        [value, value - limit, marginal]
    )
    assert row["met"] == "yes"
    assert failed(audit(case, tables, objective)) == []


def test_where_no_plan_will_do_the_smallest_change_is_told() -> None:
    """Demand that must be met takes 22."""
    must = [{name: WORKSHOP["demand"][0][name] for name in ("region", "item", "period", "volume")}]
    model = build(workshop(rules=[floor(-20)], **NEW | {"demand": must}))
    answers = find_remedies(model, compile_model(model), patience=5.0)
    assert [(edit.now, edit.needed) for edit in answers[0].edits] == [(-20, pytest.approx(-22))]
    assert "-20 must be at most -22" in describe_remedies(answers)[1]


TWO_GROUPS: dict[str, Rows] = {
    "periods": [{"period": "1", "years": 2}, {"period": "2"}],
    "items": [{"item": "good", "tier": "downstream"}, {"item": "part", "tier": "midstream", "value": 5}],
    "processes": [
        {"process": "make", "tier": "downstream", "other_cost": 2},
        {"process": "mould", "tier": "midstream", "other_cost": 1, "emissions": 1000},
    ],
    "recipes": [
        {"process": "make", "item": "good", "quantity": 1},
        {"process": "make", "item": "part", "quantity": -1},
        {"process": "mould", "item": "part", "quantity": 1},
    ],
    "firms": [{"firm": "maker"}, {"firm": "moulder"}, {"firm": "rival"}, {"firm": "other", "home": "no"}],
    "sites": [
        {"site": "shop", "region": "here", "firm": "maker", "fixed_cost": 1},
        {"site": "mill", "region": "there", "firm": "moulder"},
        {"site": "yard", "region": "here", "firm": "rival"},
        {"site": "abroad", "region": "there", "firm": "other"},
    ],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 6},
        {"site": "mill", "process": "mould"},
        {"site": "yard", "process": "make", "capacity": 2, "fixed_cost": 3},
        {"site": "abroad", "process": "mould", "capacity": 3, "unit_cost": 0.5},
    ],
    "options": [{"process": "mould", "option": "press", "size": 5, "capex": 12, "life": 6, "fixed_cost": 0.5}],
    "lanes": [{"origin": "there", "destination": "here", "item": "part", "mode": "road", "cost": 0.1}],
    "duties": [{"origin": "there", "item": "part", "rate": 0.04}],
    "demand": wanted("1", "2", price=10),
    "policies": [{"policy": "bonus", "kind": "output", "item": "part", "region": "there", "rate": 0.2}],
    "carbon": [{"bloc": "there", "period": "1", "price": 100}],
}


def test_each_group_earns_by_what_it_makes_and_pays_for_what_is_its_own() -> None:
    """8 goods a year at 10, 6 of them the maker's, 2 the rival's. Of 8 parts 3 come from abroad at 0.5, 5 from the
    mill, which pays 12 for a press when it orders it, and 0.5 a year; a bonus of 0.2 a part is for own parts. Carbon
    costs 0.1 a part wherever it is made.

    Freight of 0.1 and duty of 0.2 a part, and what is bought abroad, no group pays alone. By year: maker 60 - 12 - 1,
    rival 20 - 4 - 3, moulder - 5 - 0.5 - 0.5 + 1, shared - 1.5 - 0.8 - 1.6 - 0.3. Period 1 has two years.
    """
    case, tables, objective = _two_groups()
    cash = tables["cash"].set_index(["group", "period"])
    yearly = {
        "maker": [60, 13, 0, 0, 0, 0, 0],
        "rival": [20, 7, 0, 0, 0, 0, 0],
        "moulder": [0, 5.5, 0, 0, 0, 0.5, 1],
        "shared": [0, 1.5 + 0.8, 0, 0, 1.6, 0.3, 0],
        "*": [80, 27.8, 0, 0, 1.6, 0.8, 1],
    }
    for group, amounts in yearly.items():
        press = 12.0 if group in ("moulder", "*") else 0.0
        assert cash.loc[(group, "2"), list(AMOUNTS)].tolist() == pytest.approx(amounts)
        twice = [2 * amount for amount in amounts]
        twice[2] = press
        assert cash.loc[(group, "1"), list(AMOUNTS)].tolist() == pytest.approx(twice)
        free = amounts[0] + amounts[6] - sum(amounts[1:6])
        assert cash.loc[group]["free_cash"].tolist() == pytest.approx([2 * free - press, free])
        assert cash.loc[group]["cumulative"].tolist() == pytest.approx([2 * free - press, 3 * free - press])
    assert failed(audit(case, tables, objective)) == []


def test_groups_bear_the_overhead_of_what_they_make() -> None:
    """A tenth of the price of 6 and of 2 goods a year; the audit agrees."""
    case, tables, objective = _solved(workshop(PROFIT | {"overhead": 0.1}, **TWO_GROUPS))
    running = tables["cash"].set_index(["group", "period"])["running"]
    assert running[("maker", "2")] == pytest.approx(13 + 6)
    assert running[("rival", "2")] == pytest.approx(7 + 2)
    assert failed(audit(case, tables, objective)) == []


def test_what_consumers_gain_is_no_cash() -> None:
    """Price takers: the good of the second step counts, but nobody pays for it; revenue is what markets pay."""
    steps = [
        {"region": "here", "item": "good", "period": "1", "step": name, "price": price, "volume": volume}
        for name, price, volume in (("high", 12, 4), ("low", 8, 8))
    ]
    case, tables, objective = _solved(workshop(PROFIT | {"conduct": 0}, demand=steps))
    together = tables["cash"].set_index("group").loc["*"]
    assert together["revenue"] == pytest.approx(64)
    assert together["free_cash"] == pytest.approx(64 - 16)
    assert failed(audit(case, tables, objective)) == []


def test_margins_between_groups_are_no_cash_of_the_industry() -> None:
    """8 goods at 2 for another group's cars, at a margin of 1 that stays at home and a friction of 1 that does not.

    At 9 a car 72 comes in and 24 goes out, in the sheet `margins` as well.
    """
    settings = PROFIT | APART["settings"]
    sheets = {name: rows for name, rows in APART.items() if name not in ("settings", "processes")}
    processes = [WORKSHOP["processes"][0], APART["processes"][1]]
    cars = wanted("1", item="car", price=9)
    case, tables, objective = _solved(workshop(settings, **(sheets | {"processes": processes, "demand": cars})))
    together = tables["cash"].set_index("group").loc["*"]
    assert (together["revenue"], together["running"]) == pytest.approx((72, 24))
    assert tables["margins"]["costs"].tolist() == pytest.approx([24])
    assert failed(audit(case, tables, objective)) == []


def test_cash_is_what_costs_are_with_capex_instead_of_annuities() -> None:
    """In each period."""
    _, tables, _ = _two_groups()
    costs = tables["costs"][tables["costs"]["line"] != "capital"].groupby("period")["amount"].sum()
    capex = tables["builds"].groupby("period")["capex"].sum().reindex(costs.index, fill_value=0.0)
    together = tables["cash"].set_index("group").loc["*"].set_index("period")
    assert together["free_cash"].tolist() == pytest.approx((-costs - capex).tolist())


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("group", "column"),
    [("maker", "revenue"), ("moulder", "capex"), ("moulder", "subsidies"), ("rival", "running"), ("shared", "duties"),
     ("shared", "revenue"), ("*", "running"), ("maker", "once"), ("moulder", "free_cash"), ("rival", "cumulative")],
)  # fmt: skip
def test_a_changed_figure_of_a_group_is_noticed(group: str, column: str) -> None:
    """By a hundredth, or from nothing."""
    case, tables, objective = _two_groups()
    cash = tables["cash"].copy()
    row = cash.index[cash["group"] == group][0]
    cash.loc[row, column] = 1.01 * cash.loc[row, column] or 0.5
    assert failed(audit(case, tables | {"cash": cash}, objective, ["cash"])) != []


@cache
def _two_groups() -> tuple[Instance, ResultTables, float]:
    return _solved(workshop(PROFIT, **TWO_GROUPS))


def _solved(case: Instance) -> tuple[Instance, ResultTables, float]:
    """The instance, its plan and the objective claimed."""
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.objective is not None
    sign = -1.0 if case.settings["objective"] == "profit" else 1.0
    return case, add_evaluated_scenarios(model, plan(model)), sign * solution.objective
