"""An instance workbook as it was understood: its tables converted, checked, and every issue with its cell."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from planner.issues import Issue
from planner.workbook import settings
from planner.workbook.findings import Findings, cell_name
from planner.workbook.overrides import warn_overridden
from planner.workbook.structure import check_structure, refers_to
from planner.workbook.tables import Table, values
from planner_models.instance import Instance, apply_schema
from planner_models.schema import INPUTS


@dataclass(frozen=True)
class Reading:
    """A workbook as it was understood.

    `instance` holds what could be read, and means something only where there are no `faults`. `columns` gives the
    letter of each declared column that a sheet has. `raw` holds, for each sheet of the workbook, its rows after any
    changes: the declared columns as understood, blank where blank, and the user's own columns as stored; indexed by
    row number. `content_hash` is the SHA-256 of the file as it was read, whatever is at `path` by now.
    """

    path: Path
    content_hash: str
    instance: Instance
    issues: list[Issue]
    columns: dict[str, dict[str, str]]
    raw: dict[str, pd.DataFrame]

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
    check_structure(frames, findings, passed=sound & untouched)
    warn_overridden(frames, findings)
    sound |= untouched - {issue.sheet for issue in findings.issues}
    order = {sheet: number for number, sheet in enumerate(["", "--set", *INPUTS])}
    issues = sorted(
        dict.fromkeys(findings.issues),
        key=lambda issue: (order.get(issue.sheet, len(order)), *_order_of_cell(issue.cell)),
    )
    return Reading(*source, Instance(frames, chosen), issues, findings.letters, raw)


@cache
def _make_empty(sheet: str) -> pd.DataFrame:
    return apply_schema(sheet, pd.DataFrame(index=pd.Index([], dtype="int64", name="row")))


def _order_of_cell(cell: str) -> tuple[int, int, str]:
    """The order of cells as one reads them: by row, then by column."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :] or 0), len(letters), letters
