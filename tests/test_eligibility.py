"""What a plan says of programmes: distances from cliffs, and books that cannot be changed unnoticed."""

from typing import Any

import pytest

from planner.audit.audit import audit
from planner.report.programmes import describe_cliffs, describe_programmes
from planner.solver.compiled import compile_model
from planner.solver.content import measure_attainable
from planner.solver.solver import Options, load_values, solve_arrays
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import ResultTables, plan
from tests.plans import failed
from tests.proofs import wanted
from tests.proofs.test_eligibility import CREDIT, cells_here, credited

CLIFF = credited({}, lines=cells_here(3.9), demand=wanted("1", penalty=100))


def solved(case: Instance, here: float = 0.0) -> tuple[ResultTables, float]:
    """The plan, with at least so many cells made here."""
    model = build(case)
    model.made["shop", "cells", "own", "1"].setlb(here)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.values is not None
    assert solution.objective is not None
    load_values(compiled, solution.values)
    measure_attainable(model)
    return plan(model), solution.objective


@pytest.mark.parametrize(
    ("case", "here", "share"),
    [
        (CLIFF, 3.9, 3.9 / 8),
        (CLIFF, 0, 0),
        (credited({"averaging": "site"}, lines=cells_here(3.9), demand=wanted("1", penalty=100)), 3, 3 / 8),
        (credited({"content": "*", "threshold": 0.9}, lines=cells_here(3)), 0, 2 / 3),
    ],
)
def test_the_distance_from_a_cliff_is_that_of_the_plan(case: Instance, here: float, share: float) -> None:
    """Nothing qualifies: the share is the best that what is made allows."""
    row = solved(case, here)[0]["eligibility"].iloc[0]
    assert row["qualified"] == "no"
    assert row["share"] == pytest.approx(share)
    assert row["distance"] == pytest.approx(share - row["threshold"])


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("sheet", "column", "value", "check"),
    [
        ("eligibility", "share", 0.6, "share of content that counts"),
        ("eligibility", "threshold", 0.4, "threshold of content"),
        ("eligibility", "distance", 0.1, "distance from the threshold"),
        ("eligibility", "volume", 9, "what programmes look at"),
        ("eligibility", "eligible", 9, "amount that qualifies"),
        ("eligibility", "qualified", "no", "what qualifies is marked as qualified"),
        ("eligibility", "amount", 9, "paid by programmes"),
        ("eligible_flows", "amount", 9, "balance of what qualifies"),
    ],
)
def test_a_changed_figure_is_noticed(sheet: str, column: str, value: Any, check: str) -> None:
    """Each by the check that is about it."""
    case = credited({})
    tables, objective = solved(case)
    changed = tables[sheet].copy()
    changed.loc[0, column] = value
    assert check in failed(audit(case, tables | {sheet: changed}, objective, ("eligibility",)))


def test_a_missed_cliff_is_noticed_where_it_is_said_to_be_nearer() -> None:
    """The share of what does not qualify is computed anew as well."""
    tables, objective = solved(CLIFF, 3.9)
    changed = tables["eligibility"].assign(share=0.45, distance=-0.05)
    assert "nearest share of what does not qualify" in failed(
        audit(CLIFF, tables | {"eligibility": changed}, objective, ("eligibility",))
    )
    assert failed(audit(CLIFF, tables, objective, ("eligibility",))) == []


def test_the_brief_names_the_cliff() -> None:
    """What was paid, and the programme that is nearest to being had."""
    tables, _ = solved(credited({}, CREDIT | {"programme": "more", "threshold": 0.75, "rate": 0.1}))
    said = describe_programmes(credited({}), tables)
    assert "credit" in said
    assert "8 million USD" in said
    assert "more misses its threshold of 75 % by 25 points in 1" in said


def test_why_names_the_cliff() -> None:
    """The plan on the cliff beside one that may not make enough for it."""
    here, _ = solved(credited({}))
    missed, _ = solved(CLIFF, 3.9)
    assert describe_cliffs(here, missed) == [
        "credit in 1 is had as it is and lost when forced: its threshold of 50 % is missed by 1.25 points"
    ]
    assert describe_cliffs(here, here) == []
