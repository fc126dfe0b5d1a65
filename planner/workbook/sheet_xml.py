"""The XML of one sheet, read strictly: every stored cell once, at its place, or a fault that says where it is wrong.

Two readers do the same work. `_walk_sheet` follows every element with expat and knows all the ways in which a sheet may
be written. `_match_cells` knows only the one way in which spreadsheet programs write nearly all cells: it compares all
of the cells with a grammar of that form, which takes a third of the time, and hands over whatever differs by one
character.
What surrounds the cells is walked in both cases. Elements that stand where they have no meaning, cells, rows and values
that are stored twice, and comments with content in them are faults: a program that wrote them would be misunderstood.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from xml.parsers import expat

from planner.workbook.names import quote
from planner.workbook.stored import Decoder, StoredError, Value, text

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""The size of a sheet in Excel."""

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of worksheets, in the two forms of the standard."""

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
    """The letters of a column counted from 1: 1 -> A, 27 -> AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheet(data: bytes, decoder: Decoder) -> SheetCells:
    """The cells of the sheet whose XML is `data`. Raises XmlFault where it is no sheet that can be read in one way."""
    found = _match_cells(data, decoder)
    return _walk_sheet(data, decoder) if found is None else found


@cache
def _column(letters: bytes) -> int:
    number = 0
    for character in letters:
        number = number * 26 + character - 64
    return number


_REFERENCE = re.compile("([A-Z]{1,7})([1-9][0-9]{0,20})")
_NATURAL = re.compile("[1-9][0-9]{0,20}")
_OUTSIDE = f"is stored far outside the table: a sheet has {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns"
_RANGE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")


class _Walk:
    """The handlers of expat for one sheet, and what they have found."""

    def __init__(self, decoder: Decoder) -> None:
        self.found = SheetCells()
        self.decoder = decoder
        self.path: list[str] = []
        self.seen_rows: set[int] = set()
        self.seen_cells: dict[int, set[int]] = {}
        self.tables = 0
        self.row = self.column = 0
        self.cell: _OpenCell | None = None

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
                raise XmlFault("", "is no worksheet: its XML begins with another element")
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
            raise self.fault(f"after this cell, a row `{quote(number)}` is stored, which is no row")
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
                raise self.fault(f"after this cell, a cell `{quote(reference)}` is stored, which is no cell")
            column = _column(match.group(1).encode())
            if int(match.group(2)) != self.row:
                raise XmlFault(reference, f"this cell is stored in row {self.row}: it is unclear where it belongs")
        if column > MOST_COLUMNS:
            raise XmlFault(f"{letter(column)}{self.row}", f"{_OUTSIDE}: clear this cell")
        self.column = column
        if column in self.seen_cells[self.row]:
            raise self.fault("this cell is stored twice in the file")
        self.seen_cells[self.row].add(column)
        self.cell = _OpenCell(attributes.get("t", "n"), attributes.get("s", ""))

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isascii() and last.isascii() and first.isdecimal() and last.isdecimal():
            self.found.hidden_columns.append((int(first[:9]), int(last[:9])))

    def _range(self, reference: str) -> tuple[int, int, int, int]:
        match = _RANGE.fullmatch(reference)
        if match is None:
            raise XmlFault("", f"the merged range `{quote(reference)}` is no range of cells")
        left, top, right, bottom = match.groups()
        rows = sorted((int(top), int(bottom or top)))
        columns = sorted((_column(left.encode()), _column((right or left).encode())))
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
            value = _value(self.found, (self.row, self.column), self.cell, self.decoder)
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


class _OpenCell:
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
            self.trouble = f"holds an element `{quote(name)}`, which is no value: write its value again"

    def text(self, data: str) -> None:
        """Text inside the innermost element that is open."""
        if self.path == ["v"]:
            self.plain = (self.plain or "") + data
        elif self.path in (["is", "t"], ["is", "r", "t"]):
            self.inline = (self.inline or "") + data
        elif not data.isspace() and (not self.path or (self.path[0] == "is" and "rPh" not in self.path)):
            self.trouble = f'holds "{quote(data)}" outside of its value: write its value again'


_TWO = "holds two values: write one"


def _value(found: SheetCells, place: Place, cell: _OpenCell, decoder: Decoder) -> Value | None:
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


def _walk_sheet(data: bytes, decoder: Decoder) -> SheetCells:
    """All of the sheet, element by element."""
    walk = _Walk(decoder)

    _parse(data, walk)
    if walk.tables == 0:
        raise XmlFault("", "the file has no cells of this sheet, not even blank ones")
    return walk.found


def _parse(data: bytes, walk: _Walk) -> None:
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


_TEXT = rb"(?:[^<&\x00-\x08\x0b-\x1f]|&(?:amp|lt|gt|quot|apos);)*+"
_T = rb'<t(?: xml:space="preserve")?>'
_F = rb'(?:<f(?: [a-zA-Z0-9]+="[^"<&]*")*+(?:/>|>' + _TEXT + rb"</f>))"
_C = (
    rb'<c r="%s([A-Z]{1,3})%s([1-9][0-9]{0,6})"(?: s="%s([0-9]{1,6})")?+(?: t="%s([a-zA-Z]{1,9})")?+'
    rb"(?:/>|>%s(" + _F + rb")?+(?:<v>%s(" + _TEXT + rb")</v>|<is>" + _T + rb"%s(" + _TEXT + rb")</t></is>)?+</c>)"
)
_CELL = re.compile(_C.replace(b"%s", b""))
_ROW = (
    rb'<row r="%s([1-9][0-9]{0,6})"%s((?: [a-zA-Z0-9:]+="[^"<&]*")*+)(?:/>|>%s((?:'
    + _C.replace(b"%s(", b"(?:")
    + rb")*+)</row>)"
)
_ROWS = re.compile(rb"(?:" + _ROW.replace(b"%s(", b"(?:") + rb")*+")
_EACH_ROW = re.compile(_ROW.replace(b"%s", b""))
_HIDDEN = re.compile(rb' hidden="(?:1|true)"')
_MAY_BE_BLANK = (b"", b"n", b"s", b"str", b"b", b"inlineStr")
_NUMERIC = b"0123456789.eE+-"


def _match_cells(data: bytes, decoder: Decoder) -> SheetCells | None:
    """The cells where all are written in the usual way, otherwise None: then only the walk can tell."""
    first, last = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    start = first + len(b"<sheetData>")
    if first < 0 or last < 0 or b"<!" in data or data.find(b"<sheetData", start) >= 0 or b"]]>" in data:
        return None
    if b"\xef\xbf" in data and (b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data):
        return None
    match = _ROWS.match(data, start, last)
    if match is None or match.end() != last:
        return None
    usual = _Usual(decoder)
    try:
        if not all(map(usual.row, _EACH_ROW.finditer(data, start, last))):
            return None
        around = _Walk(decoder)
        rows = b"".join(b'<row r="%d"%b/>' % (number, rest) for number, rest in enumerate(usual.attributes, 1))
        _parse(data[:start] + rows + data[last:], around)
    except (UnicodeDecodeError, XmlFault):
        return None
    if around.tables != 1:
        return None
    usual.found.merged, usual.found.hidden_columns = around.found.merged, around.found.hidden_columns
    return usual.found


class _Usual:
    """Cells written in the usual way, and the values found so far; each method returns False where it must give up."""

    def __init__(self, decoder: Decoder) -> None:
        self.found = SheetCells()
        self.attributes: dict[bytes, None] = {}
        self._decoder = decoder
        self._last = 0
        self._texts: dict[bytes, Value | None] = {}
        self._numeric: dict[bytes, bool] = {}

    def row(self, match: re.Match[bytes]) -> bool:
        """Take the cells of a row."""
        digits, attributes, content = match.groups()
        number = int(digits)
        if number <= self._last or number > MOST_ROWS:
            return False
        self._last = number
        if attributes:
            self.attributes[attributes] = None
            if _HIDDEN.search(attributes):
                self.found.hidden_rows.add(number)
        if not content:
            return True
        values: dict[int, Value] = {}
        if not self._cells(number, digits, content, values):
            return False
        if values:
            self.found.rows[number] = values
        return True

    def _cells(self, number: int, digits: bytes, content: bytes, values: dict[int, Value]) -> bool:
        """Take the cells of a row; the two most frequent kinds at once, so that a sheet takes no longer than needed."""
        before = 0
        for letters, row, style, kind, formula, plain, inline in _CELL.findall(content):
            column = _column(letters)
            if row != digits or column <= before or column > MOST_COLUMNS:
                return False
            before = column
            if plain and not formula and (not kind or kind == b"n") and self._is_number(style):
                if plain.translate(None, _NUMERIC):
                    return False
                try:
                    value = float(plain)
                except ValueError:
                    return False
                if value - value != 0:
                    return False
                values[column] = value
            elif inline and kind == b"inlineStr" and not formula:
                if inline not in self._texts:
                    try:
                        self._texts[inline] = text(_unescape(inline))
                    except StoredError:
                        return False
                known = self._texts[inline]
                if known is not None:
                    values[column] = known
            elif not self._other((number, column), (style, kind, formula, plain, inline), values):
                return False
        return True

    def _is_number(self, style: bytes) -> bool:
        if style not in self._numeric:
            try:
                self._numeric[style] = self._decoder.form(style.decode()) == ""
            except StoredError:
                self._numeric[style] = False
        return self._numeric[style]

    def _other(self, place: Place, parts: tuple[bytes, ...], values: dict[int, Value]) -> bool:
        """Any other cell; those in which an empty element would mean something else than none are left to the walk."""
        style, kind, formula, plain, inline = parts
        if not plain:
            return not (formula or inline) and kind in _MAY_BE_BLANK
        cell = _OpenCell(kind.decode() or "n", style.decode())
        cell.formula = bool(formula)
        cell.plain = _unescape(plain)
        value = _value(self.found, place, cell, self._decoder)
        if value is not None:
            values[place[1]] = value
        return True


def _unescape(data: bytes) -> str:
    written = data.decode()
    if "&" not in written:
        return written
    for mark, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        written = written.replace(mark, sign)
    return written
