"""What programmes pay for what qualifies, and take off its duties."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import LINE, AuditedPlan, cache_table, sum_by_key
from planner.audit.lanes import price_base_flows
from planner.audit.options import in_service
from planner.audit.programme_flows import ARC, OWNER, is_some, list_crossing, list_flows, list_made, measure_volumes
from planner.audit.programmes import add_steps, list_programmes, read_figure

LINES = ("programmes", "programmes once")
"""Cost lines of what programmes pay: by the year, and once."""

_LABEL = ["line", "tier", "region", "period"]


@cache_table
def _pay(case: AuditedPlan) -> pd.DataFrame:
    """What programmes pay by the year, but for capex: OWNER, line, tier, region, yearly."""
    tier, parts = (
        case.instance["items"].set_index("item")["tier"],
        [pd.DataFrame(columns=[*OWNER, *_LABEL[:3], "yearly"])],
    )
    value = case.instance["items"].set_index("item")["value"]
    for one in list_programmes(case):
        name, kind = one.row["programme"], one.row["kind"]
        rates = {period: read_figure(case, one.row, period, "rate") for period in one.periods}
        if kind == "subsidy":
            rows = list_flows(case, "sold").query("programme == @name")
            rows = rows.assign(tier=rows["item"].map(tier), region=rows["destination"])
            each = rows["period"].map(rates)
        elif kind == "output":
            rows = list_made(case)
            rows = rows[(rows["programme"] == name) & rows["final"]]
            rows = rows.merge(case.lines.reset_index()[[*LINE, "tier"]], on=LINE)
            each = rows["period"].map(rates) * rows["per_activity"]
        elif kind == "duty":
            due = price_base_flows(case).drop_duplicates(ARC).set_index(ARC)["due"]
            rows = list_crossing(case, one, list_flows(case, "shipped").query("programme == @name"))
            rows = rows.assign(tier=rows["item"].map(tier), region=rows["destination"]).reset_index(drop=True)
            asked = rows["period"].map(rates) * rows["item"].map(value)
            owed = due.reindex(pd.MultiIndex.from_frame(rows[ARC]), fill_value=0.0).to_numpy()
            each = asked.clip(upper=pd.Series(owed, index=rows.index))
        else:
            continue
        parts.append(rows[[*OWNER, "tier", "region"]].assign(line=LINES[0], yearly=rows["amount"] * each))
    return pd.concat([part for part in parts if len(part)] or parts)


@cache_table
def _grants(case: AuditedPlan) -> pd.DataFrame:
    """What programmes can pay for modules at sites that qualify: OWNER, line, tier, region, money over the period."""
    parts = [pd.DataFrame(columns=[*OWNER, *_LABEL[:3], "most"])]
    cash = case.instance.settings["capital"] == "cash"
    measured = measure_volumes(case)
    for one in list_programmes(case):
        if one.row["kind"] != "capex":
            continue
        rows = in_service(case).drop(columns=["region", "tier"], errors="ignore")
        rows = rows.merge(case.lines.reset_index()[[*LINE, "tier", "region"]], on=LINE)
        makes = add_steps(case, rows.assign(item=one.row["item"]))["per_activity"].notna().to_numpy()
        rows = rows[makes & rows["period_order"].isin(one.periods) & rows["period"].isin(one.periods)
                    & rows["region"].isin(one.market & one.made_in)]  # fmt: skip
        if cash:
            rows = rows[rows["place"] == rows["ready"]]
        name = one.row["programme"]
        owner = rows.assign(programme=name, group=rows["site"])
        there = measured.reindex(pd.MultiIndex.from_frame(owner[OWNER]), fill_value=0.0)
        idle = there["volume"].to_numpy() <= 1e-9
        owner = owner[(is_some(there).to_numpy() | idle)]
        rate = [read_figure(case, one.row, period, "rate") for period in owner["period"]]
        paid = owner["modules"] * owner["one_capex" if cash else "annuity"] * rate
        years = 1.0 if cash else owner["period"].map(case.periods["years"])
        label = owner["period_order"] if cash else owner["period"]
        parts.append(owner[["programme", "group", "tier", "region"]].assign(
            period=label, line=LINES[int(cash)], most=(paid * years).astype(float)))  # fmt: skip
    return pd.concat([part for part in parts if len(part)] or parts)


def audit_payments(case: AuditedPlan) -> list[Finding]:
    """What programmes pay, against `eligibility` and `costs`; of capex a plan may take less than it could."""
    known = {one.row["programme"]: one for one in list_programmes(case)}
    paid = _pay(case)
    paid = paid.assign(amount=paid["yearly"].astype(float) * paid["period"].map(case.periods["years"]).astype(float))
    granted = _grants(case)
    sheet, costs = case["eligibility"], case["costs"][case["costs"]["line"].isin(LINES)]
    capex = sheet["programme"].map(lambda name: name in known and known[name].row["kind"] == "capex").astype(bool)
    claimed = -sum_by_key(costs, _LABEL, "amount")
    least = sum_by_key(paid, _LABEL, "amount")
    most = least.add(sum_by_key(granted, _LABEL, "most"), fill_value=0.0) if len(granted) else least
    own = sheet[sheet["condition"] == sheet["programme"]]
    stated = sum_by_key(sheet, ["programme", "period"], "amount")
    return [
        same("paid by programmes", sum_by_key(sheet[~capex], OWNER, "amount"), sum_by_key(paid, OWNER, "amount")),
        at_most("costs: programmes", claimed, most),
        at_most("programmes pay what is due", least, claimed),
        same("paid by programmes in all", pd.Series([stated.sum()]), pd.Series([claimed.sum()])),
        never("paid is stated once", (sheet["amount"] != 0) & ~sheet.index.isin(own.index)),
    ]
