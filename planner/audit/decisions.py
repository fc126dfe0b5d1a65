"""What the result sheets say was decided, by the keys that locks and earlier plans use."""

import pandas as pd

from planner.audit.case import LINE, AuditedPlan, words
from planner.audit.demand import MARKET, tabulate_service
from planner.audit.offers import states

Key = tuple[str, ...]


def list_decisions(case: AuditedPlan) -> dict[Key, float]:
    """Every decision that was taken, above zero: its kind and key, as on sheet `locks`; missing ones are 0."""
    lines, projects = case["capacity"], case["projects"]
    demand = tabulate_service(case)
    signed = states(case)
    signed = signed[signed["in_force"]]
    tables = {
        "opened": _ones(case.open[case.open].reset_index(), "site", "period"),
        "built": case["builds"][[*LINE, "option", "period", "modules"]],
        "accessed": _ones(signed, "firm", "offer", "mode", "period"),
        "started": _ones(projects, "project", "option", "started"),
        "kept": _ones(lines[lines["existing"] > 0], *LINE, "period"),
        "priced": demand[["region", "item", "step", "period", "share"]],
    }
    found: dict[Key, float] = {}
    for kind, table in tables.items():
        for *key, value in table.itertuples(index=False, name=None):
            found[kind, *key] = float(value)
    return found


def decidable(case: AuditedPlan) -> set[Key]:
    """Every state there can be: sites within their window, existing capacity, offers, steps that sell anything."""
    sites = case.sites.reset_index().merge(case.periods.reset_index()[["period", "place"]], how="cross")
    sites = sites[(sites["place"] >= sites["first"]) & (sites["place"] <= sites["last"])]
    there = case.declared[case.declared > 0].reset_index()
    steps = case.instance["demand"]
    steps = steps.assign(step=words(steps["step"]))[steps["volume"] > 0]
    tables = {
        "opened": sites[["site", "period"]],
        "accessed": states(case)[["firm", "offer", "mode", "period"]],
        "kept": there[[*LINE, "period"]],
        "priced": steps[[*MARKET[:2], "step", "period"]],
    }
    return {(kind, *key) for kind, table in tables.items() for key in table.itertuples(index=False, name=None)}


def steps(case: AuditedPlan) -> pd.DataFrame:
    """Every market and step: region, item, step."""
    rows = case.instance["demand"]
    return rows.assign(step=words(rows["step"]))[[*MARKET[:2], "step"]].drop_duplicates()


def _ones(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table[list(columns)].assign(value=1.0)
