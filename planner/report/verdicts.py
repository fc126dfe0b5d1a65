"""What a plan reaches of its targets, in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.report.wording import join_names, three_digits
from planner.results.tables import Tables, table
from planner.words import count_noun
from planner_models import frames

SHEET = "targets"
_OPERATORS = {"at_most": "at most", "at_least": "at least", "equal": "just"}


def list_missed(tables: Tables) -> list[str]:
    """The targets that a plan misses, in words.

    Parameters
    ----------
    tables
        The result sheets by name.

    Returns
    -------
    list of str
        Name of each, what it asks for, and what the plan reaches.
    """
    rows = table(tables, SHEET, ("target", "figure", "operator", "value", "tolerance", "reached", "unit", "met"))
    return [_describe_missed(row) for row in frames.rows(rows[rows["met"] == "no"])]


def _describe_missed(row: Mapping[str, Any]) -> str:
    if pd.isna(row["reached"]):
        return f"{row['target']} (the plan has no figure `{row['figure']}`)"
    reached, value = three_digits(float(row["reached"])), three_digits(float(row["value"]))
    if reached == value:
        reached, value = f"{row['reached']:.10g}", f"{row['value']:.10g}"
    unit = f" {row['unit']}" if row["unit"] else ""
    return f"{row['target']} ({row['figure']} {reached}, and not {_OPERATORS[row['operator']]} {value}{unit})"


def describe_targets(tables: Tables) -> str:
    """How many targets a plan meets, and which it misses; "" without targets.

    Parameters
    ----------
    tables
        The result sheets by name.

    Returns
    -------
    str
        One sentence.
    """
    rows = table(tables, SHEET, ("target", "met"))
    if rows.empty:
        return ""
    missed, open_ones = list_missed(tables), rows.loc[rows["met"].isna(), "target"].tolist()
    judged = len(rows) - len(open_ones)
    parts = [f"The plan meets {judged - len(missed)} of {count_noun(judged, 'target')}"] if judged else []
    parts += [f"it misses {join_names(missed, 3)}"] if missed else []
    verb = "is" if len(open_ones) == 1 else "are"
    parts += [f"without the figure of a base plan {join_names(open_ones, 3)} {verb} not judged"] if open_ones else []
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}."
