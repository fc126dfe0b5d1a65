"""Losses: what each scenario costs beyond the base, what it leaves unserved, and the tail that CVaR averages."""

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, same
from planner.audit import snapshots as course
from planner.audit.balance import sum_disposal, tabulate_disposal
from planner.audit.case import AuditedPlan, cache_table, sum_by_key, words
from planner.audit.demand import EVERY, tabulate_service, weigh_units
from planner.audit.disturbances import (
    tabulate_demand,
    tabulate_deployments,
    tabulate_draws,
    tabulate_flows,
    tally_snapshots,
)
from planner.audit.hubs import tabulate_passed, tabulate_passed_in_snapshots
from planner.audit.lanes import price_flows
from planner.audit.production import price_production
from planner.audit.scenarios import SNAPSHOT, scenarios

MISSED_PER_VALUE = 3.0
"""What is not deployed, or not served where nothing says what that costs, costs three times its value."""

EXPECTED, RISK = "expected loss", "risk"
_NOT_BASE = (EXPECTED, RISK, "rule breach", "rule breach once")


def _cost_running(rows: pd.DataFrame, dearer: pd.Series | float = 1.0) -> pd.DataFrame:
    """Running costs of what is made, and the price of its carbon: scenario, period, yearly (money/year)."""
    each = rows[["cost", "margin", "transaction"]].sum(axis=1)
    return rows[SNAPSHOT].assign(yearly=rows["made"] * (each * dearer + rows["carbon"]))


def _cost_transport(rows: pd.DataFrame, dearer: pd.Series | float = 1.0) -> pd.DataFrame:
    """Transport, in-transit stock, duties and carbon of what moves."""
    each = rows["transport"] * dearer + rows["transit"] + rows["due"] + rows["border"]
    return rows[SNAPSHOT].assign(yearly=rows["shipped"] * each)


def _cost_unserved(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """Under cost the penalty of what is not served, under profit minus what is sold is worth; of rows with both."""
    if case.instance.settings["objective"] == "profit":
        return rows[SNAPSHOT].assign(yearly=-rows["sold"] * rows["worth"])
    value = rows["item"].map(case.instance["items"].set_index("item")["value"])
    fine = rows["fine"].fillna(MISSED_PER_VALUE * value)
    return rows[SNAPSHOT].assign(yearly=rows["unserved"] * fine)


def _cost_undeployed(case: AuditedPlan) -> pd.DataFrame:
    """What is not deployed of what the base puts up."""
    rows = tabulate_deployments(case)
    value = rows["item"].map(case.instance["items"].set_index("item")["value"])
    return rows[SNAPSHOT].assign(yearly=MISSED_PER_VALUE * value * (rows["planned"] - rows["deployed"]))


def _cost_stock_used(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """What is taken from stock, less what is put in up to what the base puts in, at its value."""
    key = ["region", "item", "period"]
    base = sum_by_key(case["stocks"], key, "added").reindex(pd.MultiIndex.from_frame(rows[key]), fill_value=0.0)
    value = rows["item"].map(case.instance["items"].set_index("item")["value"]).astype(float)
    back = rows["added"].where(rows["added"] < base.to_numpy(), base.to_numpy())
    return rows[SNAPSHOT].assign(yearly=value * (rows["released"] - back))


def _cost_disposal(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """What is thrown away of items for which that costs something."""
    each = rows["item"].map(case.instance["items"].set_index("item")["disposal_cost"]).astype(float)
    return rows[SNAPSHOT].assign(yearly=rows["disposed"] * each)[each > 0]


def _cost_handling(rows: pd.DataFrame) -> pd.DataFrame:
    """Handling of what hubs pass on."""
    return rows[SNAPSHOT].assign(yearly=rows["passed"] * rows["handling_cost"])


@cache_table
def losses(case: AuditedPlan) -> pd.DataFrame:
    """Every snapshot: months, `loss` (money, discounted) and `size`, what it is a small difference of."""
    terms = tabulate_service(case)[["region", "item", "period", "step", "worth", "fine"]]
    key = [*SNAPSHOT, "region", "item", "step"]
    flowing = tabulate_flows(case)
    flowing = flowing[flowing["touched"].astype(bool)]
    sales = course.demand(case)
    sales = sales[sales["touched"].astype(bool)].merge(terms, on=key[1:], how="left")
    rows = tabulate_draws(case)
    now = [_cost_running(rows, rows["cost_factor"]), _cost_transport(flowing, flowing["cost_factor"])]
    stocks = course.stocks(case)
    stocks = stocks[stocks["touched"].astype(bool)]
    now += [_cost_unserved(case, sales), _cost_undeployed(case), _cost_stock_used(case, stocks)]
    sold = course.repeat_base(case, "demand")
    sold = sold.assign(step=words(sold["step"])).merge(terms, on=key[1:], how="left")
    before = [
        _cost_running(price_production(case, course.repeat_base(case, "production"))),
        _cost_transport(price_flows(case, course.repeat_base(case, "flows"))),
        _cost_unserved(case, sold),
        _cost_stock_used(case, course.repeat_base(case, "stocks", course.of_places)),
    ]
    now += [_cost_disposal(case, sum_disposal(case, tally_snapshots(case)))]
    if len(case.instance["hubs"]):
        now.append(_cost_handling(tabulate_passed_in_snapshots(case)))
        before.append(_cost_handling(tabulate_passed(case).merge(course.snapshots(case)[SNAPSHOT], on="period")))
    before += [_cost_disposal(case, tabulate_disposal(case).merge(course.snapshots(case)[SNAPSHOT], on="period"))]
    parts = [part.assign(sign=1.0) for part in now] + [part.assign(sign=-1.0) for part in before]
    sums = pd.concat([part for part in parts if len(part)] or parts[:1])
    sums = sums.assign(more=sums["sign"] * sums["yearly"].astype(float), gross=sums["yearly"].astype(float).abs())
    table = course.snapshots(case).set_index(SNAPSHOT)
    periods = case.periods.reindex(table.index.get_level_values("period")).set_axis(table.index)
    weight = table["months"] / 12.0 * periods["annual"] / periods["years"]
    for name, amount in (("loss", "more"), ("size", "gross")):
        table[name] = sum_by_key(sums, SNAPSHOT, amount).reindex(table.index, fill_value=0.0) * weight
    return table.reset_index()


@cache_table
def services(case: AuditedPlan, item: str = EVERY) -> pd.DataFrame:
    """Every market in every snapshot: `sold` and `wanted` over its months in item, `got` and `due` what they count for.

    Of all items, or of one. What a snapshot does not touch wants what it is sold.
    """
    key = [*SNAPSHOT, "region", "item", "step"]
    rows = tabulate_demand(case)
    rows = rows[rows["item"].eq(item) | (item == EVERY)]
    sold = sum_by_key(course.demand(case), key, "sold").reindex(pd.MultiIndex.from_frame(rows[key]), fill_value=0.0)
    value = weigh_units(case, rows, item)
    weight = rows["months"] / 12.0
    apart = ~course.is_touched(case, rows)
    due = rows["wanted"].mask(apart, sold.to_numpy())
    rows = rows.assign(sold=weight * sold.to_numpy(), wanted=weight * due)
    return rows.assign(got=value * rows["sold"], due=value * rows["wanted"])


def service(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """By key: `due`, what is wanted as it counts, and `share`, what of it is sold; missing where nothing is wanted."""
    sums = rows.groupby(key)[["got", "due"]].sum()
    return pd.DataFrame({"due": sums["due"], "share": sums["got"] / sums["due"].where(sums["due"] > 0)})


def cvar(case: AuditedPlan, loss: pd.Series, probability: pd.Series) -> float:
    """The mean of the worst 1 - alpha of losses in money; what has no probability loses nothing."""
    tail = 1.0 - case.instance.settings["cvar_alpha"]
    rest = max(1.0 - probability.sum(), 0.0)
    table = pd.DataFrame({"loss": [*loss, 0.0], "probability": [*probability, rest]})
    table = table.sort_values("loss", ascending=False)
    before = table["probability"].cumsum() - table["probability"]
    part = np.minimum(table["probability"], np.maximum(tail - before, 0.0))
    return float((part * table["loss"]).sum() / tail)


@cache_table
def by_scenario(case: AuditedPlan) -> pd.DataFrame:
    """By scenario: probability, loss and size in money, service."""
    rows = losses(case)
    table = scenarios(case)[["probability"]].astype(float)
    for name in ("loss", "size"):
        table[name] = sum_by_key(rows, ["scenario"], name).reindex(table.index, fill_value=0.0)
    return table.assign(service=service(services(case), ["scenario"])["share"].reindex(table.index).fillna(1.0))


def tail_loss(case: AuditedPlan) -> float:
    """CVaR of the loss of all scenarios, in money."""
    rows = by_scenario(case)
    return cvar(case, rows["loss"], rows["probability"])


def base_cost(case: AuditedPlan) -> float:
    """What the base costs, by the cost lines of the sheet, each of which is audited by itself."""
    costs = case["costs"]
    return float(costs.loc[~costs["line"].isin(_NOT_BASE), "discounted"].sum())


def cost_expected_losses(case: AuditedPlan) -> pd.DataFrame:
    """The cost line of expected losses: line, tier, region, period and yearly (money/year over the period)."""
    rows = losses(case) if len(course.snapshots(case)) else pd.DataFrame(columns=["scenario", "period", "loss"])
    likely = rows["loss"] * rows["scenario"].map(scenarios(case)["probability"])
    annual = rows["period"].map(case.periods["annual"])
    label = {"line": EXPECTED, "tier": "downstream", "region": "*"}
    return rows[["period"]].assign(**label, yearly=(likely / annual).astype(float))


def risk(case: AuditedPlan) -> pd.DataFrame:
    """The cost line of risk, paid once in the first period: risk_weight x CVaR of what the base and losses cost."""
    weight = case.instance.settings["risk_weight"]
    if not weight or not (scenarios(case)["probability"] > 0).any():
        return pd.DataFrame(columns=["line", "tier", "region", "period", "yearly"])
    label = {"line": RISK, "tier": "downstream", "region": "*", "period": case.periods.index[0]}
    return pd.DataFrame([{**label, "yearly": weight * (base_cost(case) + tail_loss(case))}])


def audit(case: AuditedPlan) -> list[Finding]:
    """Service, loss and weight in the tail of every scenario, as the sheet `scenarios` says."""
    if not case.speaks_of("scenarios"):
        return []
    sheet, rows = case["scenarios"].set_index("scenario"), by_scenario(case)
    tail = 1.0 - case.instance.settings["cvar_alpha"]
    weight = sheet["cvar_weight"]
    said = rows.reindex(sheet.index).fillna(0.0)
    rest = max(1.0 - rows["probability"].sum(), 0.0)
    total = weight.sum()
    beyond = sheet["impact"] if case.claims("scenarios", "impact") else sheet["loss"]
    return [
        same("service of scenarios", sheet["service"], rows["service"]),
        same("loss of scenarios", sheet["loss"], rows["loss"], rows["size"]),
        at_most("loss of scenarios within their impact", sheet["loss"], beyond, rows["size"]),
        at_most("weight in the tail within probability", weight, said["probability"] / tail),
        at_most("weights in the tail", pd.Series([total, 1.0 - rest / tail]), pd.Series([1.0, total])),
        same("tail of losses", pd.Series([(weight * said["loss"]).sum()]), pd.Series([tail_loss(case)]),
             pd.Series([said["size"].max() if len(said) else 0.0])),
    ]  # fmt: skip
