"""The sheet `settings`: one value per row, each of its own kind."""

from typing import Any

import pandas as pd
import pandera.pandas as pa

from planner.workbook.cells import CellError, text, value_of
from planner.workbook.findings import Findings
from planner.workbook.names import quote, suggest
from planner.workbook.structure import failures
from planner.workbook.tables import Table
from planner_models.instance import convert_setting, default_settings
from planner_models.schema import SETTINGS, meta

SHEET = "settings"

_ROW = pa.DataFrameSchema(SETTINGS)
"""All settings as the columns of one row."""


def check_settings(found: Table, findings: Findings) -> tuple[dict[str, Any], pd.DataFrame]:
    """Every setting, typed, defaults filled; and the sheet as it was understood, for the copy in the result.

    Ranges are for `judge_settings` to check, when the figures are in the units of the schema.
    """
    values = default_settings()
    understood = found.cells.copy()
    rows: dict[str, int] = {}
    if not {"key", "value"} <= set(found.cells.columns):
        if "key" in found.cells and len(found.cells):
            findings.at("error", SHEET, "B1", "the column `value` is missing: write it as a header here")
        return values, understood
    for row, cells in zip(found.cells.index.tolist(), found.cells.to_dict("records"), strict=True):
        key = _key(row, cells["key"], rows, findings)
        if key is None:
            continue
        understood.at[row, "key"] = key
        rows[key] = row
        try:
            value = value_of(cells["value"], meta(SETTINGS[key]))
        except CellError as fault:
            findings.fault(SHEET, row, "value", f"({key}) {fault}")
        else:
            understood.at[row, "value"] = convert_setting(SETTINGS[key], value)
            if value is not None:
                values[key] = understood.at[row, "value"]
    return values, understood


def judge_settings(values: dict[str, Any], understood: pd.DataFrame, findings: Findings) -> None:
    """A fault for every setting that is outside its range; `understood` is the sheet as `check_settings` gives it."""
    for _, key, message in failures(_ROW, _frame(values)):
        rows = understood.index[understood["key"] == key]
        findings.fault(SHEET, int(rows[0]), "value", f"({key}) {message}")


def _key(row: int, cell: Any, rows: dict[str, int], findings: Findings) -> str | None:
    """The setting that a row is about; None, and a fault, where there is none or it stands twice."""
    try:
        typed = text(cell) if cell is not None else ""
    except CellError:
        typed = str(cell)
    key = typed.casefold()
    if typed == "":
        findings.fault(SHEET, row, "key", "is blank: write the name of a setting, or clear the row")
    elif key not in SETTINGS:
        hint = suggest(typed, SETTINGS) or f": write one of {', '.join(SETTINGS)}"
        findings.fault(SHEET, row, "key", f"`{quote(typed)}` is not a setting{hint}")
    elif key in rows:
        findings.fault(SHEET, row, "key", f"`{key}` is already in row {rows[key]}: delete one of the two rows")
    else:
        return key
    return None


def _frame(values: dict[str, Any]) -> pd.DataFrame:
    """The settings as one typed row, so that the schema can judge them."""
    numbers = {"number", "integer"}
    kinds = {key: float if meta(column)["kind"] in numbers else object for key, column in SETTINGS.items()}
    return pd.DataFrame({key: pd.Series([values[key]], dtype=kinds[key]) for key in SETTINGS})
