"""Goods that reach their market through a region that makes none of them, and so pay less duty."""

import pandas as pd

from planner.report.figures import output, periods
from planner.report.names import display_name
from planner.report.wording import format_money, join_names, three_digits
from planner.results.tables import Tables, table
from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.arcs import duty_rates

_KEYS = ["item", "origin", "destination"]
_LEAST = 0.5e-3
"""Share of the direct duty that has to be saved: what is less is rounding."""

_MOST_NAMED = 2


def tabulate_detours(instance: Instance, tables: Tables, period: str) -> pd.DataFrame:
    """What passes through a region that makes none of it, and pays less duty than it would on the direct way.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.
    period
        The period.

    Returns
    -------
    pandas.DataFrame
        Columns item, origin (where it is made), destination, via (regions passed last that make none), quantity (item
        units a year), saved (money/year) and banned (whether the direct way is). Most saved first.
    """
    columns = [*_KEYS, "via", "quantity", "saved", "banned"]
    trade = table(tables, "trade", (*_KEYS, "period", "quantity", "duty"))
    ways = trade[(trade["period"] == period) & (trade["origin"] != trade["destination"])].reset_index(drop=True)
    flows = table(tables, "flows", ("origin", "destination", "item", "period", "shipped"))
    flows = flows[(flows["period"] == period) & (flows["shipped"].astype(float) > 0)]
    makers = output(instance, tables).query("period == @period and quantity > 0")
    made = set(zip(makers["item"], makers["region"], strict=True))
    passed: dict[tuple[str, str], list[str]] = {}
    for item, via, destination in zip(flows["item"], flows["origin"], flows["destination"], strict=True):
        if (item, via) not in made:
            passed.setdefault((item, destination), []).append(str(via))
    ways["via"] = [
        [via for via in passed.get((item, destination), []) if via != origin]
        for item, origin, destination in ways[_KEYS].itertuples(index=False)
    ]
    ways = ways[ways["via"].map(len) > 0].reset_index(drop=True)
    if ways.empty:
        return pd.DataFrame(columns=columns)
    rate, banned = duty_rates(instance, ways, period)
    value = ways["item"].map(instance["items"].set_index("item")["value"]).astype(float)
    due = ways["quantity"].astype(float) * value * rate
    ways = ways.assign(saved=due - ways["duty"].astype(float), banned=banned)
    ways = ways[ways["banned"] | (ways["saved"] > _LEAST * due)]
    return ways.sort_values(["saved", *_KEYS], ascending=[False, True, True, True], kind="stable")[columns]


def describe_detours(instance: Instance, tables: Tables) -> str:
    """Duties that goods avoid in the last period, and the largest of these flows.

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
    last = periods(instance)[-1]
    rows = tabulate_detours(instance, tables, last)
    if rows.empty:
        return ""
    units = instance["items"].set_index("item")["unit"]
    named = [
        f"{display_name(row.item)} from {row.origin} to {row.destination} through {join_names(list(row.via), 2)} "
        f"({three_digits(float(row.quantity))} {units.get(row.item) or 'units'} a year"
        f"{', banned on the direct way' if row.banned else ''})"
        for row in frames.cells(rows.head(_MOST_NAMED))
    ]
    more = f" and {len(rows) - _MOST_NAMED} more" if len(rows) > _MOST_NAMED else ""
    saved = format_money(float(rows["saved"].clip(lower=0).sum()), instance.settings["currency"])
    return (
        f"In {last} goods avoid duties of {saved} a year through a region that makes none of them: "
        f"{'; '.join(named)}{more}; customs may see through this."
    )
