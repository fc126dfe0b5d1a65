"""The plan: the values of a solved model as the tables of a result workbook."""

from functools import cache

import numpy as np
import pandas as pd

from planner_models.figures.advantage import advantage
from planner_models.figures.margins import margins
from planner_models.figures.surplus import surplus
from planner_models.figures.trace import list_amounts, origins, security
from planner_models.figures.trade import trade
from planner_models.instance import NUMERIC
from planner_models.model import Model
from planner_models.network import report
from planner_models.schema import RESULTS, keys, meta
from planner_models.sets.scenarios import BASE

ResultTables = dict[str, pd.DataFrame]
"""Result tables by sheet, in the columns of RESULTS, without zero rows of the base, sorted by key."""

STATED = ("projects", "changes", "scenarios", "rules", "prices")
"""Sheets whose rows are there for what they say, whatever it costs."""

NOISE = 1e-12
"""Figures below this share of the largest of their kind are what floating point leaves behind."""

KINDS = ("rule", "item", "process", "line")
"""Columns that say of what kind the figures of a row are: only those of one kind have one unit."""


def plan(m: Model) -> ResultTables:
    """The result tables of a plan, with security figures and origins.

    Parameters
    ----------
    m
        A model whose variables hold the plan.

    Returns
    -------
    dict of str to pandas.DataFrame
        Tables by sheet, in the order and columns of RESULTS, sorted by key.
    """
    order = m.sets.time.position
    tables = {sheet: tidy(sheet, frame, order) for sheet, frame in report(m).items()}
    tables["surplus"] = tidy("surplus", surplus(m), order)
    amounts = list_amounts(m.sets.instance, tables)
    tables["security"] = tidy("security", security(m.sets.instance, tables, amounts), order)
    tables["origins"] = tidy("origins", origins(m.sets.instance, tables, amounts), order)
    tables["margins"] = tidy("margins", margins(m.sets, tables), order)
    tables["trade"] = tidy("trade", trade(m.sets.instance, tables, amounts), order)
    tables["advantage"] = tidy("advantage", advantage(m.sets, tables["trade"]), order)
    return {sheet: tables[sheet] for sheet in RESULTS if sheet in tables}


def tidy(sheet: str, frame: pd.DataFrame, order: dict[str, int]) -> pd.DataFrame:
    """A table as its sheet declares it, without noise and zero rows, sorted by key.

    A row that says yes to something is no zero row, nor is a project that costs nothing, nor what stops in a scenario.

    Parameters
    ----------
    sheet
        Name of a result sheet.
    frame
        Its rows, with all declared columns.
    order
        Position of each period in time.

    Returns
    -------
    pandas.DataFrame
        Declared columns and dtypes of the sheet, rows numbered from 0.
    """
    if frame.empty:
        return _make_empty_table(sheet).copy()
    schema = RESULTS[sheet]
    figures = [name for name, column in schema.columns.items() if meta(column)["kind"] in NUMERIC]
    noise = _noise(frame, {name: meta(schema.columns[name])["unit"] for name in figures})
    columns = {}
    for name in schema.columns:
        values = frame[name]
        columns[name] = _round_saved(values, noise[name]) if name in figures else _state_blanks(values)
    table = pd.DataFrame(columns, index=frame.index)
    if figures and sheet not in STATED:
        flags = [name for name, column in schema.columns.items() if meta(column)["kind"] == "flag"]
        said = (table[flags].to_numpy(object) == "yes").any(axis=1)
        stated = said | np.nan_to_num(table[figures].to_numpy()).any(axis=1)
        table = table[stated | (table["scenario"] != BASE) if "scenario" in table else stated]
    return table.sort_values(
        keys(schema),
        kind="stable",
        ignore_index=True,
        key=lambda column: column.map(order) if column.name == "period" else column,
    )


@cache
def _make_empty_table(sheet: str) -> pd.DataFrame:
    """A result sheet without rows."""
    columns = RESULTS[sheet].columns
    kinds = {name: float if meta(column)["kind"] in NUMERIC else object for name, column in columns.items()}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _state_blanks(values: pd.Series) -> pd.Series:
    """Cells as they are, None where they are blank."""
    cells = values.to_numpy(object, copy=True)
    cells[pd.isna(cells)] = None
    return pd.Series(cells, index=values.index, dtype=object)


def _noise(frame: pd.DataFrame, units: dict[str, str]) -> dict[str, np.ndarray]:
    """By column and row: below what a figure is noise, from the largest one of the same kind in the same unit.

    Of shares 1 is the measure at most: one of capacity over use can be large, and says nothing of the others.
    """
    kind = next((frame[name] for name in KINDS if name in frame), pd.Series(0, index=frame.index))
    codes, kinds = kind.factorize(use_na_sentinel=False)
    sizes = {name: np.nan_to_num(frame[name].to_numpy(float), posinf=np.inf, neginf=np.inf) for name in units}
    largest = {unit: np.zeros(len(kinds)) for unit in units.values()}
    for name, unit in units.items():
        np.maximum.at(largest[unit], codes, np.abs(sizes[name]))
    if "share" in largest:
        largest["share"] = np.minimum(largest["share"], 1.0)
    return {name: NOISE * largest[unit][codes] for name, unit in units.items()}


def _round_saved(values: pd.Series, noise: np.ndarray) -> np.ndarray:
    """Numbers as every spreadsheet saves them, in 15 digits, so that saving a result again changes none; no noise."""
    kept = values.to_numpy(float, copy=True)
    kept[np.abs(kept) < noise] = 0.0
    some = np.isfinite(kept) & (kept != 0.0)
    scale = 10.0 ** (14 - np.floor(np.log10(np.abs(kept[some]))))
    kept[some] = np.round(kept[some] * scale) / scale
    return kept
