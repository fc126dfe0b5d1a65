"""Which row of sheet `by_period` states a figure in a period, so that a fault can name its cell."""

import pandas as pd

from planner_models import frames
from planner_models.by_period import SHEET, find_rows
from planner_models.instance import Instance


def find_stating_row(instance: Instance, sheet: str, row: int, column: str, period: str) -> int | None:
    """The row of by_period that says what a figure is in a period.

    Parameters
    ----------
    instance
        The instance.
    sheet, row, column
        The figure.
    period
        Name of the period.

    Returns
    -------
    int or None
        Its number; None where the figure is as its sheet has it.
    """
    place = {name: position for position, name in enumerate(instance["periods"]["period"])}
    table = instance[SHEET]
    about = frames.records(table[(table["sheet"] == sheet) & (table["column"] == column)])
    for number, entry in about.items():
        holds = place.get(entry["from"], 0) <= place[period] <= place.get(entry["to"], len(place))
        if holds and row in instance.tables[sheet].index[find_rows(sheet, instance.tables[sheet], entry["key"])]:
            return int(number)
    return None


def find_stating_cell(
    instance: Instance, sheet: str, row: int, column: str, period: str
) -> tuple[str, int, str] | None:
    """The cell of by_period that says what a figure is in a period.

    Parameters
    ----------
    instance, sheet, row, column, period
        As `find_stating_row` takes them.

    Returns
    -------
    tuple or None
        by_period, the number of the row, and value or factor; None where the figure is as its sheet has it.
    """
    stating = find_stating_row(instance, sheet, row, column, period)
    if stating is None:
        return None
    return SHEET, stating, "factor" if pd.isna(frames.cell(instance[SHEET], stating, "value")) else "value"
