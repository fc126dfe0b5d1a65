"""The workbook that `planner new` writes: every sheet with its help, a guide, and a worked example unless blank."""

from pathlib import Path
from typing import Any

from planner.workbook import style
from planner.workbook.book import Book
from planner.workbook.example import example
from planner.workbook.save import save
from planner.workbook.sheets import input_sheet
from planner_models.schema import INPUTS, SETTINGS, meta

GUIDE = "_readme"
"""Begins with _, so that the reader takes it for the user's own."""


def write_template(path: str | Path, blank: bool) -> None:
    """Write the template.

    Parameters
    ----------
    path
        The file to write; what is there is replaced.
    blank
        Whether the rows of the worked example are left out.

    Raises
    ------
    WriteError
        The file could not be written.
    """
    rows: dict[str, list[dict[str, Any]]] = {} if blank else example()
    rows["settings"] = _settings(rows.get("settings", []))
    book = Book()
    _guide(book, blank)
    for sheet in INPUTS:
        input_sheet(book, sheet, rows.get(sheet, []))
    save(book, path)


def _settings(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for every setting that has a value, given or default."""
    rows = {row["key"]: row for row in given}
    defaults = {key: meta(column)["default"] for key, column in SETTINGS.items()}
    return [rows.get(key, {"key": key, "value": value}) for key, value in defaults.items()]


def _guide(book: Book, blank: bool) -> None:
    """The sheet that explains the others."""
    page = book.add_page(GUIDE, style.PALETTE[2])
    page.sheet.hide_gridlines(2)
    for column, width in enumerate((21, 168, 672), 1):
        page.widen(column, width)
    page.text(1, 2, "Supply-chain planner: how to fill this workbook", style.font(18, style.NAVY, bold=True))
    page.heighten(1, 45)
    wrapped = {"valign": "top", "text_wrap": True}
    lines = _lines(blank)
    for row, (head, text) in enumerate(lines, 3):
        page.text(row, 2, head, style.font(11, style.NAVY, bold=True) | wrapped)
        page.text(row, 3, text, wrapped)
        page.heighten(row, (16 * (1 + len(text) // 100) + 5) / 0.75)
    meanings = (
        "must be filled in every row",
        "may stay blank; its note says what blank means",
        "where a figure is from",
    )
    last = len(lines) + 4
    for row, ((name, needed, remark), meaning) in enumerate(zip(_LEGEND, meanings, strict=True), last):
        page.text(row, 2, name, style.header(needed=needed, remark=remark))
        page.text(row, 3, meaning, {"indent": 1})
    page.fit_width()
    page.sheet.fit_to_pages(1, 1)


_LEGEND = (("required", True, False), ("optional", False, False), ("remark", False, True))

_PURPOSE = (
    "What it is for",
    "Plans where to source, make and sell over several periods, at least cost or most profit.",
)
_BLANK = ("Start", "Fill periods, regions, items and demand first; every plan needs them.")
_FILLED = (
    "Worked example",
    "All rows are invented. Solve it as it is, then overwrite it; `planner new --blank` has none.",
)
_LINES = (
    (
        "Order of sheets",
        "From left to right: settings, time, places, items, ways of making, plants, trade, markets.",
    ),
    ("Blue tabs", "Sheets that the plan uses. Unused ones may stay empty."),
    ("Headers", "Rest the pointer on a header to read what the column means, its unit and its default."),
    (
        "Drop-downs",
        "Offer the names in the key column of the sheet referred to, so fill that one first.",
    ),
    ("Names", "Spell a name the same way in all sheets. Where * is allowed it means every one."),
    (
        "Units",
        "Money is in millions of the currency in settings. Count items in thousands: kt, GWh, thousand cars.",
    ),
    ("Time", "Flows, demand and capacity are rates per year; a period is `years` long. Row order is time order."),
    ("Recipes", "Per unit of activity of a process; what it uses is negative, what it makes is positive."),
    (
        "Access",
        "Of the offers for one line of an outside firm at most one is in force at a time, so their shares need not "
        "add up to 1. The capacity of a line that no row covers is available at cost.",
    ),
    (
        "Projects",
        "A process or item that requires a project waits until one of its options is ready; at most one is taken.",
    ),
    (
        "Levels",
        "A saving or uplift is the total at its level, not an addition to the previous level.",
    ),
    (
        "Scenarios",
        "What may happen, with probabilities that add up to 1 at most. Either expand makes one scenario per member, or "
        "sheet disruptions states what is affected, when, for how many months, and the share that remains (factor).",
    ),
    (
        "Rules",
        "What a plan must meet, or may miss at a penalty where hard is no. Shares are numbers from 0 to 1, and so is "
        "an HHI: divide by 10,000.",
    ),
    ("Locks", "Decisions held at a value, named by the key columns of their result sheet."),
    ("Remarks", "source, confidence and note are kept and shown, never used. Your own columns are kept as well."),
    ("Your own sheets", "A sheet whose name begins with _ is ignored, as is this one."),
    ("Check", "planner check FILE  lists every fault with its sheet and cell."),
    ("Solve", "planner solve FILE -o RESULT.xlsx  writes the plan as a workbook of the same kind."),
)


def _lines(blank: bool) -> list[tuple[str, str]]:
    """The guide, line by line: what, and what about it."""
    return [_PURPOSE, _BLANK if blank else _FILLED, *_LINES]
