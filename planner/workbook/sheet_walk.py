"""The XML of one sheet, followed element by element with expat: all the ways in which a sheet may be written.

Elements that stand where they have no meaning, cells, rows and values that are stored twice, and comments with content
in them are faults: a program that wrote them would be misunderstood.
"""

import re
from xml.parsers import expat

from planner.workbook.names import quote
from planner.workbook.sheet_cells import (
    MOST_COLUMNS,
    MOST_ROWS,
    OpenCell,
    SheetCells,
    XmlFault,
    decode_cell,
    letter,
    number_column,
)
from planner.workbook.stored import Decoder

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of worksheets, in the two forms of the standard."""

_REFERENCE = re.compile("([A-Z]{1,7})([1-9][0-9]{0,20})")
_NATURAL = re.compile("[1-9][0-9]{0,20}")
_OUTSIDE = f"is stored far outside the table: a sheet has {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns"
_RANGE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")


class SheetWalk:
    """The handlers of expat for one sheet, and what they have found."""

    def __init__(self, decoder: Decoder) -> None:
        self.found = SheetCells()
        self.decoder = decoder
        self.path: list[str] = []
        self.seen_rows: set[int] = set()
        self.seen_cells: dict[int, set[int]] = {}
        self.tables = 0
        self.row = self.column = 0
        self.cell: OpenCell | None = None

    @property
    def place(self) -> str:
        """The cell that was entered last."""
        return f"{letter(max(self.column, 1))}{max(self.row, 1)}"

    def fault(self, message: str) -> XmlFault:
        """A fault at the cell that was entered last."""
        return XmlFault(self.place, message)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition("}")
        if self.cell is not None:
            self.cell.start(name if space in MAIN else "other")
            return
        if not self.path:
            if space not in MAIN or name != "worksheet":
                raise XmlFault("", "is not a worksheet: its XML begins with another element")
            self.path.append(name)
            return
        if space not in MAIN:
            name = "other"
        self._enter("/".join(self.path[1:4]), name, attributes)
        self.path.append(name)

    def _enter(self, inside: str, name: str, attributes: dict[str, str]) -> None:
        if inside == "" and name == "sheetData":
            self.tables += 1
            if self.tables > 1:
                raise self.fault("the sheet is stored twice in the file")
        elif inside == "sheetData":
            if name != "row":
                raise self.fault(f"after this cell, the element `{quote(name)}` is stored among rows")
            self._start_row(attributes)
        elif inside == "sheetData/row":
            if name == "c":
                self._start_cell(attributes)
            elif name != "extLst":
                raise self.fault(f"after this cell, the element `{quote(name)}` is stored among cells")
        elif inside == "mergeCells" and name == "mergeCell":
            self.found.merged.append(self._range(attributes.get("ref", "")))
        elif inside == "cols" and name == "col" and attributes.get("hidden") in ("1", "true"):
            self._hide_columns(attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", str(self.row + 1))
        if not _NATURAL.fullmatch(number):
            raise self.fault(f"after this cell, a row `{quote(number)}` is stored, which is not a row")
        if int(number) > MOST_ROWS:
            raise XmlFault(f"A{number}", f"{_OUTSIDE}: clear this row")
        self.row, self.column = int(number), 0
        if self.row in self.seen_rows:
            raise XmlFault(f"A{self.row}", f"row {self.row} is stored twice in the file")
        self.seen_rows.add(self.row)
        self.seen_cells = {self.row: set()}
        if attributes.get("hidden") in ("1", "true"):
            self.found.hidden_rows.add(self.row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        column = self.column + 1
        if reference is not None:
            match = _REFERENCE.fullmatch(reference)
            if match is None:
                raise self.fault(f"after this cell, a cell `{quote(reference)}` is stored, which is not a cell")
            column = number_column(match.group(1).encode())
            if int(match.group(2)) != self.row:
                raise XmlFault(reference, f"this cell is stored in row {self.row}: it is unclear where it belongs")
        if column > MOST_COLUMNS:
            raise XmlFault(f"{letter(column)}{self.row}", f"{_OUTSIDE}: clear this cell")
        self.column = column
        if column in self.seen_cells[self.row]:
            raise self.fault("this cell is stored twice in the file")
        self.seen_cells[self.row].add(column)
        self.cell = OpenCell(attributes.get("t", "n"), attributes.get("s", ""))

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isascii() and last.isascii() and first.isdecimal() and last.isdecimal():
            self.found.hidden_columns.append((int(first[:9]), int(last[:9])))

    def _range(self, reference: str) -> tuple[int, int, int, int]:
        match = _RANGE.fullmatch(reference)
        if match is None:
            raise XmlFault("", f"the merged range `{quote(reference)}` is not a range of cells")
        left, top, right, bottom = match.groups()
        rows = sorted((int(top), int(bottom or top)))
        columns = sorted((number_column(left.encode()), number_column((right or left).encode())))
        return rows[0], columns[0], rows[1], columns[1]

    def text(self, data: str) -> None:
        if self.cell is not None:
            self.cell.text(data)
        elif self.path[1:2] == ["sheetData"] and len(self.path) < 4 and not data.isspace():
            raise self.fault(f'after this cell, "{quote(data)}" is stored outside of all cells')

    def end(self, _tag: str) -> None:
        if self.cell is None:
            self.path.pop()
        elif self.cell.path:
            self.cell.path.pop()
        else:
            value = decode_cell(self.found, (self.row, self.column), self.cell, self.decoder)
            if value is not None:
                self.found.rows.setdefault(self.row, {})[self.column] = value
            self.cell = None
            self.path.pop()

    def comment(self, data: str) -> None:
        if self.cell is not None:
            self.cell.trouble = (
                "has an XML comment inside it, which no spreadsheet program writes: write its value again"
            )
        elif "<" in data:
            raise self.fault(
                "after this cell, content is hidden in an XML comment, which no spreadsheet program writes"
            )

    def instruction(self, _target: str, _data: str) -> None:
        if self.cell is not None:
            self.cell.trouble = "has an XML instruction inside it: write its value again"


def walk_sheet(data: bytes, decoder: Decoder) -> SheetCells:
    """All of the sheet, element by element."""
    walk = SheetWalk(decoder)

    parse_sheet(data, walk)
    if walk.tables == 0:
        raise XmlFault("", "the file has no cells of this sheet, not even blank ones")
    return walk.found


def parse_sheet(data: bytes, walk: SheetWalk) -> None:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    parser.CommentHandler, parser.ProcessingInstructionHandler = walk.comment, walk.instruction
    parser.StartDoctypeDeclHandler, parser.XmlDeclHandler = _refuse_doctype, _refuse_encoding
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise XmlFault("", "is not in UTF-8")
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise XmlFault(
            walk.place if walk.row else "", f"the XML of the sheet is damaged here or after it ({error})"
        ) from None


def _refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Only UTF-8 is read by both readers."""
    if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
        raise XmlFault("", f"is in the encoding {quote(encoding)} and not in UTF-8")


def _refuse_doctype(*_: object) -> None:
    raise XmlFault("", "holds XML entities, which no spreadsheet program writes")
