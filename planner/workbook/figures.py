"""The figures behind the charts of a workbook, which are on a last sheet that is hidden."""

from planner.surfaces import visible
from planner.workbook import style
from planner.workbook.book import Book, Look

SHEET = "_charts"
"""Holds the figures behind the charts; begins with _, so that the reader passes it by."""

_PLAIN: Look = {}


class Figures:
    """Cells that are known before their sheet is added, because charts on earlier sheets refer to them."""

    def __init__(self) -> None:
        self.last_row = 0
        self._texts: list[tuple[int, int, str, Look]] = []
        self._numbers: list[tuple[int, int, float, Look]] = []

    def text(self, row: int, column: int, text: str, look: Look = _PLAIN) -> None:
        """Put text into a cell; rows and columns count from 1."""
        self.last_row = max(self.last_row, row)
        self._texts.append((row, column, visible(text), look))

    def figure(self, row: int, column: int, value: float, look: Look = _PLAIN) -> None:
        """Put a number into a cell; rows and columns count from 1."""
        self.last_row = max(self.last_row, row)
        self._numbers.append((row, column, value, look))

    def title(self, text: str) -> int:
        """Put a title below what is there, after a blank row; the row of it."""
        row = self.last_row + 2 if self.last_row else 1
        self.text(row, 1, text, style.font(bold=True))
        return row

    def add_to(self, book: Book) -> None:
        """Add the sheet behind all others, hidden.

        XlsxWriter gets the values too, and puts them into the charts, for programs that do not look at the cells.
        """
        page = book.add_page(SHEET, style.UNUSED)
        page.widen(1, 182)
        for row, column, text, look in self._texts:
            page.text(row, column, text, look)
            page.sheet.write_string(row - 1, column - 1, text)
        for row, column, value, look in self._numbers:
            page.figure(row, column, value, look)
            page.sheet.write_number(row - 1, column - 1, value)
        page.sheet.hide()


def cells(top: int, left: int, bottom: int, right: int) -> list[str | int]:
    """A range of the sheet as charts refer to it; its bounds count from 1."""
    return [SHEET, top - 1, left - 1, bottom - 1, right - 1]
