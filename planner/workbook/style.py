"""How workbooks look: colours, fonts and number formats, each said once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from planner.workbook.book import Look

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


def font(
    size: float = 11, colour: str = INK, *, bold: bool = False, italic: bool = False, **more: object
) -> dict[str, object]:
    """Letters of a size and colour, with further properties of their cell."""
    return {"font_size": size, "font_color": f"#{colour}", "bold": bold, "italic": italic, **more}


def result_format(values: pd.Series, unit: str) -> str:
    """The number format of a result column: shares in per cent, else as many decimals as its size asks for.

    What is shown is rounded; the cell keeps the full number.
    """
    if unit == "share" or unit.startswith("share of"):
        return PERCENT
    sizes = np.abs(pd.to_numeric(values, errors="coerce").to_numpy(float))
    sizes = sizes[sizes > 0]
    if not sizes.size or (sizes % 1 == 0).all():
        return WHOLE
    return sized_format(float(np.median(sizes)))


def sized_format(middle: float) -> str:
    """The number format of figures of a size: as many decimals as it asks for."""
    if middle >= 1000:
        return WHOLE
    if middle >= 10:
        return "#,##0.0"
    return "#,##0.000" if middle >= 0.01 else "0.00E+00"


def input_format(values: pd.Series) -> str:
    """The number format of an input column: as typed, with separators where all numbers are whole and some large."""
    sizes = np.abs(values.to_numpy(float))
    sizes = sizes[~np.isnan(sizes)]
    return WHOLE if (sizes >= 10_000).any() and (sizes % 1 == 0).all() else PLAIN


def header(*, needed: bool, remark: bool) -> Look:
    """How a column header looks: dark where the column must be filled, pale where it may, grey for remarks."""
    letters = font(11, "595959", italic=True) if remark else font(11, WHITE if needed else NAVY, bold=True)
    paper = GREY if remark else NAVY if needed else PALE
    place = {"align": "left", "valign": "vcenter", "indent": 1, "bottom": 1, "bottom_color": f"#{UNUSED}"}
    return letters | {"bg_color": f"#{paper}"} | place


def cell(
    number_format: str, *, words: bool = False, literal: bool = False, top: bool = False, wrap: bool = False
) -> Look:
    """How a cell of a table looks.

    `words` are set off from a number to their left; `literal` keeps text that begins with = a text when it is edited;
    `top` is for tables with a column in which long texts are on several lines, for which `wrap` is.
    """
    look: dict[str, object] = {"num_format": number_format}
    if top:
        look |= {"valign": "top"}
    if wrap:
        look |= {"text_wrap": True}
    if words:
        look |= {"align": "left", "indent": 1}
    if literal:
        look |= {"quote_prefix": True}
    return look


def width(header: str, values: Sequence[object], widest: int) -> float:
    """A column width that fits the header with its filter button, and the `values`, as far as `widest` allows."""
    lengths = [len(_format_shown(value)) for value in values if value is not None and value == value]
    return max(9, len(header) * 1.1 + 5, min(widest, max(lengths, default=0) * 1.05 + 3))


def _format_shown(value: object) -> str:
    return f"{value:,.3f}".rstrip("0") if isinstance(value, float) else str(value)
