"""Supply of each item: where it is made, by whom, and what arrives from elsewhere; and what uses it."""

import pandas as pd

from planner.audit.case import AuditedPlan, cache_table, sum_by_key
from planner.audit.production import price_base_production

SUPPLY = ["item", "period"]


@cache_table
def tabulate_production(case: AuditedPlan) -> pd.DataFrame:
    """What every draw makes of each item: item, period, region, bloc, firm, site, mode, controlled, stake, amount."""
    recipes = case.recipes
    rows = price_base_production(case).merge(recipes[recipes["quantity"] > 0], on=["process", "period"])
    own = rows["mode"] == "own"
    return rows.assign(
        bloc=rows["region"].map(case.blocs),
        firm=rows["site"].map(case.sites["firm"]),
        stake=rows["stake"].astype(float).where(~own, 1.0).fillna(0.0),
        amount=(rows["made"] * rows["quantity"]).astype(float),
    )


@cache_table
def tabulate_use(case: AuditedPlan) -> pd.DataFrame:
    """What lines use, markets are sold and is deployed of each item: item, period, region, amount."""
    recipes = case.recipes
    lines = price_base_production(case).merge(recipes[recipes["quantity"] < 0], on=["process", "period"])
    parts = [lines.assign(amount=-lines["made"] * lines["quantity"])]
    parts += [case[sheet].rename(columns={name: "amount"}) for sheet, name in _FINAL.items()]
    rows = pd.concat([part[["item", "period", "region", "amount"]] for part in parts if len(part)] or [parts[0]])
    return rows.astype({"amount": float})


_FINAL = {"demand": "sold", "deployments": "deployed"}


def within(case: AuditedPlan, regions: pd.Series, scope: str | None, bloc_only: bool = False) -> pd.Series:
    """Which of the regions named lie in a region or bloc, or in the bloc of that name only; all where none is named."""
    in_bloc = regions.map(case.blocs).eq(scope or "")
    return in_bloc if bloc_only else (regions == scope) | in_bloc | (scope is None)


@cache_table
def tabulate_arrivals(case: AuditedPlan, scope: str | None, bloc_only: bool = False) -> pd.DataFrame:
    """What is shipped into a scope from outside it: item, period, region and bloc of origin, amount."""
    flows = case["flows"]
    into = within(case, flows["destination"], scope, bloc_only) & ~within(case, flows["origin"], scope, bloc_only)
    rows = flows.loc[into, ["item", "period", "origin", "shipped"]]
    rows = rows.rename(columns={"origin": "region", "shipped": "amount"})
    return rows.assign(bloc=rows["region"].map(case.blocs))


@cache_table
def supply(case: AuditedPlan, scope: str | None, bloc_only: bool = False) -> pd.Series:
    """By item and period: what is made in a scope and arrives there, in item/year."""
    rows = tabulate_production(case)
    made = rows[within(case, rows["region"], scope, bloc_only)]
    return _sum([made, tabulate_arrivals(case, scope, bloc_only)], SUPPLY)


@cache_table
def sources(case: AuditedPlan, scope: str | None, by: str) -> pd.Series:
    """By item, period and source: what of the supply comes from it; of firms and sites only what they make there."""
    rows = tabulate_production(case)
    parts = [rows[within(case, rows["region"], scope)]]
    if by in ("region", "bloc"):
        parts.append(tabulate_arrivals(case, scope))
    return _sum(parts, [*SUPPLY, by]).rename_axis([*SUPPLY, "who"])


def in_control(case: AuditedPlan, scope: str | None, who: str) -> pd.Series:
    """By item and period: what home controls, what it does not, or what it holds at least a stake of."""
    rows = tabulate_production(case)
    rows = rows[within(case, rows["region"], scope)]
    if who.startswith("stake>="):
        rows = rows[rows["stake"] >= float(who.removeprefix("stake>="))]
    else:
        rows = rows[rows["controlled"].astype(bool) == (who == "home")]
    return _sum([rows], SUPPLY)


@cache_table
def use(case: AuditedPlan, scope: str | None) -> pd.Series:
    """By item and period: what lines use in a scope, markets are sold there and is deployed there, in item/year."""
    rows = tabulate_use(case)
    return sum_by_key(rows[within(case, rows["region"], scope)], SUPPLY, "amount")


def _sum(parts: list[pd.DataFrame], key: list[str]) -> pd.Series:
    rows = pd.concat([part[[*key, "amount"]] for part in parts if len(part)] or [parts[0][[*key, "amount"]]])
    return sum_by_key(rows.astype({"amount": float}), key, "amount")
