"""Figures that rules limit, type by type, from the base: rows of item, who, period, value, and the `base` of a ratio.

A breach is how far the value misses the limit times the base, in the unit that the rule counts in.
"""

from collections.abc import Callable

import pandas as pd

from planner.audit import TOLERANCE
from planner.audit.balance import sum_kept_throughout
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.lanes import price_base_flows
from planner.audit.offers import reach, states
from planner.audit.options import in_service
from planner.audit.production import price_base_production
from planner.audit.projects import under_way
from planner.audit.receipts import receipts
from planner.audit.supply import (
    SUPPLY,
    in_control,
    sources,
    supply,
    tabulate_arrivals,
    tabulate_production,
    use,
    within,
)
from planner_models import frames

KEY = ["item", "who", "period"]
EVERY = "*"
_MONTHS = 12.0


def figure(value: pd.Series, base: pd.Series | float, who: str = EVERY) -> pd.DataFrame:
    """A table of figures from series by item and period, or by item, period and who."""
    table = pd.DataFrame({"value": value, "base": base}).rename_axis(value.index.names).reset_index()
    return table if "who" in table else table.assign(who=who)


def share(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """source / supply in the scope."""
    scope, by, who = rule["scope"], rule["by"], rule["who"]
    total = supply(case, scope)
    if by == "control":
        part = in_control(case, scope, who).reindex(total.index, fill_value=0.0)
        return figure(part / total.where(total > 0), total, who)
    parts = sources(case, scope, by)
    if who != EVERY:
        part = parts.xs(who, level="who") if who in parts.index.get_level_values("who") else parts[:0].droplevel("who")
        return figure(part.reindex(total.index, fill_value=0.0) / total.where(total > 0), total, who)
    if scope is not None and by in ("region", "bloc"):
        parts = parts[~parts.index.get_level_values("who").isin(_inside(case, scope, by))]
    base = total.reindex(pd.MultiIndex.from_arrays([parts.index.get_level_values(name) for name in SUPPLY]))
    base = base.set_axis(parts.index)
    return figure(parts / base.where(base > 0), base)


def _inside(case: AuditedPlan, scope: str, by: str) -> set[str]:
    """The regions of a scope, or the bloc it is or lies in."""
    regions = case.blocs[within(case, case.blocs.index.to_series(), scope)]
    return set(regions.index if by == "region" else regions)


def import_share(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """imports / (imports + made there), of a scope or of each bloc."""
    parts, of_each = [], rule["scope"] is None
    for place in sorted(set(case.blocs)) if of_each else [rule["scope"]]:
        total, arrivals = supply(case, place, of_each), tabulate_arrivals(case, place, of_each)
        imports = sum_by_key(arrivals, SUPPLY, "amount").reindex(total.index, fill_value=0.0)
        parts.append(figure(imports / total.where(total > 0), total, place))
    return pd.concat(parts)


def number_of_sources(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """The share of the source that is the last of as many as are asked for; `breach` counts how many are too small."""
    total, parts = supply(case, rule["scope"]), sources(case, rule["scope"], rule["by"])
    index = pd.MultiIndex.from_arrays([parts.index.get_level_values(name) for name in SUPPLY])
    whole = total.reindex(index).set_axis(parts.index)
    enough = parts[parts >= rule["limit"] * whole - TOLERANCE * whole]
    number = enough.groupby(level=SUPPLY).size().reindex(total.index, fill_value=0).astype(float)
    place = int(rule["count"]) - 1
    last = parts.sort_values(ascending=False, kind="stable").groupby(level=SUPPLY).nth(place)
    last = last.droplevel("who").reindex(total.index, fill_value=0.0)
    table = figure(pd.Series(last) / total.where(total > 0), total)
    short = (rule["count"] - number).clip(lower=0.0).where(total > 0, 0.0)
    return table.assign(breach=short.to_numpy())


def concentration(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """Sum of squared shares of the supply."""
    total, parts = supply(case, rule["scope"]), sources(case, rule["scope"], rule["by"])
    squares = (parts**2).groupby(level=SUPPLY).sum().reindex(total.index, fill_value=0.0)
    return figure(squares / total.where(total > 0) ** 2, total)


def cover(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """Months of use that are in stock throughout the period."""
    stocks = sum_kept_throughout(case).rename("held").reset_index()
    held = sum_by_key(stocks[within(case, stocks["region"], rule["scope"])], SUPPLY, "held")
    base = use(case, rule["scope"]) / _MONTHS
    return figure(held.reindex(base.index, fill_value=0.0) / base.where(base > 0), base)


def utilisation(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """What lines under control make of an item over what they could."""
    own = case["capacity"].merge(case.lines.reset_index()[[*LINE, "home"]], on=LINE)
    own = own.loc[own["home"] == "yes", [*LINE, "period", "capacity"]].assign(mode="own")
    terms = reach(case)
    terms = terms[terms["controls"] == "yes"]
    line = pd.MultiIndex.from_frame(terms[[*LINE, "period"]])
    existing = case.declared.reindex(line, fill_value=0.0).set_axis(terms.index).where(terms["in_force"], 0.0)
    modules = sum_by_key(in_service(case), [*LINE, "period"], "usable").reindex(line, fill_value=0.0).to_numpy()
    offered = terms.assign(capacity=terms["offtake_share"] * (existing + modules))
    draws = pd.concat([own, offered[[*LINE, "period", "capacity", "mode"]]])
    flow = [*LINE, "mode", "period"]
    made_there = sum_by_key(case["production"], flow, "made").reindex(
        pd.MultiIndex.from_frame(draws[flow]), fill_value=0.0
    )
    draws = draws.assign(made=made_there.to_numpy(), region=draws["site"].map(case.sites["region"]))
    draws = draws[within(case, draws["region"], rule["scope"])]
    if rule["by"] == "firm" and rule["who"] != EVERY:
        draws = draws[draws["site"].map(case.sites["firm"]) == rule["who"]]
    sums = _by_item(case, draws, ["capacity", "made"])
    return figure(sums["made"] / sums["capacity"].where(sums["capacity"] > 0), sums["capacity"])


def capacity_ratio(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """Capacity of all lines over use; where nothing is used, all of it is a breach."""
    lines = case["capacity"].assign(region=case["capacity"]["site"].map(case.sites["region"]))
    sums = _by_item(case, lines[within(case, lines["region"], rule["scope"])], ["capacity"])
    base = use(case, rule["scope"])
    base = base.reindex(base.index.union(sums.index), fill_value=0.0)
    capacity = sums["capacity"].reindex(base.index, fill_value=0.0)
    breach = (capacity - rule["limit"] * base).clip(lower=0.0)
    return figure(capacity / base.where(base > 0), base).assign(breach=breach.to_numpy())


def _by_item(case: AuditedPlan, lines: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Columns in activity/year as item/year of what the lines make."""
    rows = lines.merge(case.recipes[case.recipes["quantity"] > 0], on=["process", "period"])
    for name in names:
        rows[name] = (rows[name] * rows["quantity"]).astype(float)
    return rows.groupby(SUPPLY)[names].sum()


def emissions(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """t/year of lines and of transport into the scope."""
    rows, recipes = price_base_production(case), case.instance["recipes"]
    rows = rows[within(case, rows["region"], rule["scope"])]
    flows = price_base_flows(case)
    flows = flows[within(case, flows["destination"], rule["scope"])]
    if rule["item"] != EVERY:
        makers = recipes.loc[(recipes["item"] == rule["item"]) & (recipes["quantity"] > 0), "process"]
        rows, flows = rows[rows["process"].isin(makers)], flows[flows["item"] == rule["item"]]
    each = pd.Series(0.0, index=rows.index)
    for view, periods in case.views:
        now = rows[rows["period"].isin(periods)]
        if now.empty:
            continue
        facts = view.instance["processes"].set_index("process").reindex(now["process"])
        grid = now["region"].map(view.instance["regions"].set_index("region")["grid_co2"])
        energy = view.lines["energy"].reindex(pd.MultiIndex.from_frame(now[LINE])).to_numpy()
        each[now.index] = facts["emissions"].to_numpy() + energy * grid / 1000.0
    mass = flows["item"].map(case.instance["items"].set_index("item")["mass"])
    moved = flows["shipped"] * flows["emissions"] * flows["km"] * mass / 1000.0
    parts = [rows[["period"]].assign(amount=rows["made"] * each), flows[["period"]].assign(amount=moved)]
    return _by_period(case, rule["item"], pd.concat(parts))


def local_content(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """1 - value of the inputs of an item that a bloc's own makers cannot have made, over the value made there."""
    value = case.instance["items"].set_index("item")["value"]
    there = tabulate_production(case)
    there = there[within(case, there["region"], rule["scope"])]
    parts = []
    items, steps = case.instance["items"]["item"], case.instance["recipes"]
    unvalued = steps["process"].isin(steps.loc[(steps["quantity"] < 0) & ~(steps["item"].map(value) > 0), "process"])
    worthless = {*value.index[~(value > 0)], *steps.loc[unvalued & (steps["quantity"] > 0), "item"]}
    for item in items if rule["item"] == EVERY else items[items == rule["item"]]:
        if item in worthless:
            continue
        makers = there[there["item"] == item]
        inputs = price_base_production(case).merge(makers[[*LINE, "mode", "period"]].drop_duplicates())
        inputs = inputs.merge(case.recipes[case.recipes["quantity"] < 0], on=["process", "period"])
        if not len(inputs):
            continue
        inputs = inputs.assign(amount=-inputs["made"] * inputs["quantity"])
        needed = sum_by_key(inputs, SUPPLY, "amount").astype(float)
        made_there = sum_by_key(there, SUPPLY, "amount").reindex(needed.index, fill_value=0.0)
        abroad = (needed - made_there).clip(lower=0.0) * needed.index.get_level_values("item").map(
            frames.entries(value)
        )
        base = sum_by_key(makers, SUPPLY, "amount") * value[item]
        missing = abroad.groupby(level="period").sum().reindex(base.index.get_level_values("period"), fill_value=0.0)
        parts.append(figure(1.0 - missing.to_numpy() / base.where(base > 0), base))
    return pd.concat(parts) if parts else pd.DataFrame(columns=[*KEY, "value", "base"])


def budget(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """Capex of modules ordered, entry of offers signed and, everywhere, development, in money over the period."""
    builds = case["builds"].assign(region=case["builds"]["site"].map(case.sites["region"]))
    offers = states(case)
    offers = offers[offers["signed"]]
    spent = [
        builds.rename(columns={"capex": "amount"}),
        offers.rename(columns={"entry_cost": "amount"}),
    ]
    spent = [rows.loc[within(case, rows["region"], rule["scope"]), ["period", "amount"]] for rows in spent]
    if rule["scope"] is None:
        rows = under_way(case)
        years = rows["period"].map(case.periods["years"]).where(rows["line"] == "development", 1.0)
        spent.append(rows[["period"]].assign(amount=rows["yearly"] * years))
    return _by_period(case, rule["item"], pd.concat(spent))


def cash(case: AuditedPlan, rule: pd.Series) -> pd.DataFrame:
    """What has gathered by the end of each period, in money; `turnover` is what it is a difference of."""
    rows = receipts(case)
    parts = {"value": rows["amount"], "turnover": rows["amount"].abs()}
    sums = {name: amounts.groupby(rows["period"]).sum() for name, amounts in parts.items()}
    table = pd.DataFrame(sums).reindex(case.periods.index, fill_value=0.0).cumsum()
    return table.rename_axis("period").reset_index().assign(item=rule["item"], who=EVERY, base=1.0)


def _by_period(case: AuditedPlan, item: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Sums by period, also where there is nothing."""
    sums = sum_by_key(rows.astype({"amount": float}), ["period"], "amount").reindex(case.periods.index, fill_value=0.0)
    return sums.rename("value").rename_axis("period").reset_index().assign(item=item, who=EVERY, base=1.0)


FIGURES: dict[str, Callable[[AuditedPlan, pd.Series], pd.DataFrame]] = {
    "max_share": share,
    "min_share": share,
    "max_import_share": import_share,
    "min_sources": number_of_sources,
    "max_hhi": concentration,
    "min_cover": cover,
    "min_utilisation": utilisation,
    "max_capacity_ratio": capacity_ratio,
    "max_emissions": emissions,
    "min_local_content": local_content,
    "budget": budget,
    "min_cash": cash,
}
"""By type of rule, but for those on scenarios."""
