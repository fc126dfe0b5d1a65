"""Coordination: what groups at home sell at arm's length, on which terms, and what need not be."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.balance import tally_base
from planner.audit.case import LINE, AuditedPlan, cache_table, levels, sum_by_key
from planner.audit.offers import OFFER, states, tabulate_home_coverage
from planner.audit.options import tabulate_options
from planner.audit.policies import transaction_factor
from planner.audit.production import price_base_production, rate_institutions, tabulate_fixed_costs, unit_costs

GROUP_ITEM = ["group", "item", "period"]
_GOOD = [*LINE, "item"]
_SOLD = [*_GOOD, "mode", "period"]
_OF_SALE = ["region", "tier", "group", "quantity", "bears"]
_DUE = ["due_margin", "due_friction", "due_kept"]
_OUTSIDE = ""
"""Group of all firms that are not at home."""


@cache_table
def name_groups(case: AuditedPlan) -> pd.Series:
    """By site: the group of its firm, of firms that are not at home the blank one."""
    firms = case.instance["firms"].set_index("firm")
    named = firms["group"].where(firms["group"].notna(), firms.index.to_series())
    return case.sites["firm"].map(named).where(case.sites["home"] == "yes", _OUTSIDE)


def _cost_in_full(case: AuditedPlan) -> pd.Series:
    """By line and period: conversion, fixed cost and the annuity of the smallest module, per unit of activity."""
    parts = unit_costs(case).drop(columns=["royalty", "line fixed cost"]).sum(axis=1)
    fixed_cost = tabulate_fixed_costs(case).reindex(parts.index)
    options = tabulate_options(case).reset_index().sort_values(["size", "option"])
    line = levels(parts.index, LINE)
    smallest = options.drop_duplicates(LINE).set_index(LINE).reindex(line).set_axis(parts.index)
    capacity = (case.lines["capacity"] * case.lines["output"]).astype(float).reindex(line).set_axis(parts.index)
    existing = (fixed_cost / capacity).where(capacity > 0)
    fixed = existing.fillna(smallest["fixed_cost"].astype(float) / smallest["size"].astype(float)).fillna(0.0)
    return parts + fixed + (smallest["annuity"].astype(float) / smallest["size"].astype(float)).fillna(0.0)


@cache_table
def tabulate_goods(case: AuditedPlan) -> pd.DataFrame:
    """What each line at home makes: LINE, item, period, quantity, group, region, tier, full (money/activity).

    `bears`: the share of the cost of the line that the item bears, by value, or by quantity where nothing has a value.
    """
    made = case.recipes[case.recipes["quantity"] > 0]
    value = made["item"].map(case.instance["items"].set_index("item")["value"])
    worth = made["quantity"] * value
    of_all = worth.groupby([made["process"], made["period"]]).transform("sum")
    by_quantity = made["quantity"] / made.groupby(["process", "period"])["quantity"].transform("sum")
    made = made.assign(value=value, bears=(worth / of_all.where(of_all > 0)).fillna(by_quantity))
    lines = case.lines[["region", "tier", "home", "firm"]].join(_cost_in_full(case).rename("full")).reset_index()
    apart = (lines["home"] == "yes") & (case.instance.settings["coordination"] != "on")
    rows = lines[apart].merge(made, on=["process", "period"])
    return rows.assign(group=rows["site"].map(name_groups(case)))


@cache_table
def tabulate_wedges(case: AuditedPlan) -> pd.DataFrame:
    """What a unit sold at arm's length costs more, indexed by line, item, mode and period: margin, friction and kept.

    On spot on the terms of the firm's row, else of the settings; goods for which that is nothing are left out.
    """
    settings, goods = case.instance.settings, tabulate_goods(case)
    institutions = rate_institutions(case, goods)
    market = goods.assign(
        mode="spot",
        markup=settings["market_markup"],
        stake=0.0,
        each=settings["market_friction"] * goods["value"] * institutions,
    )
    charged = goods.assign(institutions=institutions).merge(_list_home_terms(case), on=[*LINE, "period"])
    charged["each"] = charged["transaction_cost"] * charged["institutions"] * charged["bears"] / charged["quantity"]
    stated = pd.MultiIndex.from_frame(charged.loc[charged["mode"] == "spot", _GOOD])
    rows = pd.concat([market[~pd.MultiIndex.from_frame(market[_GOOD]).isin(stated)], charged])
    full = rows["markup"].astype(float) * rows["full"] * rows["bears"] / rows["quantity"]
    stake = rows["stake"].astype(float)
    rows = rows.assign(margin=full * (1.0 - stake), kept=full * stake, friction=rows["each"].astype(float))
    due = rows[(rows["mode"] == "spot") & (rows["margin"] + rows["friction"] > 0)]
    rows = rows[pd.MultiIndex.from_frame(rows[_GOOD]).isin(pd.MultiIndex.from_frame(due[_GOOD]))]
    return rows.set_index([*_GOOD, "mode", "period"])


def _list_home_terms(case: AuditedPlan) -> pd.DataFrame:
    """The terms on which lines at home sell in each period."""
    return case.in_each_period(tabulate_home_coverage)


@cache_table
def price_sales(case: AuditedPlan) -> pd.DataFrame:
    """The rows of `arms_length` with what they ought to cost in money/year: due_margin, due_friction and due_kept."""
    if case["arms_length"].empty:
        return case["arms_length"].reindex(columns=[*case["arms_length"].columns, *_OF_SALE, *_DUE, "activity"])
    wedges = tabulate_wedges(case).reset_index()
    columns = [*_GOOD, "mode", "period", *_OF_SALE]
    each = wedges.rename(columns={name: f"each_{name}" for name in ("margin", "friction", "kept")})
    rows = case["arms_length"].merge(
        each[[*columns, "each_margin", "each_friction", "each_kept"]], on=[*_GOOD, "mode", "period"]
    )
    factor = transaction_factor(case, rows) if len(rows) else 1.0
    return rows.assign(
        due_margin=rows["traded"] * rows["each_margin"],
        due_friction=rows["traded"] * rows["each_friction"] * factor,
        due_kept=rows["traded"] * rows["each_kept"],
        activity=rows["traded"] / rows["quantity"] * rows["bears"],
    )


def cost_sales(case: AuditedPlan) -> pd.DataFrame:
    """What selling at arm's length costs: columns line, tier, region, period, yearly."""
    rows = price_sales(case)
    return pd.concat(
        [
            rows.assign(line="arm's-length margin", yearly=rows["due_margin"]),
            rows.assign(line="arm's-length friction", yearly=rows["due_friction"]),
        ]
    )


def sum_under_offers(case: AuditedPlan) -> pd.DataFrame:
    """By offer of a firm at home and period: drawn, transaction_cost, margin_paid and margin_kept, as in `access`.

    Indexed by OFFER and period.
    """
    rows = price_sales(case).merge(tabulate_home_coverage(case)[[*LINE, *OFFER]], on=[*LINE, "mode"])
    rows = rows[rows["mode"] != "spot"]
    names = {"activity": "drawn", "due_friction": "transaction_cost"}
    names |= {"due_margin": "margin_paid", "due_kept": "margin_kept"}
    return rows.rename(columns=names).groupby([*OFFER, "period"])[list(names.values())].sum()


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheets `arms_length` and `group_use`; while coordination is on neither has a row."""
    if case.instance.settings["coordination"] == "on":
        rows = pd.concat([case["arms_length"]["traded"], case["group_use"]["made"]])
        return [never("nothing at arm's length while groups act as one", rows.notna())] if len(rows) else []
    sheet = case["arms_length"].set_index(_SOLD)
    due = price_sales(case).set_index(_SOLD)
    return [
        never("arm's-length sales on terms that are offered", pd.Series(~sheet.index.isin(due.index))),
        at_most("nothing traded below 0", -sheet["traded"], 0.0 * sheet["traded"]),
        same("margin at arm's length", sheet["margin"], due["due_margin"]),
        same("friction at arm's length", sheet["friction"], due["due_friction"]),
        *_audit_offers(case),
        *_audit_groups(case),
    ]


def _audit_offers(case: AuditedPlan) -> list[Finding]:
    """Under an offer: only while it is in force and qualified, within its share of the line's capacity."""
    sold = price_sales(case)
    sold = sold[sold["mode"] != "spot"]
    terms = tabulate_home_coverage(case)[[*LINE, *OFFER, "offtake_share"]]
    rows = sold.merge(terms, on=[*LINE, "mode"]).merge(
        states(case)[[*OFFER, "period", "usable"]], on=[*OFFER, "period"]
    )
    rows = rows.set_index(_SOLD)
    place = levels(rows.index, [*LINE, "period"])
    capacity = case["capacity"].set_index([*LINE, "period"])["capacity"].reindex(place, fill_value=0.0).to_numpy()
    most = (rows["offtake_share"].astype(float) * rows["quantity"] * capacity).where(rows["usable"], 0.0)
    return [at_most("traded under offers in force, within their share", rows["traded"], most)]


def _audit_groups(case: AuditedPlan) -> list[Finding]:
    """What groups make, use and trade: all is traded but what they use, sell to final users and keep in stock."""
    sheet = case["group_use"].set_index(GROUP_ITEM)
    made, used = _sum_made(case), _sum_used(case)
    traded = sum_by_key(price_sales(case), GROUP_ITEM, "traded")
    sold = sum_by_key(case["arms_length"], [*_GOOD, "period"], "traded")
    of_line = sum_by_key(_list_made(case), [*_GOOD, "period"], "amount")
    rows_due = pd.concat([_find_due(case), sheet.reset_index()[GROUP_ITEM]]).drop_duplicates()
    keys = pd.MultiIndex.from_frame(rows_due)
    rows = pd.DataFrame({"made": made, "used": used, "traded": traded}).reindex(keys).fillna(0.0).astype(float)
    stated = sheet.reindex(keys)[["sale", "owned"]].fillna(0.0)
    rest = rows["made"] - rows["traded"] - rows["used"]
    place = case.places(rows_due["period"], 0).to_numpy(int)
    names = case.periods.index.to_numpy()
    earlier = pd.MultiIndex.from_arrays([rows_due["group"], rows_due["item"], names[place - 1]], names=GROUP_ITEM)
    before = stated["owned"].reindex(earlier, fill_value=0.0).where(place > 0, 0.0).to_numpy()
    years = case.periods["years"].to_numpy()[place]
    sale = (rest - (stated["owned"] - before) / years).clip(lower=0.0)
    owned = (before + years * (rest - stated["sale"])).clip(lower=0.0)
    final, stock = _sum_final(case)
    group = ["item", "period"]
    size = (years * rows["made"]).groupby(level=group).sum()  # of next to nothing, what is left by rounding is no fault
    return [
        *(same(f"{name} of groups", sheet[name], rows[name].reindex(sheet.index)) for name in rows),
        at_most("traded of what a line makes", sold, of_line),
        same("groups trade what they neither use, sell nor keep", stated["sale"], sale, rows["made"]),
        same("stock of groups", stated["owned"], owned, years * rows["made"]),
        at_most("sales of groups within what is sold", stated["sale"].groupby(level=group).sum(), final, size),
        at_most("stock of groups within what is in stock", stated["owned"].groupby(level=group).sum(), stock, size),
    ]


@cache_table
def _list_made(case: AuditedPlan) -> pd.DataFrame:
    """What lines at home make of each good that can cost more at arm's length: _GOOD, group, period, amount."""
    due = tabulate_wedges(case).xs("spot", level="mode").reset_index()[[*_GOOD, "period", "group", "quantity"]]
    rows = price_base_production(case)[[*LINE, "period", "made"]].merge(due, on=[*LINE, "period"])
    return rows.assign(amount=rows["made"] * rows["quantity"])


def _sum_made(case: AuditedPlan) -> pd.Series:
    return sum_by_key(_list_made(case), GROUP_ITEM, "amount")


@cache_table
def _list_use(case: AuditedPlan) -> pd.DataFrame:
    """What lines use of each item: GROUP_ITEM and amount; of lines that are not at home under the blank group."""
    used = case.recipes[case.recipes["quantity"] < 0]
    rows = price_base_production(case)[[*LINE, "period", "made"]].merge(used, on=["process", "period"])
    return rows.assign(amount=-rows["made"] * rows["quantity"], group=rows["site"].map(name_groups(case)))


def _sum_used(case: AuditedPlan) -> pd.Series:
    return sum_by_key(_list_use(case), GROUP_ITEM, "amount")


def _find_due(case: AuditedPlan) -> pd.DataFrame:
    """Groups, items and periods in which something is made of what others use in some period."""
    use = _list_use(case)
    use = use[use["amount"] > 0]
    made = _list_made(case)[GROUP_ITEM].drop_duplicates()
    others = made.merge(use[["group", "item"]].drop_duplicates(), on="item", suffixes=("", "_of_use"))
    return others.loc[others["group"] != others["group_of_use"], GROUP_ITEM]


def _sum_final(case: AuditedPlan) -> tuple[pd.Series, pd.Series]:
    """By item and period: what is sold, deployed and disposed of in all regions; and what is in stock at the end."""
    sums = tally_base(case).groupby(level=["item", "period"]).sum()
    taken = sums[["sold", "deployed"]].sum(axis=1)
    items = case.instance["items"].set_index("item")["disposable"]
    loose = items.reindex(sums.index.get_level_values("item")).eq("yes").to_numpy()
    rest = sums[["made", "released", "collected"]].sum(axis=1) - sums[["used", "added"]].sum(axis=1) - taken
    return taken + rest.where(loose, 0.0).clip(lower=0.0), sum_by_key(case["stocks"], ["item", "period"], "held")
