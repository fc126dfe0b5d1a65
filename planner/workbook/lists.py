"""Drop-downs for sheets that name a cell of another: its sheet, key and column, from lists in hidden sheets.

The names of the hidden sheets begin with `_`, so that the reader takes them for the user's own. Keys are put together
by formulas, so that rows that are added later are offered as well.
"""

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from planner.workbook.assist import ROOM
from planner.workbook.book import Book
from planner_models.schema import INPUTS, keys
from planner_models.schema.columns import list_remarks

POINTING = ("variants", "by_period", "evidence")
"""Sheets with columns sheet, key and column."""

COLUMNS, KEYS = "_columns", "_keys"

MOST_KEYS = 300
"""Rows of each sheet whose keys are offered."""


def add_lists(book: Book, sheets: Sequence[str]) -> None:
    """Add drop-downs to the sheets of a workbook that name cells of others.

    Parameters
    ----------
    book
        The workbook, with its input sheets.
    sheets
        Those that it has, in order.
    """
    pointing = [sheet for sheet in POINTING if sheet in sheets]
    if not pointing:
        return
    named = [sheet for sheet in sheets if sheet != "variants"]
    _write_columns(book, named)
    _write_keys(book, named)
    last = get_column_letter(len(named))
    for sheet in pointing:
        columns = list(INPUTS[sheet].columns)
        place = f"MATCH(${get_column_letter(columns.index('sheet') + 1)}2,{COLUMNS}!$A$1:${last}$1,0)-1"
        formulas = {
            "sheet": f"{COLUMNS}!$A$1:${last}$1",
            "key": _offer(KEYS, place, MOST_KEYS + 1),
            "column": _offer(COLUMNS, place, max(len(INPUTS[name].columns) for name in named)),
        }
        for column, formula in formulas.items():
            offered = {"validate": "list", "source": f"={formula}", "show_error": False}
            book.pages[sheet].sheet.data_validation(1, columns.index(column), ROOM - 1, columns.index(column), offered)


def _offer(title: str, place: str, most: int) -> str:
    """The filled cells of the column of a hidden sheet that belongs to the sheet named in the row."""
    whole = f"OFFSET({title}!$A$2:$A${most + 1},0,{place})"
    return f'OFFSET({title}!$A$2,0,{place},MAX(1,COUNTIF({whole},"?*")),1)'


def _write_columns(book: Book, named: Sequence[str]) -> None:
    hidden = book.add_page(COLUMNS)
    hidden.sheet.hide()
    for place, sheet in enumerate(named, 1):
        hidden.text(1, place, sheet)
        left_out = {*list_remarks(INPUTS[sheet]), *(["key"] if sheet == "settings" else [])}
        for row, column in enumerate([name for name in INPUTS[sheet].columns if name not in left_out], 2):
            hidden.text(row, place, column)


def _write_keys(book: Book, named: Sequence[str]) -> None:
    """Below each sheet `*`, and a formula for the key of each of its rows; the number of the row where it has none."""
    hidden = book.add_page(KEYS)
    hidden.sheet.hide()
    for place, sheet in enumerate(named, 1):
        hidden.text(1, place, sheet)
        hidden.text(2, place, "*")
        letters = [get_column_letter(list(INPUTS[sheet].columns).index(name) + 1) for name in keys(INPUTS[sheet])]
        for row in range(2, MOST_KEYS + 2):
            first = f"{sheet}!{letters[0] if letters else 'A'}{row}"
            parts = '&"|"&'.join(f'IF({sheet}!{letter}{row}="","*",{sheet}!{letter}{row})' for letter in letters)
            hidden.formula(row + 1, place, f'IF({first}="","",{parts or f"ROW({first})"})')
