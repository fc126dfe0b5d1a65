"""The command line: one short function per command.

Exit status: 0 done; 2 the input is wrong; 3 proven infeasible; 4 stopped without a plan; 1 anything else.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli import jobs as job_commands
from planner.cli.console import Changes, Gap, Seed, Stop, Threads, TimeLimit, errors, output
from planner.issues import InputError, Issue

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


_INTERRUPTED = 130
"""What typer returns in place of the KeyboardInterrupt that it catches."""


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
    """Say everything that is wrong with a workbook, each fault with its cell.

    Rules that join several rows wait until the cells of their sheets can be read.
    """
    from planner.checks.check import check as run_checks
    from planner.workbook.mark import mark as write_marked
    from planner.workbook.read import read_instance

    reading = read_instance(file, changes or ())
    issues = run_checks(reading)
    _say(issues)
    _say_what_waits(reading)
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
    from planner.solver.solver import listening
    from planner.studies.given import beside
    from planner.workbook.write import write_result

    reading, issues = _checked(file, result, changes)
    reading, earlier = beside(reading, start, keep, change_cost, _say)
    chosen = solver_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    with Live(errors) as live, listening() as stop:
        outcome = make_plan(
            reading, chosen, live.show, tuple(changes or ()), issues, stop, earlier, value_of_information
        )
        if outcome.tables:  # written before anything else: a plan once found is not lost to another Ctrl-C
            write_result(result, outcome.tables, reading.raw, reading.instance)
    for remark in outcome.remarks:
        output.print(remark)
    solution = outcome.solution
    if solution.values is None:
        _say_no_plan(outcome.solution.words, outcome.reasons)
        raise Stop(_status_without_plan(solution.status))
    output.print(f"{solution.words} ({solution.seconds:.1f} s)")
    bad = outcome.tables["audit"].query("ok != 'yes'")["check"].tolist()
    output.print(f"audit: {'does not agree on ' + ', '.join(bad) if bad else 'everything agrees'}")
    output.print(f"{result} written")
    if bad:
        raise Stop(1)


Only = Annotated[
    str | None,
    typer.Option(metavar="NAME,NAME", help="Compare these mechanisms; the others stay as the workbook has them."),
]
Samples = Annotated[
    int | None, typer.Option(min=4, help="Orders to sample, in pairs of opposites; 20 for more than six mechanisms.")
]


@app.command()
def attribute(
    file: Workbook,
    result: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write (.xlsx).")],
    only: Only = None,
    exact: Annotated[bool, typer.Option("--exact", help="Solve all combinations, also of more than six.")] = False,
    samples: Samples = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    workers: Annotated[int, typer.Option(min=1, help="Solves that run at the same time.")] = 1,
    cluster: job_commands.Cluster = None,
    changes: Changes = None,
) -> None:
    """Ask what integration is worth, and through which mechanism: cost avoided or profit won by each.

    Mechanisms: access, scale, learning, clusters, joint_development, alliances, enablers, policies.

    They are switched on and off in combination. Each is worth what it adds on average over all orders in which they
    could be put in place (its Shapley value); the worths add up to the plan with all on minus the plan with all off.

    Up to six that matter in FILE are compared exactly (64 solves), more by sampled orders with a stated error. Ctrl-C
    while sampling writes what is known by then.
    """
    from planner.planning import solver_options
    from planner.progress import Live
    from planner.studies.attribution.coalitions import NoPlan
    from planner.studies.attribution.run import Request, Unfinished, run_attribution

    if exact and samples is not None:
        raise InputError([Issue("error", "", "", "--exact solves everything and --samples a part: give one of them")])
    reading, issues = _checked(file, result, changes)
    chosen = solver_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    names = tuple(name.strip() for name in (only or "").split(",") if name.strip())
    request = Request(chosen, names, samples, exact, workers, tuple(changes or ()), cluster)
    try:
        with Live(errors) as live:
            words = run_attribution(reading, request, result, issues, live)
    except NoPlan as end:
        _say_no_plan(str(end), list(end.solved.reasons))
        raise Stop(_status_without_plan(end.solved.status)) from None
    except Unfinished as end:
        errors.print(f"error: {end}")
        raise Stop(4) from None
    for line in words:
        output.print(line)
    output.print(f"{result} written")


@app.command()
def compare(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Results or instances (.xlsx); the first is the reference."),
    ],
    result: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="File to write (.xlsx, .md, .html).")],
    base: Annotated[Path | None, typer.Option(metavar="FILE", help="The reference, where it is not the first.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORM", help="xlsx, md or html; else by the ending of OUT.")
    ] = None,
) -> None:
    """Hold results against each other: decisions, costs, flows, security, and the inputs behind them.

    Any number of files. Each is held against the reference, and a bridge of cost lines leads from each to the next.
    Of instances the inputs are compared. What could not be compared is said here and on sheet issues.
    """
    from planner.studies.comparison.run import form_of, in_order, run_comparison, said

    found = run_comparison(in_order(files, base), result, form_of(result, form))
    _say(found.issues)
    for line in said(found):
        output.print(line)
    output.print(f"{result} written")


@app.command()
def report(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result workbook (.xlsx).", show_default=False)],
    page: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="PAGE", help="Page to write (.html); else beside RESULT.")
    ] = None,
) -> None:
    """Show a plan as one page: map, chain, capacity, access, costs and security; it needs nothing else to be opened."""
    from planner.report.plan_page.run_report import run_report

    written, warnings = run_report(result, page)
    for words in warnings:
        errors.print(f"warning: {words}")
    output.print(f"{written} written: open it in a browser")


app.command("run")(job_commands.run_jobs)
app.add_typer(job_commands.app, name="jobs")


def _checked(file: Path, result: Path | None, changes: list[str] | None) -> "tuple[Reading, list[Issue]]":
    """What is in `file`, and what there is to say of it, once it is sure that `result` can be written."""
    from planner.checks.check import check as run_checks
    from planner.workbook.read import read_instance

    if result is not None:
        ensure_other(result, file)
    reading = read_instance(file, changes or ())
    issues = run_checks(reading)
    _say(issues)
    _say_what_waits(reading)
    if any(issue.severity == "error" for issue in issues):
        raise Stop(2)
    return reading, issues


def ensure_other(result: Path, file: Path) -> None:
    """Raise where `result` is the file that is read, cannot be written, or is no result that may be replaced."""
    from planner.workbook.write import ensure_replaceable

    if result.exists() and file.exists() and result.samefile(file):
        raise InputError([Issue("error", "", "", f"{result} is the input itself: name another file for the result")])
    ensure_replaceable(result)


def _status_without_plan(status: str) -> int:
    """The exit status of a run whose solver ended with `status` and no plan."""
    return 3 if status == "infeasible" else 1 if status in ("unbounded", "failed") else 4


def _say(issues: Iterable[Issue]) -> None:
    for issue in issues:
        errors.print(str(issue))


def _say_what_waits(reading: "Reading") -> None:
    """Which sheets are not judged any further until their faults are mended."""
    sheets = list(dict.fromkeys(fault.sheet for fault in reading.faults if fault.sheet.isidentifier()))
    if sheets:
        errors.print(
            f"what {', '.join(sheets)} mean together is checked once these cells can be read: check again then"
        )


def _say_no_plan(words: str, reasons: list[str]) -> None:
    errors.print(f"error: {words}")
    if reasons:
        errors.print("not all of the workbook can be met together; the fewest cells to change that would do,")
    for reason in reasons[:MOST_REASONS]:
        errors.print(f"  {reason}")
    if len(reasons) > MOST_REASONS:
        errors.print(f"  and {len(reasons) - MOST_REASONS} more")


from planner.cli import plans, security  # noqa: E402, F401  # their commands use what is above


def main() -> None:
    """Run the command line and exit with its status; tracebacks only with --debug."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        if app(args=arguments, standalone_mode=False, prog_name="planner") == _INTERRUPTED:
            raise KeyboardInterrupt
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
