"""Workbook in, instance out, with everything that is wrong or worth saying and the cell where it stands."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from planner.issues import InputError
from planner.workbook import settings
from planner.workbook.addresses import ChangeError
from planner.workbook.changes import apply_change, apply_changes
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.findings import Findings
from planner.workbook.grid import Grid, read_grids
from planner.workbook.names import GUIDE, OWN, near, plain, quote, suggest
from planner.workbook.package import Package, open_package, refuse
from planner.workbook.reading import Reading, understand_tables
from planner.workbook.tables import Table, check_header, table, twice
from planner_models.collector import collector_paused
from planner_models.schema import INPUTS, RESULTS

NEEDED = ("periods", "regions", "items", "demand")
"""Sheets without whose rows there is nothing to plan."""

COPIED = "in_"
"""What the names of the sheets begin with in which a result workbook repeats its input."""

_OUR_ISSUES = re.compile(r"issues(_\d+)?")


def read_instance(path: str | Path, changes: Sequence[str] = ()) -> Reading:
    """Read the instance workbook at `path`, make the `changes` (see `changes.py`), and check it against the schema.

    Raises InputError where the file is no workbook that can be read; every other fault is among the issues.
    """
    return open_instance(path).reading(changes)


@dataclass(frozen=True)
class Draft:
    """An instance workbook as it lies on the disk: opened once, and read under any number of changes."""

    path: Path
    content_hash: str
    tables: dict[str, Table]
    findings: Findings
    known: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=dict)
    sound: set[str] = field(default_factory=set)

    @collector_paused()
    def reading(self, changes: Sequence[str] = ()) -> Reading:
        """The workbook under the `changes`, checked against the schema; the draft stays as it is.

        Sheets that no change touches, and with which all is well, are converted and judged once: readings share them.
        """
        findings = Findings(
            list(self.findings.issues),
            {sheet: dict(letters) for sheet, letters in self.findings.letters.items()},
            dict(self.findings.changed),
            set(self.findings.faulty),
            set(self.findings.missing),
        )
        tables = self._copy_tables()
        apply_changes(tables, changes, findings)
        return understand_tables((self.path, self.content_hash), tables, findings, self.known, self.sound)

    def refused(self, changes: Sequence[str]) -> dict[str, str]:
        """Those of the `changes`, made in order, that find nothing to change, and why."""
        faults = zip(changes, self.find_faults(changes), strict=True)
        return {written: str(fault) for written, fault in faults if fault is not None}

    def find_faults(self, changes: Sequence[str]) -> list[ChangeError | None]:
        """For each of the `changes`, made in order, why it finds nothing to change; None where it does."""
        tables = self._copy_tables()
        faults: list[ChangeError | None] = []
        for written in changes:
            try:
                apply_change(tables, written)
                faults.append(None)
            except ChangeError as fault:
                faults.append(fault)
        return faults

    def change_tables(self, changes: Sequence[str]) -> dict[str, Table]:
        """The tables under the `changes`, as stored. Raises InputError with every change that finds nothing."""
        findings = Findings()
        tables = self._copy_tables()
        apply_changes(tables, changes, findings)
        if findings.issues:
            raise InputError(findings.issues)
        return tables

    def _copy_tables(self) -> dict[str, Table]:
        return {
            sheet: replace(found, cells=found.cells.copy(), declared=list(found.declared))
            for sheet, found in self.tables.items()
        }


def open_instance(path: str | Path) -> Draft:
    """Open an instance workbook.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    Draft
        Its tables, to be read under any number of changes; faults of cells are among its findings.

    Raises
    ------
    InputError
        The file is a result, or cannot be read.
    """
    return draft_of(open_package(path), Path(path))


@collector_paused()
def draft_of(package: Package, path: Path) -> Draft:
    """The instance in a workbook that was opened.

    Parameters
    ----------
    package
        The opened workbook.
    path
        Where it was opened.

    Returns
    -------
    Draft
        Its tables, to be read under any number of changes; faults of cells are among its findings.

    Raises
    ------
    InputError
        The workbook is a result, or damaged.
    """
    _refuse_result(package)
    findings = Findings(list(package.remarks))
    parts = _match_sheets(package, INPUTS, findings)
    tables = _read_tables(package, parts, findings)
    _look_for_needed(package, parts, tables, findings)
    return Draft(path, package.content_hash, _add_settings(tables, findings), findings)


def _refuse_result(package: Package) -> None:
    """Raise InputError where the planner wrote the workbook as a result: one fault, not one for each sheet."""
    if not _holds_result(package):
        return
    run = read_sheets(package, {OWN: RESULTS[OWN]})[0].get(OWN, pd.DataFrame(columns=["key", "seal"]))
    made_from = run.loc[run["key"] == "input", "seal"].dropna().tolist()
    named = f", {quote(made_from[0])}" if made_from else ""
    raise refuse(
        f"{package.name} is a result of the planner, not an instance: name the workbook that it was made from{named}"
    )


def _holds_result(package: Package) -> bool:
    present = {plain(name) for name, _ in package.sheets}
    return OWN in present and any(COPIED + sheet in present for sheet in INPUTS) and not present >= set(NEEDED)


def is_result(path: str | Path) -> bool:
    """Whether a workbook is one that the planner wrote as a result.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    bool
        True for a result, False for an instance or any other workbook.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    return _holds_result(open_package(path))


def _match_sheets(package: Package, known: Iterable[str], findings: Findings) -> dict[str, str]:
    """Declared sheet -> the name it has in the workbook; unknown and doubtful names are remarked on."""
    folded = {plain(sheet): sheet for sheet in known}
    actual = [name for name, _ in package.sheets]
    parts: dict[str, str] = {}
    for name in twice(actual):
        findings.at("error", name, "", "several sheets have this name: rename or delete all but one")
    for name in sorted(actual, key=lambda name: name not in folded.values()):
        sheet = folded.get(plain(name))
        if name.startswith("_") or plain(name) == GUIDE or _OUR_ISSUES.fullmatch(name):
            continue
        if sheet is None:
            hint = suggest(name, folded.values())
            findings.at("warning", name, "", f"`{quote(name)}` is not a known sheet and is ignored{hint}")
        elif sheet in parts:
            if name != parts[sheet]:
                findings.at("error", name, "", f"is read as the same sheet as `{parts[sheet]}`: delete one of the two")
        else:
            parts[sheet] = name
            if name != sheet:
                findings.at("warning", sheet, "", f"the sheet `{quote(name)}` is read as `{sheet}`")
    return parts


def _read_tables(package: Package, parts: dict[str, str], findings: Findings) -> dict[str, Table]:
    """The tables of the sheets in `parts`; a sheet that cannot be read has a fault instead."""
    grids, faults = read_grids(package, parts.values())
    declared = {name: sheet for sheet, name in parts.items()}
    for fault in faults:
        sheet = declared[fault.sheet]
        findings.at(fault.severity, sheet, fault.cell, fault.message)
        findings.missing |= {(sheet, column) for column in INPUTS[sheet].columns}
    tables = {}
    for name, grid in grids.items():
        sheet = declared[name]
        tables[sheet] = table(sheet, grid, INPUTS[sheet], findings)
        if grid.troubles or grid.rows:
            check_header(tables[sheet], sheet, findings)
    return tables


def _look_for_needed(package: Package, parts: dict[str, str], tables: dict[str, Table], findings: Findings) -> None:
    for sheet in NEEDED:
        if sheet not in parts:
            others = [name for name, _ in package.sheets if name not in parts.values()]
            likely = near(sheet, others, 1)
            rename = f", or rename `{likely[0]}`" if likely else ""
            findings.at("error", sheet, "", f"the sheet is missing and every plan needs it: add it{rename}")
        elif sheet in tables and tables[sheet].cells.empty and tables[sheet].declared:
            findings.at("error", sheet, "A2", "the sheet has no rows and every plan needs it: write at least one")
        elif sheet in tables and not tables[sheet].declared and not _has_fault(sheet, findings):
            findings.at("error", sheet, "A1", "the sheet is empty: write the column names, and rows below them")


def _has_fault(sheet: str, findings: Findings) -> bool:
    """Whether the sheet has a fault already."""
    return any(issue.sheet == sheet and issue.severity == "error" for issue in findings.issues)


@collector_paused()
def read_tables(path: str | Path) -> dict[str, pd.DataFrame]:
    """The sheets of the result workbook at `path`, each with all its declared columns in their kinds.

    Keys are the names of the sheets, `in_...` for the copies of the input. Blanks stay blank: None in text, NaN in
    numbers. The user's own columns of input sheets follow as stored. Raises InputError with every fault.
    """
    package = open_package(path)
    schemas = RESULTS | {COPIED + sheet: schema for sheet, schema in INPUTS.items()}
    frames, issues = read_sheets(package, schemas)
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors:
        raise InputError(errors)
    return frames


def read_copies(package: Package, path: Path) -> Reading:
    """The input that a result workbook repeats on its `in_...` sheets; those that it lacks have no rows.

    Parameters
    ----------
    package
        The opened result workbook.
    path
        Where it was opened.

    Returns
    -------
    Reading
        The instance, and the issues of its cells.

    Raises
    ------
    InputError
        The workbook is damaged.
    """
    findings = Findings()
    present = {name for name, _ in package.sheets}
    parts = {sheet: COPIED + sheet for sheet in INPUTS if COPIED + sheet in present}
    tables = _read_tables(package, parts, findings)
    return understand_tables((path, package.content_hash), _add_settings(tables, findings), findings)


def _add_settings(tables: dict[str, Table], findings: Findings) -> dict[str, Table]:
    """`tables`, with a sheet of settings that says nothing where there is none."""
    if settings.SHEET not in tables:
        tables[settings.SHEET] = table(settings.SHEET, Grid(), INPUTS[settings.SHEET], findings)
    return tables
