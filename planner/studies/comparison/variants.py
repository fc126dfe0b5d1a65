"""Variants beside each other: a row of key figures for each, what each changed, and all figures as a long table."""

from typing import Any

import pandas as pd

from planner.report.figures import join_names
from planner.results.result_file import ResultFile
from planner.sheets.comparison import CHANGED, DEMAND_CHANGE, FILE, NAMED, PIVOTED
from planner.studies.comparison.alignment import AlignedPlan
from planner_models import frames
from planner_models.instance import NUMERIC
from planner_models.schema import RESULTS, keys, meta

MOST_ROWS = 1_000_000
"""Rows that a sheet can hold; what is beyond is left out, and said."""

_MOST_CHANGES = 5
"""Changes of a variant that are shown in its row."""

_SAME = 1e-6
"""Demand this near, relative to the larger, is the same."""


def tabulate_variants(
    files: list[ResultFile], plans: dict[str, AlignedPlan], headline: pd.DataFrame, inputs: pd.DataFrame
) -> pd.DataFrame:
    """One row for each file: what it changed, and its key figures.

    Parameters
    ----------
    files
        The files, the reference first.
    plans
        Those that have a plan, by label.
    headline
        Rows of sheet headline.
    inputs
        Rows of sheet input_changes.

    Returns
    -------
    pandas.DataFrame
        Columns file, changed, the change of demand (a share), and one for each row of `headline`.
    """
    reference = files[0]
    names = name_figures(headline)
    rows = []
    for found in files:
        row: dict[str, Any] = {FILE: found.label, CHANGED: describe_changes(found, inputs)}
        pair = plans.get(reference.label), plans.get(found.label)
        row[DEMAND_CHANGE] = find_demand_change(*pair) if found is not reference and None not in pair else None
        row |= dict(zip(names, headline[found.label], strict=True))
        rows.append(row)
    return pd.DataFrame(rows, columns=[FILE, CHANGED, DEMAND_CHANGE, *names])


def name_figures(headline: pd.DataFrame) -> list[str]:
    """The names of the figures of sheet headline as columns: with their units, none of them twice."""
    names: list[str] = []
    for metric, unit in zip(headline["metric"], headline["unit"], strict=True):
        plain = str(unit).partition(", changes in")[0]
        name = f"{metric} ({plain})" if plain else str(metric)
        names.append(name if name not in names else f"{name} {names.count(name) + 1}")
    return names


def describe_changes(found: ResultFile, inputs: pd.DataFrame) -> str:
    """What a variant changed: as it was asked for, else the inputs that differ."""
    asked = [value for fact, value in found.facts.items() if fact.startswith("change ")]
    if not asked:
        rows = inputs[(inputs["file"] == found.label) & (inputs["difference"] != "remark")]
        asked = [
            f"{row['sheet']}[{row['key']}]" + f".{row['column']}" * bool(row["column"]) for row in frames.rows(rows)
        ]
    return join_names(asked, _MOST_CHANGES) if asked else "nothing"


def find_demand_change(reference: AlignedPlan | None, other: AlignedPlan | None) -> float | None:
    """How much more is demanded than in the reference, at prices of the reference.

    Parameters
    ----------
    reference, other
        The two plans.

    Returns
    -------
    float or None
        Share of the demand of the reference, below 0 for less; None where that has none. Under objective profit, in
        which what is offered is decided, what is sold counts.
    """
    if reference is None or other is None:
        return None
    ours, theirs = _demanded(reference), _demanded(other)
    prices = reference.instance["demand"].groupby("item")["price"].mean().dropna()
    weights = {item: float(prices.get(item, 0.0)) or 1.0 for item in {*ours, *theirs}}
    before = sum(volume * weights[item] for item, volume in ours.items())
    after = sum(volume * weights[item] for item, volume in theirs.items())
    if before <= 0:
        return None
    change = after / before - 1
    return change if abs(change) > _SAME else 0.0


def _demanded(plan: AlignedPlan) -> dict[str, float]:
    """Volume by item over all periods, in units of the item."""
    rows = plan.table("demand", "item", "period", "sold", "unserved")
    offered = plan.instance.settings["objective"] == "profit"
    volume = rows["sold"].fillna(0.0).astype(float)
    if not offered:
        volume = volume + rows["unserved"].fillna(0.0).astype(float)
    years = rows["period"].map(plan.years).astype(float).fillna(1.0)
    return {str(item): float(total) for item, total in (volume * years).groupby(rows["item"]).sum().items()}


def pivot_table(files: list[ResultFile], headline: pd.DataFrame, inputs: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """All figures of all plans, one a row, as pivot tables want them.

    Parameters
    ----------
    files
        The files, the reference first.
    headline
        Rows of sheet headline.
    inputs
        Rows of sheet input_changes.

    Returns
    -------
    tuple of pandas.DataFrame and int
        Columns variant, sheet, key, column and value, figures of 0 left out; and how many rows had no room.
    """
    parts = []
    for found in files:
        figures = headline[["metric", "unit", found.label]].dropna()
        parts.append(_long(found.label, "headline", figures["metric"], figures["unit"], figures[found.label]))
        changed = inputs[(inputs["file"] == found.label) & (inputs["difference"] == "value")]
        values = pd.to_numeric(changed["after"], errors="coerce")
        parts.append(
            _long(found.label, "in_" + changed["sheet"], changed["key"], changed["column"], values)[
                values.notna().to_numpy()
            ]
        )
        parts += [part for sheet in PIVOTED for part in _figures(found, sheet)]
    whole = pd.concat(parts, ignore_index=True)
    return whole.iloc[:MOST_ROWS], max(0, len(whole) - MOST_ROWS)


def _figures(found: ResultFile, sheet: str) -> list[pd.DataFrame]:
    """The figures of a result sheet, one part for each column."""
    frame = found.tables.get(sheet)
    if frame is None or frame.empty:
        return []
    schema = RESULTS[sheet]
    names = [name for name in keys(schema) if name in frame]
    named = frame[names].fillna("").astype(str).agg("|".join, axis=1) if names else pd.Series("", index=frame.index)
    parts = []
    for column, declared in schema.columns.items():
        if column in names or column not in frame or meta(declared)["kind"] not in NUMERIC:
            continue
        values = frame[column].astype(float)
        kept = (values.notna() & (values != 0)).to_numpy()
        parts.append(_long(found.label, sheet, named[kept], column, values[kept]))
    return parts


def _long(variant: str, sheet: Any, key: Any, column: Any, value: Any) -> pd.DataFrame:
    columns = {"variant": variant, "sheet": sheet, "key": key, "column": column, "value": value}
    return pd.DataFrame(columns, index=getattr(value, "index", None)).astype({"value": float})[list(NAMED)]
