"""The runner: gives waiting jobs to workers, writes down what becomes of them, and puts results in their place."""

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from planner.issues import ExitStatus
from planner.jobs.entries import find_result_name
from planner.jobs.memory import SPARE, available
from planner.jobs.work import JobAnswer, WorkOrder, carry_out, unwritten
from planner.ledger.ledger import Job, Ledger, LedgerError, now
from planner.workbook.save import rescue_content
from planner.workbook.write import is_own
from planner.workers.crew import Crew, Event

ATTEMPTS = 2
"""Times that a job is begun before a worker that dies with it is taken for its fault."""

PATIENCE = 60.0
"""Seconds that a job waits for memory while nothing else of its run is going on; then it is started all the same."""

SCRATCH = ".work"
"""The folder, in that of the results, where results are written before they are whole."""

_TICK = 0.2
_BEAT = 5.0

KEEP_BEST = 2
"""In column `cancel`: the job ends with its best plan, once it has one; 1 means at once, without a plan."""

WORST = (1, 2, 3, 4, 5, 0)
"""Exit statuses, the worst first: gone wrong, wrong input, infeasible, without a plan, a target missed, done."""


def worst_status(statuses: Sequence[int | None]) -> int:
    """The worst of some exit statuses.

    Parameters
    ----------
    statuses
        Exit statuses of jobs; None where a job has none.

    Returns
    -------
    int
        The first of WORST that is among them; 0 where none is.
    """
    return next(status for status in WORST if status in statuses or status == 0)


class Runner:
    """Runs jobs of a ledger with a crew. Use as a context manager: at the end nothing runs on."""

    KIND = ""
    """What names of such runners begin with."""

    def __init__(self, ledger: Ledger, crew: Crew, show: Callable[[Sequence[int]], None] | None = None) -> None:
        self.name = self.KIND + uuid.uuid4().hex
        self._ledger, self._crew, self._show = ledger, crew, show
        self._jobs: dict[int, Job] = {}
        self._needs: dict[int, int] = {}
        self._asking: dict[int, float] = {}
        self._places: dict[int, tuple[int | None, str]] = {}
        self._interrupted: set[int] = set()
        self._beaten = 0.0
        self._scratch = ledger.folder / SCRATCH / self.name

    def __enter__(self) -> "Runner":
        self._ledger.enlist(self.name)
        self._clear_up()
        self._scratch.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._scratch.parent.rmdir()
        with self._ledger.changing():
            for job in self._ledger.jobs("runner = ?", (self.name,)):
                state = "interrupted" if job.state == "running" else job.state
                words = "stopped by the user" if job.state == "running" else job.words
                self._ledger.update(job.number, state=state, words=words, runner=None)
            self._ledger.dismiss(self.name)

    def _clear_up(self) -> None:
        """What dead runners left half written."""
        alive = self._ledger.at_work()
        for folder in (self._ledger.folder / SCRATCH).glob("*"):
            if folder.name not in alive:
                shutil.rmtree(folder, ignore_errors=True)

    def run(self, numbers: Sequence[int]) -> int:
        """Do the jobs of these numbers and return the worst exit status."""
        with self._ledger.changing():
            free = {job.number for job in self._ledger.jobs("state = 'waiting' AND runner IS NULL")}
            waiting = [number for number in numbers if number in free]
            for number in waiting:
                self._ledger.update(number, runner=self.name)
        while waiting or self._jobs:
            self._tick(waiting)
            while waiting and self._crew.free() and not self._asking:
                self._begin(waiting.pop(0))
            for event in self._crew.events(_TICK):
                self._handle_event(event, waiting)
            self._let_in()
            if self._show is not None:
                self._show(numbers)
        found = [job.exit_status for number in numbers if (job := self._ledger.job(number))]
        return worst_status(found)

    def _tick(self, waiting: list[int]) -> None:
        """A sign of life, and a look at what the user has cancelled."""
        if time.monotonic() - self._beaten >= _BEAT:
            self._beaten = time.monotonic()
            self._ledger.beat(self.name)
        for job in self._ledger.jobs("cancel = 1 AND runner = ?", (self.name,)):
            if job.number in self._jobs:
                self._crew.stop(job.number)
                self._forget(job.number)
            elif job.number in waiting:
                waiting.remove(job.number)
            self._ledger.update(
                job.number, state="cancelled", words="", exit_status=ExitStatus.STOPPED, finished=now(), runner=None
            )
            self._log(job, "cancelled")
        for job in self._ledger.jobs("cancel = ? AND incumbent IS NOT NULL AND runner = ?", (KEEP_BEST, self.name)):
            if job.number not in self._interrupted and self._crew.interrupt(job.number):
                self._interrupted.add(job.number)
                self._ledger.update(job.number, words="stopping with the best plan so far")

    def _begin(self, number: int) -> None:
        job = self._ledger.job(number)
        if job is None:
            return
        folder = Path(job.instance).stem
        order = WorkOrder(
            path=job.instance,
            input_hash=job.input_hash,
            changes=job.changes,
            options=job.options,
            threads=self._crew.cores,
            result=str(self._scratch.resolve() / f"{number}.xlsx") if self._crew.local else None,
            content=None if self._crew.local else _read_content(job.instance),
            name=job.name,
        )
        self._jobs[number] = job
        log = f"{folder}/{number}.log"
        started = {"state": "running", "words": "reading", "started": now(), "attempts": job.attempts + 1, "log": log}
        self._ledger.update(number, **started)
        self._log(job, f"attempt {job.attempts + 1}: {job.instance}" + "".join(f" --set '{c}'" for c in job.changes))
        self._crew.start(number, carry_out, order)
        self._write_place(number)

    def _handle_event(self, event: Event, waiting: list[int]) -> None:
        job = self._jobs.get(event.number)
        if job is None:
            return
        if event.kind == "told":
            self._handle_message(event.number, event.content)
        elif event.kind == "done":
            self._finish(job, event.content)
        elif event.kind == "raised":
            lines = event.content.strip().splitlines()
            self._finish(job, JobAnswer("failed", lines[-1], 1, lines=lines))
        else:
            self._handle_loss(job, event.content, waiting)

    def _handle_message(self, number: int, message: dict[str, Any]) -> None:
        self._write_place(number)
        if "need" in message:
            self._needs[number] = message["need"]
            self._asking[number] = time.monotonic()
        elif "words" in message:
            self._ledger.update(number, words=message["words"])
        else:
            self._ledger.note_step(number, message)

    def _write_place(self, number: int) -> None:
        pid, host = self._crew.place(number)
        if self._places.get(number) != (pid, host):
            self._places[number] = pid, host
            self._ledger.update(number, pid=pid, host=host)

    def _let_in(self) -> None:
        """Let jobs go on for which there is memory; the others wait, the oldest first."""
        for number, since in list(self._asking.items()):
            at_work = [other for other in self._needs if other not in self._asking]
            promised = sum(max(0, self._needs[other] - self._crew.held(other)) for other in at_work)
            lacking = self._needs[number] - self._crew.held(number) + promised + SPARE - available()
            alone = not at_work and time.monotonic() - since > PATIENCE
            if lacking > 0 and not alone:
                words = f"waits for memory: needs {_format_size(self._needs[number])}, {_format_size(lacking)} too much"
                self._ledger.update(number, words=words)
                return
            del self._asking[number]
            self._ledger.update(number, words="building")
            self._crew.answer(number, True)

    def _finish(self, job: Job, answer: JobAnswer) -> None:
        """Put the result in its place, and then say in the ledger that it is there."""
        result = None
        try:
            if answer.written:
                result = self._publish(job, answer)
        except OSError as error:
            answer = unwritten(error, answer.lines)
        self._log(job, *answer.lines, f"{answer.state}: {answer.words}")
        self._forget(job.number)
        with self._append_words(answer):
            self._write_down(job, answer, result)

    @contextlib.contextmanager
    def _append_words(self, answer: JobAnswer) -> Iterator[None]:
        """Where the ledger cannot be written, the words of the job are said in its error: they may name its plan."""
        try:
            yield
        except LedgerError as error:
            raise LedgerError(f"{error} ({answer.words})" if answer.words else str(error)) from error

    def _write_down(self, job: Job, answer: JobAnswer, result: str | None) -> None:
        self._ledger.update(
            job.number,
            state=answer.state,
            words=answer.words,
            exit_status=answer.exit_status,
            incumbent=answer.incumbent,
            bound=answer.bound,
            gap=answer.gap,
            seconds=answer.seconds,
            result=result,
            finished=now(),
            runner=None,
        )

    def _publish(self, job: Job, answer: JobAnswer) -> str:
        """Move the result, which is whole, to where it belongs. Raises Rescued where it had to go elsewhere."""
        result, whole = self._find_free_name(job), self._scratch / f"{job.number}.xlsx"
        target = self._ledger.folder / result
        try:
            if answer.content is not None:
                with whole.open("wb") as file:
                    file.write(answer.content)
                    file.flush()
                    os.fsync(file.fileno())
            target.parent.mkdir(exist_ok=True)
            whole.replace(target)
            for earlier in self._ledger.jobs("result = ? AND number != ?", (result, job.number)):
                self._ledger.update(earlier.number, result=None, words=f"replaced by {job.title}")
        except OSError as error:
            content = answer.content
            raise rescue_content(target, error, lambda file: file.write(content or whole.read_bytes())) from error
        return result

    def _find_free_name(self, job: Job) -> str:
        """Where the result goes: to a name that is free, its own of an earlier attempt, or that of a result of ours."""
        folder, name = Path(job.instance).stem, find_result_name(self._ledger, job)
        number, result = 1, f"{folder}/{name}.xlsx"
        while not self._may_replace(result):
            number += 1
            result = f"{folder}/{name} ({number}).xlsx"
        return result

    def _may_replace(self, result: str) -> bool:
        path = self._ledger.folder / result
        return not path.exists() or is_own(path)

    def _handle_loss(self, job: Job, words: str, waiting: list[int]) -> None:
        """A worker died: the job is begun again, until it is clear that it is the job that kills workers."""
        self._forget(job.number)
        self._log(job, words)
        begun = self._ledger.job(job.number)
        if begun is not None and begun.attempts < ATTEMPTS:
            waiting.insert(0, job.number)
            self._ledger.update(job.number, state="waiting", words=f"{words}: restarted")
        else:
            self._ledger.update(
                job.number, state="interrupted", words=words, exit_status=ExitStatus.FAILED, finished=now(), runner=None
            )

    def _forget(self, number: int) -> None:
        for table in (self._jobs, self._needs, self._asking, self._places):
            table.pop(number, None)
        self._interrupted.discard(number)

    def _log(self, job: Job, *lines: str) -> None:
        """Write to the log of a job; that the disk is full is no reason to stop."""
        path = self._ledger.folder / Path(job.instance).stem / f"{job.number}.log"
        with contextlib.suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.writelines(f"{now()} {line}\n" for line in lines)


def _read_content(path: str) -> bytes:
    """A workbook, for workers that cannot see it; where it is gone the worker says so."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _format_size(amount: int) -> str:
    return f"{amount / 1e9:.1f} GB"
