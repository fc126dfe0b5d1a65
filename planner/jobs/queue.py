"""The queue: a runner of its own process that begins jobs of a ledger one after the other until none waits.

`python -m planner.jobs.queue FOLDER` does the jobs that were queued in the ledger of the folder. Whoever queues jobs
starts it, and it goes on when that process ends. A job that waits is queued or paused, which its words say; jobs that
`planner run` has entered have other words and are left to it.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.issues import ExitStatus
from planner.jobs.entries import reset, submit
from planner.jobs.runner import KEEP_BEST, Runner
from planner.ledger.ledger import FILE, Job, JobRequest, Ledger, now
from planner.workers.crew import LocalCrew

FIRST, QUEUED, PAUSED = "queued, next", "queued", "paused"
"""Words of jobs that wait in the queue."""

LOG = "queue.log"
"""In the folder of the ledger: what a queue says that ends by mistake."""


class QueueRunner(Runner):
    """A runner that takes up jobs when it has room for them, so that those that wait can still be moved or paused."""

    KIND = "queue-"

    def serve(self) -> None:
        """Do queued jobs until none is left."""
        again: list[int] = []
        while True:
            self._tick(again)
            while self._crew.free() and not self._asking:
                number = again.pop(0) if again else self._claim()
                if number is None:
                    break
                self._begin(number)
            if not self._jobs and not again:
                return
            for event in self._crew.events(0.1):
                self._handle_event(event, again)
            self._let_in()

    def _claim(self) -> int | None:
        """The next job of the queue, which is ours from now on."""
        with self._ledger.changing():
            waiting = self._ledger.jobs("state = 'waiting' AND runner IS NULL AND words IN (?, ?)", (FIRST, QUEUED))
            for job in sorted(waiting, key=lambda job: job.words != FIRST):
                self._ledger.update(job.number, runner=self.name, words="")
                return job.number
        return None


def enter_queue(ledger: Ledger, requests: Sequence[JobRequest], force: bool = False) -> tuple[list[int], list[Job]]:
    """Enter jobs into the queue.

    Parameters
    ----------
    ledger
        The ledger.
    requests
        The jobs, in order.
    force
        Do again what was done before.

    Returns
    -------
    tuple of list of int and list of Job
        The numbers of the jobs that wait now, and the jobs that are done or at work already.

    Raises
    ------
    LedgerError
        Where the ledger cannot be used.
    """
    numbers, known = submit(ledger, requests, force)
    with ledger.changing():
        for number in numbers:
            ledger.update(number, words=QUEUED)
    return numbers, known


def is_queue_alive(ledger: Ledger) -> bool:
    """Whether a process does the jobs of the queue.

    Parameters
    ----------
    ledger
        The ledger.

    Returns
    -------
    bool
        True where one is alive.
    """
    return any(name.startswith(QueueRunner.KIND) for name in ledger.at_work())


def start_queue(folder: Path) -> "subprocess.Popen[bytes]":
    """Start the process that does the queue of a folder, apart from this one: it goes on when this one ends.

    Parameters
    ----------
    folder
        The folder of the ledger.

    Returns
    -------
    subprocess.Popen
        The process.

    Raises
    ------
    OSError
        Where it cannot be started.
    """
    apart: dict[str, Any] = {"creationflags": 0x00000208} if os.name == "nt" else {"start_new_session": True}
    command = [sys.executable, "-m", "planner.jobs.queue", str(folder.resolve())]
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **apart)


def act(ledger: Ledger, number: int, action: str) -> str:
    """Do something with a job.

    Parameters
    ----------
    ledger
        The ledger.
    number
        The number of the job.
    action
        keep: end with the best plan; kill: end at once; pause, queue, first: its place in the queue; again: do it
        anew.

    Returns
    -------
    str
        Why that cannot be done now; "" where it was done.

    Raises
    ------
    LedgerError
        Where the ledger cannot be used.
    """
    with ledger.changing():
        job = ledger.job(number)
        if job is None:
            return f"there is no job {number} any more"
        if action not in list_actions(job):
            return f"{job.title} is {job.state} now: {action} is not possible"
        if action == "again":
            reset(ledger, number)
            ledger.update(number, words=QUEUED)
        elif action in ("pause", "queue", "first"):
            ledger.update(number, words={"pause": PAUSED, "queue": QUEUED, "first": FIRST}[action])
        elif job.runner:
            ledger.update(number, cancel=KEEP_BEST if action == "keep" else 1)
        else:
            ledger.update(number, state="cancelled", words="", exit_status=ExitStatus.STOPPED, finished=now())
    return ""


def list_actions(job: Job) -> list[str]:
    """What can be done with a job now.

    Parameters
    ----------
    job
        The job.

    Returns
    -------
    list of str
        Actions, as `act` takes them.
    """
    if job.runner:
        return ["keep", "kill"] if job.state == "running" else ["kill"]
    if job.state == "waiting":
        return [*{FIRST: ["pause"], QUEUED: ["first", "pause"]}.get(job.words, ["queue"]), "kill"]
    return ["again"]


def main(folder: Path) -> None:
    """Do the queue of a folder, unless another process does so."""
    with Ledger(folder / FILE) as ledger:
        if is_queue_alive(ledger):
            return
        crew = LocalCrew(os.cpu_count() or 1)
        runner = QueueRunner(ledger, crew)
        with runner:
            runner.serve()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
