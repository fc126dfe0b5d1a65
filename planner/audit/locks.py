"""Locks: what is held at a value, or between two, is."""

import pandas as pd

from planner.audit import Finding, at_most
from planner.audit.case import AuditedPlan
from planner.audit.decisions import decidable, list_decisions
from planner_models.schema.decisions import KEYS

_IN_ALL = ("built", "started")
"""Without a period these are summed over all; of the others each period is held."""

_BLANK = {"process": "*", "step": "1"}


def audit(case: AuditedPlan) -> list[Finding]:
    """Every row of `locks` against what was decided; nothing where there are none."""
    locks = case.instance.tables.get("locks")
    if locks is None or locks.empty:
        return []
    taken, possible = list_decisions(case), decidable(case)
    rows = [held for lock in locks.to_dict("records") for held in _sum_locked(case, lock, taken, possible)]
    frame = pd.DataFrame(rows, columns=["value", "least", "most"], dtype=float)
    return [
        at_most("locked at least", frame["least"], frame["value"]),
        at_most("locked at most", frame["value"], frame["most"]),
    ]


def _sum_locked(case: AuditedPlan, lock: dict, taken: dict, possible: set) -> list[tuple[float, float, float]]:
    """Value, least and greatest value of each decision, or sum of decisions, that a row holds."""
    kind = lock["decision"]
    subject = [lock[name] or _BLANK.get(name, "") for name in KEYS[kind][:-1]]
    periods = list(case.periods.index) if lock["period"] is None else [lock["period"]]
    keys = [(kind, *subject, period) for period in periods]
    if lock["period"] is None and kind not in _IN_ALL:
        keys = [key for key in keys if key in possible] or keys
    values = [taken.get(key, 0.0) for key in keys]
    least, most = lock["at_least"], lock["at_most"]
    if pd.isna(least):
        least = 1.0 if pd.isna(most) else 0.0
    most = float("inf") if pd.isna(most) else most
    if lock["period"] is None and kind in _IN_ALL:
        values = [sum(values)]
    return [(value, least, max(value, most) if most == float("inf") else most) for value in values]
