"""Figures by period: each row is about one figure that may vary, says what it becomes, and alone does so."""

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import Row, join_names, needs, report_error, rows
from planner.checks.places import positions
from planner.issues import Issue
from planner.workbook.names import suggest
from planner_models.by_period import find_rows, list_varying_columns, name_columns, split_key
from planner_models.inheritance import resolve_inheritance
from planner_models.instance import NUMERIC, Instance
from planner_models.schema import INPUTS, meta
from planner_models.schema.columns import LARGEST, SMALLEST

if TYPE_CHECKING:
    from planner.workbook.read import Reading

SHEET = "by_period"
_VARYING = [sheet for sheet in INPUTS if list_varying_columns(sheet)]
Fault = tuple[str, str]
"""Column of by_period and what is wrong in it."""


@needs("periods", SHEET, *_VARYING)
def figures_by_period_are_sound(reading: "Reading") -> Iterator[Issue]:
    """Each row names a figure that may vary, a span of periods, and what the figure becomes in it."""
    order = positions(reading.instance, "periods", "period")
    for row, entry in rows(reading.instance[SHEET]):
        fault = _find_fault(reading.instance, order, entry)
        if fault:
            yield report_error(reading, SHEET, row, *fault)


@needs("periods", SHEET, *_VARYING)
def figures_by_period_are_said_once(reading: "Reading") -> Iterator[Issue]:
    """In a period no two rows are about one figure; and what exists of a line is not in line_capacity as well."""
    instance = reading.instance
    order = positions(instance, "periods", "period")
    said: dict[tuple[str, str, int, int], int] = {}
    for row, entry in rows(instance[SHEET]):
        if _find_fault(instance, order, entry):
            continue
        table = instance.tables[entry["sheet"]]
        numbers = table.index[find_rows(entry["sheet"], table, entry["key"])]
        first, last = _span(order, entry)
        span, name = range(first, last + 1), (entry["sheet"], entry["column"])
        figures = [(*name, int(number), place) for number in numbers for place in span]
        twice = next((figure for figure in figures if figure in said), None)
        if twice:
            before = reading.cell(SHEET, said[twice], "from")
            period = instance["periods"]["period"].iloc[twice[3]]
            cell = reading.cell(entry["sheet"], twice[2], entry["column"])
            message = (
                f"{entry['sheet']}!{cell} has a figure for {period} already ({SHEET}!{before}); write spans that do "
                "not overlap, or remove one row"
            )
            yield report_error(reading, SHEET, row, "from", message)
        said |= dict.fromkeys(figures, row)
        yield from _find_rivals(reading, row, entry, table.loc[numbers])


def _find_rivals(reading: "Reading", row: int, entry: Row, named: pd.DataFrame) -> Iterator[Issue]:
    """Lines whose capacity is in line_capacity too."""
    if (entry["sheet"], entry["column"]) != ("lines", "capacity"):
        return
    both = reading.instance["line_capacity"].merge(named[["site", "process"]], on=["site", "process"])
    if len(both):
        site, process = both[["site", "process"]].iloc[0]
        message = (
            f"the capacity of `{process}` at `{site}` is in sheet line_capacity as well; write all of it there, or "
            "remove its rows there"
        )
        yield report_error(reading, SHEET, row, "key", message)


def _find_fault(instance: Instance, order: dict[str, int], entry: Row) -> Fault | None:
    """The first thing that is wrong with a row."""
    return _judge_column(entry) or _judge_key(instance, entry) or _judge_span(order, entry) or _judge(instance, entry)


def _judge_column(entry: Row) -> Fault | None:
    """Does the column exist, and may it vary."""
    sheet, column = entry["sheet"], entry["column"]
    if sheet not in INPUTS:
        return "sheet", f"there is no sheet `{sheet}`{suggest(sheet, _VARYING) or f': write one of {_join(_VARYING)}'}"
    able = list_varying_columns(sheet)
    if column in able:
        return None
    if column in INPUTS[sheet].columns:
        return "column", f"{sheet}.{column} cannot vary by period: {_advise(sheet, column, able)}"
    names = [name for name, facts in INPUTS[sheet].columns.items() if meta(facts)["kind"] in NUMERIC]
    return "column", f"sheet {sheet} has no column `{column}`{suggest(column, names) or f': {_offer(sheet, able)}'}"


def _advise(sheet: str, column: str, able: list[str]) -> str:
    """What to write instead of a figure that cannot vary."""
    columns = INPUTS[sheet].columns
    if sheet == SHEET or meta(columns[column])["kind"] not in NUMERIC:
        return "only columns of numbers can; remove the row"
    if "period" in columns and meta(columns["period"])["key"]:
        return f"sheet {sheet} has a row for each period; write the figure there and remove this row"
    if {"from", "to"} <= set(columns):
        return f"write one row of {sheet} for each span of periods, with from and to, and remove this row"
    return f"{_offer(sheet, able)}, or remove the row"


def _offer(sheet: str, able: list[str]) -> str:
    """The columns that may be written."""
    return f"write one of {_join(able)}" if able else f"sheet {sheet} has no column that can"


def _join(names: list[str]) -> str:
    return join_names(names, len(names))


def _judge_key(instance: Instance, entry: Row) -> Fault | None:
    """Does the key name a row."""
    sheet, names = entry["sheet"], name_columns(entry["sheet"])
    if len(split_key(entry["key"])) != len(names):
        return "key", f"the key of {sheet} is {'|'.join(names)}; write its parts with '|' between"
    found = find_rows(sheet, instance.tables[sheet], entry["key"])
    if not found.any():
        return "key", f"sheet {sheet} has no row `{entry['key']}` ({'|'.join(names)}); correct the key"
    if sheet == "duties" and found.sum() > 1:
        return "key", (
            f"{found.sum()} rows of duties are of `{entry['key']}`; write from and to there and remove this row"
        )
    return None


def _judge_span(order: dict[str, int], entry: Row) -> Fault | None:
    """Is the first period not after the last."""
    first, last = _span(order, entry)
    if first > last:
        return "from", f"from {entry['from']} is after to {entry['to']}; exchange them or leave one blank"
    return None


def _span(order: dict[str, int], entry: Row) -> tuple[int, int]:
    return order.get(entry["from"], 0), order.get(entry["to"], len(order) - 1)


def _judge(instance: Instance, entry: Row) -> Fault | None:
    """Is there a value or a factor, and is what comes of it what the column may hold."""
    value, factor = entry["value"], entry["factor"]
    if pd.isna(value) == pd.isna(factor):
        both = not isnan(value)
        return "value", "both a value and a factor: clear one" if both else "neither a value nor a factor: write one"
    sheet, column = entry["sheet"], entry["column"]
    table = instance.tables[sheet]
    stated = resolve_inheritance(sheet, table)[column][find_rows(sheet, table, entry["key"])].astype(float)
    if pd.notna(factor) and stated.isna().any():
        return "factor", f"{sheet}.{column} is blank for `{entry['key']}`: write a value, not a factor"
    if pd.notna(value):
        words = _bound(sheet, column, value) or _turn(sheet, column, stated, value)
        return ("value", f"{value:g} {words}") if words else None
    for figure in stated:
        words = _bound(sheet, column, figure * factor) or _turn(sheet, column, stated, figure * factor)
        if words:
            return "factor", f"{factor:g} x {figure:g} = {figure * factor:g} {words}"
    return None


def _bound(sheet: str, column: str, figure: float) -> str | None:
    """What a figure breaks of the range of its column."""
    facts = meta(INPUTS[sheet].columns[column])
    if abs(figure) > LARGEST or 0 < abs(figure) < SMALLEST:
        return f"is too small or too large to solve with; write 0 or a size between {SMALLEST:g} and {LARGEST:g}"
    if facts["low"] is not None and figure < facts["low"]:
        return f"is below {facts['low']:g}, the least that {sheet}.{column} can be; write that or more"
    if facts["high"] is not None and figure > facts["high"]:
        return f"is above {facts['high']:g}, the most that {sheet}.{column} can be; write that or less"
    return None


def _turn(sheet: str, column: str, stated: pd.Series, figure: float) -> str | None:
    """Whether a quantity of a recipe would turn from used to made, or come to nothing."""
    if sheet != "recipes" or (stated * figure > 0).all():
        return None
    return f"changes the sign of recipes.{column}: inputs are negative and outputs positive; correct it"
