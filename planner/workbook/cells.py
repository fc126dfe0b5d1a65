"""What a cell means: its stored value turned into text, a number, a word of a list; or a fault in plain words.

Nothing is guessed. A number typed as text is accepted only where it can be read in one way, and said; a date is never
taken for a number; a word must be one of the words allowed, in any letter case.
"""

import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from planner.workbook.names import quote, suggest, trim
from planner_models.instance import NUMERIC
from planner_models.schema import meta

Moment = datetime.date | datetime.time | datetime.timedelta
"""What Excel shows as a date or a time; a datetime is a date too."""

_EXACT = 2.0**53
"""Up to here every whole number has its own float."""


class CellError(ValueError):
    """The value cannot be used; the message goes on from the name of the cell."""


@dataclass
class Cells:
    """A converted column: values with blanks as None (numbers: NaN), and what is wrong, by position.

    `adapted` holds, by sort of adaptation, the positions and messages of cells that were not taken as they stand.
    """

    values: pd.Series
    faults: dict[int, str] = field(default_factory=dict)
    adapted: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


def convert_column(cells: pd.Series, column: pa.Column) -> Cells:
    """The raw `cells` of a column as the kind that `column` declares."""
    facts = meta(column)
    numeric = facts["kind"] in NUMERIC
    keys = cells.tolist()
    kinds = set(map(type, keys))
    if numeric and kinds <= {float, int, type(None)} and facts["kind"] == "number":
        return _numbers(cells)
    result = Cells(cells)
    mixed = bool in kinds and float in kinds  # True and 1.0 are one dictionary key
    if mixed:
        keys = [(type(cell), cell) for cell in keys]
    tried = {key: _try_cell(key[1] if mixed else key, facts) for key in dict.fromkeys(keys)}
    if any(fault or adaptation for _, fault, adaptation in tried.values()):
        for position, key in enumerate(keys):
            _, fault, adaptation = tried[key]
            if fault is not None:
                result.faults[position] = fault
            elif adaptation is not None:
                result.adapted.setdefault(adaptation[0], []).append((position, adaptation[1]))
    values = [tried[key][0] for key in keys]
    result.values = pd.Series(values, index=cells.index, dtype=float if numeric else object)
    return result


def _numbers(cells: pd.Series) -> Cells:
    """A column of nothing but numbers and blanks, without a step per cell."""
    given = np.array([cell is not None for cell in cells.tolist()], dtype=bool)
    numbers = cells.to_numpy(float)
    odd = given & ~np.isfinite(numbers)
    faults = dict.fromkeys(odd.nonzero()[0].tolist(), _NO_NUMBER)
    return Cells(pd.Series(np.where(odd, math.nan, numbers), index=cells.index), faults)


def _try_cell(cell: Any, facts: dict[str, Any]) -> tuple[Any, str | None, tuple[str, str] | None]:
    """The value, the fault, and the adaptation (its sort and a message) of one cell; at most one of the last two."""
    try:
        value = value_of(cell, facts)
    except CellError as fault:
        return None, str(fault), None
    if facts["kind"] == "text" and not facts["key"]:
        return value, None, None
    adaptation = None
    if isinstance(cell, Moment) and "periods.period" not in facts["ref"]:
        adaptation = ("date", f"is a date; it is read as the name {value}")
    elif isinstance(cell, str) and cell and value is None:
        adaptation = ("blank", "contains only blanks; it is read as an empty cell")
    elif isinstance(cell, str) and cell and facts["kind"] in NUMERIC:
        adaptation = ("number", f'holds a number typed as text, "{quote(cell)}"; it is read as {value!r}')
    elif isinstance(cell, str) and cell != trim(cell) and not facts["choices"]:
        adaptation = ("blanks", f'has blanks around it; it is read as "{quote(value)}"')
    return value, None, adaptation


def value_of(cell: Any, facts: dict[str, Any]) -> Any:
    """One cell as the kind that `facts` (the metadata of a column) declares; None where blank. Raises CellError."""
    if isinstance(cell, str):
        cell = trim(cell)
    if cell is None or cell == "":
        return None
    if facts["kind"] in NUMERIC:
        value = number(cell, facts["unit"])
        if facts["kind"] == "integer" and (value != math.floor(value) or abs(value) > _EXACT):
            raise CellError(f"is {value:.15g}: write a whole number{_of(facts['unit'])}")
        return value
    return word(cell, facts["choices"]) if facts["choices"] else _printable(text(cell))


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def _printable(typed: str) -> str:
    """The text, which no terminal, page or workbook takes for a command. Raises CellError."""
    found = _CONTROL.search(typed)
    if found is not None:
        code, visible = f"U+{ord(found.group()):04X}", _CONTROL.sub("", typed)
        raise CellError(f"holds the control character {code}: write `{quote(visible)}` without it")
    return typed


def text(cell: Any) -> str:
    """Text as a person would write it: 2024, not 2024.0; a date in ISO form, without a time where it is midnight."""
    if isinstance(cell, str):
        return trim(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            raise CellError("is not a finite number: write a name")
        return str(int(cell)) if cell == math.floor(cell) and abs(cell) <= _EXACT else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)


_BOOLEANS = {True: ("yes", "on"), False: ("no", "off")}


def word(cell: Any, choices: Sequence[str]) -> str:
    """The one of `choices` that the cell names, in any letter case; TRUE and FALSE stand for yes and no, on and off."""
    if isinstance(cell, str) and cell.casefold() in ("true", "false"):
        cell = cell.casefold() == "true"
    if isinstance(cell, bool):
        matches = [choice for choice in choices if choice in _BOOLEANS[cell]]
    else:
        matches = [choice for choice in choices if choice.casefold() == text(cell).casefold()]
    if matches:
        return matches[0]
    many = len(choices) > 14
    options = "a known name" if many else ", ".join(choices[:-1]) + f" or {choices[-1]}"
    raise CellError(f"is `{quote(text(cell))}`: write {options}{suggest(text(cell), choices)}")


def number(cell: Any, unit: str = "") -> float:
    """A finite number from a number, or from a text that can be read as one in only one way. Raises CellError."""
    if isinstance(cell, bool):
        raise CellError(f"is {text(cell)}: write a number{_of(unit)}")
    if isinstance(cell, Moment):
        raise CellError(f"is the date or time {text(cell)}: format the cell as a number and write one{_of(unit)}")
    if isinstance(cell, str):
        return _parse_number(cell, unit)
    value = float(cell)
    if not math.isfinite(value):
        raise CellError(_NO_NUMBER)
    return value


_NO_NUMBER = "is too large or is not a number: write a finite number"
_BLANKS = re.compile(r"[ \u00a0\u2009\u202f'’]")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPS = r"[+-]?[1-9][0-9]{{0,2}}(?:{0}[0-9]{{3}})+"
_GROUPED = {mark: re.compile(_GROUPS.format(re.escape(mark))) for mark in ",. "}


def _parse_number(typed: str, unit: str) -> float:
    """The number that a text spells.

    One separator followed by exactly three digits, as in 1,234, could be a decimal mark or a thousands separator:
    that is a fault. With two kinds of separator, one of them repeated, or any other number of digits, there is one
    reading. Blanks and apostrophes can only separate thousands.
    """
    spelled = _BLANKS.sub(" ", typed.replace("\u2212", "-"))
    if _PLAIN.fullmatch(spelled):
        if _GROUPED[","].fullmatch(spelled) or _GROUPED["."].fullmatch(spelled):
            whole, point = re.sub("[.,]", "", spelled), spelled.replace(",", ".")
            raise CellError(f'is the text "{quote(typed)}", which may mean {whole} or {point}: write it as a number')
        return number(float(spelled.replace(",", ".")), unit)
    for thousands, decimal in ((",", "."), (".", ","), (" ", "."), (" ", ",")):
        whole, mark, decimals = spelled.partition(decimal)
        if _GROUPED[thousands].fullmatch(whole) and (decimals.isdecimal() and decimals.isascii() if mark else True):
            return number(float(whole.replace(thousands, "") + "." + decimals), unit)
    raise CellError(f'is the text "{quote(typed)}": write a number{_of(unit)}')


def _of(unit: str) -> str:
    return f" ({unit})" if unit else ""
