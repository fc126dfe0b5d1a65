"""Looks after the queue while the server runs: jobs that wait find a process that does them."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from planner.issues import InputError
from planner.jobs.queue import FIRST, LOG, QUEUED, is_queue_alive, start_queue
from planner.ledger.ledger import FILE, Ledger

SHORT = 10.0
"""Seconds after which a process that ended was not one that could not even begin."""

MOST_FAILURES = 3
"""Processes in a row that could not begin, after which no other is started."""


class QueueKeeper:
    """Starts a process for the queue of a folder where one is needed; `trouble` says why none can be."""

    def __init__(self, results: Path) -> None:
        self.results, self.trouble = results, ""
        self._process: subprocess.Popen[bytes] | None = None
        self._began, self._failures = 0.0, 0
        self._one_at_a_time = threading.Lock()

    @contextlib.contextmanager
    def open_ledger(self) -> Iterator[Ledger]:
        """The ledger of the folder, made where there is none."""
        with Ledger(self.results / FILE, patience=5.0) as ledger:
            yield ledger

    @property
    def has_ledger(self) -> bool:
        """Whether anything was ever run here."""
        return (self.results / FILE).exists()

    @property
    def changed(self) -> tuple[int, int]:
        """What differs once anything was written to the ledger."""
        try:
            facts = (self.results / FILE).stat()
        except OSError:
            return 0, 0
        return facts.st_mtime_ns, facts.st_size

    def look(self) -> None:
        """Bury jobs of processes that died, and start a process where jobs wait and none is there."""
        with self._one_at_a_time:
            self._reap()
            if not self.has_ledger:
                return
            try:
                self._start_where_needed()
            except (InputError, OSError) as fault:
                self.trouble = str(fault)

    def start_again(self) -> None:
        """Try again after processes that could not begin."""
        self._failures, self.trouble = 0, ""

    def _reap(self) -> None:
        if self._process is None or self._process.poll() is None:
            return
        short = time.monotonic() - self._began < SHORT
        self._failures = self._failures + 1 if self._process.returncode and short else 0
        self._process = None

    def _start_where_needed(self) -> None:
        with self.open_ledger() as ledger:
            if ledger.jobs("runner IS NOT NULL"):
                ledger.bury()
            waiting = ledger.jobs("state = 'waiting' AND runner IS NULL AND words IN (?, ?)", (FIRST, QUEUED))
            if not waiting or self._process is not None or is_queue_alive(ledger):
                self.trouble = "" if not self._failures else self.trouble
                return
        if self._failures >= MOST_FAILURES:
            self.trouble = f"jobs cannot be started: see {self.results / LOG}"
            return
        self._process, self._began = start_queue(self.results), time.monotonic()
