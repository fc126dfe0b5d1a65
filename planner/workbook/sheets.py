"""One table as one sheet: styled and noted header, widths, frozen panes, an Excel table; rows are left to a body."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd
import pandera.pandas as pa
from openpyxl.utils import get_column_letter

from planner.workbook import assist, style
from planner.workbook.book import Book, Page
from planner.workbook.groups import tab_colour
from planner.workbook.headings import write_heading
from planner.workbook.rows import body
from planner_models import frames
from planner_models.instance import NUMERIC, convert_setting
from planner_models.schema import INPUTS, SETTINGS, keys, meta
from planner_models.schema.columns import list_remarks

Rows: TypeAlias = pd.DataFrame | list[dict[str, Any]]


_WIDEST, _WIDEST_WRAPPED = 42, 90
"""Letters of the widest column, and of one whose texts are on several lines."""

_MOST_WRAPPED = 2000
"""Rows of a table at most in which programs work out the heights of rows from their texts."""


def input_sheet(book: Book, name: str, rows: Rows) -> None:
    """Add the input sheet `name` with drop-downs and limits to `book`.

    All declared columns are there, in declared order, and other columns of `rows` after them. Raises ValueError for
    text in a column of numbers, KeyError for an unknown setting.
    """
    schema = INPUTS[name]
    frame = _all_settings(rows) if name == "settings" else _complete(name, rows)
    page = book.add_page(name, tab_colour(name))
    _fill(page, frame, schema, _input_formats(frame, schema))
    last = max(assist.ROOM, len(frame) + 1000)
    for place, column in enumerate(frame.columns, 1):
        if column in schema.columns and name != "settings":
            assist.attach_validation(page, (2, last), place, meta(schema.columns[column]))
    if name == "settings":
        for row, key in enumerate(frame["key"], 2):
            assist.attach_validation(page, (row, row), 2, meta(SETTINGS[key]))
        page.widen(list(frame.columns).index("note") + 1, 770)


def copy_sheet(page: Page, name: str, frame: pd.DataFrame) -> None:
    """Fill `page` with the rows of input sheet `name`, as they were read."""
    _fill(page, frame, INPUTS[name], _input_formats(frame, INPUTS[name]))


def result_sheet(page: Page, schema: pa.DataFrameSchema, frame: pd.DataFrame, currency: str) -> None:
    """Fill `page` with the sheet of results that `schema` declares; headings name the currency."""
    formats = [
        style.result_format(frame[column], facts["unit"]) if facts["kind"] in NUMERIC else style.PLAIN
        for column, facts in _facts(frame, schema).items()
    ]
    words = {
        column: write_heading(str(column), schema.columns[column], currency)
        for column in (() if frame.empty else frame.columns)
        if column in schema.columns
    }
    _fill(page, frame, schema, formats, words)


def _facts(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> dict[str, dict[str, Any]]:
    """What the schema says of each column of `frame`; the user's own are free text."""
    own = {"kind": "text", "key": False, "ref": (), "unit": "", "required": False}
    return {column: meta(schema.columns[column]) if column in schema.columns else own for column in frame.columns}


def _input_formats(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> list[str]:
    """Names stay text even where they look like numbers; numbers are shown as typed."""
    return [
        style.input_format(frame[column])
        if facts["kind"] in NUMERIC
        else style.TEXT
        if facts["key"] or facts["ref"]
        else style.PLAIN
        for column, facts in _facts(frame, schema).items()
    ]


def _fill(
    page: Page,
    frame: pd.DataFrame,
    schema: pa.DataFrameSchema,
    formats: Sequence[str],
    words: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Fill a sheet with `frame`, a table of `schema`, with one number format per column and headers in `words`."""
    number = page.book.number
    styles = []
    remarks, wrapped = list_remarks(schema), _find_long(frame) if words else set()
    for place, (column, facts) in enumerate(_facts(frame, schema).items(), 1):
        heading = page.book.heading(words.get(column, ""))
        needed = bool(facts["required"])
        look = style.header(needed=needed, remark=column not in schema.columns or column in remarks)
        page.text(1, place, str(column), {**look, **heading, "text_wrap": bool(heading)})
        if column in schema.columns:
            assist.attach_note(page, 1, place, assist.note(schema.columns[column]))
        shown = formats[place - 1]
        longest = max(words[column].partition(" (")[::2], key=len) if heading else str(column)
        widest = _WIDEST_WRAPPED if column in wrapped else _WIDEST
        width = 7 * style.width(longest, frame[column].head(500).tolist(), widest)
        page.widen(place, width, style.cell(shown) if shown == style.TEXT else None)
        plain = style.cell(shown, words=facts["kind"] not in NUMERIC, top=bool(wrapped), wrap=column in wrapped)
        styles.append(number(plain))
    page.heighten(1, 44 if words else 27)
    page.sheet.freeze_panes(1, len([column for column in keys(schema)[:2] if column in frame.columns[:2]]))
    _add_excel_table(page, [str(column) for column in frame.columns], len(frame))
    _set_up_printing(page)
    literal = number(style.cell(style.TEXT, words=True, literal=True))
    page.body = partial(body, frame, styles, literal, number(style.cell(style.DATE)))


def _find_long(frame: pd.DataFrame) -> set[str]:
    """The columns with texts that have no room on one line; none of a long table, which would take long to draw."""
    if len(frame) > _MOST_WRAPPED:
        return set()
    texts = {str(name): frame[name].tolist() for name in frame if frame[name].dtype.kind not in "biuf"}
    return {
        name for name, cells in texts.items() if any(isinstance(cell, str) and len(cell) > _WIDEST for cell in cells)
    }


def _add_excel_table(page: Page, columns: list[str], count: int) -> None:
    """An Excel table over header and rows; an empty one has a blank row, because Excel asks for it.

    None where the user's own headers could not name its columns: Excel would call the file damaged.
    """
    distinct = len({column.casefold() for column in columns}) == len(columns)
    if not columns or not distinct or not all(column.isprintable() and len(column) <= 255 for column in columns):
        return
    headers = [{"header": column} for column in columns]
    looks = {"name": page.title, "style": "Table Style Light 1", "columns": headers}
    page.sheet.add_table(0, 0, 1, len(columns) - 1, looks)
    (table,) = page.sheet.tables  # which would take note of each of its cells, had it been added in full
    table["range"] = table["autofilter"] = f"A1:{get_column_letter(len(columns))}{max(count, 1) + 1}"


def _set_up_printing(page: Page) -> None:
    """Printed in landscape, as wide as the page, with the header on each and the sheet's name below."""
    page.fit_width()
    page.sheet.repeat_rows(0)
    page.sheet.set_footer(f"&L{page.title}&R&P / &N")


def _complete(name: str, rows: Rows) -> pd.DataFrame:
    """`rows` with every declared column of sheet `name` first; blanks as None or NaN."""
    given = pd.DataFrame(rows)
    columns = {}
    for column, declared in INPUTS[name].columns.items():
        values = given[column] if column in given else pd.Series(None, index=given.index, dtype=object)
        if meta(declared)["kind"] in NUMERIC:
            try:
                columns[column] = pd.to_numeric(values).astype(float)
            except (ValueError, TypeError) as error:
                raise ValueError(f"{name}.{column}: {error}") from None
        else:
            columns[column] = values.astype(object)
    own = {column: given[column].astype(object) for column in given.columns if column not in columns}
    return pd.DataFrame(columns | own, index=given.index)


def _all_settings(rows: Rows) -> pd.DataFrame:
    """Every setting in declared order, those not in `rows` blank; where there is no note, one says what it means."""
    given = _complete("settings", rows)
    unknown = set(given["key"]) - set(SETTINGS)
    if unknown:
        raise KeyError(f"no such setting: {', '.join(sorted(map(str, unknown)))}")
    frame = given.set_index("key").reindex(list(SETTINGS)).reset_index()[list(given.columns)]
    for row, column in enumerate(SETTINGS.values()):
        value = frames.cell(frame, row, "value")
        if pd.notna(value):
            numeric = meta(column)["kind"] in NUMERIC
            frame.at[row, "value"] = convert_setting(column, float(value) if numeric else value)
        if pd.isna(frames.cell(frame, row, "note")):
            frame.at[row, "note"] = assist.note(column).replace("\n", " · ")
    return frame
