"""What a worker does: one job from the workbook to the result on the disk, told step by step to whoever gave it."""

import gc
import hashlib
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from planner.checks.check import check
from planner.issues import ExitStatus, InputError
from planner.jobs.memory import columns_of, need
from planner.planning import Outcome, choose_options, make_plan
from planner.report.verdicts import list_missed
from planner.report.workbook import write_result
from planner.solver.solution import exit_status
from planner.solver.solver import Progress
from planner.workbook.read import Draft, Reading, open_instance
from planner.workbook.save import WriteError
from planner.workbook.write import Undrawn
from planner.workers.crew import Talk
from planner_models.collector import collector_paused
from planner_models.sets.derive import derive

EVERY = 0.25
"""Seconds between two reports of progress."""

MOST_REASONS = 25
"""Changes that are named where there is no plan."""


@dataclass(frozen=True)
class WorkOrder:
    """A job as a worker gets it.

    The workbook lies at `path`, or is `content` where the worker cannot see that path. The result is to be written to
    `result`, or to be sent back where that is None. `threads` is the share of its worker in the cores,
    `name` what the job is called in its result.
    """

    path: str
    input_hash: str
    changes: tuple[str, ...]
    options: dict[str, Any]
    threads: int | None
    result: str | None
    content: bytes | None = None
    name: str = ""


@dataclass(frozen=True)
class JobAnswer:
    """How a job ended: its state and words for the ledger, figures where there is a plan, and lines for the log."""

    state: str
    words: str
    exit_status: int
    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float | None = None
    lines: list[str] = field(default_factory=list)
    content: bytes | None = None
    written: bool = False


class Changed(Exception):
    """The workbook is not the one that the job was made for."""


@dataclass(frozen=True)
class _Opened:
    """The workbook that this worker had last: most jobs in a row are variants of one."""

    input_hash: str
    draft: Draft
    sizes: list[int] = field(default_factory=list)


GARBAGE = 1.25
"""Memory held, relative to that after the last sweep, from which on it pays to sweep."""

_held = [0]
_opened: list[_Opened] = []
_one_at_a_time = threading.Lock()
"""Workers of a cluster may have threads, but a solve has its process to itself."""


def carry_out(order: WorkOrder, talk: Talk) -> JobAnswer:
    """Do a job; whatever is wrong with it is said in the answer.

    Nobody looks for garbage while it is done, which would take a tenth of the time; see `_swept`.
    """
    with _one_at_a_time:
        with collector_paused():
            answer = _carry_out_order(order, talk)
        _swept()
        return answer


def _swept() -> None:
    """Sweep up what jobs leave behind, once it makes up a fifth of what this process holds."""
    held = psutil.Process().memory_info().rss
    if held > GARBAGE * _held[0]:
        gc.collect()
        _held[0] = psutil.Process().memory_info().rss


def _carry_out_order(order: WorkOrder, talk: Talk) -> JobAnswer:
    try:
        path, result = _place(order)
        answer = _solve_order(order, path, result, talk)
    except Changed:
        return JobAnswer("failed", "the workbook changed since the job was made: run it again", 2)
    except InputError as fault:
        return _refuse_order([str(issue) for issue in fault.issues])
    except Undrawn as fault:
        answer = JobAnswer("failed", str(fault), 1, written=True)
    except WriteError as fault:
        return unwritten(fault)
    except FileNotFoundError:
        return JobAnswer("failed", f"{order.path} no longer exists", 2)
    except MemoryError:
        _opened.clear()
        return JobAnswer("failed", "not enough memory: use fewer workers, or a larger machine", 1)
    if answer.written and order.result is None:
        return JobAnswer(**vars(answer) | {"content": result.read_bytes()})
    return answer


def unwritten(fault: OSError, lines: Sequence[str] = ()) -> JobAnswer:
    """The answer where a result could not be written: --resume does the job again once there is room."""
    return JobAnswer("interrupted", str(fault), 1, lines=list(lines))


def _place(order: WorkOrder) -> tuple[Path, Path]:
    """Where the workbook is, and where its result goes."""
    if order.result is not None:
        return Path(order.path), Path(order.result)
    folder = Path(_scratch().name) / order.input_hash
    path = folder / Path(order.path).name
    if not path.exists():
        folder.mkdir(exist_ok=True)
        path.write_bytes(order.content or b"")
    return path, folder / "result.xlsx"


@cache
def _scratch() -> "tempfile.TemporaryDirectory[str]":
    """A folder of this process, for workbooks that were sent to it."""
    return tempfile.TemporaryDirectory(prefix="planner-")


def _solve_order(order: WorkOrder, path: Path, result: Path, talk: Talk) -> JobAnswer:
    began = time.monotonic()
    reading = _open_order(path, order).draft.reading(order.changes)
    issues = check(reading)
    lines = [str(issue) for issue in issues]
    if any(issue.severity == "error" for issue in issues):
        return _refuse_order(lines)
    _wait_for_room(reading, talk)
    options = choose_options(reading, **({"threads": _threads(reading, order)} | order.options))
    with _Report(talk) as report:
        outcome = make_plan(reading, options, report, order.changes, issues, variant=order.name)
    answer = _describe_end(outcome, lines)
    if not outcome.tables:
        return answer
    talk.tell({"words": "writing the result"})
    write_result(result, outcome.tables, reading.raw, reading.instance)
    rest = time.monotonic() - began - outcome.solution.seconds
    lines.append(f"solved in {outcome.solution.seconds:.1f} s; read, built, audited and written in {rest:.1f} s")
    missed = list_missed(outcome.tables)
    lines += [f"target missed: {words}" for words in missed]
    status = ExitStatus.TARGET_MISSED if missed else answer.exit_status
    return JobAnswer(**vars(answer) | {"written": True, "exit_status": status})


def _threads(reading: Reading, order: WorkOrder) -> int:
    """Threads of a solve: those of the workbook, but no more than the share of this worker."""
    asked = int(reading.instance.settings["threads"])
    return asked if order.threads is None else min(asked, order.threads)


def _open_order(path: Path, order: WorkOrder) -> _Opened:
    """The workbook of an order, opened once for all jobs in a row that are about it."""
    if not _opened or _opened[0].input_hash != order.input_hash or _opened[0].draft.path != path:
        _opened.clear()
        draft = open_instance(path)
        if draft.content_hash != order.input_hash:  # of the bytes that were read: a save since then changes nothing
            raise Changed
        _opened.append(_Opened(order.input_hash, draft))
    return _opened[0]


def hash_file(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refuse_order(lines: list[str]) -> JobAnswer:
    faults = [line for line in lines if line.startswith("error")]
    more = f" (and {len(faults) - 1} more)" if faults[1:] else ""
    return JobAnswer("failed", faults[0] + more, 2, lines=lines)


def _wait_for_room(reading: Reading, talk: Talk) -> None:
    """Ask for the memory that the job will need, and wait until it is there."""
    known = _opened[0].sizes
    if not known:
        known.append(columns_of(derive(reading.instance)))
    talk.ask({"need": need(known[0])})


class _Report:
    """Passes on progress, not too often; what was held back follows in time. Use as a context manager."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._last = talk, -EVERY
        self._lock, self._later = threading.Lock(), threading.Event()
        self._held: Progress | None = None

    def __enter__(self) -> "_Report":
        threading.Thread(target=self._tell_held, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:  # nothing is told after the end, which would be taken for news of the next job
            self._held = None
            self._later.set()

    def __call__(self, step: Progress) -> None:
        with self._lock:
            if time.monotonic() < self._last + EVERY:
                self._held = step
            elif not self._later.is_set():
                self._tell(step)

    def _tell_held(self) -> None:
        while not self._later.wait(EVERY):
            with self._lock:
                if self._held is not None and not self._later.is_set():
                    self._tell(self._held)

    def _tell(self, step: Progress) -> None:
        self._last, self._held = time.monotonic(), None
        figures = {"incumbent": step.incumbent, "bound": step.bound, "gap": step.gap, "seconds": step.seconds}
        self._talk.tell(figures)


def _describe_end(outcome: Outcome, lines: list[str]) -> JobAnswer:
    solution = outcome.solution
    if solution.values is None:
        state = "infeasible" if solution.status == "infeasible" else "failed"
        lines += outcome.reasons[:MOST_REASONS]
        return JobAnswer(state, solution.words, exit_status(solution.status), seconds=solution.seconds, lines=lines)
    facts = outcome.tables["run"].set_index("key")["seal"]
    figures = {name: float(facts[name]) if facts.get(name) else None for name in ("objective", "bound", "gap")}
    bad = outcome.tables["audit"].query("ok != 'yes'")["check"].tolist()
    words = f"the audit does not agree on {', '.join(bad)}" if bad else solution.words
    return JobAnswer(
        "failed" if bad else "done",
        words,
        1 if bad else 0,
        figures["objective"],
        figures["bound"],
        figures["gap"],
        solution.seconds,
        lines,
    )
