"""Sheet `index`: every sheet of a workbook, by kind, with a link; and what of the workbook is shown and printed."""

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import pandera.pandas as pa

from planner.workbook import style
from planner.workbook.board import DASHBOARD
from planner.workbook.book import Page
from planner.workbook.figures import SHEET as FIGURES
from planner.workbook.gallery import GALLERY
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
    "Money": (
        "E3A32B",
        (
            "costs",
            "cash",
            "surplus",
            "margins",
            "prices",
            "advantage",
            "policies",
            "eligibility",
            "eligible_flows",
            "carbon",
            "border",
        ),
    ),
    "Security": ("6B9B57", ("security", "origins", "scenarios", "rules", "inertia", "growth")),
    "Checks": ("7A8FA6", ("targets", "conversions", "audit", "issues", "run")),
    "Inputs": ("BFBFBF", ()),
}
"""Kinds of sheets: the colour of their tabs, and which they are. Inputs are copies, `in_<sheet>`."""

ANSWERS = "Answers", "8E6C9E"
"""The kind of all other sheets, which are what a study found, and the colour of their tabs."""

PRINTED = ("sites", "builds", "projects", "access")
"""Decisions that are printed with the dashboard, if there is room, as are the answers of studies."""

_MOST_PAGES = 7
"""Pages that are printed beside the dashboard at most."""

_DECISIONS_A_PAGE, _ANSWERS_A_PAGE = 30, 18
"""Rows that surely fit on a page: those of decisions have a line each, those of answers may have sentences."""

_BEYOND = 20
"""A column, counted from 0, that no sheet has which is no table."""

_WORDS = {
    DASHBOARD: "the first page: status, findings, headline figures, charts",
    GALLERY: "the charts that the first page has no room for",
    INDEX: "this list",
}


def fill_index(
    page: Page, titles: Sequence[str], schemas: Mapping[str, pa.DataFrameSchema], tables: Mapping[str, pd.DataFrame]
) -> None:
    """Fill sheet `index`: a link to each sheet, what it holds, and how many rows.

    `titles` are those of all sheets, `tables` their tables by title and `schemas` their declarations by the same.
    """
    page.sheet.hide_gridlines(2)
    for column, width in enumerate((154, 644, 84, 84), 1):
        page.widen(column, width)
    by_kind: dict[str, list[str]] = {name: [] for name in ("Overview", ANSWERS[0], *KINDS)}
    for title in titles:
        by_kind[kind_of(title)].append(title)
    printed = list_printed(titles, tables)
    row = 1
    for kind, members in by_kind.items():
        if not members:
            continue
        _write_heading(page, row, kind)
        for line, title in enumerate(members, row + 1):
            count = len(tables[title]) if title in tables else None
            said = schemas[title].description if title in schemas else _WORDS.get(title, "")
            _write_entry(page, line, title, str(said or ""), count, printed=title in printed)
        row += len(members) + 2
    page.fit_width()


def kind_of(title: str) -> str:
    """The kind of a sheet, as the index names it."""
    if title.removeprefix("in_") in INPUTS and title.startswith("in_"):
        return "Inputs"
    return next((kind for kind, (_, titles) in KINDS.items() if title in titles), ANSWERS[0])


def colour_of(title: str) -> str:
    """The colour of the tab of a sheet, which is that of its kind."""
    kind = kind_of(title)
    return KINDS[kind][0] if kind in KINDS else ANSWERS[1]


def hide_idle(pages: Mapping[str, Page], tables: Mapping[str, pd.DataFrame]) -> None:
    """Hide sheets without rows, and open the workbook on the first that is left."""
    shown = [page for title, page in pages.items() if title != FIGURES and not _is_empty(title, tables)]
    if shown:
        shown[0].sheet.activate()
        shown[0].sheet.set_first_sheet()
    for title, page in pages.items():
        if shown and _is_empty(title, tables):
            page.sheet.hide()


def _is_empty(title: str, tables: Mapping[str, pd.DataFrame]) -> bool:
    return title in tables and tables[title].empty


def list_printed(titles: Iterable[str], tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """The sheets that are printed: the dashboard, and decisions and answers in their order while pages are left.

    Parameters
    ----------
    titles
        All sheets, in their order.
    tables
        Their tables, by title.

    Returns
    -------
    set of str
        Titles of the sheets that are printed; a table that takes more pages than are left is not.
    """
    printed, left = {DASHBOARD}, _MOST_PAGES
    for title in titles:
        count = len(tables[title]) if title in tables else 0
        pages = math.ceil((count + 1) / (_DECISIONS_A_PAGE if title in PRINTED else _ANSWERS_A_PAGE))
        if count and pages <= left and (title in PRINTED or kind_of(title) == ANSWERS[0]):
            printed.add(title)
            left -= pages
    return printed


def limit_printing(pages: Mapping[str, Page], tables: Mapping[str, pd.DataFrame]) -> None:
    """Print the first page, and what is decided and found; of any other sheet nothing until its print area is cleared.

    A whole workbook has hundreds of pages, which nobody means to print. A footer would make blank pages of them.
    """
    printed = list_printed(pages, tables) | {FIGURES}
    for title, page in pages.items():
        if title not in printed and not _is_empty(title, tables):
            blank = len(tables[title].columns) + 2 if title in tables else _BEYOND
            page.sheet.repeat_row_range = ""
            page.sheet.set_footer("")
            page.sheet.set_column(blank, blank, None, None, {"hidden": True})
            page.sheet.print_area(0, blank, 0, blank)


def _write_heading(page: Page, row: int, kind: str) -> None:
    colour = KINDS[kind][0] if kind in KINDS else ANSWERS[1]
    look = style.font(11, style.WHITE if kind != "Inputs" else style.INK, bold=True, bg_color=f"#{colour}")
    for place, text in enumerate((kind, "", "rows", "printed"), 1):
        page.text(row, place, text, look | {"align": "left" if place < 3 else "right"})


def _write_entry(page: Page, row: int, title: str, said: str, count: int | None, *, printed: bool) -> None:
    """A line of the list; a sheet without rows is hidden, so that there is nothing to follow a link to."""
    if count == 0:
        grey = style.font(11, "A6A6A6")
        for place, text in enumerate((title, said, "empty"), 1):
            page.text(row, place, text, grey | ({"align": "right"} if place == 3 else {}))
        return
    page.link(row, 1, title, style.font(11, style.BLUE, underline=1))
    page.text(row, 2, said)
    if count is not None:
        page.figure(row, 3, count, {"num_format": style.WHOLE})
    if printed:
        page.text(row, 4, "yes", {"align": "right"})
