"""OR-Library's warehouse location problems, from their workbooks, reach the published optima."""

from pathlib import Path

import pandas as pd
import pytest

from instances._build.facility_location import CHOSEN, DATA, FOLDER, facility_location
from planner.checks.check import check
from planner.workbook.read import read_instance
from planner_models.instance import Instance, instance
from tests.solving import optimum

OPTIMA = pd.read_csv(DATA / "optima.csv", index_col="instance")["optimum"]
OTHERS = [name for name in OPTIMA.index if name not in CHOSEN]


def from_text(path: Path) -> Instance:
    """The instance of a text file, not by way of a workbook."""
    tables = facility_location(path)
    settings = dict(tables.pop("settings").itertuples(index=False))
    return instance(tables, **settings)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", CHOSEN)
def test_workbook_reaches_the_published_optimum(name: str) -> None:
    """No faults, and the optimum to a millionth."""
    reading = read_instance(FOLDER / f"{name}.xlsx")
    assert [issue for issue in check(reading) if issue.severity == "error"] == []
    assert optimum(reading.instance) == pytest.approx(OPTIMA[name], rel=1e-6)


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_reach_the_published_optimum(name: str) -> None:
    """The files that have no workbook."""
    assert optimum(from_text(DATA / f"{name}.txt")) == pytest.approx(OPTIMA[name], rel=1e-6)
