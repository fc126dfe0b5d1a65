"""Columns that many input sheets have: a region, an item, a period, a span of periods."""

import pandera.pandas as pa

from planner_models.schema.columns import reference

INTENSITIES = ("resource", "labour", "capital", "technology")
TIERS = ("upstream", "midstream", "downstream")
PLACE = ("regions.region", "regions.bloc")


def region(description: str = "region", *, key: bool = True, wildcard: bool = False) -> pa.Column:
    return reference(description, "regions.region", key=key, wildcard=wildcard)


def item(description: str = "item", *, key: bool = True, wildcard: bool = False) -> pa.Column:
    return reference(description, "items.item", key=key, wildcard=wildcard, default="*" if wildcard else None)


def period(description: str, *, key: bool = False, required: bool = False) -> pa.Column:
    return reference(description, "periods.period", key=key, required=required)


def span() -> dict[str, pa.Column]:
    return {
        "from": period("first period in force; blank = the first"),
        "to": period("last period in force; blank = the last"),
    }
