"""Heat maps: columns of figures shaded from bad to good by conditional formats that Excel itself keeps up to date."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

BAD, MIDDLE, GOOD = "C8553D", "F6E3B4", "6B9B57"
"""Told apart in print and by the colour-blind, as are the series of charts."""


@dataclass(frozen=True)
class Heat:
    """The columns that are shaded, the figure that counts as bad throughout, and the one that counts as good."""

    columns: Sequence[str]
    bad: float = 0.0
    good: float = 1.0


def add_heat(sheet: Worksheet, frame: pd.DataFrame, heat: Heat) -> None:
    """Shade the columns of `heat` in a sheet that holds `frame` below its header. Blank cells stay blank."""
    places = [place for place, column in enumerate(frame.columns, 1) if column in heat.columns]
    if not places or frame.empty:
        return
    middle = (heat.bad + heat.good) / 2
    rule = ColorScaleRule("num", heat.bad, BAD, "num", middle, MIDDLE, "num", heat.good, GOOD)
    first, last = get_column_letter(places[0]), get_column_letter(places[-1])
    sheet.conditional_formatting.add(f"{first}2:{last}{len(frame) + 1}", rule)
