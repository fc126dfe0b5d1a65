"""Sheet `summary`: headline figures of a plan, and the plan in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.report.brief import brief
from planner.report.disruptions import disruption_figures
from planner.report.figures import (
    SURPLUS,
    capacity_and_use,
    costs_by_group,
    goods,
    key_items,
    money_profit,
    output,
    periods,
)
from planner.report.findings import findings
from planner.report.gains import gain_figures
from planner.results.tables import Tables, table
from planner_models.instance import Instance
from planner_models.schema import RESULTS, TIERS
from planner_models.sets.weights import service_weights

MOST_SOURCES = 10
"""Items whose largest source is named."""

Row = tuple[str, Any, str]


def summary(instance: Instance, tables: Tables, solution_facts: Mapping[str, Any]) -> pd.DataFrame:
    """Sheet `summary`: the outcome, the brief, the figures of the plan, its sources, and details in words.

    Parameters
    ----------
    instance
        The input.
    tables
        The other result sheets by name.
    solution_facts
        How the solve ended: status, status_text, objective, bound, gap, seconds, nodes.

    Returns
    -------
    pandas.DataFrame
        Columns metric, value and unit. Figures are numbers, the rest is text. Rows without a value are
        left out.
    """
    rows = [
        *_outcome(instance, tables, solution_facts),
        *_number("brief", findings(instance, tables, solution_facts)),
        *plan_figures(instance, tables),
        *_sources(instance, tables),
        *_number("detail", brief(instance, tables, solution_facts)),
    ]
    kept = [row for row in rows if row[1] is not None and row[1] == row[1]]
    return pd.DataFrame(kept, columns=list(RESULTS["summary"].columns), dtype=object)


def _number(name: str, sentences: list[str]) -> list[Row]:
    return [(f"{name} {number}", text, "") for number, text in enumerate(sentences, 1)]


def plan_figures(instance: Instance, tables: Tables) -> list[Row]:
    """The figures of a plan that can be compared with those of another: costs, service, investment, use, disruptions.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    list of tuple
        Metric, value and unit of each figure; the value is missing where the plan has none.
    """
    return [
        *_costs(instance, tables),
        *gain_figures(instance, tables),
        *_service(instance, tables),
        *_investment(instance, tables),
        *_use(instance, tables),
        *disruption_figures(instance, tables),
    ]


def _outcome(instance: Instance, tables: Tables, facts: Mapping[str, Any]) -> list[Row]:
    """How the solve ended; where the objective counts consumers' surplus, the profit in money beside it."""
    unit = f"million {instance.settings['currency']}"
    goal = "least cost" if instance.settings["objective"] == "cost" else "most profit"
    if money_profit(tables) is not None:
        goal = "most profit and consumers' surplus, as conduct counts it"
    return [
        ("name", instance.settings["name"], ""),
        ("status", facts.get("status_text", facts["status"]), ""),
        ("goal", goal, ""),
        ("objective", facts.get("objective"), unit),
        ("profit", money_profit(tables), unit),
        ("bound", facts.get("bound"), unit),
        ("gap", facts.get("gap"), "share"),
        ("time to solve", facts.get("seconds"), "s"),
        ("branch-and-bound nodes", facts.get("nodes"), ""),
    ]


def _costs(instance: Instance, tables: Tables) -> list[Row]:
    """Discounted totals; revenue is negative, as in sheet `costs`."""
    unit = f"million {instance.settings['currency']}, discounted"
    groups = costs_by_group(tables)
    spent = groups.drop(["revenue", SURPLUS], errors="ignore").sum()
    return [
        ("total cost", float(spent), unit),
        *[(CREDITS.get(str(name), f"cost of {name}"), float(sum_), unit) for name, sum_ in groups.items()],
    ]


CREDITS = {name: name for name in ("revenue", SURPLUS)} | {
    name: f"{name}, as negative cost" for name in ("savings", "subsidies")
}
"""Groups of cost lines that lower cost, and what the summary calls them."""


def _service(instance: Instance, tables: Tables) -> list[Row]:
    """The share of demand that is served, weighed as every figure of service; none where it cannot be added."""
    demand = table(tables, "demand", ("item", "period", "price", "volume", "sold"))
    weights = service_weights(instance)
    if demand.empty or not weights.addable:
        return []
    years = demand["period"].map(instance["periods"].set_index("period")["years"])
    price, value = demand["price"].astype(float), instance["items"].set_index("item")["value"]
    weight = years * (price.where(price > 0, demand["item"].map(value)) if weights.by_value else 1.0)
    volume, sold = (float((demand[column].astype(float) * weight).sum()) for column in ("volume", "sold"))
    if not volume:
        return []
    return [("demand served", sold / volume, f"share of {weights.words}")]


def _investment(instance: Instance, tables: Tables) -> list[Row]:
    builds, sites = table(tables, "builds", ("modules", "capex")), table(tables, "sites", ("opened", "closed"))
    return [
        ("investment in new capacity", float(builds["capex"].sum()), f"million {instance.settings['currency']}"),
        ("modules built", float(builds["modules"].sum()), "module"),
        ("sites opened", float((sites["opened"] == "yes").sum()), "site"),
        ("sites closed", float((sites["closed"] == "yes").sum()), "site"),
    ]


def _use(instance: Instance, tables: Tables) -> list[Row]:
    """Use of the capacity of home firms by tier, lines weighted by the worth of what they make.

    What firms outside have and do not use is not idle here.
    """
    lines = capacity_and_use(instance, tables)
    lines = lines[lines["home"]]
    order = periods(instance)
    rows: list[Row] = []
    for tier in TIERS:
        for period in dict.fromkeys((order[0], order[-1])):
            part = lines[(lines["tier"] == tier) & (lines["period"] == period)]
            capacity = float((part["capacity"] * part["weight"]).sum())
            if capacity:
                use = float((part["made"] * part["weight"]).sum()) / capacity
                rows.append((f"use of {tier} capacity at home, {period}", use, "share"))
    return rows


def _sources(instance: Instance, tables: Tables) -> list[Row]:
    """The largest source in the last period: of all goods by worth, and of the key items."""
    last = periods(instance)[-1]
    security = table(tables, "security", ("item", "period", "largest_source", "largest_share"))
    made = output(instance, tables)
    made = made[made["period"] == last]
    items = key_items(instance, made, MOST_SOURCES)
    rows: list[Row] = []
    worth = made.groupby("region")["worth"].sum().sort_values(ascending=False, kind="stable")
    if worth.sum() > 0:
        rows.append(("largest source", worth.index[0], ""))
        rows.append(("its share", float(worth.iloc[0] / worth.sum()), f"share of {goods(instance).measure} made"))
    for row in security[(security["period"] == last) & security["item"].isin(items)].to_dict("records"):
        rows.append((f"largest source of {row['item']}, {last}", row["largest_source"], ""))
        rows.append((f"its share of {row['item']}, {last}", row["largest_share"], "share"))
    return rows
