"""Headline figures of the plans, side by side."""

import math
from typing import Any

import pandas as pd

from planner.report.summary import CREDITS, plan_figures
from planner.report.targets import SECURITY, list_security_figures
from planner.report.unit_costs import list_unit_costs
from planner.results.result_file import ResultFile
from planner.sheets.comparison import CHANGES, POINTS
from planner_models.figures.sums import add_up

OBJECTIVE = "objective"
PER_CENT = f"per cent{POINTS}"
"""Unit of the gap, which is much too small for whole per cents."""

_FACTS = {"bound": ("bound", "money"), "gap": ("gap", PER_CENT), "time to solve": ("seconds", "s")}
"""Figures of the seal: the name they have on a summary, the fact, and its unit."""


def headline(files: list[ResultFile]) -> pd.DataFrame:
    """Rows of metric and unit, a column of figures per file, and what each has more than the first.

    What a file has no figure for is blank, and so is a difference that would mean nothing: of money in two currencies,
    of objectives of two kinds. Shares differ by percentage points, as per cent would be taken for a relative change.
    """
    columns = _with_all_costs([_figures(found) for found in files])
    metrics = sorted(
        {key: order for column in reversed(columns) for order, key in enumerate(column)}.items(), key=_rank
    )
    reference = files[0]
    rows = []
    for metric, kind in (key for key, _ in metrics):
        values = [column.get((metric, kind), math.nan) for column in columns]
        unit, same = _unit(metric, kind, files)
        scale = 100.0 if kind.startswith("share") else 1.0
        row: dict[str, Any] = {"metric": metric, "unit": unit}
        row |= {found.label: value for found, value in zip(files, values, strict=True)}
        for found, value in zip(files[1:], values[1:], strict=True):
            sensible = same(reference, found)
            row[CHANGES + found.label] = scale * _difference(values[0], value) if sensible else math.nan
        rows.append(row)
    names = ["metric", "unit", *(f.label for f in files), *(CHANGES + f.label for f in files[1:])]
    return pd.DataFrame(rows, columns=names)


def _difference(before: float, after: float) -> float:
    """What a figure has more than another; 0 where the two differ by rounding only."""
    return add_up([after, -before]) if before == before and after == after else math.nan


def _with_all_costs(columns: list[dict[tuple[str, str], float]]) -> list[dict[tuple[str, str], float]]:
    """A plan that lacks a group of costs has none of them: 0."""
    groups = {
        key for column in columns for key in column if key[0].startswith("cost of ") or key[0] in CREDITS.values()
    }
    return [column | {key: column.get(key, 0.0) for key in groups} if column else column for column in columns]


def _rank(entry: tuple[tuple[str, str], int]) -> tuple[bool, int]:
    """The order in which a plan shows its figures; security comes last."""
    (metric, _), order = entry
    return metric.partition(",")[0] in SECURITY.values(), order


def _unit(metric: str, kind: str, files: list[ResultFile]) -> tuple[str, Any]:
    """The unit of a row in words, and whether two files can be subtracted there."""
    money = kind.startswith("money")
    currencies = {found.currency for found in files if found.has_plan}
    currency = currencies.pop() if len(currencies) == 1 else "of its currency"
    unit = kind.replace("money", f"million {currency}") if money else kind
    unit += POINTS if kind.startswith("share") else ""

    def sensible(one: ResultFile, two: ResultFile) -> bool:
        same_goal = one.goal == two.goal or metric not in (OBJECTIVE, "bound")
        return same_goal and (one.currency == two.currency or not money)

    return unit, sensible


def _figures(found: ResultFile) -> dict[tuple[str, str], float]:
    """The figures of a plan by metric and unit, money as such, and as 0 where sums leave nothing but rounding."""
    if not found.has_plan:
        return {}
    rows = [(OBJECTIVE, found.objective, "money")]
    facts = [(metric, found.figure(fact), unit) for metric, (fact, unit) in _FACTS.items()]
    rows += [(metric, round(100 * value, 2) if unit == PER_CENT else value, unit) for metric, value, unit in facts]
    rows += [(metric, value, unit) for metric, value, unit in plan_figures(found.instance, found.tables)]
    rows += list_unit_costs(found.instance, found.tables)
    rows += list_security_figures(found.instance, found.tables)
    money = f"million {found.currency}"
    figures = {(metric, unit.replace(money, "money")): float(value) for metric, value, unit in rows if value == value}
    amounts = [abs(value) for (_, unit), value in figures.items() if unit.startswith("money")]
    return {
        key: add_up([value], max(amounts)) if key[1].startswith("money") else value for key, value in figures.items()
    }
