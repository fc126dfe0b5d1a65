"""The plan: the values of a solved model as the tables of a result workbook."""

import numpy as np
import pandas as pd

from planner_models.figures.advantage import advantage
from planner_models.figures.margins import margins
from planner_models.figures.surplus import surplus
from planner_models.figures.trace import origins, security
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
    tables["security"] = tidy("security", security(m.sets.instance, tables), order)
    tables["origins"] = tidy("origins", origins(m.sets.instance, tables), order)
    tables["margins"] = tidy("margins", margins(m.sets, tables), order)
    tables["trade"] = tidy("trade", trade(m.sets.instance, tables), order)
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
    schema = RESULTS[sheet]
    figures = [name for name, column in schema.columns.items() if meta(column)["kind"] in NUMERIC]
    noise = _noise(frame[figures].astype(float), frame, {name: meta(schema.columns[name])["unit"] for name in figures})
    columns = {}
    for name in schema.columns:
        values = frame[name].astype(float if name in figures else object)
        columns[name] = _round_saved(values, noise[name]) if name in figures else values.where(values.notna(), None)
    table = pd.DataFrame(columns)
    if figures and sheet not in STATED:
        flags = [name for name, column in schema.columns.items() if meta(column)["kind"] == "flag"]
        stated = (table[figures].fillna(0.0) != 0).any(axis=1) | (table[flags] == "yes").any(axis=1)
        table = table[stated | (table["scenario"] != BASE) if "scenario" in table else stated]
    return table.sort_values(
        keys(schema),
        kind="stable",
        ignore_index=True,
        key=lambda column: column.map(order) if column.name == "period" else column,
    )


def _noise(figures: pd.DataFrame, frame: pd.DataFrame, units: dict[str, str]) -> dict[str, pd.Series]:
    """By column and row: below what a figure is noise, from the largest one of the same kind in the same unit."""
    kind = next((frame[name].to_numpy() for name in KINDS if name in frame), np.zeros(len(frame)))
    largest = {}
    for unit in set(units.values()):
        alike = figures[[name for name in units if units[name] == unit]].abs().max(axis=1)
        largest[unit] = NOISE * alike.groupby(kind, dropna=False).transform("max")
    return {name: largest[unit] for name, unit in units.items()}


def _round_saved(values: pd.Series, noise: pd.Series) -> pd.Series:
    """Numbers as every spreadsheet saves them, in 15 digits, so that saving a result again changes none; no noise."""
    kept = values.mask(values.abs() < noise, 0.0).to_numpy(float, copy=True)
    some = np.isfinite(kept) & (kept != 0.0)
    scale = 10.0 ** (14 - np.floor(np.log10(np.abs(kept[some]))))
    kept[some] = np.round(kept[some] * scale) / scale
    return pd.Series(kept, index=values.index)
