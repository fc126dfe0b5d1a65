"""What is put into a cell: a value, a formula, or nothing."""

import datetime
from dataclasses import dataclass
from xml.sax.saxutils import escape

from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from planner.surfaces import in_cell
from planner.workbook.cells import CellError, text
from planner.workbook.patching.positions import StoredCell, StoredSheet
from planner.workbook.sheet_cells import letter
from planner.workbook.stored import Decoder, StoredError, Value


@dataclass(frozen=True)
class Formula:
    """A formula as it would be in column A, row 500000: formulas that were copied down are equal.

    `value` is what it came to where it was calculated last; it does not make two formulas different.
    """

    text: str
    value: Value | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


Content = Value | Formula | None
"""None is a blank cell."""

_FAR_DOWN = 500_000
"""A row from which no reference of a real formula leads above row 1."""


def show_content(content: Content) -> str:
    """A content as a person would write it; "" where blank."""
    if isinstance(content, Formula):
        return f"={content.text}"
    try:
        return "" if content is None else text(content)
    except CellError:
        return str(content)


def read_formula(sheet: StoredSheet, row: int, cell: StoredCell, value: Value | None) -> Formula | None:
    """The formula of a cell; None where it has none of its own, as inside a range that one formula fills."""
    stored = cell.formula
    if stored is None or stored.attributes.get("t", "normal") not in ("normal", "shared"):
        return None
    written, origin = stored.text, f"{letter(cell.column)}{row}"
    if not written:
        first = sheet.shared.get(stored.attributes.get("si", ""))
        if first is None or first[1].formula is None:
            return None
        written, origin = first[1].formula.text, f"{letter(first[1].column)}{first[0]}"
        written = translate(written, origin, f"{letter(cell.column)}{row}")
    return Formula(translate(written, f"{letter(cell.column)}{row}", f"{letter(cell.column)}{_FAR_DOWN}"), value)


def translate(written: str, origin: str, place: str) -> str:
    """A formula of the cell `origin` as it reads in the cell `place`."""
    try:
        return str(Translator(f"={written}", origin).translate_formula(place))[1:]
    except TokenizerError:  # no formula of a spreadsheet program: it is kept as it is
        return written


def write_content(place: str, style: str, content: Content, decoder: Decoder, prefix: str = "") -> bytes:
    """The XML of the cell `place` that holds `content`, in the format of number `style`."""
    formula, column = "", place.rstrip("0123456789")
    if isinstance(content, Formula):
        own = translate(content.text, f"{column}{_FAR_DOWN}", place)
        formula, content = f"<{prefix}f>{escape(own)}</{prefix}f>", content.value
    kind, value = _write_value(content, _is_date(style, decoder), decoder, bool(formula))
    if isinstance(content, bool | int | float) and _is_date(style, decoder):
        style = ""  # a number in a cell that is formatted as a date would be read as a date
    attributes = (f' s="{style}"' if style else "") + (f' t="{kind}"' if kind else "")
    inside = formula + value.replace("<", f"<{prefix}").replace(f"<{prefix}/", f"</{prefix}")
    head = f'<{prefix}c r="{place}"{attributes}'
    return (f"{head}>{inside}</{prefix}c>" if inside else f"{head}/>").encode()


def _write_value(value: Value | None, dated: bool, decoder: Decoder, calculated: bool) -> tuple[str, str]:
    """The type of a cell and its element of value."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return "b", f"<v>{value:d}</v>"
    if isinstance(value, int | float):
        return "", f"<v>{_number(value)}</v>"
    if isinstance(value, datetime.date) and dated:
        return "", f"<v>{to_excel(value, CALENDAR_MAC_1904 if decoder.date_1904 else CALENDAR_WINDOWS_1900)!r}</v>"
    written = escape(in_cell(value if isinstance(value, str) else text(value)))
    if calculated:
        return "str", f"<v>{written}</v>"
    return "inlineStr", f'<is><t xml:space="preserve">{written}</t></is>'


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))


def _is_date(style: str, decoder: Decoder) -> bool:
    try:
        return decoder.form(style) != ""
    except StoredError:
        return False
