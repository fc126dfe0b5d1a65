"""Production: what each flow costs to run, through which offer it is had, and what it must wait for."""

import pandas as pd

from planner.audit import Finding, at_most, same
from planner.audit.case import HOURS_AND_ENERGY, LINE, AuditedPlan, cache_table
from planner.audit.embodied import price_emissions
from planner.audit.offers import OFFER, reach
from planner.audit.policies import transaction_factor
from planner.audit.projects import is_ready

_TERMS = ["implicit", "controls", "stake", "markup", "transaction_cost", "priority"]


@cache_table
def unit_costs(case: AuditedPlan) -> pd.DataFrame:
    """By line and period: the cost of one unit of activity in money, split by cost line.

    The owner of an outside line recovers its fixed cost: it is spread over the capacity of the line, as sheet lines
    has it.
    """
    capacity = case.lines["capacity"]
    return case.in_each_period(lambda view: _unit_costs(view, capacity)).set_index("period", append=True)


def _unit_costs(case: AuditedPlan, capacity: pd.Series) -> pd.DataFrame:
    """By line: the cost of one unit of activity at the figures of a period."""
    lines = case.lines
    regions = case.instance["regions"].set_index("region").reindex(lines["region"]).set_axis(lines.index)
    own = lines["unit_cost"].isna()
    parts = pd.DataFrame(
        {
            "labour": lines["labour"] * regions["wage"] / HOURS_AND_ENERGY,
            "skilled labour": lines["skilled"] * regions["skilled_wage"] / HOURS_AND_ENERGY,
            "energy": lines["energy"] * regions["energy_price"] / HOURS_AND_ENERGY,
            "other": lines["other_cost"],
            "royalty": lines["royalty"],
        }
    ).where(own, 0.0)
    parts["unit cost"] = lines["unit_cost"].fillna(0.0)
    spread = (lines["fixed_cost"] / (capacity * lines["output"])).where(capacity > 0, 0.0)
    parts["line fixed cost"] = spread.where(lines["home"] == "no", 0.0)
    return parts


@cache_table
def price_base_production(case: AuditedPlan) -> pd.DataFrame:
    """What is made in the base; see `priced`."""
    return price_production(case, case["production"].drop(columns="scenario"))


@cache_table
def _price_lines(case: AuditedPlan) -> pd.DataFrame:
    """Every line in every period: LINE, period, region, tier, home, learnable_share, requires, cost and conversion.

    `cost` and `conversion` are in money/activity.
    """
    parts = unit_costs(case)
    each = pd.DataFrame(
        {"cost": parts.sum(axis=1), "conversion": parts.drop(columns=["royalty", "line fixed cost"]).sum(axis=1)}
    )
    lines = case.lines[["region", "tier", "home", "learnable_share", "requires"]]
    return each.reset_index().merge(lines.reset_index(), on=LINE)


@cache_table
def _tabulate_terms(case: AuditedPlan) -> pd.DataFrame:
    """The terms of every outside line by mode and period: LINE, OFFER, period, _TERMS, and `known`."""
    return reach(case)[[*LINE, *OFFER, "period", *_TERMS]].assign(known=True)


def price_production(case: AuditedPlan, production: pd.DataFrame) -> pd.DataFrame:
    """Rows of `production` with their line and, of outside lines, the offer they are had through (OFFER).

    `cost` is the production cost, `conversion` the part of it that experience and clusters can save; with `margin`
    (paid), `kept` (given back by the stake), `transaction` and `carbon` all are in money/activity. `controlled`: own,
    or through an offer that controls. `known` is no where no offer of that mode covers the line.
    """
    rows = production.merge(_price_lines(case), on=[*LINE, "period"])
    rows = rows.merge(_tabulate_terms(case), on=[*LINE, "mode", "period"], how="left")
    own = (rows["home"] == "yes") & (rows["mode"] == "own")
    rows["known"] = own | rows["known"].eq(True)
    rows["controlled"] = own | rows["controls"].eq("yes")
    markup = rows["markup"].fillna(0.0).astype(float)
    stake = rows["stake"].fillna(0.0).astype(float)
    rows["margin"] = rows["cost"] * markup * (1.0 - stake)
    rows["kept"] = rows["cost"] * markup * stake
    institutions = rate_institutions(case, rows)
    base = rows["transaction_cost"].fillna(0.0).astype(float) * institutions
    rows["transaction"] = base * transaction_factor(case, rows)
    rows["carbon"] = price_emissions(case, rows)
    return rows


@cache_table
def tabulate_fixed_costs(case: AuditedPlan) -> pd.Series:
    """By line and period: what keeping its existing capacity costs, money/year."""
    return case.in_each_period(lambda view: view.instance["lines"]).set_index([*LINE, "period"])["fixed_cost"]


def site_costs(case: AuditedPlan) -> pd.DataFrame:
    """What each site costs in each period it is open: site, period, fixed_cost (money/year)."""
    return case.in_each_period(lambda view: view.instance["sites"])[["site", "period", "fixed_cost"]]


def rate_institutions(case: AuditedPlan, rows: pd.DataFrame) -> pd.Series:
    """The institution factor of the region and period of each row."""
    found = pd.Series(1.0, index=rows.index)
    for view, periods in case.views:
        now = rows["period"].isin(periods)
        found[now] = rows.loc[now, "region"].map(view.instance["regions"].set_index("region")["institution_factor"])
    return found


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `production`: the cost of each flow, and projects that must be ready before it runs."""
    rows = price_base_production(case)
    flows = rows.set_index([*LINE, "mode", "period"])
    waiting = rows[rows["requires"].notna()]
    allowed = waiting["made"].where(is_ready(case, waiting["requires"], waiting["period"]), 0.0)
    found = [same("unit cost of production", flows["unit_cost"], flows[["cost", "margin", "transaction"]].sum(axis=1))]
    if case.lines["requires"].notna().any():
        found.append(at_most("nothing made before its project is ready", waiting["made"], allowed))
    return found
