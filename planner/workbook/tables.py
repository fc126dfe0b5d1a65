"""A grid of cells read as a declared table: headers matched, rows found, columns converted."""

import difflib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pandera.pandas as pa

from planner.issues import Severity
from planner.workbook.cells import CellError, convert_column, text
from planner.workbook.findings import Findings
from planner.workbook.grid import Grid, letter
from planner.workbook.names import near, plain, quote, suggest
from planner.workbook.stored import Value
from planner_models.schema import INPUTS, meta
from planner_models.schema.columns import list_remarks


@dataclass
class Table:
    """The rows of a sheet below its header, as stored. `cells` is indexed by row number and has the sheet's columns.

    `declared` are those of its columns that the schema knows, `own` the user's; `letters` are where the former are.
    """

    schema: pa.DataFrameSchema
    cells: pd.DataFrame
    declared: list[str]
    own: list[str]
    letters: dict[str, str] = field(default_factory=dict)


def table(sheet: str, grid: Grid, schema: pa.DataFrameSchema, findings: Findings) -> Table:
    """The table that `grid` holds. What is wrong with its header, or has no usable value, goes to `findings`."""
    header = _header(sheet, grid, schema, findings)
    declared = [name for name in header.values() if name in schema.columns]
    letters = {name: letter(column) for column, name in header.items()}
    findings.letters[sheet] = {name: letters[name] for name in declared}
    _look_beyond(sheet, grid, header, findings)
    filled = _rows(sheet, grid, header, schema, findings)
    index = pd.Index(filled, dtype="int64", name="row")
    rows = [grid.rows.get(row, {}) for row in filled]
    cells = pd.DataFrame(
        {
            name: pd.Series([row.get(column) for row in rows], index=index, dtype=object)
            for column, name in header.items()
        },
        index=index,
    )
    for (row, column), trouble in sorted(grid.troubles.items()):
        if row > 1 and header.get(column) in declared:
            findings.add("error", sheet, row, header[column], trouble)
    own = [name for name in header.values() if name not in schema.columns]
    found = Table(schema, cells, declared, own, findings.letters[sheet])
    for column, name in header.items():
        if name in found.own and not name.startswith("_"):
            severity, message = _unknown(found, name, schema is INPUTS.get(sheet))
            findings.at(severity, sheet, f"{letter(column)}1", message)
    for issue in grid.issues:
        findings.at(issue.severity, sheet, issue.cell, issue.message)
    return found


_MEANT = 0.8
"""From this likeness on, a header with numbers below it is taken for a misspelt column."""

_MONEY = {"freight": "cost", "fee": "cost", "expense": "cost", "charge": "cost", "costs": "cost", "prices": "price",
          "investment": "capex", "salary": "wage", "wages": "wage"}  # fmt: skip
"""Words that people use for columns of money."""


def _is_money(column: pa.Column) -> bool:
    """Whether a column that may be left out holds amounts of money."""
    facts = meta(column)
    return not facts["required"] and ("money" in facts["unit"] or "currency" in facts["unit"])


def _unknown(found: Table, name: str, is_input: bool) -> tuple[Severity, str]:
    """What is said of a column that is not in the schema.

    An error where it holds numbers, and its name says what a column of money is called that the table lacks: what
    costs something would be free without a word. So is one that seems to say in what unit a row is. A name that begins
    with `_` says that the column is the user's own.
    """
    free = [other for other in found.schema.columns if other not in found.declared]
    units = [other for other in free if meta(found.schema.columns[other])["measure"]]
    unit = next((other for other in units if _likeness(name, other)), None)
    if is_input and unit and found.cells[name].notna().any():
        message = (
            f"`{quote(name)}` is not a known column, and `{unit}` is not there, so that figures would be read in "
            f"another unit than is written: rename it to `{unit}`, or to `_{quote(name)}` if it is a column of your own"
        )
        return "error", message
    numeric = any(isinstance(cell, float) for cell in found.cells[name].tolist())
    words = {_MONEY.get(word, word) for word in plain(name).split("_")}
    meant = [
        other
        for other in free
        if _is_money(found.schema.columns[other]) and (set(other.split("_")) <= words or _likeness(name, other))
    ]
    if not (is_input and numeric and meant):
        return "warning", f"`{quote(name)}` is not a known column and is ignored{suggest(name, free)}"
    default = meta(found.schema.columns[meant[0]])["default"]
    fate = "blank" if default is None else f"{default:g}"
    message = (
        f"`{quote(name)}` is not a known column, and `{meant[0]}` is missing, so it would be {fate} in every row: "
        f"rename it to `{meant[0]}`, or to `_{quote(name)}` if it is a column of your own"
    )
    return "error", message


def _likeness(name: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, plain(name), other).ratio() >= _MEANT


def _header(sheet: str, grid: Grid, schema: pa.DataFrameSchema, findings: Findings) -> dict[int, str]:
    """Column number -> name: the schema's where the header means one of its columns, else as the user wrote it."""
    known = list(schema.columns)
    folded = {plain(name): name for name in known}
    header: dict[int, str] = {}
    first_row = grid.rows.get(1, {})
    for column in sorted({*first_row, *(column for row, column in grid.troubles if row == 1)}):
        place = f"{letter(column)}1"
        cell = first_row.get(column)
        if (1, column) in grid.troubles:
            findings.at("error", sheet, place, grid.troubles[1, column].replace("a value", "a column name"))
        elif cell is None or (name := _name(cell)) == "":
            continue
        else:
            meant = name if name in known else folded.get(plain(name), name)
            if meant in header.values():
                first = next(letter(number) for number, other in header.items() if other == meant)
                findings.at("error", sheet, place, f"the column `{meant}` is there twice, also in {first}1: rename one")
                continue
            if meant != cell and meant in known:
                findings.at("warning", sheet, place, f"`{quote(cell)}` is read as the column `{meant}`")
            header[column] = meant
    return header


def _name(cell: Any) -> str:
    try:
        return text(cell)
    except CellError:
        return str(cell)


def _is_name(cell: Value | None) -> bool:
    """Whether a header cell holds a name, be it that of a column that is there twice and is not read."""
    return cell is not None and _name(cell) != ""


def check_header(found: Table, sheet: str, findings: Findings) -> None:
    """A fault for every required column that the table lacks, at the next free header cell."""
    free = len(found.declared) + len(found.own)
    if not found.declared:
        names = ", ".join(name for name in found.schema.columns if name not in list_remarks(found.schema))
        findings.at(
            "error", sheet, "A1", f"row 1 has no column name of this sheet: write the column names there ({names})"
        )
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
    beyond: dict[int, int] = {}
    for row, cells in grid.rows.items():
        for column in cells.keys() - header.keys():
            beyond.setdefault(column, row)
    for column, row in sorted(beyond.items()):
        if (1, column) not in grid.troubles and not _is_name(grid.rows.get(1, {}).get(column)):
            message = f"this column has values but no header in {letter(column)}1: it is ignored"
            findings.at("warning", sheet, f"{letter(column)}{row}", message)


def _rows(sheet: str, grid: Grid, header: dict[int, str], schema: pa.DataFrameSchema, findings: Findings) -> list[int]:
    """The numbers of the rows that say something in a declared column; remarks alone make no row."""
    idle = list_remarks(schema)
    count = [column for column, name in header.items() if name in schema.columns and name not in idle]
    beside = [column for column in header if column not in count]
    troubled = {row for row, column in grid.troubles if row > 1 and column in count}
    rows = []
    for number in sorted({*grid.rows, *troubled} - {1}):
        cells = grid.rows.get(number, {})
        if number in troubled or _says(cells, count):
            rows.append(number)
            continue
        noted = next((column for column in beside if _says(cells, [column])), None)
        if noted is not None and count:
            message = "this row has only notes and is ignored"
            findings.at("warning", sheet, f"{letter(noted)}{number}", message)
    return rows


def _says(cells: dict[int, Value], count: list[int]) -> bool:
    """Whether one of the columns in `count` is filled. A plain loop: it runs once per row."""
    for column in count:
        cell = cells.get(column)
        if cell is not None and not (isinstance(cell, str) and cell.isspace()):
            return True
    return False


def values(found: Table, sheet: str, findings: Findings) -> pd.DataFrame:
    """The declared columns of the table converted to their kinds; faulty and blank cells are missing values."""
    columns = {}
    for name in found.declared:
        cells = convert_column(found.cells[name], found.schema.columns[name])
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
