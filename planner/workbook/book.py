"""A workbook that is being written: XlsxWriter for all but the cells, which `rows` makes five times as fast."""

import datetime
import io
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from planner.surfaces import FORMULA_SIGNS
from planner.workbook.headings import MOST
from planner.workbook.rows import write_cell, write_row

Body: TypeAlias = Callable[[], Iterator[str]]
"""Makes the XML of the rows below those that a sheet has already."""

Look: TypeAlias = Mapping[str, object]
"""How a cell looks, as properties of XlsxWriter's formats."""

Area: TypeAlias = tuple[int, int, int, int]
"""First row and column of some cells, and how many rows and columns."""

MOMENT = (2000, 1, 1, 0, 0, 0)
"""The time that a workbook and all its parts carry, so that it makes no difference when a file was written."""

_PLAIN: Look = {}


class Book:
    """Sheets in the order in which they are added, with one format for all cells that look alike."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._file, {"in_memory": True})
        self._book.set_properties({"author": "planner", "created": datetime.datetime(*MOMENT)})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._headings: set[str] = set()
        self.pages: dict[str, Page] = {}

    def add_page(self, title: str, tab: str = "") -> "Page":
        """Add a sheet behind all others.

        Parameters
        ----------
        title
            Its name.
        tab
            Colour of its tab, six hexadecimal digits.

        Returns
        -------
        Page
            The sheet, as yet empty.
        """
        sheet = self._book.add_worksheet(title)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # names such as 2030 are text on purpose
        if tab:
            sheet.set_tab_color(f"#{tab}")
        page = self.pages[title] = Page(self, sheet)
        return page

    def format(self, look: Look) -> Format:
        """The format of cells that look so."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(dict(look))
        return self._formats[key]

    def heading(self, words: str) -> Look:
        """How a cell looks that shows `words` instead of the text that it holds; nothing new for "" or one too many."""
        if words and (words in self._headings or len(self._headings) < MOST):
            self._headings.add(words)
            return {"num_format": f';;;"{words}"'}
        return _PLAIN

    def number(self, look: Look) -> int:
        """The number by which the XML of cells refers to a format."""
        return int(self.format(look)._get_xf_index())

    def add_chart(self, chart: Chart) -> None:
        """Make a chart one of the workbook's, as its own `add_chart` does; `Page.put_chart` puts it somewhere."""
        chart.embedded, chart.date_1904, chart.remove_timezone = True, False, False
        self._book.charts.append(chart)

    def pack(self) -> bytes:
        """The workbook as an archive, with no cells in its sheets. Nothing can be added afterwards."""
        if not self._file.getvalue():
            self._book.close()
        return self._file.getvalue()


class Page:
    """A sheet that is being written; rows and columns count from 1, sizes are pixels.

    Its cells are turned into XML by `rows`, as those of its body are: every text goes through the same guards.
    """

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet = book, sheet
        self.body: Body | None = None
        self._cells: dict[int, dict[int, str]] = {}
        self._widths: dict[int, int] = {}
        self._heights: dict[int, float] = {}

    @property
    def title(self) -> str:
        """The name of the sheet."""
        return str(self.sheet.get_name())

    @property
    def last_row(self) -> int:
        """The last row that has a cell, 0 before there is one; those of the body do not count."""
        return max(self._cells, default=0)

    def text(self, row: int, column: int, text: str, look: Look = _PLAIN) -> None:
        """Put text into a cell: never a formula, never what XML cannot hold; a blank cell where it is empty."""
        if text.startswith(FORMULA_SIGNS):
            look = dict(look) | {"quote_prefix": True}
        self._put(row, column, write_cell(text, self.book.number(look)) or f' s="{self.book.number(look)}"/>')

    def figure(self, row: int, column: int, value: float, look: Look = _PLAIN) -> None:
        """Put a finite number into a cell."""
        self._put(row, column, write_cell(value, self.book.number(look)))

    def formula(self, row: int, column: int, formula: str) -> None:
        """Put a formula of our own, without its equals sign, into a cell; programs work it out when they open it."""
        self._put(row, column, f' s="0"><f>{escape(formula)}</f></c>')

    def _put(self, row: int, column: int, xml: str) -> None:
        self._cells.setdefault(row, {})[column] = xml

    def merge(self, area: Area, text: str, look: Look = _PLAIN) -> None:
        """Put text over several cells, which become one."""
        row, column, rows, columns = area
        for line in range(row, row + rows):
            for place in range(column, column + columns):
                self.text(line, place, "", look)
        self.text(row, column, text, look)
        self.sheet.merge_range(row - 1, column - 1, row + rows - 2, column + columns - 2, "")

    def link(self, row: int, column: int, title: str, look: Look = _PLAIN) -> None:
        """Put the title of another sheet into a cell, which leads there."""
        self.text(row, column, title, look)
        self.sheet.write_url(row - 1, column - 1, f"internal:'{title}'!A1", string=title)

    def widen(self, column: int, pixels: float, look: Look | None = None) -> None:
        """Set the width of a column, and how its empty cells look."""
        self._widths[column] = round(pixels)
        shown = self.book.format(look) if look else None
        self.sheet.set_column_pixels(column - 1, column - 1, round(pixels), shown)

    def heighten(self, row: int, pixels: float) -> None:
        """Set the height of a row."""
        self._heights[row] = pixels
        self.sheet.set_row_pixels(row - 1, round(pixels))

    def put_chart(self, chart: Chart, area: Area) -> None:
        """Put a chart over an area of cells, so that it is as wide as they are in any program."""
        row, column, rows, columns = area
        width = sum(self._widths.get(place, 64) for place in range(column, column + columns))
        height = sum(round(self._heights.get(place, 20)) for place in range(row, row + rows))
        self.book.add_chart(chart)
        chart.set_size({"width": width, "height": height})
        self.sheet.insert_chart(row - 1, column - 1, chart, {"object_position": 2})

    def fit_width(self) -> None:
        """Print the sheet landscape, as wide as the paper."""
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)

    def rows(self) -> Iterator[str]:
        """The XML of all rows."""
        yield "".join(write_row(row, self._cells.get(row, {}), self._heights.get(row)) for row in self._filled())
        if self.body is not None:
            yield from self.body()

    def _filled(self) -> list[int]:
        return sorted({*self._cells, *self._heights})
