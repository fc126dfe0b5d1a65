"""Instances in other units: quantities and money multiplied, what is per quantity divided."""

from collections.abc import Mapping

import pandas as pd

from planner_models.instance import Instance
from planner_models.schema import INPUTS, SETTINGS, meta

QUANTITY = {
    "item": 1,
    "item/year": 1,
    "activity": 1,
    "activity/year": 1,
    "money/item": -1,
    "money/activity": -1,
    "money/item-year": -1,
    "h/activity": -1,
    "kWh/activity": -1,
    "t/activity": -1,
    "t/item": -1,
}
"""By unit: the power of a quantity in it. Units that are not listed have none."""

MONEY = ("money", "currency/")
"""How units begin that have money in them."""


IN_MONEY = ("min_local_content", "min_service", "max_cvar", "budget", "min_cash")
"""Types of rules that count in money; the last three have their limit in it too."""

PER_PIECE = ("min_sources", "max_emissions")
"""Types of rules that count in something that has neither money nor quantity in it."""


def factor(unit: str, quantity: float, money: float) -> float:
    """What a figure in `unit` is multiplied by."""
    return quantity ** QUANTITY.get(unit, 0) * (money if unit.startswith(MONEY) else 1.0)


def in_units(case: Instance, quantity: float = 1.0, money: float = 1.0) -> Instance:
    """The same instance with `quantity` times as many units of everything, and `money` times as much money."""
    tables: dict[str, pd.DataFrame] = {}
    for sheet, frame in case.tables.items():
        columns = INPUTS[sheet].columns
        factors = {name: factor(meta(columns[name])["unit"], quantity, money) for name in frame if name in columns}
        changed = {name: frame[name].astype(float) * by for name, by in factors.items() if by != 1.0}
        tables[sheet] = frame.assign(**changed)
    rules, policies = case.tables["rules"], case.tables["policies"]
    per = rules["type"].map(lambda kind: money if kind in PER_PIECE else 1.0 if kind in IN_MONEY else money / quantity)
    limit = rules["type"].map(lambda kind: money if kind in IN_MONEY[2:] else 1.0)
    paid = policies["kind"].map(lambda kind: money / quantity if kind == "output" else 1.0)
    tables["rules"] = rules.assign(
        penalty=rules["penalty"] * per.astype(float), limit=rules["limit"] * limit.astype(float)
    )
    tables["policies"] = tables["policies"].assign(rate=policies["rate"] * paid.astype(float))
    settings: Mapping[str, float | None] = {
        name: case.settings[name] * factor(meta(column)["unit"], quantity, money)
        for name, column in SETTINGS.items()
        if factor(meta(column)["unit"], quantity, money) != 1.0 and case.settings[name] is not None
    }
    return Instance(tables, {**case.settings, **settings})
