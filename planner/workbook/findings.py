"""Where faults and remarks are gathered while a workbook is read, each at the cell it is about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from planner.issues import Issue, Severity


@dataclass
class Findings:
    """The issues of one reading.

    `letters` holds the columns of every sheet that was read; `changed` the `--set` text behind a cell that was
    changed, which is then named instead of the cell; `faulty` the cells that already have a fault, so that one wrong
    value is not reported twice; `missing` the required columns that a sheet lacks.
    """

    issues: list[Issue] = field(default_factory=list)
    letters: dict[str, dict[str, str]] = field(default_factory=dict)
    changed: dict[tuple[str, int, str], str] = field(default_factory=dict)
    faulty: set[tuple[str, int, str]] = field(default_factory=set)
    missing: set[tuple[str, str]] = field(default_factory=set)

    def at(self, severity: Severity, sheet: str, cell: str, message: str) -> None:
        """An issue at a place of the workbook as it stands."""
        self.issues.append(Issue(severity, sheet, cell, message))

    def add(self, severity: Severity, sheet: str, row: int, column: str, message: str) -> None:
        """An issue about the value in a row and a declared column, wherever that value came from."""
        if severity == "error":
            self.faulty.add((sheet, row, column))
        change = self.changed.get((sheet, row, column))
        if change is None:
            self.at(severity, sheet, cell_name(self.letters.get(sheet, {}), row, column), message)
        else:
            self.at(severity, "--set", "", f"`{change}`: {sheet}.{column} {message}")

    def fault(self, sheet: str, row: int, column: str, message: str) -> None:
        """An error about a value, unless that value has one already."""
        if (sheet, row, column) not in self.faulty:
            self.add("error", sheet, row, column, message)

    def lacks(self, sheet: str, columns: Iterable[str]) -> bool:
        """Whether a required column of `columns` is missing from the sheet, which has been said."""
        return any((sheet, column) in self.missing for column in columns)


def cell_name(letters: dict[str, str], row: int, column: str) -> str:
    """The cell of a value; where the sheet has no such column, the first cell of the row, "" without any column."""
    letter = letters.get(column) or next(iter(letters.values()), "")
    return f"{letter}{row}" if letter else ""
