"""Figures beyond what floating point can be trusted with are refused, each by its cell, in every numeric column."""

from pathlib import Path

import openpyxl
import pytest

from planner.checks.check import check
from planner.workbook.read import read_instance
from planner_models.schema import INPUTS, SETTINGS, meta

NUMBERS = ("number", "integer")


VALUES = [1e20, 1e30, 1e300, -1e20, 1e-300]


def test_every_numeric_column_refuses_what_is_too_large_or_too_small(tmp_path: Path) -> None:
    """A row for each value in every sheet, which holds it wherever a number goes."""
    path = tmp_path / "sizes.xlsx"
    book = openpyxl.Workbook()
    wanted = set()
    for sheet, schema in INPUTS.items():
        if sheet == "settings":
            continue
        cells = book.create_sheet(sheet)
        for place, (name, column) in enumerate(schema.columns.items(), 1):
            cells.cell(1, place, name)
            if meta(column)["kind"] in NUMBERS:
                rows = enumerate(VALUES, 2)
                wanted |= {(sheet, cells.cell(row, place, value).coordinate) for row, value in rows}
    book.save(path)
    assert wanted - find_errors(path) == set()
    assert len(wanted) > 90 * len(VALUES)


@pytest.mark.parametrize("value", VALUES)
def test_every_setting_that_is_a_number_refuses_it(tmp_path: Path, value: float) -> None:
    keys = [name for name, column in SETTINGS.items() if meta(column)["kind"] in NUMBERS]
    path = tmp_path / "settings.xlsx"
    book = openpyxl.Workbook()
    cells = book.create_sheet("settings")
    for row in [("key", "value"), *((key, value) for key in keys)]:
        cells.append(row)
    book.save(path)
    assert {("settings", f"B{row}") for row in range(2, len(keys) + 2)} - find_errors(path) == set()
    assert len(keys) > 5


def find_errors(path: Path) -> set[tuple[str, str]]:
    return {(issue.sheet, issue.cell) for issue in check(read_instance(path)) if issue.severity == "error"}
