"""Rows of the result sheets: each stands once and speaks of what the instance has."""

import pandas as pd

from planner.audit import Finding, never
from planner.audit.case import LINE, AuditedPlan
from planner.audit.options import OPTION, tabulate_options
from planner.audit.production import price_base_production
from planner.audit.scenarios import SNAPSHOT, snapshots
from planner.audit.sheets import AUDITED

_DISTURBED = ("production", "flows", "stocks", "demand")
"""Sheets with rows by scenario."""


def audit(case: AuditedPlan) -> list[Finding]:
    """No key twice, no cell that cannot be read, and no row about something that does not exist.

    Rows that are named here are left out of all other audits, but for those of pairs that do not exist: a process that
    a site does not have, an option that a line does not have, a scenario that does nothing in a period.
    """
    known = pd.MultiIndex.from_frame(snapshots(case)[SNAPSHOT])
    unknown = [
        *(case.given[sheet].unknown for sheet in AUDITED),
        *(_find_unknown_keys(case[sheet], LINE, case.lines.index) for sheet in ("capacity", "production", "builds")),
        _find_unknown_keys(case["builds"], OPTION, tabulate_options(case).index),
        *(_find_unknown_keys(case.disturbed(sheet), SNAPSHOT, known) for sheet in _DISTURBED),
    ]
    return [
        never("every key is listed once", pd.concat([case.given[sheet].twice for sheet in AUDITED])),
        never("every cell can be read", pd.concat([case.given[sheet].unreadable for sheet in AUDITED])),
        never("rows refer to what exists", pd.concat(unknown)),
        never("own lines and offers that cover a line", ~price_base_production(case)["known"]),
    ]


def _find_unknown_keys(frame: pd.DataFrame, columns: list[str], known: pd.Index) -> pd.Series:
    """Which rows have a key that is not known."""
    return pd.Series(~pd.MultiIndex.from_frame(frame[columns]).isin(known), index=frame.index)
