"""Demand: prices and price-volume steps that fit the objective."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import needs, report_error, report_warning, rows
from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_MARKET = ["region", "item", "period"]
FAR_OFF = 100.0
"""A price this many times above or below the item's reference value is likely in another unit."""


@needs("settings", "demand")
def profit_has_prices(reading: "Reading") -> Iterator[Issue]:
    """Under objective profit every volume has a price."""
    demand = reading.instance["demand"]
    if reading.instance.settings["objective"] == "profit":
        for row in demand.index[demand["price"].isna() & (demand["volume"] > 0)]:
            message = "objective profit needs a price for every volume; write it, or set objective to cost"
            yield report_error(reading, "demand", row, "price", message)


@needs("settings", "demand")
def steps_fit_objective(reading: "Reading") -> Iterator[Issue]:
    """Under objective cost a market has one step; where there are several, price falls as volume grows."""
    demand = reading.instance["demand"]
    demand = demand.assign(market=demand.groupby(_MARKET, sort=False).ngroup())
    by_price = demand.dropna(subset="price").sort_values(["market", "volume", "price"], ascending=[True, True, False])
    rising = by_price[by_price.groupby("market")["price"].diff() >= 0]
    again = demand[demand.groupby("market").cumcount() == 1]
    if reading.instance.settings["objective"] == "profit":
        again = again[:0]
    for market in sorted({*again["market"], *rising["market"]}):
        for row, step in rows(again[again["market"] == market]):
            count = (demand["market"] == market).sum()
            message = (
                f"`{step['item']}` in `{step['region']}` in {step['period']} has {count} price steps: objective cost "
                "serves the cheapest, whatever it earns; keep one, or set objective to profit"
            )
            yield report_warning(reading, "demand", row, "step", message)
        for row, step in rows(rising[rising["market"] == market]):
            message = (
                f"the price of step `{step['step']}` does not fall although its volume is larger than "
                "that of another step; write a lower price or remove a step"
            )
            yield report_warning(reading, "demand", row, "price", message)


@needs("items", "demand")
def prices_are_near_values(reading: "Reading") -> Iterator[Issue]:
    """Price and reference value of an item are of the same magnitude."""
    demand = reading.instance["demand"]
    value = demand["item"].map(reading.instance["items"].set_index("item")["value"])
    known = (value > 0) & (demand["price"] > 0)
    ratio = (demand["price"] / value)[known]
    off = demand.loc[ratio.index[(ratio >= FAR_OFF) | (ratio <= 1 / FAR_OFF)]]
    for row, entry in rows(off.drop_duplicates("item")):
        message = (
            f"the price of `{entry['item']}`, {entry['price']:g}, is {ratio[row]:.3g} times its value in items; write "
            "both in millions per item"
        )
        yield report_warning(reading, "demand", row, "price", message)
