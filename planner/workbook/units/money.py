"""Amounts of other currencies and years: deflated first, then exchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.workbook.names import quote, suggest

RATES, DEFLATORS = "exchange_rates", "deflators"


class MoneyError(ValueError):
    """An amount that cannot be converted; the message says which rate or index is missing."""


@dataclass(frozen=True)
class Prices:
    """What money is worth: the currency and the year of prices of the plan, exchange rates and indices of prices.

    `rates` are in the plan's currency for one unit of another, `indices` levels of prices, both by currency and year.
    """

    currency: str
    year: int
    rates: Mapping[tuple[str, int], float]
    indices: Mapping[tuple[str, int], float]

    @property
    def codes(self) -> frozenset[str]:
        """Currencies that may be written."""
        return frozenset({self.currency, *(code for code, _ in self.rates)})

    def find_code(self, written: str) -> str:
        """The currency that a cell names, in any letter case."""
        for code in sorted(self.codes):
            if code.casefold() == written.casefold():
                return code
        raise MoneyError(
            f"`{quote(written)}` has no exchange rate: add a row for it to sheet {RATES}{suggest(written, self.codes)}"
        )

    def factor(self, currency: str, year: int | None) -> float:
        """What one unit of a currency in prices of a year is in the plan's money.

        Raises
        ------
        MoneyError
            A rate or an index is missing.
        """
        return self._deflate(currency, year) * self._exchange(currency)

    def _deflate(self, currency: str, year: int | None) -> float:
        if year is None or year == self.year:
            return 1.0
        ends = [self.indices.get((currency, when)) for when in (self.year, year)]
        for when, index in zip((self.year, year), ends, strict=True):
            if index is None:
                raise MoneyError(self._say_missing(DEFLATORS, "index", currency, when, self.indices))
        now, then = ends
        return float(now or 0.0) / float(then or 1.0)

    def _exchange(self, currency: str) -> float:
        if currency == self.currency:
            return 1.0
        rate = self.rates.get((currency, self.year))
        if rate is None:
            raise MoneyError(self._say_missing(RATES, "rate", currency, self.year, self.rates))
        return rate

    def _say_missing(
        self, sheet: str, what: str, currency: str, year: int, known: Mapping[tuple[str, int], float]
    ) -> str:
        years = ", ".join(str(when) for code, when in sorted(known) if code == currency)
        held = f" (it has {years})" if years else ""
        return f"sheet {sheet} has no {what} of {currency} for {year}{held}: add that row"


def make_prices(tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]) -> Prices:
    """The prices of a workbook.

    Parameters
    ----------
    tables
        Typed tables, with exchange_rates and deflators.
    settings
        Its settings: currency, base_year and price_year.

    Returns
    -------
    Prices
        Without rates and indices that are missing or not above 0, which are faults of their own.
    """
    rates, indices = (_by_year(tables[sheet], column) for sheet, column in ((RATES, "rate"), (DEFLATORS, "index")))
    year = settings["price_year"] if settings["price_year"] is not None else settings["base_year"]
    return Prices(str(settings["currency"]), int(year), rates, indices)


def _by_year(table: pd.DataFrame, column: str) -> dict[tuple[str, int], float]:
    sound = table[table["currency"].notna() & table["year"].notna() & (table[column] > 0)]
    return {
        (str(code), int(year)): float(value)
        for code, year, value in zip(sound["currency"], sound["year"], sound[column], strict=True)
    }
