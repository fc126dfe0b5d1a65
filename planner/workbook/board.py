"""Sheet `dashboard`: a page for the board, as large as a screen; behind it sheet `summary`, and what charts remain."""

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from planner.sheets.board import Chart, Curve, Map, Shades, Tile
from planner.sheets.comparison import share_in_points
from planner.workbook import style
from planner.workbook.drawing import draw_chart, figures_sheet
from planner.workbook.gallery import add_gallery, fit_width, put_chart
from planner.workbook.put import put_text

DASHBOARD = "dashboard"

MOST_FINDINGS, MOST_CHARTS = 5, 4

_COLUMNS, _WIDTH = 18, 68
"""Columns of the page and their width in pixels: three per tile, six for the findings, twelve for the charts.

Excel draws them as wide as that, LibreOffice an eighth wider: both have room for all.
"""

_TILES, _FINDINGS = 4, 8
"""The first rows of the tiles and of what is below them."""

_HEIGHTS = {1: 32, 2: 20, 3: 6, 4: 18, 5: 32, 6: 18, 7: 8}
"""Heights of the rows above the findings in pixels."""

_LINES, _LINE = 23, 20
"""Rows beside the charts and their height in pixels: with what is above them, a screen of 1440 by 900 holds all."""

_NARROW = 6
"""Columns of a waterfall whose names have room where two charts are beside each other."""

_PRINT = {10: (64, 17), 9: (71, 15)}
"""Letters that surely fit in a line of the findings, in Excel and in LibreOffice, and its pixels, by size of print."""

_FURTHER = " (further: sheet summary)."
"""Ends a text that the page has no room for."""

_MORE = "All figures: sheet summary. All sheets: sheet index."


@dataclass(frozen=True)
class Board:
    """What is on the page beside the findings: headline figures, and charts, at most so many in a row.

    The most important charts come first: the page has room for four, those after them are on a sheet of their own.
    """

    tiles: Sequence[Tile]
    charts: Sequence[Chart | Curve | Map | Shades]
    across: int = 2


def add_board(book: Workbook, summary: pd.DataFrame, board: Board) -> None:
    """Put sheet `dashboard` before all others: title, status, headline figures, findings, and charts.

    `book` must have sheet `summary`, which is filled with `summary`. Charts that the page has no room for go to sheet
    `charts` behind it, and the figures behind all of them to a last sheet.
    """
    _fill_table(book["summary"], summary)
    values = dict(zip(summary["metric"], summary["value"], strict=True))
    sheet = book.create_sheet(DASHBOARD, 0)
    _lay_out(sheet)
    _title(sheet, str(values.get("name", "Plan")), _describe_status(values))
    _tiles(sheet, board.tiles[: _COLUMNS // 3])
    _findings(sheet, [str(value) for metric, value in values.items() if str(metric).startswith("brief ")])
    figures = figures_sheet(book)
    pictures = [chart for chart in board.charts if not isinstance(chart, Shades)]
    shaded = [chart for chart in board.charts if isinstance(chart, Shades)]
    most, across = (MOST_CHARTS - 1, 1) if _is_wide(pictures) else (MOST_CHARTS, board.across)
    shown, others = pictures[:most], pictures[most:]
    for chart, area in zip(shown, _places(len(shown), across), strict=True):
        put_chart(sheet, draw_chart(chart, figures), area)
    _page(sheet)
    if others or shaded:
        add_gallery(book, figures, others, shaded)


def _is_wide(charts: Sequence[Chart | Curve | Map]) -> bool:
    """Whether the first chart has more columns than half of the width has room for their names."""
    first = charts[0] if charts else None
    return isinstance(first, Chart) and first.kind == "waterfall" and len(first.frame) > _NARROW


def _describe_status(values: dict[str, object]) -> str:
    """The status in words, with the time that it took."""
    status = str(values.get("status", ""))
    seconds = values.get("time to solve")
    taken = f" (solved in {seconds:,.0f} s)" if isinstance(seconds, int | float) and seconds >= 1 else ""
    return f"{status[:1].upper()}{status[1:]}{taken}"


def _places(count: int, across: int) -> list[tuple[int, int, int, int]]:
    """Row, column, rows and columns of each of up to four charts."""
    half = _LINES // 2
    above = [(_FINDINGS, 7, half, 12)]
    pair = [(_FINDINGS, 7, half, 6), (_FINDINGS, 13, half, 6)]
    below = [(_FINDINGS + half + 1, column, half, 6) for column in (7, 13)]
    if count == 2 and across > 1:
        return [(_FINDINGS, 7, _LINES, 6), (_FINDINGS, 13, _LINES, 6)]
    if count == 2:
        return [*above, (_FINDINGS + half + 1, 7, half, 12)]
    if count < 2:
        return [(_FINDINGS, 7, _LINES, 12)][:count]
    return [*above, *below] if count == 3 else [*pair, *below]


def _fill_table(sheet: Worksheet, summary: pd.DataFrame) -> None:
    """Columns A to C below the header: metric, value and unit, each value in a format of its own."""
    for column, width in zip("ABC", (44, 90, 30), strict=True):
        sheet.column_dimensions[column].width = width
    fill_by_row(sheet, summary)
    for row, value in enumerate(summary["value"], 2):
        lines = len(textwrap.wrap(value, 88)) if isinstance(value, str) else 1
        sheet.row_dimensions[row].height = 15.0 * max(1, lines)


def fill_by_row(sheet: Worksheet, frame: pd.DataFrame, *, wrap: bool = True) -> None:
    """The rows of `frame` below the header, each number in a format that fits it and the `unit` of its row.

    Long texts are on several lines where `wrap` is set.
    """
    for place, column in enumerate(frame, 1):
        for row, (value, unit) in enumerate(zip(frame[column], frame["unit"].astype(str), strict=True), 2):
            cell = sheet.cell(row, place)
            if isinstance(value, int | float) and value == value:
                cell.value = value
                points = share_in_points(unit, str(column))
                plain = style.result_format(pd.Series([value]), unit.partition(" ")[0].rstrip(","))
                cell.number_format = style.POINTS if points else plain
                cell.alignment = Alignment(horizontal="right", vertical="center")
            elif isinstance(value, str) and value:
                put_text(cell, value)
                long = wrap and len(value) > 40
                cell.alignment = Alignment(
                    horizontal="left", vertical="top" if long else "center", indent=1, wrap_text=long
                )


def _lay_out(sheet: Worksheet) -> None:
    """Columns of one width, rows of known heights, and nothing around them on the screen."""
    for place in range(1, _COLUMNS + 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTH / 7
    rows = _HEIGHTS | dict.fromkeys(range(_FINDINGS, _FINDINGS + _LINES), _LINE) | {_FINDINGS + _LINES: 18}
    for row, pixels in rows.items():
        sheet.row_dimensions[row].height = pixels * 0.75
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.showRowColHeaders = False
    sheet.sheet_view.zoomScale = 100


def _title(sheet: Worksheet, name: str, status: str) -> None:
    _text(sheet, (1, 1, 1, _COLUMNS), name, Font(name="Calibri", size=20, bold=True, color=style.NAVY))
    _text(sheet, (2, 1, 1, _COLUMNS), status, Font(name="Calibri", size=11, color="595959"))
    rule = Border(bottom=Side(style="medium", color=style.NAVY))
    for place in range(1, _COLUMNS + 1):
        sheet.cell(2, place).border = rule


def _tiles(sheet: Worksheet, shown: Sequence[Tile]) -> None:
    """Label, figure and detail in rows of their own, three columns for each tile."""
    small = Font(name="Calibri", size=10, color="595959")
    for number, tile in enumerate(shown):
        size = 20 if len(tile.value) <= 15 else 15 if len(tile.value) <= 22 else 12
        fonts = (small, Font(name="Calibri", size=size, bold=True, color=style.NAVY), small)
        column = 1 + 3 * number
        for row, text, font in zip(
            range(_TILES, _TILES + 3), (tile.label, tile.value, tile.detail), fonts, strict=True
        ):
            _text(sheet, (row, column, 1, 3), text, font, indent=1, shrink=True)
            for place in range(column, column + 3):
                cell = sheet.cell(row, place)
                cell.fill = style.fill("F3F6FA")
                if place == column:
                    cell.border = Border(left=Side(style="thick", color=style.NAVY))


def _findings(sheet: Worksheet, sentences: Sequence[str]) -> None:
    """As many of the findings as fit, one below the other, left of the charts."""
    heading = Font(name="Calibri", size=12, bold=True, color=style.NAVY)
    _text(sheet, (_FINDINGS, 1, 1, 6), "Findings", heading)
    line = Border(top=Side(style="thin", color="D9D9D9"))
    row, last = _FINDINGS + 1, _FINDINGS + _LINES
    shown = [f"{number}. {sentence}" for number, sentence in enumerate(sentences[:MOST_FINDINGS], 1)]
    size = next((size for size in _PRINT if sum(_rows(text, size) for text in shown) <= last - row), min(_PRINT))
    plain = Font(name="Calibri", size=size, color=style.INK)
    for text in shown:
        rows = min(_rows(text, size), last - row)
        if rows < 1:
            break
        _text(sheet, (row, 1, rows, 6), _shorten(text, size, rows), plain)
        for place in range(1, 7):
            sheet.cell(row, place).border = line
        row += rows
    _text(sheet, (last, 1, 1, 6), _MORE, Font(name="Calibri", size=9, italic=True, color="7F7F7F"))


def _rows(text: str, size: int) -> int:
    """Rows of the sheet that a text takes in print of a size."""
    letters, pixels = _PRINT[size]
    return math.ceil((len(textwrap.wrap(text, letters)) or 1) * pixels / _LINE)


def _shorten(text: str, size: int, rows: int) -> str:
    """A text as far as it fits into so many rows: whole sentences and clauses of it, or else whole words."""
    if _rows(text, size) <= rows:
        return text
    ends = [found.start() for found in re.finditer(r"(?<=[^\d])[.;] ", text)]
    for end in reversed(ends):
        if _rows(begun := text[:end] + _FURTHER, size) <= rows:
            return begun
    letters, pixels = _PRINT[size]
    return textwrap.shorten(text, rows * _LINE // pixels * (letters - 5), placeholder=" …" + _FURTHER)


def _text(
    sheet: Worksheet,
    area: tuple[int, int, int, int],
    text: str,
    font: Font,
    *,
    indent: int = 0,
    shrink: bool = False,
) -> None:
    """Text over an area: its row, its column, rows and columns; of one line, smaller letters where it is too long."""
    row, column, rows, columns = area
    cell = sheet.cell(row, column)
    put_text(cell, text)
    cell.font = font
    cell.alignment = Alignment(
        horizontal="left",
        vertical="top" if rows > 1 else "center",
        wrap_text=rows > 1,
        indent=indent,
        shrink_to_fit=shrink and rows == 1,
    )
    sheet.merge_cells(start_row=row, end_row=row + rows - 1, start_column=column, end_column=column + columns - 1)


def _page(sheet: Worksheet) -> None:
    """The page is printed on one sheet of paper, landscape."""
    sheet.print_area = f"A1:{get_column_letter(_COLUMNS)}{_FINDINGS + _LINES}"
    fit_width(sheet)
    sheet.page_setup.fitToHeight = 1
    sheet.print_options.horizontalCentered = True
