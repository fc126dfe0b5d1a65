"""Entries of pandas tables: keys and cells are of the types that the tables declare, not all that pandas can hold."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd


def pairs(column: pd.Series) -> Iterator[tuple[Any, Any]]:
    """Key and value of each entry.

    Parameters
    ----------
    column
        A column indexed by its keys.

    Returns
    -------
    iterator of tuple
        Key (a tuple where there are several levels) and value, in the order of the column.
    """
    return iter(column.items())


def entries(column: pd.Series) -> dict[Any, Any]:
    """The values by key, which must be unique."""
    return column.to_dict()


def lines(table: pd.DataFrame) -> Iterator[tuple[Any, pd.Series]]:
    """Key and cells of each row."""
    return iter(table.iterrows())


def cells(table: pd.DataFrame) -> Iterator[Any]:
    """Each row as a named tuple, its key being `Index`."""
    return iter(table.itertuples())


def cell(table: pd.DataFrame, row: Any, column: str) -> Any:
    """The cell of a row in a column."""
    return table.at[row, column]


def records(table: pd.DataFrame) -> dict[Any, dict[str, Any]]:
    """The cells of each row by column, by key, which must be unique."""
    return dict(zip(table.index.tolist(), rows(table), strict=True))


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The cells of each row by column."""
    columns = list(table.columns)
    return [dict(zip(columns, cells, strict=True)) for cells in table.to_numpy(object).tolist()]


def groups(table: pd.DataFrame, by: str | list[str], sort: bool = True) -> Iterator[tuple[Any, pd.DataFrame]]:
    """Key and rows of each group, by key, or in the order in which they come first; none for what no row is in."""
    return iter(table.groupby(by, sort=sort, observed=True))


def drop_level(index: pd.Index, level: str) -> pd.Index:
    """An index of several levels without one of them."""
    return pd.MultiIndex.droplevel(index, level)  # type: ignore[arg-type]  # of an index of several levels


def codes(index: pd.Index, values: Iterable[Any]) -> np.ndarray:
    """The place of each value in an index; -1 where it is not in it."""
    return index.get_indexer(pd.Index(values))
