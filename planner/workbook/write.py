"""Tables out to workbooks: instances that look like the template, and results."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from planner.issues import InputError, Issue
from planner.workbook.board import Board, add_board, fill_by_row
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.heat import Heat, add_heat
from planner.workbook.index import add_index, limit_printing, show_kinds
from planner.workbook.mark import is_marked_copy
from planner.workbook.names import OWN
from planner.workbook.package import open_package
from planner.workbook.save import (
    Body,
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
from planner.workbook.sheets import Rows, copy_sheet, input_sheet, new_book, result_sheet
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
    book = new_book()
    bodies = {sheet: input_sheet(book, sheet, tables.get(sheet, [])) for sheet in INPUTS}
    save(book, path, bodies)


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
    book = new_book()
    bodies: dict[str, Body] = {}
    for name, schema in schemas.items():
        if name in tables:
            bodies[name] = result_sheet(book, schema, tables[name])
    for name, shades in heat.items():
        add_heat(book[name], tables[name], shades)
    for name in by_row:
        del bodies[name]
        fill_by_row(book[name], tables[name], wrap=False)
    for name in INPUTS:
        if name in inputs:
            bodies[f"in_{name}"] = copy_sheet(book, f"in_{name}", name, inputs[name])
    if board is not None:
        del bodies["summary"]  # each of its rows has a unit of its own
        add_board(book, tables["summary"], board)
    copies = {f"in_{name}": inputs[name] for name in INPUTS if name in inputs}
    every = {name: tables[name] for name in schemas if name in tables} | copies
    if "summary" in every:
        add_index(book, dict(schemas) | {f"in_{name}": schema for name, schema in INPUTS.items()}, every)
        limit_printing(book)
    show_kinds(book, every)
    save(book, path, bodies, rescue=True)


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
    words = f"{path} exists and is no {what} of the planner: name another file, or replace it with --force"
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
