"""Changes of cells as a list: what is changed, from what to what, and why; read from CSV and written to it."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from planner.issues import InputError, Issue
from planner.surfaces import FORMULA_SIGNS
from planner.words import count_noun
from planner.workbook.names import plain, quote, trim
from planner.workbook.package import refuse
from planner.workbook.patching.content import Content, show_content
from planner.workbook.save import replace_file

COLUMNS = ("sheet", "cell", "old", "new", "note")
"""The columns of a change list, in order; `old` and `note` may be left out."""

MOST_CHANGES = 200_000
_LARGEST = 50_000_000
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


@dataclass(frozen=True)
class CellChange:
    """One cell, what it must hold before (None: anything) and what it holds afterwards (blank: ""), as text.

    `content`, where it is given, is what is written in place of `new`, which then only shows it.
    """

    sheet: str
    cell: str
    new: str
    old: str | None = None
    note: str = ""
    content: Content = None

    @property
    def place(self) -> str:
        """Sheet and cell."""
        return f"{self.sheet}!{self.cell}"


def normalise_cell(written: str) -> str | None:
    """A cell in one form.

    Parameters
    ----------
    written
        A cell as people write it, such as "$c$7".

    Returns
    -------
    str or None
        Such as C7; None where it is not a cell.
    """
    match = _CELL.fullmatch(trim(written))
    return f"{match[1].upper()}{match[2]}" if match else None


def read_change_list(path: Path) -> list[CellChange]:
    """The changes of a CSV file.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the columns sheet, cell, old, new and note, separated by commas or semicolons. Without
        the column `old` what a cell holds is not looked at; without `note` there are no notes.

    Returns
    -------
    list of CellChange
        In the order of the file.

    Raises
    ------
    InputError
        The file cannot be read, or lines of it are wrong: every one is listed.
    """
    header, lines = _read_lines(path)
    faults: list[Issue] = []
    changes: list[CellChange] = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in lines:
        row = dict(zip(header, line, strict=False))
        sheet, written = trim(row.get("sheet") or ""), row.get("cell") or ""
        cell = normalise_cell(written)
        where = f"{path.name} line {number}"
        if len(line) != len(header):
            here = f"{count_noun(len(line), 'cell')} and not {len(header)}"
            faults.append(_fault(f"{where}: has {here}, as the first line: put texts in quotes"))
        elif not sheet or cell is None:
            faults.append(
                _fault(
                    f"{where}: `{quote(sheet)}` `{quote(written)}` is not a cell: write a sheet and a cell such as C7"
                )
            )
        elif (plain(sheet), cell) in seen:
            first = seen[plain(sheet), cell]
            faults.append(_fault(f"{where}: {sheet}!{cell} is changed in line {first} already: delete one of the two"))
        else:
            seen[plain(sheet), cell] = number
            old = unguard(row["old"]) if "old" in row else None
            changes.append(CellChange(sheet, cell, unguard(row["new"]), old, unguard(row.get("note") or "")))
    if faults:
        raise InputError(faults)
    return changes


def _fault(message: str) -> Issue:
    return Issue("error", "", "", message)


def _read_lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The names in the first line, and the other lines with their numbers."""
    try:
        if path.stat().st_size > _LARGEST:
            raise refuse(f"{path.name} has more than {_LARGEST // 10**6} MB: it is not a list of changes")
        written = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        why = "it is not in UTF-8" if isinstance(error, ValueError) else getattr(error, "strerror", None) or error
        raise refuse(f"{path} cannot be read: {why}") from None
    first = written.partition("\n")[0]
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        lines = [(reader.line_num, line) for line in reader if any(trim(cell) for cell in line)]
    except csv.Error as error:
        raise refuse(
            f"{path.name} line {reader.line_num}: is not a line of CSV ({error}): put texts in quotes"
        ) from None
    header = [trim(name).casefold() for name in lines[0][1]] if lines else []
    missing = [name for name in ("sheet", "cell", "new") if name not in header]
    unknown = [name for name in header if name not in COLUMNS or header.count(name) > 1]
    if missing or unknown:
        raise refuse(
            f"{path.name} line 1: the columns of a list of changes are {', '.join(COLUMNS)} (each once; old and note "
            f"may be left out): {'add ' + ', '.join(missing) if missing else 'remove ' + quote(', '.join(unknown))}"
        )
    if len(lines) > MOST_CHANGES:
        raise refuse(f"{path.name} has more than {MOST_CHANGES:,} lines: split it")
    return header, lines[1:]


def guard(written: str) -> str:
    """A text as CSV holds it, so that no spreadsheet program takes it for a formula: with `'` before its sign."""
    risky = written.startswith((*FORMULA_SIGNS, "'", "\t", "\r")) and not _is_number(written)
    return f"'{written}" if risky else written


def unguard(written: str) -> str:
    """The text that `guard` made safe."""
    return written[1:] if written.startswith("'") else written


def _is_number(written: str) -> bool:
    try:
        float(written)
    except ValueError:
        return False
    return True


def write_change_list(changes: Iterable[CellChange]) -> str:
    """The CSV of a list of changes, as `read_change_list` reads it.

    Parameters
    ----------
    changes
        The changes.

    Returns
    -------
    str
        One line for each, below the names of the columns.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for change in changes:
        new = change.new if change.content is None else show_content(change.content)
        writer.writerow([change.sheet, change.cell, *map(guard, (change.old or "", new, change.note))])
    return out.getvalue()


def save_change_list(changes: Iterable[CellChange], path: Path) -> None:
    """Write a list of changes to a CSV file, whole or not at all.

    Parameters
    ----------
    changes
        The changes.
    path
        The file; what is there is replaced.

    Raises
    ------
    WriteError
        The file could not be written.
    """
    content = ("\ufeff" + write_change_list(changes)).encode()
    replace_file(path, lambda file: file.write(content))
