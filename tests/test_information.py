"""Value of information: the textbook's case of capacity chosen before demand is known, worked out by hand.

A unit of capacity costs 3, a good 2 to make and 10 to miss. 6, 10 or 14 are wanted, with a chance of 0.2, 0.3 and 0.5;
the baseline is that of 10, and has none left. One more unit saves 8 wherever it is used: with 0.8 up to 10,
6.4, and with 0.5 up to 14, 4, which is more than 3. So 14 are built.

    plan               14 x 3 + 2 x (0.2 x 6 + 0.3 x 10 + 0.5 x 14)        = 42 + 22.4   = 64.4
    known in advance   (3 + 2) x 11.2                                                   = 56
    built for 10       10 x 3 + 0.2 x 12 + 0.3 x 20 + 0.5 x (20 + 4 x 10) = 30 + 38.4   = 68.4
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.cli.main import run as run_command
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, make_roundings, solve_arrays
from planner.studies.information.study import (
    MEASURED_BY,
    PERFECT,
    STOCHASTIC,
    UNDECIDED,
    WORTH,
    Between,
    Information,
    SolveSettings,
    case_of,
    compute_information,
    information_rows,
)
from planner.workbook.read import read_tables
from planner.workbook.write import write_instance
from planner_models.instance import Instance
from planner_models.network import build
from tests.proofs import wanted, workshop
from tests.solving import optimum

WANTED = {"low": (0.2, 0.6), "usual": (0.3, 1.0), "high": (0.5, 1.4)}


def newsvendor(settings: dict[str, Any] | None = None, **demand: Any) -> Instance:
    """The case above; other settings and facts of demand where given."""
    hit = {"period": "1", "months": 12, "kind": "market", "target": "here", "effect": "demand"}
    return workshop(
        settings,
        lines=[{"site": "shop", "process": "make", "capacity": 0}],
        options=[
            {"site": "shop", "process": "make", "option": "unit", "size": 1, "capex": 3, "life": 1, "max_modules": 20}
        ],
        demand=wanted("1", volume=10, **demand),
        scenarios=[{"scenario": name, "probability": chance} for name, (chance, _) in WANTED.items()],
        disruptions=[hit | {"scenario": name, "factor": factor} for name, (_, factor) in WANTED.items()],
    )


def worth(case: Instance) -> Information:
    model = build(case)
    compiled = compile_model(model)
    run = SolveSettings(Options(gap=0.0), make_roundings(model, compiled))
    return compute_information(case_of(model, compiled), solve_arrays(compiled, run.options), run)


def test_capacity_is_chosen_before_demand_is_known() -> None:
    assert optimum(newsvendor()) == pytest.approx(64.4)


@pytest.mark.parametrize("risk_weight", [0, 3])
def test_what_information_is_worth(risk_weight: float) -> None:
    """Whatever weight risk has in the plan: 64.4 - 56 and 68.4 - 64.4."""
    found = worth(newsvendor({"risk_weight": risk_weight}))
    assert found.perfect.figure == pytest.approx(8.4)
    assert found.stochastic.figure == pytest.approx(4)
    for between in (found.perfect, found.stochastic):
        assert between.least <= between.figure + 1e-9
        assert between.figure <= between.most + 1e-9


def test_under_profit_both_are_money_won() -> None:
    """Sold at 9, a good earns 7; what is wanted follows what is sold in the baseline, 10.

    With 14 built 7 x 11.2 - 42 = 36.4, with 10 built 7 x (0.2 x 6 + 0.8 x 10) - 30 = 34.4. Known in advance 10, 10 and
    14 are built, for 42 - 30, 70 - 30 and 98 - 42: 0.2 x 12 + 0.3 x 40 + 0.5 x 56 = 42.4.
    """
    found = worth(newsvendor({"objective": "profit"}, price=9))
    assert found.perfect.figure == pytest.approx(42.4 - 36.4)
    assert found.stochastic.figure == pytest.approx(36.4 - 34.4)


def test_what_is_left_of_probability_is_the_undisturbed_course() -> None:
    """Only the high demand may come, with 0.5; planning for it is worth 4 x (0.5 x 8 - 3), knowing it 4 x 3 x 0.5."""
    case = newsvendor()
    only = case["scenarios"][case["scenarios"]["scenario"] == "high"]
    found = worth(Instance({**case.tables, "scenarios": only}, case.settings))
    assert found.stochastic.figure == pytest.approx(4)
    assert found.perfect.figure == pytest.approx(6)


@pytest.mark.slow
def test_the_figures_stand_in_the_summary(tmp_path: Path) -> None:
    path, result = tmp_path / "case.xlsx", tmp_path / "result.xlsx"
    write(newsvendor(), path)
    run_command(["solve", str(path), "-o", str(result), "--value-of-information"])
    summary = read_tables(result)["summary"].set_index("metric")["value"]
    assert float(summary[PERFECT]) == pytest.approx(8.4)
    assert float(summary[STOCHASTIC]) == pytest.approx(4)
    assert "gaps" in summary[WORTH]


def test_how_it_is_measured_takes_one_line() -> None:
    assert len(MEASURED_BY) < 120


@pytest.mark.parametrize(("least", "most", "left_open"), [(0, 5, True), (1, 5, False), (0, 0, False), (0, 1e-9, False)])
def test_a_sign_that_the_gaps_leave_open(least: float, most: float, left_open: bool) -> None:
    assert Between(most, least, most).open == left_open


def test_what_a_wide_gap_leaves_open_is_said_in_words() -> None:
    """A plan that could be better by 20 for all that is known: knowing may save nothing, planning does save 4."""
    model = build(newsvendor())
    compiled = compile_model(model)
    found = solve_arrays(compiled, Options(gap=0.0))
    assert found.bound is not None
    rows = information_rows(model, compiled, replace(found, bound=found.bound - 20), SolveSettings(Options(gap=0.0)))
    words = rows.set_index("metric")["value"]
    assert words[f"{PERFECT}, in words"] == UNDECIDED
    assert f"{STOCHASTIC}, in words" not in words


def test_without_scenarios_it_says_so(tmp_path: Path) -> None:
    model = build(workshop())
    compiled = compile_model(model)
    run = SolveSettings(Options(gap=0.0))
    rows = information_rows(model, compiled, solve_arrays(compiled, run.options), run)
    assert "information has no value" in rows["value"].iloc[0]


def write(case: Instance, path: Path) -> None:
    """An instance as a workbook, settings included."""
    settings = pd.DataFrame(
        [{"key": key, "value": f"{value}"} for key, value in case.settings.items() if value is not None]
    )
    write_instance({**case.tables, "settings": settings}, path)
