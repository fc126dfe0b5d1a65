"""The plan in plain words, for people who decide on it: one sentence or two on each question they ask."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.report.accounts import describe_cash
from planner.report.disruptions import describe_disruptions
from planner.report.figures import (
    SURPLUS,
    WEIGHT,
    capacity_and_use,
    costs_by_group,
    goods,
    key_items,
    money_profit,
    output,
    periods,
    shares_by_process,
    shares_by_region,
)
from planner.report.gains import describe_arms_length
from planner.report.integration import integration
from planner.report.programmes import describe_programmes
from planner.report.rules import rules_met
from planner.report.wording import MOST_NAMES, format_money, format_share, join_names, three_digits
from planner.results.tables import Tables, table
from planner.words import count_noun, format_percent
from planner_models import frames
from planner_models.instance import Instance

EVALUATED = "evaluated"
"""Status of a plan whose decisions were given."""

FULL = 0.995
"""Use of capacity from which a line counts as full."""

DOMINANT = 0.6
"""Share of one region from which a supply counts as concentrated."""

VISIBLE = 0.005
"""Share from which something is worth a word."""


def brief(instance: Instance, tables: Tables, facts: Mapping[str, Any]) -> list[str]:
    """The details behind the findings, in the order in which a board asks: one sentence or two on each question."""
    parts = (
        describe_total(instance, tables, facts),
        _quality(instance, tables, facts),
        _where_money_goes(instance, tables),
        describe_cash(instance, tables),
        describe_service(instance, tables),
        describe_disruptions(instance, tables),
        _describe_locations(instance, tables),
        _describe_paths(instance, tables),
        _describe_capacity(instance, tables),
        *integration(instance, tables),
        describe_arms_length(instance, tables),
        _concentration(instance, tables),
        _weak_spots(instance, tables),
        describe_programmes(instance, tables),
        rules_met(instance, tables),
    )
    return [part for part in parts if part]


def describe_total(instance: Instance, tables: Tables, facts: Mapping[str, Any]) -> str:
    """What the plan earns or costs, over how long, in which money.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.
    facts
        How the solve ended, with its objective.

    Returns
    -------
    str
        One sentence.
    """
    settings, order = instance.settings, periods(instance)
    years = int(instance["periods"]["years"].sum())
    rate = format_percent(settings["discount_rate"], 2).replace(".00 ", " ")
    when = f"over {count_noun(years, 'year')} ({order[0]}" + (f" to {order[-1]})" if len(order) > 1 else ")")
    today = f"in money of {settings['base_year']} (discounted at {rate} a year)"
    if settings["objective"] == "profit":
        earned = money_profit(tables)
        profit = facts["objective"] if earned is None else earned
        verb = "earns" if profit >= 0 else "loses"
        said = f"The plan {verb} {format_money(abs(profit), settings['currency'])} {when}, {today}"
        if earned is None:
            return f"{said}."
        counted = format_money(facts["objective"] - earned, settings["currency"])
        return f"{said}; sellers act as if they earned {counted} of consumers' surplus besides (conduct below 1)."
    return f"The plan costs {format_money(facts['objective'], settings['currency'])} {when}, {today}."


def _quality(instance: Instance, tables: Tables, facts: Mapping[str, Any]) -> str:
    """How good the plan is known to be. Nothing is called best unless it is proven."""
    word = "cheaper" if instance.settings["objective"] == "cost" else "more profitable"
    if money_profit(tables) is not None:
        word = "better, profit and the consumers' surplus counted taken together,"
    bound, gap, currency = facts.get("bound"), facts.get("gap"), instance.settings["currency"]
    if facts["status"] == "optimal":
        return f"No plan is {word} under the assumptions in this workbook."
    room = "; how much better another plan could be is not known"
    if bound is not None and gap is not None:
        most = format_money(abs(facts["objective"] - bound), currency)
        room = f"; another plan could be better by {most} ({format_percent(gap, 2)}) at most"
    if facts["status"] == EVALUATED:
        return "The decisions are those of an earlier plan; only flows were chosen anew, so another plan may be better."
    if facts["status"] == "time_limit":
        return f"The search was stopped at its time limit: this is the best plan found until then{room}."
    if facts["status"] == "interrupted":
        return f"The search was stopped by hand: this is the best plan found until then{room}."
    return f"The plan is within the requested gap{room}."


def _where_money_goes(instance: Instance, tables: Tables) -> str:
    groups = costs_by_group(tables).drop(["revenue", SURPLUS, WEIGHT], errors="ignore")
    total = float(groups.clip(lower=0.0).sum())
    large = groups[groups > VISIBLE * total].sort_values(ascending=False, kind="stable")
    if total <= 0 or large.empty:
        return ""
    (first, most), *rest = [(name, format_share(amount / total)) for name, amount in frames.pairs(large)]
    return f"Of all costs, {join_names([f'{first} takes {most}', *(' '.join(part) for part in rest)], 8)}."


def describe_service(instance: Instance, tables: Tables) -> str:
    """How much of the demand is served or sold, and where it is not.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    str
        One sentence; nothing without demand.
    """
    demand = table(tables, "demand", ("region", "item", "period", "volume", "sold", "unserved"))
    demand = demand.assign(unserved=demand["unserved"].astype(float), volume=demand["volume"].astype(float))
    short = demand[demand["unserved"] > 1e-6 * demand["volume"]]
    if demand.empty:
        return ""
    if instance.settings["objective"] == "profit":
        sold = float(demand["sold"].astype(float).sum() / demand["volume"].sum())
        return f"Of the volume that sells at the prices chosen, {format_share(sold)} is sold."
    if short.empty:
        return "All demand is served in every period."
    units = instance["items"].set_index("item")["unit"]
    short = short.sort_values("unserved", ascending=False, kind="stable")
    names = [
        f"{row['item']} in {row['region']}, {row['period']} ({_amount(row['unserved'], units[row['item']])} a year, "
        f"{format_share(row['unserved'] / row['volume'])})"
        for row in short.to_dict("records")
    ]
    return f"Demand is not fully served in {len(short)} of {len(demand)} markets and periods: {join_names(names)}."


def _describe_locations(instance: Instance, tables: Tables) -> str:
    """The regions that make the most valuable items in the last period."""
    last = periods(instance)[-1]
    made = output(instance, tables)
    made = made[made["period"] == last]
    if made.empty:
        return ""
    sold = set(instance["demand"]["item"])
    items = instance["items"]
    chosen = items[items["item"].isin(set(made["item"])) & items["item"].isin(sold)]["item"].tolist()
    middle = made[(made["tier"] == "midstream") & ~made["item"].isin(chosen)]
    chosen += key_items(instance, middle, 2)
    shares = shares_by_region(made)
    parts = []
    for item in chosen[:MOST_NAMES]:
        largest = shares.loc[item][shares.loc[item] > VISIBLE].sort_values(ascending=False, kind="stable")
        names = [f"{region} {format_share(share)}" for region, share in largest.items()]
        parts.append(f"{item}: {join_names(names, 3)}")
    return f"Where things are made in {last} – " + "; ".join(parts) + "."


def _describe_paths(instance: Instance, tables: Tables) -> str:
    """Which way of making wins, for items that are made in several: shares in the first and in the last period."""
    order = periods(instance)
    first, last = order[0], order[-1]
    shares = shares_by_process(output(instance, tables)).reindex(columns=[first, last], fill_value=0.0)
    shares = shares[shares.max(axis=1) > VISIBLE]
    ways = shares.groupby("item").size()
    items = [item for item in instance["items"]["item"] if ways.get(item, 0) > 1]
    sold = set(instance["demand"]["item"])
    items.sort(key=lambda item: item not in sold)
    parts = []
    for item in items[:MOST_NAMES]:
        largest = shares.loc[item].iloc[:, -1].sort_values(ascending=False, kind="stable").index
        names = [f"{process} {_change(*shares.loc[(item, process)])}" for process in largest]
        parts.append(f"{item}: {join_names(names, 3)}")
    when = last if first == last else f"{first} to {last}"
    return f"How things are made, {when} – {'; '.join(parts)}." if parts else ""


def _change(first: float, last: float) -> str:
    """Two shares in words."""
    before, after = format_share(first), format_share(last)
    return after if before == after else f"from {before} to {after}"


def _describe_capacity(instance: Instance, tables: Tables) -> str:
    builds = table(tables, "builds", ("site", "process", "period", "modules", "size", "capex"))
    sites = table(tables, "sites", ("site", "period", "opened", "closed"))
    parts = []
    opened, closed = sites[sites["opened"] == "yes"], sites[sites["closed"] == "yes"]
    for word, frame in (("opens", opened), ("closes", closed)):
        if not frame.empty:
            parts.append(f"{word} {join_names([f'{r.site} ({r.period})' for r in frame.itertuples()])}")
    if not builds.empty:
        capex = format_money(float(builds["capex"].sum()), instance.settings["currency"])
        largest = join_names(_largest_builds(instance, builds))
        parts.append(f"invests {capex} in new capacity, the largest amounts for {largest}")
    if not parts:
        return "The plan builds nothing, and opens and closes no site."
    return f"The plan {' and '.join(parts)}."


def _largest_builds(instance: Instance, builds: pd.DataFrame) -> list[str]:
    """Lines that are extended, with the periods of the orders and what they cost, the most expensive first."""
    order = {period: place for place, period in enumerate(periods(instance))}
    rows = builds.assign(place=builds["period"].map(order), capex=builds["capex"].astype(float))
    lines = rows.groupby(["process", "site"], sort=False).agg(
        capex=("capex", "sum"), first=("place", "min"), last=("place", "max")
    )
    names, currency = [], instance.settings["currency"]
    for (process, site), line in frames.lines(lines.sort_values("capex", ascending=False, kind="stable")):
        first, last = (periods(instance)[int(line[end])] for end in ("first", "last"))
        when, capex = first if first == last else f"{first} to {last}", format_money(line["capex"], currency)
        names.append(f"{process} at {site} ({when}, {capex})")
    return names


def _concentration(instance: Instance, tables: Tables) -> str:
    """Who the largest source is, and of which items one region makes most."""
    last = periods(instance)[-1]
    made = output(instance, tables)
    made = made[made["period"] == last]
    worth = made.groupby("region")["worth"].sum().sort_values(ascending=False, kind="stable")
    if worth.empty or not worth.sum():
        return ""
    counted = goods(instance)
    sentence = (
        f"The largest source is {worth.index[0]}: it makes {format_share(worth.iloc[0] / worth.sum())} of all goods by "
        f"{counted.measure}{counted.note} in {last}"
    )
    shares = shares_by_region(made)
    top = shares.max(axis=1)
    items = [item for item in key_items(instance, made, len(shares)) if top[item] >= DOMINANT]
    value = made.groupby("item")["worth"].sum()
    items.sort(key=lambda item: -value[item])
    names = [f"{item} ({shares.loc[item].idxmax()} {format_share(top[item])})" for item in items]
    if not names:
        return f"{sentence}; no item has {format_share(DOMINANT)} of its supply from one region."
    return (
        f"{sentence}. {len(items)} of {len(shares)} items {'comes' if len(items) == 1 else 'come'} "
        f"mostly from one region: {join_names(names)}."
    )


def _weak_spots(instance: Instance, tables: Tables) -> str:
    """What would be felt at once if it failed: critical items from one region, and lines without reserve."""
    last = periods(instance)[-1]
    made = output(instance, tables)
    shares = shares_by_region(made[made["period"] == last])
    critical = instance["items"].query("critical == 'yes'")["item"]
    single = [item for item in critical if item in shares.index and shares.loc[item].max() > 1 - 1e-6]
    lines = capacity_and_use(instance, tables)
    lines = lines[(lines["period"] == last) & (lines["capacity"] > 0)]
    sums = lines.groupby("process", sort=False)[["capacity", "made"]].sum()
    scarce = sums.index[sums["made"] >= FULL * sums["capacity"]].tolist()
    full = (lines["made"] >= FULL * lines["capacity"]).sum()
    parts = []
    if single:
        names = [f"{item} ({shares.loc[item].idxmax()})" for item in single]
        parts.append(f"critical items with a single source region: {join_names(names)}")
    if scarce:
        parts.append(f"no spare capacity anywhere for {join_names(scarce)}")
    if full:
        parts.append(f"{count_noun(full, 'line')} of {len(lines)} at full capacity")
    return f"Weak spots in {last} – {'; '.join(parts)}." if parts else f"No line runs at full capacity in {last}."


def _amount(quantity: float, unit: str | None) -> str:
    return f"{three_digits(quantity)} {unit}" if unit else three_digits(quantity)
