"""The units of a workbook change no optimum, no decision and no audit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.planning import choose_options, make_plan
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, solve_arrays
from planner.workbook.read import Reading, read_instance
from planner_models.instance import instance
from planner_models.network import build
from planner_models.plan import ResultTables
from tests.examples import examples
from tests.small_instances import small_instances
from tests.test_metamorphic import Drawn, loss
from tests.units import in_units

INSTANCES = Path(__file__).parents[1] / "instances"
OPTIMUM = 4535.2
"""Of tiny, worked out by hand."""

SIZES = [(1e-9, 1.0), (1e-4, 1.0), (1e12, 1.0), (1.0, 1e-9), (1.0, 1e12), (1e-9, 1e12), (1e12, 1e-9)]


@pytest.fixture(scope="module")
def tiny() -> Reading:
    return read_instance(INSTANCES / "tiny.xlsx")


@pytest.fixture(scope="module")
def usual(tiny: Reading) -> ResultTables:
    """The plan of tiny in its own units."""
    return make_plan(tiny, choose_options(tiny, gap=0.0)).tables


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("quantity", "money"), SIZES)
def test_tiny_in_other_units(tiny: Reading, usual: ResultTables, quantity: float, money: float) -> None:
    """Proved, audited, and the same rows; at 1e-9 and 1e12 the solver alone says 27,720."""
    reading = replace(tiny, instance=in_units(tiny.instance, quantity, money))
    outcome = make_plan(reading, choose_options(reading, gap=0.0))
    assert outcome.solution.status == "optimal"
    assert outcome.solution.objective == pytest.approx(OPTIMUM * money, rel=1e-6)
    assert outcome.solution.bound == pytest.approx(OPTIMUM * money, rel=1e-6)
    assert set(outcome.tables["audit"]["ok"]) == {"yes"}
    for sheet in ("production", "flows", "builds", "costs", "demand"):
        assert len(outcome.tables[sheet]) == len(usual[sheet]), sheet
    made = outcome.tables["production"]["made"].sum()
    assert made == pytest.approx(usual["production"]["made"].sum() * quantity, rel=1e-6)


@pytest.mark.slow
@examples(5)
@given(small_instances(), st.sampled_from([1e-9, 1e-6, 1.0, 1e6, 1e12]), st.sampled_from([1e-9, 1.0, 1e9]))
def test_small_instances_in_other_units(drawn: Drawn, quantity: float, money: float) -> None:
    case = instance(drawn[0], **drawn[1])
    usual = loss(case)
    assert loss(in_units(case, quantity, money)) == pytest.approx(usual * money, rel=1e-6, abs=1e-6 * money)


@pytest.mark.slow
@pytest.mark.parametrize(("quantity", "money"), [(1e-6, 1.0), (1e6, 1.0), (1.0, 1e-6)])
def test_ev_maker_in_other_units(quantity: float, money: float) -> None:
    """The relaxation, with its cones and rules, comes to the same whatever the units are."""
    usual = read_instance(INSTANCES / "ev_maker.xlsx")
    figures = []
    for reading in (usual, replace(usual, instance=in_units(usual.instance, quantity, money))):
        compiled = compile_model(build(reading.instance))
        relaxed = replace(compiled, integer=np.zeros_like(compiled.integer))
        solution = solve_arrays(relaxed, Options(gap=0.0))
        assert solution.status == "optimal"
        figures.append(solution.objective)
    assert figures[1] == pytest.approx(figures[0] * money, rel=1e-6)
