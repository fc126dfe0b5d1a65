"""Sheet `dashboard`: a page for the board, as large as a screen; behind it sheet `summary`, and what charts remain."""

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.sheets.board import Chart, Curve, Map, Shades, Tile
from planner.sheets.comparison import share_in_points
from planner.workbook import style
from planner.workbook.book import Area, Page
from planner.workbook.drawing import draw_chart
from planner.workbook.figures import Figures

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


def fill_board(page: Page, summary: pd.DataFrame, board: Board, figures: Figures) -> None:
    """Fill sheet `dashboard`: title, status, headline figures, findings, and charts.

    `summary` is the table of sheet `summary`. The figures of the charts go to `figures`.
    """
    values = dict(zip(summary["metric"], summary["value"], strict=True))
    _lay_out(page)
    _title(page, str(values.get("name", "Plan")), _describe_status(values))
    _tiles(page, board.tiles[: _COLUMNS // 3])
    _findings(page, [str(value) for metric, value in values.items() if str(metric).startswith("brief ")])
    shown, _, across = _share_out(board)
    for chart, area in zip(shown, _places(len(shown), across), strict=True):
        page.put_chart(draw_chart(chart, figures), area)
    page.fit_width()
    page.sheet.fit_to_pages(1, 1)
    page.sheet.center_horizontally()
    page.sheet.print_area(0, 0, _FINDINGS + _LINES - 1, _COLUMNS - 1)


def list_further(board: Board) -> tuple[Sequence[Chart | Curve | Map], Sequence[Shades]]:
    """Charts and heat maps that the page has no room for."""
    return _share_out(board)[1], [chart for chart in board.charts if isinstance(chart, Shades)]


def _share_out(board: Board) -> tuple[Sequence[Chart | Curve | Map], Sequence[Chart | Curve | Map], int]:
    """The charts on the page, the others, and how many are beside each other."""
    pictures = [chart for chart in board.charts if not isinstance(chart, Shades)]
    most, across = (MOST_CHARTS - 1, 1) if _is_wide(pictures) else (MOST_CHARTS, board.across)
    return pictures[:most], pictures[most:], across


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


def fill_summary(page: Page, summary: pd.DataFrame) -> None:
    """Metric, value and unit below the header, each value in a format of its own, long texts on several lines."""
    for column, width in enumerate((308, 630, 210), 1):
        page.widen(column, width)
    fill_by_row(page, summary, 2)
    for row, value in enumerate(summary["value"], 2):
        lines = len(textwrap.wrap(value, 88)) if isinstance(value, str) else 1
        page.heighten(row, 20 * max(1, lines))


def fill_by_row(page: Page, frame: pd.DataFrame, first: int, *, wrap: bool = True) -> None:
    """The rows of `frame` from row `first` on, each number in a format that fits it and the `unit` of its row.

    Long texts are on several lines where `wrap` is set.
    """
    page.body = None
    for place, column in enumerate(frame, 1):
        for row, (value, unit) in enumerate(zip(frame[column], frame["unit"].astype(str), strict=True), first):
            if isinstance(value, int | float) and value == value:
                points = share_in_points(unit, str(column))
                plain = style.result_format(pd.Series([value]), unit.partition(" ")[0].rstrip(","))
                page.figure(row, place, value, _NUMBER | {"num_format": style.POINTS if points else plain})
            elif isinstance(value, str) and value:
                long = wrap and len(value) > 40
                page.text(row, place, value, _WORDS | {"valign": "top" if long else "vcenter", "text_wrap": long})


_NUMBER = {"align": "right", "valign": "vcenter"}
_WORDS = {"align": "left", "indent": 1}


def _lay_out(page: Page) -> None:
    """Columns of one width, rows of known heights, and nothing around them on the screen."""
    for place in range(1, _COLUMNS + 1):
        page.widen(place, _WIDTH)
    rows = _HEIGHTS | dict.fromkeys(range(_FINDINGS, _FINDINGS + _LINES), _LINE) | {_FINDINGS + _LINES: 18}
    for row, pixels in rows.items():
        page.heighten(row, pixels)
    page.sheet.hide_gridlines(2)
    page.sheet.hide_row_col_headers()
    page.sheet.set_zoom(100)


def _title(page: Page, name: str, status: str) -> None:
    line = {"bottom": 2, "bottom_color": f"#{style.NAVY}"}
    _put(page, (1, 1, 1, _COLUMNS), name, style.font(20, style.NAVY, bold=True))
    _put(page, (2, 1, 1, _COLUMNS), status, style.font(11, "595959") | line)


def _tiles(page: Page, shown: Sequence[Tile]) -> None:
    """Label, figure and detail in rows of their own, three columns for each tile."""
    box = {"bg_color": "#F3F6FA", "indent": 1, "shrink": True}
    edge = {"left": 5, "left_color": f"#{style.NAVY}"}
    small = style.font(10, "595959")
    for number, tile in enumerate(shown):
        size = 20 if len(tile.value) <= 15 else 15 if len(tile.value) <= 22 else 12
        looks = (small, style.font(size, style.NAVY, bold=True), small)
        column = 1 + 3 * number
        for row, text, look in zip(
            range(_TILES, _TILES + 3), (tile.label, tile.value, tile.detail), looks, strict=True
        ):
            _put(page, (row, column, 1, 3), text, look | box | edge)
            for place in (column + 1, column + 2):
                page.text(row, place, "", look | box)


def _findings(page: Page, sentences: Sequence[str]) -> None:
    """As many of the findings as fit, one below the other, left of the charts."""
    _put(page, (_FINDINGS, 1, 1, 6), "Findings", style.font(12, style.NAVY, bold=True))
    row, last = _FINDINGS + 1, _FINDINGS + _LINES
    shown = [f"{number}. {sentence}" for number, sentence in enumerate(sentences[:MOST_FINDINGS], 1)]
    size = next((size for size in _PRINT if sum(_rows(text, size) for text in shown) <= last - row), min(_PRINT))
    look = style.font(size, style.INK, top=1, top_color="#D9D9D9")
    for text in shown:
        rows = min(_rows(text, size), last - row)
        if rows < 1:
            break
        _put(page, (row, 1, rows, 6), _shorten(text, size, rows), look)
        row += rows
    _put(page, (last, 1, 1, 6), _MORE, style.font(9, "7F7F7F", italic=True))


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


def _put(page: Page, area: Area, text: str, look: dict[str, object]) -> None:
    """Text over an area; what is of several rows wraps."""
    wrapped = area[2] > 1
    place = {"align": "left", "valign": "top" if wrapped else "vcenter", "text_wrap": wrapped}
    page.merge(area, text, look | place)
