"""Three workbooks merged: mine, with what theirs changed since the base, cell by cell and row by row.

Mine is patched, so that everything else in it stays as it was. Sheets of the planner are merged by the keys of their
rows and the names of their columns; sheets of the users' own by the places of their cells.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from planner.issues import InputError, Issue
from planner.words import count_noun
from planner.workbook.merging.rows import (
    Conflict,
    MergedRows,
    Row,
    Rows,
    Side,
    match_by_key,
    match_by_place,
    merge_rows,
)
from planner.workbook.names import plain, quote
from planner.workbook.package import refuse
from planner.workbook.patching.change_list import CellChange
from planner.workbook.patching.content import Content, Formula, show_content
from planner.workbook.patching.patch import OpenBook, OpenSheet, Patched, patch_workbook
from planner.workbook.read import is_result
from planner.workbook.sheet_cells import letter, number_column
from planner_models.by_period import name_columns
from planner_models.schema import INPUTS, keys

_OTHER_WORKBOOK = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Merged:
    """A merged workbook: its bytes, the changes made to mine, conflicts by cell, and what was done by sheet, in words.

    Where conflicts are not decided, `patched` is None.
    """

    patched: Patched | None
    conflicts: tuple[Issue, ...]
    sheets: Mapping[str, str]


@dataclass
class _NamedRows:
    """A sheet as rows of named columns, and the letters of these; `rows` has no heading where columns have names."""

    rows: Rows = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    last_column: int = 0


def merge_workbooks(base: Path, mine: Path, theirs: Path, take: Side | None = None) -> Merged:
    """Merge what was changed in two copies of a workbook.

    Parameters
    ----------
    base
        The workbook as it was when the two parted.
    mine
        The one that gets the changes.
    theirs
        The one whose changes are taken over.
    take
        Whose cells are taken where both changed the same; None leaves conflicts undecided.

    Returns
    -------
    Merged
        The merged workbook, or the conflicts.

    Raises
    ------
    InputError
        A file is no instance workbook, or a change cannot be made in mine.
    """
    for path in (base, mine, theirs):
        if is_result(path):
            raise refuse(f"{path.name} is a result of the planner, not an instance: merge the workbooks of the input")
    books = tuple(OpenBook(path) for path in (base, mine, theirs))
    changes: list[CellChange] = []
    conflicts: list[Issue] = []
    done: dict[str, str] = {}
    for title in _list_titles(*books):
        grids = tuple(_read_grid(book, title) for book in books)
        found = _merge_sheet(title, grids, take)
        conflicts += [_tell(title, grids, conflict) for conflict in found.conflicts]
        if found.cells or found.removed or found.added:
            done[title] = _describe(found)
            changes += _list_changes(title, grids, found, theirs.name)
    if conflicts and take is None:
        return Merged(None, tuple(conflicts), done)
    return Merged(patch_workbook(books[1], changes), tuple(conflicts), done)


def _list_titles(base: OpenBook, mine: OpenBook, theirs: OpenBook) -> list[str]:
    """The sheets to merge, by their names in mine. Raises InputError where mine lacks one with something new."""
    titles, faults = [], []
    for title, _ in mine.package.sheets:
        own = plain(title) not in INPUTS
        if not (own and theirs.find_title(title) is None):
            titles.append(title)
    for title, _ in theirs.package.sheets:
        if mine.find_title(title) is not None:
            continue
        before, after = _read_grid(base, title), _read_grid(theirs, title)
        if any(found for found in _merge_sheet(title, (before, before, after), None).__dict__.values()):
            message = f"{theirs.path.name} has this sheet, with cells that are new, and {mine.path.name} lacks it: "
            faults.append(Issue("error", title, "", f"{message}copy the sheet into it first"))
    if faults:
        raise InputError(faults)
    return titles


def _read_grid(book: OpenBook, name: str) -> _NamedRows:
    """A sheet as rows; without any where the workbook does not have it."""
    title = book.find_title(name)
    if title is None:
        return _NamedRows()
    sheet = book.sheet(title)
    names = _name_columns(sheet) if plain(title) in INPUTS else None
    rows: dict[int, Row] = {}
    for number, stored in sheet.stored.rows.items():
        if names is not None and number == 1:
            continue
        cells = {column: sheet.content((number, column)) for column in stored.cells}
        row = {
            (names or {}).get(column, f"#{letter(column)}"): content
            for column, content in cells.items()
            if content is not None
        }
        if row:
            rows[number] = row
    last = max((column for stored in sheet.stored.rows.values() for column in stored.cells), default=0)
    return _NamedRows(dict(sorted(rows.items())), {name: letter(at) for at, name in (names or {}).items()}, last)


def _name_columns(sheet: OpenSheet) -> dict[int, str]:
    """The names of the columns of a sheet of the planner: as declared, where a heading means one of them."""
    known = INPUTS[plain(sheet.title)].columns
    names: dict[int, str] = {}
    for column, written in sorted(sheet.headings.items()):
        name = plain(written) if plain(written) in known else written
        if name and name not in names.values():
            names[column] = name
    return names


def _merge_sheet(title: str, grids: tuple[_NamedRows, ...], take: Side | None) -> MergedRows:
    sheet = plain(title)
    match = match_by_key(name_columns(sheet)) if sheet in INPUTS else match_by_place
    base, mine, theirs = grids
    is_unique = sheet not in INPUTS or bool(keys(INPUTS[sheet]))
    return merge_rows(base.rows, mine.rows, theirs.rows, match, take, is_unique)


def _tell(title: str, grids: tuple[_NamedRows, ...], conflict: Conflict) -> Issue:
    """A conflict in words, at its cell in mine; where mine has no such row, at its cell in theirs."""
    _, mine, theirs = grids
    side, row = (mine, conflict.rows[1]) if conflict.rows[1] is not None else (theirs, conflict.rows[2])
    ours = "the row removed" if conflict.rows[1] is None else _say(conflict.mine)
    others = "the row removed" if conflict.rows[2] is None else _say(conflict.theirs)
    where = "" if conflict.rows[1] is not None else " (the cell is in theirs)"
    message = (
        f"{quote(conflict.column.lstrip('#'))}: base {_say(conflict.base)}, mine {ours}, theirs {others}{where}: "
        "make them agree in one of the two, or decide all with --take mine or --take theirs"
    )
    return Issue("error", title, f"{_letters(side, conflict.column) or 'A'}{row}", message)


def _say(content: Content) -> str:
    return "blank" if content is None else f"`{quote(show_content(content))}`"


def _letters(grid: _NamedRows, column: str) -> str:
    return grid.letters.get(column) or (column[1:] if column.startswith("#") else "")


def _describe(found: MergedRows) -> str:
    parts = [
        count_noun(len(found.cells), "cell") + " changed" if found.cells else "",
        count_noun(len(found.added), "row") + " added" if found.added else "",
        count_noun(len(found.removed), "row") + " removed" if found.removed else "",
    ]
    return ", ".join(filter(None, parts))


def _list_changes(title: str, grids: tuple[_NamedRows, ...], found: MergedRows, source: str) -> Iterator[CellChange]:
    """The cells of mine that become another; rows come below the last, and columns behind the last."""
    _, mine, theirs = grids
    letters, last = dict(mine.letters), max(mine.last_column, 1)
    note = f"from {source}"
    cells = dict(found.cells)
    for number in found.removed:
        cells |= {(number, name): None for name in mine.rows[number]}
    free = max([1, *mine.rows]) + 1
    for number, new_row in found.added:
        own = plain(title) not in INPUTS
        cells |= {(number if own else free, name): content for name, content in new_row.items()}
        free += 1
    for (row, name), content in cells.items():
        if name.startswith("#") and name not in letters:
            letters[name] = name[1:]
        if name not in letters:
            last = max(last, *(number_column(used.encode()) for used in letters.values())) + 1 if letters else last + 1
            letters[name] = letter(last)
            yield CellChange(title, f"{letters[name]}1", name, "", note, name)
        held = mine.rows[row].get(name) if row in mine.rows else None
        old = None if isinstance(held, Formula) else show_content(held)
        moved = _letters(theirs, name) != letters[name]
        foreign = isinstance(content, Formula) and (moved or _OTHER_WORKBOOK.search(content.text))
        new = content.value if isinstance(content, Formula) and foreign else content
        yield CellChange(title, f"{letters[name]}{row}", show_content(new), old, note, new)
