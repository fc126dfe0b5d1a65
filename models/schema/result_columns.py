"""Columns that many result sheets have: keys, money and amounts a year."""

import pandera.pandas as pa

from planner_models.schema.columns import number, text

_KEY_WORDS = {
    "line": "cost line",
    "tier": "tier of the chain",
    "region": "region; of transport and duties the destination",
    "origin": "from",
    "destination": "to",
    "scenario": "scenario; base is the baseline",
    "step": "price-volume step",
    "mode": "mode of transport, or of access",
    "condition": "row of sheet eligibility that states the threshold",
    "group": "group",
    "flow": "made, shipped, sold, or elsewhere (where the programme does not look)",
}
"""What a key column holds, where its name does not say it."""


def name_keys(*names: str) -> dict[str, pa.Column]:
    """The key columns of a sheet, in order."""
    return {name: text(_KEY_WORDS.get(name, name), key=True) for name in names}


def money(description: str, unit: str = "money") -> pa.Column:
    """A column of money, in millions of the currency."""
    return number(description, unit)


def rate(description: str, unit: str = "item/year") -> pa.Column:
    """A column of amounts a year."""
    return number(description, unit)
