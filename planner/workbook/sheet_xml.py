"""The XML of one sheet, read strictly: every stored cell once, at its place, or a fault that says where it is wrong.

Two readers do the same work. `walk_sheet` follows every element and knows all the ways in which a sheet may be written.
`_match_cells` knows only the one way in which spreadsheet programs write nearly all cells: it compares all
of the cells with a grammar of that form, which takes a third of the time, and hands over whatever differs by one
character. What surrounds the cells is walked in both cases.
"""

import re

from planner.workbook.sheet_cells import (
    MOST_COLUMNS,
    MOST_ROWS,
    OpenCell,
    Place,
    SheetCells,
    XmlFault,
    decode_cell,
    number_column,
)
from planner.workbook.sheet_walk import SheetWalk, parse_sheet, walk_sheet
from planner.workbook.stored import Decoder, StoredError, Value, text


def read_sheet(data: bytes, decoder: Decoder) -> SheetCells:
    """The cells of the sheet whose XML is `data`. Raises XmlFault where it is no sheet that can be read in one way."""
    found = _match_cells(data, decoder)
    return walk_sheet(data, decoder) if found is None else found


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
        around = SheetWalk(decoder)
        rows = b"".join(b'<row r="%d"%b/>' % (number, rest) for number, rest in enumerate(usual.attributes, 1))
        parse_sheet(data[:start] + rows + data[last:], around)
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
            column = number_column(letters)
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
        cell = OpenCell(kind.decode() or "n", style.decode())
        cell.formula = bool(formula)
        cell.plain = _unescape(plain)
        value = decode_cell(self.found, place, cell, self._decoder)
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
