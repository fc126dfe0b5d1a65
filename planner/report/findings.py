"""What a board should know of a plan, in at most seven sentences, the most important first.

All further sentences are details (`brief.py`). What home firms have and what firms outside have is never one figure.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.report.brief import DOMINANT, describe_service, describe_total
from planner.report.detours import describe_detours
from planner.report.disruptions import rank_scenarios
from planner.report.figures import capacity_and_use, goods, money_profit, output, periods, shares_by_region
from planner.report.gains import describe_arms_length
from planner.report.integration import MODES, tabulate_modes
from planner.report.names import display_name
from planner.report.programmes import describe_programmes
from planner.report.rules import count_rules
from planner.report.unit_costs import describe_unit_costs
from planner.report.verdicts import describe_targets
from planner.report.wording import format_money, format_share, join_names, three_digits
from planner.results.tables import Tables, table
from planner.words import format_percent
from planner_models import frames
from planner_models.instance import Instance
from planner_models.schema import TIERS

MOST_FINDINGS = 7

IDLE = 1.25
"""Capacity over use from which capacity counts as more than is needed."""


def findings(instance: Instance, tables: Tables, facts: Mapping[str, Any]) -> list[str]:
    """The sentences, the most important first.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.
    facts
        How the solve ended: status, objective, bound, gap.

    Returns
    -------
    list of str
        At most seven; those that the tables have figures for.
    """
    parts = (
        _result(instance, tables, facts),
        describe_targets(tables),
        describe_unit_costs(instance, tables),
        describe_arms_length(instance, tables),
        describe_detours(instance, tables),
        _ways(instance, tables),
        _exposure(instance, tables),
        _investment(instance, tables),
        describe_programmes(instance, tables),
        count_rules(tables),
        _capacity(instance, tables),
        describe_service(instance, tables),
    )
    return [part for part in parts if part][:MOST_FINDINGS]


def _result(instance: Instance, tables: Tables, facts: Mapping[str, Any]) -> str:
    """What the plan earns or costs, how that changes, and how much better another plan could be."""
    said = describe_total(instance, tables, facts).removesuffix(".")
    gap = facts.get("gap")
    if facts.get("status") != "optimal" and gap is not None:
        most = format_percent(gap, 2) if gap >= 0.00005 else "0.01 %"
        said += f"; no other plan can be more than {most} better"
    return f"{said}{_margin(tables) or _rise(instance, tables)}."


def _margin(tables: Tables) -> str:
    """The margin on revenue of the first and the last period, beside the known one."""
    rows = table(tables, "margins", ("period", "margin", "known_margin"))
    rows = rows[rows["margin"].notna()]
    if rows.empty:
        return ""
    first, last = rows.iloc[0], rows.iloc[-1]
    said = f". The margin is {format_percent(first['margin'], 1)} of revenue in {first['period']}"
    if len(rows) > 1:
        said += f" and {format_percent(last['margin'], 1)} in {last['period']}"
    known = last["known_margin"]
    return f"{said}, against a known {format_percent(known, 1)}" if pd.notna(known) else said


def _rise(instance: Instance, tables: Tables) -> str:
    """How yearly cost changes from the first to the last period; nothing where the plan earns money."""
    order = periods(instance)
    costs = table(tables, "costs", ("line", "period", "amount"))
    if money_profit(tables) is not None or costs["line"].eq("revenue").any() or len(order) < 2:
        return ""
    years = instance["periods"].set_index("period")["years"]
    yearly = costs["amount"].astype(float).groupby(costs["period"]).sum().div(years).reindex(order).fillna(0.0)
    first, last = float(yearly.iloc[0]), float(yearly.iloc[-1])
    if first <= 0 or abs(last / first - 1) < 0.005:
        return ""
    verb = "rises" if last > first else "falls"
    currency = instance.settings["currency"]
    return f". Yearly cost {verb} from {format_money(first, currency)} to {format_money(last, currency)}"


def _ways(instance: Instance, tables: Tables) -> str:
    """What home firms make themselves of each tier, and how they reach most of the rest."""
    last = periods(instance)[-1]
    rows = tabulate_modes(instance, tables)
    rows = rows[rows["period"] == last]
    if rows["mode"].nunique() < 2:
        return ""
    worth = rows.pivot_table(index="tier", columns="mode", values="worth", aggfunc="sum", fill_value=0.0)
    own = MODES["own"]
    shares = worth.div(worth.sum(axis=1), axis=0).reindex(columns=list(MODES.values()), fill_value=0.0)
    named = [f"{format_share(float(frames.cell(shares, tier, own)))} {tier}" for tier in TIERS if tier in shares.index]
    bought = worth.drop(columns=own, errors="ignore").sum().sort_values(ascending=False, kind="stable")
    counted = goods(instance)
    return (
        f"In {last} own plants make {join_names(named)} of what the chain uses, by {counted.measure} within each tier; "
        f"most of the rest comes through {bought.index[0]}"
    ) + "."


def _exposure(instance: Instance, tables: Tables) -> str:
    """How much of the supply comes from one region, and what the worst disruption costs."""
    last = periods(instance)[-1]
    made = output(instance, tables)
    made = made[(made["period"] == last) & (made["quantity"] > 0)]
    parts = []
    if not made.empty and instance["regions"]["region"].nunique() > 1:
        shares = shares_by_region(made)
        top = shares.max(axis=1)
        one = top[top >= DOMINANT]
        value = made.groupby("item")["worth"].sum()
        largest = value.reindex(one.index).sort_values(ascending=False, kind="stable").index[:2]
        names = [f"{display_name(item)} ({shares.loc[item].idxmax()}, {format_share(top[item])})" for item in largest]
        named = f", led by {join_names(names)}" if names else ""
        parts.append(
            f"In {last} {len(one)} of {len(shares)} items {'has' if len(one) == 1 else 'have'} at least "
            f"{format_share(DOMINANT)} of the supply from one region{named}"
        )
    rows = rank_scenarios(tables)
    worst = rows[rows["impact"] > 0].head(1).to_dict("records")
    if worst:
        cost = format_money(worst[0]["impact"], instance.settings["currency"])
        parts.append(
            f"the worst of {len(rows)} disruptions, {display_name(worst[0]['scenario'])}, costs {cost} and leaves "
            f"{format_share(worst[0]['service'])} of demand served"
        )
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _investment(instance: Instance, tables: Tables) -> str:
    """What is invested, and in which lines most."""
    builds = table(tables, "builds", ("site", "process", "capex"))
    opened = int((table(tables, "sites", ("opened",))["opened"] == "yes").sum())
    if builds.empty:
        return ""
    capex = builds["capex"].astype(float)
    by_line = capex.groupby([builds["process"], builds["site"]]).sum().sort_values(ascending=False, kind="stable")
    total = float(capex.sum())
    names = [
        f"{display_name(process)} at {display_name(site)} ({format_share(float(by_line.iloc[place]) / total)})"
        for place, (process, site) in enumerate(by_line.index[:2])
    ]
    sites = f" and opens {opened} new site{'s' * (opened != 1)}" if opened else ""
    return (
        f"The plan invests {format_money(total, instance.settings['currency'])} in new capacity{sites}; the largest "
        f"part{'s are' if len(names) > 1 else ' is'} {join_names(names)}."
    )


def _capacity(instance: Instance, tables: Tables) -> str:
    """How full the lines are that home firms decide on, by tier, and where they have far more than they use."""
    last = periods(instance)[-1]
    lines = capacity_and_use(instance, tables)
    lines = lines[(lines["period"] == last) & lines["home"]]
    sums = (
        pd.DataFrame({"capacity": lines["capacity"] * lines["weight"], "made": lines["made"] * lines["weight"]})
        .groupby(lines["tier"])
        .sum()
    )
    used = (sums["made"] / sums["capacity"])[sums["capacity"] > 0]
    if used.empty:
        return ""
    by_tier = frames.entries(used)
    named = [f"{format_share(by_tier[tier])} {tier}" for tier in TIERS if tier in by_tier]
    by_process = lines.groupby("process")[["capacity", "made", "weight"]].agg(
        {"capacity": "sum", "made": "sum", "weight": "first"}
    )
    spare = by_process[(by_process["made"] > 0) & (by_process["capacity"] >= IDLE * by_process["made"])]
    worth = (spare["capacity"] - spare["made"]) * spare["weight"]
    text = f"Capacity of home firms is used to {join_names(named)} in {last}"
    if worth.empty:
        return f"{text}."
    first = str(worth.sort_values(ascending=False, kind="stable").index[0])
    ratio = three_digits(frames.cell(spare, first, "capacity") / frames.cell(spare, first, "made"))
    return f"{text}; most is idle in {display_name(first)}, where capacity is {ratio} times use."
