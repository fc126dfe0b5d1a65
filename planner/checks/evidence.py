"""Evidence: each row is about figures that exist, and its range holds them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.checks import Row, join_names, needs, report_error, report_warning, rows
from planner.issues import Issue
from planner_models.evidence import EvidenceRange, KeyMatcher, make_range
from planner_models.schema import INPUTS, SETTINGS, meta

if TYPE_CHECKING:
    from planner.workbook.read import Reading

NUMBERS = ("number", "integer")


@needs("evidence")
def evidence_is_about_something(reading: "Reading") -> Iterator[Issue]:
    """Sheet, key and column of each row name figures of the workbook, and its range holds the figures."""
    matchers: dict[str, KeyMatcher] = {}
    for row, entry in rows(reading.instance["evidence"]):
        sheet = entry["sheet"]
        if entry["low"] > entry["high"]:
            message = f"low {entry['low']:g} is above high {entry['high']:g}; exchange them"
            yield report_error(reading, "evidence", row, "low", message)
        if sheet not in INPUTS:
            message = f"there is no sheet `{sheet}`; write the name of an input sheet"
            yield report_warning(reading, "evidence", row, "sheet", message)
        elif sheet == "settings":
            if entry["key"] not in SETTINGS:
                message = f"there is no setting `{entry['key']}`; correct it"
                yield report_warning(reading, "evidence", row, "key", message)
        else:
            if sheet not in matchers:
                matchers[sheet] = KeyMatcher(reading.instance, sheet)
            yield from _in_sheet(reading, row, entry, matchers[sheet])


def _in_sheet(reading: "Reading", row: int, entry: Row, matcher: KeyMatcher) -> Iterator[Issue]:
    """Does the column hold numbers, does the key match rows, and are their figures within the range."""
    sheet, column = entry["sheet"], entry["column"]
    schema = INPUTS[sheet]
    numbers = [name for name, field in schema.columns.items() if meta(field)["kind"] in NUMBERS]
    if column not in schema.columns:
        message = f"sheet {sheet} has no column `{column}`; write one of {join_names(numbers, len(numbers))}"
        yield report_warning(reading, "evidence", row, "column", message)
        return
    key = matcher.names
    parts = len(entry["key"].split("|"))
    if parts != len(key) and entry["key"].strip() != "*":
        message = f"the key of {sheet} is {'|'.join(key)}; write its parts with '|' between"
        yield report_warning(reading, "evidence", row, "key", message)
        return
    found = matcher.match(entry["key"])
    if not found:
        message = f"sheet {sheet} has no row `{entry['key']}` ({'|'.join(key)}); correct the key"
        yield report_warning(reading, "evidence", row, "key", message)
    elif column in numbers:
        yield from _within(reading, row, make_range(entry, found))


def _within(reading: "Reading", row: int, entry: EvidenceRange) -> Iterator[Issue]:
    """Does the range hold every figure that it is about; the first that it does not hold is named."""
    values = reading.instance[entry.sheet].loc[list(entry.rows), entry.column].to_numpy(float)
    low, high = entry.ends(values)
    with np.errstate(invalid="ignore"):
        outside = np.flatnonzero((values < low) | (values > high))
    if not len(outside):
        return
    first = outside[0]
    place = f"{entry.sheet}!{reading.cell(entry.sheet, entry.rows[first], entry.column)}"
    more = f" (and {len(outside) - 1} more)" if len(outside) > 1 else ""
    message = (
        f"{place} is {values[first]:g}, outside its range from {low[first]:g} to {high[first]:g}{more}; widen the range"
    )
    yield Issue("info", "evidence", reading.cell("evidence", row, "low"), message)
