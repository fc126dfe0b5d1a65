"""Names: those that look alike, and rows that are a total or a note and no thing of their own."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from planner.checks import Check, needs, report_error, report_warning
from planner.issues import Issue
from planner.words import with_article
from planner.workbook.names import fold_appearance, plain_form, quote
from planner_models.instance import Instance
from planner_models.schema import INPUTS, meta
from planner_models.schema.columns import list_remarks

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_NO_NAMES = {
    ("settings", "value"),
    ("items", "unit"),
    ("options", "multiples"),
    ("lanes", "chokepoints"),
    ("disruptions", "target"),
    ("rules", "who"),
}
"""Columns of text that hold no names, or names of others, which are checked where they are used."""

_FREE = ("evidence", "locks", "settings")
"""Sheets that name things of other sheets only."""

_TOTAL = re.compile(
    r"(grand |sub[ -]?|overall )?(totals?|sums?|summe|gesamt|insgesamt|zwischensumme|somme|suma|totale|合计|总计|小计)"
    r"[:.]?( \(.*\)| of .*)?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"[*†‡§#]+ ?\w.*|[(\[]?[0-9a-z][)\]] \w.*|(foot)?notes?([ :.].*)?|n\.?b\.?[ :].*|sources?( ?:.*)"
    r"|remarks?([ :].*)?|comments?([ :].*)?|legend([ :].*)?|preliminary.*|provisional.*"
    r"|(all )?(figures|values|amounts) (are )?in .*|as (of|at) \d.*|(last )?updated .*|https?:.*|www\..*|©.*",
    re.IGNORECASE,
)


@cache
def _name_columns() -> list[tuple[str, str]]:
    """Sheet and column of every text that names something."""
    return [
        (sheet, name)
        for sheet, schema in INPUTS.items()
        if sheet not in _FREE
        for name, column in schema.columns.items()
        if meta(column)["kind"] == "text" and (sheet, name) not in _NO_NAMES and name not in list_remarks(schema)
    ]


def _visible_differences(sheet: str) -> Check:
    """The check of the names of one sheet, which a fault in another does not silence."""

    @needs(sheet)
    def check(reading: "Reading") -> Iterator[Issue]:
        """Two names of one column differ in more than letter case, blanks, or what cannot be seen at all."""
        for column in (column for owner, column in _name_columns() if owner == sheet):
            yield from _alike(reading, sheet, column)

    check.__name__ = f"names_of_{sheet}_differ_visibly"
    return check


NAMES_DIFFER_VISIBLY = tuple(_visible_differences(sheet) for sheet in dict(_name_columns()))
"""One check for each sheet that names something."""


def _alike(reading: "Reading", sheet: str, column: str) -> Iterator[Issue]:
    """The names of one column that look like an earlier one, or hold what cannot be seen."""
    names = reading.instance[sheet][column].dropna().drop_duplicates()
    seen: dict[str, tuple[str, int]] = {}
    plain: dict[str, tuple[str, int]] = {}
    for row, name in names.items():
        number = int(str(row))
        looks = fold_appearance(name)
        same, alike = seen.setdefault(looks, (name, number)), plain.setdefault(plain_form(name), (name, number))
        if same[0] != name:
            place, difference = f"{sheet}!{reading.cell(sheet, same[1], column)}", _difference(same[0], name)
            message = (
                f"`{quote(name)}` looks exactly like the name in {place} but differs from it: {difference}; write the "
                "same name in both places, or two different ones"
            )
            yield report_error(reading, sheet, number, column, message)
        elif alike[0] != name:
            place = f"{sheet}!{reading.cell(sheet, alike[1], column)}"
            message = (
                f"`{quote(name)}` is read as a different name from `{quote(alike[0])}` in {place}; if they are the "
                "same, use one spelling"
            )
            yield report_warning(reading, sheet, number, column, message)
        hidden = [sign for sign in name if unicodedata.category(sign) == "Cf" and sign != "\u200d"]
        if hidden and same[0] == name:
            message = f"`{quote(name)}` contains {_name_place(hidden[0])}, which is invisible; delete it"
            yield report_warning(reading, sheet, number, column, message)


def _difference(first: str, second: str) -> str:
    """In what two names differ that look the same."""
    odd = [sign for sign in second if sign not in first] or [sign for sign in first if sign not in second]
    if unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second):
        return "its letters and accents are encoded differently"
    return f"one of the two contains {_name_place(odd[0])}" if odd else "they differ in blanks that look the same"


def _name_place(sign: str) -> str:
    return f"the character U+{ord(sign):04X} ({unicodedata.name(sign, 'unnamed').lower()})"


@needs(*INPUTS)
def keys_are_things(reading: "Reading") -> Iterator[Issue]:
    """A row is a thing of its own: not the total of the rows above, nor a note below the table.

    An error where it would be a period, a region and so on that nothing else mentions; a warning where the key of a row
    is never mentioned elsewhere.
    """
    used = _collect_mentions(reading.instance)
    for sheet, column in _name_columns():
        if not meta(INPUTS[sheet].columns[column])["key"]:
            continue
        names = reading.instance[sheet][column].dropna()
        for row, name in names.items():
            kind = "a total" if _TOTAL.fullmatch(name) else "a note" if _NOTE.fullmatch(name) else ""
            known = used.get(f"{sheet}.{column}")
            if not kind or (known is not None and name in known):
                continue
            message = (
                f"`{quote(name)}` looks like {kind}, but would be read as {with_article(column)}; delete the row, or "
                "move the text to the column note of another row"
            )
            yield (report_warning if known is None else report_error)(reading, sheet, int(str(row)), column, message)


def _collect_mentions(instance: Instance) -> dict[str, set[str]]:
    """For every column that others refer to, the names that they mention."""
    mentioned: dict[str, set[str]] = {}
    for sheet, schema in INPUTS.items():
        for name, column in schema.columns.items():
            for target in meta(column)["ref"]:
                known = mentioned.setdefault(target, set())
                if sheet != "settings" and target != f"{sheet}.{name}":
                    known |= set(instance[sheet][name].dropna())
    return mentioned


@needs("periods", "demand")
def periods_have_demand(reading: "Reading") -> Iterator[Issue]:
    """Something is demanded in every period."""
    demand = reading.instance["demand"]
    wanted = set(demand.loc[demand["volume"] > 0, "period"])
    periods = reading.instance["periods"]["period"]
    for row, name in periods[~periods.isin(wanted)].items():
        message = f"period `{quote(name)}` has no demand; add it, or delete the row if it is not a period"
        yield report_warning(reading, "periods", int(str(row)), "period", message)
