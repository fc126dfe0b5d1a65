"""An instance workbook as it was understood: its tables converted, checked, and every issue with its cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from planner.issues import Issue
from planner.workbook import settings
from planner.workbook.findings import Findings, cell_name
from planner.workbook.overrides import warn_overridden
from planner.workbook.structure import check_structure, refers_to
from planner.workbook.tables import Table, values
from planner.workbook.units.conversion import Conversion
from planner.workbook.units.tables import any_units, convert_tables
from planner_models.instance import Instance, apply_schema
from planner_models.schema import INPUTS, RESULTS


@dataclass(frozen=True)
class Reading:
    """A workbook as it was understood.

    `instance` holds what could be read, and means something only where there are no `faults`. `columns` gives the
    letter of each declared column that a sheet has. `raw` holds, for each sheet of the workbook, its rows after any
    changes: the declared columns as understood, blank where blank, and the user's own columns as stored; indexed by
    row number. `content_hash` is the SHA-256 of the file as it was read, whatever is at `path` by now.
    `conversions` are the figures that are given in other units, by sheet, row and column: `instance` has them in the
    units of the schema, `raw` as they were written.
    """

    path: Path
    content_hash: str
    instance: Instance
    issues: list[Issue]
    columns: dict[str, dict[str, str]]
    raw: dict[str, pd.DataFrame]
    conversions: Mapping[tuple[str, int, str], Conversion] = field(default_factory=dict)

    @property
    def faults(self) -> list[Issue]:
        """The issues that forbid planning."""
        return [issue for issue in self.issues if issue.severity == "error"]

    def cell(self, sheet: str, row: int, column: str) -> str:
        """The cell of a value, such as "C7"; where the sheet lacks the column, the first cell of the row."""
        return cell_name(self.columns.get(sheet, {}), row, column)

    def setting_cell(self, key: str) -> str:
        """The cell of the value of a setting; "" where the workbook leaves it at its default."""
        rows = self.raw[settings.SHEET]
        found = rows.index[rows["key"] == key].tolist() if "key" in rows else []
        return self.cell(settings.SHEET, found[0], "value") if found else ""

    def quote_written(self, issues: list[Issue]) -> list[Issue]:
        """Issues with the figures as they were written, where those they are about are given in other units.

        Parameters
        ----------
        issues
            Issues of this reading, whose figures are in the units of the schema.

        Returns
        -------
        list of Issue
            The same; messages about such cells end in what is written there.
        """
        if not self.conversions:
            return issues
        written = {(sheet, self.cell(sheet, row, name)): said for (sheet, row, name), said in self.conversions.items()}
        return [
            issue
            if (issue.sheet, issue.cell) not in written or _WRITTEN in issue.message
            else replace(issue, message=f"{issue.message}{_WRITTEN}{written[issue.sheet, issue.cell]})")
            for issue in issues
        ]

    def tabulate_conversions(self) -> pd.DataFrame:
        """The figures that are given in other units, as a result lists them.

        Returns
        -------
        pandas.DataFrame
            Columns of sheet conversions, one row for each figure.
        """
        rows = [
            (
                sheet,
                self.cell(sheet, row, column),
                column,
                *(said.written, said.unit, said.factor, said.figure, said.base),
            )
            for (sheet, row, column), said in self.conversions.items()
        ]
        return pd.DataFrame(rows, columns=list(RESULTS["conversions"].columns))


_WRITTEN = " (written there: "


def understand_tables(
    source: tuple[Path, str],
    tables: dict[str, Table],
    findings: Findings,
    known: dict[str, tuple[pd.DataFrame, pd.DataFrame]] | None = None,
    sound: set[str] | None = None,
) -> Reading:
    """Convert and check the tables; `source` is the path of the workbook and the hash of what was read there.

    What is `known` of tables that are as the workbook has them, and which of them are `sound`, is used and added to.
    """
    known = {} if known is None else known
    sound = set() if sound is None else sound
    changed = {sheet for sheet, _, _ in findings.changed}
    frames, raw = {}, {}
    chosen, raw[settings.SHEET] = settings.check_settings(tables[settings.SHEET], findings)
    for sheet in INPUTS:
        if sheet == settings.SHEET:
            continue
        found = tables.get(sheet)
        frames[sheet] = _make_empty(sheet)
        if sheet in known and sheet not in changed:
            frames[sheet], raw[sheet] = known[sheet]
        elif found is not None and found.cells.empty:
            raw[sheet] = found.cells
        elif found is not None:
            before = len(findings.issues)
            frame = values(found, sheet, findings)
            frames[sheet] = apply_schema(sheet, frame)
            raw[sheet] = pd.concat([frame, found.cells[found.own]], axis=1)[list(found.cells.columns)]
            if len(findings.issues) == before and sheet not in changed:
                known[sheet] = frames[sheet], raw[sheet]
    untouched = {sheet for sheet in frames if not changed & {sheet, *refers_to(sheet)}}
    conversions: Mapping[tuple[str, int, str], Conversion] = {}
    if any_units(raw):
        frames, chosen, conversions = _convert(frames, chosen, raw, findings)
        untouched = set()  # a rate or a unit may change any sheet
    settings.judge_settings(chosen, raw[settings.SHEET], findings)
    check_structure(frames, findings, passed=sound & untouched)
    warn_overridden(frames, findings)
    sound |= untouched - {issue.sheet for issue in findings.issues}
    order = {sheet: number for number, sheet in enumerate(["", "--set", *INPUTS])}
    issues = sorted(
        dict.fromkeys(findings.issues),
        key=lambda issue: (order.get(issue.sheet, len(order)), *_order_of_cell(issue.cell)),
    )
    reading = Reading(*source, Instance(frames, chosen), issues, findings.letters, raw, conversions)
    return replace(reading, issues=reading.quote_written(issues))


def _convert(
    frames: dict[str, pd.DataFrame], chosen: dict[str, Any], raw: dict[str, pd.DataFrame], findings: Findings
) -> tuple[dict[str, pd.DataFrame], dict[str, Any], Mapping[tuple[str, int, str], Conversion]]:
    """Tables and settings in the units of the schema, and what was converted; faults go to `findings`."""
    converted = convert_tables(frames, chosen, raw)
    for (sheet, row, column), message in converted.faults.items():
        findings.fault(sheet, row, column, message)
    return converted.tables, converted.settings, converted.figures


@cache
def _make_empty(sheet: str) -> pd.DataFrame:
    return apply_schema(sheet, pd.DataFrame(index=pd.Index([], dtype="int64", name="row")))


def _order_of_cell(cell: str) -> tuple[int, int, str]:
    """The order of cells as one reads them: by row, then by column."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :] or 0), len(letters), letters
