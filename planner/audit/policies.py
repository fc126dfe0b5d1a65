"""Policies: which are in force where, and by how much they change transaction costs, duties and markets."""

from collections.abc import Iterator

import pandas as pd

from planner.audit.case import AuditedPlan

SUBSIDIES = ("capex", "output", "access", "development")


def of_kind(case: AuditedPlan, *kinds: str) -> Iterator[pd.Series]:
    """The active policies of some kinds, row by row; none of a kind that is switched off."""
    rows, settings = case.instance["policies"], case.instance.settings
    for _, row in rows[(rows["active"] == "yes") & rows["kind"].isin(kinds)].iterrows():
        if settings["policies"] == "on" == settings["duty_policies" if row["kind"] == "duty" else "support"]:
            yield row


def find_periods(case: AuditedPlan, policy: pd.Series, periods: pd.Series) -> pd.Series:
    """Which of the periods named lie within from..to of a policy."""
    place = case.places(periods, -1)
    first = 0 if policy["from"] is None else case.periods["place"][policy["from"]]
    last = len(case.periods) if policy["to"] is None else case.periods["place"][policy["to"]]
    return (place >= first) & (place <= last)


def inside(case: AuditedPlan, policy: pd.Series, regions: pd.Series) -> pd.Series:
    """Which of the regions named a policy speaks of: a region, a bloc or `*`."""
    where = policy["region"]
    return regions.eq(where) | regions.map(case.blocs).eq(where) | (where == "*")


def makers(case: AuditedPlan, policy: pd.Series) -> pd.Series:
    """By process and period: what of the subject of a policy one unit of activity makes.

    Of an item its quantity in the recipe, of a process named itself, and of `*` any, 1.
    """
    recipes, what = case.recipes, policy["item"]
    if what in set(case.instance["items"]["item"]):
        made = recipes[(recipes["item"] == what) & (recipes["quantity"] > 0)]
        return made.groupby(["process", "period"])["quantity"].sum()
    processes = case.instance["processes"]["process"]
    named = processes if what == "*" else processes[processes == what]
    return pd.Series(1.0, index=pd.MultiIndex.from_product([named, case.periods.index], names=["process", "period"]))


def list_makers(case: AuditedPlan, policy: pd.Series) -> pd.Index:
    """The processes that the subject of a policy means."""
    return makers(case, policy).index.unique("process")


def transaction_factor(case: AuditedPlan, rows: pd.DataFrame) -> pd.Series:
    """By row (region, process, period): what policies multiply its transaction cost by."""
    factor = pd.Series(1.0, index=rows.index)
    for policy in of_kind(case, "transaction_cost"):
        hit = find_periods(case, policy, rows["period"]) & inside(case, policy, rows["region"])
        factor = factor.where(~(hit & rows["process"].isin(list_makers(case, policy))), factor * (1 + policy["rate"]))
    return factor


def market_factor(case: AuditedPlan, rows: pd.DataFrame) -> pd.Series:
    """By row (region, item, period): what market access multiplies its volume by."""
    factor = pd.Series(1.0, index=rows.index)
    for policy in of_kind(case, "market_access"):
        hit = find_periods(case, policy, rows["period"]) & inside(case, policy, rows["region"])
        factor = factor.where(~(hit & _speaks_of(policy, rows["item"])), factor * (1 + policy["rate"]))
    return factor


def sum_added_duties(case: AuditedPlan, flows: pd.DataFrame) -> pd.Series:
    """By flow: the rates that policies add to its duty; only where it crosses a bloc's border."""
    added = pd.Series(0.0, index=flows.index)
    abroad = flows["origin"].map(case.blocs) != flows["destination"].map(case.blocs)
    for policy in of_kind(case, "duty"):
        hit = abroad & find_periods(case, policy, flows["period"]) & inside(case, policy, flows["destination"])
        added += policy["rate"] * (hit & _speaks_of(policy, flows["item"]))
    return added


def _speaks_of(policy: pd.Series, items: pd.Series) -> pd.Series:
    return items.eq(policy["item"]) | (policy["item"] == "*")
