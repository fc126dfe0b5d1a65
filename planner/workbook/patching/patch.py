"""A workbook with some of its cells changed and everything else as it was: formulas, charts, formats, comments.

The parts of its sheets are changed in the bytes of these cells only. A change that finds another value than it expects
is a conflict, and nothing is written then. The stored results of formulas are not known any longer: where the workbook
has formulas, it asks for all to be calculated when it is opened.
"""

import posixpath
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from planner.issues import InputError, Issue
from planner.surfaces import LONGEST_TEXT
from planner.workbook.grid import make_decoder
from planner.workbook.names import plain, quote, suggest, trim
from planner.workbook.package import Package, open_package
from planner.workbook.patching.archive import drop_calculation_chain, pack, refuse_signed, request_calculation
from planner.workbook.patching.change_list import CellChange
from planner.workbook.patching.content import Content, Formula, read_formula, show_content
from planner.workbook.patching.positions import StoredSheet, list_children, locate_cells, parse_range
from planner.workbook.patching.sheet import list_obstacles, patch_sheet
from planner.workbook.save import replace_file
from planner.workbook.sheet_cells import MOST_COLUMNS, MOST_ROWS, Place, SheetCells, XmlFault, letter
from planner.workbook.sheet_xml import read_sheet
from planner.workbook.stored import Decoder, Value
from planner_models.schema import INPUTS, meta

_POINT_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_NAMES = ("text", "reference", "choice", "flag")
"""Kinds of columns in which digits are a name."""


@dataclass(frozen=True)
class OpenSheet:
    """A sheet of an opened workbook: its cells as understood, and where they are stored."""

    title: str
    part: str
    cells: SheetCells
    stored: StoredSheet
    headings: Mapping[int, str]

    def value(self, place: Place) -> Value | None:
        """The value of a cell; None where it is blank or has none that can be used."""
        return self.cells.rows.get(place[0], {}).get(place[1])

    def content(self, place: Place) -> Content:
        """What a cell holds: its formula, or its value; what cannot be used as its stored text."""
        row, column = place
        cell, value = self.stored.cell(row, column), self.value(place)
        if cell is None:
            return None
        if cell.formula is not None:
            formula = read_formula(self.stored, row, cell, value)
            if formula is not None:
                return formula
        if place in self.cells.troubles:
            return cell.stored or None
        return value

    def show(self, place: Place) -> str:
        """What a cell shows, as text; of a formula what it came to."""
        content = self.content(place)
        if isinstance(content, Formula):
            cell = self.stored.cell(*place)
            return show_content(content.value) or (cell.stored if cell else "")
        return show_content(content)


class OpenBook:
    """An opened workbook whose cells can be looked at and changed; sheets are read when they are asked for.

    Raises InputError where the file is no workbook that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.package: Package = open_package(path)
        self.decoder: Decoder = make_decoder(self.package)
        self._known: dict[str, OpenSheet] = {}

    def find_title(self, name: str) -> str | None:
        """The name that a sheet has in the workbook, where its spelling may be another; None where it has none."""
        titles = [title for title, _ in self.package.sheets]
        return name if name in titles else next((title for title in titles if plain(title) == plain(name)), None)

    def sheet(self, title: str) -> OpenSheet:
        """A sheet by its name in the workbook. Raises InputError where its XML cannot be read in one way."""
        if title not in self._known:
            part = dict(self.package.sheets)[title]
            data = self.package.part(part)
            try:
                cells = read_sheet(data, self.decoder)
            except XmlFault as fault:
                raise InputError([Issue("error", title, fault.cell, str(fault))]) from None
            headings = {column: show_content(value) for column, value in cells.rows.get(1, {}).items()}
            self._known[title] = OpenSheet(title, part, cells, locate_cells(data), headings)
        return self._known[title]


@dataclass(frozen=True)
class Patched:
    """A changed workbook: its bytes, and the changes that were made, each with what the cell held before."""

    content: bytes
    made: tuple[CellChange, ...]


def patch_workbook(source: Path | OpenBook, changes: Iterable[CellChange], calculate: bool = True) -> Patched:
    """Change cells of a workbook.

    Parameters
    ----------
    source
        The workbook; it is only read.
    changes
        What is changed.
    calculate
        Whether a workbook with formulas asks for them to be calculated when it is opened; not for one that is only
        checked, since the reader would doubt all its formulas.

    Returns
    -------
    Patched
        The bytes of the changed workbook.

    Raises
    ------
    InputError
        The workbook cannot be read, or some of the changes cannot be made: every one is listed.
    """
    book = source if isinstance(source, OpenBook) else OpenBook(Path(source))
    refuse_signed(book.package)
    faults: list[Issue] = []
    wanted: dict[str, dict[Place, tuple[CellChange, Content]]] = defaultdict(dict)
    for change in changes:
        place = _parse_place(change.cell)
        title = book.find_title(change.sheet)
        if title is None or place is None:
            faults.append(_refuse_place(book, change, place))
            continue
        content = change.content if change.content is not None else interpret(book.sheet(title), place, change.new)
        if place in wanted[title]:
            faults.append(Issue("error", title, change.cell, "is changed twice: give one change for each cell"))
        wanted[title][place] = change, content
    parts: dict[str, bytes | None] = {}
    sheets: dict[str, bytes] = {}
    made: list[CellChange] = []
    formulas = False
    for title, cells in wanted.items():
        sheet = book.sheet(title)
        faults += _judge(book, sheet, cells)
        if faults:
            continue
        made += [replace(change, sheet=title, old=sheet.show(place)) for place, (change, _) in cells.items()]
        sheets[sheet.part] = patch_sheet(
            sheet.stored, {at: content for at, (_, content) in cells.items()}, book.decoder
        )
        formulas |= any((cell := sheet.stored.cell(*at)) is not None and cell.formula is not None for at in cells)
    if faults:
        raise InputError(faults)
    if not made:
        return Patched(pack(book.package, {}), ())
    parts |= sheets | (request_calculation(book.package, sheets) if calculate else {})
    if formulas:
        parts |= drop_calculation_chain(book.package)
    return Patched(pack(book.package, parts), tuple(made))


def save_patched(patched: Patched, source: Path, target: Path) -> None:
    """Write a changed workbook, whole or not at all.

    Parameters
    ----------
    patched
        The changed workbook.
    source
        The workbook that it was made from, whose permissions it gets.
    target
        The file to write; what is there is replaced in one step.

    Raises
    ------
    WriteError
        The file could not be written.
    """
    replace_file(target, lambda file: file.write(patched.content))
    shutil.copymode(source, target)


def _parse_place(cell: str) -> Place | None:
    span = parse_range(cell)
    if span is None or span[:2] != span[2:] or span[0] > MOST_ROWS or span[1] > MOST_COLUMNS:
        return None
    return span[:2]


def _refuse_place(book: OpenBook, change: CellChange, place: Place | None) -> Issue:
    titles = [title for title, _ in book.package.sheets]
    if place is None:
        return Issue("error", change.sheet, change.cell, "is not a cell of a sheet: write one such as C7")
    hint = suggest(change.sheet, titles) or ": add the sheet in your spreadsheet program first"
    return Issue("error", change.sheet, change.cell, f"the workbook has no sheet `{quote(change.sheet)}`{hint}")


def interpret(sheet: OpenSheet, place: Place, written: str) -> Value | None:
    """What a text means that is written into a cell: a number, a text, or nothing.

    A number has a point as decimal mark. In columns of names digits are text, unless the cell holds a number already.
    """
    if written == "" or place[0] == 1 or not _POINT_NUMBER.fullmatch(trim(written)):
        return written or None
    number = float(trim(written))
    if number in (float("inf"), float("-inf")):
        return written
    declared = plain(sheet.title)
    schema = INPUTS.get(declared)
    name = plain(sheet.headings.get(place[1], ""))
    if schema is None or name not in schema.columns or declared == "settings":
        return number
    if meta(schema.columns[name])["kind"] not in _NAMES:
        return number
    exact = isinstance(sheet.value(place), float) and show_content(number) == trim(written)
    return number if exact else written


def _judge(book: OpenBook, sheet: OpenSheet, cells: Mapping[Place, tuple[CellChange, Content]]) -> Iterable[Issue]:
    """What is wrong with the changes of a sheet."""
    tables, obstacles = _list_table_headings(book, sheet), list_obstacles(sheet.stored)
    for place, (change, content) in cells.items():
        held = sheet.show(place)
        if change.old is not None and not _is_same(held, change.old):
            message = (
                f"holds {_say(held)}, and the change expects {_say(change.old)}: somebody has changed the cell since; "
                "look at it, and correct the list"
            )
            yield Issue("error", sheet.title, change.cell, message)
        if isinstance(content, str) and len(content) > LONGEST_TEXT:
            yield Issue(
                "error", sheet.title, change.cell, f"holds at most {LONGEST_TEXT:,} characters: shorten the text"
            )
        obstacle = next((found.words for found in obstacles if found.bars(place)), "")
        if not obstacle and place in tables:
            obstacle = "is a heading of a table of Excel, which names its column: rename it in Excel"
        if obstacle:
            yield Issue("error", sheet.title, change.cell, obstacle)


def _say(written: str) -> str:
    return f"`{quote(written)}`" if written else "nothing"


def _is_same(held: str, expected: str) -> bool:
    """Whether two texts are one value: numbers to 15 digits, texts without the blanks around them."""
    if trim(held) == trim(expected):
        return True
    if not (_POINT_NUMBER.fullmatch(trim(held)) and _POINT_NUMBER.fullmatch(trim(expected))):
        return False
    return f"{float(held):.15g}" == f"{float(expected):.15g}"


def _list_table_headings(book: OpenBook, sheet: OpenSheet) -> set[Place]:
    """The cells that are headings of tables of Excel: what they hold is stored in another part as well."""
    folder, _, file = sheet.part.rpartition("/")
    members = {member.lower(): member for member in book.package.archive.namelist()}
    links = members.get(f"{folder}/_rels/{file}.rels".lstrip("/").lower())
    if links is None:
        return set()
    found: set[Place] = set()
    for link in list_children(book.package.part(links)):
        if link.attributes.get("Type", "").endswith("/table"):
            found |= _read_table_headings(book.package, members, folder, link.attributes.get("Target", ""))
    return found


def _read_table_headings(package: Package, members: Mapping[str, str], folder: str, target: str) -> set[Place]:
    part = members.get(posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/").lower())
    if part is None:
        return set()
    root = package.tree(part)
    span = parse_range(root.get("ref", ""))
    if span is None or root.get("headerRowCount") == "0":
        return set()
    return {(span[0], column) for column in range(span[1], span[3] + 1)}


def name_cell(place: Place) -> str:
    """A place as people write it: (7, 3) is C7."""
    return f"{letter(place[1])}{place[0]}"
