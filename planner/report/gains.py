"""Who gains by a plan: profit by tier, total surplus, and what selling at arm's length costs, in figures and words."""

from collections.abc import Mapping
from itertools import accumulate

import pandas as pd

from planner.report.figures import format_money, four_digits
from planner.results.tables import Tables, table
from planner.sheets.board import Chart
from planner.sheets.waterfall import axis_floor, waterfall
from planner_models.blocks.coordination import FRICTION, MARGIN
from planner_models.figures.surplus import (
    CONSUMERS,
    EVERY_TIER,
    INDUSTRY,
    OUTSIDE,
    OUTSIDE_STATES,
    PENALTIES,
    STATE,
    TOTAL,
)
from planner_models.instance import Instance
from planner_models.schema import TIERS

WORDS = {
    CONSUMERS: "consumers' gain",
    STATE: "duties and carbon less subsidies",
    OUTSIDE: "margins of outside firms",
    OUTSIDE_STATES: "carbon paid to outside states",
    TOTAL: "total surplus",
}
"""Groups that are not at home, and what the summary calls what they gain."""

_LARGE = 10_000
"""Amounts in millions from which a chart counts in billions."""


def gain_figures(instance: Instance, tables: Tables) -> list[tuple[str, float, str]]:
    """Rows of `summary`: discounted profit by tier, of the industry as a whole, and what others gain; their sum.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    list of tuple
        Metric, value and unit; none where the plan has no sheet `surplus`.
    """
    rows = table(tables, "surplus", ("group", "tier", "discounted"))
    if rows.empty:
        return []
    unit = f"million {instance.settings['currency']}, discounted"
    amounts = rows["discounted"].astype(float)
    home = ~rows["group"].isin((*WORDS, PENALTIES))
    shared = home & ((rows["group"] == INDUSTRY) | (rows["tier"] == EVERY_TIER))
    found = [
        (f"profit of {tier} firms", _sum(amounts[home & ~shared & (rows["tier"] == tier)]), unit) for tier in TIERS
    ]
    found.append(("result of the industry as a whole", _sum(amounts[shared]), unit))
    there = {group: rows["group"] == group for group in WORDS}
    said = [group for group in WORDS if group != OUTSIDE_STATES or there[group].any()]
    return found + [(WORDS[group], _sum(amounts[there[group]]), unit) for group in said]


def surplus_waterfall(
    before: tuple[str, Mapping[str, float]], after: tuple[str, Mapping[str, float]], currency: str, title: str
) -> Chart:
    """The waterfall of total surplus from one plan to another: who gains and who loses.

    Parameters
    ----------
    before, after
        Name of each plan, and what each group gains in it, in millions; of both the same groups.
    currency
        The currency.
    title
        What the chart is about.

    Returns
    -------
    Chart
        A column for each plan, and for each group whose gain differs.
    """
    (start, ours), (end, theirs) = before, after
    first, last = sum(ours.values()), sum(theirs.values())
    large = max(abs(first), abs(last)) >= _LARGE
    scale = 1000.0 if large else 1.0
    changes = {name: (theirs[name] - ours[name]) / scale for name in ours}
    least = 1e-6 * max(abs(first), abs(last)) / scale
    steps = [(f"{name}\n{four_digits(by, '+')}", by) for name, by in changes.items() if abs(by) > least]
    levels = list(accumulate((by for _, by in steps), initial=first / scale))
    frame = waterfall(
        (f"{start}\n{four_digits(levels[0])}", levels[0]), steps, f"{end}\n{four_digits(levels[-1])}", better=1.0
    )
    floor = axis_floor(levels)
    unit = f"{'billion' if large else 'million'} {currency}, discounted"
    verb = "raises" if last >= first else "lowers"
    message = f"Integration {verb} total surplus by {format_money(abs(last - first), currency)}"
    begins = unit if floor is None else f"{unit} (axis begins at {floor:,g})"
    return Chart(title, "waterfall", begins, frame, floor, message=message)


def _sum(amounts: pd.Series) -> float:
    return float(amounts.sum())


def describe_arms_length(instance: Instance, tables: Tables) -> str:
    """The sentence on coordination; none while groups at home act as one.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    str
        One sentence, or nothing.
    """
    setting, currency = instance.settings["coordination"], instance.settings["currency"]
    if setting == "on":
        return ""
    costs = table(tables, "costs", ("line", "discounted"))
    margin, friction = (float(costs.loc[costs["line"] == line, "discounted"].sum()) for line in (MARGIN, FRICTION))
    if not margin and not friction:
        return "Groups at home sell nothing to each other at arm's length."
    paid = f"{format_money(margin, currency)} of margins and {format_money(friction, currency)} of friction"
    unless = " where no offer is signed" if setting == "decide" else ""
    return f"At arm's length{unless} the chain pays {paid} (discounted); the margins stay with firms at home."
