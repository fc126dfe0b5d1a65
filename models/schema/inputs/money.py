"""The sheets of what money of other currencies and years is worth."""

from planner_models.schema.columns import number, table, text

TABLES = [
    table(
        "exchange_rates",
        "What other currencies are worth, for rows that name one in their column currency or unit. Amounts are brought "
        "to the prices of the plan's year first, in their own currency, and then exchanged at the rate of that year: "
        "price_year in settings, or base_year.",
        {
            "currency": text("currency, as rows name it", key=True),
            "year": number("calendar year", "year", low=1, high=9999, whole=True, key=True),
            "rate": number("units of the currency in settings for one unit of this", above=0, required=True),
        },
    ),
    table(
        "deflators",
        "Levels of prices by currency, for rows that name a price_year: their amounts are multiplied by the index of "
        "the plan's year and divided by that of theirs.",
        {
            "currency": text("currency", key=True),
            "year": number("calendar year", "year", low=1, high=9999, whole=True, key=True),
            "index": number("level of prices; any year may be 100", above=0, required=True),
        },
    ),
]
