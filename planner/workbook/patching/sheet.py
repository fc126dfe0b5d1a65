"""The XML of one sheet with some of its cells changed; what may not be changed is refused with the reason."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from planner.workbook.patching.content import Content, translate, write_content
from planner.workbook.patching.positions import (
    Element,
    Range,
    StoredCell,
    StoredRow,
    StoredSheet,
    find_after,
    parse_range,
    splice,
)
from planner.workbook.sheet_cells import Place, letter
from planner.workbook.stored import Decoder

Piece = tuple[int, int, bytes]
_SPANS = re.compile(rb' spans="([0-9]+):([0-9]+)"')
_WHOLE_RANGES = ("array", "dataTable")
"""Formulas that fill a range of cells, none of which can be changed alone."""


@dataclass(frozen=True)
class Obstacle:
    """A range of cells that cannot be changed one by one, and why, going on from the name of a cell."""

    span: Range
    words: str
    is_merged: bool

    def bars(self, place: Place) -> bool:
        """Whether a cell cannot be changed; of merged cells the first can."""
        return _is_in(place, self.span) and not (self.is_merged and place == self.span[:2])


def list_obstacles(sheet: StoredSheet) -> list[Obstacle]:
    """The merged ranges of a sheet, and those that one formula fills."""
    found = [
        Obstacle(span, f"is hidden under the merged cells {_name(span)}: change {letter(span[1])}{span[0]}", True)
        for span in sheet.merged
    ]
    for row, cell in sheet.formulas():
        facts = cell.formula.attributes if cell.formula else {}
        span = parse_range(facts.get("ref", "")) if facts.get("t") in _WHOLE_RANGES else None
        if span and span[:2] != span[2:]:
            place = f"{letter(cell.column)}{row}"
            words = f"is part of the formula in {place}, which fills {_name(span)}: change that first"
            found.append(Obstacle(span, words, False))
    return found


def _is_in(place: Place, span: Range) -> bool:
    return span[0] <= place[0] <= span[2] and span[1] <= place[1] <= span[3]


def _name(span: Range) -> str:
    return f"{letter(span[1])}{span[0]}:{letter(span[3])}{span[2]}"


def patch_sheet(sheet: StoredSheet, contents: Mapping[Place, Content], decoder: Decoder) -> bytes:
    """The XML of a sheet with `contents` in the cells of their places; every other byte is as it was.

    A cell that is there keeps its format. One that is not takes that of its row, of the cell above or of its column.
    """
    patch = _Patch(sheet, decoder)
    by_row: dict[int, dict[int, Content]] = defaultdict(dict)
    for (row, column), content in contents.items():
        if content is not None or sheet.cell(row, column) is not None:
            by_row[row][column] = content
    patch.hand_over_shared({place for place in contents if sheet.cell(*place) is not None})
    patch.change_rows({row: dict(sorted(cells.items())) for row, cells in sorted(by_row.items())})
    patch.extend_dimension([(row, column) for row, cells in by_row.items() for column in cells])
    return splice(sheet.data, patch.pieces)


class _Patch:
    """The pieces of a sheet that are replaced."""

    def __init__(self, sheet: StoredSheet, decoder: Decoder) -> None:
        self.sheet, self.decoder = sheet, decoder
        self.pieces: list[Piece] = []
        head = sheet.data[sheet.table.start + 1 : sheet.table.opened]
        self.prefix = head[: head.index(b"sheetData")].decode()
        self.numbers = sorted(sheet.rows)

    def change_rows(self, rows: Mapping[int, Mapping[int, Content]]) -> None:
        """Change the cells of `rows`, which are sorted."""
        numbers, new = self.numbers, b""
        for number, cells in rows.items():
            stored = self.sheet.rows.get(number)
            if stored is not None:
                self._change_row(stored, cells)
                continue
            filled = b"".join(self._write(number, column, content) for column, content in cells.items())
            xml = f'<{self.prefix}row r="{number}">'.encode() + filled + f"</{self.prefix}row>".encode()
            after = find_after(numbers, number)
            if after is not None:
                at = self.sheet.rows[after].element.start
                self.pieces.append((at, at, xml))
            else:
                new += xml
        if new:
            self._append(self.sheet.table, [row.element for row in self.sheet.rows.values()], new)

    def _change_row(self, row: StoredRow, cells: Mapping[int, Content]) -> None:
        columns, new = sorted(row.cells), b""
        for column, content in cells.items():
            xml = self._write(row.number, column, content)
            stored, after = row.cells.get(column), find_after(columns, column)
            if stored is not None:
                self.pieces.append((stored.element.start, stored.element.end, xml))
            elif after is not None:
                at = row.cells[after].element.start
                self.pieces.append((at, at, xml))
            else:
                new += xml
        if new:
            self._append(row.element, [cell.element for cell in row.cells.values()], new)
        self._widen(row.element, min(cells), max(cells))

    def _append(self, parent: Element, inside: list[Element], xml: bytes) -> None:
        """Put `xml` behind the last of the elements of a kind in `parent`."""
        if parent.is_empty:
            tag = self.sheet.data[parent.start : parent.opened]
            self.pieces.append((parent.opened - 2, parent.opened, b">" + xml + f"</{_tag_name(tag)}>".encode()))
        else:
            at = inside[-1].end if inside else parent.opened
            self.pieces.append((at, at, xml))

    def _widen(self, row: Element, first: int, last: int) -> None:
        """Let the columns that a row is said to have, for programs that believe it, be those that it has."""
        match = _SPANS.search(self.sheet.data, row.start, row.opened)
        if match is None:
            return
        low, high = min(int(match[1]), first), max(int(match[2]), last)
        if (low, high) != (int(match[1]), int(match[2])):
            self.pieces.append((match.start(), match.end(), f' spans="{low}:{high}"'.encode()))

    def extend_dimension(self, places: list[Place]) -> None:
        """Let the range that the sheet is said to have cover `places`."""
        element = self.sheet.dimension
        span = parse_range(element.attributes.get("ref", "")) if element else None
        if element is None or span is None or all(_is_in(place, span) for place in places):
            return
        rows, columns = [row for row, _ in places], [column for _, column in places]
        wide = (min(span[0], *rows), min(span[1], *columns), max(span[2], *rows), max(span[3], *columns))
        tag = self.sheet.data[element.start : element.opened]
        new = re.sub(rb'ref="[^"]*"', f'ref="{_name(wide)}"'.encode(), tag, count=1)
        self.pieces.append((element.start, element.opened, new))

    def _write(self, row: int, column: int, content: Content) -> bytes:
        stored = self.sheet.cell(row, column)
        style = stored.style if stored is not None else self._find_style(row, column)
        return write_content(f"{letter(column)}{row}", style, content, self.decoder, self.prefix)

    def _find_style(self, row: int, column: int) -> str:
        """The format of a cell that is not stored yet."""
        stored = self.sheet.rows.get(row)
        if stored is not None and stored.element.attributes.get("customFormat") in ("1", "true"):
            return stored.element.attributes.get("s", "")
        before = bisect_left(self.numbers, row) - 1
        above = self.sheet.cell(self.numbers[before], column) if before >= 0 and self.numbers[before] > 1 else None
        if above is not None:
            return above.style
        return next((style for first, last, style in self.sheet.columns if first <= column <= last), "")

    def hand_over_shared(self, changed: set[Place]) -> None:
        """Give the text of a formula that several cells share to another of them, where the cell with it is changed."""
        members: dict[str, list[tuple[int, StoredCell]]] = defaultdict(list)
        for row, cell in self.sheet.formulas():
            if cell.formula is not None and cell.formula.attributes.get("t") == "shared":
                members[cell.formula.attributes.get("si", "")].append((row, cell))
        for identity, cells in members.items():
            first = next(((row, cell) for row, cell in cells if cell.formula and cell.formula.text), None)
            rest = [(row, cell) for row, cell in cells if (row, cell.column) not in changed]
            if first is not None and rest and (first[0], first[1].column) in changed:
                self._hand_over(identity, first, rest)

    def _hand_over(self, identity: str, first: tuple[int, StoredCell], rest: list[tuple[int, StoredCell]]) -> None:
        row, heir = rest[0]
        if first[1].formula is None or heir.formula is None or heir.formula.text:
            return
        place = f"{letter(heir.column)}{row}"
        written = translate(first[1].formula.text, f"{letter(first[1].column)}{first[0]}", place)
        rows, columns = [number for number, _ in rest], [cell.column for _, cell in rest]
        span = _name((min(rows), min(columns), max(rows), max(columns)))
        new = f'<{self.prefix}f t="shared" ref="{span}" si="{identity}">{escape(written)}</{self.prefix}f>'
        inside = self.sheet.data[heir.element.start : heir.element.end]
        name = re.escape(self.prefix.encode() + b"f")
        match = re.search(rb"<" + name + rb"(?:\s[^>]*)?(?:/>|>\s*</" + name + rb"\s*>)", inside)
        if match is not None:
            at = heir.element.start
            self.pieces.append((at + match.start(), at + match.end(), new.encode()))


def _tag_name(tag: bytes) -> str:
    match = re.match(rb"<([^\s/>]+)", tag)
    return match[1].decode() if match else ""
