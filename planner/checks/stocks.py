"""Stocks: their limits can be kept."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import needs, report_error, report_warning, rows
from planner.checks.places import place_of, positions
from planner.checks.supply import SUPPLY_SHEETS, supply
from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("stocks")
def stock_limits(reading: "Reading") -> Iterator[Issue]:
    """Minimum and initial stock are within the maximum."""
    stocks = reading.instance["stocks"]
    for row, stock in rows(stocks[stocks["minimum"] > stocks["maximum"]]):
        message = f"minimum {stock['minimum']:g} is above maximum {stock['maximum']:g}; write at most the maximum"
        yield report_error(reading, "stocks", row, "minimum", message)
    for row, stock in rows(stocks[stocks["initial"] > stocks["maximum"]]):
        message = (
            f"initial {stock['initial']:g} is above maximum {stock['maximum']:g}, so the excess must be used in the "
            "first period; write at most the maximum"
        )
        yield report_warning(reading, "stocks", row, "initial", message)


@needs(*SUPPLY_SHEETS)
def stocks_can_fill(reading: "Reading") -> Iterator[Issue]:
    """What is stocked can be had in its region; a minimum above what is there at first needs it."""
    instance = reading.instance
    stocks = instance["stocks"]
    if stocks.empty:
        return
    region, item = positions(instance, "regions", "region"), positions(instance, "items", "item")
    had = supply(instance).ever()[0][place_of(stocks["region"], region, -1), place_of(stocks["item"], item, -1)]
    for row, stock in rows(stocks[~had]):
        name = f"`{stock['item']}` can be neither made in nor brought to `{stock['region']}`"
        if stock["minimum"] > stock["initial"]:
            message = f"{name}, so the minimum cannot be held; add a lane or a line, or write at most the initial"
            yield report_error(reading, "stocks", row, "minimum", message)
        else:
            yield report_warning(
                reading, "stocks", row, "item", f"{name}: this stock stays empty; correct or remove the row"
            )
