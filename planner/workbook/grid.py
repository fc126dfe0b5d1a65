"""A sheet as a grid of cell values, exactly as stored: no header, no types, no judgement.

Values come from calamine, which is fast but gives an empty text for three things: a blank cell, a formula without a
stored value, and an error such as #DIV/0!. It also allots memory for the whole rectangle between the first and the
last filled cell, which a single stray cell can make enormous. So each sheet's XML is looked at first; where it holds
anything but plain cells it is scanned cell by cell, otherwise one search tells that there is nothing to see.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import python_calamine

from planner.issues import InputError, Issue
from planner.workbook.package import DAMAGED, Package, refusal, well_formed

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""The size of a sheet in Excel."""

MOST_CELLS = 30_000_000
"""Cells in the rectangle of a sheet that are read: 28 columns of as many rows as Excel allows."""

_PREFIX = re.compile(rb"<((?:[\w.-]+:)?)worksheet[\s/>]")
_IRREGULAR = re.compile(rb'<c(?!ol)(?! r="[A-Z][1-9][0-9]{0,5}"(?: [a-z]{1,2}="[^"&<]*")*+/?>)')
"""A cell beyond column Z or row 999,999, or written in a way in which a search for bytes could miss something."""

_FORMULA = rb"(?:<f(?: [^>]*)?>[^<]*</f>|<f(?: [^>]*)?/>)"
_UNSET = re.compile(_FORMULA + rb"(?!<v>[^<])")
_ERROR = re.compile(rb'<c r="([A-Z][1-9][0-9]*)"[^>]* t="e"[^>]*>' + _FORMULA + rb"?<v>([^<]*)</v>")


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet. `rows[0]` is row 1; a blank is "". `troubles` tells what stands in cells without a usable
    value, by (row, column) counted from 1: "#DIV/0!" and the like, or "" for a formula without a stored value."""

    rows: list[list[Any]] = field(default_factory=list)
    troubles: dict[tuple[int, int], str] = field(default_factory=dict)


def letter(column: int) -> str:
    """The letters of a column counted from 1: 1 -> A, 27 -> AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_grids(package: Package, wanted: Iterable[str]) -> tuple[dict[str, Grid], list[Issue]]:
    """The grids of the `wanted` sheets, and faults of sheets that cannot be read (those are left out)."""
    parts = dict(package.sheets)
    sheets, troubles, faults = {}, {}, []
    for sheet in wanted:
        data = _filled_part(package.part(parts[sheet]))
        if not data:
            sheets[sheet] = b""
            continue
        name = f"{package.name}, sheet `{sheet}`,"
        well_formed(data, name)
        found = _searched(data) or _scanned(data, name)
        if _too_large(found):
            faults.append(
                Issue("error", sheet, found.farthest, "stands far outside the table: clear this cell, then save again")
            )
        else:
            sheets[sheet] = data
            troubles[sheet] = found
    return _grids(package, sheets, troubles), faults


def _filled_part(data: bytes) -> bytes:
    """The XML of a sheet up to its last row that holds anything; b"" where none does.

    Cells that are only formatted cost nothing this way, even a million rows of them below the table.
    """
    root = _PREFIX.search(data)
    if root is None:
        return data
    prefix = root.group(1)
    end_of_cells = data.rfind(b"</" + prefix + b"sheetData")
    stop = end_of_cells if end_of_cells >= 0 else len(data)
    last = -1
    for mark in (b"v", b"is", b"f"):  # mostly <v> is the last, and only what follows it is searched for others
        last = max(last, data.rfind(b"<" + prefix + mark, max(last, 0), stop))
    if last < 0:
        return b""
    row_end = b"</" + prefix + b"row>"
    end = data.find(row_end, last)
    if end < 0:
        return data
    return data[: end + len(row_end)] + b"</" + prefix + b"sheetData></" + prefix + b"worksheet>"


def _searched(data: bytes) -> "_Scan | None":
    """What a walk over the cells would find, from a few searches; None where only the walk can tell."""
    if b'<c r="' not in data or _IRREGULAR.search(data):
        return None
    found = _Scan()
    errors = data.count(b't="e"')
    for match in _ERROR.finditer(data) if errors else ():
        found.errors[_place(match.group(1))] = match.group(2).decode(errors="replace").strip()
    if len(found.errors) != errors:
        return None
    for match in _UNSET.finditer(data) if b"<f" in data else ():
        start = data.rfind(b'<c r="', 0, match.start())
        tag = data[start : data.find(b">", start)]
        if b't="str"' not in tag:
            found.formulas.add(_place(tag[6 : tag.find(b'"', 6)]))
    return found


def _too_large(found: "_Scan") -> bool:
    outside = found.height > MOST_ROWS or found.width > MOST_COLUMNS
    return outside or found.height * found.width > MOST_CELLS


class _Scan:
    """What a walk over every cell of a sheet finds: the rectangle of filled cells, errors, and formulas.

    Places are judged strictly, because calamine takes any number for a row and may then ask for terabytes, which ends
    the process.
    """

    def __init__(self) -> None:
        self.height = self.width = 0
        self.farthest = ""
        self.errors: dict[tuple[int, int], str] = {}
        self.formulas: set[tuple[int, int]] = set()
        self._row = self._column = 0
        self._kind = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._column += 1
            if "r" in attributes:
                self._row, self._column = _place(attributes["r"].encode())
            self._kind = attributes.get("t", "n")
        elif name == "row":
            self._row = _place(b"A" + attributes["r"].encode())[0] if "r" in attributes else self._row + 1
            self._column = 0
        elif name in ("v", "f", "is"):
            place = (self._row, self._column)
            if place < (1, 1):
                raise ValueError("a value outside of all rows")
            if self._row > self.height or self._column > self.width:
                self.farthest = f"{letter(self._column)}{self._row}"
                self.height, self.width = max(self.height, self._row), max(self.width, self._column)
            if name == "f" and self._kind != "str":
                self.formulas.add(place)
            elif name == "v" and self._kind == "e":
                self.errors[place] = ""

    def text(self, data: str) -> None:
        """Text inside the cell that was entered last; wanted only of errors."""
        place = (self._row, self._column)
        if place in self.errors and self._kind == "e":
            self.errors[place] += data.strip()

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "c":
            self._kind = ""


def _scanned(data: bytes, name: str) -> _Scan:
    """Walk over all cells. Raises InputError where one is at no place that exists."""
    scan = _Scan()
    parser = expat.ParserCreate()
    parser.StartElementHandler = scan.start
    parser.CharacterDataHandler = scan.text
    parser.EndElementHandler = scan.end
    try:
        parser.Parse(data, True)
    except ValueError as error:
        raise refusal(f"{name} {DAMAGED} ({error})") from None
    return scan


_REFERENCE = re.compile(rb"([A-Z]{1,7})([1-9][0-9]{0,20})")


def _place(reference: bytes) -> tuple[int, int]:
    """Row and column of a cell, counted from 1. Raises ValueError where `reference` names none."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"no cell: {reference.decode(errors='replace')}")
    column = 0
    for character in match.group(1):
        column = column * 26 + character - 64
    return int(match.group(2)), column


def _grids(package: Package, sheets: dict[str, bytes], troubles: dict[str, _Scan]) -> dict[str, Grid]:
    """Values from calamine, which is handed a fresh archive of just these sheets, their strings and their styles."""
    filled = [sheet for sheet, data in sheets.items() if data]
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(_archive(package, [sheets[sheet] for sheet in filled]))
        grids = {sheet: Grid() for sheet in sheets}
        for number, sheet in enumerate(filled):
            rows = book.get_sheet_by_index(number).to_python(skip_empty_area=False)
            grids[sheet] = Grid(rows, _without_value(rows, troubles[sheet]))
    except (InputError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # calamine's panics are no Exceptions
        if isinstance(error, MemoryError):
            raise
        raise refusal(
            f"{package.name} cannot be read ({error}): open it in Excel or LibreOffice and save it again as .xlsx"
        ) from None
    return grids


def _without_value(rows: list[list[Any]], scan: _Scan) -> dict[tuple[int, int], str]:
    """Errors, and those formulas for which calamine gives a blank."""

    def value(row: int, column: int) -> Any:
        return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else ""

    unset = {place: "" for place in scan.formulas if value(*place) == ""}
    return unset | {place: text or "an error" for place, text in scan.errors.items()}


_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _archive(package: Package, sheets: list[bytes]) -> io.BytesIO:
    """A workbook of nothing but `sheets`, so that only what was checked reaches calamine."""
    shared = {"styles": package.styles, "sharedStrings": package.strings}
    targets = [(f"rId{number}", "worksheet", f"s{number}.xml", data) for number, data in enumerate(sheets)]
    for kind, member in shared.items():
        if member is not None:
            data = package.part(member)
            well_formed(data, package.name)
            targets.append((kind, kind, f"{kind}.xml", data))
    links = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/{kind}" Target="{t}"/>' for i, kind, t, _ in targets)
    names = "".join(f'<sheet name="s{n}" sheetId="{n + 1}" r:id="rId{n}"/>' for n in range(len(sheets)))
    properties = '<workbookPr date1904="1"/>' if package.date_1904 else ""
    root = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_TYPES}">{defaults}<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{_LINKS}">{root}</Relationships>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{properties}<sheets>{names}</sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_LINKS}">{links}</Relationships>')
        for _, _, target, data in targets:
            archive.writestr(f"xl/{target}", data)
    buffer.seek(0)
    return buffer
