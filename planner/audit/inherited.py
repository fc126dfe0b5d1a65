"""Rows that name a member beside the `*` row of the same thing: their blank cells mean what that row says."""

import pandas as pd

from planner.audit.case import AuditedPlan, cache_table

_SAME = {"lanes": ["origin", "destination", "mode"], "access": ["firm", "mode"], "options": ["process", "option"]}
_MEMBER = {"lanes": "item", "access": "process", "options": "site"}
_OWN = ("capacity", "min_flow", "size", "source", "confidence", "note")
"""Columns of which a blank cell says nothing about the `*` row: that row's capacity is shared, not repeated."""


@cache_table
def resolve_inheritance(case: AuditedPlan, sheet: str) -> pd.DataFrame:
    """The rows of lanes, access or options as they count (MODEL.md, section 14), without remarks.

    Parameters
    ----------
    case : Case
        The plan under audit.
    sheet : str
        `lanes`, `access` or `options`.

    Returns
    -------
    pandas.DataFrame
        One row per row of the sheet. Adds `beside`: whether the row names a member and there is a `*` row as well; of
        lanes also `opened_as`, the item cell of the row that is opened for it.
    """
    same, member = _SAME[sheet], _MEMBER[sheet]
    rows = case.instance.tables[sheet]
    general = rows[rows[member] == "*"].drop(columns=member).drop_duplicates(same).assign(beside=True)
    joined = rows.merge(general, on=same, how="left", suffixes=("", "_of_all")).set_index(rows.index)
    beside = (joined["beside"] == True) & (rows[member] != "*")  # noqa: E712  # missing where there is no `*` row
    found = rows.assign(beside=beside)
    if sheet == "lanes":
        found["opened_as"] = rows["item"].where(~(beside & rows["opening_cost"].isna()), "*")
    for column in (set(rows.columns) - {*same, member, *_OWN}) if beside.any() else ():
        blank = beside & rows[column].isna()
        if blank.any():
            found[column] = rows[column].where(~blank, joined[f"{column}_of_all"])
    return found.drop(columns=["source", "confidence", "note"])
