"""Commands about one workbook: start it, check it, solve it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.app import (
    Workbook,
    app,
    ask,
    can_ask,
    ensure_other,
    open_checked,
    open_earlier,
    print_checks,
    print_no_plan,
)
from planner.cli.console import Changes, Force, Gap, Seed, Stop, Threads, TimeLimit, errors, finite, output
from planner.cli.jobs import RESULTS
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import exit_status
from planner.words import count_noun

if TYPE_CHECKING:
    from planner.interface.results import Result


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook to write (.xlsx).", show_default=False)],
    blank: Annotated[bool, typer.Option("--blank", help="Leave out the worked example.")] = False,
    mechanisms: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="NAME,NAME",
            help="Write only the sheets that every plan needs and those of these mechanisms.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> None:
    """Write a workbook to fill in: a guide, drop-downs, notes on every header and a worked example.

    Mechanisms: access, projects, duties, hubs, stocks, scenarios, rules, policies, learning, clusters, enablers,
    rivals, returns, carbon, productivity, growth, inertia, by_period, locks, variants, evidence, eligibility,
    targets. Sheets that are left out can be added later. At a terminal the command asks which are needed, unless
    --with is given; otherwise it writes all of them.
    """
    from planner.workbook.template import choose_sheets, write_template
    from planner.workbook.write import ensure_writable

    if file.exists() and not force:  # also what planner new wrote: by now somebody may have filled it in
        raise InputError([Issue("error", "", "", f"{file} exists: choose another name, or replace it with --force")])
    ensure_writable(file)
    names = _ask_mechanisms() if mechanisms is None else mechanisms
    listed = None if names is None else [name.strip() for name in names.split(",") if name.strip()]
    write_template(file, blank, None if listed is None else choose_sheets(listed))
    output.print(f"{file} written: fill it in, then run planner check {file}")


def _ask_mechanisms() -> str | None:
    """What somebody at a terminal needs beside what every plan needs; None for everything."""
    from planner.workbook.groups import MECHANISMS

    if not can_ask():
        return None
    for name, (_, words) in MECHANISMS.items():
        errors.print(f"  {name:<14}{words}")
    answer = str(typer.prompt("Which are needed (names with commas, all, or none)", default="all", err=True)).strip()
    return None if answer == "all" else "" if answer == "none" else answer


@app.command()
def check(
    file: Workbook,
    mark: Annotated[
        Path | None, typer.Option("--mark", metavar="COPY", help="Write a copy with the faulty cells marked.")
    ] = None,
    changes: Changes = None,
    each: Annotated[
        bool, typer.Option("--all", help="Print a line for each cell, even where several errors have one cause.")
    ] = False,
    force: Force = False,
) -> None:
    """List every error in a workbook, each with its cell.

    Errors with a common cause are reported once, with all their cells. Rules that relate several sheets are checked
    only when every cell of these sheets can be read. Where sheet evidence gives ranges, figures
    without one are listed, prices, costs and demand first; planner sensitivity ranks them.
    """
    from planner.studies.sensitivity.unranged import describe_unranged
    from planner.workbook.mark import mark as write_marked

    if mark is not None:
        ensure_other(mark, file, force)
    instance, issues = print_checks(file, changes, each)
    if mark is not None:
        listing = write_marked(file, mark, issues)
        output.print(f"{mark} written: sheet {listing} lists {count_noun(len(issues), 'issue')}")
    faults = sum(issue.severity == "error" for issue in issues)
    if faults:
        raise Stop(ExitStatus.WRONG_INPUT)
    if words := describe_unranged(instance.reading.instance, each):
        output.print(words)
    output.print(f"{file}: no errors, {count_noun(len(issues), 'warning or note', 'warnings or notes')}")


@app.command()
def solve(
    file: Workbook,
    result: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="RESULT",
            help="Result workbook to write (.xlsx); default: results/<name of FILE>/plan.xlsx, or the next free name.",
            show_default=False,
        ),
    ] = None,
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
    keep: Annotated[
        Path | None, typer.Option(metavar="RESULT", help="Earlier plan; each deviation from it costs --change-cost.")
    ] = None,
    change_cost: Annotated[
        float | None,
        typer.Option(
            min=0, callback=finite, help="Cost in millions of each decision (and module) that differs from --keep."
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(metavar="RESULT", help="Plan against whose figures targets with the value base are measured."),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the result when it is written.")] = False,
    force: Force = False,
) -> None:
    """Find the best plan and write it, audited, into a result workbook.

    At a terminal the command asks before it replaces an earlier result; in a script, a result named with -o is replaced
    without asking. A file that the planner did not write is replaced only with --force.
    """
    from planner.interface.solving import NoPlanFound
    from planner.interface.solving import solve as find_plan
    from planner.progress import Live
    from planner.solver.solver import catch_interrupts

    result = _choose_result(file, result, force)
    instance = open_checked(file, result, changes, force)
    chosen_gap = float(instance.settings["mip_gap"]) if gap is None else gap
    limit = instance.settings["time_limit"] if time_limit is None else time_limit
    plans = {path: open_earlier(path) for path in dict.fromkeys((start, keep, base)) if path is not None}
    try:
        # written before anything else is said: a plan once found is not lost to another Ctrl-C
        with Live(errors, chosen_gap, limit) as live, catch_interrupts():
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
                base=plans.get(base) if base else None,
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
    for sentence in _list_findings(found):
        output.print(sentence)
    bad = found.disputed
    output.print(f"audit: {'does not agree on ' + ', '.join(bad) if bad else 'everything agrees'}")
    output.print(f"{result} written")
    if show and typer.launch(str(result)) != 0:
        errors.print(f"warning: no program was found that opens {result}")
    if bad:
        raise Stop(ExitStatus.FAILED)
    if missed := found.missed:
        errors.print(f"{count_noun(len(missed), 'target')} missed: {'; '.join(missed)}")
        raise Stop(ExitStatus.TARGET_MISSED)


MOST_FINDINGS = 4
"""Sentences that are printed: the total, and three findings."""


def _list_findings(found: "Result") -> list[str]:
    """The first sentences of the summary."""
    summary = found.tables["summary"]
    told = summary[summary["metric"].str.match(r"brief \d")]["value"].tolist()
    return [str(sentence) for sentence in told[:MOST_FINDINGS]]


def _choose_result(file: Path, result: Path | None, force: bool) -> Path:
    """Where the result goes; ends the command where an earlier one is not to be replaced."""
    from planner.workbook.write import is_own

    named = result is not None
    target = result or RESULTS / file.stem / "plan.xlsx"
    if force or not target.exists() or not target.is_file() or (named and not is_own(target)):
        if not named:
            target.parent.mkdir(parents=True, exist_ok=True)
        return target  # a file of somebody else is refused later, with what to do instead
    answer = ask(f"{target} exists: replace it?")
    if answer or (named and answer is None):
        return target
    if named:
        errors.print("error: nothing was solved: name another file with -o")
        raise Stop(ExitStatus.STOPPED)
    number = 2
    while (free := target.with_name(f"plan ({number}).xlsx")).exists():
        number += 1
    return free
