"""Sheet `summary`: the table in columns A to C, and beside it a page for the board."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from planner.sheets.board import Chart, Curve, Map, Tile
from planner.sheets.comparison import share_in_points
from planner.workbook import style
from planner.workbook.drawing import draw_chart, figures_sheet
from planner.workbook.put import put_text

_LEFT = 5
"""The page begins in column E."""

_COLUMNS = 18
_WIDTH = 11.5
"""Columns of the page and their width in characters; three per tile, six per chart."""

_LINE = 17.0
"""Height of a row in points."""

_LETTERS = 72
"""Letters that fit in a line of the brief."""

_CHARTS = (32.6, 11.6)
"""Width of a row of charts and its height in cm."""

_CHART_ROWS = 20

_NOTE = "The figures behind the charts stand on the last sheet."


@dataclass(frozen=True)
class Board:
    """What stands on the page beside the brief: headline figures, and charts, so many in a row."""

    tiles: Sequence[Tile]
    charts: Sequence[Chart | Curve | Map]
    across: int = 2


def add_board(book: Workbook, summary: pd.DataFrame, board: Board) -> None:
    """Make a page of sheet `summary`, which `book` has: title, headline figures, the brief, and charts.

    The figures behind the charts go to a last sheet.
    """
    sheet = book["summary"]
    values = dict(zip(summary["metric"], summary["value"], strict=True))
    for place in range(_COLUMNS):
        sheet.column_dimensions[get_column_letter(_LEFT + place)].width = _WIDTH
    sheet.column_dimensions[get_column_letter(_LEFT - 1)].width = 3
    _fill_table(sheet, summary)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 85
    for row in range(2, 90):
        sheet.row_dimensions[row].height = _LINE
    _title(sheet, str(values.get("name", "Plan")), str(values.get("status", "")))
    _tiles(sheet, board.tiles)
    sentences = [str(value) for metric, value in values.items() if metric.startswith("brief ")]
    end = _brief(sheet, sentences)
    figures = figures_sheet(book)
    width, height = _CHARTS[0] / board.across, _CHARTS[1]
    for number, chart in enumerate(board.charts):
        row, place = divmod(number, board.across)
        column = get_column_letter(_LEFT + 6 + 12 // board.across * place)
        sheet.add_chart(draw_chart(chart, figures, width, height), f"{column}{9 + _CHART_ROWS * row}")
    lines = -(-len(board.charts) // board.across)
    last = max(end, 9 + lines * _CHART_ROWS)
    # LibreOffice fits a page to the last cell that holds something, which merged rows below a sentence do not
    _text(sheet, (last, 0, 1, _COLUMNS), _NOTE, Font(name="Calibri", size=9, italic=True, color="7F7F7F"))
    _page(sheet, last)


def _fill_table(sheet: Worksheet, summary: pd.DataFrame) -> None:
    """Columns A to C below the header: metric, value and unit, each value in a format of its own."""
    sheet.column_dimensions["A"].width = 36
    sheet.column_dimensions["B"].width = 30
    sheet.column_dimensions["C"].width = 26
    fill_by_row(sheet, summary)


def fill_by_row(sheet: Worksheet, frame: pd.DataFrame, *, wrap: bool = True) -> None:
    """The rows of `frame` below the header, each number in a format that fits it and the `unit` of its row.

    Long texts stand on several lines where `wrap` is set.
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


def _title(sheet: Worksheet, name: str, status: str) -> None:
    _text(sheet, (2, 0, 1, _COLUMNS), name, Font(name="Calibri", size=20, bold=True, color=style.NAVY))
    _text(sheet, (3, 0, 1, _COLUMNS), status[:1].upper() + status[1:], Font(name="Calibri", size=12, color="595959"))
    sheet.row_dimensions[2].height = 30
    rule = Border(bottom=Side(style="medium", color=style.NAVY))
    for place in range(_COLUMNS):
        sheet.cell(3, _LEFT + place).border = rule


def _tiles(sheet: Worksheet, shown: Sequence[Tile]) -> None:
    """Label, figure and detail in rows 5 to 7, three columns each with a gap of paper between."""
    sheet.row_dimensions[4].height = 8
    sheet.row_dimensions[6].height = 30
    fonts = (Font(name="Calibri", size=10, color="595959"), None, Font(name="Calibri", size=10, color="595959"))
    for number, tile in enumerate(shown):
        large = Font(name="Calibri", size=20 if len(tile.value) <= 18 else 15, bold=True, color=style.NAVY)
        for row, (text, font) in enumerate(zip((tile.label, tile.value, tile.detail), fonts, strict=True), 5):
            _text(sheet, (row, 3 * number, 1, 3), text, font or large)
            for place in range(3):
                cell = sheet.cell(row, _LEFT + 3 * number + place)
                cell.fill = style.fill("F3F6FA")
                if place == 0:
                    cell.border = Border(left=Side(style="thick", color=style.PALETTE[number % len(style.PALETTE)]))
    sheet.row_dimensions[8].height = 10


def _brief(sheet: Worksheet, sentences: Sequence[str]) -> int:
    """The sentences from row 9 on, left of the charts; returns the row below them."""
    row = 9
    _text(sheet, (row, 0, 1, 6), "In brief", Font(name="Calibri", size=13, bold=True, color=style.NAVY))
    row += 1
    for sentence in sentences:
        lines = max(1, -(-len(sentence) // _LETTERS))
        _text(sheet, (row, 0, lines, 6), sentence, Font(name="Calibri", size=11, color=style.INK))
        row += lines + 1
    return row


def _text(sheet: Worksheet, area: tuple[int, int, int, int], text: str, font: Font) -> None:
    """Text over an area: its row, its place on the page, rows and columns."""
    row, place, rows, columns = area
    cell = sheet.cell(row, _LEFT + place)
    put_text(cell, text)
    cell.font = font
    cell.alignment = Alignment(
        horizontal="left", vertical="top" if rows > 1 else "center", wrap_text=rows > 1, indent=int(columns == 3)
    )
    last = _LEFT + place + columns - 1
    sheet.merge_cells(start_row=row, end_row=row + rows - 1, start_column=_LEFT + place, end_column=last)


def _page(sheet: Worksheet, last: int) -> None:
    """The page, and only it, is printed: landscape, on one sheet of paper."""
    sheet.print_area = f"{get_column_letter(_LEFT)}2:{get_column_letter(_LEFT + _COLUMNS - 1)}{last}"
    sheet.print_title_rows = None
    sheet.page_setup.fitToHeight = 1
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    sheet.print_options.horizontalCentered = True
