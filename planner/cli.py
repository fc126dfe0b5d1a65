"""The command line: one short function per command.

Exit status: 0 done; 2 the input is wrong; 3 proven infeasible; 4 stopped without a plan; 1 anything else.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from planner.issues import InputError, Issue

app = typer.Typer(
    help="Plan a three-tier supply chain from an Excel workbook.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
output = Console(soft_wrap=True, highlight=False, markup=False)

MOST_REASONS = 25
"""Rows that are named where there is no plan; nobody reads hundreds, and the largest come first."""

Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SHEET[KEY].COLUMN=VALUE", help="Change an input, not the file; repeatable."),
]
Workbook = Annotated[Path, typer.Argument(metavar="FILE", help="Instance workbook (.xlsx).", show_default=False)]


class Stop(Exception):
    """End with this exit status; everything has been said."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
) -> None:
    """Plan a three-tier supply chain from an Excel workbook."""


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook to write (.xlsx).", show_default=False)],
    blank: Annotated[bool, typer.Option("--blank", help="Leave out the worked example.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> None:
    """Write a workbook to fill in: drop-downs, notes on every header and a worked example."""
    from planner.workbook.template import write_template
    from planner.workbook.write import ensure_writable

    if file.exists() and not force:
        raise InputError([Issue("error", "", "", f"{file} exists: choose another name, or replace it with --force")])
    ensure_writable(file)
    write_template(file, blank=blank)
    output.print(f"{file} written: fill it in, then run planner check {file}")


@app.command()
def check(
    file: Workbook,
    mark: Annotated[
        Path | None, typer.Option("--mark", metavar="COPY", help="Write a copy with the faulty cells marked.")
    ] = None,
    changes: Changes = None,
) -> None:
    """Say everything that is wrong with a workbook, each fault with its cell."""
    from planner.check import check as run_checks
    from planner.workbook.mark import mark as write_marked
    from planner.workbook.read import read_instance

    reading = read_instance(file, changes or ())
    issues = run_checks(reading)
    _say(issues)
    if mark is not None:
        listing = write_marked(file, mark, issues)
        output.print(f"{mark} written: sheet {listing} lists {len(issues)} issues")
    faults = sum(issue.severity == "error" for issue in issues)
    if faults:
        raise Stop(2)
    output.print(f"{file}: no faults, {len(issues)} remarks")


@app.command()
def solve(
    file: Workbook,
    result: Annotated[Path, typer.Option("-o", "--output", metavar="RESULT", help="Result workbook to write (.xlsx).")],
    gap: Annotated[float | None, typer.Option(min=0, max=1, help="Relative gap at which to stop.")] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.001, help="Longest time to solve, in s.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the solver.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Random seed of the solver.")] = None,
    changes: Changes = None,
) -> None:
    """Find the best plan and write it, audited, into a result workbook."""
    from planner.check import check as run_checks
    from planner.planning import make_plan, solver_options
    from planner.progress import Live
    from planner.workbook.read import read_instance
    from planner.workbook.write import ensure_writable, write_result

    if result.exists() and file.exists() and result.samefile(file):
        raise InputError([Issue("error", "", "", f"{result} is the input itself: name another file for the result")])
    ensure_writable(result)
    reading = read_instance(file, changes or ())
    issues = run_checks(reading)
    _say(issues)
    if any(issue.severity == "error" for issue in issues):
        raise Stop(2)
    chosen = solver_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    with Live(errors) as live:
        outcome = make_plan(reading, chosen, live.show, tuple(changes or ()), issues)
    solution = outcome.solution
    if solution.values is None:
        _say_no_plan(outcome.solution.words, [conflict.words for conflict in outcome.conflicts])
        raise Stop(3 if solution.status == "infeasible" else 1 if solution.status in ("unbounded", "failed") else 4)
    write_result(result, outcome.tables, reading.raw, reading.instance)
    output.print(f"{solution.words} ({solution.seconds:.1f} s)")
    bad = outcome.tables["audit"].query("ok != 'yes'")["check"].tolist()
    output.print(f"audit: {'does not agree on ' + ', '.join(bad) if bad else 'everything agrees'}")
    output.print(f"{result} written")
    if bad:
        raise Stop(1)


def _say(issues: Iterable[Issue]) -> None:
    for issue in issues:
        errors.print(str(issue))


def _say_no_plan(words: str, reasons: list[str]) -> None:
    errors.print(f"error: {words}")
    if reasons:
        errors.print("these rows cannot be met together; the smallest change that would do:")
    for reason in reasons[:MOST_REASONS]:
        errors.print(f"  {reason}")
    if len(reasons) > MOST_REASONS:
        errors.print(f"  and {len(reasons) - MOST_REASONS} more, each smaller")


def main() -> None:
    """Run the command line and exit with its status; tracebacks only with --debug."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        app(args=arguments, standalone_mode=False, prog_name="planner")
    except Stop as stop:
        return stop.status
    except InputError as fault:
        _say(fault.issues)
        return 2
    except typer.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, typer.Abort):
        errors.print("error: stopped by the user")
        return 4
    except OSError as fault:
        errors.print(f"error: {fault}")
        return 1
    except Exception as fault:
        if "--debug" in arguments:
            raise
        return _unexpected(fault)
    return 0


def _unexpected(fault: Exception) -> int:
    """One line for what went wrong; usage errors, which alone know how to word themselves, count as wrong input."""
    wording = getattr(fault, "format_message", None)
    if wording is not None:
        if message := wording():
            errors.print(f"error: {message} (-h explains)")
        return 2
    errors.print(f"error: {type(fault).__name__}: {fault} (--debug shows where)")
    return 1
