"""What-if changes to single inputs: `sheet[key].column=value`, as the command line takes them with `--set`.

The parts of a key are written with `|` between them; `*` alone means every row, and as a part any value. A part in
double quotes is taken as it is, so that it may hold `|`, `]` or be a literal `*`. A table without a key is addressed by
row number, or by the columns that say what a row is about. `settings[name]=value` is short for
`settings[name].value=value`. A cell may be named as messages name it: `lanes!C7=5`. An empty value makes the cell
blank. Relative changes are those of `relative.py`: `x= 1.1`, `+= 5`, `=+20%`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.words import count_noun
from planner.workbook.addresses import SAYING, ChangeError, parse_key
from planner.workbook.cells import CellError, convert_column, text, value_of
from planner.workbook.findings import Findings
from planner.workbook.names import quote, suggest, trim
from planner.workbook.relative import Step, StepError, parse_step
from planner.workbook.tables import Table
from planner_models import frames
from planner_models.by_period import name_columns
from planner_models.inheritance import resolve_inheritance
from planner_models.instance import NUMERIC, apply_schema
from planner_models.schema import INPUTS, SETTINGS, keys, meta

VARIANTS = "variants"
"""The sheet of named changes, which no plan uses."""

_END = r"\s*(?P<operator>(?:(?<!\w)x|[*×+-])?=)(?P<value>.*)"
_FORM = re.compile(
    r'\s*(?P<sheet>[^\[\].=!]*?)\s*\[(?P<key>(?:"(?:[^"]|"")*"|[^\]"])*)\]\s*(?:\.\s*(?P<column>[^=]*?))?' + _END,
    re.DOTALL,
)
_CELL = re.compile(r"\s*(?P<sheet>[^\[\].=!]*?)\s*!\s*(?P<letters>[A-Za-z]{1,3})(?P<row>[0-9]{1,7})" + _END, re.DOTALL)
_POINT_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Change:
    """A change as written, taken apart. A part of `key` that is None stands for any value.

    Where a cell was named, `letters` are those of its column, `key` is its row, and `column` is blank.
    """

    sheet: str
    key: tuple[str | None, ...]
    column: str
    value: str
    operator: str = "="
    letters: str = ""


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
        raise ChangeError(f"the workbook has no rows in sheet `{change.sheet}`", "sheet")
    if change.letters:
        change = _name_column(found, change)
        rows = _find_cell_row(found, change)
    else:
        rows = _settings_row(found, change) if change.sheet == "settings" else _rows(found, change)
    _assign(found, change, rows)
    return change, rows


def _name_column(found: Table, change: Change) -> Change:
    """The change of a cell with the column that it is in, and of a setting with its name."""
    columns = [name for name, letters in found.letters.items() if letters == change.letters]
    if not columns:
        place = f"{change.sheet}!{change.letters}{change.key[0]}"
        raise ChangeError(f"{place} is in no column that the planner knows: write sheet[key].column=value")
    if change.sheet != "settings":
        return replace(change, column=columns[0])
    if columns[0] == "key" or int(change.key[0] or 0) not in found.cells.index:
        raise ChangeError(f"settings!{change.letters}{change.key[0]} is not a value: write settings[name]=value")
    name = text(found.cells.at[int(change.key[0] or 0), "key"] or "").casefold()
    _ensure_setting((name,))
    return replace(change, column=columns[0], key=(name,))


def _find_cell_row(found: Table, change: Change) -> list[int]:
    if change.sheet == "settings":
        return _settings_row(found, change)
    row = int(change.key[0] or 0)
    if row not in found.cells.index:
        raise ChangeError(f"sheet `{change.sheet}` has nothing in row {row}")
    return [row]


def split(written: str, saying: str = SAYING) -> tuple[str, str]:
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
    match = _FORM.fullmatch(written) or _CELL.fullmatch(written)
    if match is None:
        raise ChangeError(f"cannot be understood: {saying}")
    return written[: match.start("value") - 1].strip(), match["value"]


def parse_change(written: str, saying: str = SAYING) -> Change:
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
        return _parse_cell_change(written, saying)
    sheet, column = match["sheet"], match["column"]
    _ensure_sheet(sheet)
    if column is None and sheet == "settings":
        column = "value"
    if column is None:
        raise ChangeError(f"names no column: {saying}", "column")
    if column not in INPUTS[sheet].columns or (sheet == "settings" and column == "key"):
        known = list(INPUTS[sheet].columns)
        hint = suggest(column, known) or f": write one of {', '.join(known)}"
        raise ChangeError(f"sheet `{sheet}` has no column `{quote(column)}`{hint}", "column")
    key = parse_key(match["key"], saying)
    if sheet == "settings":
        _ensure_setting(key)
    change = Change(sheet, key, column, trim(match["value"]), match["operator"])
    _parse_step(change)
    return change


def _parse_cell_change(written: str, saying: str) -> Change:
    """A change of a cell, such as `lanes!C7=5`."""
    match = _CELL.fullmatch(written)
    if match is None:
        raise ChangeError(f"cannot be understood: {saying}")
    _ensure_sheet(match["sheet"])
    row = (match["row"].lstrip("0"),)
    return Change(match["sheet"], row, "", trim(match["value"]), match["operator"], match["letters"].upper())


def _ensure_sheet(sheet: str) -> None:
    """Raise ChangeError where there is no such sheet, or none whose cells mean something for a plan."""
    if sheet not in INPUTS:
        raise ChangeError(f"there is no sheet `{quote(sheet)}`{suggest(sheet, INPUTS)}", "sheet")
    if sheet == VARIANTS:
        raise ChangeError(f"no plan uses sheet `{VARIANTS}`: name the sheet with the figure to change", "sheet")


def _facts(change: Change) -> dict[str, Any]:
    """What is declared of the column, or the setting, that a change is about."""
    if change.sheet == "settings" and change.column == "value":
        return meta(SETTINGS[(change.key[0] or "").casefold()])
    return meta(INPUTS[change.sheet].columns[change.column])


def _parse_step(change: Change) -> Step | None:
    """What a relative change does; None where the value is what the cell becomes."""
    facts = _facts(change)
    if facts["kind"] not in NUMERIC:
        if change.operator == "=":
            return None
        place = f"{change.sheet}.{change.column}" if change.sheet != "settings" else f"the setting {change.key[0]}"
        raise ChangeError(
            f"{place} holds text, which `{change.operator}` cannot change: write = and the new text", "column"
        )
    try:
        return parse_step(change.operator, change.value, facts["unit"])
    except StepError as fault:
        raise ChangeError(str(fault), "value") from fault


def _ensure_setting(key: tuple[str | None, ...]) -> None:
    """Raise ChangeError where there is no such setting."""
    name = (key[0] or "*").casefold()
    if len(key) != 1 or name not in SETTINGS:
        hint = suggest(name, SETTINGS) or f": write one of {', '.join(SETTINGS)}"
        raise ChangeError(f"there is no setting `{quote(name)}`{hint}")


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
    names = name_columns(change.sheet)
    cells = found.cells
    keyed = bool(keys(INPUTS[change.sheet]))
    if change.key == (None,):
        chosen = pd.Series(True, index=cells.index)
    elif not keyed and len(change.key) == 1 and (change.key[0] or "").isdecimal():
        chosen = pd.Series(cells.index == int(change.key[0] or 0), index=cells.index)
        names = []
    elif not keyed and len(change.key) != len(names):
        form = f", or {'|'.join(names)}" if names else ""
        raise ChangeError(f"sheet `{change.sheet}` has no key: write the number of the row, or *{form}")
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
    step = _parse_step(change)
    if step is not None:
        _take_step(found, change, rows, step)
        return
    value: Any = change.value or None
    if _facts(change)["kind"] in NUMERIC and _POINT_NUMBER.fullmatch(change.value):
        value = float(change.value)
    for row in rows:
        found.cells.at[row, change.column] = value


def _take_step(found: Table, change: Change, rows: list[int], step: Step) -> None:
    """Change figures in proportion, or by an amount; a blank cell counts as what it means."""
    figures = _figures(found, change, rows)
    if not figures:
        where = f"the setting {change.key[0]} is" if change.sheet == "settings" else "all these cells are"
        raise ChangeError(f"{where} blank, and nothing can be changed in proportion: write = and a number", "value")
    for row, figure in figures.items():
        found.cells.at[row, change.column] = step.apply(figure)


def _figures(found: Table, change: Change, rows: list[int]) -> dict[int, float]:
    """What the cells of a change mean, by row; those that mean no number are left out."""
    if change.sheet == "settings":
        facts = _facts(change)
        try:
            value = value_of(found.cells.at[rows[0], "value"], facts)
        except CellError:
            return {}
        meant = facts["default"] if value is None else value
        return {} if meant is None else {rows[0]: float(meant)}
    columns = INPUTS[change.sheet].columns
    typed = {name: convert_column(found.cells[name], columns[name]).values for name in found.declared}
    frame = resolve_inheritance(change.sheet, apply_schema(change.sheet, pd.DataFrame(typed, index=found.cells.index)))
    meant = frame[change.column].loc[rows].dropna()
    return {int(row): float(figure) for row, figure in frames.pairs(meant)}
