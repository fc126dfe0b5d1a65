"""Figures by period: sheet by_period as instances, each of which holds in one period.

Whatever is derived from an instance is derived for a period from the instance that holds in it (MODEL.md, section 9).
Where no row applies that is the instance itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.inheritance import EVERY, resolve_inheritance
from planner_models.instance import Instance
from planner_models.schema import INPUTS, keys, meta

SHEET = "by_period"


def name_columns(sheet: str) -> list[str]:
    """The columns whose cells name a row of a sheet: its key, or what its rows are about.

    Parameters
    ----------
    sheet
        Name of an input sheet.

    Returns
    -------
    list of str
        Names of columns, in the order in which a key is written. Without a key several rows may have the same cells.
    """
    schema = INPUTS[sheet]
    about = [
        name
        for name, column in schema.columns.items()
        if (meta(column)["required"] or meta(column)["ref"]) and "periods.period" not in meta(column)["ref"]
    ]
    return keys(schema) or about


def list_varying_columns(sheet: str) -> list[str]:
    """The columns of a sheet whose figures may vary by period.

    Parameters
    ----------
    sheet
        Name of an input sheet.

    Returns
    -------
    list of str
        Names of columns; none where the sheet has no such column.
    """
    return [name for name, column in INPUTS[sheet].columns.items() if meta(column)["varies"]]


def split_key(key: str) -> list[str]:
    """The parts of a key that is written with `|` between them.

    Parameters
    ----------
    key
        What is typed, such as `lane | China | Hungary`.

    Returns
    -------
    list of str
        Its parts, without blanks around them.
    """
    return [part.strip() for part in key.split("|")]


def find_rows(sheet: str, table: pd.DataFrame, key: str) -> np.ndarray:
    """Which rows of a sheet a key names.

    Parameters
    ----------
    sheet
        Name of an input sheet.
    table
        Its typed rows.
    key
        The cells of the columns that name a row, `|` between. `*` names the row with that cell where the column may
        have one, else every row.

    Returns
    -------
    numpy.ndarray
        Bool, shape (rows,); all no where the key has another number of parts.
    """
    names, parts = name_columns(sheet), split_key(key)
    found = np.full(len(table), len(names) == len(parts) > 0)
    for name, part in zip(names, parts, strict=False):
        if part == EVERY and not meta(INPUTS[sheet].columns[name])["wildcard"]:
            continue
        found &= np.array([write_cell(cell) == part for cell in table[name]], dtype=bool)
    return found


def write_cell(cell: object) -> str:
    """A part of a key as text, whole numbers without decimals.

    Parameters
    ----------
    cell
        A typed cell of a column that names a row.

    Returns
    -------
    str
        The text, as it is typed in a key.
    """
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def period_views(instance: Instance) -> dict[str, Instance]:
    """The instance that holds in each period.

    Parameters
    ----------
    instance
        An instance. Rows of by_period that the checks refuse change nothing.

    Returns
    -------
    dict of str to Instance
        By period, in order; the same object where the same rows apply, and the instance itself where none does.
    """
    periods, table = list(instance["periods"]["period"]), instance[SHEET]
    if table.empty:
        return dict.fromkeys(periods, instance)
    place = {period: position for position, period in enumerate(periods)}
    first = table["from"].map(place).fillna(0)
    last = table["to"].map(place).fillna(len(periods) - 1)
    views: dict[tuple[int, ...], Instance] = {(): instance}
    found = {}
    for period, position in place.items():
        holding = table[(first <= position) & (position <= last)]
        which = tuple(holding.index)
        if which not in views:
            views[which] = _apply(instance, holding)
        found[period] = views[which]
    return found


def _apply(instance: Instance, rows: pd.DataFrame) -> Instance:
    """The instance with the figures that some rows of by_period state; those of `*` rows first, for others inherit."""
    tables = dict(instance.tables)
    general = [EVERY in split_key(key) for key in rows["key"]]
    for row in frames.cells(rows.assign(general=general).sort_values("general", ascending=False, kind="stable")):
        if row.sheet in tables and row.column in list_varying_columns(row.sheet):
            tables[row.sheet] = change_figure(row.sheet, tables[row.sheet], row.key, row.column, row.value, row.factor)
    return replace(instance, tables=tables)


def change_figure(sheet: str, table: pd.DataFrame, key: str, column: str, value: float, factor: float) -> pd.DataFrame:
    """A sheet with another figure in the row that a key names.

    Parameters
    ----------
    sheet
        Name of an input sheet.
    table
        Its typed rows.
    key, column
        The figure.
    value
        What it becomes; missing where `factor` is given.
    factor
        What multiplies it, or what it inherits where its cell is blank.

    Returns
    -------
    pandas.DataFrame
        A copy.
    """
    which = find_rows(sheet, table, key)
    figures = resolve_inheritance(sheet, table)[column].astype(float)
    changed = table.copy()
    changed[column] = changed[column].where(~which, figures * factor if pd.isna(value) else value)
    return changed


def hold(view: Instance, instance: Instance, sheet: str, column: str) -> Instance:
    """A view in which one column is as the instance states it.

    Parameters
    ----------
    view
        The instance as it holds in some period.
    instance
        The instance itself.
    sheet
        Name of the input sheet.
    column
        Its column.

    Returns
    -------
    Instance
        The view, with the column of the instance.
    """
    if view is instance:
        return view
    table = view.tables[sheet].assign(**{column: instance.tables[sheet][column]})
    return replace(view, tables={**view.tables, sheet: table})


def each_view(views: Mapping[str, Instance]) -> list[tuple[Instance, list[str]]]:
    """The different views, each with the periods in which it holds.

    Parameters
    ----------
    views
        As `period_views` gives them.

    Returns
    -------
    list of tuple
        In the order in which they first hold.
    """
    found: dict[int, tuple[Instance, list[str]]] = {}
    for period, view in views.items():
        found.setdefault(id(view), (view, []))[1].append(period)
    return list(found.values())


def list_views(instance: Instance) -> list[Instance]:
    """The different instances that hold in some period.

    Parameters
    ----------
    instance
        An instance.

    Returns
    -------
    list of Instance
        In the order in which they first hold; the instance itself where it has no period.
    """
    return [view for view, _ in each_view(period_views(instance))] or [instance]


def list_recipes(instance: Instance) -> pd.DataFrame:
    """The recipes of all processes in all periods.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.DataFrame
        Columns process, item, quantity (item/activity, below 0 where it is used) and period.
    """
    return list_figures(instance, "recipes", ["process", "item", "quantity"])


def list_figures(instance: Instance, sheet: str, columns: list[str]) -> pd.DataFrame:
    """Some columns of a sheet as they are in each period.

    Parameters
    ----------
    instance
        The instance.
    sheet
        Name of an input sheet.
    columns
        Names of columns.

    Returns
    -------
    pandas.DataFrame
        The columns, and `period`; every row of the sheet once for each period.
    """
    views = period_views(instance)
    parts = [view[sheet][columns].assign(period=period) for period, view in views.items()]
    return pd.concat(parts, ignore_index=True)


def find_greatest(instance: Instance, sheet: str, column: str) -> pd.Series:
    """The greatest that each figure of a column is in any period.

    Parameters
    ----------
    instance
        The instance.
    sheet
        Name of an input sheet.
    column
        One of its columns with numbers.

    Returns
    -------
    pandas.Series
        Indexed like the sheet; missing where it is blank in every period.
    """
    figures = [view[sheet][column].astype(float) for view, _ in each_view(period_views(instance))]
    return pd.concat([instance[sheet][column].astype(float), *figures], axis=1).max(axis=1)


def list_by_period(views: Mapping[str, Instance], sheet: str, key: list[str], column: str) -> dict[Any, float]:
    """A figure by the key of its row and by period.

    Parameters
    ----------
    views
        By period: the instance that holds in it.
    sheet, key, column
        Where the figure is, and the columns that name its row.

    Returns
    -------
    dict of tuple to float
        By the cells of `key`, and the period; missing where the figure is blank.
    """
    found: dict[Any, float] = {}
    for view, periods in each_view(views):
        rows = view[sheet]
        for *cells, figure in zip(*(rows[name] for name in (*key, column)), strict=True):
            found |= {(*cells, period): float(figure) for period in periods}
    return found
