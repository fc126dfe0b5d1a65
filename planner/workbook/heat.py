"""Heat maps: columns of figures shaded from bad to good by conditional formats that Excel itself keeps up to date."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.workbook.book import Area, Page

BAD, MIDDLE, GOOD = "C8553D", "F6E3B4", "6B9B57"
"""Told apart in print and by the colour-blind, as are the series of charts."""


@dataclass(frozen=True)
class Heat:
    """The columns that are shaded, the figure that counts as bad throughout, and the one that counts as good."""

    columns: Sequence[str]
    bad: float = 0.0
    good: float = 1.0


def add_heat(page: Page, frame: pd.DataFrame, heat: Heat, first: int) -> None:
    """Shade the columns of `heat` in a sheet that holds `frame` from row `first` on. Blank cells stay blank."""
    places = [place for place, column in enumerate(frame.columns, 1) if column in heat.columns]
    if places and not frame.empty:
        area = (first, places[0], len(frame), places[-1] - places[0] + 1)
        shade(page, area, ((heat.bad, BAD), (heat.good, GOOD)))


def shade(page: Page, area: Area, ends: tuple[tuple[float, str], tuple[float, str]]) -> None:
    """Shade an area of cells between the colours of two figures, and in a third one half way between them."""
    row, column, rows, columns = area
    (low, first), (high, last) = sorted(ends)
    rule: dict[str, object] = {"type": "3_color_scale", "min_type": "num", "mid_type": "num", "max_type": "num"}
    rule |= {"min_value": low, "mid_value": (low + high) / 2, "max_value": high}
    rule |= {"min_color": f"#{first}", "mid_color": f"#{MIDDLE}", "max_color": f"#{last}"}
    page.sheet.conditional_format(row - 1, column - 1, row + rows - 2, column + columns - 2, rule)
