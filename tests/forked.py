"""Commands of the planner, each in a forked copy of this process, which has loaded what they need.

A command is a process of its own as it is from a terminal, with its signals, its exit status and its workers, and takes
what it does rather than seconds of imports. So hundreds of them can be killed, or given workbooks that nobody should.
"""

import gc
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from planner.checks.check import check
from planner.workbook.read import read_instance
from planner.workers import crew

ROOT = Path(__file__).parents[1]
TINY = ROOT / "instances" / "tiny.xlsx"

LOADED = (
    "planner.cli.main", "planner.interface.results", "planner.interface.solving",
    "planner.jobs.entries", "planner.jobs.plan", "planner.jobs.runner", "planner.jobs.work", "planner.progress",
    "planner.report.workbook",
)  # fmt: skip


@cache
def load() -> None:
    """Load what commands need; nothing that starts threads, which a fork would not have."""
    for name in LOADED:
        import_module(name)
    check(read_instance(TINY))


class Forked:
    """A command that runs in a process of its own; what of `subprocess.Popen` is needed to watch and to end it.

    Parameters
    ----------
    arguments
        What follows `planner` on the command line.
    said
        File for what the command prints; nowhere where it is left out.
    seconds, memory
        Most processor time, and most bytes of addresses, for the command.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        said: Path | None = None,
        seconds: int | None = None,
        memory: int | None = None,
    ) -> None:
        load()
        self._process = get_context("fork").Process(target=_run, args=(list(arguments), said, seconds, memory))
        self._process.start()

    def __enter__(self) -> "Forked":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        if self.returncode is None:
            self._process.kill()
        self._process.join()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; raises `subprocess.TimeoutExpired` where there is none in time."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("planner", timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """As a terminal or a machine that goes down would."""
        if self.returncode is None:
            os.kill(self.pid, number)


def run_forked(arguments: Sequence[str], said: Path | None = None, timeout: float = 300.0) -> int:
    """Run a command to its end, and return its exit status."""
    with Forked(arguments, said) as process:
        return process.wait(timeout)


class _ForkedWorkers:
    """A context of processes in which workers are forked; each keeps its own line, as if it had been spawned."""

    def __init__(self, _method: str) -> None:
        self._context = get_context("fork")
        self.Pipe = self._context.Pipe

    def Process(self, target: Callable[..., Any], args: tuple[Any, ...], daemon: bool) -> BaseProcess:  # noqa: N802
        return self._context.Process(target=partial(_serve_alone, target), args=args, daemon=daemon)


def _serve_alone(target: Callable[..., Any], line: Connection) -> None:
    """Work after the lines of whoever forked this are closed: held open here, they would outlive their owner."""
    for other in [thing for thing in gc.get_objects() if isinstance(thing, Connection) and thing is not line]:
        other.close()
    target(line)


def _run(arguments: list[str], said: Path | None, seconds: int | None, memory: int | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
    with open(os.devnull, "r+b") as nowhere, open(said or os.devnull, "wb") as out:
        os.dup2(nowhere.fileno(), 0)
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
    sys.stdout, sys.stderr = (os.fdopen(os.dup(stream), "w", errors="backslashreplace") for stream in (1, 2))
    for limit, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory)):
        if most is not None:
            resource.setrlimit(limit, (most, most))
    sys.modules["__main__"] = ModuleType("__main__")  # a process that is spawned need not load what started this
    crew.get_context = _ForkedWorkers  # type: ignore[assignment]
    sys.argv = ["planner", *arguments]
    os.chdir(ROOT)
    import_module("planner.cli.main").main()
