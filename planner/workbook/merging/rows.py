"""Rows of a sheet in three states, merged: what theirs changed since the base goes into mine, or is a conflict.

Rows are matched by their key; of several with one key, those that are most alike, and else in order. A row whose key
changed is one that was removed and one that was added.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from planner.workbook.patching.content import Content, show_content

Row = Mapping[str, Content]
"""The filled cells of a row by column."""

Rows = Mapping[int, Row]
"""Rows by their number in the sheet."""

Side = Literal["mine", "theirs"]

Match = Callable[[Rows, Rows], dict[int, int]]
"""Finds the rows of one state in another: number -> number."""


@dataclass(frozen=True)
class Conflict:
    """A cell that both changed, each to something else. A row is None where that side has no such row (any more)."""

    column: str
    rows: tuple[int | None, int | None, int | None]
    base: Content
    mine: Content
    theirs: Content


@dataclass
class MergedRows:
    """What is to be done to mine: cells that become another, rows to clear, rows to add; and what is in conflict."""

    cells: dict[tuple[int, str], Content] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    added: list[tuple[int, Row]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def is_same(one: Content, other: Content) -> bool:
    """Whether two cells hold the same; a number is not its text, and not a truth value."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def match_by_key(columns: Sequence[str]) -> Match:
    """Matches rows by the text of some columns, in any letter case; of several those that are most alike."""

    def key(row: Row) -> tuple[str, ...]:
        return tuple(show_content(row.get(name)).casefold() for name in columns)

    def match(one: Rows, other: Rows) -> dict[int, int]:
        groups: dict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, rows in enumerate((one, other)):
            for number, row in rows.items():
                groups[key(row)][side].append(number)
        found: dict[int, int] = {}
        for left, right in groups.values():
            found |= _pair(one, other, left, right)
        return found

    return match


_MOST_COMPARED = 200
"""Rows with one key of which each is compared with each; of more only those that are equal, and else the order."""


def _pair(one: Rows, other: Rows, left: list[int], right: list[int]) -> dict[int, int]:
    """Pairs of rows with one key: those with the most cells in common first, and then in order."""
    if len(left) == len(right) == 1:
        return {left[0]: right[0]}
    if max(len(left), len(right)) > _MOST_COMPARED:
        return dict(zip(left, right, strict=False))
    alike = {(a, b): _count_alike(one[a], other[b]) for a in left for b in right}
    found: dict[int, int] = {}
    for a, b in sorted(alike, key=lambda pair: -alike[pair]):  # of equals those that come first: sorting is stable
        if a not in found and b not in found.values():
            found[a] = b
    return found


def _count_alike(one: Row, other: Row) -> int:
    """Cells that two rows have in common, less those in which they differ."""
    names = one.keys() | other.keys()
    same = sum(is_same(one.get(name), other.get(name)) for name in names)
    return 2 * same - len(names)


def match_by_place(one: Rows, other: Rows) -> dict[int, int]:
    """Matches rows by their numbers."""
    return {number: number for number in one if number in other}


def _are_equal(one: Row, other: Row) -> bool:
    return all(is_same(one.get(name), other.get(name)) for name in one.keys() | other.keys())


def merge_rows(
    base: Rows, mine: Rows, theirs: Rows, match: Match, take: Side | None = None, is_unique: bool = True
) -> MergedRows:
    """Merge three states of the rows of a sheet.

    With `take`, conflicts are decided in favour of that side; they are listed all the same. Where a key is not unique,
    rows that both added are one only if they are equal.
    """
    merging = _RowMerge(base, mine, theirs, take)
    to_mine, to_theirs = match(base, mine), match(base, theirs)
    for number in base:
        merging.meet(number, to_mine.get(number), to_theirs.get(number))
    new_mine = _leave_out(mine, to_mine.values())
    new_theirs = _leave_out(theirs, to_theirs.values())
    both = match(new_theirs, new_mine)
    for number, row in new_theirs.items():
        if number in both and (is_unique or _are_equal(row, new_mine[both[number]])):
            merging.join_cells(None, both[number], number)
        else:
            merging.found.added.append((number, row))
    return merging.found


def _leave_out(rows: Rows, known: Iterable[int]) -> Rows:
    left = set(known)
    return {number: row for number, row in rows.items() if number not in left}


class _RowMerge:
    """The merging of the rows of one sheet."""

    def __init__(self, base: Rows, mine: Rows, theirs: Rows, take: Side | None) -> None:
        self.base, self.mine, self.theirs, self.take = base, mine, theirs, take
        self.found = MergedRows()

    def meet(self, number: int, mine: int | None, theirs: int | None) -> None:
        """Merge a row that the base has."""
        before = self.base[number]
        if mine is not None and theirs is not None:
            self.join_cells(number, mine, theirs)
        elif mine is not None and theirs is None:
            changed = self._note_changes(number, mine, None, before, self.mine[mine])
            if not changed or self.take == "theirs":
                self.found.removed.append(mine)
        elif mine is None and theirs is not None:
            changed = self._note_changes(number, None, theirs, before, self.theirs[theirs])
            if changed and self.take == "theirs":
                self.found.added.append((theirs, self.theirs[theirs]))

    def _note_changes(self, number: int, mine: int | None, theirs: int | None, before: Row, after: Row) -> bool:
        """List what was changed on one side in a row that the other has removed; whether there was anything."""
        changed = [name for name in {**before, **after} if not is_same(before.get(name), after.get(name))]
        for name in changed:
            held = (after.get(name), None) if mine is not None else (None, after.get(name))
            self.found.conflicts.append(Conflict(name, (number, mine, theirs), before.get(name), *held))
        return bool(changed)

    def join_cells(self, number: int | None, mine: int, theirs: int) -> None:
        """Merge a row cell by cell; without a base a blank cell gives way to a filled one."""
        before: Row = {} if number is None else self.base[number]
        left, right = self.mine[mine], self.theirs[theirs]
        for name in dict.fromkeys([*before, *left, *right]):
            old, ours, others = before.get(name), left.get(name), right.get(name)
            if is_same(ours, others) or is_same(old, others):
                continue
            if not is_same(old, ours):
                self.found.conflicts.append(Conflict(name, (number, mine, theirs), old, ours, others))
                if self.take != "theirs":
                    continue
            self.found.cells[mine, name] = others
