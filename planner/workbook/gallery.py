"""Sheet `charts`: the charts that the first page has no room for, and heat maps in cells."""

from collections.abc import Sequence

from planner.sheets.board import Chart, Curve, Map, Shades
from planner.workbook import style
from planner.workbook.book import Page
from planner.workbook.drawing import draw_chart
from planner.workbook.figures import Figures
from planner.workbook.heat import BAD, GOOD, shade

GALLERY = "charts"

_GALLERY_ROWS, _GALLERY_COLUMNS = 17, 8
"""Rows and columns that a chart takes on the sheet behind the summary."""


def fill_gallery(page: Page, figures: Figures, charts: Sequence[Chart | Curve | Map], shaded: Sequence[Shades]) -> None:
    """Fill a sheet with the charts that the first has no room for, two in a row, and heat maps below."""
    page.sheet.hide_gridlines(2)
    for place in range(1, 2 * _GALLERY_COLUMNS + 2):
        page.widen(place, 77)
    lines = (_GALLERY_ROWS + 1) * -(-len(charts) // 2)
    for row in range(1, lines + 1):
        page.heighten(row, 20)
    for number, chart in enumerate(charts):
        row, place = divmod(number, 2)
        area = (1 + (_GALLERY_ROWS + 1) * row, 1 + (_GALLERY_COLUMNS + 1) * place, _GALLERY_ROWS, _GALLERY_COLUMNS)
        page.put_chart(draw_chart(chart, figures), area)
    page.fit_width()
    row = lines + 1
    for table in shaded:
        row = _add_shades(page, row, table) + 2


def _add_shades(page: Page, top: int, table: Shades) -> int:
    """A table of figures in cells, shaded from the least to the most; its last row. Names take two columns."""
    page.text(top, 1, table.message or table.title, style.font(12, style.NAVY, bold=True))
    if table.message:
        page.text(top + 1, 1, table.title, style.font(9, "595959"))
    heading = style.font(11, style.NAVY, bold=True, align="center", shrink=True)
    for place, name in enumerate(table.frame.columns, 3):
        page.text(top + 2, place, str(name), heading)
    rows = zip(table.frame.index, table.frame.to_numpy(), strict=True)
    for row, (name, values) in enumerate(rows, top + 3):
        page.text(row, 1, str(name))
        for place, value in enumerate(values, 3):
            if value == value:
                page.figure(row, place, float(value), {"num_format": "0.00", "align": "center"})
    area = (top + 3, 3, len(table.frame), len(table.frame.columns))
    if not table.frame.empty:
        shade(page, area, ((table.least, GOOD), (table.most, BAD)))
    return top + 2 + len(table.frame)
