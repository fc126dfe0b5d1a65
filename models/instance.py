"""An instance: the typed tables of an input workbook and its settings."""

from collections import ChainMap, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from planner_models.earlier_plan import Earlier
from planner_models.inheritance import general_rows, resolve_inheritance
from planner_models.schema import INPUTS, SETTINGS, meta

NUMERIC = ("number", "integer")


@dataclass(frozen=True)
class Instance:
    """What a planner is asked.

    `tables` holds every input sheet but `settings`, each a frame with all declared columns in declared order but those
    that say in which units a row is (its figures are in the units of the columns), blanks replaced by defaults. Text
    columns have dtype object and None where blank; numbers are float64 and missing where blank. The index is the row
    number in the sheet, so that a message can name the cell. Cells that inherit from a `*`
    row are still blank there; a sheet that is looked up in the instance itself has them filled.
    `settings` holds every setting, typed, defaults filled; None where there is no default.
    `earlier` is a plan from which to depart costs something, where there is one.
    """

    tables: Mapping[str, pd.DataFrame]
    settings: Mapping[str, Any] = field(default_factory=dict)
    earlier: Earlier | None = None

    def __getitem__(self, sheet: str) -> pd.DataFrame:
        return resolve_inheritance(sheet, self.tables[sheet])

    def with_settings(self, **changes: Any) -> "Instance":
        """The same tables under other settings."""
        return replace(self, settings=ChainMap(changes, self.settings))  # type: ignore[arg-type]  # only read


def default_settings() -> dict[str, Any]:
    """Every setting at its default.

    Returns
    -------
    dict of str to object
        Values by name; whole numbers as int.
    """
    return {name: convert_setting(column, meta(column)["default"]) for name, column in SETTINGS.items()}


def convert_setting(column: pa.Column, value: Any) -> Any:
    """A checked setting in its Python type.

    Parameters
    ----------
    column
        Declaration of the setting.
    value
        Its value, or None.

    Returns
    -------
    int, float, str or None
        Whole numbers as int, other numbers as float, the rest as it is.
    """
    if value is None:
        return None
    kind = meta(column)["kind"]
    if kind == "integer":
        return int(value)
    return float(value) if kind == "number" else value


def apply_schema(sheet: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with the declared columns and dtypes of its sheet, and defaults in place of blanks.

    Blank cells that inherit from a `*` row stay blank.

    Parameters
    ----------
    sheet
        Name of an input sheet.
    frame
        Its rows. The values must have been checked: text is text, numbers are numbers.

    Returns
    -------
    pandas.DataFrame
        All declared columns of the sheet but for units, and no others; the index is that of `frame`.
    """
    columns, inheriting = {}, {}
    for name, column in INPUTS[sheet].columns.items():
        facts = meta(column)
        if facts["measure"]:
            continue
        default = facts["default"]
        if facts["inherits"] and default is not None:
            inheriting[name], default = default, None
        values = frame.get(name)
        columns[name] = _cells(values, frame.index, facts["kind"] in NUMERIC, default)
    table = pd.DataFrame(columns, index=frame.index)
    if inheriting:
        beside = general_rows(sheet, table).notna()
        for name, default in inheriting.items():
            table[name] = table[name].where(table[name].notna() | beside, default)
    return table


def _cells(values: pd.Series | None, index: pd.Index, numeric: bool, default: Any) -> pd.Series:
    """A typed column with its default in place of blanks; None stands for a column that is not there.

    It works on plain arrays, and all columns share one index: small tables are typed by the thousand, and there pandas
    takes longer for the labels than for the cells.
    """
    count = len(index)
    if numeric:
        numbers = np.full(count, np.nan) if values is None else _numbers(values)
        return pd.Series(numbers if default is None else np.where(np.isnan(numbers), default, numbers), index=index)
    texts = np.full(count, None, object) if values is None else values.to_numpy(object, copy=True)
    texts[pd.isna(texts)] = default
    return pd.Series(texts, index=index, dtype=object)


def _numbers(values: pd.Series) -> np.ndarray:
    """A column of numbers and blanks as floats."""
    return values.to_numpy() if values.dtype == float else pd.to_numeric(values).to_numpy(float, na_value=np.nan)


def instance(tables: Mapping[str, pd.DataFrame | list[dict[str, Any]]], **settings: Any) -> Instance:
    """An instance from checked frames or rows, as a test or a script writes them.

    Sheets that are not named are empty; rows are numbered from 2, as below a header. Raises KeyError for an unknown
    sheet or setting.
    """
    unknown = set(tables) - set(INPUTS) | set(settings) - set(SETTINGS)
    if unknown:
        raise KeyError(f"no such sheet or setting: {', '.join(sorted(unknown))}")
    frames = {}
    for sheet in INPUTS:
        if sheet != "settings":
            rows = tables.get(sheet, [])
            frames[sheet] = (
                _build_typed_table(sheet, rows)
                if isinstance(rows, pd.DataFrame) or len(rows) > _FEW
                else _recall(sheet, rows)
            )
    values = default_settings() | {name: convert_setting(SETTINGS[name], value) for name, value in settings.items()}
    return Instance(frames, values)


def _build_typed_table(sheet: str, rows: pd.DataFrame | list[dict[str, Any]]) -> pd.DataFrame:
    """The typed table of `rows`, numbered from 2."""
    frame = pd.DataFrame(rows)
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    return apply_schema(sheet, frame)


_FEW, _MOST_KNOWN = 100, 2000
"""Rows of a table that is remembered, and how many are: a thousand instances written by hand have most in common."""

_KNOWN: OrderedDict[tuple[str, str], pd.DataFrame] = OrderedDict()


def _recall(sheet: str, rows: pd.DataFrame | list[dict[str, Any]]) -> pd.DataFrame:
    """The typed table of `rows`, a frame of its own; typing one takes milliseconds, copying it far less."""
    key = sheet, repr(rows)
    if key not in _KNOWN:
        _KNOWN[key] = _build_typed_table(sheet, rows)
        if len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.popitem(last=False)
    return _KNOWN[key].copy()
