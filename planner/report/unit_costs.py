"""Unit economics: what the main goods cost and sell for, by piece, kilowatt-hour or tonne."""

from typing import Any

import pandas as pd

from planner.report.figures import output, periods
from planner.report.names import display_name
from planner.report.wording import format_share, join_names, three_digits
from planner.results.tables import Tables, table
from planner.sheets.board import Chart
from planner_models import frames
from planner_models.instance import Instance

MOST_SOLD = 2
"""Sold items that are shown, those of the largest revenue; with them one good of the middle of the chain."""

MOST_REGIONS = 8
"""Regions in the chart."""

BASIS = "by the cheapest way of each region, before delivery and overhead"
"""What the unit costs of the sheet `advantage` are."""

BASE = "base"
"""The course of events without a disruption."""

_PIECES = ("k ", "thousand ")
_WEIGHTS = {"GWh": (1.0, "kWh"), "kt": (1000.0, "t"), "Mt": (1.0, "t"), "Mm2": (1.0, "m2")}
"""Units that are too large to speak of: what a million of money per unit is of each smaller one."""


def small_unit(unit: str | None) -> tuple[float, str]:
    """What people count an item in.

    Parameters
    ----------
    unit
        Unit of the item, such as "k vehicles", "GWh" or "kt LCE".

    Returns
    -------
    tuple of float and str
        Money per small unit that a million of money per unit is, and the small unit: 1000 and "vehicle" for
        "k vehicles". A unit that is not known keeps its name.
    """
    words = str(unit or "unit")
    for start in _PIECES:
        if words.startswith(start):
            return 1000.0, words.removeprefix(start).removesuffix("s")
    first, _, rest = words.partition(" ")
    if first in _WEIGHTS:
        factor, small = _WEIGHTS[first]
        return factor, f"{small} {rest}".strip()
    return 1e6, words


def tabulate_unit_costs(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Cost, price and margin of the main goods, by item, region and period.

    Cost is what making one costs in full, through all tiers, in the way that is best in that region (sheet
    `advantage`); price is the mean of what is sold, in all regions.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    pandas.DataFrame
        Columns item, region, period, made (item units a year), cost and price (money per small unit; the price is
        missing for what is not sold) and unit. Only regions that make something in that period.
    """
    made = output(instance, tables)
    keys = ["item", "region", "period"]
    made = made[made["quantity"] > 0].groupby(keys)["quantity"].sum().reset_index()
    costs = table(tables, "advantage", (*keys, "cost"))[[*keys, "cost"]]
    rows = made.merge(costs, on=keys)
    rows = rows[rows["item"].isin(_main_goods(instance, tables)) & rows["cost"].notna()]
    units = instance["items"].set_index("item")["unit"].map(small_unit)
    factor = rows["item"].map(units.map(lambda pair: pair[0])).astype(float)
    prices = _prices(tables)
    sold = [prices.get(key, float("nan")) for key in zip(rows["item"], rows["period"], strict=True)]
    price = pd.Series(sold, index=rows.index, dtype=float)
    return pd.DataFrame(
        {
            **{name: rows[name] for name in keys},
            "made": rows["quantity"].astype(float),
            "cost": rows["cost"].astype(float) * factor,
            "price": price * factor,
            "unit": rows["item"].map(units.map(lambda pair: pair[1])),
        }
    ).reset_index(drop=True)


def _main_goods(instance: Instance, tables: Tables) -> list[str]:
    """The sold items of the largest value, and the most valuable good that is counted by energy, then by weight."""
    last = periods(instance)[-1]
    made = output(instance, tables)
    worth = made[made["period"] == last].groupby("item")["worth"].sum().sort_values(ascending=False, kind="stable")
    sold = set(instance["demand"]["item"])
    units = instance["items"].set_index("item")["unit"].fillna("")
    chosen = [item for item in worth.index if item in sold][:MOST_SOLD]
    for start in ("GWh", "kt L"):
        chosen += [item for item in worth.index if item not in chosen and str(units[item]).startswith(start)][:1]
    return chosen


def _prices(tables: Tables) -> dict[tuple[str, str], float]:
    """Mean price of what is sold, by item and period."""
    names = ("item", "period", "scenario", "sold", "price")
    demand = table(tables, "demand", names)
    demand = demand[(demand["scenario"] == BASE) & (demand["price"].astype(float) > 0)]
    sold = demand["sold"].astype(float)
    keys = [demand["item"], demand["period"]]
    money, count = (sold * demand["price"].astype(float)).groupby(keys).sum(), sold.groupby(keys).sum()
    mean = (money / count)[count > 0]
    return {(str(item), str(period)): float(price) for (item, period), price in frames.pairs(mean)}


def describe_unit_costs(instance: Instance, tables: Tables) -> str:
    """What the first main good costs where it is made, first and last, and what it sells for.

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
    rows, last = tabulate_unit_costs(instance, tables), periods(instance)[-1]
    rows = rows[rows["period"] == last]
    profit, currency = instance.settings["objective"] == "profit", instance.settings["currency"]
    parts: list[str] = []
    for item in [item for item in _main_goods(instance, tables) if item in set(rows["item"])]:
        here = rows[rows["item"] == item]
        mean, best = float((here["cost"] * here["made"]).sum() / here["made"].sum()), _cheapest(here)
        said = (
            [f"lowest in {best['region']} with {three_digits(float(best['cost']))}"]
            if len(here) > 1 and not parts
            else []
        )
        if profit and best["price"] > 0:
            price = float(best["price"])
            result = "margin" if mean < price else "loss"
            said += [f"sold at {three_digits(price)}", f"{result} {format_share(abs(1 - mean / price))}"]
        more = f" ({', '.join(said)})" if said else ""
        parts.append(f"{display_name(item)} {three_digits(mean)} {currency} per {best['unit']}{more}")
    if not parts:
        return ""
    return f"Full cost of a unit in {last} {BASIS}: {join_names(parts, 4)}."


def list_unit_costs(instance: Instance, tables: Tables) -> list[tuple[str, float, str]]:
    """What the main goods cost and bring where they are made, in the first and the last period.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    list of tuple
        Name of the figure, value, and unit, such as "EUR per car": for each good, period and region the full cost,
        and under profit the margin where the good is sold; before the regions the mean over all that is made.
    """
    rows, order = tabulate_unit_costs(instance, tables), periods(instance)
    profit, currency = instance.settings["objective"] == "profit", instance.settings["currency"]
    found: list[tuple[str, float, str]] = []
    for item in _main_goods(instance, tables):
        for period in dict.fromkeys((order[0], order[-1])):
            here = rows[(rows["item"] == item) & (rows["period"] == period)]
            if here.empty:
                continue
            mean = float((here["cost"] * here["made"]).sum() / here["made"].sum())
            price, unit = float(here["price"].iloc[0]), f"{currency} per {here['unit'].iloc[0]}"
            costs = [("all regions", mean), *zip(here["region"], here["cost"].astype(float), strict=True)]
            found += [(f"full cost of {display_name(item)}, {where}, {period}", cost, unit) for where, cost in costs]
            if profit and price > 0:
                margins = [(where, price - cost) for where, cost in costs]
                found += [(f"margin of {display_name(item)}, {where}, {period}", left, unit) for where, left in margins]
    return found


def _cheapest(rows: pd.DataFrame) -> dict[str, Any]:
    """The row of the region with the lowest cost, the first of equal ones."""
    return min(frames.rows(rows), key=lambda row: float(row["cost"]))


def chart_unit_costs(instance: Instance, tables: Tables) -> Chart:
    """What the main good costs in each region that makes it, in the first and the last period.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    Chart
        Regions that make most of it in the last period, by period; empty where nothing is known.
    """
    rows, order = tabulate_unit_costs(instance, tables), periods(instance)
    chosen = [item for item in _main_goods(instance, tables)[:1] if item in set(rows["item"])]
    rows = rows[rows["item"].isin(chosen)]
    late = rows[rows["period"] == order[-1]].sort_values("made", ascending=False, kind="stable").head(MOST_REGIONS)
    if late.empty:
        return Chart("", "clustered", "", pd.DataFrame())
    best, name, currency = _cheapest(late), display_name(chosen[0]), instance.settings["currency"]
    ends = list(dict.fromkeys((order[0], order[-1])))
    frame = rows[rows["period"].isin(ends)].pivot_table(index="region", columns="period", values="cost")
    frame = frame.reindex(index=late["region"].tolist(), columns=ends)
    least = f"{three_digits(float(best['cost']))} {currency}"
    message = f"{name[:1].upper()}{name[1:]} costs least in {best['region']}: {least}"
    title = f"Full cost {BASIS}"
    return Chart(title, "clustered", f"{currency} per {best['unit']}", frame, message=message)
