"""On small random instances the snapshots of a plan are as good as an independent linear program finds them.

See `tests/independent/snapshot_lp.py` for the program, and `tests/small_disruptions.py` for what is drawn.
"""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import assume, given

from planner.audit.audit import audit
from planner.audit.case import AuditedPlan
from planner.audit.losses import losses, services
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.solver.solver import Options, solve
from planner_models.instance import Instance, instance
from planner_models.network import build
from planner_models.plan import plan
from tests.examples import examples
from tests.independent.snapshot_lp import Snapshot
from tests.proofs import WORKSHOP, wanted, years
from tests.proofs.test_snapshots import disrupted
from tests.small_disruptions import disrupted_instances
from tests.test_brute_force import faults

NEAR = {"rel": 1e-5, "abs": 1e-5}
"""The solver may stop a millionth short of the optimum, of which a loss is a small part."""


def compare(case: Instance) -> None:
    """Assert that the audit of the plan passes and that every loss is what the independent program makes of it.

    Those of scenarios without probability are computed after the plan has been made.
    """
    assume(not faults(case))
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assume(solution.status == "optimal")
    assert solution.objective is not None
    tables = add_evaluated_scenarios(model, plan(model))
    objective = -solution.objective if case.settings["objective"] == "profit" else solution.objective
    table = audit(case, tables, objective)
    assert table[table["ok"] != "yes"].to_dict("records") == []
    audited = AuditedPlan(case, tables)
    served = services(audited).groupby(["scenario", "period"])
    calm: dict[str, float] = defaultdict(float)
    for row in losses(audited).to_dict("records"):
        key = (row["scenario"], row["period"])
        snapshot = Snapshot(audited, *key)
        weight = snapshot.months / 12 * audited.periods.at[key[1], "annual"] / audited.periods.at[key[1], "years"]
        calm[key[0]] += weight * (Snapshot(audited, *key, calm=True).best() or 0.0)
        least = snapshot.best()
        assert least is not None
        assert row["loss"] == pytest.approx(weight * least, **NEAR)
        rows = served.get_group(key) if key in served.groups else services(audited)[:0]
        markets = [market in snapshot.sold for market in zip(rows["region"], rows["item"], strict=True)]
        again = snapshot.best(float(rows.loc[markets, "got"].sum()) * 12 / snapshot.months)
        assert again is not None, "so much of demand is served as no best course can"
        assert weight * again == pytest.approx(row["loss"], **NEAR)
    for row in tables["scenarios"].to_dict("records") if "scenarios" in tables else []:
        assert row["impact"] == pytest.approx(row["loss"] - calm[row["scenario"]], **NEAR)


@pytest.mark.slow
@pytest.mark.one_in(2)
@pytest.mark.parametrize("period", ["1", "2"])
def test_calm_months_are_as_free_to_fill_and_to_empty_a_stock(period: str) -> None:
    """20 goods can be made in a year, 8 are wanted, then 23: stock is filled in the one period, emptied in the other.

    In months in which nothing is hit filling could stop, and what is released could be made: the impact is beyond that.
    """
    good = WORKSHOP["items"][0] | {"value": 1}
    compare(
        disrupted(
            periods=years(2),
            items=[good],
            lines=[WORKSHOP["lines"][0] | {"capacity": 20}],
            stocks=[{"region": "here", "item": "good", "minimum": 2, "maximum": 5}],
            demand=[*wanted("1"), *wanted("2", volume=23)],
            hits=[{"period": period, "factor": 0.5}],
        )
    )


@pytest.mark.slow
def test_a_stock_that_the_base_throws_away_may_be_left() -> None:
    """The base empties 6 scrap at no cost, the snapshot keeps it, for it counts at its value; nothing else uses it."""
    scrap = {"item": "scrap", "tier": "downstream", "value": 4, "disposable": "yes"}
    remake = {"process": "remake", "tier": "downstream", "other_cost": 50}
    recipe = [{"process": "remake", "item": item, "quantity": sign} for item, sign in (("scrap", -1), ("good", 1))]
    compare(
        disrupted(
            items=[WORKSHOP["items"][0] | {"value": 1}, scrap],
            processes=[*WORKSHOP["processes"], remake],
            recipes=[*WORKSHOP["recipes"], *recipe],
            lines=[*WORKSHOP["lines"], {"site": "shop", "process": "remake", "capacity": 10}],
            stocks=[{"region": "here", "item": "scrap", "initial": 6, "maximum": 0}],
            hits=[{"period": "1", "factor": 0.5}],
        )
    )


@pytest.mark.slow
@examples(1)
@given(disrupted_instances())
def test_snapshots_are_as_good_as_the_best(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """One instance."""
    compare(instance(drawn[0], **drawn[1]))


@pytest.mark.slow
@examples(19)
@given(disrupted_instances(most_periods=3))
def test_snapshots_are_as_good_as_the_best_of_many(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Nineteen instances of up to three periods."""
    compare(instance(drawn[0], **drawn[1]))
