"""What a fixed plan does in a disruption is what the model, which knew of it, does with the same plan."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.recourse.evaluation import add_evaluated_scenarios
from planner.recourse.reaction import Recourse
from planner.recourse.second_stage import choose_second_stage
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, solve, solve_arrays
from planner_models.blocks.disruptions.realisations import SCENARIOS
from planner_models.instance import Instance, apply_schema, instance
from planner_models.network import build
from planner_models.plan import plan
from tests.examples import examples
from tests.small_instances import Row, Rows, Tables
from tests.small_mechanisms import mechanism_instances
from tests.solving import tabulate

EFFECTS = {
    "region": ("capacity", "flow", "demand", "cost"),
    "firm": ("capacity", "flow", "cost"),
    "site": ("capacity", "flow", "cost"),
    "process": ("capacity", "flow", "cost"),
    "item": ("capacity", "flow", "demand", "cost"),
    "lane": ("capacity", "flow", "cost"),
}
NAMES = {"region": "regions", "firm": "firms", "site": "sites", "process": "processes", "item": "items"}


@st.composite
def disrupted(draw: st.DrawFn) -> tuple[Tables, Row]:
    """A small instance with a disruption or two of likely scenarios, in the first or the last period."""
    tables, chosen = draw(mechanism_instances(most_periods=2, scale=True))
    lanes = sorted({f"{row['origin']}|{row['destination']}" for row in tables.get("lanes", [])})
    kinds = [kind for kind in EFFECTS if kind != "lane" or lanes]
    rows: Rows = []
    for name in ("first", "second")[: draw(st.integers(1, 2))]:
        period = draw(st.sampled_from([row["period"] for row in tables["periods"]]))
        months = draw(st.sampled_from([1, 3, 12]))
        for _ in range(draw(st.integers(1, 2))):
            kind = draw(st.sampled_from(kinds))
            known = lanes if kind == "lane" else [row[kind] for row in tables[NAMES[kind]]]
            hit: Row = {"scenario": name, "period": period, "months": months, "kind": kind}
            hit |= {"target": draw(st.sampled_from(known)), "effect": draw(st.sampled_from(EFFECTS[kind]))}
            rows.append(hit | {"factor": draw(st.sampled_from([0, 0, 0.5, 1.5]))})
    names = sorted({row["scenario"] for row in rows})
    tables["scenarios"] = [{"scenario": name, "probability": 0.3} for name in names]
    return tables | {"disruptions": rows}, chosen


def agree(case: Instance) -> None:
    """Assert that the losses of the model and those of recourse are the same, and so are their rows."""
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assume(solution.objective is not None)
    recourse, sets = Recourse(model), model.sets
    size = max(1.0, abs(solution.objective or 0.0))
    for name, terms in model.losses.loss.items():
        loss = sum(recourse.react(key[1], snapshot).loss for key, snapshot in sets.snapshots.items() if key[0] == name)
        assert loss == pytest.approx(terms.value(), rel=1e-5, abs=1e-5 * size)
    known = plan(model)
    sets.scenarios["modelled"] = False  # the sets are those of this model alone
    unknown = add_evaluated_scenarios(model, {"scenarios": pd.DataFrame(columns=SCENARIOS)})
    for sheet in ("production", "flows", "stocks", "demand"):
        there = {sheet: table for sheet, table in known.items() if len(table)}.get(sheet)
        if there is not None and (there["scenario"] != "base").any():
            assert list(there.columns) == list(unknown[sheet].columns)


@examples(8)
@given(disrupted())
def test_recourse_agrees_with_the_model(drawn: tuple[Tables, Row]) -> None:
    """Eight instances: an optimal plan's flows in a likely scenario cannot be bettered, nor can recourse's."""
    agree(instance(drawn[0], **drawn[1]))


@pytest.mark.slow
@examples(20)
@given(disrupted())
def test_recourse_agrees_with_the_model_on_many(drawn: tuple[Tables, Row]) -> None:
    """Twenty of them."""
    agree(instance(drawn[0], **drawn[1]))


def works(**changes: Any) -> Instance:
    """10 cars a year at 10 from a works of 10 at 1; what is not served costs 30. Half a year at half the capacity."""
    tables: dict[str, Rows] = {
        "periods": [{"period": "now"}],
        "regions": [{"region": "here"}],
        "items": [{"item": "car", "tier": "downstream"}],
        "processes": [{"process": "build", "tier": "downstream"}],
        "recipes": [{"process": "build", "item": "car", "quantity": 1}],
        "firms": [{"firm": "us"}],
        "sites": [{"site": "works", "region": "here", "firm": "us"}],
        "lines": [{"site": "works", "process": "build", "capacity": 10, "unit_cost": 1}],
        "demand": [{"region": "here", "item": "car", "period": "now", "volume": 10, "price": 10, "penalty": 30}],
        "scenarios": [{"scenario": "strike"}],
        "disruptions": [{"scenario": "strike", "period": "now", "months": 6, "kind": "site", "target": "works"}],
    }
    tables["disruptions"][0] |= {"factor": 0.5} | changes
    return instance(tables, discount_rate=0)


@pytest.mark.parametrize(
    ("changes", "service", "loss"),
    [
        ({}, 0.5, 0.5 * 5 * 29),
        ({"months": 3}, 0.5, 0.25 * 5 * 29),
        ({"effect": "flow"}, 0.5, 0.5 * 5 * 29),
        ({"effect": "cost", "factor": 2}, 1, 0.5 * 10),
        ({"kind": "market", "target": "here", "effect": "demand", "factor": 1.5}, 10 / 15, 0.5 * 5 * 30),
    ],
)
def test_a_scenario_without_probability_is_reported(changes: Row, service: float, loss: float) -> None:
    """The plan does not know of it; its rows stand beside those of the base."""
    model = build(works(**changes))
    assert solve(model, Options(gap=0.0)).objective == pytest.approx(10)
    tables = add_evaluated_scenarios(model, plan(model))
    (row,) = tables["scenarios"].to_dict("records")
    assert row == {
        "scenario": "strike",
        "probability": 0,
        "service": pytest.approx(service),
        "loss": pytest.approx(loss),
        "impact": pytest.approx(loss),
        "cvar_weight": 0,
        "modelled": "no",
    }
    made = tables["production"].set_index("scenario")["made"]
    assert made["base"] == pytest.approx(10)
    assert made["strike"] == pytest.approx(10 if changes.get("effect") in ("cost", "demand") else 5)
    wanted = tables["demand"].set_index("scenario")["volume"]
    assert wanted["strike"] == pytest.approx(15 if changes.get("effect") == "demand" else 10)


def test_flows_of_a_scenario_that_costs_nothing_are_the_cheapest() -> None:
    """A rule asks for a fifth; half can be served, and serving is cheaper than the penalty; so half is said."""
    case = works()
    rule = [{"rule": "fifth", "type": "min_service", "scenario": "strike", "limit": 0.2}]
    model = build(Instance({**case.tables, "rules": apply_schema("rules", pd.DataFrame(rule))}, case.settings))
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.values is not None
    load_values(compiled, choose_second_stage(model, compiled, solution.values))
    (row,) = tabulate(model, "scenarios").to_dict("records")
    assert row["service"] == pytest.approx(0.5)
    assert row["loss"] == pytest.approx(0.5 * 5 * 29)
    assert row["modelled"] == "yes"
    costs = tabulate(model, "costs")["discounted"].sum()
    assert costs == pytest.approx(10)
