"""A small sound workbook, and ways to spoil it."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

from planner.issues import Issue
from planner.workbook.read import Reading, read_instance

Rows = list[list[Any]]

SOUND: dict[str, Rows] = {
    "settings": [["key", "value"], ["name", "small"], ["base_year", 2025], ["mip_gap", 0.01], ["scale", "off"]],
    "periods": [["period", "years"], ["2024", 5], ["2029", 5]],
    "regions": [["region", "bloc", "wage"], ["China", "Asia", 5], ["France", "Europe", 30.5], ["Chile", None, None]],
    "items": [["item", "tier", "unit", "value"], ["ore", "upstream", "kt", 1.5], ["cell", "midstream", "GWh", 50]],
    "processes": [["process", "tier"], ["make", "midstream"]],
    "recipes": [["process", "item", "quantity"], ["make", "ore", -2], ["make", "cell", 1]],
    "firms": [["firm", "home"], ["us", "yes"]],
    "sites": [["site", "region", "firm"], ["S1", "China", "us"]],
    "lines": [["site", "process", "capacity"], ["S1", "make", 100]],
    "lanes": [
        ["origin", "destination", "item", "cost"],
        ["China", "France", None, 0.1],
        ["Chile", "China", "ore", 0.2],
    ],
    "duties": [["origin", "destination", "item", "rate"], ["Asia", "Europe", "*", 0.1]],
    "demand": [
        ["region", "item", "period", "volume", "price", "penalty", "note"],
        ["France", "cell", "2024", 10, 100, None, "first"],
        ["France", "cell", "2029", 20, 90, 500, None],
    ],
}

INTEGRATED: dict[str, Rows] = SOUND | {
    "firms": [["firm", "home"], ["us", "yes"], ["them", "no"]],
    "sites": [["site", "region", "firm"], ["S1", "China", "us"], ["S2", "Chile", "them"]],
    "lines": [["site", "process", "capacity"], ["S1", "make", 100], ["S2", "make", 50]],
    "access": [
        ["firm", "process", "mode", "entry_cost", "stake", "controls", "offtake_share"],
        ["them", None, "spot", None, None, None, 0.5],
        ["them", "make", "equity", 12.5, 0.3, "yes", None],
    ],
    "projects": [
        ["project", "option", "kind", "partner", "min_stake", "cost", "duration", "needs"],
        ["launch", "alone", "own", None, None, 3, 1, "study"],
        ["launch", "with them", "joint", "them", 0.2, 5, 0, None],
        ["study", "alone", "own", None, None, 1, 0, None],
    ],
    "enablers": [["region", "enabler", "item", "threshold", "uplift"], ["France", "cell", "cell", 5, 0.1]],
    "learning": [
        ["process", "level", "threshold", "saving", "outside"],
        ["make", 1, 10, 0.1, 2],
        ["make", 2, 90, 0.2, 2],
    ],
    "clusters": [["region", "level", "stages", "saving", "tier"], ["China", 1, 1, 0.05, "*"]],
    "policies": [
        ["policy", "kind", "region", "item", "rate", "budget", "from", "to"],
        ["grant", "capex", "Asia", "make", 0.1, 40, "2024", "2029"],
        ["tariff", "duty", "*", "cell", 0.05, None, None, None],
    ],
}
"""The sound workbook with an outside firm and rows in every sheet of offers, development, levels and policies."""


def write(path: Path, changes: Mapping[str, Rows | None] | None = None) -> Path:
    """A workbook with the sound sheets, except that those in `changes` are replaced, added, or (None) left out."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet, rows in (SOUND | dict(changes or {})).items():
        if rows is not None:
            page = book.create_sheet(sheet)
            for row in rows:
                page.append(row)
    book.save(path)
    return path


def edited(sheet: str, cells: Mapping[str, Any]) -> dict[str, Rows]:
    """The sound sheet `sheet` with some cells, named like "C7", put to other values."""
    rows = [list(row) for row in SOUND[sheet]]
    for name, value in cells.items():
        column, row = ord(name[0]) - 64, int(name[1:])
        while len(rows) < row:
            rows.append([])
        rows[row - 1] += [None] * (column - len(rows[row - 1]))
        rows[row - 1][column - 1] = value
    return {sheet: rows}


def read(path: Path, changes: Mapping[str, Rows | None] | None = None, *, sets: tuple[str, ...] = ()) -> Reading:
    """Read the sound workbook with `changes`, and what `--set` says."""
    return read_instance(write(path / "book.xlsx", changes), sets)


def read_cell(path: Path, sheet: str, cell: str, value: Any) -> Reading:
    """Read the sound workbook with one cell put to another value."""
    return read(path, edited(sheet, {cell: value}))


def the_fault(reading: Reading) -> Issue:
    """The only fault of a reading."""
    assert len(reading.faults) == 1, "\n".join(map(str, reading.issues))
    return reading.faults[0]


def says(issues: list[Issue], place: str, *words: str) -> bool:
    """Whether an issue at `place` ("sheet!cell", "sheet!" or "!") holds all `words` in its message."""
    return any(f"{i.sheet}!{i.cell}" == place and all(word in i.message for word in words) for i in issues)


def rewrite(source: Path, target: Path, change: Callable[[str, bytes], bytes | None], **added: bytes) -> Path:
    """Copy an archive part by part; `change` gives the new bytes of a part, None leaves it out.

    Parts in `added` have `__` for `/` and `_DOT_` for `.` in their names.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in added.items():
            new.writestr(name.replace("__", "/").replace("_DOT_", "."), data)
    return target


def sheet_part(path: Path, sheet: str) -> str:
    """The member of the archive that holds `sheet`; openpyxl numbers them in order."""
    return f"xl/worksheets/sheet{openpyxl.load_workbook(path, read_only=True).sheetnames.index(sheet) + 1}.xml"
