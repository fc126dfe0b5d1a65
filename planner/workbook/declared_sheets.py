"""Sheets of any workbook as tables: those that a schema declares, and the plain rows of one sheet."""

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from planner.issues import Issue
from planner.workbook.findings import Findings
from planner.workbook.grid import Grid, letter, read_grids
from planner.workbook.names import quote, trim
from planner.workbook.package import Package
from planner.workbook.stored import Value
from planner.workbook.tables import table, values
from planner_models.instance import NUMERIC
from planner_models.schema import meta


def read_sheets(
    package: Package, schemas: Mapping[str, pa.DataFrameSchema]
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """The declared sheets of a workbook, as `read_tables` gives them, and what was noticed.

    A value that cannot be used is missing, a sheet that cannot be read is left out; both are faults among the issues.

    Parameters
    ----------
    package
        The opened workbook.
    schemas
        Declarations of the sheets to read, by name.

    Returns
    -------
    tuple of dict and list
        Tables by sheet, with all declared columns, then the user's own; and the issues.

    Raises
    ------
    InputError
        The workbook is damaged.
    """
    findings = Findings()
    grids, faults = read_grids(package, [name for name, _ in package.sheets if name in schemas])
    findings.issues += faults
    frames = {}
    for sheet, grid in grids.items():
        found = table(sheet, grid, schemas[sheet], findings)
        frame = pd.concat([values(found, sheet, findings), found.cells[found.own]], axis=1)
        frames[sheet] = _add_columns(frame, schemas[sheet], found.own)
    return frames, findings.issues


def read_rows(package: Package, sheet: str) -> tuple[dict[int, dict[str, Value]], list[Issue]]:
    """The rows of a sheet below its header, and what is wrong with its cells.

    Blank cells are left out, and so are rows without any value.

    Parameters
    ----------
    package
        The opened workbook.
    sheet
        Name of a sheet that it has.

    Returns
    -------
    tuple of dict and list
        Row number -> name in row 1 -> value; and the issues.

    Raises
    ------
    InputError
        The workbook is damaged.
    """
    grids, issues = read_grids(package, [sheet])
    grid = grids.get(sheet, Grid())
    names: dict[int, str] = {}
    for column, cell in grid.rows.get(1, {}).items():
        name = trim(str(cell))
        if name in names.values():
            issues.append(Issue("error", sheet, f"{letter(column)}1", f"the column `{quote(name)}` is there twice"))
        elif name:
            names[column] = name
    for (row, column), trouble in sorted(grid.troubles.items()):
        issues.append(Issue("error", sheet, f"{letter(column)}{row}", trouble))
    rows: dict[int, dict[str, Value]] = {}
    for row, cells in grid.rows.items():
        for column, cell in cells.items() if row > 1 else ():
            if isinstance(cell, str) and trim(cell) == "":
                continue
            if column in names:
                rows.setdefault(row, {})[names[column]] = cell
            else:
                message = f"has a value, but {letter(column)}1 names no column: write a name there, or clear this cell"
                issues.append(Issue("error", sheet, f"{letter(column)}{row}", message))
    return rows, [*issues, *grid.issues]


def _add_columns(frame: pd.DataFrame, schema: pa.DataFrameSchema, own: list[str]) -> pd.DataFrame:
    """`frame` with every declared column, in declared order, before the user's own."""
    for name, column in schema.columns.items():
        if name not in frame:
            frame[name] = pd.Series(None, index=frame.index, dtype=float if meta(column)["kind"] in NUMERIC else object)
    return frame[[*schema.columns, *own]].reset_index(drop=True)
