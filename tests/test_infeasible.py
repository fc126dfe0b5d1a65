"""Where no plan is possible: the fewest cells to change are named, and changed as told they make a plan possible."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given

from planner.diagnosis import Edit, Remedy, apply_edits, describe_remedies, find_remedies
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, solve_arrays
from planner.workbook.read import read_instance
from planner_models.instance import Instance, apply_schema, instance
from planner_models.network import build
from tests.examples import examples
from tests.proofs import workshop, years
from tests.proofs.test_hubs import HUB, WAY
from tests.small_instances import small_instances
from tests.test_brute_force import faults
from tests.test_solver import facilities

INSTANCES = Path(__file__).parents[1] / "instances"


def asked(case: Instance) -> list[Remedy]:
    """What would have to change."""
    model = build(case)
    return find_remedies(model, compile_model(model), patience=5.0)


def less_edited(case: Instance, edit: Edit) -> Instance:
    """The instance with 5 % of the change not made."""
    return apply_edits(case, [replace(edit, needed=edit.needed + 0.05 * (edit.now - edit.needed))])


def possible(case: Instance) -> bool:
    """Whether there is a plan."""
    return solve_arrays(compile_model(build(case)), Options(gap=1.0)).values is not None


def needs(answers: list[Remedy]) -> dict[str, list[tuple[str, str, float]]]:
    """By what was asked for: sheet, column and value of each cell."""
    return {
        answer.among: [(edit.sheet, edit.column, pytest.approx(edit.needed)) for edit in answer.edits]
        for answer in answers
    }


def test_either_one_less_is_delivered_or_one_more_made() -> None:
    """31 cannot be made in three plants of 10: 30 at most, or one plant of 11."""
    assert needs(asked(facilities(demand=31))) == {
        "contract": [("demand", "volume", 30)],
        "physical": [("lines", "capacity", 11)],
    }


@pytest.mark.parametrize(("figure", "needed"), [({"value": 5}, 8), ({"factor": 0.5}, 0.8)])
def test_a_limit_that_falls(figure: dict[str, float], needed: float) -> None:
    """8 goods are wanted of a shop for 10, and in the second period for 5: two less, or what by_period says."""
    rows = [{"sheet": "lines", "key": "shop|make", "column": "capacity", "from": "2", **figure}]
    demand = [{"region": "here", "item": "good", "period": period, "volume": 8} for period in ("1", "2")]
    case = workshop(periods=years(2), demand=demand, by_period=rows)
    (column,) = figure
    assert needs(asked(case)) == {
        "contract": [("demand", "volume", 5)],
        "physical": [("by_period", column, needed)],
    }


def test_a_hub_that_passes_too_little() -> None:
    """8 goods are wanted beyond a hub that passes 6: two less, or a hub for 8."""
    demand = [{"region": "there", "item": "good", "period": "1", "volume": 8}]
    case = workshop(**(WAY | {"hubs": [HUB | {"capacity": 6}], "demand": demand}))
    assert needs(asked(case)) == {"contract": [("demand", "volume", 6)], "physical": [("hubs", "capacity", 8)]}


def test_a_least_flow_that_cannot_move() -> None:
    """4 goods are wanted beyond a lane that carries 6 or nothing: a least flow of 4 is an answer."""
    demand = [{"region": "there", "item": "good", "period": "1", "volume": 4}]
    lane = {"origin": "here", "destination": "there", "item": "good", "mode": "road", "min_flow": 6}
    answers = needs(asked(workshop(lanes=[lane], demand=demand)))
    assert ("lanes", "min_flow", pytest.approx(4)) in [edit for edits in answers.values() for edit in edits]


def test_a_stock_that_cannot_be_filled() -> None:
    """Three plants of 10 make 90 in 3 years: a stock of 100 is 10 too much, or one plant makes 40 / 3."""
    tables = dict(facilities(penalty=1).tables)
    tables["periods"] = pd.DataFrame([{"period": "1", "years": 3.0}], index=[2])
    stock = pd.DataFrame([{"region": "here", "item": "good", "minimum": 100}], index=[2])
    tables["stocks"] = apply_schema("stocks", stock)
    assert needs(asked(Instance(tables, facilities().settings))) == {
        "policy": [("stocks", "minimum", 90)],
        "physical": [("lines", "capacity", 13.334)],
    }


def test_a_line_that_must_make_more_than_is_wanted() -> None:
    """A line of 10 that must run at 0.9 makes 9 where 8 are wanted: 0.8 at most."""
    lines = [{"site": "shop", "process": "make", "capacity": 10, "min_load": 0.9, "retirable": "no"}]
    assert needs(asked(workshop(lines=lines))) == {"physical": [("lines", "min_load", 0.8)]}


def test_what_must_be_taken_is_an_agreement() -> None:
    """An offer signed by a project's partnership is not needed here: all of 8 are the shop's, and 9 must be taken."""
    case = workshop(
        sites=[{"site": "shop", "region": "here", "firm": "other"}],
        access=[{"firm": "other", "mode": "contract", "min_take": 0.9}],
        demand=[{"region": "here", "item": "good", "period": "1", "volume": 8}],
    )
    assert needs(asked(case))["contract"] == [("access", "min_take", 0.8)]


def test_one_cell_rather_than_many() -> None:
    """Three years of 12 wanted, 10 made: raising the one capacity is a smaller change than three of demand."""
    years = ("1", "2", "3")
    case = workshop(
        periods=[{"period": year} for year in years],
        demand=[{"region": "here", "item": "good", "period": year, "volume": 12} for year in years],
    )
    answers = needs(asked(case))
    assert (len(answers["contract"]), answers["physical"]) == (3, [("lines", "capacity", 12)])


def test_words_name_the_cell() -> None:
    words = describe_remedies(asked(facilities(demand=31)))
    assert words[0] == "agreements with others only (contract), 1 cell:"
    assert words[1] == "  demand row 2 (volume of here|good|1|1): 31 must be at most 30"


TWO_SHOPS: dict[str, list[dict[str, Any]]] = {
    "sites": [{"site": "shop", "region": "here", "firm": "own"}, {"site": "far", "region": "there", "firm": "own"}],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10},
        {"site": "far", "process": "make", "capacity": 3},
    ],
    "lanes": [{"origin": "there", "destination": "here", "cost": 1}],
    "demand": [{"region": "here", "item": "good", "period": "1", "volume": 8}],
}
"""All of 8 must be met; the shop far away can make 3 of them."""


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        ({"type": "max_share", "by": "region", "who": "here", "limit": 0.4}, 0.625),
        ({"type": "min_share", "by": "site", "who": "far", "limit": 0.5}, 0.375),
        ({"type": "min_sources", "by": "region", "count": 2, "limit": 0.5}, 0.375),
        ({"type": "max_hhi", "by": "region", "limit": 0.5}, 0.53125),
    ],
)
def test_the_limit_of_a_rule_that_would_do(rule: dict[str, Any], needed: float) -> None:
    """5 of 8 at least are made here: a share of 0.625, 0.375 far away, and 0.625^2 + 0.375^2 = 0.53125."""
    (first, *_) = asked(workshop(rules=[{"rule": "R", "item": "good", **rule}], **TWO_SHOPS))
    assert first.among == "rules"
    assert needs([first]) == {"rules": [("rules", "limit", needed)]}


def test_a_rule_is_of_the_kind_that_it_says() -> None:
    """Where a limit is an agreement with others, so is its edit."""
    rule = {"rule": "R", "type": "max_share", "item": "good", "by": "region", "who": "here", "limit": 0.4}
    (first, *_) = asked(workshop(rules=[rule | {"kind": "contract"}], **TWO_SHOPS))
    assert (first.among, first.edits[0].kind) == ("rules", "contract")


def test_no_more_cells_than_are_needed() -> None:
    """Were vehicles thrown away the ratio would be met; no plant has to be larger for that, as plants are not full."""
    tiny = read_instance(INSTANCES / "tiny.xlsx").instance
    rules = pd.DataFrame(
        [{"rule": "R", "type": "max_capacity_ratio", "item": "cell", "limit": 2.39}], index=pd.Index([2], name="row")
    )
    answers = asked(replace(tiny, tables={**tiny.tables, "rules": apply_schema("rules", rules)}))
    assert needs(answers)["rules"] == [("rules", "limit", 2.4)]
    assert [edit.column for answer in answers for edit in answer.edits] == ["limit", "disposable"]


def scarce(*rules: dict[str, Any], **sheets: list[dict[str, Any]]) -> Instance:
    """The two shops times 100, of which that far away makes 300 at most, under rules named by their types."""
    named = [{"rule": rule["type"], **rule} for rule in rules]
    lines = [line | {"capacity": 100 * line["capacity"]} for line in TWO_SHOPS["lines"]]
    demand = [TWO_SHOPS["demand"][0] | {"volume": 800, "price": 5, "penalty": 9}]
    free = {"demand": demand, "lines": lines}
    return workshop(**TWO_SHOPS | free | {"rules": named} | sheets)


def test_one_rule_rather_than_two_where_shares_depend_on_the_plan() -> None:
    """300 far away and as many here: 600 of 800 are served at a share of a half. Either rule alone can give way."""
    half = {"type": "max_share", "item": "good", "by": "region", "who": "here", "limit": 0.5}
    case = scarce(half, {"type": "min_service", "item": "good", "limit": 1, "scenario": "*"})
    (first, *_) = asked(case)
    assert (first.among, len(first.edits)) == ("rules", 1)


def test_the_smaller_of_two_changes_by_its_share_of_the_limit() -> None:
    """A share of 0.5 must be 0.625, by a quarter; or 50 be spent on a module far away, not 10."""
    half = {"type": "max_share", "item": "good", "by": "region", "who": "here", "limit": 0.5}
    money = {"type": "budget", "item": "*", "limit": 10}
    served = {"type": "min_service", "item": "good", "limit": 1, "scenario": "*"}
    module = {"site": "far", "process": "make", "option": "m", "size": 1000, "capex": 50, "life": 10}
    (first, *_) = asked(scarce(half, money, served, options=[module]))
    assert needs([first]) == {"rules": [("rules", "limit", 0.625)]}


@pytest.mark.slow
@examples(10, suppress_health_check=[HealthCheck.filter_too_much])
@given(small_instances())
def test_changed_as_told_a_plan_is_possible(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """All demand must be met, without a penalty to pay instead: often more than can be."""
    tables = drawn[0] | {"demand": [row | {"price": None, "penalty": None} for row in drawn[0]["demand"]]}
    case = instance(tables, **drawn[1] | {"objective": "cost"})
    assume(not faults(case) and not possible(case))
    answers = asked(case)
    for answer in answers:
        assert possible(apply_edits(case, answer.edits)), describe_remedies([answer])
        if len(answer.edits) == 1 and answer.edits[0].column != "disposable":
            assert not possible(less_edited(case, answer.edits[0])), describe_remedies([answer])
    assert answers
