"""Tables out to workbooks: instances that look like the template, and results."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from planner.issues import InputError, Issue
from planner.workbook.board import Board, add_board, fill_by_row
from planner.workbook.heat import Heat, add_heat
from planner.workbook.names import OWN
from planner.workbook.package import open_package
from planner.workbook.save import Body, WriteError, is_full, is_special, reason, save
from planner.workbook.sheets import Rows, copy_sheet, input_sheet, new_book, result_sheet
from planner_models.schema import INPUTS


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
    board: Board | None,
    by_row: Sequence[str] = (),
    heat: Mapping[str, Heat] | None = None,
) -> None:
    """Write a workbook of the sheets of `schemas` that `tables` has, and `in_<sheet>` for `inputs`.

    `board` is the page on sheet `summary`, which must then be there. The sheets `by_row` have another unit in every
    row, which stands in their column `unit`; those of `heat` are shaded. Raises WriteError as `write_result` does.
    """
    book = new_book()
    bodies: dict[str, Body] = {}
    for name, schema in schemas.items():
        if name in tables:
            bodies[name] = result_sheet(book, schema, tables[name])
    for name, shades in (heat or {}).items():
        add_heat(book[name], tables[name], shades)
    for name in by_row:
        del bodies[name]
        fill_by_row(book[name], tables[name], wrap=False)
    bodies.pop("summary", None)  # its rows share the sheet with the page for the board
    for name in INPUTS:
        if name in inputs:
            bodies[f"in_{name}"] = copy_sheet(book, f"in_{name}", name, inputs[name])
    if board is not None:
        add_board(book, tables["summary"], board)
    save(book, path, bodies)


def ensure_replaceable(path: str | Path) -> None:
    """Raise InputError where a result cannot be written to `path`, or something would be lost by it.

    Results can be made again, so they are replaced; a workbook that somebody filled in is not.
    """
    ensure_writable(path)
    if not Path(path).exists():
        return
    try:
        ours = any(name == OWN for name, _ in open_package(path).sheets)
    except InputError:
        ours = False
    if not ours:
        words = f"{path} exists and is no result of the planner: name another file, or remove it first"
        raise InputError([Issue("error", "", "", words)])


def ensure_writable(path: str | Path, ending: str = ".xlsx") -> None:
    """Raise InputError now where writing to `path` would fail later: learning it after hours of work is too late."""
    target = Path(os.path.realpath(path))
    if target.suffix.lower() != ending:
        raise InputError([Issue("error", "", "", f"{path}: name a file that ends in {ending}")])
    if is_special(target):
        raise InputError([Issue("error", "", "", reason(OSError(), target))])
    attempt = target.with_name(f".{target.name}.{os.getpid()}.try")
    try:
        attempt.touch()
        attempt.unlink()
        if target.exists():
            target.open("r+b").close()
    except OSError as error:
        if is_full(error):
            raise WriteError(reason(error, target)) from error
        raise InputError([Issue("error", "", "", reason(error, target))]) from error
