"""The sheets of a result as tables."""

from collections.abc import Iterable, Mapping

import pandas as pd

Tables = Mapping[str, pd.DataFrame]
"""Result sheets by name."""


def table(tables: Tables, sheet: str, columns: Iterable[str]) -> pd.DataFrame:
    """A result table, or one without rows where the plan has none.

    Parameters
    ----------
    tables
        The result sheets by name.
    sheet
        Name of the sheet.
    columns
        The columns of the table where there are no rows.

    Returns
    -------
    pandas.DataFrame
        The rows of the sheet; where it also has rows of scenarios, those of the baseline only.
    """
    frame = tables.get(sheet)
    if frame is None or frame.empty:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    return frame[frame["scenario"] == "base"] if "scenario" in frame and sheet != "scenarios" else frame
