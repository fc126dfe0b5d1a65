"""Surplus: who gains, from the sheets of costs, sales and plants; and that it adds up."""

import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.carbon import LINES as CARBON
from planner.audit.carbon import cost_carbon, find_home_blocs
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.coordination import name_groups, price_sales
from planner.audit.demand import appraise_steps, tabulate_service
from planner.audit.options import in_service
from planner.audit.production import site_costs, tabulate_fixed_costs, unit_costs

_OTHERS = (*("(industry)", "(consumers)", "(state)", "(outside firms)", "(outside states)", "(penalties)", "(total)"),)
_INDUSTRY, _CONSUMERS, _STATE, _OUTSIDE, _OUTSIDE_STATES, _PENALTIES, _TOTAL = _OTHERS
_NOT_COSTS = ("arm's-length margin", "consumers' surplus counted", "shortage", "revenue")
"""Cost lines that are no cost of the industry: transfers inside it, and what markets gain, lose and pay."""

_PENALTY_LINES = ("risk", "rule breach", "rule breach once")
_SUBSIDIES = ("subsidies", "subsidies once", "programmes", "programmes once")
_COLUMNS = ["revenue", "margins", "transfers", "charges", "costs"]
_EVERY = "*"


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `surplus`; nothing where the plan has none, as those of earlier versions."""
    if "surplus" not in case.tables:
        return []
    sheet = case["surplus"]
    firms = case.instance["firms"]
    named = set(firms["group"].dropna()) | set(firms["firm"])
    home = sheet[~sheet["group"].isin(_OTHERS[1:])]
    groups = home[home["group"] != _INDUSTRY]
    profit = sheet["revenue"] + sheet["margins"] + sheet["transfers"] - sheet["charges"] - sheet["costs"]
    size = sheet[_COLUMNS].abs().sum(axis=1)
    return [
        never("surplus of groups that exist", ~sheet["group"].isin(named | set(_OTHERS))),
        same("profit of groups", sheet["profit"], profit, size),
        *_audit_sums(case, home),
        *_audit_groups(case, groups),
        *_audit_others(case, sheet, home),
    ]


def _audit_sums(case: AuditedPlan, home: pd.DataFrame) -> list[Finding]:
    """What the groups and the industry earn and pay in all, by period, against the sheet `costs`."""
    costs, sums = case["costs"], home.groupby("period")[[*_COLUMNS, "discounted"]].sum()
    line = costs["line"]
    arms_length = line.isin(("arm's-length margin", "arm's-length friction"))
    spent = costs[~line.isin((*_NOT_COSTS, *_PENALTY_LINES))]
    real = sum_by_key(spent[spent["line"] != "arm's-length friction"], ["period"], "amount")
    earned = -sum_by_key(costs[~line.isin((*_NOT_COSTS[:3], *_PENALTY_LINES))], ["period"], "discounted")
    size = costs.assign(size=costs["discounted"].abs()).groupby("period")["size"].sum()
    moved = home["transfers"].abs().groupby(home["period"]).sum()
    margins = sum_by_key(costs[line == "arm's-length margin"], ["period"], "amount")
    return [
        same("revenue of groups", sums["revenue"], -sum_by_key(costs[line == "revenue"], ["period"], "amount")),
        same("margins of groups", sums["margins"], margins),
        same("transfers between groups cancel out", sums["transfers"], 0.0 * sums["transfers"], moved),
        same("charges of groups", sums["charges"], sum_by_key(costs[arms_length], ["period"], "amount")),
        same("costs of groups", sums["costs"], real, size),
        same("discounted profit of groups", sums["discounted"], earned, size),
    ]


def _audit_groups(case: AuditedPlan, groups: pd.DataFrame) -> list[Finding]:
    """By group and tier the margins received; by group what its plants, its lines and what it sells cost."""
    received = price_sales(case)[["group", "tier", "period", "due_margin"]]
    received = received.assign(amount=received["due_margin"] * received["period"].map(case.periods["years"]))
    key = ["group", "tier", "period"]
    stated = groups.set_index(key)
    own = _cost_plants(case)
    selling = sum_by_key(case["costs"][case["costs"]["line"] == "overhead"], ["period"], "amount")
    found = [same("margins of groups by tier", stated["margins"], sum_by_key(received, key, "amount"))]
    costs = groups.groupby(["group", "period"])["costs"].sum()
    if not selling.any():
        found.append(same("costs of groups by group", costs, sum_by_key(own, ["group", "period"], "amount")))
    return found


def _cost_plants(case: AuditedPlan) -> pd.DataFrame:
    """What the lines and sites of groups at home cost over each period: group, period and amount."""
    years, lines = case.periods["years"], case.lines.reset_index()
    home = lines.loc[lines["home"] == "yes", LINE]
    each = unit_costs(case).sum(axis=1).rename("each").reset_index()
    made = case["production"].merge(home[LINE], on=LINE).merge(each, on=[*LINE, "period"])
    kept = case["capacity"].merge(home, on=LINE).merge(tabulate_fixed_costs(case).reset_index(), on=[*LINE, "period"])
    kept = kept[kept["existing"] > 0]
    modules = in_service(case).merge(home[LINE], on=LINE)
    annuity = modules["annuity"] * (case.instance.settings["capital"] == "annuity")
    sites = case.sites.reset_index()
    own = sites.loc[sites["home"] == "yes", ["site", "opening_cost", "closing_cost"]]
    there = (
        case.open[case.open]
        .reset_index()[["site", "period"]]
        .merge(own, on="site")
        .merge(site_costs(case), on=["site", "period"])
    )
    moves = case["sites"].merge(own, on="site")
    once = (moves["opened"] == "yes") * moves["opening_cost"] + (moves["closed"] == "yes") * moves["closing_cost"]
    carbon = cost_carbon(case)
    carbon = carbon[carbon["home"] == "yes"]
    parts = [
        carbon.assign(amount=carbon["yearly"] * carbon["period"].map(years)),
        made.assign(amount=made["made"] * made["each"] * made["period"].map(years)),
        kept.assign(amount=kept["fixed_cost"] * kept["period"].map(years)),
        modules.assign(amount=modules["modules"] * (modules["fixed_cost"] + annuity) * modules["period"].map(years)),
        there.assign(amount=there["fixed_cost"] * there["period"].map(years)),
        moves.assign(amount=once),
    ]
    rows = pd.concat([part[["site", "period", "amount"]] for part in parts if len(part)] or [parts[0]])
    return rows.assign(group=rows["site"].map(name_groups(case)), amount=rows["amount"].astype(float))


def _audit_others(case: AuditedPlan, sheet: pd.DataFrame, home: pd.DataFrame) -> list[Finding]:
    """Consumers, the state, those outside and penalties, undiscounted and discounted; and the total at home."""
    costs, line = case["costs"], case["costs"]["line"]
    gained = _sum_consumers(case)
    here = costs["region"].map(case.blocs).isin(find_home_blocs(case))
    expected = []
    for name in ("amount", "discounted"):

        def total(*lines: str, name: str = name) -> pd.Series:
            return sum_by_key(costs[line.isin(lines)], ["period"], name)

        def carbon(where: pd.Series, name: str = name) -> pd.Series:
            return sum_by_key(costs[line.isin(CARBON) & where], ["period"], name)

        parts = {
            (_CONSUMERS, "revenue"): gained[name],
            (_CONSUMERS, "costs"): total("shortage"),
            (_STATE, "revenue"): total("duties").add(carbon(here), fill_value=0.0),
            (_OUTSIDE_STATES, "revenue"): carbon(~here),
            (_STATE, "costs"): -total(*_SUBSIDIES),
            (_OUTSIDE, "margins"): total("margin"),
            (_PENALTIES, "costs"): total(*_PENALTY_LINES),
        }
        expected.append(pd.concat(parts, names=["group", "column", "period"]))
    amount, discounted = expected
    sign = pd.Series(amount.index.get_level_values("column"), index=amount.index).map(
        lambda name: -1 if name == "costs" else 1
    )
    others = sheet[sheet["group"].isin(_OTHERS[1:6])]
    stated = others.melt(["group", "period"], _COLUMNS, "column", "value").set_index(["group", "column", "period"])
    worth = (discounted * sign).groupby(level=["group", "period"]).sum()
    counted = sheet[~sheet["group"].isin((_OUTSIDE, _OUTSIDE_STATES, _PENALTIES, _TOTAL))]
    figures = [*_COLUMNS, "profit", "discounted"]
    size = counted[_COLUMNS].abs().sum(axis=1).groupby(counted["period"]).sum()
    all_of_it, sums, sizes = (
        rows.melt(["group", "period"], figures, "column", "value").groupby(["column", "period"])["value"].sum()
        for rows in (sheet[sheet["group"] == _TOTAL], counted, counted.assign(**dict.fromkeys(figures, 0.0)))
    )
    sizes += pd.Series(size.reindex(sizes.index.get_level_values("period")).to_numpy(), index=sizes.index)
    return [
        same("surplus of others", stated["value"], amount),
        same("discounted surplus of others", others.set_index(["group", "period"])["discounted"], worth),
        same("total surplus", all_of_it, sums, sizes),
        never("others are of no tier", (sheet["tier"] != _EVERY) & sheet["group"].isin(_OTHERS[1:])),
    ]


def _sum_consumers(case: AuditedPlan) -> pd.DataFrame:
    """By period: what buyers gain beyond the price under profit, over the period as amount, and discounted."""
    rows = tabulate_service(case)[["region", "item", "period", "step", "sold"]]
    rows = rows.merge(appraise_steps(case), on=["region", "item", "period", "step"])
    profit = case.instance.settings["objective"] == "profit"
    yearly = (rows["sold"] * rows["gained"] * profit).groupby(rows["period"]).sum().astype(float)
    factors = case.periods.reindex(yearly.index)
    return pd.DataFrame({"amount": yearly * factors["years"], "discounted": yearly * factors["annual"]})
