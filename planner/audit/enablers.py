"""Enablers: what is deployed, the thresholds it passes, and by how much they raise the volume of markets."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import AuditedPlan, cache_table, sum_by_key, words
from planner.audit.reached_levels import SAID, list_reached_levels

_PLACE = ["region", "item", "period"]


@cache_table
def thresholds(case: AuditedPlan) -> pd.DataFrame:
    """Every threshold of an enabler: SAID, region, enabler, item, threshold, and step: its uplift beyond the one below.

    Only under objective profit: where demand is met at least cost, nothing raises it.
    """
    rows = case.instance["enablers"].sort_values(["region", "enabler", "item", "threshold"])
    settings = case.instance.settings
    rows = rows if settings["enablers"] == "on" and settings["objective"] == "profit" else rows[:0]
    before = rows.groupby(["region", "enabler", "item"])["uplift"].shift(fill_value=0.0)
    names = rows["region"] + "|" + rows["enabler"] + "|" + rows["item"]
    return rows.assign(kind="enabler", name=names, level=words(rows["threshold"]), step=rows["uplift"] - before)


def uplift(case: AuditedPlan, rows: pd.DataFrame) -> pd.Series:
    """By row (region, item, period): the share that the thresholds said to be passed add to its volume."""
    steps = thresholds(case).merge(list_reached_levels(case), on=SAID)
    shares = steps.groupby(_PLACE)["step"].sum()
    return shares.reindex(pd.MultiIndex.from_frame(rows[_PLACE]), fill_value=0.0).set_axis(rows.index)


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `deployments`, and the thresholds said to be passed; nothing where there are no enablers."""
    if not case.speaks_of("enablers", "deployments"):
        return []
    sheet, rows = case["deployments"], thresholds(case)
    pairs = pd.MultiIndex.from_frame(rows[["region", "enabler"]])
    known = pd.MultiIndex.from_frame(sheet[["region", "item"]]).isin(pairs)
    passed = rows.merge(list_reached_levels(case), on=SAID).reset_index(drop=True)
    far = _so_far(case, passed.drop(columns="item").rename(columns={"enabler": "item"}))
    return [
        never("deployments of enablers", pd.Series(~known)),
        at_most("nothing deployed below 0", -sheet["deployed"], 0.0 * sheet["deployed"]),
        same("cumulative deployments", sum_by_key(sheet, _PLACE, "cumulative"), _cumulative(case)),
        at_most("deployment of thresholds passed", passed["threshold"], far),
    ]


def _cumulative(case: AuditedPlan) -> pd.Series:
    """By _PLACE: what is there of each enabler by the end of every period."""
    pairs = thresholds(case)[["region", "enabler"]].drop_duplicates().rename(columns={"enabler": "item"})
    places = pairs.merge(case.periods.reset_index()[["period"]], how="cross")
    return _so_far(case, places).set_axis(pd.MultiIndex.from_frame(places[_PLACE]))


def _so_far(case: AuditedPlan, rows: pd.DataFrame) -> pd.Series:
    """By row (region, item, period): years x (deployed + sold) there up to and including the period."""
    amounts = [sum_by_key(case["deployments"], _PLACE, "deployed"), sum_by_key(case["demand"], _PLACE, "sold")]
    yearly = pd.concat([part.rename("amount") for part in amounts]).reset_index()
    yearly = yearly.assign(by=case.places(yearly["period"], -1))
    yearly["amount"] *= yearly["period"].map(case.periods["years"]).astype(float)
    spots = rows[_PLACE].assign(row=rows.index, place=case.places(rows["period"], -1)).drop(columns="period")
    pairs = spots.merge(yearly[["region", "item", "by", "amount"]], on=["region", "item"])
    return sum_by_key(pairs[pairs["by"] <= pairs["place"]], ["row"], "amount").reindex(rows.index, fill_value=0.0)
