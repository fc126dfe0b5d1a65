"""Demand of the Chinese instance: price-volume steps for cars and chargers, and what foreign makers buy.

volume(step) = volume of ev_global in the base region x growth x share x factor(step) ^ -elasticity
price(step) = list price x price factor of the market x net x trend of the period x factor(step)
The share is what Chinese makers can reach; net is what is left to the industry after tax and dealers.
"""

from collections.abc import Iterator

import pandas as pd
from .tables import both, periods
from ..ev_global.tables import read, significant

TERMS = ["conduct", "overhead", "known_margin"]
COLUMNS = ["region", "item", "period", "step", "price", "volume", *TERMS, "source", "confidence", "note"]
SMART = ("vehicle_smart", "vehicle_premium")
"""Smart cars are priced and grow as premium cars: the item, and the row of ev_global that it follows."""


def market_rows(market: pd.Series, base: pd.Series, trend: pd.Series) -> Iterator[tuple]:
    """The steps of one market in all periods."""
    factors = [float(f) for f in market["steps"].split(";")]
    for period in periods():
        volume = base["volume_2024"] * base[f"g{period[:4]}"] * market["share"]
        price = base["price"] * market["price_factor"] * market["net"] * trend[period]
        for step, factor in enumerate(factors, start=1):
            yield (
                market["region"],
                market["item"],
                period,
                str(step),
                significant(price * factor),
                significant(volume * factor ** -market["elasticity"]),
                *market[TERMS],
                f"{market['source']}; volume and list price: demand",
                "low",
                market["note"],
            )


def industry_rows(sale: pd.Series) -> Iterator[tuple]:
    """What foreign makers buy, in all periods."""
    for period in periods():
        volume = significant(sale["volume_2024"] * sale[f"g{period[:4]}"])
        remarks = (sale["source"], sale["confidence"], sale["note"])
        yield (sale["region"], sale["item"], period, "1", sale["price"], volume, *[None] * len(TERMS), *remarks)


def demand_sheet() -> pd.DataFrame:
    """The sheet demand."""
    base = read("demand").set_index(["region", "item"])
    trend = read("china_price_trend").set_index("period")["factor"]
    rows: list[tuple] = []
    for _, market in read("china_markets").iterrows():
        item = SMART[1] if market["item"] == SMART[0] else market["item"]
        rows += market_rows(market, base.loc[(market["base_region"], item)], trend)
    for _, sale in read("china_sales").iterrows():
        rows += industry_rows(sale)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    place = {item: number for number, item in enumerate(both("items")["item"])}
    return frame.assign(place=frame["item"].map(place)).sort_values(["place", "region", "period", "step"])[COLUMNS]
