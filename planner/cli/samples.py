"""What `planner sensitivity --samples` has to ask and to refuse before anything runs."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.console import errors
from planner.issues import InputError, Issue
from planner.workers.pool import Workforce

if TYPE_CHECKING:
    from planner.studies.earlier_result import InHand
    from planner.studies.samples.run import Destination
    from planner.studies.samples.study import Samples, SamplesRequest
    from planner.workbook.read import Reading

Count = Annotated[
    int | None,
    typer.Option(
        "--samples",
        min=10,
        metavar="N",
        help="Draw all ranged figures together N times, instead of one after the other: distribution of the objective, "
        "regret of plans, value of information.",
    ),
]
Others = Annotated[
    list[Path] | None,
    typer.Option("--plan", metavar="RESULT", help="With --samples: compare the plan of this result too; repeatable."),
]
Candidates = Annotated[
    int, typer.Option(min=0, max=20, help="With --samples: plans found in the samples that are compared as well.")
]
Resume = Annotated[bool, typer.Option("--resume", help="With --samples: go on with what a stopped run has finished.")]

MOST_ROWS = 1_048_575
"""Rows that a sheet has below its headings."""

PER_DECISION = 120
"""Bytes that a decision of a plan takes at most in the journal of samples, and about as much again in memory."""


def read_others(paths: Sequence[Path], reading: "Reading") -> dict[str, Any]:
    """The decisions of further plans, by a short name of their file."""
    from planner.results.result_file import labels
    from planner.studies.earlier_result import decisions_in, read_result

    found = {}
    for name, path in zip(labels(paths), paths, strict=True):
        found[name] = decisions_in(read_result(path), reading.instance)
    return found


def ensure_room(reading: "Reading", request: "SamplesRequest", out: Path, crew: Workforce) -> None:
    """Refuse more samples than a sheet, the disk or the memory has room for, or more workers than fit in memory.

    Raises
    ------
    InputError
        Says how many there is room for.
    """
    from planner.jobs.memory import SPARE, available, columns_of, need
    from planner.studies.samples.tables import MOST_DRAWN
    from planner_models.sets.derive import derive

    columns = columns_of(derive(reading.instance))
    plans = 1 + len(request.others) + request.candidates
    each = PER_DECISION * columns
    free = shutil.disk_usage(out.resolve().parent).free
    workers = 1 if crew.cluster else crew.workers
    memory = available() - SPARE - workers * need(columns)
    rooms = {
        "a sheet has rows for": MOST_ROWS // max(plans, MOST_DRAWN),
        f"the disk of {out} has room for": free // each,
    }
    faults = []
    if memory < 0 and workers > 1:
        most = max(1, (available() - SPARE) // need(columns))
        words = f"{workers} workers need more memory than there is: give --workers {min(most, workers - 1)}"
        faults.append(Issue("error", "--workers", "", words))
    elif memory >= 0:
        rooms["the memory has room for"] = memory // (2 * each)
    for name, most in rooms.items():
        if request.count > most:
            words = f"{request.count:,} samples are more than {name}: give --samples {most} or fewer"
            faults.append(Issue("error", "--samples", "", words))
    if faults:
        raise InputError(faults)


def sample(
    reading: "Reading",
    request: "SamplesRequest",
    known: "InHand | None",
    destination: "Destination",
    issues: Sequence[Issue],
    crew: Workforce,
) -> "tuple[Samples, list[str]]":
    """Solve the samples, with what will be done said before it is."""
    from planner.progress import Live
    from planner.studies.samples.run import run_samples

    ensure_room(reading, request, destination.output, crew)
    with Live(errors) as live:
        return run_samples(reading, request, known, destination, issues, (live, errors.print), crew)
