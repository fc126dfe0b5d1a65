"""The commands about jobs: run, list, show, cancel, retry and watch them."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.console import Changes, Gap, Screen, Seed, Stop, Threads, TimeLimit, errors, output
from planner.cli.screen import JobsOnScreen
from planner.issues import ExitStatus, InputError, Issue

if TYPE_CHECKING:
    from planner.ledger.ledger import Job, Ledger
    from planner.workers.crew import Crew

app = typer.Typer(help="List and manage jobs.", invoke_without_command=True)

Folder = Annotated[
    Path, typer.Option("-o", "--output", metavar="DIR", help="Folder of the results and of their ledger.")
]
Number = Annotated[int, typer.Argument(metavar="JOB", help="Number of a job.", show_default=False)]
Numbers = Annotated[list[int], typer.Argument(metavar="JOB...", help="Numbers of jobs.", show_default=False)]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Number of jobs solved at the same time; default: one per core.")
]


def _look_at_cluster(address: str | None) -> str | None:
    """Warn of a scheduler that anybody may give work to."""
    from planner.workers.cluster import warn_unprotected

    if address is not None and (words := warn_unprotected(address)):
        errors.print(f"warning: {words}")
    return address


Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="tls://HOST:PORT", callback=_look_at_cluster, help="Solve on the Dask cluster of this scheduler."
    ),
]

RESULTS = Path("results")

WIDTH = 200
"""Characters of a line that goes to a file or another program."""


def run_jobs(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILES...", help="Instances (.xlsx), patterns, and plan files (.toml, sheet runs)."),
    ] = None,
    folder: Folder = RESULTS,
    changes: Changes = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SHEET[KEY].COLUMN=V1,V2,…",
            help="One job for each value or combination of values, also relative: 80%,120% or 60%..140%:5.",
        ),
    ] = None,
    workers: Workers = None,
    cluster: Cluster = None,
    force: Annotated[bool, typer.Option("--force", help="Solve again what was already solved.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Also finish jobs that were interrupted.")] = False,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
) -> None:
    """Solve many variants: one job per file and variant, with a ledger in DIR that survives interruptions.

    A workbook with a sheet variants makes one job for each variant and one, named base, for the workbook itself.
    Results are written to DIR/<instance>/<name or number of the job>.xlsx; planner compare DIR/<instance> compares
    them. A job already solved with the same input, changes, options and version is not solved again. The exit status
    is the worst of all jobs. Ctrl-C interrupts; --resume continues.
    """
    from planner.jobs.entries import list_unfinished, submit
    from planner.jobs.plan import RunSpecification, list_requests
    from planner.ledger.ledger import FILE, Ledger
    from planner.workers.crew import LocalCrew

    if not files and not resume:
        raise InputError([Issue("error", "", "", "name files to solve, or give --resume to finish what was begun")])
    given = {"gap": gap, "time_limit": time_limit, "threads": threads, "seed": seed}
    options = {name: value for name, value in given.items() if value is not None}
    if not files:
        _look_for_jobs(folder, otherwise=bool(options or changes or vary or force))
    run = RunSpecification(tuple(files or ()), tuple(changes or ()), tuple(vary or ()), options)
    with closing(LocalCrew(1)) as readers:
        wanted = list_requests([run], readers)
    crew = _crew(workers, cluster)
    try:
        _make(folder)
        with Ledger(folder / FILE) as ledger:
            numbers, known = submit(ledger, wanted, force)
            for job in known:
                where = f": {folder / job.result}" if job.result else ""
                errors.print(f"{job.title} is {job.state} already{where} (--force solves it again)")
            if resume:
                numbers += [number for number in list_unfinished(ledger) if number not in numbers]
            _run(ledger, crew, numbers, [job.exit_status or 0 for job in known])
    finally:
        crew.close()


@app.callback()
def list_jobs(context: typer.Context, folder: Folder = RESULTS) -> None:
    """List jobs, and look after them: show, cancel, retry, watch."""
    context.obj = folder
    if context.invoked_subcommand is None:
        with _ledger(folder) as ledger:
            ledger.bury()
            _print(ledger.jobs())


@app.command()
def show(context: typer.Context, number: Number) -> None:
    """Show everything about a job, including its log."""
    from planner.jobs.table import facts

    with _ledger(context.obj) as ledger:
        ledger.bury()
        (job,) = _find_jobs(ledger, [number])
        _print([job])
        for name, value in facts(job).items():
            output.print(f"{name:<12} {value}")
        log = ledger.folder / (job.log or "")
        if job.log and log.exists():
            output.print(log.read_text("utf-8").rstrip())


@app.command()
def cancel(context: typer.Context, numbers: Numbers) -> None:
    """Cancel jobs that are waiting or running."""
    with _ledger(context.obj) as ledger:
        ledger.bury()
        jobs = _find_jobs(ledger, numbers)
        ended = [job for job in jobs if job.state not in ("waiting", "running", "interrupted")]
        if ended:
            raise InputError([Issue("error", "", "", f"job {job.number} is {job.state} already") for job in ended])
        for job in jobs:
            if job.runner:
                ledger.update(job.number, cancel=1)
                output.print(f"job {job.number} will be cancelled by the runner that has it")
            else:
                ledger.update(job.number, state="cancelled", words="", exit_status=ExitStatus.STOPPED)
                output.print(f"job {job.number} cancelled")


@app.command()
def retry(context: typer.Context, numbers: Numbers, workers: Workers = None, cluster: Cluster = None) -> None:
    """Run jobs again, whatever their state."""
    from planner.jobs.entries import reset

    crew = _crew(workers, cluster)
    try:
        with _ledger(context.obj) as ledger:
            ledger.bury()
            jobs = _find_jobs(ledger, numbers)
            busy = [job for job in jobs if job.runner]
            if busy:
                raise InputError([Issue("error", "", "", f"job {job.number} is {job.state} now") for job in busy])
            for job in jobs:
                reset(ledger, job.number)
            _run(ledger, crew, [job.number for job in jobs])
    finally:
        crew.close()


@app.command("remove")
def remove_jobs(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="JOB...", help="Numbers of jobs.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All jobs that ended without a plan.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also jobs with a plan, whose result is deleted.")] = False,
) -> None:
    """Remove jobs from the ledger, with their logs: failed jobs, or any job with --force."""
    from planner.jobs.entries import REMOVABLE, remove

    if not numbers and not failed:
        raise InputError([Issue("error", "", "", "name jobs by their numbers, or give --failed")])
    with _ledger(context.obj) as ledger:
        ledger.bury()
        jobs = _find_jobs(ledger, numbers or [])
        if failed:
            ended = ledger.jobs("state IN ('failed', 'infeasible', 'cancelled') AND runner IS NULL")
            jobs += [job for job in ended if job.number not in {other.number for other in jobs}]
        kept = [
            Issue("error", "", "", f"{job.title} is running: cancel it first")
            if job.runner
            else Issue("error", "", "", f"{job.title} has a plan: --force deletes it with its result")
            for job in jobs
            if job.runner or (job.state not in REMOVABLE and not force)
        ]
        if kept:
            raise InputError(kept)
        for job in jobs:
            remove(ledger, job)
        output.print(f"{len(jobs)} job{'s' * (len(jobs) != 1)} removed")


@app.command()
def watch(context: typer.Context) -> None:
    """Watch the jobs until none is waiting or running, with a bar and the gap of each. Ctrl-C ends watching."""
    with _ledger(context.obj) as ledger, JobsOnScreen(ledger) as watching:
        while True:
            ledger.bury()
            jobs = ledger.jobs()
            watching.show([job.number for job in jobs])
            if not any(job.runner for job in jobs):
                return
            time.sleep(0.5)


def _crew(workers: int | None, cluster: str | None) -> "Crew":
    from planner.workers.cluster import DaskCrew
    from planner.workers.crew import LocalCrew

    return LocalCrew(workers or os.cpu_count() or 1) if cluster is None else DaskCrew(cluster)


def _make(folder: Path) -> None:
    """Make the folder of the results where it is not there yet. Raises InputError where that cannot be."""
    from planner.workbook.save import is_full

    attempt = folder / f".{os.getpid()}.try"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        attempt.touch()
        attempt.unlink()
    except OSError as error:
        if is_full(error):
            raise
        words = f"{folder} cannot be used as the folder of the results ({error.strerror}): name another with -o"
        raise InputError([Issue("error", "", "", words)]) from error


def _ledger(folder: Path) -> "Ledger":
    """The ledger of a folder that has one."""
    from planner.ledger.ledger import FILE, Ledger

    if not (folder / FILE).exists():
        raise InputError([Issue("error", "", "", f"there is no ledger in {folder}: name its folder with -o")])
    return Ledger(folder / FILE)


def _look_for_jobs(folder: Path, otherwise: bool) -> None:
    """Raise InputError where there is nothing to go on with, such as after a kill before the jobs were entered.

    And where it shall go on `otherwise` than the jobs say.
    """
    with _ledger(folder) as ledger:
        if not ledger.jobs():
            words = f"the ledger of {folder} has no jobs: name the files to solve, or its folder with -o"
            raise InputError([Issue("error", "", "", words)])
    if otherwise:
        words = "resumed jobs keep their changes and options: name the files to solve them with others"
        raise InputError([Issue("error", "", "", words)])


def _print(jobs: "Sequence[Job]") -> None:
    from planner.jobs.table import jobs_table

    table = jobs_table(jobs)
    (output if output.is_terminal else Screen(width=WIDTH, soft_wrap=False)).print(table)


def _find_jobs(ledger: "Ledger", numbers: Sequence[int]) -> "list[Job]":
    found = {number: ledger.job(number) for number in numbers}
    unknown = [Issue("error", "", "", f"there is no job {number}") for number, job in found.items() if job is None]
    if unknown:
        raise InputError(unknown)
    return [job for job in found.values() if job is not None]


def _run(ledger: "Ledger", crew: "Crew", numbers: Sequence[int], known: Sequence[int] = ()) -> None:
    """Do the jobs, show how far they are, and end with the worst exit status."""
    from planner.jobs.runner import Runner, worst_status

    with JobsOnScreen(ledger) as watching, Runner(ledger, crew, watching.show) as runner:
        found = runner.run(numbers)
        watching.show(numbers, last=True)
    jobs = [job for number in numbers if (job := ledger.job(number))]
    states = [job.state for job in jobs]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    output.print(f"{len(jobs)} job{'s' * (len(jobs) != 1)}: {counts}" if jobs else "nothing to do")
    if status := worst_status([found, *known]):
        raise Stop(status)
