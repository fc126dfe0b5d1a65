"""Sheet `charts`: the charts that the first page has no room for, and heat maps in cells."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.chart._chart import ChartBase
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from planner.sheets.board import Chart, Curve, Map, Shades
from planner.workbook import style
from planner.workbook.drawing import draw_chart
from planner.workbook.heat import BAD, GOOD, MIDDLE
from planner.workbook.put import put_text

GALLERY = "charts"

_GALLERY_ROWS, _GALLERY_COLUMNS = 17, 8
"""Rows and columns that a chart takes on the sheet behind the summary."""


def add_gallery(
    book: Workbook, figures: Worksheet, charts: Sequence[Chart | Curve | Map], shaded: Sequence[Shades]
) -> None:
    """The sheet behind the summary with the charts that the page has no room for, two in a row, and heat maps below."""
    sheet = book.create_sheet(GALLERY, book.index(book["summary"]) + 1)
    sheet.sheet_view.showGridLines = False
    for number, chart in enumerate(charts):
        row, place = divmod(number, 2)
        area = (1 + (_GALLERY_ROWS + 1) * row, 1 + (_GALLERY_COLUMNS + 1) * place, _GALLERY_ROWS, _GALLERY_COLUMNS)
        put_chart(sheet, draw_chart(chart, figures), area)
    for place in range(1, 2 * _GALLERY_COLUMNS + 2):
        sheet.column_dimensions[get_column_letter(place)].width = 11
    for row in range(1, (_GALLERY_ROWS + 1) * -(-len(charts) // 2) + 1):
        sheet.row_dimensions[row].height = 15
    fit_width(sheet)
    row = (_GALLERY_ROWS + 1) * -(-len(charts) // 2) + 1
    for table in shaded:
        row = _add_shades(sheet, row, table) + 2


def _add_shades(sheet: Worksheet, top: int, table: Shades) -> int:
    """A table of figures in cells, shaded from the least to the most; its last row. Names take two columns."""
    put_text(sheet.cell(top, 1), table.message or table.title)
    sheet.cell(top, 1).font = Font(name="Calibri", size=12, bold=True, color=style.NAVY)
    if table.message:
        put_text(sheet.cell(top + 1, 1), table.title)
        sheet.cell(top + 1, 1).font = Font(name="Calibri", size=9, color="595959")
    for place, name in enumerate(table.frame.columns, 3):
        cell = sheet.cell(top + 2, place)
        put_text(cell, str(name))
        cell.font = Font(name="Calibri", bold=True, color=style.NAVY)
        cell.alignment = Alignment(horizontal="center", shrink_to_fit=True)
    rows = zip(table.frame.index, table.frame.to_numpy(), strict=True)
    for row, (name, values) in enumerate(rows, top + 3):
        put_text(sheet.cell(row, 1), str(name))
        for place, value in enumerate(values, 3):
            if value == value:
                cell = sheet.cell(row, place, float(value))
                cell.number_format = "0.00"
                cell.alignment = Alignment(horizontal="center")
    last = top + 2 + len(table.frame)
    middle = (table.least + table.most) / 2
    rule = ColorScaleRule("num", table.least, GOOD, "num", middle, MIDDLE, "num", table.most, BAD)
    area = f"C{top + 3}:{get_column_letter(2 + len(table.frame.columns))}{last}"
    sheet.conditional_formatting.add(area, rule)
    return last


def put_chart(sheet: Worksheet, picture: ChartBase, area: tuple[int, int, int, int]) -> None:
    """Put a chart over an area of cells, so that it is as wide as they are in any program."""
    row, column, rows, columns = area
    corners = [
        AnchorMarker(col=at, row=line) for at, line in ((column - 1, row - 1), (column - 1 + columns, row - 1 + rows))
    ]
    picture.anchor = TwoCellAnchor(editAs="oneCell", _from=corners[0], to=corners[1])
    sheet.add_chart(picture)


def fit_width(sheet: Worksheet) -> None:
    """Print a sheet landscape, as wide as the paper."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
