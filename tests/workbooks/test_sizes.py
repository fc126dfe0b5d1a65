"""Figures beyond what floating point can be trusted with are refused, each by its cell, in every numeric column."""

from pathlib import Path

import openpyxl
import pytest

from planner.checks.check import check
from planner.workbook.read import read_instance
from planner.workbook.template import write_template
from planner_models.schema import INPUTS, SETTINGS, meta

NUMBERS = ("number", "integer")


@pytest.mark.parametrize("value", [1e20, 1e30, 1e300, -1e20, 1e-300])
def test_every_numeric_column_refuses_what_is_too_large_or_too_small(tmp_path: Path, value: float) -> None:
    """A row in each sheet that holds the figure wherever a number goes, and every setting that is a number."""
    path = tmp_path / "sizes.xlsx"
    write_template(path, blank=True)
    book = openpyxl.load_workbook(path)
    wanted = set()
    for sheet, schema in INPUTS.items():
        if sheet == "settings":
            continue
        headers = {cell.value: cell.column for cell in book[sheet][1]}
        for name, column in schema.columns.items():
            if meta(column)["kind"] in NUMBERS:
                wanted.add((sheet, book[sheet].cell(2, headers[name], value).coordinate))
    keys = [name for name, column in SETTINGS.items() if meta(column)["kind"] in NUMBERS]
    book["settings"].delete_rows(2, book["settings"].max_row)
    for row, name in enumerate(keys, 2):
        book["settings"].cell(row, 1, name)
        wanted.add(("settings", book["settings"].cell(row, 2, value).coordinate))
    book.save(path)
    faults = {(issue.sheet, issue.cell) for issue in check(read_instance(path)) if issue.severity == "error"}
    assert wanted - faults == set()
    assert len(wanted) > 90
