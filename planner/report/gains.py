"""Who gains by a plan: profit by tier, total surplus, and what selling at arm's length costs, in figures and words."""

from collections.abc import Mapping
from itertools import accumulate

import pandas as pd

from planner.report.wording import format_money, four_digits
from planner.results.tables import Tables, table
from planner.sheets.board import Chart
from planner.sheets.waterfall import axis_floor, waterfall
from planner_models.blocks.coordination import FRICTION, MARGIN
from planner_models.figures.sums import add_up
from planner_models.figures.surplus import (
    BEYOND,
    CONSUMERS,
    EVERY_TIER,
    INDUSTRY,
    OUTSIDE,
    OUTSIDE_STATES,
    STATE,
    TOTAL,
)
from planner_models.instance import Instance
from planner_models.schema import TIERS

WORDS = {
    CONSUMERS: "consumers' gain",
    STATE: "duties and carbon less subsidies",
    TOTAL: "total surplus",
    OUTSIDE: "margins of outside firms",
    OUTSIDE_STATES: "carbon paid to outside states",
}
"""Groups that are not at home, and what the summary calls what they gain."""

_SHORT = {
    "result of the industry as a whole": "industry as a whole",
    "consumers' gain": "consumers",
    "duties and carbon less subsidies": "state",
}
"""What gains are called in a chart, where there is little room."""

_LARGE = 10_000
"""Amounts in millions from which a chart counts in billions."""

_SMALL = 0.35
"""Share of the largest total below which changes are too small to be seen beside it."""


def gain_figures(instance: Instance, tables: Tables) -> list[tuple[str, float, str]]:
    """Rows of `summary`: discounted profit by tier, of the industry as a whole, what buyers and the state gain, and
    their sum; then what those outside are paid, which is no part of it.

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
    home = ~rows["group"].isin((*WORDS, *BEYOND))
    shared = home & ((rows["group"] == INDUSTRY) | (rows["tier"] == EVERY_TIER))
    found = [
        (f"profit of {tier} firms", _sum(amounts[home & ~shared & (rows["tier"] == tier)]), unit) for tier in TIERS
    ]
    found.append(("result of the industry as a whole", _sum(amounts[shared]), unit))
    there = {group: rows["group"] == group for group in WORDS}
    said = [group for group in WORDS if group != OUTSIDE_STATES or there[group].any()]
    return found + [(WORDS[group], _sum(amounts[there[group]]), unit) for group in said]


def gains_by_group(instance: Instance, tables: Tables) -> dict[str, float]:
    """What each group gains: firms at home by tier, consumers, and the state.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    dict
        Discounted money in millions by a short name of the group, whose sum is the plan's total surplus; empty where
        the plan has no sheet `surplus`.
    """
    found = {name: amount for name, amount, _ in gain_figures(instance, tables)}
    for group in (TOTAL, *BEYOND):
        found.pop(WORDS.get(group, ""), None)
    return {_SHORT.get(name, name.removeprefix("profit of ")): amount for name, amount in found.items()}


def surplus_waterfall(
    before: tuple[str, Mapping[str, float]], after: tuple[str, Mapping[str, float]], currency: str, title: str
) -> Chart:
    """The waterfall of total surplus from one plan to another: who gains and who loses.

    Parameters
    ----------
    before, after
        Name of each plan, and what each group gains in it, in millions; a group that one does not have gains 0 there.
    currency
        The currency.
    title
        What the chart is about.

    Returns
    -------
    Chart
        A column for each plan, and for each group whose gain differs. Where changes are small beside totals that an
        axis from zero must show, the changes alone and their sum.
    """
    (start, ours), (end, theirs) = before, after
    first, last = sum(ours.values()), sum(theirs.values())
    changes = {name: theirs.get(name, 0.0) - ours.get(name, 0.0) for name in dict.fromkeys((*ours, *theirs))}
    least = 1e-6 * max(abs(first), abs(last))
    changes = {name: by for name, by in changes.items() if abs(by) > least}
    levels = list(accumulate(changes.values(), initial=first))
    floor = axis_floor(levels)
    alone = floor is None and max(levels) - min(levels) < _SMALL * max(map(abs, levels))
    levels = [level - alone * first for level in levels]
    scale, money = (1000.0, "billion") if max(map(abs, levels)) >= _LARGE else (1.0, "million")
    steps = [(f"{name}\n{four_digits(by / scale, '+')}", by / scale) for name, by in changes.items()]
    finish = ("all together", "+") if alone else (end, "")
    labels = f"{start}\n{four_digits(levels[0] / scale)}", f"{finish[0]}\n{four_digits(levels[-1] / scale, finish[1])}"
    frame = waterfall((labels[0], levels[0] / scale), steps, labels[1], better=1.0)
    verb = "rises" if last >= first else "falls"
    message = f"Total surplus {verb} by {format_money(abs(last - first), currency)}"
    unit = f"{'change, ' * alone}{money} {currency}, discounted"
    floor = axis_floor([level / scale for level in levels])
    begins = unit if alone or floor is None else f"{unit} (axis begins at {floor:,g})"
    return Chart(title, "waterfall", begins, frame.iloc[int(alone) :], None if alone else floor, message=message)


def _sum(amounts: pd.Series) -> float:
    return add_up(amounts.dropna())


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
