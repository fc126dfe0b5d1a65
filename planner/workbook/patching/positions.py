"""Where in the bytes of a part its elements are, so that some can be replaced and all others left alone.

Only parts that the strict reader has read are looked at here: what it refuses is not refused again.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

from planner.workbook.sheet_cells import number_column
from planner.workbook.sheet_walk import MAIN

_TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"|'[^']*'|[^"'>])*>""")
_REFERENCE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")

Range = tuple[int, int, int, int]
"""Top row, left column, bottom row, right column, counted from 1."""


@dataclass
class Element:
    """An element of a part: its first byte, the end of its start tag, and its end."""

    name: str
    attributes: dict[str, str]
    start: int
    opened: int
    end: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it is one tag, such as `<row r="1"/>`."""
        return self.end == self.opened


@dataclass
class StoredFormula:
    """The formula of a cell: its text, and what it shares with other cells."""

    attributes: dict[str, str]
    text: str = ""


@dataclass
class StoredCell:
    """A cell as it is stored."""

    element: Element
    column: int
    formula: StoredFormula | None = None
    plain: str | None = None
    inline: str | None = None

    @property
    def style(self) -> str:
        """The number of its format, "" for the usual one."""
        return self.element.attributes.get("s", "")

    @property
    def stored(self) -> str:
        """What is stored of its value, whatever it means."""
        return self.plain or self.inline or ""


@dataclass
class StoredRow:
    """A row as it is stored, with its cells in the order of the file."""

    element: Element
    number: int
    cells: dict[int, StoredCell] = field(default_factory=dict)


@dataclass
class StoredSheet:
    """A sheet as it is stored: its rows in the order of the file, and what is said of columns and ranges."""

    data: bytes
    table: Element = field(default_factory=lambda: Element("", {}, 0, 0))
    rows: dict[int, StoredRow] = field(default_factory=dict)
    columns: list[tuple[int, int, str]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    dimension: Element | None = None

    def cell(self, row: int, column: int) -> StoredCell | None:
        """The cell at a place, None where none is stored."""
        found = self.rows.get(row)
        return found.cells.get(column) if found else None

    @cached_property
    def shared(self) -> dict[str, tuple[int, StoredCell]]:
        """Row and cell that hold the text of each formula that several cells share, by its number."""
        return {
            cell.formula.attributes.get("si", ""): (row, cell)
            for row, cell in self.formulas()
            if cell.formula and cell.formula.text and cell.formula.attributes.get("t") == "shared"
        }

    def formulas(self) -> Iterable[tuple[int, StoredCell]]:
        """The cells with formulas, each after its row."""
        return ((row.number, cell) for row in self.rows.values() for cell in row.cells.values() if cell.formula)


def parse_range(reference: str) -> Range | None:
    """The cells that a reference names.

    Parameters
    ----------
    reference
        A cell or a range, such as "B2:C9".

    Returns
    -------
    tuple of int or None
        Top row, left column, bottom row and right column, counted from 1; None where it is not a reference.
    """
    match = _REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        return None
    left, top, right, bottom = match.groups()
    rows = sorted((int(top), int(bottom or top)))
    columns = sorted((number_column(left.encode()), number_column((right or left).encode())))
    return rows[0], columns[0], rows[1], columns[1]


class _Positions:
    """The handlers of expat that note where elements begin and end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.open: list[Element] = []

    def parse(self) -> None:
        self.parser.Parse(self.data, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        at = self.parser.CurrentByteIndex
        match = _TAG.match(self.data, at)
        space, _, name = tag.rpartition("}")
        element = Element(name, attributes, at, match.end() if match else at)
        self.entered(element, space)
        self.open.append(element)

    def _end(self, _tag: str) -> None:
        element = self.open.pop()
        if self.data[element.opened - 2 : element.opened] == b"/>":
            element.end = element.opened
        else:
            element.end = self.data.index(b">", self.parser.CurrentByteIndex) + 1
        self.left(element)

    def entered(self, element: Element, space: str) -> None:
        """An element begins."""

    def left(self, element: Element) -> None:
        """An element ends."""


class _Children(_Positions):
    """The elements directly below the root."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.found: list[Element] = []
        self.root: Element | None = None

    def left(self, element: Element) -> None:
        if len(self.open) == 1:
            self.found.append(element)
        elif not self.open:
            self.root = element


def list_children(data: bytes) -> list[Element]:
    """The elements directly below the root of a part, in order."""
    found = _Children(data)
    found.parse()
    return found.found


class _CellWalk(_Positions):
    """Rows, cells and ranges of a sheet."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.found = StoredSheet(data)
        self.parser.CharacterDataHandler = self._text
        self._row: StoredRow | None = None
        self._number = 0
        self._cell: StoredCell | None = None

    def entered(self, element: Element, space: str) -> None:
        inside = [parent.name for parent in self.open[1:]]
        if space not in MAIN:
            return
        if not inside and element.name == "sheetData":
            self.found.table = element
        elif not inside and element.name == "dimension":
            self.found.dimension = element
        elif inside == ["sheetData"] and element.name == "row":
            self._number = int(element.attributes.get("r", self._number + 1))
            self._row = self.found.rows[self._number] = StoredRow(element, self._number)
        elif inside == ["sheetData", "row"] and element.name == "c" and self._row is not None:
            reference = element.attributes.get("r")
            before = next(reversed(self._row.cells), 0)
            column = number_column(reference.rstrip("0123456789").encode()) if reference else before + 1
            self._cell = self._row.cells[column] = StoredCell(element, column)
        elif self._cell is not None and inside == ["sheetData", "row", "c"]:
            self._enter_value(element, self._cell)
        elif inside == ["cols"] and element.name == "col":
            first, last = element.attributes.get("min", ""), element.attributes.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.found.columns.append((int(first), int(last), element.attributes.get("style", "")))
        elif inside == ["mergeCells"] and element.name == "mergeCell":
            span = parse_range(element.attributes.get("ref", ""))
            self.found.merged += [span] if span else []

    @staticmethod
    def _enter_value(element: Element, cell: StoredCell) -> None:
        if element.name == "f":
            cell.formula = StoredFormula(element.attributes)
        elif element.name == "v":
            cell.plain = ""
        elif element.name == "is":
            cell.inline = ""

    def _text(self, data: str) -> None:
        if self._cell is None:
            return
        inside = [parent.name for parent in self.open[4:]]
        if inside == ["f"] and self._cell.formula is not None:
            self._cell.formula.text += data
        elif inside == ["v"]:
            self._cell.plain = (self._cell.plain or "") + data
        elif inside in (["is", "t"], ["is", "r", "t"]):
            self._cell.inline = (self._cell.inline or "") + data

    def left(self, element: Element) -> None:
        if self._cell is not None and element is self._cell.element:
            self._cell = None


def locate_cells(data: bytes) -> StoredSheet:
    """The rows and cells of a sheet whose XML is `data`, and where they are in it."""
    found = _CellWalk(data)
    found.parse()
    return found.found


def splice(data: bytes, pieces: Iterable[tuple[int, int, bytes]]) -> bytes:
    """`data` with some of it replaced: first byte, end, and what comes there; pieces at one place keep their order."""
    out, at = [], 0
    for start, end, new in sorted(pieces, key=lambda piece: piece[:2]):
        out += [data[at:start], new]
        at = end
    return b"".join([*out, data[at:]])


def find_after(numbers: list[int], number: int) -> int | None:
    """The first of sorted `numbers` above `number`."""
    at = bisect_left(numbers, number + 1)
    return numbers[at] if at < len(numbers) else None
