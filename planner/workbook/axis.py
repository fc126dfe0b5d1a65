"""Axes that begin, step and end on round numbers."""

import math

import pandas as pd

from planner.sheets.board import Chart
from planner.sheets.waterfall import BASE

_STEPS = (1, 2, 2.5, 5, 10)
_TICKS = 6
"""Steps of an axis at most."""


def round_axis(chart: Chart) -> tuple[float, float, float]:
    """Where the axis of amounts begins and ends, and its step.

    All three are multiples of 1, 2, 2.5 or 5 times a power of ten, and all figures of the chart are between the ends.

    Parameters
    ----------
    chart
        A chart of columns or bars.

    Returns
    -------
    tuple of float
        Least, most and step, in the unit of the chart.
    """
    low, high = _span(chart)
    if chart.floor is not None:
        low = min(chart.floor, high)
    rough = (high - low) / _TICKS or max(abs(high), 1.0) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(times * power for times in _STEPS if times * power >= rough * (1 - 1e-9))
    if step < 1 and _counts(chart):
        step = 1.0
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return round(first * step, 12), round(last * step, 12), step


def _counts(chart: Chart) -> bool:
    """Whether all figures are whole numbers, between which there is nothing to read off."""
    figures = chart.frame.astype(float).to_numpy()
    return bool(figures.size and (figures[figures == figures] % 1 == 0).all())


def _span(chart: Chart) -> tuple[float, float]:
    """The lowest and the highest point, zero included."""
    frame: pd.DataFrame = chart.frame.astype(float).fillna(0.0)
    if frame.empty:
        return 0.0, 1.0
    if chart.kind == "clustered":
        return min(0.0, float(frame.to_numpy().min())), max(0.0, float(frame.to_numpy().max()))
    if chart.kind == "waterfall" and BASE in frame:
        below = frame.clip(upper=0.0).sum(axis=1).min()
        return min(0.0, float(below)), max(0.0, float(frame.clip(lower=0.0).sum(axis=1).max()))
    return float(frame.clip(upper=0.0).sum(axis=1).min()), float(frame.clip(lower=0.0).sum(axis=1).max())
