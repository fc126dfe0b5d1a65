"""Carbon: what each bloc prices and receives, and what its imports embody and pay at its border."""

import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.case import LINE, AuditedPlan, cache_table, sum_by_key
from planner.audit.embodied import hold_prices, sum_emissions
from planner.audit.lanes import price_base_flows
from planner.audit.production import price_base_production

LINES = ("carbon price", "carbon border")
"""Cost lines: on what is emitted, and on what imports embody."""

KEY = ["bloc", "period"]
CROSSING = ["bloc", "origin", "item", "period"]
_LABEL = ["tier", "region", "period"]


def cost_carbon(case: AuditedPlan) -> pd.DataFrame:
    """The price of what lines emit: line, tier, region, period, yearly, and site."""
    rows = price_base_production(case)
    return rows.assign(line=LINES[0], yearly=rows["made"] * rows["carbon"])


def cost_border(case: AuditedPlan) -> pd.DataFrame:
    """What is charged at borders: line, tier, region, period, yearly."""
    tier = case.instance["items"].set_index("item")["tier"]
    flows = price_base_flows(case)
    yearly = (flows["shipped"] * flows["border"]).astype(float)
    return flows.assign(line=LINES[1], tier=flows["item"].map(tier), region=flows["destination"], yearly=yearly)


def find_home_blocs(case: AuditedPlan) -> set[str]:
    """The blocs whose state is that of firms at home: that of each firm, else those where its sites are."""
    firms = case.instance["firms"]
    named = firms[(firms["home"] == "yes") & firms["bloc"].notna()]
    sites = case.sites[(case.sites["home"] == "yes") & ~case.sites["firm"].isin(named["firm"])]
    return {*named["bloc"], *sites["region"].map(case.blocs)}


@cache_table
def _tabulate_crossings(case: AuditedPlan) -> pd.DataFrame:
    """CROSSING, what is shipped and its figures per unit, of flows into blocs with a border."""
    flows = price_base_flows(case)
    held = hold_prices(case)
    asks = pd.MultiIndex.from_frame(held.loc[held["border"], KEY])
    inside = flows["bloc"] == flows["origin"].map(case.blocs)
    flows = flows[~inside & pd.MultiIndex.from_frame(flows[KEY]).isin(asks) & (flows["shipped"] > 0)]
    figures = {name: (name, "max") for name in ("intensity", "paid_abroad", "border")}
    return flows.groupby(CROSSING).agg(shipped=("shipped", "sum"), **figures).astype(float)


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheets `carbon` and `border`; nothing where there is no price of carbon."""
    if not case.speaks_of("carbon", "border"):
        return []
    sheet, border = case["carbon"].set_index(KEY), case["border"].set_index(CROSSING)
    held = hold_prices(case).set_index(KEY)
    held = held[held["price"] > 0]
    made = price_base_production(case)
    amount = made["made"] * sum_emissions(case).reindex(pd.MultiIndex.from_frame(made[LINE])).to_numpy()
    made = made.assign(bloc=made["region"].map(case.blocs), amount=amount, paid=made["made"] * made["carbon"])
    rows = _tabulate_crossings(case)
    carried = pd.DataFrame(
        {"embodied": rows["shipped"] * rows["intensity"], "charged": rows["shipped"] * rows["border"]}
    )
    sums = carried.groupby(level=KEY).sum()
    return [
        same("price of carbon", sheet["price"], held["price"]),
        never("borders of carbon", sheet["border"].eq("yes") != held["border"].reindex(sheet.index, fill_value=False)),
        same("emitted in blocs", sheet["emitted"], sum_by_key(made, KEY, "amount").reindex(held.index, fill_value=0.0)),
        same("paid for emissions", sheet["paid"], sum_by_key(made, KEY, "paid").reindex(held.index, fill_value=0.0)),
        same("embodied in imports", sheet["embodied"], sums["embodied"].reindex(held.index, fill_value=0.0)),
        same("paid at borders", sheet["charged"], sums["charged"].reindex(held.index, fill_value=0.0)),
        same("entering through borders", border["shipped"], rows["shipped"]),
        same("embodied in a unit", border["intensity"], rows["intensity"]),
        same("paid for carbon on the way of a unit", border["paid_abroad"], rows["paid_abroad"]),
        same("charge of a unit at the border", border["charge"], rows["border"]),
        same("amount paid at the border", border["amount"], carried["charged"]),
    ]
