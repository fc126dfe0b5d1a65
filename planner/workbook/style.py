"""How workbooks look: colours, fonts and number formats, each said once."""

from collections.abc import Sequence
from copy import copy
from functools import cache
from weakref import WeakKeyDictionary

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.worksheet import Worksheet

NAVY, BLUE, PALE, GREY, INK, WHITE = "1F3A5F", "2E75B6", "DCE6F1", "EDEDED", "262626", "FFFFFF"
"""Required headers and titles; accents; optional headers; remarks; text; paper."""

UNUSED = "BFBFBF"
"""Tabs of sheets that a plan does not heed."""

PALETTE = ("1F3A5F", "2E9CA6", "E3A32B", "C8553D", "7A8FA6", "6B9B57", "8E6C9E", "B9C4CF", "4C78A8", "D9A6A0")
"""Series of charts, in the order of use; told apart in print and by the colour-blind."""

PLAIN = "General"
TEXT = "@"
PERCENT = "0.0%"
POINTS = '0.0" percentage points"'
YEAR = "0"
DATE = "yyyy-mm-dd"
WHOLE = "#,##0"

_FONT = "Calibri"
HEADER = Font(name=_FONT, bold=True, color=WHITE)
OPTIONAL = Font(name=_FONT, bold=True, color=NAVY)
REMARK = Font(name=_FONT, italic=True, color="595959")
LINE = Side(style="thin", color="BFBFBF")


def result_format(values: pd.Series, unit: str) -> str:
    """The number format of a result column: shares in per cent, else as many decimals as its size asks for.

    What is shown is rounded; the cell keeps the full number.
    """
    if unit == "share" or unit.startswith("share of"):
        return PERCENT
    sizes = pd.to_numeric(values, errors="coerce").abs()
    sizes = sizes[sizes > 0]
    if sizes.empty or (sizes % 1 == 0).all():
        return WHOLE
    middle = sizes.median()
    if middle >= 1000:
        return WHOLE
    if middle >= 10:
        return "#,##0.0"
    return "#,##0.000" if middle >= 0.01 else "0.00E+00"


def input_format(values: pd.Series) -> str:
    """The number format of an input column: as typed, with separators where all numbers are whole and some large."""
    sizes = values.dropna().abs()
    return WHOLE if (sizes >= 10_000).any() and (sizes % 1 == 0).all() else PLAIN


def header_cell(cell: Cell, *, needed: bool, remark: bool) -> None:
    """Make `cell` a column header: dark where the column must be filled, pale where it may, grey for remarks."""
    known = _headers.setdefault(cell.parent.parent, {})
    if (needed, remark) in known:
        cell._style = copy(known[needed, remark])
        return
    cell.font = REMARK if remark else HEADER if needed else OPTIONAL
    cell.fill = fill(GREY if remark else NAVY if needed else PALE)
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    cell.border = Border(bottom=LINE)
    known[needed, remark] = copy(cell._style)


_headers: WeakKeyDictionary[Workbook, dict[tuple[bool, bool], StyleArray]] = WeakKeyDictionary()
"""The styles of the headers of each workbook: openpyxl takes long to find out that two are the same."""


@cache
def fill(colour: str) -> PatternFill:
    """A plain background."""
    return PatternFill("solid", start_color=colour, end_color=colour)


def style_number(sheet: Worksheet, number_format: str, *, words: bool = False, literal: bool = False) -> int:
    """The number by which cells of `sheet` refer to a style.

    `words` are set off from a number to their left; `literal` keeps text that begins with = a text when it is edited.
    """
    sample = Cell(sheet, row=1, column=1)
    sample.number_format = number_format
    if words:
        sample.alignment = Alignment(horizontal="left", indent=1)
    if literal:
        sample.quotePrefix = True
    return sample.style_id


def width(header: str, values: Sequence[object], widest: int = 42) -> float:
    """A column width that fits the header with its filter button, and the `values`, as far as `widest` allows."""
    lengths = [len(_format_shown(value)) for value in values if value is not None and value == value]
    return max(9, len(header) * 1.1 + 5, min(widest, max(lengths, default=0) * 1.05 + 3))


def _format_shown(value: object) -> str:
    return f"{value:,.3f}".rstrip("0") if isinstance(value, float) else str(value)
