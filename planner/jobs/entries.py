"""Jobs in the ledger before they run: entered once each, made to wait again, found where nobody looks after them."""

import re
from collections.abc import Hashable, Sequence
from pathlib import Path

from planner.ledger.ledger import Job, JobRequest, Ledger


def submit(ledger: Ledger, requests: Sequence[JobRequest], force: bool = False) -> tuple[list[int], list[Job]]:
    """Enter jobs into the ledger.

    What was solved with the same seal is not solved again unless forced, as long as its result is there; what was begun
    before keeps its number.

    Parameters
    ----------
    ledger
        The ledger that the jobs are entered into.
    requests
        The jobs, in order.
    force
        Enter every job as a new one, whatever was solved before.

    Returns
    -------
    tuple of list of int and list of Job
        The numbers of the jobs to do, and the jobs that need not be done (again).

    Raises
    ------
    LedgerError
        Where the ledger cannot be used.
    InputError
        Where another program has altered the rows of the ledger.
    """
    ledger.bury()
    numbers, known = [], []
    with ledger.changing():
        for request in requests:
            same = [] if force else ledger.jobs("seal = ? AND instance = ?", (request.seal, request.instance))
            solved = next((job for job in same if _holds(ledger, job)), None)
            busy = next((job for job in same if job.state in ("waiting", "running") and job.runner), None)
            if solved or busy:
                known.append(solved or busy)
            elif same:
                reset(ledger, same[-1].number)
                numbers.append(same[-1].number)
            else:
                numbers.append(ledger.add(request))
    return numbers, [job for job in known if job is not None]


def _holds(ledger: Ledger, job: Job) -> bool:
    """Whether a job has come to an end that another attempt would come to as well."""
    if job.state == "done":
        return job.result is not None and (ledger.folder / job.result).exists()
    return job.state == "infeasible"


def reset(ledger: Ledger, number: int) -> None:
    """Make a job wait as if it were new.

    Parameters
    ----------
    ledger
        The ledger that holds the job.
    number
        The number of the job.

    Raises
    ------
    LedgerError
        Where the ledger cannot be used.
    """
    ledger.forget_steps(number)
    blank = dict.fromkeys(("started", "finished", "seconds", "incumbent", "bound", "gap", "pid", "host", "runner"))
    ledger.update(number, state="waiting", words="", exit_status=None, attempts=0, cancel=0, **blank)


def list_unfinished(ledger: Ledger) -> list[int]:
    """The jobs that were begun or wait, and that no living runner looks after; they wait from now on.

    Parameters
    ----------
    ledger
        The ledger to search.

    Returns
    -------
    list of int
        The numbers of the jobs, ascending.

    Raises
    ------
    LedgerError
        Where the ledger cannot be used.
    InputError
        Where another program has altered the rows of the ledger.
    """
    ledger.bury()
    with ledger.changing():
        jobs = ledger.jobs("state IN ('waiting', 'running', 'interrupted') AND runner IS NULL")
        for job in jobs:
            reset(ledger, job.number)
    return [job.number for job in jobs]


_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
"""What some systems do not allow in the name of a file."""

_LONGEST = 100


def name_file(name: str) -> str:
    """A name as that of a file, on any system.

    Parameters
    ----------
    name
        The name of a job.

    Returns
    -------
    str
        The name without what files may not be called, at most 100 characters.
    """
    return _UNFIT.sub("_", name).strip(" .")[:_LONGEST].strip(" .") or "_"


def find_result_name(ledger: Ledger, job: Job) -> str:
    """The name of the file of a result, without its ending: the name of the job, or its number where it has none.

    Jobs that are asked for something else under the same name (another workbook that is called alike, other changes or
    options) keep files of their own: `name`, `name (2)` and so on. The same asked for again replaces its result.

    Parameters
    ----------
    ledger
        The ledger that holds the job.
    job
        The job.

    Returns
    -------
    str
        The name.

    Raises
    ------
    LedgerError
        Where the ledger cannot be used.
    InputError
        Where another program has altered the rows of the ledger.
    """
    if not job.name:
        return str(job.number)
    folder, name = Path(job.instance).stem, name_file(job.name)
    kinds = dict.fromkeys(
        _identify(other)
        for other in ledger.jobs("name != ''")
        if Path(other.instance).stem == folder and name_file(other.name).casefold() == name.casefold()
    )
    place = list(kinds).index(_identify(job)) + 1
    return name if place == 1 else f"{name} ({place})"


def _identify(job: Job) -> tuple[Hashable, ...]:
    """What a job is asked for; two jobs that are asked for the same have the same."""
    return job.instance, job.name, job.changes, tuple(sorted(job.options.items()))


REMOVABLE = ("failed", "infeasible", "cancelled", "interrupted", "waiting")
"""States in which a job has no plan that would be lost with it."""


def remove(ledger: Ledger, job: Job) -> None:
    """Strike a job from the ledger, with its log, and with its result where it has one.

    Parameters
    ----------
    ledger
        The ledger that holds the job.
    job
        The job; nobody may be at work on it.

    Raises
    ------
    LedgerError
        Where the ledger cannot be used.
    OSError
        Where its files cannot be removed.
    """
    for name in (job.log, job.result):
        if name is not None:
            (ledger.folder / name).unlink(missing_ok=True)
    ledger.remove(job.number)
