"""What helps people to fill a sheet: a note on each header, drop-downs, and limits on numbers. All from the schema."""

from typing import Any

import pandera.pandas as pa
from openpyxl.utils import get_column_letter

from planner.workbook.book import Page
from planner_models.schema import INPUTS, meta

ROOM = 2000
"""Rows, the header included, for which drop-downs and limits are prepared at least."""

_NAMES = 10_000
"""Rows, the header included, in which drop-downs look for names."""

MOST_ERROR = 225
"""Characters that Excel allows in the message of a validation."""

_HUGE = "1E+300"


def note(column: pa.Column) -> str:
    """What a header's note says: meaning, unit, default, range, and where its names come from."""
    facts = meta(column)
    meaning = column.description or ""
    lines = [meaning[:1].upper() + meaning[1:] + "."]
    if facts["unit"]:
        lines.append(f"Unit: {facts['unit']}")
    lines += [line for line in (_list_allowed(facts), _names(facts)) if line]
    if facts["required"]:
        lines.append("Required.")
    elif facts["default"] is not None:
        lines.append(f"Blank = {format_default(facts['default'])}")
    else:
        lines.append("May be blank.")
    if facts["inherits"]:
        lines.append("Blank = as in the `*` row, where there is one.")
    if facts["varies"]:
        lines.append("May vary by period: see sheet by_period.")
    return "\n".join(lines)


def format_default(value: Any) -> str:
    """A default as a person would type it: 1, not 1.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _list_allowed(facts: dict[str, Any]) -> str:
    if facts["choices"]:
        many = len(facts["choices"]) > 15
        return "" if many else f"Allowed: {', '.join(facts['choices'])}"
    if facts["kind"] not in ("number", "integer"):
        return ""
    sort = "a whole number" if facts["kind"] == "integer" else "a number"
    limits = limits_in_words(facts)
    return f"Allowed: {sort}{', ' + limits if limits else ''}" if limits or facts["kind"] == "integer" else ""


def limits_in_words(facts: dict[str, Any]) -> str:
    """Such as "from 0 to 1" or "above 0"; "" for a number without limits."""
    low, above, high = facts["low"], facts["above"], facts["high"]
    if above is not None:
        return f"above {above:g}" + (f", at most {high:g}" if high is not None else "")
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    return f"{low:g} or more" if low is not None else f"at most {high:g}" if high is not None else ""


def _names(facts: dict[str, Any]) -> str:
    if not facts["ref"]:
        return ""
    places = " or ".join(f"`{column}` of sheet `{sheet}`" for sheet, column in _references(facts))
    return f"A name in {places}" + ("; * = every one" if facts["wildcard"] else "")


def _references(facts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(sheet, column) for sheet, _, column in (ref.partition(".") for ref in facts["ref"])]


def attach_note(page: Page, row: int, column: int, text: str) -> None:
    """Put `text` on a cell, in a box that it fits."""
    lines = sum(1 + len(line) // 46 for line in text.splitlines())
    page.sheet.write_comment(row - 1, column - 1, text, {"author": "planner", "height": 24 + 17 * lines, "width": 320})


def attach_validation(page: Page, rows: tuple[int, int], column: int, facts: dict[str, Any]) -> None:
    """Drop-downs and limits for rows of a column, as the metadata of the column says. Free text has none."""
    if facts["kind"] == "reference":
        validation = _drop_down(facts)
    elif facts["choices"]:
        validation = _choice(facts)
    elif facts["kind"] in ("number", "integer"):
        validation = _limits(facts)
    else:
        return
    page.sheet.data_validation(rows[0] - 1, column - 1, rows[1] - 1, column - 1, validation)


def _drop_down(facts: dict[str, Any]) -> dict[str, Any]:
    """The names that the first reference holds. Where another sheet or * is possible too, any entry is let through."""
    references = _references(facts)
    sheet, column = references[0]
    strict = len(references) == 1 and not facts["wildcard"]
    return {
        "validate": "list",
        "source": f"={names_formula(sheet, column)}",
        "show_error": strict,
        "error_type": "warning",
        "error_title": "Unknown name",
        "error_message": f"This name is not (yet) in column {column} of sheet {sheet}. Keep it?",
    }


def names_formula(sheet: str, column: str) -> str:
    """The filled cells of a column, so that a drop-down does not end in blanks."""
    letter = get_column_letter(list(INPUTS[sheet].columns).index(column) + 1)
    first, all_cells = f"{sheet}!${letter}$2", f"{sheet}!${letter}$2:${letter}${_NAMES}"
    return f"{first}:INDEX({all_cells},MAX(1,COUNTA({all_cells})))"


def _choice(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(facts["choices"]),
        "error_title": "Not one of the words allowed",
        "error_message": f"Write one of: {','.join(facts['choices'])}"[:MOST_ERROR],
    }


def _limits(facts: dict[str, Any]) -> dict[str, Any]:
    low, above, high = facts["low"], facts["above"], facts["high"]
    kind = "integer" if facts["kind"] == "integer" else "decimal"
    words = " ".join(part for part in (limits_in_words(facts), f"({facts['unit']})" if facts["unit"] else "") if part)
    if above is not None and high is None:
        bounds = {"criteria": ">", "value": f"{above:g}"}
    else:
        bottom = low if low is not None else above
        lowest = f"{bottom:.12g}" if bottom is not None else "-" + _HUGE
        highest = f"{high:.12g}" if high is not None else _HUGE
        bounds = {"criteria": "between", "minimum": lowest, "maximum": highest}
    return {
        "validate": kind,
        **bounds,
        "error_title": "Not a number that fits",
        "error_message": f"Write {'a whole number' if kind == 'integer' else 'a number'} {words}".strip() + ".",
    }
