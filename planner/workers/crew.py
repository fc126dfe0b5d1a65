"""Workers on this machine: processes that stay between tasks, so that what they have loaded serves the next one.

A worker has two threads: one works, the other reads what it is told, and ends the process when nobody is there any more
to tell it anything. So none outlives whoever started it, also where that was killed.
"""

import contextlib
import os
import queue
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context, set_start_method
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple, Protocol

import psutil

_BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Read by numpy when it is loaded: workers that share the cores lose more by waiting for threads than they gain."""

Work = Callable[[Any, "Talk"], Any]
"""A task: a function of a module, called in a worker with its argument and the line to whoever gave it."""


_INTERRUPT = "interrupt"
"""What a worker is sent, between tasks and answers, to end the solve that it is at."""


class Event(NamedTuple):
    """What a crew reports of a task.

    kind: told | done | raised | lost; `content` is what was told or returned, else words.
    """

    number: int
    kind: str
    content: Any


class Talk(Protocol):
    """The line from a task to whoever gave it."""

    def tell(self, message: Any) -> None:
        """Send a message."""

    def ask(self, message: Any) -> Any:
        """Send a message and wait for the answer."""


class Crew(Protocol):
    """Workers, wherever they are. Each has one task at a time."""

    cores: int | None
    """Cores for each worker, where that is known."""

    @property
    def local(self) -> bool:
        """Whether workers see the files of this machine and share its memory."""

    def free(self) -> int:
        """How many tasks could be started now."""

    def start(self, number: int, work: Work, argument: Any) -> None:
        """Give a task to a free worker."""

    def events(self, seconds: float) -> list[Event]:
        """What happened; waits for it so long at most."""

    def answer(self, number: int, content: Any) -> None:
        """Answer what a task has asked."""

    def stop(self, number: int) -> None:
        """End a task at once; nothing more is heard of it."""

    def interrupt(self, number: int) -> bool:
        """Tell a task to end its solve with the best plan so far; whether it can be told."""

    def place(self, number: int) -> tuple[int | None, str]:
        """Process and machine that a task runs on."""

    def held(self, number: int) -> int:
        """Bytes that the worker of a task has in use now; 0 where that is not known."""

    def close(self) -> None:
        """End all workers at once."""


@dataclass
class _Worker:
    process: Any
    line: Connection
    number: int | None = None


class LocalCrew:
    """Up to `size` worker processes, each started when it is first needed."""

    local = True

    def __init__(self, size: int) -> None:
        self._size = size
        self._workers: list[_Worker] = []
        self._lost: list[Event] = []
        self._context = get_context("spawn")
        self.cores: int | None = max(1, (os.cpu_count() or 1) // size)

    def free(self) -> int:
        return self._size - sum(worker.number is not None for worker in self._workers) - len(self._lost)

    def start(self, number: int, work: Work, argument: Any) -> None:
        for idle in [worker for worker in self._workers if worker.number is None]:
            try:
                idle.line.send((work, argument))
            except OSError:  # it died of its own accord
                self._discharge(idle)
                continue
            idle.number = number
            return
        try:
            worker = self._hired()
        except OSError as error:
            self._lost.append(Event(number, "lost", f"no worker could be started ({error.strerror or error})"))
            return
        try:
            worker.line.send((work, argument))
            worker.number = number
        except OSError:  # it died before it could be told anything, which is a loss like any other
            worker.process.join(1.0)
            how = _how(worker.process.exitcode)
            self._discharge(worker)
            self._lost.append(Event(number, "lost", f"its worker died at once ({how})"))

    def _hired(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]

    def events(self, seconds: float) -> list[Event]:
        lines = {worker.line: worker for worker in self._workers}
        found, self._lost = self._lost, []
        if not lines and not found:
            time.sleep(seconds)
        for line in wait(list(lines), 0 if found else seconds) if lines else ():
            worker = lines[line]  # type: ignore[index]  # wait gives back what it was given
            try:
                kind, content = worker.line.recv()
            except Exception:  # it died, perhaps in the middle of a message, of which anything may be left
                number = worker.number
                worker.process.join(1.0)
                self._discharge(worker)
                if number is not None:
                    found.append(Event(number, "lost", f"its worker died ({_how(worker.process.exitcode)})"))
                continue
            if worker.number is not None:
                found.append(Event(worker.number, kind, content))
            if kind != "told":
                worker.number = None
        return found

    def _of(self, number: int) -> _Worker | None:
        return next((worker for worker in self._workers if worker.number == number), None)

    def _discharge(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.line.close()
        self._workers.remove(worker)

    def answer(self, number: int, content: Any) -> None:
        worker = self._of(number)
        with contextlib.suppress(OSError):  # of a worker that died there will be an event
            if worker is not None:
                worker.line.send(content)

    def stop(self, number: int) -> None:
        self._lost = [event for event in self._lost if event.number != number]
        worker = self._of(number)
        if worker is not None:
            self._discharge(worker)

    def interrupt(self, number: int) -> bool:
        worker = self._of(number)
        if worker is None:
            return False
        with contextlib.suppress(OSError):  # of a worker that died there will be an event
            worker.line.send(_INTERRUPT)
        return True

    def place(self, number: int) -> tuple[int | None, str]:
        worker = self._of(number)
        return (worker.process.pid if worker else None), socket.gethostname()

    def held(self, number: int) -> int:
        worker = self._of(number)
        try:
            return int(psutil.Process(worker.process.pid).memory_info().rss) if worker else 0
        except psutil.Error:
            return 0

    def close(self) -> None:
        for worker in list(self._workers):
            self._discharge(worker)


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            return signal.Signals(-code).name + (
                ", perhaps because it ran out of memory" if -code == signal.SIGKILL else ""
            )
        except ValueError:
            return f"signal {-code}"
    return f"exit status {code}"


class _PipeTalk:
    """The line of a task, in the worker."""

    def __init__(self, line: Connection, inbox: "queue.SimpleQueue[Any]") -> None:
        self._line, self._inbox, self._one_at_a_time = line, inbox, threading.Lock()

    def tell(self, message: Any) -> None:
        with self._one_at_a_time:
            self._line.send(("told", message))

    def ask(self, message: Any) -> Any:
        self.tell(message)
        return self._inbox.get()


def _serve(line: Connection) -> None:
    """A worker. Ctrl-C reaches every process of a terminal; the one in front of the user decides what it means.

    Pyomo makes a lock when it is imported. Under the method "fork" such a lock has no name that is left behind when the
    worker is killed; the worker itself starts no processes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _BLAS:
        os.environ.setdefault(name, "1")
    if "fork" in get_all_start_methods():
        set_start_method("fork", force=True)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_work, args=(line, inbox), daemon=True).start()
    try:
        while True:
            message = line.recv()
            if isinstance(message, str) and message == _INTERRUPT:
                from planner.solver.solver import interrupt_solves  # loaded by whatever solves here

                interrupt_solves()
            else:
                inbox.put(message)
    except (EOFError, OSError):
        os._exit(0)


def _work(line: Connection, inbox: "queue.SimpleQueue[Any]") -> None:
    talk = _PipeTalk(line, inbox)
    while True:
        work, argument = inbox.get()
        try:
            line.send(("done", work(argument, talk)))
        except BaseException:
            line.send(("raised", traceback.format_exc()))
