"""What a blank cell of a row inherits: a row that names one member beside the `*` row of the same thing.

In the sheets lanes, options and access a row with a name replaces the `*` row only in the cells that it fills. Blank
cells of columns declared with `inherits` mean what the `*` row says (MODEL.md, section 14).
"""

from functools import cache
from weakref import finalize

import pandas as pd

from planner_models.schema import INPUTS, keys, meta

EVERY = "*"

INHERITING: dict[str, list[str]] = {
    sheet: columns
    for sheet, schema in INPUTS.items()
    if (columns := [name for name, column in schema.columns.items() if meta(column)["inherits"]])
}
"""By sheet: the columns whose blank cells inherit."""

_FILLED: dict[tuple[str, int], pd.DataFrame | None] = {}
"""By sheet and identity of its frame, while that lives: the rows with inherited cells filled, None where none are.

A sheet is looked up hundreds of times while a plan is made and audited, and its frame never changes.
"""


@cache
def _find_member(sheet: str) -> str:
    """The key column of a sheet in which `*` may be written."""
    (member,) = (name for name in keys(INPUTS[sheet]) if meta(INPUTS[sheet].columns[name])["wildcard"])
    return member


def general_rows(sheet: str, frame: pd.DataFrame) -> pd.Series:
    """For each row that names a member: the row number of the `*` row of the same thing, or a missing value.

    Parameters
    ----------
    sheet : str
        A sheet in `INHERITING`.
    frame : pandas.DataFrame
        Its rows, indexed by row number; cells may be blank.

    Returns
    -------
    pandas.Series
        Indexed like `frame`; missing for `*` rows themselves and where there is no `*` row.
    """
    member = _find_member(sheet)
    general = frame[member] == EVERY
    found = pd.Series(float("nan"), index=frame.index)
    if general.all() or not general.any():
        return found
    others = [name for name in keys(INPUTS[sheet]) if name != member]
    rows = frame.loc[general, others].reset_index(names="general").drop_duplicates(others)
    matches = frame.loc[~general, others].reset_index(names="row").merge(rows, on=others)
    found.loc[matches["row"]] = matches["general"].to_numpy(float)
    return found


def resolve_inheritance(sheet: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The typed rows of a sheet with inherited cells filled: from the `*` row, else from the column's default.

    Parameters
    ----------
    sheet : str
        Name of an input sheet.
    frame : pandas.DataFrame
        Its typed rows, as `Instance.tables` holds them.

    Returns
    -------
    pandas.DataFrame
        `frame` itself where nothing is inherited, else a copy; the same one each time, to be left as it is.
    """
    if sheet not in INHERITING:
        return frame
    key = (sheet, id(frame))
    if key not in _FILLED:
        _FILLED[key] = _fill(sheet, frame)
        finalize(frame, _FILLED.pop, key, None).atexit = False
    filled = _FILLED[key]
    return frame if filled is None else filled


def _fill(sheet: str, frame: pd.DataFrame) -> pd.DataFrame | None:
    """A copy of the rows with inherited cells filled; None where nothing is inherited."""
    if not (frame[_find_member(sheet)] == EVERY).any():
        return None
    columns = [name for name in INHERITING[sheet] if frame[name].isna().any()]
    general = general_rows(sheet, frame).dropna() if columns else pd.Series(dtype=float)
    if general.empty:
        return None
    filled = frame.copy()
    for name in columns:
        inherited = pd.Series(frame[name].loc[general.astype(int)].to_numpy(), index=general.index)
        blank = general.index[frame[name].loc[general.index].isna()]
        filled.loc[blank, name] = inherited[blank]
    return filled
