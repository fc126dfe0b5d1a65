"""What the sheet `levels` says has been reached."""

import pandas as pd

from planner.audit.case import AuditedPlan, cache_table, words

SAID = ["kind", "name", "level"]
"""The key of a level in the sheet, but for the period."""


@cache_table
def list_reached_levels(case: AuditedPlan) -> pd.DataFrame:
    """The levels said to be reached: SAID, period and its place; each once."""
    sheet = case["levels"]
    sheet = sheet[sheet["reached"] == "yes"].assign(level=words(sheet["level"]))
    rows = sheet[[*SAID, "period"]].drop_duplicates().reset_index(drop=True)
    return rows.assign(place=case.places(rows["period"], -1)).astype(dict.fromkeys(SAID, object))
