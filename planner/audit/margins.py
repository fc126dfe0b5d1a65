"""Margins: revenue, costs and the annuity of existing capacity, from the other sheets and the instance."""

import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.options import tabulate_options

_APART = (
    *("revenue", "overhead", "consumers' surplus counted", "experience after the plan", "risk"),
    "arm's-length margin",
)


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `margins`; nothing where a result does not have it."""
    sheet = case["margins"].set_index("period")
    if sheet.empty:
        return []
    costs = case["costs"]
    lines = {name: sum_by_key(costs[costs["line"] == name], ["period"], "amount") for name in _APART[:2]}
    none = pd.Series(0.0, index=case.periods.index)
    revenue, overhead = (
        -lines["revenue"].reindex(none.index).fillna(0.0),
        lines["overhead"].reindex(none.index).fillna(0.0),
    )
    spent = sum_by_key(costs[~costs["line"].isin(_APART)], ["period"], "amount").reindex(none.index).fillna(0.0)
    standing, lacking = _price_existing_capital(case)
    profit = revenue - overhead - spent - standing
    sold = revenue[revenue > 0].index
    size = revenue[sold]
    return [
        never("margins of periods with revenue", pd.Series(~sheet.index.isin(sold))),
        same("revenue beside margins", sheet["revenue"], revenue[sold]),
        same("overhead beside margins", sheet["overhead"], overhead[sold]),
        same("costs beside margins", sheet["costs"], spent[sold]),
        same("annuity of existing capacity", sheet["existing_capital"], standing[sold]),
        same("profit beside margins", sheet["profit"], profit[sold], size),
        same("margins", sheet["margin"], (profit / revenue)[sold], size / size),
        same("known margins", sheet["known_margin"], _known(case).reindex(sold).fillna(0.0)),
        never(
            "lines without an option are named",
            sheet["left_out"].fillna("") != lacking.reindex(sheet.index, fill_value=""),
        ),
    ]


def _price_existing_capital(case: AuditedPlan) -> tuple[pd.Series, pd.Series]:
    """By period: what existing capacity of home lines would cost anew, and the names of lines without an option."""
    options = tabulate_options(case).reset_index().sort_values("size", kind="stable").groupby(LINE)[["annuity", "size"]]
    each = options.first()
    rows = case["capacity"].merge(case.lines["home"].reset_index(), on=LINE)
    rows = rows[(rows["home"] == "yes") & (rows["existing"] > 0)].merge(
        (each["annuity"] / each["size"]).rename("each").reset_index(), on=LINE, how="left"
    )
    years = rows["period"].map(case.periods["years"]).astype(float)
    rows = rows.assign(paid=rows["existing"] * rows["each"] * years, name=rows["process"] + " at " + rows["site"])
    names = (
        rows[rows["each"].isna()]
        .groupby("period")["name"]
        .agg(lambda each: "; ".join([*each[:3], *([f"{len(each) - 3} more"] if len(each) > 3 else [])]))
    )
    return rows.groupby("period")["paid"].sum().reindex(case.periods.index).fillna(0.0), names


def _known(case: AuditedPlan) -> pd.Series:
    """By period: the margins known of its markets, weighed by revenue."""
    market = ["region", "item", "period"]
    said = case.instance["demand"].dropna(subset="known_margin").drop_duplicates(market)[[*market, "known_margin"]]
    rows = case["demand"].merge(said, on=market)
    paid = rows["sold"] * rows["price"]
    sums = pd.DataFrame({"period": rows["period"], "paid": paid, "part": paid * rows["known_margin"]})
    sums = sums[sums["paid"] > 0].groupby("period")[["paid", "part"]].sum()
    return (sums["part"] / sums["paid"]).astype(float)
