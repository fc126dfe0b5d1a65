"""The business rules of an input workbook, one module per noun: each check yields the issues it finds."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading

Check = Callable[["Reading"], Iterator[Issue]]

Row = Mapping[str, Any]
"""The cells of a row by column name."""


def needs(*sheets: str) -> Callable[[Check], Check]:
    """A check that reads `sheets`: it keeps silent while the reader has found a fault in one of them.

    A fault that names no sheet concerns the whole file and silences every check.
    """

    def guard(check: Check) -> Check:
        @wraps(check)
        def guarded(reading: "Reading") -> Iterator[Issue]:
            faulty = {issue.sheet for issue in reading.issues if issue.severity == "error"}
            if not faulty & {"", "--set", *sheets}:
                yield from check(reading)

        return guarded

    return guard


def report_error(reading: "Reading", sheet: str, row: int, column: str, message: str) -> Issue:
    """What makes a plan impossible or meaningless; `row` is the row's number in the sheet."""
    return Issue("error", sheet, reading.cell(sheet, row, column), message)


def report_warning(reading: "Reading", sheet: str, row: int, column: str, message: str) -> Issue:
    """What a planner should look at; the plan can be made without."""
    return Issue("warning", sheet, reading.cell(sheet, row, column), message)


def rows(table: pd.DataFrame) -> Iterator[tuple[int, Row]]:
    """The number of each row in its sheet, with its cells; a blank stays None or NaN as it was."""
    columns = list(table.columns)
    for row, cells in zip(table.index.tolist(), table.to_numpy(object).tolist(), strict=True):
        yield row, dict(zip(columns, cells, strict=True))


def active(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not marked as inactive."""
    return table[table["active"] == "yes"]


def join_names(names: list[str], most: int = 5) -> str:
    """`names` in words: "a, b and c"; beyond `most` only their number is given."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "none"
