"""The command that asks how sure a plan is."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from planner.cli.app import app, ensure_other, print_issues, read_checked
from planner.cli.console import Changes, Force, Gap, Seed, Stop, Threads, TimeLimit, errors, output
from planner.cli.jobs import Cluster
from planner.cli.samples import Candidates, Count, Others, Resume, read_others, sample
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import Options, exit_status

if TYPE_CHECKING:
    from planner.studies.earlier_result import InHand
    from planner.workbook.read import Reading
    from planner.workers.pool import Workforce

File = Annotated[
    Path,
    typer.Argument(metavar="FILE|RESULT", help="Instance workbook, or a result of planner solve.", show_default=False),
]


@app.command()
def sensitivity(
    file: File,
    out: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write (.xlsx).")],
    top: Annotated[
        int | None,
        typer.Option(min=0, help="Figures of largest swing that are solved again at both ends; default 20."),
    ] = None,
    samples: Count = None,
    plan: Others = None,
    candidates: Candidates = 3,
    resume: Resume = False,
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

    With --samples all figures with a range are drawn together instead. Each sample is solved, and the plan, those of
    --plan and some of those found in samples are held in it. Ctrl-C writes what is finished; --resume goes on from
    there, also after a crash.
    """
    from planner.studies.no_plan import NoPlan
    from planner.studies.samples.study import NoSamples
    from planner.workers.pool import Workforce

    _refuse_mixture(top, samples, plan, resume)
    given: dict[str, Any] = {"gap": gap, "time_limit": time_limit, "threads": threads, "seed": seed}
    asked = _open(file, out, given, changes, force)
    crew = Workforce(workers, cluster)
    try:
        if samples is None:
            complete, words = _screen(asked, out, 20 if top is None else top, crew)
        else:
            chosen = (samples, candidates, seed, plan or [])
            complete, words = _sample(asked, chosen, (out, resume, force), crew)
    except NoPlan as end:
        errors.print(f"error: {end}")
        raise Stop(exit_status(end.solution.status)) from None
    except NoSamples as end:
        errors.print(f"error: {end}")
        raise Stop(ExitStatus.STOPPED) from None
    for line in words:
        output.print(line)
    output.print(f"{out} written")
    if not complete:
        raise Stop(ExitStatus.STOPPED)


def _refuse_mixture(top: int | None, samples: int | None, plans: list[Path] | None, resume: bool) -> None:
    """Options of one kind of study given with the other. Raises InputError."""
    words = []
    if samples is not None and top is not None:
        words.append("--top and --samples exclude each other: run one after the other, into two workbooks")
    if samples is None and (plans or resume):
        words.append(f"{'--plan' if plans else '--resume'} goes with --samples N: give that as well")
    if words:
        raise InputError([Issue("error", "", "", message) for message in words])


def _screen(asked: "StudyInput", out: Path, top: int, crew: "Workforce") -> tuple[bool, list[str]]:
    """One figure after the other: whether that is all, and what to say of it."""
    from planner.progress import Live
    from planner.studies.sensitivity.run import run_sensitivity
    from planner.studies.sensitivity.study import SensitivityRequest

    with Live(errors) as live:
        request = SensitivityRequest(top, asked.options)
        found, words = run_sensitivity(asked.reading, request, asked.known, out, asked.issues, live, crew)
    return found.complete, words


def _sample(
    asked: "StudyInput",
    chosen: tuple[int, int, int | None, list[Path]],
    where: tuple[Path, bool, bool],
    crew: "Workforce",
) -> tuple[bool, list[str]]:
    """All figures together: whether that is all, and what to say of it."""
    from planner.studies.samples.run import Destination
    from planner.studies.samples.study import SamplesRequest

    count, candidates, seed, plans = chosen
    others = read_others(plans, asked.reading)
    drawn = asked.options.seed if seed is None else seed
    request = SamplesRequest(count, candidates, drawn, asked.options, others, asked.seconds)
    found, words = sample(asked.reading, request, asked.known, Destination(*where), asked.issues, crew)
    return found.complete, words


class StudyInput(NamedTuple):
    """The input, the plan in hand where it is a result, the options of the solves, and what was found in the input.

    `seconds` is what the search for the plan in hand took.
    """

    reading: "Reading"
    known: "InHand | None"
    options: Options
    issues: Sequence[Issue]
    seconds: float = 0.0


def _open(file: Path, out: Path, given: dict[str, Any], changes: list[str] | None, force: bool) -> StudyInput:
    """The input, the plan in hand where `file` is a result, the options of the solves, and what was found in it."""
    from planner.planning import choose_options
    from planner.studies.earlier_result import extract_input, extract_options, list_doubts, read_result, take_in_hand
    from planner.workbook.read import is_result

    if not is_result(file):
        reading, issues = read_checked(file, out, changes, force)
        return StudyInput(reading, None, choose_options(reading, **given), issues)
    if changes:
        words = f"{file} is a result with an input of its own: name the instance to change inputs with --set"
        raise InputError([Issue("error", "--set", "", words)])
    ensure_other(out, file, force)
    found = read_result(file)
    print_issues(list_doubts(found))
    options = extract_options(found)
    chosen = replace(options, **{name: value for name, value in given.items() if value is not None})
    seconds = found.figure("seconds")
    return StudyInput(
        extract_input(found), take_in_hand(found), chosen, found.issues, 0.0 if math.isnan(seconds) else seconds
    )
