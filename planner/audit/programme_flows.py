"""What qualifies for programmes, as the sheet `eligible_flows` states it, and what programmes look at."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.audit.case import AuditedPlan, cache_table
from planner.audit.lanes import price_base_flows
from planner.audit.production import price_base_production
from planner.audit.programmes import AVERAGED, AuditedProgramme, add_steps, list_programmes

OWNER = ["programme", "group", "period"]
ARC = ["origin", "destination", "item", "mode", "period"]


@cache_table
def list_made(case: AuditedPlan) -> pd.DataFrame:
    """What is made in copies: site, process, region, per_activity, share, final and amount."""
    rows = add_steps(case, list_flows(case, "made")).reset_index(drop=True)
    goods = {one.row["programme"]: one.row["item"] for one in list_programmes(case)}
    return rows.assign(
        region=rows["site"].map(case.sites["region"]), final=rows["item"].eq(rows["programme"].map(goods))
    )


def list_flows(case: AuditedPlan, flow: str) -> pd.DataFrame:
    sheet = case["eligible_flows"]
    return sheet[sheet["flow"] == flow].drop(columns="flow").reset_index(drop=True)


@cache_table
def measure_volumes(case: AuditedPlan) -> pd.DataFrame:
    """By programme, group and period: what the programme looks at, volume, and what of it qualifies, eligible."""
    parts = [_measure_programme(case, one) for one in list_programmes(case)]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=[*OWNER, "volume", "eligible"])
    return rows.astype({"volume": float, "eligible": float}).groupby(OWNER)[["volume", "eligible"]].sum()


def _measure_programme(case: AuditedPlan, one: AuditedProgramme) -> pd.DataFrame:
    name, kind, averaging = (one.row[column] for column in ("programme", "kind", "averaging"))
    if averaging in AVERAGED or is_looked_at_where_made(one):
        plan = _list_finished(case, one)
        made = list_made(case)
        made = made[(made["programme"] == name) & made["final"]]
        copies = made.assign(eligible=made["amount"] * made["per_activity"])
    elif kind == "duty":
        flows = list_crossing(case, one, price_base_flows(case))
        plan = flows.assign(volume=flows["shipped"], group="all")
        moved = list_crossing(case, one, list_flows(case, "shipped").query("programme == @name"))
        copies = moved.assign(eligible=moved["amount"])
    else:
        demand = case["demand"]
        demand = demand[(demand["item"] == one.row["item"]) & demand["region"].isin(one.market)]
        plan = demand.assign(volume=demand["sold"], group="all")
        sold = list_flows(case, "sold").query("programme == @name")
        copies = sold.assign(eligible=sold["amount"])
    plan = plan[plan["period"].isin(one.periods)].assign(programme=name)
    both = [plan[[*OWNER, "volume"]].assign(eligible=0.0), copies[[*OWNER, "eligible"]].assign(volume=0.0)]
    return pd.concat([part for part in both if len(part)] or both)


def _list_finished(case: AuditedPlan, one: AuditedProgramme) -> pd.DataFrame:
    """What the plan makes of the good where it may qualify: group, site, period and volume."""
    rows = price_base_production(case)
    rows = add_steps(case, rows.assign(item=one.row["item"]))
    here = rows["region"].isin(one.made_in) & rows["per_activity"].notna()
    if is_looked_at_where_made(one):
        here &= rows["region"].isin(one.market)
    if one.row["kind"] == "output":
        here &= rows["controlled"].astype(bool)
    rows = rows[here]
    groups = {"site": rows["site"], "firm": rows["site"].map(case.sites["firm"])}
    return rows.assign(group=groups.get(one.row["averaging"], "all"), volume=rows["made"] * rows["per_activity"])


def list_crossing(case: AuditedPlan, one: AuditedProgramme, rows: pd.DataFrame) -> pd.DataFrame:
    """The flows of the good that enter its market from another bloc where it may be made."""
    foreign = rows["origin"].map(case.blocs) != rows["destination"].map(case.blocs)
    entering = rows["origin"].isin(one.made_in) & rows["destination"].isin(one.market)
    return rows[foreign & entering & (rows["item"] == one.row["item"])]


def is_some(rows: pd.DataFrame) -> pd.Series:
    return rows["eligible"] > 1e-9 * rows["volume"].clip(lower=1.0)


def is_looked_at_where_made(one: AuditedProgramme) -> bool:
    """Whether a programme looks at what is made, wherever it goes then."""
    return one.row["kind"] in ("output", "capex")


def is_finished(case: AuditedPlan, one: AuditedProgramme, row: Mapping[str, Any], group: str) -> bool:
    """Whether what a line makes of the good is what a group is averaged over: `row` with site, region, controlled."""
    of_group = {"site": row["site"], "firm": case.sites["firm"][row["site"]]}.get(one.row["averaging"], "all") == group
    here = not is_looked_at_where_made(one) or row["region"] in one.market
    ours = one.row["kind"] != "output" or bool(row["controlled"])
    return of_group and here and ours and row["region"] in one.made_in
