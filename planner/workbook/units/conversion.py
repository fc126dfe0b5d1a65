"""Figures given in other units, turned into those of the schema: cell by cell, with what was written kept."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.workbook.names import quote, suggest
from planner.workbook.units.figures import Context, Figure, describe, find_named_rows, list_figures
from planner.workbook.units.measures import ACTIVITY, ITEM, MONEY, Measure, UnitError, parse
from planner.workbook.units.money import MoneyError, Prices
from planner_models.schema.columns import MEASURES

LATER = ("by_period", "evidence")
"""Sheets about figures of others, converted when those are."""

_MOST_ENTRIES, _LONGEST_CELL = 12, 300


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
        self._known: dict[Any, dict[str, Stated] | Fault] = {}

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
        figures = [figure for figure in list_figures(sheet, row, self.context, self.tables) if figure.column in filled]
        text = _unit_text(sheet, row)
        currency, year = self._find_money(row)
        stated = self._state(text, figures, sheet, row)
        converted = {}
        for figure in figures:
            said = stated.get(figure.column)
            if said is None and not text and currency is None and year is None and figure.column in inherited:
                like = inherited[figure.column]
                converted[figure.column] = like.apply(filled[figure.column])
                continue
            found = self._convert_figure(figure, said, currency, year, filled[figure.column])
            if found is not None:
                converted[figure.column] = found
        for name, value in (("currency", currency), ("price_year", year)):
            if value is not None and not any(self._is_money(figure) for figure in figures):
                raise RowError(name, "this row has no amount of money that it could be of: clear this cell")
        return converted

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

    def _is_money(self, figure: Figure) -> bool:
        return any(MONEY in meaning.unit.powers for meaning in figure.meanings(self.context)[:1])

    def _state(self, text: str, figures: list[Figure], sheet: str, row: Mapping[str, Any]) -> dict[str, Stated]:
        """By column: the unit that a row gives a figure."""
        if not text:
            return {}
        key = (text, tuple(figures), sheet in LATER)
        if key not in self._known:
            try:
                self._known[key] = self._apply_entries(
                    text, figures, list_figures(sheet, row, self.context, self.tables)
                )
            except (RowError, UnitError) as error:
                self._known[key] = error.fault if isinstance(error, RowError) else Fault("unit", str(error))
        found = self._known[key]
        if isinstance(found, Fault):
            raise RowError(found.column, found.message)
        return found

    def _apply_entries(self, text: str, figures: list[Figure], able: list[Figure]) -> dict[str, Stated]:
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
                named[column] = self._apply_named(column, unit, figures, able)
        free = [figure for figure in figures if figure.column not in named]
        return named | self._apply_bare(bare, free, able)

    def _apply_named(self, column: str, unit: str, figures: list[Figure], able: list[Figure]) -> Stated:
        """What `column: unit` says."""
        figure = next((figure for figure in able if figure.column == column), None)
        if figure is None:
            names = [figure.column for figure in able]
            hint = suggest(column, names) or (f": write one of {', '.join(names)}" if names else ": clear this cell")
            raise RowError("unit", f"names `{quote(column)}`, which is no figure with a unit in this row{hint}")
        if column not in {figure.column for figure in figures}:
            raise RowError(
                "unit", f"gives a unit for `{column}`, whose cell is blank: write the figure, or clear the unit"
            )
        found = self._match(unit, figure)
        if found is None:
            raise RowError("unit", self._say_misfit(unit, [figure]))
        return found

    def _apply_bare(self, entries: list[str], figures: list[Figure], able: list[Figure]) -> dict[str, Stated]:
        """What units without a column say: each is for the figures that it can measure."""
        found: dict[str, Stated] = {}
        for unit in entries:
            fitting = {}
            for figure in figures:
                stated = self._match(unit, figure)
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

    def _ensure_covered(self, stated: Stated, figures: list[Figure], found: Mapping[str, Stated]) -> None:
        """Raise RowError where a unit leaves open whether another figure of the row is in it too."""
        concerned = {MONEY} & stated.measure.powers.keys() | stated.replaced
        for figure in figures:
            open_kinds = concerned & figure.meanings(self.context)[0].unit.powers.keys()
            if figure.column in found or not open_kinds:
                continue
            base = describe(figure, self.context, self.prices.currency)
            raise RowError(
                "unit",
                f"leaves open whether `{figure.column}` is in `{quote(stated.text)}` too: add its unit, such as "
                f"`{quote(stated.text)}; {figure.column}: {base}`",
            )

    def _match(self, text: str, figure: Figure) -> Stated | None:
        """The unit as one of a figure; None where it measures something else."""
        if not text:
            raise RowError("unit", f"names `{figure.column}` without a unit: write one behind the colon")
        measure = self._parse(text, figure)
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

    def _parse(self, text: str, figure: Figure) -> Measure:
        try:
            return parse(text, figure.words(self.context))
        except UnitError as fault:
            raise RowError("unit", f"`{quote(text)}`: {fault}") from None

    def _say_misfit(self, unit: str, figures: list[Figure], able: list[Figure] | None = None) -> str:
        """What the figures of a row are measured in, where a unit fits none."""
        shown = figures or able or []
        if not shown:
            return f"`{quote(unit)}` fits no figure: nothing in this row has a unit; clear this cell"
        if not figures:
            return f"`{quote(unit)}` fits no figure: the cells of this row that have a unit are blank; clear this cell"
        parse(unit, shown[0].words(self.context))
        wanted = dict.fromkeys(
            f"`{figure.column}` is in {describe(figure, self.context, self.prices.currency)}" for figure in shown
        )
        return f"`{quote(unit)}` fits no figure of this row: {', '.join(wanted)}; write a unit of that kind"

    def _convert_figure(
        self, figure: Figure, stated: Stated | None, currency: str | None, year: int | None, value: float
    ) -> Conversion | None:
        """A figure in the unit of the schema; None where nothing is said about it."""
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
        return Conversion(value, text, _round(factor), value, base).apply(value)


def _round(value: float) -> float:
    """A number in the 15 digits that every spreadsheet keeps: 0.1 x 1000 is 100."""
    return float(f"{value:.15g}")


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
        raise RowError("unit", f"the rows of {row['sheet']} that it is about have different units: write one here")
    like = of_rows[0]
    return {} if like is None else {"value": like, "low": like, "high": like}


def iterate_rows(table: pd.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number of each row, and its cells."""
    for number, cells in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        yield int(number), {str(name): cell for name, cell in cells.items()}


__all__ = [
    "ACTIVITY",
    "ITEM",
    "LATER",
    "MEASURES",
    "Conversion",
    "Rows",
    "iterate_rows",
    "list_inherited",
    "states_units",
]
