"""Rows of the result sheets: each stands once and speaks of what the instance has."""

import pandas as pd

from planner.audit import Finding, never
from planner.audit.case import AUDITED, LINE, Case
from planner.audit.options import OPTION, offered
from planner.audit.production import produced
from planner.audit.scenarios import SNAPSHOT, snapshots

_PLAN = [sheet for sheet in AUDITED if sheet != "rules"]
_DISTURBED = ("production", "flows", "stocks", "demand")
"""Sheets with rows by scenario."""


def audit(case: Case) -> list[Finding]:
    """No key twice, and no row about a line, option, site, period, item or region that does not exist."""
    twice = [case.everything[sheet].duplicated(case.key(sheet)) for sheet in AUDITED]
    known = pd.MultiIndex.from_frame(snapshots(case)[SNAPSHOT])
    unknown = [
        *(_missing(case[sheet], LINE, case.lines.index) for sheet in ("capacity", "production", "builds")),
        _missing(case["builds"], OPTION, offered(case).index),
        ~case["sites"]["site"].isin(case.sites.index),
        *(~case[sheet]["period"].isin(case.periods.index) for sheet in _PLAN if "period" in case[sheet]),
        *(_missing(case.disturbed(sheet), SNAPSHOT, known) for sheet in _DISTURBED),
    ]
    for name in ("item", "region"):
        known = case.instance[f"{name}s"][name]
        spoken = [case[sheet][name] for sheet in _PLAN if sheet != "costs" and name in case[sheet]]
        unknown += [~names.isin(known) for names in spoken]
    nowhere = ~case["costs"]["region"].isin([*case.instance["regions"]["region"], "*"])
    return [
        never("every key stands once", pd.concat(twice)),
        never("rows speak of what exists", pd.concat([*unknown, nowhere])),
        never("own lines and offers that cover a line", ~produced(case)["known"]),
    ]


def _missing(frame: pd.DataFrame, columns: list[str], known: pd.Index) -> pd.Series:
    """Which rows have a key that is not known."""
    return pd.Series(~pd.MultiIndex.from_frame(frame[columns]).isin(known), index=frame.index)
