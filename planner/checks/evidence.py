"""Evidence: each row is about a figure that exists."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import Row, join_names, needs, report_error, report_warning, rows
from planner.issues import Issue
from planner_models.schema import INPUTS, SETTINGS, keys, meta

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("evidence")
def evidence_is_about_something(reading: "Reading") -> Iterator[Issue]:
    """Sheet, key and column of each row name a figure of the workbook, and its range holds the figure."""
    known: dict[str, pd.Index] = {}
    for row, entry in rows(reading.instance["evidence"]):
        if entry["low"] > entry["high"]:
            message = f"low {entry['low']:g} is above high {entry['high']:g}; exchange them"
            yield report_error(reading, "evidence", row, "low", message)
        if entry["sheet"] not in INPUTS:
            message = f"there is no sheet `{entry['sheet']}`; write the name of an input sheet"
            yield report_warning(reading, "evidence", row, "sheet", message)
        elif entry["sheet"] == "settings":
            if entry["key"] not in SETTINGS:
                yield report_warning(
                    reading, "evidence", row, "key", f"there is no setting `{entry['key']}`; correct it"
                )
        else:
            if entry["sheet"] not in known:
                known[entry["sheet"]] = _names(reading, entry["sheet"])
            yield from _in_sheet(reading, row, entry, known[entry["sheet"]])


def _names(reading: "Reading", sheet: str) -> pd.Index:
    """The key of every row of a sheet in words, its parts with `|` between."""
    parts = [reading.instance[sheet][name].map(_word) for name in keys(INPUTS[sheet])]
    return pd.Index(["|".join(words) for words in zip(*parts, strict=True)], dtype=object)


def _in_sheet(reading: "Reading", row: int, entry: Row, names: pd.Index) -> Iterator[Issue]:
    """Does the column hold numbers, does the key exist, and is the figure within its range."""
    sheet, column = entry["sheet"], entry["column"]
    schema = INPUTS[sheet]
    if column not in schema.columns:
        numbers = [name for name, field in schema.columns.items() if meta(field)["kind"] in ("number", "integer")]
        message = f"sheet {sheet} has no column `{column}`; write one of {join_names(numbers, len(numbers))}"
        yield report_warning(reading, "evidence", row, "column", message)
        return
    key = keys(schema)
    if not key:
        return
    table = reading.instance[sheet]
    if len(entry["key"].split("|")) != len(key):
        message = f"the key of {sheet} is {'|'.join(key)}; write its parts with '|' between"
        yield report_warning(reading, "evidence", row, "key", message)
        return
    wanted = "|".join(part.strip() for part in entry["key"].split("|"))
    found = table.index[names == wanted]
    if found.empty:
        message = f"sheet {sheet} has no row `{wanted}` ({'|'.join(key)}); correct the key"
        yield report_warning(reading, "evidence", row, "key", message)
    elif meta(schema.columns[column])["kind"] in ("number", "integer"):
        value = float(table[column][found[0]])
        if value < entry["low"] or value > entry["high"]:
            message = f"{sheet}!{reading.cell(sheet, found[0], column)} is {value:g}, outside its range; widen it"
            yield Issue("info", "evidence", reading.cell("evidence", row, "low"), message)


def _word(value: object) -> str:
    """A key part as text, whole numbers without decimals."""
    return f"{value:g}" if isinstance(value, float) else str(value)
