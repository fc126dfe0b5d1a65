"""The sheets of a result as tables."""

from collections.abc import Iterable, Mapping

import pandas as pd

Tables = Mapping[str, pd.DataFrame]
"""Result sheets by name."""


def table(tables: Tables, sheet: str, columns: Iterable[str]) -> pd.DataFrame:
    """A result table, or one without rows where the plan has none; undisturbed where it has other rows too."""
    frame = tables.get(sheet)
    if frame is None or frame.empty:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    return frame[frame["scenario"] == "base"] if "scenario" in frame and sheet != "scenarios" else frame
