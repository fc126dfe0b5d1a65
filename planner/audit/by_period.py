"""Sheet by_period as the audit reads it: the figures of the instance as they are in one period."""

from dataclasses import replace
from typing import Any

import pandas as pd

from planner_models.instance import Instance
from planner_models.schema import INPUTS, keys, meta

_INHERITED = {"lanes": "item", "access": "process", "options": "site"}
"""By sheet: the column in which `*` may be written, whose row says what blank cells of the others mean."""

_NAMED = {"duties": ["origin", "destination", "item"]}
"""Columns that name rows of sheets without a key."""


def read_figures(instance: Instance, place: int) -> Instance:
    """The instance as it is in the period at a place in time; itself where no row is about that period."""
    places = {period: number for number, period in enumerate(instance["periods"]["period"])}
    rows = [
        row
        for row in instance.tables["by_period"].to_dict("records")
        if places.get(row["from"], 0) <= place <= places.get(row["to"], len(places))
    ]
    if not rows:
        return instance
    tables = dict(instance.tables)
    for row in sorted(rows, key=lambda row: "*" not in row["key"]):
        sheet = row["sheet"]
        tables[sheet] = tables[sheet].copy()
        for number in _find_named(sheet, tables[sheet], row["key"]):
            given = row["value"] == row["value"]
            figure = (
                row["value"] if given else row["factor"] * _find_stated(sheet, tables[sheet], number, row["column"])
            )
            tables[sheet].loc[number, row["column"]] = figure
    return replace(instance, tables=tables)


def _find_named(sheet: str, table: pd.DataFrame, key: str) -> list[int]:
    """The numbers of the rows that a key names."""
    columns = _NAMED.get(sheet) or keys(INPUTS[sheet])
    parts = {column: part.strip() for column, part in zip(columns, key.split("|"), strict=True)}
    meant = {
        column: part for column, part in parts.items() if part != "*" or meta(INPUTS[sheet].columns[column])["wildcard"]
    }
    numbers: list[int] = list(table.index)
    return [number for number in numbers if all(str(table.at[number, name]) == meant[name] for name in meant)]


def _find_stated(sheet: str, table: pd.DataFrame, number: int, column: str) -> float:
    """What a cell says, or where it is blank the cell of the `*` row."""
    cell: Any = table.at[number, column]
    if cell == cell or sheet not in _INHERITED or not meta(INPUTS[sheet].columns[column])["inherits"]:
        return float(cell)
    member = _INHERITED[sheet]
    others = [name for name in keys(INPUTS[sheet]) if name != member]
    same = (table[others] == table.loc[number, others]).all(axis=1) & (table[member] == "*")
    cells = table.loc[same, column].dropna()
    return float(cells.iloc[0]) if len(cells) else float(meta(INPUTS[sheet].columns[column])["default"])
