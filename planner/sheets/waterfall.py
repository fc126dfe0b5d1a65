"""A waterfall as stacked columns: what leads from one total to another, step by step."""

import math
from collections.abc import Collection, Sequence

import pandas as pd

BASE, TOTAL, BETTER, WORSE = "base", "total", "better", "worse"
BELOW = " below 0"
"""Ends the name of a column with the part of a step that lies below zero, where one column cannot hold both parts."""

_SMALL, _FILLED = 0.35, 0.6
"""Where the steps take less than the first share of the chart's height, the axis begins where they take the second."""


def waterfall(start: tuple[str, float], steps: Sequence[tuple[str, float]], end: str, better: float) -> pd.DataFrame:
    """The rows of a waterfall chart: the start, each step, the end.

    Labels are names of others: they may equal each other, and the names of the columns. What is not in a row is
    missing; what no row has is left out. Steps that all lie below zero have an empty column beside theirs, whose name
    the legend shows.

    Parameters
    ----------
    start
        Label and level.
    steps
        Labels and amounts, in the unit of the level.
    end
        Label of the end, whose level is the start plus all steps.
    better
        Its sign is that of an improvement.

    Returns
    -------
    pandas.DataFrame
        One row per label. Columns: an invisible base, totals, steps to the better and to the worse, and of both the
        part below zero; in the unit of the level.
    """
    label, level = start
    labels, rows = [label, *(step for step, _ in steps), end], [{TOTAL: level}]
    for _, amount in steps:
        name = BETTER if amount * better >= 0 else WORSE
        low, high = sorted((level, level + amount))
        above, below = max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)
        row = {BASE: max(low, 0.0) + min(high, 0.0)}
        row |= {name: above} if above or not below else {}
        row |= {name + BELOW: below} if below else {}
        rows.append(row)
        level += amount
    rows.append({TOTAL: level})
    order = [BASE, TOTAL, *(name + part for name in (BETTER, WORSE) for part in ("", BELOW))]
    frame = pd.DataFrame(rows, index=labels)
    return frame.reindex(columns=[name for name in order if name in frame or name + BELOW in frame])


def others_beside(names: Collection[str]) -> str:
    """What to call the sum of all others beside these names.

    Parameters
    ----------
    names
        Names that are shown one by one.

    Returns
    -------
    str
        "others"; with "all " before it, as often as needed, where one of the names is that itself.
    """
    words = "others"
    while words in names:
        words = f"all {words}"
    return words


def axis_floor(levels: list[float]) -> float | None:
    """Where the axis begins, so that small steps on large totals can be seen.

    Parameters
    ----------
    levels
        Levels that the chart shows, at least one, in one unit.

    Returns
    -------
    float or None
        Where it begins, in the unit of the levels; None for zero.
    """
    low, high = min(levels), max(levels)
    if low <= 0 or high - low >= _SMALL * high or high == low:
        return None
    floor = high - (high - low) / _FILLED
    step = 10.0 ** math.floor(math.log10(high - low))
    return max(0.0, math.floor(floor / step + 1e-9) * step) or None
