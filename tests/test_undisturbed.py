"""The plan that knows of no disruptions, from which the search for one that does starts."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.solver import search, solver
from planner.solver.baseline import extract_baseline
from planner.solver.compiled import Compiled, compile_model
from planner.solver.solver import Options, Solution, make_roundings
from planner_models.network import build
from tests.proofs.ruled import rule
from tests.proofs.test_service import struck
from tests.test_information import newsvendor


def test_what_is_left_is_the_model_without_scenarios() -> None:
    case = newsvendor()
    part = extract_baseline(compile_model(build(case)))
    plain = compile_model(build(case.with_settings(scenarios="off")))
    assert part is not None
    assert [row.name for row in part.compiled.rows] == [row.name for row in plain.rows]
    for name in ("cost", "lower", "upper", "integer", "starts", "columns", "values", "row_lower", "row_upper"):
        assert np.array_equal(getattr(part.compiled, name), getattr(plain, name))


def test_values_come_back_to_their_columns() -> None:
    compiled = compile_model(build(newsvendor()))
    part = extract_baseline(compiled)
    assert part is not None
    values = np.arange(1.0, part.kept.sum() + 1)
    assert part.whole(values)[part.kept].tolist() == values.tolist()
    assert not part.whole(values)[~part.kept].any()
    assert part.rounding(lambda whole: 2 * whole)(values).tolist() == (2 * values).tolist()


def test_a_model_without_disruptions_is_not_taken_apart() -> None:
    assert extract_baseline(compile_model(build(newsvendor({"scenarios": "off"})))) is None


def test_a_rule_on_what_happens_in_them_forbids_it() -> None:
    """Such a rule is a row with columns of disruptions that does not belong to them."""
    compiled = compile_model(build(newsvendor()))
    assert extract_baseline(replace(compiled, disturbed_rows=np.zeros(0, dtype=bool))) is None


def test_the_search_begins_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """First the model without disruptions is searched; the decisions found there cost 68.4 and begin the other one."""
    model = build(newsvendor())
    compiled = compile_model(model)
    begun = []

    def searched(job: Any, part: Compiled, start: np.ndarray | None, bound: float) -> tuple[Solution, Compiled]:
        begun.append((len(part.cost), None if start is None else part.cost @ start + part.offset))
        return own(job, part, start, bound)

    own = search.search_plan
    monkeypatch.setattr(search, "search_plan", searched)
    found = solver.solve_arrays(compiled, Options(gap=0.0), None, make_roundings(model, compiled))
    assert [size for size, _ in begun] == [(~compiled.disturbed).sum(), len(compiled.cost)]
    assert begun[1][1] == pytest.approx(68.4)
    assert found.objective == pytest.approx(64.4)


def test_the_best_base_is_searched_without_disruptions_and_begins_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on risk asks what the cheapest base costs, which is about no disruption; its decisions are kept."""
    model = build(struck(rule("max_cvar", 30, item="*"), probability=0.1))
    compiled = compile_model(model)
    searched, begun = [], []

    def note(job: Any, part: Compiled, start: np.ndarray | None, bound: float) -> tuple[Solution, Compiled]:
        searched.append(len(part.cost))
        begun.append(start)
        return own(job, part, start, bound)

    own = search.search_plan
    monkeypatch.setattr(search, "search_plan", note)
    ready = solver.with_best_base(model, compiled, Options(gap=0.0))
    assert searched == [(~compiled.disturbed).sum()]
    assert ready.decisions is not None
    found = solver.solve_arrays(ready, Options(gap=0.0), None, make_roundings(model, ready))
    assert searched[1:] == [len(compiled.cost)]
    assert begun[1] is not None
    assert found.objective == pytest.approx(36.8)
