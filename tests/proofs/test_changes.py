"""Plan changes: departing from an earlier plan costs, module by module and decision by decision."""

from dataclasses import replace
from typing import Any

import pytest

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.earlier_plan import LASTING, Earlier, decisions_of, extend_decisions
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.plans import failed
from tests.proofs import Rows, proves, workshop
from tests.proofs.test_locks import small_shop
from tests.solving import optimum

MODULES = ("built", "shop", "make", "more", "1")


def beside(case: Instance, change_cost: float, modules: float) -> Instance:
    """The case beside an earlier plan that ordered so many modules."""
    return replace(case, earlier=Earlier({MODULES: modules}, change_cost))


@proves("fewer_ordered", optimum=8 * 2 + 2 * 20, without=8 * 2 + 20)
def test_two_modules_are_kept() -> Instance:
    """One module of 10 would do, at 20; the second is kept at 20, since to drop it costs 30."""
    return beside(small_shop(), 30, modules=2)


@proves("more_ordered", optimum=6 * 2 + 2 + 2 * 10, without=8 * 2 + 3 * 2)
def test_two_goods_are_missed() -> Instance:
    """Modules of 1 cost 2 a year and save 8 - 2 = 6 net each; two more than the one of before would cost 7 each."""
    small = [{"process": "make", "option": "more", "size": 1, "capex": 2, "life": 1, "max_modules": 3}]
    return beside(replaced(small), 7, modules=1)


def replaced(options: Rows) -> Instance:
    """The small shop with other modules."""
    return workshop(lines=[{"site": "shop", "process": "make", "capacity": 5}], options=options)


@pytest.mark.slow
def test_a_change_is_paid_once_and_audited() -> None:
    """To run the shop costs 70 + 16, to close it 80 for what is missing and 3 for the change: 83 in all."""
    case = workshop(sites=[{"site": "shop", "region": "here", "firm": "own", "fixed_cost": 70}])
    before = decisions_of(case.tables, plan_of(case)[1])
    assert before["opened", "shop", "1"] == 0
    before["opened", "shop", "1"] = 1.0
    assert optimum(case) == pytest.approx(80)
    objective, tables = plan_of(replace(case, earlier=Earlier(before, 3.0)))
    assert objective == pytest.approx(83)
    costs = tables["costs"].set_index("line")["amount"]
    assert costs["plan changes"] == pytest.approx(3)
    assert failed(audit(replace(case, earlier=Earlier(before, 3.0)), tables, objective)) == []
    assert failed(audit(case, tables, objective)) == []
    for column, value in (("before", 0.0), ("after", 1.0), ("cost", 2.0)):
        edited = tables | {"changes": tables["changes"].assign(**{column: value})}
        assert failed(audit(case, edited, objective)) != []


def plan_of(case: Instance) -> tuple[float, dict[str, Any]]:
    """The least cost and the result tables."""
    model = build(case)
    solution = solve(model, Options(gap=0))
    assert solution.objective is not None
    return solution.objective, plan(model)


def test_a_signing_is_a_change_but_staying_in_force_is_none() -> None:
    """The offer of before is there again: its two periods cost no change; a new one costs one, at its signing."""
    other: dict[str, Any] = {
        "periods": [{"period": "1"}, {"period": "2"}],
        "sites": [{"site": "shop", "region": "here", "firm": "other"}],
        "demand": [{"region": "here", "item": "good", "period": name, "volume": 8, "penalty": 10} for name in "12"],
        "access": [{"firm": "other", "mode": "contract", "entry_cost": 1}],
    }
    case = workshop(**other)
    plain = optimum(case)
    objective, tables = plan_of(case)
    assert plain == objective == pytest.approx(2 * 16 + 1)
    before = decisions_of(case.tables, tables, "signed")
    assert [key for key in before if key[0] == "accessed"] == [("accessed", "other", "*", "contract", "1")]
    assert optimum(replace(case, earlier=Earlier(before, 5.0))) == pytest.approx(plain)
    assert optimum(replace(case, earlier=Earlier({}, 5.0))) == pytest.approx(plain + 5)


def test_states_go_on_in_periods_that_the_earlier_plan_did_not_know() -> None:
    before = {("opened", "shop", "1"): 1.0, ("built", "shop", "make", "more", "1"): 2.0, ("kept", "a", "b", "0"): 1.0}
    found = extend_decisions(before, ["0", "1"], ["1", "2"], LASTING)
    assert found == before | {("opened", "shop", "2"): 1.0}
