"""Packs: rows of sheet eligibility in a .csv file that are added to a workbook, in the words of the workbook."""

import csv
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from planner.issues import InputError, Issue
from planner.workbook.read import read_instance
from planner.workbook.reading import Reading
from planner.workbook.write import write_instance
from planner_models.schema import INPUTS, TIERS
from planner_models.sets.content import split_names
from planner_models.sets.timeline import timeline

SHEET = "eligibility"
YEARS = ("from_year", "to_year")
"""Columns of a pack beside those of the sheet: calendar years, which become the periods of the workbook."""

_NAMES = ("item", "market", "made_in", "content", "who")


def read_pack(path: Path) -> list[dict[str, str]]:
    """The rows of a pack.

    Parameters
    ----------
    path
        A .csv file in UTF-8 with the columns of sheet eligibility, and from_year and to_year.

    Returns
    -------
    list of dict
        Cells by column; blank ones are left out.

    Raises
    ------
    InputError
        It cannot be read, or has columns that there are not.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError([Issue("error", "", "", f"{path} cannot be read as a pack: {fault}")]) from None
    known = {*INPUTS[SHEET].columns, *YEARS}
    strange = [name for name in (rows[0] if rows else {}) if name not in known]
    if strange or not rows:
        words = f"has no column {', '.join(map(str, strange))} in sheet {SHEET}" if strange else "has no rows"
        raise InputError([Issue("error", "", "", f"{path} {words}: write a .csv like those in instances/packs")])
    return [{name: cell.strip() for name, cell in row.items() if cell and cell.strip()} for row in rows]


def fit_pack(
    reading: Reading, rows: list[dict[str, str]], names: Mapping[str, str], only: Collection[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of a pack in the words and periods of a workbook.

    Parameters
    ----------
    reading
        The workbook.
    rows
        As `read_pack` gives them.
    names
        By a name of the pack, the names of the workbook that it means, `;` between several.
    only
        Programmes that are wanted; none for all.

    Returns
    -------
    tuple
        Rows of sheet eligibility, and the programmes left out because their years are none of the plan's.

    Raises
    ------
    InputError
        A programme is there already or not at all, or a name of the pack is none of the workbook.
    """
    faults = [f"no programme `{name}` in this pack" for name in only if name not in {row["programme"] for row in rows}]
    there = set(reading.instance[SHEET]["programme"])
    known = _list_known(reading)
    fitted, late = [], []
    for row in [row for row in rows if not only or row["programme"] in only]:
        cells: dict[str, Any] = {name: cell for name, cell in row.items() if name not in YEARS}
        for column in [name for name in _NAMES if name in cells]:
            parts = [part for name in split_names(cells[column]) for part in split_names(names.get(name, name))]
            lacking = [part for part in parts if part not in known]
            faults += [f"`{part}` ({row['programme']}, {column}) is not in the workbook: --name '{part}=...'"
                       for part in lacking]  # fmt: skip
            if column == "item" and len(parts) > 1:
                faults.append(f"`{cells[column]}` ({row['programme']}, item) can be one item only: name one")
            cells[column] = "; ".join(dict.fromkeys(parts))
        if row["programme"] in there:
            faults.append(f"the workbook has a programme `{row['programme']}` already")
        span = _find_span(reading, row)
        if span is None:
            late.append(row["programme"])
        else:
            fitted.append(cells | span)
    if faults:
        raise InputError([Issue("error", "", "", words) for words in dict.fromkeys(faults)])
    return [_convert(cells) for cells in fitted], late


def _list_known(reading: Reading) -> set[str]:
    instance = reading.instance
    columns = (("regions", "region"), ("regions", "bloc"), ("items", "item"), ("firms", "firm"), ("firms", "bloc"))
    return {"*", "home", *TIERS}.union(*(instance[sheet][column].dropna() for sheet, column in columns))


def _find_span(reading: Reading, row: Mapping[str, str]) -> dict[str, str] | None:
    """The periods whose middle year is one of a row, so that of rows for single years one applies; None where none is.

    The middle year of 2028 to 2030 is 2029, of 2031 to 2034 2033.
    """
    time, base = timeline(reading.instance), reading.instance.settings["base_year"]
    first, last = (float(row[name]) if name in row else None for name in YEARS)
    middle = {period: base + time.start[period] + time.years[period] // 2 for period in time.periods}
    inside = [
        period for period, year in middle.items() if (first is None or year >= first) and (last is None or year <= last)
    ]
    if not inside:
        return None
    found = {} if first is None else {"from": inside[0]}
    return found if last is None else found | {"to": inside[-1]}


def _convert(cells: Mapping[str, Any]) -> dict[str, Any]:
    numeric = ("threshold", "content_share", "rate")
    return {name: float(cell) if name in numeric else cell for name, cell in cells.items()}


def add_pack(
    file: Path, pack: Path, result: Path, names: Mapping[str, str], only: Collection[str]
) -> tuple[int, list[str]]:
    """Write a workbook with the rows of a pack added to its sheet eligibility.

    Parameters
    ----------
    file, pack, result
        The workbook, the pack, and the workbook to write; none is written where no row is about the years of the plan.
    names, only
        As `fit_pack` takes them.

    Returns
    -------
    tuple
        How many programmes were added, and those left out for their years.

    Raises
    ------
    InputError
        The workbook has faults, or the pack does not fit it.
    """
    reading = read_instance(file)
    faults = [issue for issue in reading.issues if issue.severity == "error"]
    if faults:
        raise InputError(faults)
    rows, late = fit_pack(reading, read_pack(pack), names, only)
    if rows:
        before = reading.raw.get(SHEET, pd.DataFrame()).to_dict("records")
        tables: dict[str, Any] = {sheet: table for sheet, table in reading.raw.items() if sheet in INPUTS}
        write_instance(tables | {SHEET: [*before, *rows]}, result)
    return len(rows), late
