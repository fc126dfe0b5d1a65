"""The waterfall from a fragmented plan to an integrated one: who gains, in figures worked out by hand.

The chain of `test_surplus`, whose sellers take prices: at arm's length 6 cars at 6 and the forge's margin of 12; as
one 8 cars at 4, without any profit. Buyers gain 6 x 5.5 / 2 = 16.5, then 8 x 7.5 / 2 = 30.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.planning import make_plan
from planner.report.gains import gains_by_group, surplus_waterfall
from planner.results.result_file import ResultFile
from planner.sheets.board import Chart
from planner.solver.solver import Options
from planner.studies.comparison.charts import FEW_STEPS, comparison_charts
from planner.studies.comparison.report import brief
from planner.studies.comparison.study import compare
from planner.workbook.read import read_instance
from planner.workbook.write import write_instance
from tests.audited import solve_to_tables
from tests.test_surplus import spengler


@cache
def gains(coordination: str) -> dict[str, float]:
    case = spengler(coordination, 0)
    return gains_by_group(case, solve_to_tables(case)[0])


def sheets(coordination: str) -> dict[str, list[dict[str, Any]]]:
    """The chain as rows of a workbook."""
    case = spengler(coordination, 0)
    rows = {
        name: [{key: value for key, value in row.items() if pd.notna(value)} for row in frame.to_dict("records")]
        for name, frame in case.tables.items()
    }
    return rows | {"settings": [{"key": key, "value": value} for key, value in dict(case.settings).items()]}


def steps(chart: Chart) -> dict[str, float]:
    """The steps by name, without the totals: what lies above their base, better as a gain, worse as a loss."""
    frame = chart.frame.drop(columns=["base", "total"], errors="ignore").fillna(0.0)
    signed = frame.mul([-1.0 if name.startswith("worse") else 1.0 for name in frame])
    return {str(name).partition("\n")[0]: value for name, value in signed.sum(axis=1).items() if value}


def test_forge_loses_its_margin_and_buyers_gain_more():
    """From 28.5 to 30: the forge (midstream) loses 12, buyers gain 13.5."""
    assert sum(gains("off").values()) == pytest.approx(28.5)
    chart = surplus_waterfall(("apart", gains("off")), ("as one", gains("on")), "USD", "who gains")
    assert chart.message == "Total surplus rises by 1.5 million USD"
    assert steps(chart) == pytest.approx({"midstream firms": -12, "consumers": 13.5})
    assert [chart.frame["total"].iloc[place] for place in (0, -1)] == pytest.approx([28.5, 30])


def test_groups_that_one_plan_lacks_gain_nothing_in_it():
    chart = surplus_waterfall(("a", {"state": 5.0}), ("b", {"outside states": 1.0}), "USD", "")
    assert steps(chart) == {"state": -5, "outside states": 1}
    assert chart.message == "Total surplus falls by 4 million USD"


def test_changes_too_small_beside_totals_are_shown_alone():
    """At least cost totals lie far below zero, and the axis would run to there."""
    chart = surplus_waterfall(("a", {"x": -20_000.0, "y": 0.0}), ("b", {"x": -20_050.0, "y": 80.0}), "USD", "")
    assert chart.frame["total"].dropna().tolist() == pytest.approx([30])
    assert list(chart.frame.index) == ["x\n−50", "y\n+80", "all together\n+30"]
    assert (chart.unit, chart.floor) == ("change, million USD, discounted", None)


def planned(coordination: str, folder: Path) -> ResultFile:
    """The plan of the chain, as if it had been read from a result."""
    path = folder / f"{coordination}.xlsx"
    write_instance(sheets(coordination), path)
    reading = read_instance(path)
    tables = make_plan(reading, Options(gap=0.0)).tables
    facts = {row["key"]: str(row["seal"]) for row in tables["run"].to_dict("records")}
    return ResultFile(path, coordination, facts["kind"], reading, tables, facts, "fits", "", [])


@pytest.mark.slow
def test_compare_of_two_plans_apart_and_as_one(tmp_path: Path):
    """Integrated is the reference, and the chart leads from fragmented all the same."""
    found = compare([planned("on", tmp_path), planned("off", tmp_path)])
    first, *others = comparison_charts(found)
    assert first.title == "From off (coordination off) to on (on), by who gains"
    assert steps(first) == pytest.approx({"midstream firms": -12, "consumers": 13.5})
    assert max(len(chart.frame) for chart in others if chart.kind == "waterfall") <= FEW_STEPS + 3
    assert any("Total surplus is 1.5 million USD lower in off" in sentence for sentence in brief(found))
