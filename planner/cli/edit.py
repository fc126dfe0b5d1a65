"""Commands that change a workbook: cells of it, and what others have changed in theirs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.app import Workbook, app, choose_ending, ensure_other
from planner.cli.console import Force, output
from planner.issues import InputError, Issue
from planner.words import count_noun

if TYPE_CHECKING:
    from planner.workbook.patching.change_list import CellChange

MOST_SHOWN = 25
"""Changes that are printed; a list has them all."""

Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SHEET[KEY].COLUMN=VALUE", help="Change a cell by its key. Repeatable."),
]
Listing = Annotated[
    Path | None,
    typer.Option("--list", metavar="LIST", help="Also write the changes as a list (.csv), with what was there before."),
]


@app.command()
def edit(
    file: Workbook,
    result: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write.")],
    sets: Sets = None,
    changes: Annotated[
        Path | None,
        typer.Option(
            "--changes",
            metavar="LIST",
            help="A list of changes (.csv) with the columns sheet, cell, old, new, note; a cell that does not hold "
            "what is in `old` is a conflict.",
        ),
    ] = None,
    listing: Listing = None,
    force: Force = False,
) -> None:
    """Change cells of a workbook and leave everything else in it untouched: formulas, charts, formats, comments.

    Only these cells are replaced in the file. With one conflict nothing is written. Where the workbook has formulas, it
    asks for all of them to be calculated when it is opened: open and save it once before it is solved.
    """
    from planner.workbook.patching.change_list import read_change_list
    from planner.workbook.patching.edits import locate_changes
    from planner.workbook.patching.patch import OpenBook, patch_workbook, save_patched

    if not sets and changes is None:
        raise InputError([Issue("error", "", "", "name what is to be changed, with --set or --changes")])
    _ensure_targets(result, file, listing, force)
    book = OpenBook(file)
    wanted = locate_changes(book, sets) if sets else []
    if changes is not None:
        wanted += read_change_list(changes)
    patched = patch_workbook(book, wanted)
    save_patched(patched, file, result)
    _print_changes(list(patched.made), listing)
    output.print(f"{result} written: {count_noun(len(patched.made), 'cell')} changed")


def _ensure_targets(result: Path, file: Path, listing: Path | None, force: bool) -> None:
    """Raise where a file that is to be written is one that is read, or somebody else's."""
    ensure_other(result, file, force, choose_ending(file))
    if listing is None:
        return
    if listing.suffix.lower() != ".csv":
        raise InputError([Issue("error", "", "", f"{listing}: name a file that ends in .csv")])
    if listing.exists() and not force:
        raise InputError([Issue("error", "", "", f"{listing} exists: name another file, or replace it with --force")])


def _print_changes(made: "list[CellChange]", listing: Path | None) -> None:
    """Print the changes, and write them to a list."""
    from planner.workbook.names import quote
    from planner.workbook.patching.change_list import save_change_list

    for change in made[:MOST_SHOWN]:
        output.print(f"{change.place}: {quote(change.old) or 'blank'} -> {quote(change.new) or 'blank'}")
    if len(made) > MOST_SHOWN:
        output.print(f"and {len(made) - MOST_SHOWN} more")
    if listing is not None:
        save_change_list(made, listing)
        output.print(f"{listing} written")


@app.command()
def merge(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The workbook as it was sent out.", show_default=False)],
    mine: Annotated[Path, typer.Argument(metavar="MINE", help="The workbook to merge into.", show_default=False)],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", help="The one that came back.", show_default=False)],
    result: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write.")],
    take: Annotated[
        str | None, typer.Option(metavar="mine|theirs", help="Whose cells are taken where both changed the same.")
    ] = None,
    listing: Listing = None,
    force: Force = False,
) -> None:
    """Merge a workbook that came back edited: what THEIRS changed since BASE goes into MINE, which is left as it is.

    Rows are matched by their keys. A cell that both changed, each to something else, is a conflict: conflicts are
    listed with both values, and nothing is written unless --take decides them. Rows that were removed are cleared, rows
    that were added come below the last. Formats and comments remain those of MINE.
    """
    from planner.workbook.merging.merge import merge_workbooks
    from planner.workbook.patching.patch import save_patched

    if take not in (None, "mine", "theirs"):
        raise InputError([Issue("error", "", "", f"--take {take}: write mine or theirs")])
    for file in (base, theirs, mine):
        _ensure_targets(result, file, None, force)
    _ensure_targets(result, mine, listing, force)
    merged = merge_workbooks(base, mine, theirs, "mine" if take == "mine" else "theirs" if take else None)
    if merged.patched is None:
        raise InputError(list(merged.conflicts))
    save_patched(merged.patched, mine, result)
    _print_changes(list(merged.patched.made), listing)
    for title, words in merged.sheets.items():
        output.print(f"{title}: {words}")
    decided = f", {count_noun(len(merged.conflicts), 'conflict')} decided for {take}" if merged.conflicts else ""
    output.print(f"{result} written: {count_noun(len(merged.patched.made), 'cell')} changed{decided}")
