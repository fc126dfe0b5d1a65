"""Commands about plans that exist: evaluate one on new data, ask why, look for alternatives, replay."""

from pathlib import Path
from typing import Annotated, Any

import typer

from planner.cli import console
from planner.cli.app import MOST_REASONS, Workbook, app, ensure_other, print_issues, print_no_plan, read_checked
from planner.cli.console import Changes, Force, Gap, Seed, Stop, Threads, TimeLimit, errors, output
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import exit_status

Result = Annotated[
    Path, typer.Argument(metavar="RESULT", help="Result workbook of planner solve (.xlsx).", show_default=False)
]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write (.xlsx).")]
MaybeOutput = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="OUT", help="Workbook to write (.xlsx); without it the answer is only printed."
    ),
]


@app.command()
def evaluate(
    file: Workbook,
    plan: Annotated[Path, typer.Option("--plan", metavar="RESULT", help="Result whose decisions are held.")],
    result: Output,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    changes: Changes = None,
    force: Force = False,
) -> None:
    """Run an old plan on new data: its decisions are held, and flows are optimised again.

    Lists decisions that are no longer possible. If the plan no longer works, says why (exit status 3).
    """
    from planner.planning import choose_options, prepare_problem
    from planner.report.wording import format_money
    from planner.report.workbook import write_result
    from planner.studies.earlier_result import decisions_in, list_doubts, read_result
    from planner.studies.evaluate.study import evaluate as run_evaluation
    from planner.studies.why.question import format_decision

    reading, issues = read_checked(file, result, changes, force)
    ensure_other(result, plan, force)
    earlier = read_result(plan)
    print_issues(list_doubts(earlier))
    chosen = choose_options(reading, gap=gap, time_limit=time_limit, threads=threads)
    known = decisions_in(earlier, reading.instance)
    job = prepare_problem(reading, chosen, issues, known, changes=list(changes or ()), plan=plan.name)
    found = run_evaluation(job, earlier)
    output.print(f"{found.found.words} of {plan.name} still exist")
    gone = found.found.gone
    for decision in gone[:MOST_REASONS]:
        output.print(f"  gone: {format_decision(decision)}")
    if len(gone) > MOST_REASONS:
        output.print(f"  and {len(gone) - MOST_REASONS} more")
    if not found.tables:
        print_no_plan(f"the plan of {plan.name} does not work on {file.name}", list(found.reasons))
        raise Stop(exit_status(found.solution.status))
    write_result(result, found.tables, reading.raw, reading.instance)
    verb = "costs" if job.sign > 0 else "earns"
    objective = job.sign * (found.solution.objective or 0.0)
    output.print(f"it {verb} {format_money(objective, reading.instance.settings['currency'])}")
    output.print(f"{result} written")


@app.command()
def why(
    result: Result,
    question: Annotated[
        str, typer.Argument(metavar="DECISION", help="Such as 'opened[S12, 2027]=0' or 'built[S12, cells, large]>=2'.")
    ],
    output: MaybeOutput = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    force: Force = False,
) -> None:
    """Explain a decision: what the opposite costs, which other decisions change, and what would change it.

    If the plan decides as DECISION says, the opposite is forced; otherwise DECISION itself. Any
    decision of sheet locks can be named: opened, built, accessed, started, kept, priced; the period is optional.
    """
    from dataclasses import replace

    from planner.progress import Live
    from planner.studies.earlier_result import extract_options, list_doubts, read_result
    from planner.studies.why.run import run_why, write_why
    from planner.studies.why.solved import Unanswered

    if output is not None:
        ensure_other(output, result, force)
    given = read_result(result)
    print_issues(list_doubts(given))
    chosen: dict[str, Any] = {"gap": gap, "time_limit": time_limit, "threads": threads}
    options = replace(extract_options(given), **{name: value for name, value in chosen.items() if value is not None})
    try:
        with Live(errors) as live:
            explained = run_why(given, options, question, live)
    except Unanswered as end:
        print_no_plan(f"the opposite is not possible: {end}", end.reasons)
        raise Stop(exit_status(end.status)) from None
    for line in explained.lines:
        console.output.print(line)
    if output is not None:
        write_why(explained, given, question, output)
        console.output.print(f"{output} written")


@app.command()
def alternatives(
    file: Workbook,
    within: Annotated[
        str, typer.Option("--within", metavar="SHARE", help="Largest cost above the best plan, such as 2%.")
    ] = "1%",
    output: MaybeOutput = None,
    number: Annotated[int, typer.Option("--number", min=1, help="Number of plans to show, the best included.")] = 5,
    by_period: Annotated[bool, typer.Option("--by-period", help="Treat each period as a separate choice.")] = False,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    changes: Changes = None,
    force: Force = False,
) -> None:
    """Find plans that are nearly as good but differ as much as possible, and the choices that all, some or none make.

    Always and never are proved. The time limit applies to each solve; undecided choices are listed. Ctrl-C ends it
    with the results so far.
    """
    from planner.planning import choose_options, prepare_problem
    from planner.progress import Live
    from planner.studies.alternatives.run import lines, tables, write_alternatives
    from planner.studies.alternatives.study import find_alternatives as find
    from planner.studies.no_plan import NoPlan

    room = share(within)
    reading, issues = read_checked(file, output, changes, force)
    chosen = choose_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    job = prepare_problem(reading, chosen, issues)
    try:
        with Live(errors) as live:
            found = find(job, room, number, live.say, by_period=by_period)
    except NoPlan as end:
        errors.print(f"error: {end}")
        raise Stop(exit_status(end.solution.status)) from None
    for line in lines(found, room, number):
        console.output.print(line)
    if output is not None:
        write_alternatives(found, tables(found, room, number, issues, list(changes or ())), output)
        console.output.print(f"{output} written")


def share(written: str) -> float:
    """A share such as 2% or 0.02. Raises InputError where it is none."""
    try:
        value = float(written.removesuffix("%")) / (100.0 if written.endswith("%") else 1.0)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise InputError([Issue("error", "", "", f"--within {written} is not a share: write it as 2% or 0.02")])
    return value


@app.command()
def replay(result: Result) -> None:
    """Solve the input inside a result again with its options. Exit status 0 if the plans agree, otherwise 1."""
    from planner.progress import Live
    from planner.studies.earlier_result import list_doubts, read_result
    from planner.studies.replay.run import lines
    from planner.studies.replay.study import replay as run_replay

    given = read_result(result)
    print_issues(list_doubts(given))
    with Live(errors) as live:
        found = run_replay(given, live.show)
    for line in lines(found):
        output.print(line)
    if not found.agrees:
        raise Stop(ExitStatus.FAILED)
