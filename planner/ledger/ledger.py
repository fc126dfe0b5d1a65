"""The ledger: every job that was ever asked for, and how far it is, in one SQLite file.

Only runners and the commands of the user write to it, never a worker. Each change is one transaction in SQLite's
rollback journal with every commit synced, so that whoever is killed whenever leaves the last complete state. A
write-ahead log would be faster, but needs two more files and does not work on network folders.
"""

import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from planner.issues import InputError, Issue
from planner.ledger.holder import find_birth, holders, is_alive

FILE = "jobs.sqlite"
"""The name of a ledger, in the folder of its results."""

VERSION = 2
"""Of the tables below. A ledger of version 1, without names of jobs, is brought up to it; any other is refused."""

PATIENCE = 30.0
"""Seconds to wait for a ledger that another process has locked."""

SILENT = 60.0
"""Seconds without a sign of life after which a runner of another machine counts as dead."""

UNFINISHED = ("waiting", "running", "interrupted")
STATES = (*UNFINISHED, "done", "infeasible", "failed", "cancelled")

_TABLES = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,
    instance TEXT NOT NULL, input_hash TEXT NOT NULL, changes TEXT NOT NULL, options TEXT NOT NULL, seal TEXT NOT NULL,
    state TEXT NOT NULL, words TEXT NOT NULL DEFAULT '', exit_status INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL, started TEXT, finished TEXT, seconds REAL,
    incumbent REAL, bound REAL, gap REAL, result TEXT, log TEXT,
    pid INTEGER, host TEXT, runner TEXT, cancel INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobs_by_seal ON jobs (seal);
CREATE TABLE runners (name TEXT PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL, born REAL NOT NULL, beat REAL);
"""

_STEPS = (
    "CREATE TABLE IF NOT EXISTS steps (number INTEGER NOT NULL, seconds REAL, incumbent REAL, bound REAL, gap REAL)"
)
"""How the figures of jobs moved: made when the first is noted, in ledgers of any version; nothing else needs it."""


class LedgerError(OSError):
    """The ledger cannot be used; the message says why."""


@dataclass(frozen=True)
class JobRequest:
    """What a job is asked to do: `options` are those given, the rest comes from the workbook's settings.

    `name` is that of a variant, `base` for the workbook beside its variants, "" for a job that has only a number.
    """

    instance: str
    input_hash: str
    changes: tuple[str, ...]
    options: dict[str, Any]
    seal: str
    name: str = ""


@dataclass(frozen=True)
class Job:
    """A row of the ledger.

    `seconds` is the time of the solve, `exit_status` what `planner solve` would have ended with, `words` how it ended
    or what it waits for; `result` and `log` are paths from the folder of the ledger; `pid` and `host` are the worker's.
    """

    number: int
    instance: str
    input_hash: str
    changes: tuple[str, ...]
    options: dict[str, Any]
    seal: str
    state: str
    words: str
    exit_status: int | None
    attempts: int
    created: str
    started: str | None
    finished: str | None
    seconds: float | None
    incumbent: float | None
    bound: float | None
    gap: float | None
    result: str | None
    log: str | None
    pid: int | None
    host: str | None
    runner: str | None
    cancel: int
    name: str = ""

    @property
    def title(self) -> str:
        """How it is called: its number, and its name where it has one."""
        return f"job {self.number} ({self.name})" if self.name else f"job {self.number}"


class Ledger:
    """The ledger at `path`, made where there is none. Use as a context manager."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path, self.folder, self._patience = path, path.parent, patience
        with self._guarded():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=patience, isolation_level=None)
            self._database.row_factory = sqlite3.Row
            self._database.execute("PRAGMA synchronous = FULL")
            self._prepare()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def _prepare(self) -> None:
        if self._version() == 0:
            with self.changing():
                if self._version() == 0:
                    self._refuse_foreign()
                    for statement in filter(str.strip, _TABLES.split(";")):
                        self._database.execute(statement)
                    self._database.execute(f"PRAGMA user_version = {VERSION}")
        if self._version() == 1:
            with self.changing():
                if self._version() == 1:
                    self._database.execute("ALTER TABLE jobs ADD COLUMN name TEXT NOT NULL DEFAULT ''")
                    self._database.execute(f"PRAGMA user_version = {VERSION}")
        found = self._version()
        if found != VERSION:
            words = f"{self.path} has version {found}, but this planner uses version {VERSION}: name another folder"
            raise InputError([Issue("error", "", "", words)])
        columns = {row["name"] for row in self._database.execute("PRAGMA table_info(jobs)")}
        if not columns >= {field.name for field in fields(Job)}:
            raise _not_ours(self.path)

    def _refuse_foreign(self) -> None:
        """Raise InputError where the file is a database of another program: nothing is added to it."""
        if self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _not_ours(self.path)

    def _version(self) -> int:
        return int(self._database.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """SQLite's errors in words."""
        try:
            yield
        except sqlite3.Error as error:
            if (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF == sqlite3.SQLITE_NOTADB:
                raise _not_ours(self.path) from error
            raise LedgerError(self._reason(error)) from error

    def _reason(self, error: sqlite3.Error) -> str:
        code = getattr(error, "sqlite_errorcode", None) or 0
        if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"{self.path} is locked by {holders(self.path)}: waited for {self._patience:g} s"
        if code & 0xFF == sqlite3.SQLITE_FULL:
            return f"the disk is full: {self.path} could not be written and is as it was; make room and use --resume"
        return f"{self.path} cannot be used: {error}"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All that is written meanwhile is written at once, or not at all."""
        with self._guarded():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with self._guarded():
            return self._database.execute(statement, values).fetchall()

    def jobs(self, where: str = "1", values: Sequence[Any] = ()) -> list[Job]:
        """The jobs for which `where` holds, by number. Raises InputError for rows that another program has altered."""
        rows = self._ask(f"SELECT * FROM jobs WHERE {where} ORDER BY number", values)
        found, faults = [], []
        for row in rows:
            try:
                found.append(_job(row))
            except (TypeError, ValueError, RecursionError):
                words = f"job {row['number']} cannot be read ({self.path}): its changes or options were altered"
                faults.append(Issue("error", "", "", f"{words}; put a copy of the file back, or name another folder"))
        if faults:
            raise InputError(faults)
        return found

    def job(self, number: int) -> Job | None:
        """The job of that number, if there is one."""
        return next(iter(self.jobs("number = ?", (number,))), None)

    def add(self, request: JobRequest) -> int:
        """A new job, waiting; returns its number."""
        row = {
            "instance": request.instance,
            "input_hash": request.input_hash,
            "changes": json.dumps(request.changes),
            "options": json.dumps(request.options),
            "seal": request.seal,
            "name": request.name,
            "state": "waiting",
            "created": now(),
        }
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self._ask(f"INSERT INTO jobs ({names}) VALUES ({marks})", list(row.values()))
        return int(self._ask("SELECT last_insert_rowid()")[0][0])

    def update(self, number: int, **values: Any) -> None:
        """Write the named columns of a job."""
        names = ", ".join(f"{name} = ?" for name in values)
        self._ask(f"UPDATE jobs SET {names} WHERE number = ?", [*values.values(), number])

    def note_step(self, number: int, figures: Mapping[str, float | None]) -> None:
        """Write seconds, incumbent, bound and gap of a job, and keep them beside those before."""
        with self.changing():
            self.update(number, words="", **figures)
            self._ask(_STEPS)
            values = (number, *(figures[name] for name in ("seconds", "incumbent", "bound", "gap")))
            self._ask("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", values)

    def steps(self, number: int) -> list[tuple[float | None, float | None, float | None, float | None]]:
        """Seconds, incumbent, bound and gap of a job over time."""
        if not self._has_steps():
            return []
        rows = self._ask("SELECT seconds, incumbent, bound, gap FROM steps WHERE number = ? ORDER BY rowid", (number,))
        return [(row["seconds"], row["incumbent"], row["bound"], row["gap"]) for row in rows]

    def forget_steps(self, number: int) -> None:
        """Strike how the figures of a job moved."""
        if self._has_steps():
            self._ask("DELETE FROM steps WHERE number = ?", (number,))

    def _has_steps(self) -> bool:
        return bool(self._ask("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'steps'"))

    def remove(self, number: int) -> None:
        """Strike a job from the ledger."""
        self.forget_steps(number)
        self._ask("DELETE FROM jobs WHERE number = ?", (number,))

    def enlist(self, name: str) -> None:
        """Note that this process is the runner of that name."""
        values = (name, os.getpid(), socket.gethostname(), find_birth(os.getpid()) or 0.0, time.time())
        self._ask("INSERT INTO runners VALUES (?, ?, ?, ?, ?)", values)

    def beat(self, name: str) -> None:
        """A sign of life of a runner."""
        self._ask("UPDATE runners SET beat = ? WHERE name = ?", (time.time(), name))

    def dismiss(self, name: str) -> None:
        """A runner has ended."""
        self._ask("DELETE FROM runners WHERE name = ?", (name,))

    def at_work(self) -> set[str]:
        """The runners that are alive; those that are not are struck off."""
        rows = self._ask("SELECT * FROM runners")
        alive = {row["name"] for row in rows if _lives(row)}
        for row in rows:
            if row["name"] not in alive:
                self.dismiss(row["name"])
        return alive

    def bury(self) -> None:
        """Jobs that a dead runner left running are interrupted."""
        with self.changing():
            alive = self.at_work()
            for job in self.jobs("state IN ('running', 'waiting') AND runner IS NOT NULL"):
                if job.runner not in alive:
                    state = "interrupted" if job.state == "running" else "waiting"
                    words = "its runner was killed" if job.state == "running" else ""
                    self.update(job.number, state=state, words=words, runner=None, pid=None, host=None)


def instance_of(result: Path) -> Path | None:
    """The workbook that a result was made of, where a ledger in the folder above knows it.

    Parameters
    ----------
    result
        The result workbook. The ledger is looked for in the folder above that of the result.

    Returns
    -------
    pathlib.Path or None
        The instance of the latest job with this result; None where no ledger can be read or none of its jobs has it.
    """
    path = result.resolve().parent.parent / FILE
    if not path.exists():
        return None
    try:
        with Ledger(path, patience=1.0) as ledger:
            jobs = ledger.jobs("result = ?", (f"{result.resolve().parent.name}/{result.name}",))
    except (LedgerError, InputError):
        return None
    return Path(jobs[-1].instance) if jobs else None


def _not_ours(path: Path) -> InputError:
    return InputError([Issue("error", "", "", f"{path} is not a ledger of jobs: name another folder with -o")])


def now() -> str:
    """The time as the ledger writes it.

    Returns
    -------
    str
        UTC, ISO 8601, to the second.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def _lives(row: sqlite3.Row) -> bool:
    if row["host"] == socket.gethostname():
        return is_alive(row["pid"], row["born"])
    return time.time() - (row["beat"] or 0.0) < SILENT


def _job(row: sqlite3.Row) -> Job:
    values = {field.name: row[field.name] for field in fields(Job)}
    changes, options = json.loads(row["changes"]), json.loads(row["options"])
    if not isinstance(changes, list) or not all(isinstance(change, str) for change in changes):
        raise TypeError("changes are not a list of texts")
    if not isinstance(options, dict) or row["state"] not in STATES:
        raise TypeError("options are not a table, or the state is unknown")
    return Job(**values | {"changes": tuple(changes), "options": options})
