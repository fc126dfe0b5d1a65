"""Figures in another unit than their column: without a unit of their own, they are seen by their size alone.

A unit mistaken is a factor of 160 or more (a wage per month) and mostly 1,000 or a million. What differs that much from
the figures beside it, or from the worth of what it is about, is a warning: it can be right.
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import needs, report_warning
from planner.issues import Issue
from planner_models.instance import Instance
from planner_models.schema import INPUTS, meta

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_APART = 300.0
"""Times by which a figure differs from those beside it, or from what it is about, before it is remarked on."""

_ABOVE_SALES = 100.0
"""Years of all sales that a single amount may come to."""

_MOST = 3
"""Rows of a column that are remarked on one by one."""

_LIKE: dict[tuple[str, str], tuple[str, ...]] = {
    ("regions", "wage"): (),
    ("regions", "skilled_wage"): (),
    ("regions", "energy_price"): (),
    ("regions", "grid_co2"): (),
    ("carbon", "price"): (),
    ("demand", "price"): ("item",),
    ("demand", "penalty"): ("item",),
    ("rivals", "cost"): ("item",),
    ("lanes", "cost"): ("item",),
    ("lanes", "cost_per_tkm"): ("mode",),
    ("lanes", "distance"): ("mode",),
    ("lanes", "lead_days"): ("mode",),
    ("lines", "unit_cost"): ("process",),
}
"""Columns whose figures are alike where other columns agree."""

_HARD = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD")
"""Currencies in which an hour of work costs neither thousands nor cents."""

_PRICES: dict[tuple[str, str], tuple[float, str]] = {
    ("regions", "wage"): (500.0, "it may be per month or year"),
    ("regions", "skilled_wage"): (1000.0, "it may be per month or year"),
    ("regions", "energy_price"): (5.0, "it may be per MWh"),
    ("lanes", "cost_per_tkm"): (50.0, "it may be per thousand tonne-km"),
    ("carbon", "price"): (10000.0, "it may be per thousand tonnes"),
}
"""Most that a price in such a currency is in anybody's data."""

_SIZES: dict[tuple[str, str], tuple[float, str]] = {
    ("regions", "grid_co2"): (5.0, "it may be in g/kWh"),
    ("lanes", "emissions"): (5.0, "it may be in g/tkm"),
    ("lanes", "distance"): (45000.0, "it may be in metres"),
    ("lanes", "lead_days"): (400.0, "it may be in hours"),
}
"""Most that a quantity is in anybody's data."""

_AMOUNTS = (
    ("sites", ("opening_cost", "fixed_cost", "closing_cost")),
    ("lines", ("fixed_cost",)),
    ("access", ("entry_cost", "annual_cost")),
    ("projects", ("cost",)),
    ("hubs", ("opening_cost", "fixed_cost")),
    ("lanes", ("opening_cost",)),
)
"""Columns of amounts of money, of which none comes near all sales."""

_WEIGHTS = {"kg": 1e-3, "t": 1.0, "kt": 1e3, "Mt": 1e6}
"""Tonnes of what items are counted in."""


@needs("settings", "regions", "lanes", "carbon")
def prices_and_sizes_are_in_their_units(reading: "Reading") -> Iterator[Issue]:
    """Wages, prices and physical quantities are not larger than they are anywhere."""
    bounds = dict(_SIZES)
    if str(reading.instance.settings["currency"]).upper() in _HARD:
        bounds |= _PRICES
    for (sheet, column), (most, doubt) in bounds.items():
        values = reading.instance[sheet][column]
        yield from _remark(reading, sheet, column, values[values > most], f"is more than anywhere; {doubt}")


@needs(*dict.fromkeys(sheet for sheet, _ in _LIKE))
def figures_are_like_those_beside_them(reading: "Reading") -> Iterator[Issue]:
    """A figure is of the magnitude of those of like rows."""
    for (sheet, column), like in _LIKE.items():
        table = reading.instance[sheet]
        rows = table[table[column] > 0]
        if len(rows) < 3:
            continue
        groups = rows.groupby(list(like), dropna=False)[column] if like else rows.groupby(np.zeros(len(rows)))[column]
        middle, count = groups.transform("median"), groups.transform("size")
        ratio = rows[column] / middle
        odd = rows.loc[(count > 2) & ((ratio >= _APART) | (ratio <= 1 / _APART)), column]
        beside = f"the figure of other rows{' with the same ' + ' and '.join(like) if like else ''}"
        words = {row: f"is {ratio[row]:.3g} times {beside} ({middle[row]:.4g})" for row in odd.index[:_MOST]}
        yield from _remark(reading, sheet, column, odd, words)


@needs("items", "processes", "recipes", "demand", "regions", "lanes", "access", "lines", "stocks", "hubs")
def costs_are_in_proportion(reading: "Reading") -> Iterator[Issue]:
    """What one unit costs is in proportion to what one unit is worth."""
    instance = reading.instance
    worth = _worth_of_items(instance)
    activity = _worth_of_activities(instance, worth)
    prices = instance["regions"]
    for column, price in (("labour", "wage"), ("skilled", "skilled_wage"), ("energy", "energy_price")):
        known = prices.loc[prices[price] > 0, price]
        cost = instance["processes"][column] * (float(known.median()) if len(known) else 0.0) / 1e6
        yield from _compare(reading, ("processes", column), cost, instance["processes"]["process"].map(activity))
    by_activity = (
        ("processes", "other_cost"),
        ("processes", "royalty"),
        ("lines", "unit_cost"),
        ("access", "transaction_cost"),
    )
    by_item = (("lanes", "cost"), ("hubs", "handling_cost"), ("stocks", "holding_cost"), ("items", "disposal_cost"))
    for key, worths, places in ((by_activity, activity, "process"), (by_item, worth, "item")):
        for sheet, column in key:
            table = instance[sheet]
            yield from _compare(reading, (sheet, column), table[column], table[places].map(worths))


@needs("items", "demand", "sites", "lines", "access", "projects", "hubs", "lanes")
def amounts_are_in_millions(reading: "Reading") -> Iterator[Issue]:
    """No single amount is many times what all markets pay in a year."""
    instance = reading.instance
    demand = instance["demand"]
    worth = demand["price"].fillna(demand["item"].map(_worth_of_items(instance))).fillna(0.0)
    sales = float((worth * demand["volume"]).groupby(demand["period"]).sum().max()) if len(demand) else 0.0
    if not sales > 0:
        return
    for sheet, columns in _AMOUNTS:
        for column in columns:
            values = instance[sheet][column]
            words = f"is more than {_ABOVE_SALES:g} times what all markets pay in a year ({sales:.4g})"
            yield from _remark(reading, sheet, column, values[values > _ABOVE_SALES * sales], words)


@needs("items")
def masses_fit_units(reading: "Reading") -> Iterator[Issue]:
    """The mass of an item that is counted by weight is about its unit."""
    items = reading.instance["items"]
    first = items["unit"].map(
        lambda unit: _WEIGHTS.get(unit.split()[0]) if isinstance(unit, str) and unit.split() else None
    )
    ratio = items["mass"] / first.astype(float)
    odd = items.loc[(items["mass"] > 0) & ((ratio >= _APART) | (ratio <= 1 / _APART)), "mass"]
    yield from _remark(reading, "items", "mass", odd, "does not fit the unit in which the item is counted")


def _compare(reading: "Reading", place: tuple[str, str], cost: pd.Series, worth: pd.Series) -> Iterator[Issue]:
    """Remarks on figures of a column whose cost is many times a worth; without a worth there are none."""
    sheet, column = place
    ratio = cost / worth.astype(float).where(worth.astype(float) > 0)
    values = reading.instance[sheet].loc[ratio.index[ratio >= _APART], column]
    made = "the value of what is made or moved with it"
    words = {row: f"costs {ratio[row]:.3g} times {made}" for row in values.index[:_MOST]}
    yield from _remark(reading, sheet, column, values, words)


def _worth_of_items(instance: Instance) -> pd.Series:
    """The highest price of each item, or its value."""
    price = instance["demand"].groupby("item")["price"].max()
    value = instance["items"].drop_duplicates("item").set_index("item")["value"]
    return value.combine(price.reindex(value.index), np.fmax).fillna(0.0)


def _worth_of_activities(instance: Instance, worth: pd.Series) -> pd.Series:
    """What an activity of each process makes is worth."""
    made = instance["recipes"][instance["recipes"]["quantity"] > 0]
    return (made["quantity"] * made["item"].map(worth)).groupby(made["process"]).sum()


def _remark(
    reading: "Reading", sheet: str, column: str, values: pd.Series, words: str | Mapping[Hashable, str]
) -> Iterator[Issue]:
    """A warning for each of the first few figures, `words` being those of all or of each row.

    The last says how many more there are.
    """
    unit = meta(INPUTS[sheet].columns[column])["unit"]
    for number, (row, value) in enumerate(values.head(_MOST).items(), 1):
        more = len(values) - _MOST
        rest = f" ({more} more rows of this column likewise)" if number == _MOST and more > 0 else ""
        said = words if isinstance(words, str) else words[row]
        message = (
            f"{column} {value:g} {said}; the column is in {unit}: correct it, or write its unit in column unit{rest}"
        )
        yield report_warning(reading, sheet, int(str(row)), column, message)
