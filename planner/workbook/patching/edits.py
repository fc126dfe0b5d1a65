"""Changes by key, as `--set` takes them, turned into changes of cells of the workbook itself."""

from collections.abc import Iterator, Sequence

import pandas as pd

from planner.issues import InputError, Issue
from planner.workbook.patching.change_list import CellChange
from planner.workbook.patching.content import show_content
from planner.workbook.patching.patch import OpenBook, OpenSheet
from planner.workbook.read import draft_of
from planner.workbook.sheet_cells import letter
from planner.workbook.stored import Value
from planner.workbook.tables import Table
from planner_models.collector import collector_paused


@collector_paused()
def locate_changes(book: OpenBook, written: Sequence[str], note: str = "") -> list[CellChange]:
    """The cells that changes by key mean.

    Parameters
    ----------
    book
        The opened instance workbook.
    written
        Changes such as `sites[Plant A].opening_cost=120`, made in order.
    note
        Why they are made.

    Returns
    -------
    list of CellChange
        Cells that become another, each with what it holds; a column or a setting that is not there yet is added.

    Raises
    ------
    InputError
        A change finds nothing to change, or the workbook has no sheet for it.
    """
    draft = draft_of(book.package, book.path)
    changed: list[CellChange] = []
    for sheet, table in draft.change_tables(written).items():
        different = list(_list_differences(draft.tables[sheet], table))
        if not different:
            continue
        title = book.find_title(sheet)
        if title is None:
            message = f"the workbook has no sheet `{sheet}`: add it in your spreadsheet program, and name its columns"
            raise InputError([Issue("error", sheet, "", message)])
        changed += _place(book.sheet(title), table, different, note)
    return changed


def _list_differences(before: Table, after: Table) -> Iterator[tuple[str, int, Value | None]]:
    """Column, row and new value of the cells that differ."""
    for name in after.cells.columns:
        new = after.cells[name]
        old = before.cells[name] if name in before.cells else pd.Series(dtype=object)
        if new is old or new.equals(old):
            continue
        for row, value in new.items():
            was = old.get(row)
            if type(was) is not type(value) or was != value:
                yield name, int(str(row)), value


def _place(
    sheet: OpenSheet, table: Table, different: list[tuple[str, int, Value | None]], note: str
) -> Iterator[CellChange]:
    """The changes with the letters of their columns; new columns come behind all others, with their headings."""
    letters = dict(table.letters)
    used = max((column for row in sheet.stored.rows.values() for column in row.cells), default=0)
    for name, row, value in different:
        if name not in letters:
            used += 1
            letters[name] = letter(used)
            yield CellChange(sheet.title, f"{letters[name]}1", name, "", note, name)
        yield CellChange(sheet.title, f"{letters[name]}{row}", show_content(value), None, note, value)
