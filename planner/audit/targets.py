"""Targets: sheet `targets` against the instance, the figures that follow from other sheets, and its own verdicts."""

import numpy as np
import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.case import AuditedPlan

_DIGITS = 1e-9
_NO_COST = ("revenue", "consumers' surplus counted")


def audit(case: AuditedPlan) -> list[Finding]:
    """Every target is judged, once, by what it asks for; nothing where neither side has any."""
    asked = case.instance["targets"].set_index("target")
    if "targets" not in case.tables or (asked.empty and case.tables["targets"].empty):
        return [never("targets are judged", pd.Series(True, index=asked.index))] if len(asked) else []
    sheet = case.tables["targets"].set_index("target")
    both = asked.index.intersection(sheet.index)
    other = asked.index.symmetric_difference(sheet.index)
    strange = pd.Series([*sheet.index.duplicated(), *([True] * len(other))], dtype=bool)
    if strange.any():
        return [never("targets are judged", strange)]
    asked, sheet = asked.loc[both], sheet.loc[both]
    value, reached = pd.to_numeric(sheet["value"]), pd.to_numeric(sheet["reached"])
    slack = pd.to_numeric(sheet["tolerance"])
    given = pd.to_numeric(asked["value"], errors="coerce")
    stated = given.notna()
    share = asked["tolerance_as"] == "percent"
    due = (
        asked["tolerance"].astype(float).where(~share, asked["tolerance"].astype(float) * value.abs().fillna(0.0) / 100)
    )
    known = _recompute(case)
    checked = sheet["figure"].isin(known)
    wrong = (sheet["figure"] != asked["figure"]) | (sheet["operator"] != asked["operator"])
    return [
        never(
            "targets are judged", wrong | (_judge(sheet["operator"], reached, value, slack) != sheet["met"].fillna(""))
        ),
        same("targets: value", value[stated], given[stated]),
        same("targets: tolerance", slack, due),
        same("targets: figures", reached[checked], sheet.loc[checked, "figure"].map(known).astype(float)),
    ]


def _judge(operator: pd.Series, reached: pd.Series, value: pd.Series, slack: pd.Series) -> pd.Series:
    """yes, no, or blank where there is nothing to measure against; a figure that is missing is never enough."""
    most = slack + _DIGITS * np.maximum(reached.abs(), value.abs())
    over, under = reached - value > most, value - reached > most
    bad = (over & operator.ne("at_least")) | (under & operator.ne("at_most")) | reached.isna()
    return bad.map({True: "no", False: "yes"}).where(value.notna(), "")


def _recompute(case: AuditedPlan) -> dict[str, float]:
    """Figures that are sums of other sheets, by name."""
    costs, builds, sites = case["costs"], case["builds"], case["sites"]
    return {
        "objective": float(case.objective),
        "total cost": float(costs.loc[~costs["line"].isin(_NO_COST), "discounted"].sum()),
        "investment in new capacity": float(builds["capex"].sum()),
        "modules built": float(builds["modules"].sum()),
        "sites opened": float((sites["opened"] == "yes").sum()),
        "sites closed": float((sites["closed"] == "yes").sum()),
    }
