"""The cells of one sheet: what is stored in each, what is wrong with it, and where."""

from dataclasses import dataclass, field
from functools import cache

from planner.workbook.names import quote
from planner.workbook.stored import Decoder, StoredError, Value

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""The size of a sheet in Excel."""

Place = tuple[int, int]
"""Row and column, counted from 1."""


class XmlFault(ValueError):
    """The XML of a sheet is wrong: `cell` is where, or the last cell before; the message goes on from there."""

    def __init__(self, cell: str, message: str) -> None:
        super().__init__(message)
        self.cell = cell


@dataclass
class SheetCells:
    """The filled cells of a sheet, by row and column.

    `troubles` says what is wrong with cells that have no usable value, `formulas` where a value comes from a formula,
    `merged` the ranges that are one cell to the eye (top, left, bottom, right), `hidden_rows` and `hidden_columns`
    (first and last) what is not shown.
    """

    rows: dict[int, dict[int, Value]] = field(default_factory=dict)
    troubles: dict[Place, str] = field(default_factory=dict)
    formulas: list[Place] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def letter(column: int) -> str:
    """The letters of a column.

    Parameters
    ----------
    column
        Number, counted from 1.

    Returns
    -------
    str
        1 is A, 27 is AA.
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@cache
def number_column(letters: bytes) -> int:
    number = 0
    for character in letters:
        number = number * 26 + character - 64
    return number


_TWO = "holds two values: write one"


class OpenCell:
    """A cell that the walk is in: its type, and what its elements hold so far."""

    def __init__(self, kind: str, style: str) -> None:
        self.kind, self.style = kind, style
        self.formula = False
        self.plain: str | None = None
        self.inline: str | None = None
        self.trouble = ""
        self.path: list[str] = []
        self._whole = False
        self._runs = 0

    def start(self, name: str) -> None:
        """An element begins inside the cell, or inside the elements of `path`."""
        if not self.path:
            self._start_value(name)
        elif self.path[0] in ("v", "f"):
            self.trouble = f"holds an element `{quote(name)}` inside its value: write its value again"
        elif self.path == ["is"]:
            if self._whole or (name == "t" and self._runs):
                self.trouble = _TWO if name in ("t", "r") else self.trouble
            elif name not in ("t", "r", "rPh", "phoneticPr"):
                self.trouble = f"holds an element `{quote(name)}` inside its text: write it again"
            self._whole |= name == "t"
            self._runs += name == "r"
        self.path.append(name)

    def _start_value(self, name: str) -> None:
        if name == "v":
            self.trouble = _TWO if self.plain is not None else self.trouble
            self.plain = ""
        elif name == "f":
            self.trouble = _TWO if self.formula else self.trouble
            self.formula = True
        elif name == "is":
            self.trouble = _TWO if self.inline is not None else self.trouble
            self.inline = ""
        elif name != "extLst":
            self.trouble = f"holds an element `{quote(name)}`, which is not a value: write its value again"

    def text(self, data: str) -> None:
        """Text inside the innermost element that is open."""
        if self.path == ["v"]:
            self.plain = (self.plain or "") + data
        elif self.path in (["is", "t"], ["is", "r", "t"]):
            self.inline = (self.inline or "") + data
        elif not data.isspace() and (not self.path or (self.path[0] == "is" and "rPh" not in self.path)):
            self.trouble = f'holds "{quote(data)}" outside of its value: write its value again'


def decode_cell(found: SheetCells, place: Place, cell: OpenCell, decoder: Decoder) -> Value | None:
    """The value of a cell; None where it is blank, or has a trouble, which is noted."""
    try:
        if cell.trouble:
            raise StoredError(cell.trouble)
        value = decoder.value(cell.kind, cell.style, cell.formula, cell.plain, cell.inline)
    except StoredError as trouble:
        found.troubles[place] = str(trouble)
        return None
    if cell.formula:
        found.formulas.append(place)
    return value
