"""Sheet `index`: every sheet of a workbook, by kind, with a link; and what of the workbook is shown and printed."""

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from planner.workbook import style
from planner.workbook.board import DASHBOARD
from planner.workbook.drawing import SHEET as FIGURES
from planner.workbook.gallery import GALLERY, fit_width
from planner.workbook.put import put_text
from planner_models.schema import INPUTS

INDEX = "index"

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Overview": (style.NAVY, (DASHBOARD, "summary", INDEX, GALLERY)),
    "Decisions": ("C8553D", ("sites", "builds", "projects", "access", "changes", "deployments", "levels")),
    "Flows": (
        "2E9CA6",
        (
            "capacity",
            "production",
            "flows",
            "hubs",
            "trade",
            "stocks",
            "demand",
            "returns",
            "disposal",
            "arms_length",
            "group_use",
        ),
    ),
    "Money": ("E3A32B", ("costs", "cash", "surplus", "margins", "prices", "advantage", "policies", "carbon", "border")),
    "Security": ("6B9B57", ("security", "origins", "scenarios", "rules", "inertia", "growth")),
    "Checks": ("7A8FA6", ("audit", "issues", "run")),
    "Inputs": ("BFBFBF", ()),
}
"""Kinds of sheets: the colour of their tabs, and which they are. Inputs are copies, `in_<sheet>`."""

ANSWERS = "Answers", "8E6C9E"
"""The kind of all other sheets, which are what a study found, and the colour of their tabs."""

PRINTED = ("sites", "builds", "projects", "access")
"""Decisions that are printed with the dashboard."""

_WORDS = {
    DASHBOARD: "the first page: status, findings, headline figures, charts",
    GALLERY: "the charts that the first page has no room for",
    INDEX: "this list",
}


def add_index(book: Workbook, schemas: Mapping[str, pa.DataFrameSchema], tables: Mapping[str, pd.DataFrame]) -> None:
    """Put sheet `index` behind the summary: a link to each sheet, what it holds, and how many rows.

    `tables` are all tables of the workbook by title of their sheet, `schemas` their declarations by the same.
    """
    sheet = book.create_sheet(INDEX, book.index(book["summary"]) + 1)
    sheet.sheet_view.showGridLines = False
    for column, width in zip("ABCD", (22, 92, 12, 12), strict=True):
        sheet.column_dimensions[column].width = width
    by_kind: dict[str, list[str]] = {name: [] for name in ("Overview", ANSWERS[0], *KINDS)}
    for title in book.sheetnames:
        if title != FIGURES:
            by_kind[kind_of(title)].append(title)
    row = 1
    for kind, titles in by_kind.items():
        if not titles:
            continue
        _write_heading(sheet, row, kind)
        for line, title in enumerate(titles, row + 1):
            count = len(tables[title]) if title in tables else None
            said = schemas[title].description if title in schemas else _WORDS.get(title, "")
            _write_entry(sheet, line, title, str(said or ""), count)
        row += len(titles) + 2
    fit_width(sheet)


def kind_of(title: str) -> str:
    """The kind of a sheet, as the index names it."""
    if title.removeprefix("in_") in INPUTS and title.startswith("in_"):
        return "Inputs"
    return next((kind for kind, (_, titles) in KINDS.items() if title in titles), ANSWERS[0])


def show_kinds(book: Workbook, tables: Mapping[str, pd.DataFrame]) -> None:
    """Colour the tabs by kind, and hide what holds nothing to read: sheets without rows, and the figures of charts."""
    colours = {kind: colour for kind, (colour, _) in KINDS.items()} | dict([ANSWERS])
    for sheet in book.worksheets:
        sheet.sheet_properties.tabColor = colours[kind_of(sheet.title)]
    hidden = [sheet for sheet in book.worksheets if _is_idle(sheet.title, tables)]
    if len(hidden) < len(book.worksheets):
        for sheet in hidden:
            sheet.sheet_state = "hidden"


def _is_idle(title: str, tables: Mapping[str, pd.DataFrame]) -> bool:
    return title == FIGURES or (title in tables and tables[title].empty)


def limit_printing(book: Workbook) -> None:
    """Print the first page and what is decided; of any other sheet nothing until its print area is cleared.

    A whole workbook has hundreds of pages, which nobody means to print.
    """
    for sheet in book.worksheets:
        answers = kind_of(sheet.title) == ANSWERS[0]
        if sheet.title not in (DASHBOARD, FIGURES, *PRINTED) and not answers:
            blank = f"{get_column_letter(sheet.max_column + 3)}1"
            sheet.print_title_rows = None
            sheet.print_area = blank


def _write_heading(sheet: Worksheet, row: int, kind: str) -> None:
    colour = KINDS[kind][0] if kind in KINDS else ANSWERS[1]
    for place, text in enumerate((kind, "", "rows", "printed"), 1):
        cell = sheet.cell(row, place)
        put_text(cell, text)
        cell.font = Font(name="Calibri", bold=True, color=style.WHITE if kind != "Inputs" else style.INK)
        cell.fill = style.fill(colour)
        cell.alignment = Alignment(horizontal="left" if place < 3 else "right")


def _write_entry(sheet: Worksheet, row: int, title: str, said: str, count: int | None) -> None:
    """A line of the list; a sheet without rows is hidden, so that there is nothing to follow a link to."""
    name, words = sheet.cell(row, 1), sheet.cell(row, 2)
    put_text(name, title)
    put_text(words, said)
    grey = Font(name="Calibri", color="A6A6A6")
    if count == 0:
        name.font = words.font = grey
        put_text(sheet.cell(row, 3), "empty")
        sheet.cell(row, 3).font = grey
        sheet.cell(row, 3).alignment = Alignment(horizontal="right")
        return
    name.hyperlink = Hyperlink(ref=name.coordinate, location=f"'{title}'!A1")
    name.font = Font(name="Calibri", color=style.BLUE, underline="single")
    if count is not None:
        sheet.cell(row, 3, count).number_format = style.WHOLE
    if title == DASHBOARD or title in PRINTED or kind_of(title) == ANSWERS[0]:
        put_text(sheet.cell(row, 4), "yes")
        sheet.cell(row, 4).alignment = Alignment(horizontal="right")
