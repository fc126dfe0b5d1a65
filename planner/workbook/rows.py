"""Rows as the XML of a sheet: what libraries do cell by cell, column by column and many times as fast."""

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from planner.surfaces import FORMULA_SIGNS, in_cell
from planner.words import count_noun

MOST_ROWS = 1_048_576
"""Rows a sheet can hold, the header included."""

_CHUNK = 20_000


def body(frame: pd.DataFrame, styles: Sequence[int], literal: int, moment: int, first: int = 2) -> Iterator[str]:
    """The rows of `frame` from row `first` on, in chunks of XML.

    `styles` are style numbers by column; `literal` is that of text which begins like a formula, `moment` that of dates.
    Blanks (None, NaN, NaT) make no cell. Raises ValueError where the sheet cannot hold the rows.
    """
    if len(frame) + first - 1 > MOST_ROWS:
        raise ValueError(f"{count_noun(len(frame), 'row')}: a sheet holds {MOST_ROWS - first + 1:,} below its header")
    for start in range(0, len(frame), _CHUNK):
        part = frame.iloc[start : start + _CHUNK]
        numbers = range(start + first, start + first + len(part))
        columns = [
            _cells(part.iloc[:, place], get_column_letter(place + 1), numbers, (style, literal, moment))
            for place, style in enumerate(styles)
        ]
        lines = zip(*columns, strict=True) if columns else iter(())
        yield "".join(f'<row r="{row}">{"".join(line)}</row>' for row, line in zip(numbers, lines, strict=True))


def _cells(column: pd.Series, letter: str, numbers: range, styles: tuple[int, int, int]) -> list[str]:
    """One cell per row; "" where blank."""
    values = column.tolist()
    if column.dtype.kind == "f" and all(map(math.isfinite, column.dropna())):
        style = styles[0]
        return [
            f'<c r="{letter}{row}" s="{style}"><v>{value!r}</v></c>' if value == value else ""
            for row, value in zip(numbers, values, strict=True)
        ]
    known: dict[tuple[type, Any], str] = {}
    cells = []
    for row, value in zip(numbers, values, strict=True):
        key = (type(value), value)
        rest = known.get(key)
        if rest is None:
            rest = known[key] = _rest(value, *styles)
        cells.append(f'<c r="{letter}{row}"{rest}' if rest else "")
    return cells


def _rest(value: Any, style: int, literal: int, moment: int) -> str:
    """What follows the place of a cell in its XML; "" for a blank."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA or value != value or value == "":
        return ""
    if isinstance(value, bool):
        return f' s="{style}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float) and math.isfinite(value):
        return f' s="{style}"><v>{value!r}</v></c>'
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return f' s="{moment}"><v>{to_excel(value)!r}</v></c>'
    text = str(value)
    shown = literal if text.startswith(FORMULA_SIGNS) else style
    return f' s="{shown}" t="inlineStr"><is><t xml:space="preserve">{escape(in_cell(text))}</t></is></c>'


def write_cell(value: str | float, style: int) -> str:
    """What follows the place of a cell of text or a number in its XML; "" for a blank."""
    return _rest(value, style, style, style)


def write_row(row: int, cells: Mapping[int, str], height: float | None = None) -> str:
    """A row as XML: cells by column, as `write_cell` makes them, and its height in pixels; None for the usual one."""
    high = "" if height is None else f' ht="{height * 0.75:g}" customHeight="1"'
    inside = "".join(f'<c r="{get_column_letter(column)}{row}"{cells[column]}' for column in sorted(cells))
    return f'<row r="{row}"{high}>{inside}</row>'
