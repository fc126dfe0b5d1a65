"""Figures given in other units, turned into those of the schema: cell by cell, with what was written kept."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.workbook.names import quote, suggest
from planner.workbook.units.figures import Context, RowFigure, describe, find_named_rows, list_figures
from planner.workbook.units.measures import MONEY, Measure, UnitError, UnitWords, join_words, parse
from planner.workbook.units.money import MoneyError, Prices

LATER = ("by_period", "evidence")
"""Sheets about figures of others, converted when those are."""

_MOST_ENTRIES, _LONGEST_CELL = 12, 300

_TELLING = ("item", "process", "enabler", "returned", "what", "type", "kind", "key")
"""Columns on which it depends what the figures of a row count."""


@dataclass(frozen=True)
class Conversion:
    """A figure that was given in another unit: as written, what multiplies it, and its unit in the plan."""

    written: float
    unit: str
    factor: float
    figure: float
    base: str

    def __str__(self) -> str:
        return f"{self.written:.15g} {self.unit}"

    def apply(self, value: float) -> "Conversion":
        """Another figure in the same unit."""
        return replace(self, written=value, figure=_round(_round(value) * self.factor))

    def explain(self) -> str:
        """The figure as written, and in the unit of the plan."""
        return f"{self} = {self.figure:.15g} {self.base}"


@dataclass(frozen=True)
class Fault:
    """What is wrong with the unit of a row: the column of the cell, and the message."""

    column: str
    message: str


Converted = dict[str, Conversion]
"""By column: the figures of a row that were converted."""


class RowError(ValueError):
    """A row whose units cannot be used."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(column, message)


@dataclass(frozen=True)
class Stated:
    """A unit of a row as it was applied to one of its figures."""

    text: str
    measure: Measure
    factor: float
    replaced: frozenset[str]


class Rows:
    """The rows of a workbook in the units that they are written in; equal rows are worked out once."""

    def __init__(self, context: Context, prices: Prices, tables: Mapping[str, pd.DataFrame]) -> None:
        self.context, self.prices, self.tables = context, prices, tables
        self._known: dict[Any, Converted | Fault] = {}
        self._figures: dict[Any, tuple[RowFigure, ...]] = {}

    def convert(
        self, sheet: str, row: Mapping[str, Any], filled: Mapping[str, float], inherited: Converted
    ) -> Converted:
        """The figures of a row that are given in other units.

        Parameters
        ----------
        sheet
            Name of the sheet.
        row
            Its cells, defaults filled, with those of `MEASURES` as written.
        filled
            The figures that were written, by column.
        inherited
            What another row says of these figures: that which a row of by_period is about.

        Returns
        -------
        dict of str to Conversion
            By column; figures without another unit are left out.

        Raises
        ------
        RowError
            The units cannot be used.
        """
        able = self._list_figures(sheet, row)
        figures = tuple(figure for figure in able if figure.column in filled)
        said = (_unit_text(sheet, row), row.get("currency"), row.get("price_year"))
        if not states_units(sheet, row):
            return {name: like.apply(filled[name]) for name, like in inherited.items() if name in filled}
        key = (*said, figures, able)
        if key not in self._known:
            try:
                self._known[key] = self._work_out(said[0], row, figures, able)
            except RowError as error:
                self._known[key] = error.fault
        found = self._known[key]
        if isinstance(found, Fault):
            raise RowError(found.column, found.message)
        return {name: like.apply(filled[name]) for name, like in found.items()}

    def _list_figures(self, sheet: str, row: Mapping[str, Any]) -> tuple[RowFigure, ...]:
        """The figures that a row may give in other units; rows about the same things have the same."""
        key = (sheet, *(row.get(name) for name in _TELLING))
        if sheet in LATER or key not in self._figures:
            self._figures[key] = tuple(list_figures(sheet, row, self.context, self.tables))
        return self._figures[key]

    def _work_out(
        self, text: str, row: Mapping[str, Any], figures: tuple[RowFigure, ...], able: tuple[RowFigure, ...]
    ) -> Converted:
        """How the figures of a row are converted, whatever they are."""
        currency, year = self._find_money(row)
        words = join_words(figure.words(self.context) for figure in able)
        stated = self._apply_entries(text, figures, able, words) if text else {}
        for name, value in (("currency", currency), ("price_year", year)):
            if value is not None and not any(self._is_money(figure) for figure in figures):
                raise RowError(name, "this row has no amount of money to which it could apply: clear this cell")
        found = {
            figure.column: self._convert_figure(figure, stated.get(figure.column), currency, year) for figure in figures
        }
        return {name: conversion for name, conversion in found.items() if conversion is not None}

    def _find_money(self, row: Mapping[str, Any]) -> tuple[str | None, int | None]:
        """Currency and year of prices that the row names."""
        written, year = row.get("currency"), row.get("price_year")
        currency = None
        if isinstance(written, str) and written:
            try:
                currency = self.prices.find_code(written)
            except MoneyError as fault:
                raise RowError("currency", str(fault)) from None
        if year is None or math.isnan(year):
            return currency, None
        if not 1 <= year <= 9999:
            raise RowError("price_year", f"is {year:.15g}: write a calendar year such as {self.prices.year}")
        return currency, int(year)

    def _is_money(self, figure: RowFigure) -> bool:
        return any(MONEY in meaning.unit.powers for meaning in figure.meanings(self.context)[:1])

    def _apply_entries(
        self, text: str, figures: tuple[RowFigure, ...], able: tuple[RowFigure, ...], words: UnitWords
    ) -> dict[str, Stated]:
        if len(text) > _LONGEST_CELL or text.count(";") >= _MOST_ENTRIES:
            raise RowError(
                "unit", f"is too long: write a unit such as EUR/MWh, or up to {_MOST_ENTRIES} with `;` between"
            )
        named, bare = {}, []
        for entry in filter(None, (part.strip() for part in text.split(";"))):
            column, mark, unit = (part.strip() for part in entry.partition(":"))
            if not mark:
                bare.append(entry)
            elif column in named:
                raise RowError("unit", f"gives `{quote(column)}` two units: write one")
            else:
                named[column] = self._apply_named(column, unit, (figures, able), words)
        free = [figure for figure in figures if figure.column not in named]
        return named | self._apply_bare(bare, free, able, words)

    def _apply_named(
        self, column: str, unit: str, row: tuple[tuple[RowFigure, ...], tuple[RowFigure, ...]], words: UnitWords
    ) -> Stated:
        """What `column: unit` says; `row` are its filled figures, and all."""
        figures, able = row
        figure = next((figure for figure in able if figure.column == column), None)
        if figure is None:
            names = [figure.column for figure in able]
            hint = suggest(column, names) or (f": write one of {', '.join(names)}" if names else ": clear this cell")
            raise RowError("unit", f"names `{quote(column)}`, which has no unit in this row{hint}")
        if column not in {figure.column for figure in figures}:
            raise RowError(
                "unit", f"gives a unit for `{column}`, whose cell is blank: write the figure, or clear the unit"
            )
        if not unit:
            raise RowError("unit", f"names `{column}` without a unit: write one behind the colon")
        found = self._match(unit, _parse(unit, words), figure)
        if found is None:
            raise RowError("unit", self._say_misfit(unit, [figure], able))
        return found

    def _apply_bare(
        self, entries: list[str], figures: list[RowFigure], able: tuple[RowFigure, ...], words: UnitWords
    ) -> dict[str, Stated]:
        """What units without a column say: each is for the figures that it can measure."""
        found: dict[str, Stated] = {}
        for unit in entries:
            fitting, measure = {}, _parse(unit, words)
            for figure in figures:
                stated = self._match(unit, measure, figure)
                if stated is not None:
                    fitting[figure.column] = stated
            if not fitting:
                raise RowError("unit", self._say_misfit(unit, figures, able))
            twice = found.keys() & fitting.keys()
            if twice:
                raise RowError("unit", f"gives `{min(twice)}` two units: write one")
            found |= fitting
        for stated in list(found.values()):
            self._ensure_covered(stated, figures, found)
        return found

    def _ensure_covered(self, stated: Stated, figures: list[RowFigure], found: Mapping[str, Stated]) -> None:
        """Raise RowError where a unit leaves open whether another figure of the row is in it too."""
        concerned = {MONEY} & stated.measure.powers.keys() | stated.replaced
        for figure in figures:
            open_kinds = concerned & figure.meanings(self.context)[0].unit.powers.keys()
            if figure.column in found or not open_kinds:
                continue
            base = describe(figure, self.context, self.prices.currency)
            raise RowError(
                "unit",
                f"does not say whether `{figure.column}` is in `{quote(stated.text)}` too: add its unit, such as "
                f"`{quote(stated.text)}; {figure.column}: {base}`",
            )

    def _match(self, text: str, measure: Measure, figure: RowFigure) -> Stated | None:
        """The unit as one of a figure; None where it measures something else."""
        for meaning in figure.meanings(self.context):
            factor = meaning.factor(measure)
            if factor is not None:
                if measure.calendar and "work" in meaning.unit.powers:
                    raise RowError(
                        "unit",
                        f"`{quote(text)}` does not say how many hours are worked: `{figure.column}` is in "
                        f"{describe(figure, self.context, self.prices.currency)}; a month has about 160 hours of work, "
                        "a year about 1,900: convert the figure to hours",
                    )
                return Stated(text, measure, factor, meaning.replaced)
        return None

    def _say_misfit(self, unit: str, figures: list[RowFigure], able: tuple[RowFigure, ...]) -> str:
        """What the figures of a row are measured in, where a unit fits none."""
        shown = figures or able
        if not figures:
            why = "the cells of this row that have a unit are blank" if able else "nothing in this row has a unit"
            return f"`{quote(unit)}` fits no figure: {why}; clear this cell"
        wanted = dict.fromkeys(
            f"`{figure.column}` is in {describe(figure, self.context, self.prices.currency)}" for figure in shown
        )
        return f"`{quote(unit)}` fits no figure of this row: {', '.join(wanted)}; write a unit of that kind"

    def _convert_figure(
        self, figure: RowFigure, stated: Stated | None, currency: str | None, year: int | None
    ) -> Conversion | None:
        """How a figure is converted, here one of 1; None where nothing is said about it."""
        money = self._is_money(figure)
        if stated is None and not (money and (currency is not None or year is not None)):
            return None
        named = None if stated is None else stated.measure.currency
        if named and currency and named != currency:
            raise RowError(
                "currency", f"is {currency}, and the unit `{quote(stated and stated.text)}` names {named}: correct one"
            )
        code = named or currency or self.prices.currency
        factor = 1.0 if stated is None else stated.factor
        if money:
            try:
                factor *= self.prices.factor(code, year)
            except MoneyError as fault:
                where = "price_year" if "deflators" in str(fault) else "unit" if named and not currency else "currency"
                raise RowError(where, str(fault)) from None
        unit = describe(figure, self.context, code) if stated is None else stated.text
        prices = f" in prices of {year}" if money and year is not None else ""
        code_said = f" ({code})" if money and stated is not None and not named and currency else ""
        base = describe(figure, self.context, self.prices.currency)
        text = f"{unit}{code_said}{prices}"
        return Conversion(1.0, text, _round(factor), _round(factor), base)


def _round(value: float) -> float:
    """A number in the 15 digits that every spreadsheet keeps: 0.1 x 1000 is 100."""
    return float(f"{value:.15g}")


def _parse(text: str, words: UnitWords) -> Measure:
    """A unit of a row. Raises RowError."""
    try:
        return parse(text, words)
    except UnitError as fault:
        raise RowError("unit", f"`{quote(text)}`: {fault}") from None


def _unit_text(sheet: str, row: Mapping[str, Any]) -> str:
    """What a row says of its units; of an item, what follows its own."""
    text = row.get("unit")
    if not isinstance(text, str):
        return ""
    return text.partition(";")[2].strip() if sheet == "items" else text.strip()


def states_units(sheet: str, row: Mapping[str, Any]) -> bool:
    """Whether a row says anything of its units."""
    money = any(row.get(name) is not None and row.get(name) == row.get(name) for name in ("currency", "price_year"))
    return bool(_unit_text(sheet, row)) or money


def list_inherited(
    row: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], found: Mapping[tuple[str, int], Converted]
) -> Converted:
    """What the row that a row of by_period or evidence is about says of its figure, by column of the latter.

    Raises
    ------
    RowError
        It is about several rows, in different units.
    """
    named = find_named_rows(row, tables)
    if named is None or named.empty:
        return {}
    of_rows = [found.get((row["sheet"], int(number)), {}).get(row["column"]) for number in named.index]
    units = {(None if one is None else (one.unit, one.factor)) for one in of_rows}
    if len(units) > 1:
        raise RowError("unit", f"rows of {row['sheet']} to which this one refers have different units: write one here")
    like = of_rows[0]
    return {} if like is None else {"value": like, "low": like, "high": like}


def iterate_rows(table: pd.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number of each row, and its cells."""
    for number, cells in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        yield int(number), {str(name): cell for name, cell in cells.items()}
