"""The application to which every command belongs, and what commands share beyond the console."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.console import Stop, errors, output
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.versions import ensure_sound_solver

if TYPE_CHECKING:
    from planner.interface.instances import InstanceFile
    from planner.interface.results import Result
    from planner.workbook.read import Reading

app: typer.Typer = typer.Typer(
    help="Plan a three-tier supply chain from an Excel workbook.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

MOST_REASONS = 25
"""Rows that are named where there is no plan; nobody reads hundreds, and the largest come first."""

Workbook = Annotated[Path, typer.Argument(metavar="FILE", help="Instance workbook (.xlsx).", show_default=False)]


def _print_version(wanted: bool) -> None:
    if wanted:
        from planner.seal import planner_version

        output.print(f"planner {planner_version()}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Plan a three-tier supply chain from an Excel workbook."""
    ensure_sound_solver()


def print_checks(file: Path, changes: list[str] | None, each: bool = False) -> "tuple[InstanceFile, list[Issue]]":
    """Read an instance under changes and print everything there is to say of it.

    Parameters
    ----------
    file
        The workbook.
    changes
        Changes as `--set` takes them; one that finds nothing to change is among the issues.
    each
        Print each issue, also those that have one cause.

    Returns
    -------
    tuple of InstanceFile and list of Issue
        What was read, faults or not, and what was printed.
    """
    from planner.interface.instances import InstanceFile, check
    from planner.workbook.read import open_instance

    instance = InstanceFile(open_instance(file), tuple(changes or ()))
    issues = check(instance)
    if each:
        for issue in issues:
            errors.print(str(issue))
    else:
        print_issues(issues)
    print_waiting_sheets(instance.reading)
    return instance, issues


def open_checked(file: Path, result: Path | None, changes: list[str] | None, force: bool) -> "InstanceFile":
    """What is in `file`, without faults, once it is sure that `result` can be written; ends the command otherwise."""
    if result is not None:
        ensure_other(result, file, force)
    instance, issues = print_checks(file, changes)
    if any(issue.severity == "error" for issue in issues):
        raise Stop(ExitStatus.WRONG_INPUT)
    return instance


def read_checked(
    file: Path, result: Path | None, changes: list[str] | None, force: bool
) -> "tuple[Reading, list[Issue]]":
    """As `open_checked`: the reading, with its issues."""
    from planner.interface.instances import check

    instance = open_checked(file, result, changes, force)
    return instance.reading, check(instance)


def open_earlier(path: Path) -> "Result":
    """The result at `path`, once what is doubtful about it is printed."""
    from planner.interface.results import open_result
    from planner.studies.earlier_result import list_doubts

    found = open_result(path)
    print_issues(list_doubts(found.file))
    return found


def choose_ending(file: Path) -> str:
    """What a copy of a workbook must end in: what the workbook does, since macros make another kind of file."""
    return ".xlsm" if file.suffix.lower() == ".xlsm" else ".xlsx"


def ensure_other(result: Path, file: Path, force: bool, ending: str = ".xlsx") -> None:
    """Raise where `result` is the file that is read, cannot be written, or may not be replaced without `force`."""
    from planner.workbook.write import ensure_replaceable

    if result.exists() and file.exists() and result.samefile(file):
        raise InputError([Issue("error", "", "", f"{result} is the input itself: name another file for the result")])
    ensure_replaceable(result, force, ending)


def can_ask() -> bool:
    """Whether somebody is at a terminal who can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and errors.is_terminal


def ask(question: str) -> bool | None:
    """What somebody at a terminal answers to a question; None where nobody can be asked, such as in a script."""
    if not can_ask():
        return None
    return typer.confirm(question, default=False, err=True)


def print_issues(issues: Iterable[Issue]) -> None:
    """Print issues to standard error, a line for each cause."""
    from planner.cli.issue_lines import write_lines

    for line in write_lines(issues):
        errors.print(line)


def print_waiting_sheets(reading: "Reading") -> None:
    """Which sheets are not judged any further until their faults are mended."""
    sheets = list(dict.fromkeys(fault.sheet for fault in reading.faults if fault.sheet.isidentifier()))
    if sheets:
        errors.print(
            f"correct these cells and check again: rules that relate {', '.join(sheets)} to other sheets are checked "
            "when all their cells can be read"
        )


def print_no_plan(words: str, reasons: list[str]) -> None:
    """Print why there is no plan, and the changes that would allow one."""
    errors.print(f"error: {words}")
    if reasons:
        errors.print("no plan meets every limit of the workbook; the smallest changes that allow one are")
    for reason in reasons[:MOST_REASONS]:
        errors.print(f"  {reason}")
    if len(reasons) > MOST_REASONS:
        errors.print(f"  and {len(reasons) - MOST_REASONS} more")
