"""One table as one sheet: styled and noted header, widths, frozen panes, an Excel table; rows are left to a body."""

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeAlias

import pandas as pd
import pandera.pandas as pa
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from planner.workbook import assist, style
from planner.workbook.put import put_text
from planner.workbook.rows import body
from planner.workbook.save import Body
from planner_models import frames
from planner_models.instance import NUMERIC, convert_setting
from planner_models.schema import INPUTS, SETTINGS, keys, meta
from planner_models.schema.columns import list_remarks

Rows: TypeAlias = pd.DataFrame | list[dict[str, Any]]


def new_book() -> Workbook:
    """A workbook without sheets."""
    book = Workbook()
    book.remove(book.active)
    return book


def input_sheet(book: Workbook, name: str, rows: Rows) -> Body:
    """Add the input sheet `name` with drop-downs and limits to `book`; returns its rows.

    All declared columns are there, in declared order, and other columns of `rows` after them. Raises ValueError for
    text in a column of numbers, KeyError for an unknown setting.
    """
    schema = INPUTS[name]
    frame = _all_settings(rows) if name == "settings" else _complete(name, rows)
    filled = _table_sheet(book, name, frame, schema, _input_formats(frame, schema))
    sheet = book[name]
    last = max(assist.ROOM, len(frame) + 1000)
    for place, column in enumerate(frame.columns, 1):
        if column in schema.columns and name != "settings":
            letter = get_column_letter(place)
            assist.attach_validation(sheet, f"{letter}2:{letter}{last}", meta(schema.columns[column]))
    if name == "settings":
        for row, key in enumerate(frame["key"], 2):
            assist.attach_validation(sheet, f"B{row}", meta(SETTINGS[key]))
        sheet.column_dimensions["E"].width = 110
    sheet.sheet_properties.tabColor = style.BLUE
    return filled


def copy_sheet(book: Workbook, title: str, name: str, frame: pd.DataFrame) -> Body:
    """Add the rows of input sheet `name`, as they were read, under `title` to `book`; returns its rows."""
    filled = _table_sheet(book, title, frame, INPUTS[name], _input_formats(frame, INPUTS[name]))
    book[title].sheet_properties.tabColor = style.UNUSED
    return filled


def result_sheet(book: Workbook, schema: pa.DataFrameSchema, frame: pd.DataFrame) -> Body:
    """Add the sheet of results that `schema` declares to `book`; returns its rows."""
    name = str(schema.name)
    formats = [
        style.result_format(frame[column], facts["unit"]) if facts["kind"] in NUMERIC else style.PLAIN
        for column, facts in _facts(frame, schema).items()
    ]
    filled = _table_sheet(book, name, frame, schema, formats)
    book[name].sheet_properties.tabColor = style.NAVY
    return filled


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


def _table_sheet(
    book: Workbook, title: str, frame: pd.DataFrame, schema: pa.DataFrameSchema, formats: Sequence[str]
) -> Body:
    """Add a sheet for `frame`, a table of `schema`, with one number format per column; returns its rows."""
    sheet = book.create_sheet(title)
    styles = []
    for place, (column, facts) in enumerate(_facts(frame, schema).items(), 1):
        _header(sheet, place, str(column), schema.columns.get(column), remark=column in list_remarks(schema))
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = style.width(str(column), frame[column].head(500).tolist())
        if formats[place - 1] == style.TEXT:
            dimension.number_format = style.TEXT
        words = facts["kind"] not in NUMERIC
        styles.append(style.style_number(sheet, formats[place - 1], words=words))
    sheet.row_dimensions[1].height = 20
    frozen = [column for column in keys(schema)[:2] if column in frame.columns[:2]]
    sheet.freeze_panes = f"{get_column_letter(len(frozen) + 1)}2"
    _add_excel_table(sheet, [str(column) for column in frame.columns], len(frame))
    _set_up_page(sheet)
    literal = style.style_number(sheet, style.TEXT, words=True, literal=True)
    return partial(body, frame, styles, literal, style.style_number(sheet, style.DATE))


def _header(sheet: Worksheet, place: int, name: str, column: pa.Column | None, remark: bool) -> None:
    cell = sheet.cell(1, place)
    put_text(cell, name)
    needed = column is not None and meta(column)["required"]
    style.header_cell(cell, needed=needed, remark=column is None or remark)
    if column is not None:
        assist.attach_note(cell, assist.note(column))


def _add_excel_table(sheet: Worksheet, columns: list[str], count: int) -> None:
    """An Excel table over header and rows; an empty one has a blank row, because Excel asks for it.

    None where the user's own headers could not name its columns: Excel would call the file damaged.
    """
    distinct = len({column.casefold() for column in columns}) == len(columns)
    if not columns or not distinct or not all(column.isprintable() and len(column) <= 255 for column in columns):
        return
    table = Table(displayName=sheet.title, ref=f"A1:{get_column_letter(len(columns))}{max(count, 1) + 1}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    for place, column in enumerate(columns, 1):
        table.tableColumns.append(TableColumn(id=place, name=column))
    table.autoFilter = AutoFilter(ref=table.ref)
    sheet.add_table(table)


def _set_up_page(sheet: Worksheet) -> None:
    """Printed in landscape, as wide as the page, with the header on each and the sheet's name below."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.left.text = sheet.title
    sheet.oddFooter.right.text = "&P / &N"


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
