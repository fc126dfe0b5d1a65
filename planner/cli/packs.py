"""The command that adds a pack of programmes to a workbook."""

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.app import Workbook, app, ensure_other
from planner.cli.console import Force, Stop, output
from planner.issues import ExitStatus, InputError, Issue
from planner.words import count_noun


@app.command()
def add(
    file: Workbook,
    pack: Annotated[
        Path,
        typer.Argument(metavar="PACK", help="Rows of sheet eligibility (.csv), such as instances/packs/us.csv."),
    ],
    result: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write.")],
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="PACK'S=YOURS",
            help="What a name of the pack is called in the workbook, `;` between several. Repeatable.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="PROGRAMME", help="Only this programme. Repeatable.")
    ] = None,
    force: Force = False,
) -> None:
    """Add programmes from a pack to sheet eligibility: places and items under the workbook's names, years as periods.

    The workbook is written anew with the planner's own formats: values stay, formulas and charts of FILE do not. Then
    run planner check on it.
    """
    from planner.workbook.packs import add_pack

    ensure_other(result, file, force)
    count, late = add_pack(file, pack, result, _read_names(names or []), only or [])
    for name in late:
        output.print(f"left out: {name}, whose years are not those of the plan")
    if not count:
        output.print("nothing was written: no programme of the pack is about the years of the plan")
        raise Stop(ExitStatus.WRONG_INPUT)
    output.print(f"{result} written: {count_noun(count, 'programme')} added; run planner check {result}")


def _read_names(written: list[str]) -> dict[str, str]:
    """By name of the pack, that of the workbook."""
    found = {}
    for words in written:
        name, sign, own = words.partition("=")
        if not sign or not name.strip() or not own.strip():
            raise InputError([Issue("error", "", "", f"--name {words}: write the pack's name, = and your own")])
        found[name.strip()] = own.strip()
    return found
