"""A sheet of a workbook with the changes of the page in it, as its grid shows it; read in a process of its own."""

import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from planner.interface.instances import InstanceFile, check
from planner.issues import InputError, Issue
from planner.workbook.patching.change_list import CellChange
from planner.workbook.patching.patch import OpenBook, patch_workbook
from planner.workbook.patching.positions import parse_range
from planner.workbook.read import open_instance
from planner.workbook.sheet_cells import letter

ROWS = 100
"""Rows of a sheet that are shown at a time."""

MOST_COLUMNS = 60
_SPARE = 5
"""Blank rows below the last, to write into."""


@dataclass(frozen=True)
class Wanted:
    """What is to be shown: a workbook, the changes in it, a sheet ("" for the first), and a cell or the first row."""

    path: Path
    changes: tuple[CellChange, ...]
    sheet: str = ""
    cell: str = ""
    top: int = 1


@dataclass(frozen=True)
class ShownCell:
    """A cell as the grid shows it: its name, its text, what is wrong with it, and whether it was changed here."""

    name: str
    text: str
    issues: tuple[Issue, ...]
    is_changed: bool

    @property
    def severity(self) -> str:
        """The worst that is said of it; "" for nothing."""
        return min((issue.severity for issue in self.issues), key=("error", "warning", "info").index, default="")


@dataclass(frozen=True)
class SheetView:
    """A part of a sheet: names of the columns, rows with their numbers, all sheets with their errors, and issues.

    `has_formulas` says that some of the sheet's values are results of formulas, which are as they were saved last.
    """

    sheet: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[ShownCell, ...]], ...]
    last_row: int
    sheets: tuple[tuple[str, int], ...]
    issues: tuple[Issue, ...]
    has_formulas: bool


def make_changed(wanted: Wanted) -> bytes:
    """The workbook with the changes in it. Raises InputError where one cannot be made."""
    return patch_workbook(wanted.path, wanted.changes).content


def find_issues_of_changed(wanted: Wanted) -> tuple[Issue, ...]:
    """Everything that is wrong with the changed workbook, also what joins several sheets; errors first."""
    with tempfile.TemporaryDirectory(prefix="planner-") as folder:
        path = _write_changed(wanted, Path(folder))
        try:
            found = check(InstanceFile(open_instance(path)))
        except InputError as fault:
            found = fault.issues
    return tuple(sorted(found, key=lambda issue: ("error", "warning", "info").index(issue.severity)))


def judge_edit(wanted: Wanted) -> str:
    """What the last of the changes finds in its cell. Raises InputError where it cannot be made."""
    made = patch_workbook(wanted.path, wanted.changes).made
    place = wanted.changes[-1].place
    return next((change.old or "" for change in made if change.place == place), "")


def view_sheet(wanted: Wanted) -> SheetView:
    """A part of a sheet of the changed workbook, with what its cells are read as wrong for."""
    with tempfile.TemporaryDirectory(prefix="planner-") as folder:
        path = _write_changed(wanted, Path(folder))
        book = OpenBook(path)
        try:
            issues = open_instance(path).reading().issues
        except InputError as fault:
            issues = fault.issues
    title = book.find_title(wanted.sheet) or book.package.sheets[0][0]
    faults = [replace(issue, sheet=book.find_title(issue.sheet) or issue.sheet) for issue in issues]
    sheet = book.sheet(title)
    last_row = max(sheet.cells.rows, default=1)
    columns = max((column for cells in sheet.cells.rows.values() for column in cells), default=1) + 1
    top = _find_top(wanted, last_row)
    by_cell: dict[str, list[Issue]] = defaultdict(list)
    for issue in faults:
        if issue.sheet == title:
            by_cell[issue.cell].append(issue)
    changed = {change.cell for change in wanted.changes if book.find_title(change.sheet) == title}
    letters = tuple(letter(column) for column in range(1, min(columns, MOST_COLUMNS) + 1))
    rows = tuple(
        (
            row,
            tuple(
                ShownCell(name, sheet.show((row, column)), tuple(by_cell.get(name, ())), name in changed)
                for column, name in ((at, f"{letters[at - 1]}{row}") for at in range(1, len(letters) + 1))
            ),
        )
        for row in range(top, min(top + ROWS, last_row + _SPARE + 1))
    )
    counts = tuple(
        (name, sum(issue.severity == "error" and issue.sheet == name for issue in faults))
        for name, _ in book.package.sheets
    )
    return SheetView(title, letters, rows, last_row, counts, tuple(faults), bool(sheet.cells.formulas))


def _write_changed(wanted: Wanted, folder: Path) -> Path:
    """The workbook to read: itself, or with its changes under the same name in a folder."""
    if not wanted.changes:
        return wanted.path
    path = folder / wanted.path.name
    path.write_bytes(patch_workbook(wanted.path, wanted.changes, calculate=False).content)
    return path


def _find_top(wanted: Wanted, last_row: int) -> int:
    """The first row to show, so that the cell that is asked for is among them."""
    span = parse_range(wanted.cell) if wanted.cell else None
    row = span[0] if span else wanted.top
    return max(1, min(row, last_row + _SPARE) - 1) // ROWS * ROWS + 1
