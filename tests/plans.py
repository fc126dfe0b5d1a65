"""Result tables written by hand, and what is done to them to see whether the audit notices."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from planner.audit.audit import audit
from planner_models.instance import Instance
from planner_models.schema import RESULTS

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


def undiscounted(rows: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    """The sheet `costs` at a discount rate of 0: line, tier, region, period, amount over the period."""
    return table("costs", [(*row, row[-1]) for row in rows])


def checks_failed(data: Instance, tables: Plan, *tampers: Tamper) -> list[str]:
    """The checks that do not agree once a plan of an instance has been tampered with.

    The instance can be tampered with as well: its sheets stand beside the others as `in_...`. The objective claimed is
    what the sheet `costs` then adds up to.
    """
    given = {f"in_{sheet}": frame.reset_index(drop=True) for sheet, frame in data.tables.items()}
    tables = {sheet: frame.copy() for sheet, frame in (tables | given).items()}
    for tamper in tampers:
        tamper(tables)
    changed = replace(data, tables={sheet: tables[f"in_{sheet}"] for sheet in data.tables})
    sign = -1.0 if data.settings["objective"] == "profit" else 1.0
    return failed(audit(changed, tables, sign * objective(tables)))


Case = tuple[str, list[Tamper]]


def named(cases: list[Case]) -> dict[str, Any]:
    """Arguments of parametrize: check and tampers, with names that say which."""
    ids = [f"{number}: {check}" for number, (check, _) in enumerate(cases)]
    return {"argnames": ("check", "tampers"), "argvalues": cases, "ids": ids}
