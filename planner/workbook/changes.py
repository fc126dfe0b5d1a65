"""What-if changes to single inputs: `sheet[key].column=value`, as the command line takes them with `--set`.

The parts of a key stand between `|`; `*` alone means every row, and as a part any value. A part in double quotes is
taken as it is, so that it may hold `|`, `]` or be a literal `*`. A table without a key is addressed by row number.
`settings[name]=value` is short for `settings[name].value=value`. An empty value makes the cell blank.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.words import count_noun
from planner.workbook.cells import CellError, convert_column, text
from planner.workbook.findings import Findings
from planner.workbook.names import quote, suggest, trim
from planner.workbook.tables import Table
from planner_models.instance import NUMERIC, apply_schema
from planner_models.schema import INPUTS, SETTINGS, keys, meta

_FORM = re.compile(
    r'\s*(?P<sheet>[^\[\].=]*?)\s*\[(?P<key>(?:"(?:[^"]|"")*"|[^\]"])*)\]\s*(?:\.\s*(?P<column>[^=]*?))?\s*=(?P<value>.*)',
    re.DOTALL,
)
_PART = re.compile(r'\s*"((?:[^"]|"")*)"\s*|([^|"]*)')
_SAYING = "write sheet[key].column=value, such as sites[Plant A].opening_cost=120 or settings[mip_gap]=0.01"
_POINT_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class ChangeError(ValueError):
    """A change that cannot be understood or finds nothing to change."""


@dataclass(frozen=True)
class Change:
    """A change as written, taken apart. A part of `key` that is None stands for any value."""

    sheet: str
    key: tuple[str | None, ...]
    column: str
    value: str


def apply_changes(tables: dict[str, Table], changes: Sequence[str], findings: Findings) -> None:
    """Make the `changes` in the cells of `tables`, in order; faults name the text of the change."""
    for written in changes:
        try:
            change, rows = apply_change(tables, written)
        except ChangeError as fault:
            findings.at("error", "--set", "", f"`{quote(written)}`: {fault}")
            continue
        for row in rows:
            findings.changed[change.sheet, row, change.column] = quote(written)


def apply_change(tables: dict[str, Table], written: str) -> tuple[Change, list[int]]:
    """Make a change in the cells of `tables`; returns it and its rows. Raises ChangeError where it finds nothing."""
    change = parse_change(written)
    found = tables.get(change.sheet)
    if found is None:
        raise ChangeError(f"the workbook has no rows in sheet `{change.sheet}`")
    rows = _settings_row(found, change) if change.sheet == "settings" else _rows(found, change)
    _assign(found, change, rows)
    return change, rows


def split(written: str, saying: str = _SAYING) -> tuple[str, str]:
    """What a change is about, and what is behind its equals sign.

    Parameters
    ----------
    written
        The change, such as `sites[Plant A].opening_cost=120`.
    saying
        What the message says to write instead.

    Returns
    -------
    tuple of str
        The text before the sign, without blanks around it, and the text after it as written.

    Raises
    ------
    ChangeError
        The text has not the form of a change.
    """
    match = _FORM.fullmatch(written)
    if match is None:
        raise ChangeError(f"cannot be understood: {saying}")
    return written[: match.start("value") - 1].strip(), match["value"]


def parse_change(written: str, saying: str = _SAYING) -> Change:
    """A change taken apart.

    Parameters
    ----------
    written
        The change, such as `sites[Plant A].opening_cost=120`.
    saying
        What the message says to write instead.

    Returns
    -------
    Change
        Sheet, key, column and value, as text.

    Raises
    ------
    ChangeError
        The text has not the form of a change, or names no sheet, column or setting of ours.
    """
    match = _FORM.fullmatch(written)
    if match is None:
        raise ChangeError(f"cannot be understood: {saying}")
    sheet, column = match["sheet"], match["column"]
    if sheet not in INPUTS:
        raise ChangeError(f"there is no sheet `{quote(sheet)}`{suggest(sheet, INPUTS)}")
    if column is None and sheet == "settings":
        column = "value"
    if column is None:
        raise ChangeError(f"names no column: {saying}")
    if column not in INPUTS[sheet].columns or (sheet == "settings" and column == "key"):
        known = list(INPUTS[sheet].columns)
        hint = suggest(column, known) or f": write one of {', '.join(known)}"
        raise ChangeError(f"sheet `{sheet}` has no column `{quote(column)}`{hint}")
    key = _key(match["key"], saying)
    if sheet == "settings":
        _ensure_setting(key)
    return Change(sheet, key, column, trim(match["value"]))


def _ensure_setting(key: tuple[str | None, ...]) -> None:
    """Raise ChangeError where there is no such setting."""
    name = (key[0] or "*").casefold()
    if len(key) != 1 or name not in SETTINGS:
        hint = suggest(name, SETTINGS) or f": write one of {', '.join(SETTINGS)}"
        raise ChangeError(f"there is no setting `{quote(name)}`{hint}")


def _key(written: str, saying: str) -> tuple[str | None, ...]:
    parts: list[str | None] = []
    position = 0
    while True:
        match = _PART.match(written, position)
        if match is None or (match.end() < len(written) and written[match.end()] != "|"):
            raise ChangeError(f"the key [{quote(written)}] cannot be understood: {saying}")
        quoted, bare = match.group(1), match.group(2)
        if quoted is not None:
            parts.append(quoted.replace('""', '"'))
        else:
            parts.append(None if trim(bare) == "*" else trim(bare))
        position = match.end() + 1
        if match.end() >= len(written):
            return tuple(parts)


def _settings_row(found: Table, change: Change) -> list[int]:
    """The row of a setting; where the sheet has none, one is added below the last."""
    name = (change.key[0] or "*").casefold()
    for column in ("key", "value"):
        _have_column(found, column)
    rows = [row for row, cell in found.cells["key"].items() if str(cell).strip().casefold() == name]
    if not rows:
        rows = [max([1, *found.cells.index]) + 1]
        cells = found.cells.reindex(pd.Index([*found.cells.index, *rows], name="row"))
        found.cells = cells.astype(object).where(cells.notna(), None)
        found.cells.at[rows[0], "key"] = name
    return [int(str(row)) for row in rows]


def _have_column(found: Table, column: str) -> None:
    """Add a blank column where the sheet lacks it."""
    if column not in found.cells:
        found.cells[column] = pd.Series([None] * len(found.cells), index=found.cells.index, dtype=object)
        found.declared.append(column)


def _rows(found: Table, change: Change) -> list[int]:
    """The numbers of the rows that the key of the change means."""
    names = keys(INPUTS[change.sheet])
    cells = found.cells
    if change.key == (None,):
        chosen = pd.Series(True, index=cells.index)
    elif not names:
        if len(change.key) != 1 or not (change.key[0] or "").isdecimal():
            raise ChangeError(f"sheet `{change.sheet}` has no key: write the number of the row, or *")
        chosen = pd.Series(cells.index == int(change.key[0] or 0), index=cells.index)
    elif len(change.key) != len(names):
        raise ChangeError(
            f"the key of sheet `{change.sheet}` is {count_noun(len(names), 'part')} with `|` between: {'|'.join(names)}"
        )
    else:
        chosen = _match_rows(found, change, names)
    if not chosen.any():
        raise ChangeError(_no_row(found, change, names))
    return [int(row) for row in cells.index[chosen]]


def _match_rows(found: Table, change: Change, names: list[str]) -> pd.Series:
    known = _key_frame(found, change.sheet, names)
    chosen = pd.Series(True, index=known.index)
    for name, part in zip(names, change.key, strict=True):
        if part is not None:
            chosen &= known[name] == part
    return chosen


def _key_frame(found: Table, sheet: str, names: list[str]) -> pd.DataFrame:
    """The keys of the rows as text, blanks at their defaults."""
    present = [name for name in names if name in found.cells]
    columns = {name: convert_column(found.cells[name], INPUTS[sheet].columns[name]).values for name in present}
    frame = apply_schema(sheet, pd.DataFrame(columns, index=found.cells.index))[names]
    return frame.map(_as_text)


def _as_text(value: Any) -> str:
    try:
        return "" if pd.isna(value) else text(value)
    except CellError:
        return ""


def _no_row(found: Table, change: Change, names: list[str]) -> str:
    written = "|".join(part if part is not None else "*" for part in change.key)
    if found.cells.empty:
        return f"sheet `{change.sheet}` has no rows"
    if not names:
        return f"sheet `{change.sheet}` has no row {written}"
    known = _key_frame(found, change.sheet, names)
    for name, part in zip(names, change.key, strict=False):
        if part is not None and not (known[name] == part).any():
            hint = suggest(part, known[name].unique())
            return f"no row of sheet `{change.sheet}` has {name} `{quote(part)}`{hint}"
    joined = known.drop_duplicates().head(5000).agg("|".join, axis=1)
    return f"no row of sheet `{change.sheet}` has the key `{quote(written)}`{suggest(written, joined)}"


def _assign(found: Table, change: Change, rows: list[int]) -> None:
    """Put the value into the cells. On the command line a point is the decimal mark, whatever a cell would need."""
    _have_column(found, change.column)
    kind = meta(INPUTS[change.sheet].columns[change.column])["kind"]
    if change.sheet == "settings" and change.column == "value":
        kind = meta(SETTINGS[(change.key[0] or "").casefold()])["kind"]
    value: Any = change.value or None
    if kind in NUMERIC and _POINT_NUMBER.fullmatch(change.value):
        value = float(change.value)
    for row in rows:
        found.cells.at[row, change.column] = value
