"""The command that asks how sure a plan is."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.app import app, ensure_other, print_issues, read_checked
from planner.cli.console import Changes, Force, Gap, Seed, Stop, Threads, TimeLimit, errors, output
from planner.cli.jobs import Cluster
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import Options, exit_status

if TYPE_CHECKING:
    from planner.studies.earlier_result import InHand
    from planner.workbook.read import Reading

File = Annotated[
    Path,
    typer.Argument(metavar="FILE|RESULT", help="Instance workbook, or a result of planner solve.", show_default=False),
]


@app.command()
def sensitivity(
    file: File,
    out: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write (.xlsx).")],
    top: Annotated[int, typer.Option(min=0, help="Figures of largest swing that are solved again at both ends.")] = 20,
    workers: Annotated[int, typer.Option(min=1, help="Solves that run at the same time.")] = 1,
    cluster: Cluster = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    changes: Changes = None,
    force: Force = False,
) -> None:
    """Ask which numbers could change the plan: ranges of sheet evidence, and a tenth to either side of all others.

    Every figure is screened by the marginal prices of the plan. Those of largest swing are solved again at both ends,
    beside the plan as it is held there; where another plan gets better it is said from which value on. --time-limit
    holds for each solve. Ctrl-C while these are solved writes what is known by then.
    """
    from planner.progress import Live
    from planner.studies.sensitivity.run import run_sensitivity
    from planner.studies.sensitivity.study import NoPlanToVary, SensitivityRequest
    from planner.workers.pool import Workforce

    given: dict[str, Any] = {"gap": gap, "time_limit": time_limit, "threads": threads, "seed": seed}
    reading, known, options, issues = _open(file, out, given, changes, force)
    crew = Workforce(workers, cluster)
    try:
        with Live(errors) as live:
            found, words = run_sensitivity(reading, SensitivityRequest(top, options), known, out, issues, live, crew)
    except NoPlanToVary as end:
        errors.print(f"error: {end}")
        raise Stop(exit_status(end.solution.status)) from None
    for line in words:
        output.print(line)
    output.print(f"{out} written")
    if not found.complete:
        raise Stop(ExitStatus.STOPPED)


def _open(
    file: Path, out: Path, given: dict[str, Any], changes: list[str] | None, force: bool
) -> "tuple[Reading, InHand | None, Options, Sequence[Issue]]":
    """The input, the plan in hand where `file` is a result, the options of the solves, and what was found in it."""
    from planner.planning import choose_options
    from planner.studies.earlier_result import extract_input, extract_options, list_doubts, read_result, take_in_hand
    from planner.workbook.read import is_result

    if not is_result(file):
        reading, issues = read_checked(file, out, changes, force)
        return reading, None, choose_options(reading, **given), issues
    if changes:
        words = f"{file} is a result, whose plan is of the input inside: name the instance to change inputs with --set"
        raise InputError([Issue("error", "--set", "", words)])
    ensure_other(out, file, force)
    found = read_result(file)
    print_issues(list_doubts(found))
    options = extract_options(found)
    chosen = replace(options, **{name: value for name, value in given.items() if value is not None})
    return extract_input(found), take_in_hand(found), chosen, found.issues
