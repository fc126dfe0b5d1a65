"""How links are reached, what is developed, learnt and paid for: the brief and the figures on integration."""

import pandas as pd

from planner.report.figures import goods, periods
from planner.report.wording import format_money, format_share, join_names, three_digits
from planner.results.tables import Tables, table
from planner_models.blocks.eligibility import PROGRAMMES
from planner_models.by_period import list_recipes
from planner_models.frames import pairs
from planner_models.instance import Instance

MODES = {
    "own": "own plants",
    "acquire": "firms acquired",
    "joint_venture": "joint ventures",
    "equity": "equity stakes",
    "alliance": "alliances",
    "contract": "contracts",
    "spot": "spot purchases",
}
"""Modes in words, from the closest tie to the loosest."""

CROWDED = 1.25
"""Capacity over use from which an item counts as over-built."""

TIES = {"acquire": "acquisition", "joint_venture": "joint venture", "equity": "equity stake"}
"""Modes as one tie to a firm, where the word of the sheet does not say it."""

VISIBLE = 0.005
"""Share from which a mode has a figure of its own."""

MOST_SIGNED = 6
"""Offers named in one sentence; more are counted."""


def tabulate_modes(instance: Instance, tables: Tables) -> pd.DataFrame:
    """What is made or drawn: item, tier, period, mode (in words), quantity and worth, a year as `goods` count."""
    made = table(tables, "production", ("site", "process", "mode", "period", "made"))
    rows = made.merge(list_recipes(instance).query("quantity > 0"), on=["process", "period"])
    rows = rows.merge(instance["items"][["item", "tier"]], on="item")
    rows["quantity"] = rows["made"].astype(float) * rows["quantity"]
    rows["worth"] = rows["quantity"] * rows["item"].map(goods(instance).each)
    return rows.assign(mode=rows["mode"].map(MODES))[["item", "tier", "period", "mode", "quantity", "worth"]]


def integration(instance: Instance, tables: Tables) -> list[str]:
    """The sentences on integration; none where every firm is home and nothing is developed or learnt."""
    parts = (
        _links(instance, tables),
        _describe_offers(instance, tables),
        _describe_projects(instance, tables),
        _savings(instance, tables),
        _describe_over_capacity(instance, tables),
    )
    return [part for part in parts if part]


def _links(instance: Instance, tables: Tables) -> str:
    """How much of the worth is reached in which way, in the last period."""
    last = periods(instance)[-1]
    rows = tabulate_modes(instance, tables)
    rows = rows[rows["period"] == last]
    worth = rows.groupby("mode")["worth"].sum()
    if len(worth) < 2 or not worth.sum():
        return ""
    shares = (worth / worth.sum()).reindex(list(MODES.values())).dropna()
    named = [f"{mode} {format_share(share)}" for mode, share in shares[shares >= VISIBLE].items()]
    rest = shares[shares < VISIBLE]
    named += (
        [f"{join_names(list(rest.index), len(MODES))} {format_share(rest.sum())} together"] if len(rest) > 1 else []
    )
    named += [f"{rest.index[0]} {format_share(rest.iloc[0])}"] if len(rest) == 1 else []
    counted = goods(instance)
    return f"How the chain is reached in {last}, by {counted.measure}{counted.note} – {join_names(named, len(MODES))}."


def _describe_offers(instance: Instance, tables: Tables) -> str:
    """The offers signed, the dearest first."""
    access = table(tables, "access", ("firm", "process", "mode", "period", "signed", "entry_cost", "drawn"))
    signed = access[(access["signed"] == "yes") & (access["mode"] != "spot")]
    if signed.empty:
        return ""
    order = signed.assign(cost=signed["entry_cost"].astype(float), much=signed["drawn"].astype(float))
    order = order.sort_values(["cost", "much"], ascending=False, kind="stable")
    names = [
        f"{row['firm']} by {TIES.get(row['mode'], row['mode'])}"
        + ("" if row["process"] == "*" else f" for {row['process']}")
        + f" ({row['period']})"
        for row in order.to_dict("records")
    ]
    entry = float(access["entry_cost"].astype(float).sum())
    cost = f", at {format_money(entry, instance.settings['currency'])} to enter" if entry else ""
    offers = "one offer" if len(signed) == 1 else f"{len(signed)} offers"
    return f"The plan signs {offers} beyond spot{cost}: {join_names(names, MOST_SIGNED)}."


def _describe_projects(instance: Instance, tables: Tables) -> str:
    """The projects started, in which way and with whom."""
    projects = table(tables, "projects", ("project", "option", "started", "ready", "cost", "partner"))
    if projects.empty:
        return ""
    names = [
        f"{row['project']} ({row['option']}{partner}; ready {row['ready']})"
        for row in projects.to_dict("records")
        for partner in [f", with {row['partner']}" if row["partner"] and row["partner"] not in row["option"] else ""]
    ]
    spent = format_money(float(projects["cost"].astype(float).sum()), instance.settings["currency"])
    return f"It develops {join_names(names, MOST_SIGNED)}, for {spent} in all."


def _savings(instance: Instance, tables: Tables) -> str:
    """What experience, clusters and policies bring, discounted."""
    costs = table(tables, "costs", ("line", "discounted"))
    sums = costs["discounted"].astype(float).groupby(costs["line"]).sum()
    words = {
        "experience saves": ("learning saving",),
        "clusters save": ("cluster saving",),
        "subsidies pay": ("subsidies", "subsidies once", *PROGRAMMES),
    }
    found = [(word, -sum(sums.get(line, 0.0) for line in lines)) for word, lines in words.items()]
    parts = [f"{word} {format_money(amount, instance.settings['currency'])}" for word, amount in found if amount > 0]
    sentence = join_names(parts, len(parts))
    return f"{sentence[:1].upper()}{sentence[1:]} over the horizon (discounted)." if parts else ""


def _describe_over_capacity(instance: Instance, tables: Tables) -> str:
    """Items of which home firms could make much more than they do, and what their idle capacity costs."""
    last = periods(instance)[-1]
    lines = table(tables, "capacity", ("process", "period", "capacity", "made", "control", "idle_cost"))
    lines = lines[(lines["period"] == last) & (lines["control"] != "outside")]
    rows = lines.merge(list_recipes(instance).query("quantity > 0"), on=["process", "period"])
    scaled = rows[["capacity", "made"]].astype(float).mul(rows["quantity"], axis=0)
    sums = scaled.groupby(rows["item"]).sum()
    ratio = (sums["capacity"] / sums["made"])[sums["made"] > 0]
    crowded = ratio[ratio >= CROWDED].sort_values(ascending=False, kind="stable")
    idle = float(lines["idle_cost"].astype(float).sum())
    if crowded.empty or not idle:
        return ""
    names = [f"{item} {three_digits(times)} times" for item, times in pairs(crowded)]
    cost = format_money(idle, instance.settings["currency"])
    ratios = f"capacity is {join_names(names)} what is made"
    return f"Over-capacity of home firms in {last} – {ratios}; idle capacity costs {cost} a year."
