"""What a stored cell holds: text, a number, a date, a truth value; or why it has no value that can be used.

The file format stores a type beside each value. Each type has one way to be read here; anything else is a trouble of
that cell and never a guess.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel, from_ISO8601

from planner.words import count_noun
from planner.workbook.names import quote

Value = str | float | bool | datetime.date | datetime.time | datetime.timedelta
"""What a filled cell may hold; a datetime is a date too."""

LONGEST_TEXT = 32_767
"""Characters that a cell of Excel can hold."""

UNCALCULATED = (
    "holds a formula that was never calculated: open the workbook in Excel or LibreOffice and save it once, or write "
    "a value"
)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INDEX = re.compile(r"[0-9]{1,9}")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_BLANK = re.compile(r"[ \t\r\n]*")
_ASIAN_DATES = {*range(27, 37), *range(50, 59)}
"""Formats that are dates in Chinese, Japanese and Korean versions of Excel."""


class StoredError(ValueError):
    """The cell has no value that can be used; the message goes on from the name of the cell."""


@dataclass(frozen=True)
class Decoder:
    """Turns what is stored into values: with the shared strings, the formats, and the calendar of one workbook.

    `strings` has None for an entry that cannot be read. `formats` gives, by number of a cell format, "" for plain
    numbers, "date" or "duration"; None where the workbook has no formats. `uncalculated` says that the program which
    wrote the workbook left its formulas to be calculated when it is opened.
    """

    strings: Sequence[str | None]
    formats: Sequence[str] | None
    date_1904: bool
    uncalculated: bool

    def value(self, kind: str, style: str, formula: bool, plain: str | None, inline: str | None) -> Value | None:
        """The value of a cell of type `kind`, None where blank. Raises StoredError.

        `plain` is the text of its element `v`, `inline` that of `is`; None where it has no such element.
        """
        if inline is not None:
            if plain is not None:
                raise StoredError("holds two values: write one")
            if kind != "inlineStr" or formula:
                raise StoredError("holds a text in a form that Excel does not write: write it again")
            return text(inline)
        if formula and self._is_uncalculated(kind, plain):
            raise StoredError(UNCALCULATED)
        if plain is None or (_BLANK.fullmatch(plain) and kind != "str"):
            if kind == "e":
                raise StoredError("holds an error: repair the formula, or write a value")
            return None
        return self._typed(kind, style, plain)

    def _is_uncalculated(self, kind: str, plain: str | None) -> bool:
        """Whether a formula has no result: none is stored, or what a program writes that does not calculate."""
        if plain is None or (plain == "" and kind != "str"):
            return True
        return self.uncalculated and kind != "e" and plain.strip() in ("", "0", "0.0")

    def _typed(self, kind: str, style: str, plain: str) -> Value | None:
        if kind == "n":
            return self._number(style, plain)
        if kind == "s":
            return self._shared(plain)
        if kind == "str":
            return text(plain)
        if kind == "b":
            if plain.strip() not in ("0", "1"):
                raise StoredError(f"is stored as a truth value, but holds `{quote(plain)}`: write the value again")
            return plain.strip() == "1"
        if kind == "e":
            raise StoredError(f"holds {quote(plain)}: repair the formula, or write a value")
        if kind == "d":
            return _moment(plain)
        raise StoredError(f"is of the unknown type `{quote(kind)}`: write the value again")

    def _number(self, style: str, plain: str) -> Value:
        plain = plain.strip(" \t\r\n")
        if not _NUMBER.fullmatch(plain):
            raise StoredError(f"is stored as a number, but holds `{quote(plain)}`: write a finite number")
        number = float(plain)
        if number in (float("inf"), float("-inf")):
            raise StoredError("is too large: write a finite number")
        form = self.form(style)
        if form == "":
            return number
        epoch = CALENDAR_MAC_1904 if self.date_1904 else CALENDAR_WINDOWS_1900
        try:
            moment = from_excel(number, epoch, timedelta=form == "duration")
        except (OverflowError, ValueError):
            moment = None
        if moment is None:
            raise StoredError(f"is formatted as a date, but {number:.15g} is not one: write a date or a number")
        return moment

    def form(self, style: str) -> str:
        """What a cell format is: "", "date" or "duration". Raises StoredError where the workbook has no such format."""
        if not style or self.formats is None:
            return ""
        if not _INDEX.fullmatch(style) or int(style) >= len(self.formats):
            raise StoredError(f"has the format {quote(style)}, which is missing in the workbook: format the cell again")
        return self.formats[int(style)]

    def _shared(self, plain: str) -> str | None:
        index = plain.strip(" \t\r\n")
        if not _INDEX.fullmatch(index):
            raise StoredError(f"names the text number `{quote(plain)}`, which does not exist: write the text again")
        if int(index) >= len(self.strings):
            raise StoredError(
                f"names the text number {index}, but the workbook has {len(self.strings)}: write it again"
            )
        found = self.strings[int(index)]
        if found is None:
            raise StoredError("holds a text that cannot be read: write it again")
        return found or None


def text(stored: str) -> str | None:
    """The text of a cell, None where empty: `_xHHHH_` means a character that XML cannot hold. Raises StoredError."""
    if "_x" in stored:
        stored = _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), stored)
        try:
            stored = stored.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise StoredError("holds half a character: write the text again") from None
    if len(stored) > LONGEST_TEXT:
        raise StoredError(f"holds {count_noun(len(stored), 'character')}, a cell at most {LONGEST_TEXT:,}: shorten it")
    return stored or None


def _moment(plain: str) -> Value:
    try:
        moment = from_ISO8601(plain.strip())
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise StoredError(f"is stored as a date, but holds `{quote(plain)}`: write the date again")
    return moment


def formats(styles: ElementTree.Element) -> list[str]:
    """What each cell format is, by its number: "", "date" or "duration". `styles` is the part of that name."""
    codes = dict(BUILTIN_FORMATS)
    cells: list[str] = []
    for element in styles.iter():
        name = element.tag.rpartition("}")[2]
        if name == "numFmt" and _INDEX.fullmatch(element.get("numFmtId", "")):
            codes[int(element.get("numFmtId", ""))] = element.get("formatCode", "")
    for group in styles:
        if group.tag.rpartition("}")[2] == "cellXfs":
            cells += [_form(entry.get("numFmtId", "0"), codes) for entry in group]
    return cells


def _form(identity: str, codes: dict[int, str]) -> str:
    number = int(identity) if _INDEX.fullmatch(identity) else 0
    code = codes.get(number, "")
    if number in _ASIAN_DATES and number not in codes:
        return "date"
    if is_timedelta_format(code):
        return "duration"
    return "date" if is_date_format(code) else ""
