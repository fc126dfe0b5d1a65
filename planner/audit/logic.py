"""Logic: what sheet `logic` links agrees with what was decided."""

import pandas as pd

from planner.audit import Finding, never
from planner.audit.case import AuditedPlan
from planner.audit.decisions import Key, list_decisions
from planner_models.schema.decisions import KEYS

_LENGTHS = {kind: len(columns) for kind, columns in KEYS.items()} | {"hub": 3}
_IN_ALL = ("built", "started")
"""Without a period these count in all periods together."""


def audit(case: AuditedPlan) -> list[Finding]:
    """Every row of `logic` in every period; nothing where there are none."""
    links = case.instance.tables.get("logic")
    if links is None or links.empty:
        return []
    taken = list_decisions(case) | _open_hubs(case)
    broken = []
    for first, second, kind in zip(links["if"], links["then"], links["kind"], strict=True):
        sides = [_find_taken(case, str(side), taken) for side in (first, second)]
        for one, other in zip(*sides, strict=True):
            broken.append({"implies": one and not other, "excludes": one and other, "either": not (one or other)}[kind])
    return [never("links between decisions", pd.Series(broken, dtype=bool))]


def _open_hubs(case: AuditedPlan) -> dict[Key, float]:
    rows = case["hubs"]
    rows = rows[rows["opened"] == "yes"]
    return {("hub", *key): 1.0 for key in rows[["region", "item", "period"]].itertuples(index=False, name=None)}


def _find_taken(case: AuditedPlan, written: str, taken: dict[Key, float]) -> list[bool]:
    """Whether a decision is taken, in each period; modules where there is at least one."""
    kind, _, rest = written.strip().partition("[")
    kind, inside = kind.strip(), rest.rstrip().removesuffix("]")
    parts = [part.strip() for part in inside.split("|" if "|" in inside else ",")]
    periods = list(case.periods.index)
    if len(parts) == _LENGTHS[kind]:
        return [taken.get((kind, *parts), 0.0) > 0.5] * len(periods)
    values = [taken.get((kind, *parts, period), 0.0) for period in periods]
    if kind in _IN_ALL:
        return [sum(values) > 0.5] * len(periods)
    return [value > 0.5 for value in values]
