"""All tables of a workbook in the units of the schema, and what was converted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from planner.workbook.units.conversion import (
    LATER,
    Conversion,
    Converted,
    RowError,
    Rows,
    iterate_rows,
    list_inherited,
    states_units,
)
from planner.workbook.units.figures import Context, Product
from planner.workbook.units.measures import Measure, UnitError, UnitWords, parse_own_unit
from planner.workbook.units.money import make_prices
from planner_models.instance import NUMERIC
from planner_models.schema import INPUTS, SETTINGS, meta
from planner_models.schema.columns import MEASURES

SETTINGS_SHEET = "settings"

Cell = tuple[str, int, str]
"""Sheet, number of the row, and column."""


@dataclass(frozen=True)
class ConvertedTables:
    """Tables and settings in the units of the schema, each figure that was converted, and faults by cell."""

    tables: dict[str, pd.DataFrame]
    settings: dict[str, Any]
    figures: dict[Cell, Conversion] = field(default_factory=dict)
    faults: dict[Cell, str] = field(default_factory=dict)


def any_units(written: Mapping[str, pd.DataFrame]) -> bool:
    """Whether a workbook says anywhere that figures are in other units.

    Parameters
    ----------
    written
        Rows by sheet as they were understood, with the columns of `MEASURES` that the sheets have.

    Returns
    -------
    bool
        False for a workbook without such cells.
    """
    return any(_stating(sheet, frame).any() for sheet, frame in written.items() if sheet in INPUTS)


def _stating(sheet: str, frame: pd.DataFrame) -> pd.Series:
    """The rows of a sheet that say something of their units."""
    if sheet == "items":
        columns = ["currency", "price_year"]
        more = frame["unit"].map(lambda text: isinstance(text, str) and ";" in text) if "unit" in frame else False
    else:
        columns = [name for name, column in INPUTS[sheet].columns.items() if meta(column)["measure"]]
        more = False
    present = [name for name in columns if name in frame]
    return frame[present].notna().any(axis=1) | more


def convert_tables(
    tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any], written: Mapping[str, pd.DataFrame]
) -> ConvertedTables:
    """The tables of a workbook in the units of the schema.

    Parameters
    ----------
    tables
        Typed tables by sheet, defaults filled, figures as they were written.
    settings
        The settings, defaults filled, as they were written.
    written
        Rows by sheet as they were understood, blank where blank.

    Returns
    -------
    ConvertedTables
        Copies of the tables that change; a row with a fault is left as it is.
    """
    result = ConvertedTables(dict(tables), dict(settings))
    rows = Rows(_describe_context(tables, settings, written), make_prices(tables, settings), tables)
    found: dict[tuple[str, int], Converted] = {}
    _convert_settings(rows, result, written.get(SETTINGS_SHEET, pd.DataFrame()))
    later = [sheet for sheet in LATER if sheet in written]
    for sheet in [*(sheet for sheet in tables if sheet in written and sheet not in LATER), *later]:
        every = written[sheet].index
        chosen = every if sheet in later else every[_stating(sheet, written[sheet])]
        if len(chosen):
            found |= _convert_sheet(rows, result, sheet, written[sheet].loc[chosen], found)
    if "items" in written:
        _shorten_units(result.tables)
    return result


def _convert_sheet(
    rows: Rows,
    result: ConvertedTables,
    sheet: str,
    written: pd.DataFrame,
    earlier: Mapping[tuple[str, int], Converted],
) -> dict[tuple[str, int], Converted]:
    """Convert the figures of some rows; returns them by sheet and row."""
    table = result.tables[sheet].copy()
    found: dict[tuple[str, int], Converted] = {}
    measured = [name for name in MEASURES if name in written and name not in table]
    numeric = [str(name) for name in table if meta(INPUTS[sheet].columns[name])["kind"] == "number" and name in written]
    cells = pd.concat([table.loc[written.index], written[measured]], axis=1)
    figures = zip(*(written[name].tolist() for name in numeric), strict=True) if numeric else [()] * len(written)
    changed: dict[str, dict[int, float]] = {}
    for (number, row), values in zip(iterate_rows(cells), figures, strict=True):
        filled = {name: value for name, value in zip(numeric, values, strict=True) if not math.isnan(value)}
        inherits = sheet in LATER and not states_units(sheet, row)
        try:
            inherited = list_inherited(row, rows.tables, earlier) if inherits else {}
            converted = rows.convert(sheet, row, filled, inherited)
        except RowError as error:
            result.faults[sheet, number, error.fault.column] = error.fault.message
            continue
        found[sheet, number] = converted
        for name, conversion in converted.items():
            changed.setdefault(name, {})[number] = conversion.figure
            result.figures[sheet, number, name] = conversion
    for name, by_row in changed.items():
        table.loc[list(by_row), name] = list(by_row.values())
    result.tables[sheet] = table
    return found


def _convert_settings(rows: Rows, result: ConvertedTables, written: pd.DataFrame) -> None:
    """Convert the settings with units; the currency and years of the plan are none of them."""
    if not {"key", "value"} <= set(written):
        return
    for number, row in iterate_rows(written.astype(object).where(written.notna(), None)):
        if row["key"] not in SETTINGS or not states_units(SETTINGS_SHEET, row):
            continue
        numeric = meta(SETTINGS[row["key"]])["kind"] in NUMERIC and isinstance(row["value"], int | float)
        try:
            converted = rows.convert(SETTINGS_SHEET, row, {"value": float(row["value"])} if numeric else {}, {})
        except RowError as error:
            result.faults[SETTINGS_SHEET, number, error.fault.column] = error.fault.message
            continue
        for name, conversion in converted.items():
            result.settings[row["key"]] = conversion.figure
            result.figures[SETTINGS_SHEET, number, name] = conversion


def _describe_context(
    tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any], written: Mapping[str, pd.DataFrame]
) -> Context:
    """What items, activities and currencies are in a workbook."""
    items: dict[str, tuple[Measure, UnitWords]] = {}
    texts: dict[str, str] = {}
    for name, unit in zip(tables["items"]["item"], tables["items"]["unit"], strict=True):
        own = _own_text(unit)
        if not own or name is None:
            continue
        texts[str(name)] = own
        try:
            items[str(name)] = parse_own_unit(own, str(name))
        except UnitError:
            continue  # its figures can be in `item` only
    return Context(
        items,
        texts,
        _find_products(tables, written),
        frozenset(tables["processes"]["process"].dropna()),
        make_prices(tables, settings).codes,
    )


def _own_text(unit: object) -> str:
    """The item's own unit, of a cell in which units of its figures may follow."""
    return unit.partition(";")[0].strip() if isinstance(unit, str) else ""


def _find_products(tables: Mapping[str, pd.DataFrame], written: Mapping[str, pd.DataFrame]) -> dict[str, Product]:
    """What an activity of each process makes, where that is one item in a quantity that nothing changes."""
    if (tables["by_period"]["sheet"] == "recipes").any():
        return {}
    made = tables["recipes"][tables["recipes"]["quantity"] > 0]
    stated = _stating("recipes", written["recipes"]) if "recipes" in written else pd.Series(dtype=bool)
    open_ = set(tables["recipes"].loc[stated.index[stated], "process"])
    counts = made["process"].value_counts()
    return {
        str(process): Product(str(item), float(quantity))
        for process, item, quantity in zip(made["process"], made["item"], made["quantity"], strict=True)
        if counts.get(process) == 1 and process not in open_
    }


def _shorten_units(tables: dict[str, pd.DataFrame]) -> None:
    """Leave of an item's unit what it is counted in."""
    units = tables["items"]["unit"]
    longer = units.map(lambda unit: isinstance(unit, str) and ";" in unit)
    if longer.any():
        tables["items"] = tables["items"].assign(unit=units.where(~longer, units.map(_own_text)))
