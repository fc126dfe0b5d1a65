"""Result tables written by hand, and what is done to them to see whether the audit notices."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from models.schema import RESULTS

Plan = dict[str, pd.DataFrame]
Tamper = Callable[[Plan], object]


def table(sheet: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows in the order of the sheet's columns; a scenario is always the base."""
    columns = [name for name in RESULTS[sheet].columns if name != "scenario"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(scenario="base") if "scenario" in RESULTS[sheet].columns else frame


def objective(tables: Plan) -> float:
    """The sum of all discounted amounts: a cost in money."""
    return float(tables["costs"]["discounted"].sum())


def failed(result: pd.DataFrame) -> list[str]:
    """The checks of an audit that do not agree."""
    return list(result.loc[result["ok"] == "no", "check"])


def put(sheet: str, row: int, **cells: Any) -> Tamper:
    """Writes cells of a row."""

    def change(tables: Plan) -> None:
        for name, value in cells.items():
            tables[sheet].loc[row, name] = value

    return change


def scale(sheet: str, row: int, *columns: str, by: float = 1.00001) -> Tamper:
    """Multiplies cells of a row."""

    def change(tables: Plan) -> None:
        tables[sheet].loc[row, list(columns)] *= by

    return change


def add(sheet: str, *cells: Any) -> Tamper:
    """Appends a row."""

    def change(tables: Plan) -> None:
        tables[sheet] = pd.concat([tables[sheet], table(sheet, [cells])], ignore_index=True)

    return change


def drop(sheet: str, row: int) -> Tamper:
    """Removes a row."""

    def change(tables: Plan) -> None:
        tables[sheet] = tables[sheet].drop(index=row)

    return change
