"""The sheets of a workbook as grids of cell values, exactly as stored: no header, no types, no judgement.

A grid holds filled cells only, so a stray cell far away costs nothing. A range of merged cells is one cell to the eye,
but is stored as a value at its corner and blanks: the value is given to every cell of the range.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from planner.issues import Issue
from planner.words import count_noun
from planner.workbook.names import quote
from planner.workbook.package import DAMAGED, Package, refuse
from planner.workbook.sheet_cells import SheetCells, XmlFault, letter
from planner.workbook.sheet_xml import read_sheet
from planner.workbook.stored import Decoder, StoredError, Value, formats, text

__all__ = ["Grid", "letter", "read_grids"]


@dataclass
class Grid:
    """The filled cells of a sheet: `rows[row][column]`, both counted from 1. `troubles` says what is wrong with cells
    that have no usable value; the message goes on from the name of the cell. `issues` are remarks on the sheet."""

    rows: dict[int, dict[int, Value]] = field(default_factory=dict)
    troubles: dict[tuple[int, int], str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def read_grids(package: Package, wanted: Iterable[str]) -> tuple[dict[str, Grid], list[Issue]]:
    """The grids of the `wanted` sheets, and faults of sheets that cannot be read (those are left out)."""
    parts = dict(package.sheets)
    decoder = make_decoder(package)
    grids, faults = {}, []
    for sheet in wanted:
        try:
            found = read_sheet(package.part(parts[sheet]), decoder)
        except XmlFault as fault:
            saved = "open the workbook in Excel or LibreOffice, repair the sheet and save it again"
            hint = "" if "clear" in str(fault) else f": {saved}"
            faults.append(Issue("error", sheet, fault.cell, f"{fault}{hint}"))
            continue
        issues = [
            *_remark_hidden(package, sheet, found),
            *_formulas(package, sheet, found),
            *_spread_merged(sheet, found),
        ]
        grids[sheet] = Grid(dict(sorted(found.rows.items())), found.troubles, issues)
    return grids, faults


def make_decoder(package: Package) -> Decoder:
    strings = (
        _strings(package.tree(package.strings, comments=True), package.name) if package.strings is not None else []
    )
    styles = formats(package.tree(package.styles)) if package.styles is not None else None
    return Decoder(strings, styles, package.date_1904, package.uncalculated)


def _strings(root: ElementTree.Element, name: str) -> list[str | None]:
    """The shared texts in order; None where one cannot be read in one way. The stated count is ignored."""
    if root.tag.rpartition("}")[2] != "sst":
        raise refuse(f"{name} {DAMAGED}; its texts are not where they belong")
    found: list[str | None] = []
    for entry in root:
        kind = _kind(entry)
        if kind == "si":
            found.append(_read_shared_text(entry))
        elif kind not in ("extLst", "comment"):
            raise refuse(f"{name} {DAMAGED}; among its texts is an element `{quote(kind)}`")
    return found


def _read_shared_text(entry: ElementTree.Element) -> str | None:
    """One shared text: a whole one, or the runs of a formatted one; "" where empty."""
    kinds = [_kind(part) for part in entry]
    whole, runs = kinds.count("t"), kinds.count("r")
    if whole > 1 or (whole and runs) or set(kinds) - {"t", "r", "rPh", "phoneticPr", "extLst"} or _speaks(entry):
        return None
    parts = []
    for part, kind in zip(entry, kinds, strict=True):
        spoken = [part] if kind == "t" else [run for run in part if _kind(run) == "t"] if kind == "r" else []
        if any(len(one) for one in spoken) or (kind == "r" and _speaks(part)):
            return None
        parts += [one.text or "" for one in spoken]
    try:
        return text("".join(parts)) or ""
    except StoredError:
        return None


def _kind(element: ElementTree.Element) -> str:
    """The name of an element without its namespace; "comment" of what is none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "comment"


def _speaks(element: ElementTree.Element) -> bool:
    """Whether text stands directly in an element that should hold elements only."""
    return any(text and not text.isspace() for text in (element.text, *(part.tail for part in element)))


def _remark_hidden(package: Package, sheet: str, found: SheetCells) -> Iterator[Issue]:
    """One remark on what a sheet holds and does not show; it is read all the same."""
    if sheet in package.hidden and len(found.rows) > 1:
        yield Issue(
            "warning", sheet, "", "this sheet is hidden; it is read all the same: show it, or delete what is not meant"
        )
    rows = sorted(row for row in found.hidden_rows if row in found.rows)
    columns = sorted(
        {column for cells in found.rows.values() for column in cells if _within(column, found.hidden_columns)}
        if found.hidden_columns
        else ()
    )
    if not rows and not columns:
        return
    names = [f"rows {_spans([str(row) for row in rows], rows)}"] if rows else []
    names += [f"columns {_spans([letter(column) for column in columns], columns)}"] if columns else []
    place = f"A{rows[0]}" if rows else f"{letter(columns[0])}1"
    message = f"{' and '.join(names)} are hidden and are read all the same: show them, or delete what is not meant"
    yield Issue("warning", sheet, place, message)


def _within(column: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= column <= last for first, last in ranges)


def _spans(names: list[str], numbers: list[int], most: int = 8) -> str:
    """Runs of neighbours in words: "5, 7 to 9"; beyond `most` runs only their number is given."""
    spans: list[list[int]] = []
    for at, number in enumerate(numbers):
        if spans and numbers[spans[-1][1]] == number - 1:
            spans[-1][1] = at
        else:
            spans.append([at, at])
    words = [names[first] if first == last else f"{names[first]} to {names[last]}" for first, last in spans]
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _formulas(package: Package, sheet: str, found: SheetCells) -> Iterator[Issue]:
    """A remark on values of formulas that the program which wrote the workbook did not calculate."""
    if package.uncalculated and found.formulas:
        row, column = found.formulas[0]
        count = len(found.formulas)
        more = f" (and in {count_noun(count - 1, 'more cell')} of this sheet)" if count > 1 else ""
        message = (
            "holds a formula whose stored value may be old: the workbook asks for all to be calculated when it is "
            f"opened; the stored value is used{more}. Open and save it once to be sure"
        )
        yield Issue("warning", sheet, f"{letter(column)}{row}", message)


def _spread_merged(sheet: str, found: SheetCells) -> Iterator[Issue]:
    """Give the value of merged cells to all of them, in rows and below headers that hold something else too."""
    if not found.merged:
        return
    order = sorted({*found.rows, *(row for row, _ in found.troubles)})
    ranges = _Merging(found, order)
    for merged in sorted(found.merged):
        yield from ranges.fill(sheet, merged)


class _Merging:
    """Merged ranges of a sheet, spread one by one."""

    def __init__(self, found: SheetCells, order: list[int]) -> None:
        self._found, self._order = found, order
        self._widest = max((max(cells) for cells in found.rows.values()), default=0)
        self._covered: set[tuple[int, int]] = set()
        self._spread: dict[int, set[int]] = {}

    def fill(self, sheet: str, merged: tuple[int, int, int, int]) -> Iterator[Issue]:
        """Spread the value of a range; yields a remark, or the fault that the range cannot be understood."""
        top, left, bottom, right = merged
        corner, name = (top, left), f"{letter(left)}{top}"
        span = f"{name}:{letter(right)}{bottom}"
        value, trouble = self._found.rows.get(top, {}).get(left), self._found.troubles.get(corner)
        filled = 0
        for row in self._order[bisect_left(self._order, top) :]:
            if row > bottom:
                break
            cells = self._found.rows.get(row, {})
            if row != top and not self._says_more(row, left, right):
                continue
            for column in range(left, min(right, self._width(row)) + 1):
                if (row, column) in self._covered:
                    self._found.troubles[row, column] = (
                        f"is merged into several ranges, one of them {span}: unmerge them"
                    )
                    return
                self._covered.add((row, column))
                if (row, column) == corner:
                    continue
                if column in cells or (row, column) in self._found.troubles:
                    hidden = (
                        f"has a value that is hidden under the merged cells {span}: unmerge them, write what is meant"
                    )
                    self._found.troubles[row, column] = hidden
                    cells.pop(column, None)
                elif trouble is not None:
                    self._found.troubles[row, column] = trouble
                elif value is not None:
                    self._found.rows.setdefault(row, {})[column] = value
                    self._spread.setdefault(row, set()).add(column)
                    filled += 1
        if filled:
            known = f"{value:.15g}" if isinstance(value, float) else quote(value)
            message = f"the cells {span} are merged: the value `{known}` is read in each of them"
            yield Issue("warning", sheet, name, message)

    def _says_more(self, row: int, left: int, right: int) -> bool:
        """Whether a row holds anything but what merged ranges, this one or others, have put into it."""
        cells = self._found.rows.get(row, {})
        spread = self._spread.get(row, set())
        return any(not left <= column <= right and column not in spread for column in cells) or any(
            (row, column) in self._found.troubles for column in range(left, min(right, self._width(row)) + 1)
        )

    def _width(self, row: int) -> int:
        """The last column of a row in which a value may count: below the header, none beyond it."""
        return self._widest if row == 1 else max(self._found.rows.get(1, {0: ""}))
