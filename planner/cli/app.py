"""The application to which every command belongs, and what commands share beyond the console."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.console import Stop, errors
from planner.issues import ExitStatus, InputError, Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading

app: typer.Typer = typer.Typer(
    help="Plan a three-tier supply chain from an Excel workbook.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

MOST_REASONS = 25
"""Rows that are named where there is no plan; nobody reads hundreds, and the largest come first."""

Workbook = Annotated[Path, typer.Argument(metavar="FILE", help="Instance workbook (.xlsx).", show_default=False)]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
) -> None:
    """Plan a three-tier supply chain from an Excel workbook."""


def read_checked(file: Path, result: Path | None, changes: list[str] | None) -> "tuple[Reading, list[Issue]]":
    """What is in `file`, and what there is to say of it, once it is sure that `result` can be written."""
    from planner.checks.check import check as run_checks
    from planner.workbook.read import read_instance

    if result is not None:
        ensure_other(result, file)
    reading = read_instance(file, changes or ())
    issues = run_checks(reading)
    print_issues(issues)
    print_waiting_sheets(reading)
    if any(issue.severity == "error" for issue in issues):
        raise Stop(ExitStatus.WRONG_INPUT)
    return reading, issues


def ensure_other(result: Path, file: Path) -> None:
    """Raise where `result` is the file that is read, cannot be written, or is no result that may be replaced."""
    from planner.workbook.write import ensure_replaceable

    if result.exists() and file.exists() and result.samefile(file):
        raise InputError([Issue("error", "", "", f"{result} is the input itself: name another file for the result")])
    ensure_replaceable(result)


def print_issues(issues: Iterable[Issue]) -> None:
    for issue in issues:
        errors.print(str(issue))


def print_waiting_sheets(reading: "Reading") -> None:
    """Which sheets are not judged any further until their faults are mended."""
    sheets = list(dict.fromkeys(fault.sheet for fault in reading.faults if fault.sheet.isidentifier()))
    if sheets:
        errors.print(
            f"what {', '.join(sheets)} mean together is checked once these cells can be read: check again then"
        )


def print_no_plan(words: str, reasons: list[str]) -> None:
    errors.print(f"error: {words}")
    if reasons:
        errors.print("not all of the workbook can be met together; the fewest cells to change that would do,")
    for reason in reasons[:MOST_REASONS]:
        errors.print(f"  {reason}")
    if len(reasons) > MOST_REASONS:
        errors.print(f"  and {len(reasons) - MOST_REASONS} more")
