"""Commands about one workbook: start it, check it, solve it."""

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.app import Workbook, app, ensure_other, open_checked, open_earlier, print_checks, print_no_plan
from planner.cli.console import Changes, Force, Gap, Seed, Stop, Threads, TimeLimit, errors, finite, output
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import exit_status
from planner.words import count_noun


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook to write (.xlsx).", show_default=False)],
    blank: Annotated[bool, typer.Option("--blank", help="Leave out the worked example.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> None:
    """Write a workbook to fill in: drop-downs, notes on every header and a worked example."""
    from planner.workbook.template import write_template
    from planner.workbook.write import ensure_writable

    if file.exists() and not force:  # also what planner new wrote: by now somebody may have filled it in
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
    force: Force = False,
) -> None:
    """List every error in a workbook, each with its cell.

    Rules that join several sheets are checked once all cells of these sheets can be read.
    """
    from planner.workbook.mark import mark as write_marked

    if mark is not None:
        ensure_other(mark, file, force)
    _, issues = print_checks(file, changes)
    if mark is not None:
        listing = write_marked(file, mark, issues)
        output.print(f"{mark} written: sheet {listing} lists {count_noun(len(issues), 'issue')}")
    faults = sum(issue.severity == "error" for issue in issues)
    if faults:
        raise Stop(ExitStatus.WRONG_INPUT)
    output.print(f"{file}: no errors, {count_noun(len(issues), 'warning or note', 'warnings or notes')}")


@app.command()
def solve(
    file: Workbook,
    result: Annotated[Path, typer.Option("-o", "--output", metavar="RESULT", help="Result workbook to write (.xlsx).")],
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    value_of_information: Annotated[
        bool,
        typer.Option(
            "--value-of-information",
            help="Add the value of perfect information and the value of planning for disruptions to the summary: one "
            "more solve for each scenario with a probability, and one without any.",
        ),
    ] = False,
    changes: Changes = None,
    start: Annotated[Path | None, typer.Option(metavar="RESULT", help="Earlier plan to start the search from.")] = None,
    keep: Annotated[Path | None, typer.Option(metavar="RESULT", help="Earlier plan to depart from at a cost.")] = None,
    change_cost: Annotated[
        float | None,
        typer.Option(
            min=0, callback=finite, help="Cost in millions of each decision (and module) that differs from --keep."
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Find the best plan and write it, audited, into a result workbook."""
    from planner.interface.solving import NoPlanFound
    from planner.interface.solving import solve as find_plan
    from planner.progress import Live
    from planner.solver.solver import catch_interrupts

    instance = open_checked(file, result, changes, force)
    plans = {path: open_earlier(path) for path in dict.fromkeys((start, keep)) if path is not None}
    try:
        # written before anything else is said: a plan once found is not lost to another Ctrl-C
        with Live(errors) as live, catch_interrupts():
            found = find_plan(
                instance,
                gap=gap,
                time_limit=time_limit,
                threads=threads,
                seed=seed,
                on_progress=live.show,
                start=plans.get(start) if start else None,
                keep=plans.get(keep) if keep else None,
                change_cost=change_cost,
                value_of_information=value_of_information,
            )
            found.save(result, force=True)  # what is there was looked at before: this must not fail over it
    except NoPlanFound as end:
        for remark in end.remarks:
            output.print(remark)
        print_no_plan(str(end), list(end.reasons))
        raise Stop(exit_status(end.status)) from None
    for remark in found.remarks:
        output.print(remark)
    output.print(f"{found.words} ({found.seconds:.1f} s)")
    bad = found.disputed
    output.print(f"audit: {'does not agree on ' + ', '.join(bad) if bad else 'everything agrees'}")
    output.print(f"{result} written")
    if bad:
        raise Stop(ExitStatus.FAILED)
