"""Jobs as a table for people: how far each is, and whether its workbook is still what it was."""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from planner.jobs.work import hash_file
from planner.ledger.ledger import Job
from planner.words import format_percent

_COLUMNS = ("job", "instance", "name", "changes", "state", "gap", "objective", "seconds", "remark")
_FIGURES = ("job", "state", "gap", "objective", "seconds", "progress")
_ASKED_GAP = 0.005


def jobs_table(jobs: Sequence[Job], bars: bool = False) -> Table:
    """Jobs as a table for the terminal.

    Parameters
    ----------
    jobs
        The jobs, in the order of the rows.
    bars
        Add a bar that shows how near to its gap each job is.

    Returns
    -------
    rich.table.Table
        One row per job: job, instance, name, changes, state, gap, objective, seconds, remark; with `bars` progress.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (*_COLUMNS, *(["progress"] if bars else [])):
        table.add_column(name, overflow="fold", no_wrap=name in _FIGURES)
    file_hash = cache(_hash)
    for job in jobs:
        cells = map(Text, row(job, file_hash(job.instance)))  # names may hold what rich takes for markup
        table.add_row(*cells, *([ProgressBar(total=1.0, completed=progress(job), width=20)] if bars else []))
    return table


def row(job: Job, file_hash: str | None) -> list[str]:
    """The cells of a job; `file_hash` is that of its workbook now, None where it is gone."""
    remarks = [job.words] if job.words and job.state != "done" else []
    if file_hash != job.input_hash:
        remarks.insert(0, "the workbook is gone" if file_hash is None else "the workbook changed since")
    return [
        str(job.number),
        Path(job.instance).name,
        job.name,
        "; ".join(job.changes),
        job.state,
        "" if job.gap is None else format_percent(job.gap, 2),
        "" if job.incumbent is None else f"{job.incumbent:,.6g}",
        "" if job.seconds is None else f"{job.seconds:.1f}",
        "; ".join(remarks),
    ]


def facts(job: Job) -> dict[str, str]:
    """Everything about a job that there is to say, in plain words.

    Parameters
    ----------
    job
        The job.

    Returns
    -------
    dict of str to str
        The fields of the job by name, without those that are empty; seconds in s, gap in per cent.
    """
    found = vars(job) | {
        "changes": "; ".join(job.changes),
        "options": ", ".join(f"{name} {value:g}" for name, value in job.options.items()),
        "seconds": None if job.seconds is None else f"{job.seconds:.1f}",
        "gap": None if job.gap is None else format_percent(job.gap, 2),
        "cancel": "asked for" if job.cancel else None,
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


def progress(job: Job) -> float:
    """How far a job is.

    While it runs, this is how far its gap has come from 1 to what was asked for. Each halving of the gap counts
    alike, as it takes about as long.

    Parameters
    ----------
    job
        The job.

    Returns
    -------
    float
        Share from 0 to 1: 1 when the job has ended, 0 before it has a gap, at most 0.99 while it runs.
    """
    if job.state not in ("running", "waiting", "interrupted"):
        return 1.0
    if job.state != "running" or job.gap is None:
        return 0.0
    asked = max(float(job.options.get("gap") or _ASKED_GAP), 1e-6)
    return min(0.99, max(0.0, math.log(max(job.gap, asked)) / math.log(min(asked, 0.99))))


def _hash(path: str) -> str | None:
    try:
        return hash_file(Path(path))
    except OSError:
        return None
