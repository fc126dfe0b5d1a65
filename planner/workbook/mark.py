"""A copy of the user's own workbook in which every fault can be seen at its cell.

Faulty cells are filled (red: error, amber: warning, blue: info) and commented; a further sheet lists every issue with a
link to its cell. The copy is written by openpyxl, which keeps values, formulas, formats, drop-downs and other sheets,
but loses macros, charts, shapes, pictures where Pillow is not installed, and the stored results of formulas: the copy
has to be opened and saved once before it can itself be read. The original is never touched.
"""

import io
import os
import shutil
import warnings
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from planner.issues import Issue
from planner.sheets.issues import COLUMNS
from planner.surfaces import visible
from planner.workbook.names import plain, quote
from planner.workbook.package import Package, open_package, refuse
from planner.workbook.put import put_text
from planner.workbook.save import WriteError, is_special, reason, replace_file

_FILLS = {
    severity: PatternFill("solid", start_color=color, end_color=color)
    for severity, color in (("error", "FFFF7C80"), ("warning", "FFFFC000"), ("info", "FF9DC3E6"))
}
_ORDER = tuple(_FILLS)
_AUTHOR = "planner"
MARKED_BY = "planner check --mark"
"""Who a marked copy says has saved it last; any spreadsheet program that saves it says otherwise."""

_PROPERTIES = "docProps/core.xml"
_MOST_ROWS = 1_000_000
"""Issues that fit below each other in a sheet."""


def mark(source: str | Path, copy: str | Path, issues: Iterable[Issue]) -> str:
    """Write a copy of a workbook with its issues marked.

    A file at `copy` is replaced, in one step.

    Parameters
    ----------
    source
        The workbook; it is only read.
    copy
        The file to write; ends in .xlsx.
    issues
        What is marked in its cell and listed.

    Returns
    -------
    str
        Name of the sheet that lists the issues.

    Raises
    ------
    InputError
        `copy` is the original itself, does not end in .xlsx or cannot be written, or the original cannot be read or
        copied.
    """
    source, copy = Path(source), Path(copy)
    if copy.exists() and os.path.samefile(source, copy):
        raise refuse(f"{copy} is the workbook itself: name another file for the marked copy")
    if copy.suffix.lower() != ".xlsx":
        raise refuse(f"{copy.name} must end with .xlsx")
    if is_special(copy):
        raise refuse(reason(OSError(), copy))
    open_package(source)
    content = source.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of what it drops; the docstring above says it
            book = openpyxl.load_workbook(io.BytesIO(content))
            listing = _mark_cells(book, issues)
            marked = io.BytesIO()
            book.save(marked)
    except Exception as error:  # openpyxl has no error of its own for what it cannot read, nor for what it cannot write
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise refuse(
            f"{source.name} cannot be copied and marked ({quote(words)}): save it again in Excel first"
        ) from None
    try:
        replace_file(copy, lambda file: file.write(marked.getvalue()))
    except WriteError as error:
        raise refuse(str(error)) from error
    shutil.copymode(source, copy)
    return listing


def is_marked_copy(package: Package) -> bool:
    """Whether `mark` wrote the workbook, and no spreadsheet program has saved it since."""
    if _PROPERTIES not in package.archive.namelist():
        return False
    return f":lastModifiedBy>{MARKED_BY}<".encode() in package.part(_PROPERTIES)


def _mark_cells(book: Workbook, issues: Iterable[Issue]) -> str:
    """Mark the issues in `book`; returns the name of the listing sheet."""
    ordered = sorted(issues, key=lambda issue: _ORDER.index(issue.severity))
    titles = {issue.sheet: _title(book, issue.sheet) for issue in ordered}
    at: dict[tuple[str, str], list[Issue]] = defaultdict(list)
    for issue in ordered:
        title = titles[issue.sheet]
        if issue.cell and title is not None:
            at[title, issue.cell].append(issue)
    for (title, cell), found in at.items():
        _mark_cell(book[title], cell, found)
    book.properties.lastModifiedBy = MARKED_BY
    return _list_issues(book, ordered, titles)


def _title(book: Any, sheet: str) -> str | None:
    """The name that the sheet of an issue has in the workbook, where its spelling may be another."""
    titles = [page.title for page in book.worksheets]
    if sheet in titles:
        return sheet
    return next((title for title in titles if plain(title) == plain(sheet)), None)


def _mark_cell(sheet: Any, place: str, found: list[Issue]) -> None:
    cell = _anchor(sheet, sheet[place])
    cell.fill = _FILLS[found[0].severity]
    lines = [f"{issue.severity}: {issue.message}" for issue in found]
    if cell.comment is not None:
        lines.append(cell.comment.text)
    text = visible("\n\n".join(lines))[:32_000]
    cell.comment = Comment(text, _AUTHOR, height=60 + 20 * min(len(text) // 40, 12), width=320)


def _anchor(sheet: Any, cell: Any) -> Cell:
    """The cell that shows: of merged cells, the first."""
    if isinstance(cell, MergedCell):
        merged = next(merged for merged in sheet.merged_cells.ranges if cell.coordinate in merged)
        return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _list_issues(book: Any, ordered: list[Issue], titles: dict[str, str | None]) -> str:
    """Add the sheet that lists the issues, in front, under a name that is still free."""
    taken = {title.casefold() for title in book.sheetnames}
    name = next(name for number in range(1, 10_000) if (name := _number_name(number)) not in taken)
    sheet = book.create_sheet(name, 0)
    sheet.append(list(COLUMNS))
    for row, issue in enumerate(ordered[:_MOST_ROWS], 2):
        for column, value in enumerate((issue.severity, issue.sheet, issue.cell, issue.message), 1):
            put_text(sheet.cell(row, column), value)
        sheet.cell(row, 1).fill = _FILLS[issue.severity]
        title = titles[issue.sheet]
        if title is not None:
            _link(sheet.cell(row, 3), title, issue.cell or "A1")
    if len(ordered) > _MOST_ROWS:
        sheet.append([None, None, None, f"and {len(ordered) - _MOST_ROWS:,} more"])
    for letter, width in zip("ABCD", (10, 18, 10, 110), strict=True):
        sheet.column_dimensions[letter].width = width
        sheet[f"{letter}1"].font = Font(bold=True)
    sheet.freeze_panes = "A2"
    book.active = 0
    for page in book.worksheets:  # else Excel opens with two sheets selected, and types into both
        page.sheet_view.tabSelected = page is sheet
    return name


def _link(cell: Cell, title: str, place: str) -> None:
    """Make `cell` lead to the cell `place` of the sheet `title`."""
    cell.value = place
    quoted = title.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{place}")
    cell.font = Font(color="FF0563C1", underline="single")


def _number_name(number: int) -> str:
    return "issues" if number == 1 else f"issues_{number}"
