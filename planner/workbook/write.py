"""Tables out to workbooks: instances that look like the template, and results."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from planner.issues import InputError, Issue
from planner.words import with_article
from planner.workbook.board import DASHBOARD, Board, fill_board, fill_by_row, fill_summary, list_further
from planner.workbook.book import Book
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.figures import Figures
from planner.workbook.gallery import GALLERY, fill_gallery
from planner.workbook.headings import find_currency
from planner.workbook.heat import Heat, add_heat
from planner.workbook.index import INDEX, colour_of, fill_index, hide_idle, limit_printing
from planner.workbook.lists import add_lists
from planner.workbook.mark import is_marked_copy
from planner.workbook.names import OWN
from planner.workbook.package import open_package
from planner.workbook.save import (
    WriteError,
    clean_up,
    delay_interrupts,
    is_full,
    is_own_page,
    is_special,
    reason,
    save,
    temporary_name,
)
from planner.workbook.sheets import Rows, copy_sheet, input_sheet, result_sheet
from planner_models.schema import INPUTS, RESULTS

OWN_FACT = "planner version"
"""A row of sheet `run` that every workbook has that the planner wrote as a result."""


def write_instance(tables: Mapping[str, Rows], path: str | Path) -> None:
    """Write an input workbook with every sheet, its help (notes, drop-downs, limits), and the rows of `tables`.

    `settings` is given as rows of key and value. Columns that the schema does not know follow the declared ones.
    Raises KeyError for an unknown sheet or setting, ValueError for text in a column of numbers, WriteError where the
    file cannot be written.
    """
    unknown = set(tables) - set(INPUTS)
    if unknown:
        raise KeyError(f"no such sheet: {', '.join(sorted(unknown))}")
    book = Book()
    for sheet in INPUTS:
        input_sheet(book, sheet, tables.get(sheet, []))
    add_lists(book, list(INPUTS))
    save(book, path)


def write_tables(
    path: str | Path,
    schemas: Mapping[str, pa.DataFrameSchema],
    tables: Mapping[str, pd.DataFrame],
    inputs: Mapping[str, pd.DataFrame],
    board: Board | Callable[[], Board] | None,
    by_row: Sequence[str] = (),
    heat: Mapping[str, Heat] | None = None,
) -> None:
    """Write a workbook of result sheets, and `in_<sheet>` for its inputs.

    Ctrl-C waits for the end of it.

    Parameters
    ----------
    path
        The file to write; what is there is replaced once the new one is complete.
    schemas
        Declarations of the sheets by name, in the order of the workbook.
    tables
        Tables by sheet; sheets of `schemas` that are not here are left out.
    inputs
        Input tables by sheet.
    board
        What sheet `dashboard` shows beside the findings of `summary`, which must then be in `tables`, or a function
        that makes it; None: no dashboard.
    by_row
        Sheets with another unit in every row, given in their column `unit`.
    heat
        Shading by sheet; each of these sheets must be in `tables`.

    Raises
    ------
    Rescued
        `path` could not be written; all is in another file, which the message names.
    Undrawn
        The file is written, without sheet `dashboard`, which could not be drawn.
    WriteError
        The file could not be written anywhere; what was at `path` is still there.
    """
    by_row = [name for name in by_row if name in tables]
    with delay_interrupts():
        try:
            page = board() if callable(board) else board
            _write(path, schemas, tables, inputs, (page, by_row, heat or {}))
        except OSError:
            raise
        except Exception as error:  # whatever is wrong with a picture: what took hours to find is not lost over it
            if board is None:
                raise
            _write(path, schemas, tables, inputs, (None, (), {}))
            raise Undrawn(f"{path} is written, but without its charts: {type(error).__name__}: {error}") from error


class Undrawn(WriteError):
    """The file is written with all its tables, but a chart or page of it could not be drawn."""


def _write(
    path: str | Path,
    schemas: Mapping[str, pa.DataFrameSchema],
    tables: Mapping[str, pd.DataFrame],
    inputs: Mapping[str, pd.DataFrame],
    look: tuple[Board | None, Sequence[str], Mapping[str, Heat]],
) -> None:
    """Write the workbook; `look` is the page, the sheets that have a unit in every row, and the shaded ones."""
    board, by_row, heat = look
    copies = {f"in_{name}": name for name in INPUTS if name in inputs}
    every = {name: tables[name] for name in schemas if name in tables}
    every |= {title: inputs[name] for title, name in copies.items()}
    charts, shaded = list_further(board) if board is not None else ((), ())
    book, figures = Book(), Figures()
    currency = find_currency(inputs, tables.get("summary"))
    for title in _order(list(every), board is not None, bool(charts or shaded)):
        book.add_page(title, colour_of(title))
    for title, frame in every.items():
        if title in copies:
            copy_sheet(book.pages[title], copies[title], frame)
        else:
            result_sheet(book.pages[title], schemas[title], frame, currency)
    for name, shades in heat.items():
        add_heat(book.pages[name], tables[name], shades, 2)
    for name in by_row:
        fill_by_row(book.pages[name], tables[name], 2, wrap=False)
    if board is not None:
        fill_board(book.pages[DASHBOARD], tables["summary"], board, figures)
        fill_summary(book.pages["summary"], tables["summary"])  # each of its rows has a unit of its own
    if GALLERY in book.pages:
        fill_gallery(book.pages[GALLERY], figures, charts, shaded)
    if INDEX in book.pages:
        declared = dict(schemas) | {title: INPUTS[name] for title, name in copies.items()}
        fill_index(book.pages[INDEX], list(book.pages), declared, every)
        limit_printing(book.pages, every)
    hide_idle(book.pages, every)
    if board is not None:
        figures.add_to(book)
    save(book, path, rescue=True)


def _order(tables: list[str], with_board: bool, with_gallery: bool) -> list[str]:
    """The titles of all sheets from left to right: first what is looked at first."""
    if "summary" not in tables:
        return tables
    first = [*([DASHBOARD] if with_board else []), "summary", INDEX, *([GALLERY] if with_gallery else [])]
    return [*first, *(title for title in tables if title != "summary")]


def ensure_replaceable(path: str | Path, force: bool = False, ending: str = ".xlsx") -> None:
    """Refuse a path that cannot be written to, or where something that the planner did not write would be lost.

    Results can be made again, so they are replaced; what somebody else wrote, filled in or edited is not.

    Parameters
    ----------
    path
        The file to be written later.
    force
        Whether any file there may be replaced.
    ending
        What the path must end in: .xlsx, .html or .md.

    Raises
    ------
    InputError
        The path cannot be written to, has another ending, or holds what the planner did not write.
    WriteError
        The disk is full.
    """
    ensure_writable(path, ending)
    if force or not Path(path).exists() or is_own(Path(path), ending):
        return
    what = "result" if ending == ".xlsx" else "page"
    words = (
        f"{path} exists and is not {with_article(what)} of the planner: name another file, or replace it with --force"
    )
    raise InputError([Issue("error", "", "", words)])


def is_own(path: Path, ending: str = ".xlsx") -> bool:
    """Whether the planner wrote a file: a page, a sealed workbook, or a copy in which it marked faults.

    Parameters
    ----------
    path
        A file that exists.
    ending
        What it ends in: .xlsx, .html or .md.

    Returns
    -------
    bool
        False also for a workbook that cannot be read.
    """
    if ending != ".xlsx":
        return is_own_page(path)
    try:
        package = open_package(path)
        if is_marked_copy(package):
            return True
        if all(name != OWN for name, _ in package.sheets):
            return False
        sealed = read_sheets(package, {OWN: RESULTS[OWN]})[0].get(OWN)
    except InputError:
        return False
    return sealed is not None and OWN_FACT in set(sealed["key"])


def ensure_writable(path: str | Path, ending: str = ".xlsx") -> None:
    """Refuse a path now where writing to it would fail later: learning it after hours of work is too late.

    Parameters
    ----------
    path
        The file to be written later.
    ending
        What the path must end in: .xlsx, .html or .md.

    Raises
    ------
    InputError
        The path cannot be written to, or has another ending.
    WriteError
        The disk is full.
    """
    target = Path(os.path.realpath(path))
    if target.suffix.lower() != ending:
        raise InputError([Issue("error", "", "", f"{path}: name a file that ends in {ending}")])
    if is_special(target):
        raise InputError([Issue("error", "", "", reason(OSError(), target))])
    attempt = target.with_name(temporary_name(target.name))
    try:
        clean_up(target.parent)
        attempt.touch()
        attempt.unlink()
        if target.exists():
            target.open("r+b").close()
    except OSError as error:
        if is_full(error):
            raise WriteError(reason(error, target)) from error
        raise InputError([Issue("error", "", "", reason(error, target))]) from error
