"""Commands about one workbook: start it, check it, solve it."""

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.app import (
    Workbook,
    app,
    print_issues,
    print_no_plan,
    print_waiting_sheets,
    read_checked,
)
from planner.cli.console import Changes, Gap, Seed, Stop, Threads, TimeLimit, errors, output
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import exit_status


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
    """Say everything that is wrong with a workbook, each fault with its cell.

    Rules that join several rows wait until the cells of their sheets can be read.
    """
    from planner.checks.check import check as run_checks
    from planner.workbook.mark import mark as write_marked
    from planner.workbook.read import read_instance

    reading = read_instance(file, changes or ())
    issues = run_checks(reading)
    print_issues(issues)
    print_waiting_sheets(reading)
    if mark is not None:
        listing = write_marked(file, mark, issues)
        output.print(f"{mark} written: sheet {listing} lists {len(issues)} issues")
    faults = sum(issue.severity == "error" for issue in issues)
    if faults:
        raise Stop(ExitStatus.WRONG_INPUT)
    output.print(f"{file}: no faults, {len(issues)} remarks")


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
            help="Say in summary what knowing the disruptions to come would save, and what planning for them saves: "
            "one more solve for each scenario with a probability, and one without any.",
        ),
    ] = False,
    changes: Changes = None,
    start: Annotated[Path | None, typer.Option(metavar="RESULT", help="Earlier plan to start the search from.")] = None,
    keep: Annotated[Path | None, typer.Option(metavar="RESULT", help="Earlier plan to depart from at a cost.")] = None,
    change_cost: Annotated[
        float | None, typer.Option(min=0, help="Money for each decision (and module) that differs from --keep.")
    ] = None,
) -> None:
    """Find the best plan and write it, audited, into a result workbook."""
    from planner.planning import make_plan, solver_options
    from planner.progress import Live
    from planner.report.workbook import write_result
    from planner.solver.solver import listening
    from planner.studies.given import beside
    from planner.studies.information.study import value_information

    reading, issues = read_checked(file, result, changes)
    reading, earlier = beside(reading, start, keep, change_cost, print_issues)
    chosen = solver_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    extra = value_information if value_of_information else None
    with Live(errors) as live, listening() as stop:
        outcome = make_plan(reading, chosen, live.show, tuple(changes or ()), issues, stop, earlier, extra)
        if outcome.tables:  # written before anything else: a plan once found is not lost to another Ctrl-C
            write_result(result, outcome.tables, reading.raw, reading.instance)
    for remark in outcome.remarks:
        output.print(remark)
    solution = outcome.solution
    if solution.values is None:
        print_no_plan(outcome.solution.words, outcome.reasons)
        raise Stop(exit_status(solution.status))
    output.print(f"{solution.words} ({solution.seconds:.1f} s)")
    bad = outcome.tables["audit"].query("ok != 'yes'")["check"].tolist()
    output.print(f"audit: {'does not agree on ' + ', '.join(bad) if bad else 'everything agrees'}")
    output.print(f"{result} written")
    if bad:
        raise Stop(ExitStatus.FAILED)
