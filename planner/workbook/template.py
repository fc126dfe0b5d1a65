"""The workbook that `planner new` writes: every sheet with its help, a guide, and a worked example unless blank."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from planner.issues import InputError, Issue
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.example import example
from planner.workbook.groups import GROUPS, MECHANISMS, OPTIONAL_SHEETS
from planner.workbook.lists import add_lists
from planner.workbook.names import GUIDE, quote, suggest
from planner.workbook.read import NEEDED
from planner.workbook.save import save
from planner.workbook.sheets import input_sheet
from planner_models.schema import INPUTS, SETTINGS, meta


def choose_sheets(mechanisms: Iterable[str]) -> list[str]:
    """The sheets of a workbook that needs some mechanisms.

    Parameters
    ----------
    mechanisms
        Names of mechanisms, as MECHANISMS has them.

    Returns
    -------
    list of str
        Those that every plan needs, and those of the mechanisms, in the order of the workbook.

    Raises
    ------
    InputError
        Where there is no such mechanism.
    """
    names = list(mechanisms)
    unknown = [name for name in names if name not in MECHANISMS]
    if unknown:
        hints = {name: suggest(name, MECHANISMS) or f": write some of {', '.join(MECHANISMS)}" for name in unknown}
        faults = [f"--with: there is no mechanism `{quote(name)}`{hint}" for name, hint in hints.items()]
        raise InputError([Issue("error", "", "", text) for text in faults])
    wanted = {sheet for name in names for sheet in MECHANISMS[name][0]}
    return [sheet for sheet in INPUTS if sheet not in OPTIONAL_SHEETS or sheet in wanted]


def write_template(path: str | Path, blank: bool, sheets: Sequence[str] | None = None) -> None:
    """Write the template.

    Parameters
    ----------
    path
        The file to write; what is there is replaced.
    blank
        Whether the rows of the worked example are left out.
    sheets
        The input sheets that it has; None for all.

    Raises
    ------
    WriteError
        The file could not be written.
    """
    chosen = list(INPUTS) if sheets is None else list(sheets)
    rows: dict[str, list[dict[str, Any]]] = {} if blank else example(None if sheets is None else chosen)
    rows["settings"] = _settings(rows.get("settings", []))
    book = Book()
    _guide(book, blank, chosen)
    for sheet in chosen:
        input_sheet(book, sheet, rows.get(sheet, []))
    add_lists(book, chosen)
    save(book, path)


def _settings(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for every setting that has a value, given or default."""
    rows = {row["key"]: row for row in given}
    defaults = {key: meta(column)["default"] for key, column in SETTINGS.items()}
    return [rows.get(key, {"key": key, "value": value}) for key, value in defaults.items()]


def _guide(book: Book, blank: bool, sheets: Sequence[str]) -> None:
    """The sheet that explains the others."""
    page = book.add_page(GUIDE, style.PALETTE[2])
    page.sheet.hide_gridlines(2)
    for column, width in enumerate((21, 168, 672), 1):
        page.widen(column, width)
    page.text(1, 2, "Supply-chain planner: how to fill this workbook", style.font(18, style.NAVY, bold=True))
    page.heighten(1, 45)
    begin = 2 + _walk_through(page, sheets)
    wrapped = {"valign": "top", "text_wrap": True}
    lines = _lines(blank)
    for row, (head, text) in enumerate(lines, begin):
        page.text(row, 2, head, style.font(11, style.NAVY, bold=True) | wrapped)
        page.text(row, 3, text, wrapped)
        page.heighten(row, (16 * (1 + len(text) // 100) + 5) / 0.75)
    meanings = (
        "must be filled in every row",
        "may stay blank; its note says what blank means",
        "where a figure is from",
    )
    last = len(lines) + begin + 1
    for row, ((name, needed, remark), meaning) in enumerate(zip(_LEGEND, meanings, strict=True), last):
        page.text(row, 2, name, style.header(needed=needed, remark=remark))
        page.text(row, 3, meaning, {"indent": 1})
    page.fit_width()
    page.sheet.fit_to_pages(1, 1)


def _walk_through(page: Page, sheets: Sequence[str]) -> int:
    """Every sheet in the order in which it is filled, by group, with a link; returns the last row."""
    row, step = 2, 0
    for group, (colour, members) in GROUPS.items():
        present = [sheet for sheet in members if sheet in sheets]
        if not present:
            continue
        step, row = step + 1, row + 1
        band = style.font(11, style.WHITE, bold=True, bg_color=f"#{colour}")
        page.text(row, 2, f"{step}  {group}", band)
        page.text(row, 3, "", band)
        for row, sheet in enumerate(present, row + 1):  # noqa: B020  # the next group goes on below
            page.link(row, 2, sheet, style.font(11, style.BLUE, underline=1, valign="top", indent=1))
            text = f"{'Needed' if sheet in NEEDED else 'Optional'}. {INPUTS[sheet].description}"
            page.text(row, 3, text, {"valign": "top", "text_wrap": True})
            page.heighten(row, (16 * (1 + len(text) // 100) + 3) / 0.75)
    return row


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
    ("Colours of tabs", "Sheets of one colour belong together, as above. A sheet that is not needed may stay empty."),
    ("Headers", "Rest the pointer on a header to read what the column means, its unit and its default."),
    (
        "Drop-downs",
        "Offer the names in the key column of the sheet referred to, so fill that one first.",
    ),
    ("Names", "Spell a name the same way in all sheets. Where * is allowed it means every one."),
    (
        "Units",
        "Money is in millions of the currency in settings. Count items in thousands: kt, GWh, thousand cars. Columns "
        "unit, currency and price_year say what the figures of a row are in where that is something else.",
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
    ("Your own sheets", "A sheet whose name begins with _ is ignored, as is this guide."),
    ("Variants", "Named what-ifs in sheet variants: planner run FILE solves each of them beside the base."),
    ("Check", "planner check FILE  lists every fault with its sheet and cell."),
    ("Solve", "planner solve FILE -o RESULT.xlsx  writes the plan as a workbook of the same kind."),
)


def _lines(blank: bool) -> list[tuple[str, str]]:
    """The guide, line by line: what, and what about it."""
    return [_PURPOSE, _BLANK if blank else _FILLED, *_LINES]
