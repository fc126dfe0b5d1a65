"""A grid of cells read as a declared table: headers matched, rows found, columns converted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa

from planner.workbook.cells import CellError, converted, text
from planner.workbook.findings import Findings
from planner.workbook.grid import Grid, letter
from planner.workbook.names import near, plain, shown, suggestion
from planner_models.schema import meta
from planner_models.schema.columns import remarks

REMARKS = tuple(remarks())
"""Columns that explain a row and are no part of it."""


@dataclass
class Table:
    """The rows of a sheet below its header, as stored. `cells` is indexed by row number and has the sheet's columns.

    `declared` are those of its columns that the schema knows, `own` the user's.
    """

    schema: pa.DataFrameSchema
    cells: pd.DataFrame
    declared: list[str]
    own: list[str]


def table(sheet: str, grid: Grid, schema: pa.DataFrameSchema, findings: Findings) -> Table:
    """The table that `grid` holds. What is wrong with its header, or has no usable value, goes to `findings`."""
    header = _header(sheet, grid, schema, findings)
    declared = [name for name in header.values() if name in schema.columns]
    letters = {name: letter(column) for column, name in header.items()}
    findings.letters[sheet] = {name: letters[name] for name in declared}
    _look_beyond(sheet, grid, header, findings)
    filled = _rows(sheet, grid, header, schema, findings)
    columns = list(zip(*(grid.rows[row - 1] for row in filled), strict=True))
    index = pd.Index(filled, dtype="int64", name="row")
    cells = pd.DataFrame(
        {
            name: pd.Series(_blank_as_none(columns[column - 1] if columns else ()), index=index, dtype=object)
            for column, name in header.items()
        },
        index=index,
    )
    for (row, column), error in grid.troubles.items():
        if row > 1 and header.get(column) in declared:
            findings.add("error", sheet, row, header[column], _no_value(error))
    return Table(schema, cells, declared, [name for name in header.values() if name not in schema.columns])


def _blank_as_none(cells: Sequence[Any]) -> list[Any]:
    return [None if cell == "" else cell for cell in cells]


def _no_value(error: str) -> str:
    if error:
        return f"holds {error}: repair the formula, or write a value"
    return "holds a formula without a stored value: open the workbook in Excel and save it, or write a value"


def _header(sheet: str, grid: Grid, schema: pa.DataFrameSchema, findings: Findings) -> dict[int, str]:
    """Column number -> name: the schema's where the header means one of its columns, else as the user wrote it."""
    known = list(schema.columns)
    folded = {plain(name): name for name in known}
    header: dict[int, str] = {}
    for column, cell in enumerate(grid.rows[0] if grid.rows else [], 1):
        place = f"{letter(column)}1"
        if (1, column) in grid.troubles:
            findings.at("error", sheet, place, _no_value(grid.troubles[1, column]).replace("a value", "a column name"))
        elif (name := _name(cell)) == "":
            continue
        else:
            meant = name if name in known else folded.get(plain(name), name)
            if meant in header.values():
                first = next(letter(number) for number, other in header.items() if other == meant)
                findings.at("error", sheet, place, f"the column `{meant}` stands twice, also in {first}1: rename one")
                continue
            if meant != cell and meant in known:
                findings.at("warning", sheet, place, f"`{shown(cell)}` is read as the column `{meant}`")
            elif meant not in known:
                free = [other for other in known if other not in header.values()]
                message = f"`{shown(name)}` is no known column and is ignored{suggestion(name, free)}"
                findings.at("warning", sheet, place, message)
            header[column] = meant
    return header


def _name(cell: Any) -> str:
    try:
        return text(cell)
    except CellError:
        return str(cell)


def check_header(found: Table, sheet: str, findings: Findings) -> None:
    """A fault for every required column that the table lacks, at the next free header cell."""
    free = len(found.declared) + len(found.own)
    if not found.declared:
        names = ", ".join(name for name in found.schema.columns if name not in REMARKS)
        findings.at("error", sheet, "A1", f"row 1 names no column of this sheet: write them there ({names})")
    for name, column in found.schema.columns.items():
        if meta(column)["required"] and name not in found.declared:
            findings.missing.add((sheet, name))
            if found.declared:
                free += 1
                likely = near(name, found.own, 1)
                rename = f", or rename `{likely[0]}`" if likely else ""
                message = f"the column `{name}` is missing: write it as a header here{rename}"
                findings.at("error", sheet, f"{letter(free)}1", message)


def _look_beyond(sheet: str, grid: Grid, header: dict[int, str], findings: Findings) -> None:
    """A warning for every column that has values but no header."""
    width = len(grid.rows[0]) if grid.rows else 0
    for column in sorted(set(range(1, width + 1)) - set(header)):
        if (1, column) in grid.troubles or grid.rows[0][column - 1] != "":
            continue
        row = next((row for row, cells in enumerate(grid.rows, 1) if cells[column - 1] != ""), None)
        if row is not None:
            message = f"this column has values but no header in {letter(column)}1: it is ignored"
            findings.at("warning", sheet, f"{letter(column)}{row}", message)


def _rows(sheet: str, grid: Grid, header: dict[int, str], schema: pa.DataFrameSchema, findings: Findings) -> list[int]:
    """The numbers of the rows that say something in a declared column; remarks alone make no row."""
    count = [column - 1 for column, name in header.items() if name in schema.columns and name not in REMARKS]
    beside = [column - 1 for column, name in header.items() if column - 1 not in count]
    troubled = {row for row, column in grid.troubles if column - 1 in count}
    rows = []
    for number, cells in enumerate(grid.rows[1:], 2):
        if _says(cells, count) or number in troubled:
            rows.append(number)
            continue
        noted = next((column for column in beside if _says(cells, [column])), None)
        if noted is not None and count:
            message = "this row has nothing but remarks: it is ignored"
            findings.at("warning", sheet, f"{letter(noted + 1)}{number}", message)
    return rows


def _says(cells: list[Any], count: list[int]) -> bool:
    """Whether one of the columns in `count` is filled. A plain loop: it runs once per row."""
    for column in count:
        cell = cells[column]
        if cell != "" and not (isinstance(cell, str) and cell.isspace()):
            return True
    return False


def values(found: Table, sheet: str, findings: Findings) -> pd.DataFrame:
    """The declared columns of the table converted to their kinds; faulty and blank cells are missing values."""
    columns = {}
    for name in found.declared:
        cells = converted(found.cells[name], found.schema.columns[name])
        rows = found.cells.index
        for position, fault in cells.faults.items():
            findings.fault(sheet, int(rows[position]), name, fault)
        for adapted in cells.adapted.values():
            position, message = adapted[0]
            more = f" (and so on in {len(adapted) - 1} more of this column)" if adapted[1:] else ""
            findings.add("warning", sheet, int(rows[position]), name, message + more)
        columns[name] = cells.values
    return pd.DataFrame(columns, index=found.cells.index)


def twice(names: list[str]) -> list[str]:
    """The names that stand more than once when letter case does not count, as sheet names may not."""
    counts = Counter(name.casefold() for name in names)
    return [name for name in names if counts[name.casefold()] > 1]
