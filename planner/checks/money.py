"""Exchange rates and deflators: of other currencies, and for something."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import needs, report_error, report_warning, rows
from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("settings", "exchange_rates")
def own_currency_has_no_rate(reading: "Reading") -> Iterator[Issue]:
    """One unit of the currency of the plan is worth one."""
    currency = str(reading.instance.settings["currency"])
    for row, entry in rows(reading.instance["exchange_rates"]):
        if entry["currency"].casefold() == currency.casefold() and entry["rate"] != 1:
            message = (
                f"the rate of {currency}, the currency in settings, must be 1, not {entry['rate']:g}; delete the row, "
                "or write the other currency"
            )
            yield report_error(reading, "exchange_rates", row, "rate", message)


@needs("settings", "exchange_rates", "deflators")
def rates_are_of_use(reading: "Reading") -> Iterator[Issue]:
    """Rates and indices are there for rows that name a currency or a year of prices."""
    if reading.conversions:
        return
    for sheet, column, words in (
        ("exchange_rates", "currency", "a currency"),
        ("deflators", "currency", "a price_year"),
    ):
        table = reading.instance[sheet]
        if len(table):
            message = f"no figure of the workbook names {words} for which this sheet would be used; name it there"
            yield report_warning(reading, sheet, int(table.index[0]), column, message)
