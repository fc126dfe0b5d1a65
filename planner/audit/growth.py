"""Growth: what is put into service, and that it is no more than what there was before lets grow."""

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, same
from planner.audit.case import LINE, AuditedPlan, cache_table, sum_by_key
from planner.audit.options import in_service
from planner_models import frames

KEY = ["what", "where", "period"]


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `growth` against builds, capacity and what is declared."""
    if not case.speaks_of("growth"):
        return []
    new, most = _recompute(case)
    sheet = case["growth"].set_index(KEY)
    return [
        at_most("capacity grows within its limit", new, most),
        same("new capacity where growth is limited", sheet["new"], new),
        same("limit of new capacity", sheet["most"], most),
    ]


def _recompute(case: AuditedPlan) -> tuple[pd.Series, pd.Series]:
    """By what, where and period: capacity put into service and the most of it, activity/year."""
    added, there = _list_changes(case)
    periods = case.periods
    rows = []
    for what, where, growth, seed in _list_limits(case):
        lines = _find_lines(case, what, where)
        before = None
        for period, years in frames.pairs(periods["years"]):
            base = sum(there.get((*line, before or "at first"), 0.0) for line in lines)
            new = sum(added.get((*line, period), 0.0) for line in lines)
            rows.append((what, where, period, new, seed * years + ((1.0 + growth) ** years - 1.0) * base))
            before = period
    table = pd.DataFrame(rows, columns=[*KEY, "new", "most"]).set_index(KEY)
    return table["new"].astype(float), table["most"].astype(float)


def _list_limits(case: AuditedPlan) -> list[tuple[str, str, float, float]]:
    """What, where, max_growth and seed of each limit on something that there is; the row that names more holds."""
    instance = case.instance
    table = instance["growth"]
    if instance.settings["growth"] == "off":
        table = table[:0]
    known: dict[tuple[str, str], tuple[float, float, float]] = {}
    for row in table.to_dict("records"):
        named = 1.1 * (row["what"] != "*") + (row["where"] != "*")
        whats = instance["processes"]["process"] if row["what"] == "*" else [row["what"]]
        for what in whats:
            for where in case.blocs.index if row["where"] == "*" else [row["where"]]:
                if _find_lines(case, what, where) and named >= known.get((what, where), (-1.0,))[0]:
                    known[what, where] = (named, row["max_growth"], row["seed"])
    return [(what, where, growth, seed) for (what, where), (_, growth, seed) in known.items()]


@cache_table
def _list_stages(case: AuditedPlan) -> dict[str, str]:
    return frames.entries(case.instance["processes"].set_index("process")["stage"])


@cache_table
def _list_blocs(case: AuditedPlan) -> dict[str, str]:
    return frames.entries(case.blocs)


def _find_lines(case: AuditedPlan, what: str, where: str) -> list[tuple[str, str]]:
    """The lines of a process or stage in a region or bloc."""
    stages, blocs = _list_stages(case), _list_blocs(case)
    return [
        line
        for line, region in frames.pairs(case.lines["region"])
        if what in (line[1], stages[line[1]]) and where in (region, blocs[region])
    ]


def _list_changes(case: AuditedPlan) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]:
    """By line and period: capacity that begins its service, and what there is; what exists `at first` as well."""
    modules = in_service(case)
    begun = modules[modules["place"] == modules["ready"]]
    added = frames.entries(sum_by_key(begun, [*LINE, "period"], "total"))
    total = sum_by_key(modules, [*LINE, "period"], "total")
    kept = sum_by_key(case["capacity"], [*LINE, "period"], "existing")
    there = frames.entries(kept.add(total, fill_value=0.0))
    names = case.periods.index
    opened = case["sites"].loc[case["sites"]["opened"] == "yes"].groupby("site")["period"].first().to_dict()
    status = case.lines["status"].to_dict()
    declared = case.declared.unstack("period").reindex(index=case.lines.index, columns=names).to_numpy(float)
    for line, course in zip(case.lines.index, declared, strict=True):
        if status[line] == "candidate":
            rises = {opened[line[0]]: course[list(names).index(opened[line[0]])]} if line[0] in opened else {}
        else:
            there[(*line, "at first")] = course[0]
            rises = dict(zip(names[1:], np.maximum(np.diff(course), 0.0), strict=True))
            if case.lines.at[line, "home"] == "no":  # it is there whether or not an offer reaches it
                there |= {(*line, period): level + total.get((*line, period), 0.0)
                          for period, level in zip(names, course, strict=True)}  # fmt: skip
        for period, rise in rises.items():
            added[(*line, period)] = added.get((*line, period), 0.0) + rise
    return added, there
