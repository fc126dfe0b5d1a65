"""What people read above the columns of a result: the name in words and the unit, while the cell keeps its key.

The words are the number format of the header's cell, so that a copied row, a formula or a script finds the key.
"""

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from planner_models.schema import meta

MOST = 180
"""Headings of a workbook that are put into words: Excel takes some 200 number formats of a workbook's own."""

_WORDS = {
    "added": "Added",
    "capacity_ratio": "Capacity over use",
    "cvar_weight": "Weight in CVaR",
    "drawn": "Contracted offtake",
    "hhi_firm": "HHI by firm",
    "hhi_region": "HHI by region",
    "in_force": "In force",
    "made": "Production",
    "ok": "Agrees",
    "once": "One-off payments",
    "rca": "Revealed comparative advantage",
    "running": "Running cost",
    "skilled": "Skilled labour",
    "who": "Applies to",
    "met": "Met",
    "marginal_cost": "Shadow price",
}
"""Names that are not simply their key without underscores."""

_UNITS = {"share": "", "activity/year": "units/year", "item/year": "units/year", "item": "units", "module": ""}
"""Units in words; a share is shown in per cent, and the unit of an item is in sheet in_items."""


_NO_BREAK = "\u00a0"
"""Keeps a unit on one line."""


def write_heading(name: str, column: pa.Column, currency: str) -> str:
    """The heading of a column: its name in words, and its unit in brackets.

    Parameters
    ----------
    name
        Its key.
    column
        Its declaration.
    currency
        The currency of the workbook; "" where it is not known.

    Returns
    -------
    str
        Such as "Unit cost (EUR m/unit)"; the blanks in the unit do not break.
    """
    words = _WORDS.get(name) or name.replace("_", " ").capitalize()
    unit = str(meta(column)["unit"])
    money = f"{currency} m" if currency else "million"
    said = _UNITS.get(unit, unit.replace("money", money).replace("currency", currency or "currency"))
    said = said.replace("/activity", "/unit").replace("/item", "/unit")
    unbroken = said.replace(" ", _NO_BREAK)
    return f"{words} ({unbroken})" if said else words


def find_currency(inputs: Mapping[str, pd.DataFrame], summary: pd.DataFrame | None) -> str:
    """The currency of a workbook, as its settings or the units of its summary say it; "" where neither does.

    Parameters
    ----------
    inputs
        Input sheets by name, as they were read.
    summary
        The summary, with column `unit`; None where there is none.

    Returns
    -------
    str
        Such as EUR.
    """
    settings = inputs.get("settings")
    if settings is not None and {"key", "value"} <= set(settings.columns):
        stated = settings.loc[settings["key"] == "currency", "value"].dropna()
        if len(stated):
            return _plain(str(stated.iloc[0]))
    units: list[str] = [] if summary is None else summary["unit"].dropna().astype(str).tolist()
    money = [unit.removeprefix("million ") for unit in units if unit.startswith("million ")]
    return _plain(money[0].partition(",")[0]) if money else ""


def _plain(currency: str) -> str:
    """A currency as a number format can say it, between quotation marks; "" for what it cannot."""
    return currency if currency.isprintable() and '"' not in currency and len(currency) <= 12 else ""
