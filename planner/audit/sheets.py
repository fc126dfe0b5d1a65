"""Result sheets as the audit reads them: typed, every key once, and about what the instance has.

A result can come from anywhere and have been edited by hand. What cannot be used is set apart here, and reported by
`names`, so that the other audits recompute figures of rows that mean something and never fail on the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from planner_models.figures.mixing import INITIAL_STOCK
from planner_models.instance import NUMERIC, Instance
from planner_models.schema import RESULTS, keys, meta

AUDITED = (
    "costs",
    "surplus",
    "cash",
    "capacity",
    "builds",
    "sites",
    "access",
    "arms_length",
    "group_use",
    "projects",
    "production",
    "flows",
    "hubs",
    "trade",
    "prices",
    "advantage",
    "stocks",
    "demand",
    "margins",
    "deployments",
    "disposal",
    "levels",
    "policies",
    "eligibility",
    "eligible_flows",
    "security",
    "origins",
    "scenarios",
    "rules",
    "inertia",
    "growth",
    "returns",
    "carbon",
    "border",
    "changes",
)
"""The sheets that state a plan, in the order of the workbook."""

_NAMED = {
    "site": "sites",
    "process": "processes",
    "item": "items",
    "region": "regions",
    "origin": "regions",
    "destination": "regions",
    "firm": "firms",
    "period": "periods",
    "source_item": "items",
    "source_region": "regions",
    "controller": "firms",
}
"""By key column of a result: the input sheet whose first column names what it may say."""

_EVERY = {
    ("costs", "region"),
    ("access", "process"),
    ("changes", "process"),
    ("rules", "item"),
    ("rules", "period"),
    ("hubs", "item"),
}
"""Where `*` may be said instead of a name."""

_BLOCS = {("inertia", "destination")}
"""Where a bloc may be said instead of a region."""


_PARTLY_BLANK = ("changes", "eligible_flows")
"""Sheets whose rows leave those key columns blank that say nothing of them."""


@dataclass(frozen=True)
class Sheet:
    """One result sheet. The masks have one value for each row of `table`.

    table: all rows in the declared columns, numbers as floats with 0 for blank, the rest as objects
    rows: those that can be used; each key once, of names that exist
    twice: rows whose key has been said before
    unknown: rows whose key names something that the instance does not have
    unreadable: rows with a cell that is no number, or none of the words that its column allows
    """

    table: pd.DataFrame
    twice: pd.Series
    unknown: pd.Series
    unreadable: pd.Series

    @property
    def rows(self) -> pd.DataFrame:
        return self.table[~(self.twice | self.unknown)].reset_index(drop=True)


def read_sheet(instance: Instance, tables: Mapping[str, pd.DataFrame], sheet: str) -> Sheet:
    """One sheet of a result.

    Parameters
    ----------
    instance : what the plan claims to be a plan of
    tables : the result sheets by name; a sheet that is missing has no rows, a column that is missing is blank
    sheet : one of `AUDITED`
    """
    given = tables.get(sheet)
    if given is None or given.empty:
        return _make_empty_sheet(sheet)
    schema = RESULTS[sheet]
    columns = list(schema.columns)
    wrong = np.zeros(len(given), dtype=bool)
    typed: dict[str, np.ndarray] = {}
    for name, column in schema.columns.items():
        facts = meta(column)
        cells = given[name].to_numpy() if name in given else np.full(len(given), np.nan, dtype=object)
        said = pd.notna(cells)
        if facts["kind"] in NUMERIC:
            numbers = _read_numbers(cells)
            sound = np.isfinite(numbers)
            numbers[~sound] = 0.0
            typed[name] = numbers
        else:
            typed[name] = cells.astype(object)
            sound = np.isin(cells.astype(object), facts["choices"]) if facts["choices"] else said
        wrong |= said & ~sound
    table = pd.DataFrame(typed, columns=columns)
    key = keys(schema)
    return Sheet(table, table.duplicated(key), _unknown(instance, sheet, table[key]), pd.Series(wrong))


def _read_numbers(cells: np.ndarray) -> np.ndarray:
    """The cells as numbers, those that are none as missing values; an array of their own."""
    if cells.dtype.kind == "f":
        return cells.astype(float)
    return pd.to_numeric(pd.Series(cells), errors="coerce").to_numpy(float, copy=True)


@cache
def _make_empty_sheet(sheet: str) -> Sheet:
    """A sheet without rows."""
    columns = RESULTS[sheet].columns
    kinds = {name: float if meta(column)["kind"] in NUMERIC else object for name, column in columns.items()}
    none = pd.Series(dtype=bool)
    return Sheet(pd.DataFrame(columns=list(columns)).astype(kinds), none, none, none)


def _unknown(instance: Instance, sheet: str, key: pd.DataFrame) -> pd.Series:
    """Which rows name something that does not exist."""
    found = np.zeros(len(key), dtype=bool)
    for name in (name for name in key if name in _NAMED):
        source = instance[_NAMED[name]]
        known = set(source[source.columns[0]])
        if (sheet, name) in _EVERY:
            known.add("*")
        if (sheet, name) in _BLOCS:
            known |= set(instance["regions"]["bloc"])
        if name == "controller":
            known.add(INITIAL_STOCK)
        missing = ~key[name].isin(known).to_numpy()
        found |= missing & key[name].notna().to_numpy() if sheet in _PARTLY_BLANK else missing
    return pd.Series(found, index=key.index)
