"""What each figure of a row counts: the unit that the schema gives its column, and what an item or activity is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd

from planner.workbook.units.measures import ACTIVITY, ITEM, MONEY, TIME, WORK, Measure, UnitWords, join_words, parse
from planner_models.by_period import find_rows
from planner_models.schema import INPUTS, SETTINGS, meta
from planner_models.schema.columns import MEASURES

_BARE = ("", "degree", "period", "module", "item/item")
"""Units of the schema that are the only ones possible."""

_WORKED = {"currency/h", "h/activity"}
"""Units with an hour that is worked, not one that passes."""

_ITEMS = {("enablers", "threshold"): "enabler", ("returns", "initial"): "returned"}
"""Columns whose figures count another item than that of column item."""

LIMITS = {
    "budget": "money",
    "max_cvar": "money",
    "min_cash": "money",
    "min_cover": "month",
    "max_emissions": "t/year",
    "min_capacity": "item/year",
    "max_capacity": "item/year",
    "max_new": "item/year",
    "max_disposal": "item/year",
    "max_share": "share",
    "min_share": "share",
    "max_import_share": "share",
    "min_service": "share",
    "min_utilisation": "share",
    "min_local_content": "share",
}
"""Unit of the limit of a rule, by its type; of other types it is a number."""

_BREACHES = {"item/year": "money/item", "t/year": "money/t"}
_RATES = {"output": "money/item", "capex": "share", "access": "share", "development": "share", "duty": "share"}


@dataclass(frozen=True)
class Product:
    """What an activity makes, where that is one item: how much, of what."""

    item: str
    quantity: float


@dataclass(frozen=True)
class Context:
    """What the rows of a workbook count: own units of items and their texts, products of processes, currencies."""

    items: Mapping[str, tuple[Measure, UnitWords]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    processes: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RowFigure:
    """A figure of a row: its column, the unit of the schema, and the item and process that it counts."""

    column: str
    unit: str
    item: str | None = None
    process: str | None = None

    def words(self, context: Context) -> UnitWords:
        """The words that its unit may use."""
        named = (self.item, self._product(context))
        own = (context.items[name][1] for name in named if name is not None and name in context.items)
        return join_words([UnitWords(context.currencies), *own])

    def meanings(self, context: Context) -> list["Meaning"]:
        """What its unit is, with an item or activity as such, then with the units of what they are."""
        unit = parse_declared(self.unit)
        found = [Meaning(unit, frozenset())]
        own = context.items.get(self.item or "")
        if own is not None and ITEM in unit.powers:
            power = unit.powers[ITEM]
            found.append(Meaning(unit.without(ITEM).times(own[0], power), frozenset({ITEM})))
        product = context.products.get(self.process or "")
        made = None if product is None else context.items.get(product.item)
        if product is not None and made is not None and ACTIVITY in unit.powers:
            activity = Measure(product.quantity).times(made[0])
            for meaning in list(found):
                changed = meaning.unit.without(ACTIVITY).times(activity, unit.powers[ACTIVITY])
                found.append(Meaning(changed, meaning.replaced | {ACTIVITY}))
        return found

    def _product(self, context: Context) -> str | None:
        product = context.products.get(self.process or "")
        return None if product is None else product.item


@dataclass(frozen=True)
class Meaning:
    """A unit of the schema, in which items or activities may be replaced by what they are."""

    unit: Measure
    replaced: frozenset[str]

    def factor(self, stated: Measure) -> float | None:
        """What turns a figure in the stated unit into one in this; None where it measures something else.

        A rate may be written without its `/year`, a quantity without its `/activity`. Hours are those worked where
        the unit asks for such.
        """
        wanted, given = dict(self.unit.powers), dict(stated.powers)
        size = stated.size
        if WORK in wanted and WORK not in given and TIME in given:
            given[WORK] = given.pop(TIME)
        if wanted.get(ACTIVITY, 0) < 0 and ACTIVITY not in given and MONEY not in wanted:
            given[ACTIVITY] = wanted[ACTIVITY]
        if wanted.get(TIME, 0) < 0 and TIME not in given:
            given[TIME] = wanted[TIME]
            size *= parse_declared("year").size ** wanted[TIME]
        return size / self.unit.size if given == wanted else None


@cache
def parse_declared(unit: str) -> Measure:
    """A unit of the schema; hours that are worked are of their own kind."""
    if unit == "share":
        return Measure(1.0)
    if unit == "share/year":
        return parse_declared("1/year")
    found = parse(unit.replace("-", "/"))
    if unit in _WORKED:
        power = found.powers[TIME]
        found = Measure(found.size, {**found.without(TIME).powers, WORK: power})
    return found


def can_have_unit(unit: str) -> bool:
    """Whether figures with a unit of the schema may be given in another."""
    return unit not in _BARE


@cache
def _columns(sheet: str) -> dict[str, str]:
    """Columns of a sheet with figures that may have another unit, and their own."""
    return {
        name: meta(column)["unit"]
        for name, column in INPUTS[sheet].columns.items()
        if meta(column)["kind"] == "number" and name not in MEASURES and can_have_unit(meta(column)["unit"])
    }


def list_figures(
    sheet: str, row: Mapping[str, Any], context: Context, tables: Mapping[str, pd.DataFrame]
) -> list[RowFigure]:
    """The figures of a row that may be given in another unit.

    Parameters
    ----------
    sheet
        Name of an input sheet.
    row
        The cells of the row by column, defaults filled.
    context
        What the rows of the workbook count.
    tables
        Typed tables by sheet, defaults filled.

    Returns
    -------
    list of RowFigure
        In the order of the columns, whether or not their cells are filled.
    """
    if sheet in ("by_period", "evidence"):
        columns = ("value",) if sheet == "by_period" else ("low", "high")
        named = _find_named(row, context, tables)
        return [RowFigure(column, named.unit, named.item, named.process) for column in columns] if named else []
    item, process = _names(sheet, row, context)
    if sheet == "settings":
        facts = meta(SETTINGS[row["key"]]) if row["key"] in SETTINGS else {"kind": "", "unit": ""}
        fits = facts["kind"] == "number" and can_have_unit(facts["unit"])
        return [RowFigure("value", facts["unit"])] if fits else []
    units = dict(_columns(sheet))
    if sheet == "rules":
        limit = LIMITS.get(row["type"] or "", "")
        units = {"limit": limit, "penalty": _BREACHES.get(limit, "money")}
    elif sheet == "policies":
        rate = _RATES.get(row["kind"] or "", "")
        units["rate"] = "money/activity" if rate == "money/item" and process is not None else rate
    return [
        RowFigure(name, unit, row.get(_ITEMS.get((sheet, name), ""), item), process)
        for name, unit in units.items()
        if can_have_unit(unit)
    ]


def _names(sheet: str, row: Mapping[str, Any], context: Context) -> tuple[str | None, str | None]:
    """The item and the process that a row is about; None where it is about several."""
    item, process = row.get("item"), row.get("process")
    if sheet == "policies" and item in context.processes:
        item, process = None, item
    if sheet == "growth":
        process = row["what"] if row["what"] in context.processes else None
    return (None if item == "*" else item), (None if process == "*" else process)


def find_named_rows(row: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """The rows of the sheet that a row of by_period or evidence is about; None where it names no sheet."""
    sheet, key = row["sheet"], row["key"]
    if sheet not in tables or not isinstance(key, str) or row["column"] not in INPUTS[sheet].columns:
        return None
    return tables[sheet][find_rows(sheet, tables[sheet], key)]


def _find_named(row: Mapping[str, Any], context: Context, tables: Mapping[str, pd.DataFrame]) -> RowFigure | None:
    """The figure that a row of by_period or evidence is about; without an item where it is about several."""
    if row["sheet"] == "settings":
        facts = meta(SETTINGS[row["key"]]) if row["key"] in SETTINGS else {"unit": ""}
        return RowFigure("value", facts["unit"]) if can_have_unit(facts["unit"]) else None
    named = find_named_rows(row, tables)
    if named is None:
        return None
    cells = [{str(name): cell for name, cell in row.items()} for row in named.to_dict("records")]
    found = {
        figure
        for other in cells
        for figure in list_figures(row["sheet"], other, context, tables)
        if figure.column == row["column"]
    }
    if not found:
        return None
    items, processes = {figure.item for figure in found}, {figure.process for figure in found}
    units = {figure.unit for figure in found}
    if len(units) > 1:
        return None
    return RowFigure(
        str(row["column"]), units.pop(), *(names.pop() if len(names) == 1 else None for names in (items, processes))
    )


def describe(figure: RowFigure, context: Context, currency: str) -> str:
    """The unit of a figure in words, with the currency and the item's own unit: "million USD/GWh"."""
    own = {
        "money": f"million {currency}",
        "currency": currency,
        "item": context.texts.get(figure.item or "", "item"),
    }
    return "/".join(own.get(part, part) for part in figure.unit.replace("-", "/").replace(" per ", "/").split("/"))
