"""The ledger: readable whatever happens, and clear about who is in the way."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from planner.issues import InputError
from planner.ledger import ledger as ledgers
from planner.ledger.ledger import JobRequest, Ledger, LedgerError

REQUEST = JobRequest("/somewhere/chain.xlsx", "hash", ("demand[*].volume=1",), {"gap": 0.1}, "seal")

LOCKING = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger may be made."""
    return tmp_path / "results" / "jobs.sqlite"


def test_a_job_comes_back_as_it_was_entered(path: Path) -> None:
    with Ledger(path) as ledger:
        number = ledger.add(REQUEST)
        ledger.update(number, gap=0.25)
    with Ledger(path) as ledger:
        job = ledger.job(number)
        assert job is not None
        assert (job.changes, job.options, job.state, job.gap) == (REQUEST.changes, REQUEST.options, "waiting", 0.25)
        assert ledger.job(number + 1) is None


def _add_many(ledger: Ledger, count: int, error: Exception | None = None) -> None:
    """Add so many jobs at once, and then raise the error."""
    with ledger.changing():
        for _ in range(count):
            ledger.add(REQUEST)
        if error is not None:
            raise error


def test_half_a_change_is_none(path: Path) -> None:
    with Ledger(path) as ledger:
        with pytest.raises(RuntimeError, match="midway"):
            _add_many(ledger, 1, RuntimeError("midway"))
        assert ledger.jobs() == []


def test_who_locks_the_ledger_is_waited_for_and_then_named(path: Path) -> None:
    Ledger(path).__exit__()
    command = [sys.executable, "-c", LOCKING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(LedgerError, match=rf"locked by process {other.pid} .*waited for 0.3 s"):
            Ledger(path, patience=0.3)
        other.communicate()
    with Ledger(path, patience=0.3) as ledger:
        assert ledger.jobs() == []


def test_a_full_disk_is_said_and_leaves_the_ledger_as_it_was(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.add(REQUEST)
        ledger._database.execute("PRAGMA max_page_count = 1")  # SQLite then says what it says of a full disk
        with pytest.raises(LedgerError, match="disk is full"):
            _add_many(ledger, 1000)
    with Ledger(path) as ledger:
        assert len(ledger.jobs()) == 1


def test_other_files_and_versions_are_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no database" * 100)
    with pytest.raises(InputError, match="not a ledger"):
        Ledger(path)
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="version 99"):
        Ledger(path)


def test_jobs_of_a_dead_runner_are_interrupted_and_those_of_a_living_one_are_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(path) as ledger:
        numbers = [ledger.add(REQUEST) for _ in range(3)]
        ledger.enlist("alive")
        with subprocess.Popen([sys.executable, "-c", ""]) as gone:
            gone.wait()
        monkeypatch.setattr(ledgers.os, "getpid", lambda: gone.pid)
        ledger.enlist("dead")
        monkeypatch.undo()
        for number, runner in zip(numbers, ("alive", "dead", "dead"), strict=True):
            ledger.update(number, runner=runner, state="running")
        ledger.update(numbers[2], state="waiting")
        ledger.bury()
        assert [(job.state, job.runner) for job in ledger.jobs()] == [
            ("running", "alive"),
            ("interrupted", None),
            ("waiting", None),
        ]
        assert ledger.at_work() == {"alive"}
        assert os.getpid() != gone.pid
