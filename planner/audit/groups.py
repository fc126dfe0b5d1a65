"""Figures of rules on groups: what is open, the capacity of lines, what is ordered, sources of a region, disposal."""

from collections.abc import Callable

import pandas as pd

from planner.audit.balance import tabulate_disposal
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.figures import EVERY
from planner.audit.lanes import USED, is_used
from planner.audit.supply import SUPPLY, tabulate_production, within

_GROUP = ["item", "who", "period"]


def _names(who: str) -> set[str]:
    return {name.strip() for name in who.split(";")} - {""}


def _meant(names: pd.Series, who: str) -> pd.Series:
    """Which of some names a rule is about."""
    return names.isin(_names(who)) | (who == EVERY)


def _by_period(case: AuditedPlan, rule: pd.Series, counts: pd.Series) -> pd.DataFrame:
    """A row for each period, also where there is nothing."""
    value = counts.reindex(case.periods.index, fill_value=0.0).astype(float)
    return value.rename("value").rename_axis("period").reset_index().assign(item=rule["item"], base=1.0)


def _count_open(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """How many of a group are open in each period."""
    return _by_period(case, rule, _OPEN[rule["by"]](case, rule))


def _open_sites(case: AuditedPlan, rule: pd.Series) -> pd.Series:
    """By period, the open sites of home firms in the scope, with a line that makes the item, among those named."""
    sites = case.sites
    meant = (sites["home"] == "yes") & within(case, sites["region"], rule["scope"])
    meant &= _meant(sites.index.to_series(), rule["who"])
    if rule["item"] != EVERY:
        recipes = case.instance["recipes"]
        makers = recipes.loc[(recipes["item"] == rule["item"]) & (recipes["quantity"] > 0), "process"]
        lines = case.instance["lines"]
        meant &= sites.index.isin(lines.loc[lines["process"].isin(makers), "site"])
    rows = case.open[case.open].reset_index()
    return rows[rows["site"].isin(sites.index[meant])].groupby("period").size()


def _list_used_lanes(case: AuditedPlan, rule: pd.Series) -> pd.Series:
    """By period, the lanes (origin, destination and mode) that leave the scope's regions with something on them."""
    flows = case["flows"]
    flows = flows[is_used(flows) & (flows["origin"] != flows["destination"])]
    flows = flows[within(case, flows["origin"], rule["scope"]) & _meant(flows["destination"], rule["who"])]
    if rule["item"] != EVERY:
        flows = flows[flows["item"] == rule["item"]]
    return flows.drop_duplicates(["origin", "destination", "mode", "period"]).groupby("period").size()


def _open_hubs(case: AuditedPlan, rule: pd.Series) -> pd.Series:
    """By period, the hubs of the scope that are open, with the rule's item in their row, among the regions named."""
    rows = case["hubs"]
    rows = rows[(rows["opened"] == "yes") & within(case, rows["region"], rule["scope"])]
    rows = rows[_meant(rows["region"], rule["who"]) & (rows["item"].eq(rule["item"]) | (rule["item"] == EVERY))]
    return rows.groupby("period").size()


_OPEN: dict[str, Callable[[AuditedPlan, pd.Series], pd.Series]] = {
    "site": _open_sites,
    "lane": _list_used_lanes,
    "hub": _open_hubs,
}


def _count_sources(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """How many regions (or blocs) supply each region of the scope; it is a source itself where it makes the item."""
    flows, made = case["flows"], tabulate_production(case)
    arrived = flows[flows["origin"] != flows["destination"]].rename(columns={"destination": "who"})
    parts = [
        arrived[[*SUPPLY, "who", "origin", "shipped"]].rename(columns={"origin": "source", "shipped": "amount"}),
        made[[*SUPPLY, "region", "amount"]].assign(who=made["region"]).rename(columns={"region": "source"}),
    ]
    rows = pd.concat([part for part in parts if len(part)] or parts[:1])
    if rule["by"] == "bloc":
        rows["source"] = rows["source"].map(case.blocs)
    amounts = sum_by_key(rows.astype({"amount": float}), [*_GROUP, "source"], "amount")
    largest = flows.groupby("item")["shipped"].max().reindex(amounts.index.get_level_values("item")).fillna(0.0)
    counted = amounts[amounts > USED * largest.to_numpy()].groupby(level=_GROUP).size()
    regions = case.blocs.index.to_series()
    regions = regions[within(case, regions, rule["scope"])]
    items = case.instance["items"]["item"]
    every = pd.MultiIndex.from_product([items, regions, case.periods.index], names=_GROUP)
    return counted.reindex(every, fill_value=0).astype(float).rename("value").reset_index().assign(base=1.0)


def _group_lines(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """Lines and periods of each item that they make, with the quantity and, as `who`, the group they are in."""
    lines = case.lines.reset_index()
    lines = lines[((lines["home"] == "yes") | (lines["status"] == "existing"))]
    lines = lines[within(case, lines["region"], rule["scope"])]
    lines = lines.assign(bloc=lines["region"].map(case.blocs))
    rows = lines.merge(case.recipes[case.recipes["quantity"] > 0], on="process")
    if rule["by"] is None:
        return rows.assign(who=rule["who"])
    rows = rows.assign(who=rows[rule["by"]])
    return rows[(rows["who"] == rule["who"]) | (rule["who"] == EVERY)]


def _sum_groups(case: AuditedPlan, rule: pd.Series, figures: pd.Series) -> pd.DataFrame:
    """Sums of a figure of lines and periods, in activity/year, by group in item/year."""
    rows = _group_lines(case, rule)
    there = figures.reindex(pd.MultiIndex.from_frame(rows[[*LINE, "period"]]), fill_value=0.0)
    rows["value"] = (rows["quantity"] * there.to_numpy()).astype(float)
    return rows.groupby(_GROUP)[["value"]].sum().reset_index().assign(base=1.0)


def _capacity(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """What the lines of a group could make."""
    return _sum_groups(case, rule, sum_by_key(case["capacity"], [*LINE, "period"], "capacity"))


def _orders(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """What modules that are ordered in a period will be able to make."""
    return _sum_groups(case, rule, sum_by_key(case["builds"], [*LINE, "period"], "size"))


def _disposal(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """What is thrown away in the scope."""
    rows = tabulate_disposal(case)
    rows = rows[within(case, rows["region"], rule["scope"])]
    sums = sum_by_key(rows, SUPPLY, "disposed")
    items = case.instance["items"]
    loose = items.loc[items["disposable"] == "yes", "item"]
    every = pd.MultiIndex.from_product([loose, case.periods.index], names=SUPPLY)
    return sums.reindex(every, fill_value=0.0).rename("value").reset_index().assign(base=1.0)


GROUPS: dict[str, Callable[[AuditedPlan, pd.Series], pd.DataFrame]] = {
    "max_open": _count_open,
    "min_open": _count_open,
    "single_source": _count_sources,
    "min_capacity": _capacity,
    "max_capacity": _capacity,
    "max_new": _orders,
    "max_disposal": _disposal,
}
"""By type of rule."""
