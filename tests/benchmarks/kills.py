"""Kill `planner run` 200 times and `planner solve` 100 times at seeded moments, and look at everything each time.

    python -m tests.benchmarks.kills [--run 200] [--solve 100] [--seed 20261130]

The moments are shares of what a whole run takes on this machine. A third of the kills of `run` are late, when the sweep
is over or nearly so; a quarter of the others wait until the ledger says that a job is at work. A fifth are SIGTERM,
which has to leave nothing running and nobody's job; a third of the others hit a worker first. After each the ledger is
whole, what it calls done is there, whole and unchanged, and nothing else is there. After each kill of `solve` there is
no result, or a whole one, and what was there before is whole. Exits with 1 where anything is amiss.

The workbook is the smallest that has a module to build, and commands are forked from a process that has loaded them;
one in ten starts from nothing, as a user's does.
"""

import argparse
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import psutil

from planner.issues import InputError
from planner.ledger.ledger import FILE, STATES
from planner.workbook.read import read_tables
from tests.forked import Forked, run_forked
from tests.jobs import PLANNER, ROOT, jobs

SMALL: dict[str, list[list[Any]]] = {
    "settings": [["key", "value"], ["mip_gap", 0]],
    "periods": [["period", "years"], ["2026", 5]],
    "regions": [["region"], ["A"], ["B"]],
    "items": [["item", "tier"], ["good", "downstream"]],
    "processes": [["process", "tier", "other_cost"], ["make", "downstream", 1]],
    "recipes": [["process", "item", "quantity"], ["make", "good", 1]],
    "firms": [["firm"], ["us"]],
    "sites": [["site", "region", "firm"], ["S", "A", "us"]],
    "lines": [["site", "process", "capacity"], ["S", "make", 5]],
    "options": [["process", "option", "size", "capex"], ["make", "module", 5, 3]],
    "lanes": [["origin", "destination", "item", "cost"], ["A", "B", "good", 1]],
    "demand": [["region", "item", "period", "volume", "penalty"], ["B", "good", "2026", 8, 100]],
}
NAME = "small"
VARY = ["--vary", "demand[*].volume=6,7"]
JOBS = 2
LONGEST_WAIT = 300.0
"""Seconds within which a run of two small jobs must have come to an end by itself."""
FROM_NOTHING = 1 / 10
"""Share of commands that load what they need themselves."""


class Amiss(Exception):
    """Something was lost, half written or left running."""


def main() -> int:
    """Run both parts and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=int, default=200)
    parser.add_argument("--solve", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20261130)
    given = parser.parse_args()
    choice = random.Random(given.seed)
    began = time.monotonic()
    counted: Counter[str] = Counter()
    try:
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            write_small(Path(folder))
            if given.run:
                kill_runs(Path(folder), given.run, choice, counted)
            if given.solve:
                kill_solves(Path(folder), given.solve, choice, counted)
    except (Amiss, KeyboardInterrupt) as fault:
        print(f"amiss: {fault}" if isinstance(fault, Amiss) else "stopped before the end")
        return 1
    finally:
        counted["seconds"] = round(time.monotonic() - began)
        for name, count in counted.items():
            print(f"{name:<44} {count}")
    return 0


def write_small(folder: Path) -> Path:
    """The workbook that is solved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet, rows in SMALL.items():
        page = book.create_sheet(sheet)
        for row in rows:
            page.append(row)
    book.save(folder / f"{NAME}.xlsx")
    return folder / f"{NAME}.xlsx"


def whole(path: Path) -> bool:
    """Whether a result can be read and its audit agrees."""
    try:
        return set(read_tables(path)["audit"]["ok"]) == {"yes"}
    except InputError:
        return False


def timed(arguments: list[str]) -> float:
    """Seconds that a command takes when nobody kills it."""
    began = time.monotonic()
    if run_forked(arguments, timeout=LONGEST_WAIT):
        raise Amiss("a command that nobody kills does not come to its end")
    return time.monotonic() - began


def ended(process: "Forked | subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether a process ends by itself within so many seconds."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def gone(workers: list[psutil.Process]) -> None:
    """Raise where a worker outlives whoever started it."""
    if psutil.wait_procs(workers, timeout=60)[1]:
        raise Amiss("a worker outlives its runner")


def kill_runs(folder: Path, kills: int, choice: random.Random, counted: Counter[str] | None = None) -> Counter[str]:
    """Each run resumes what the one before left; when all jobs are done, the next sweep begins afresh."""
    counted = Counter() if counted is None else counted
    sweep, solved = folder / "0", dict[Path, int]()
    length = timed(command_of(folder / "first", 1))
    while counted["kills of run"] < kills:
        late = choice.random() < 1 / 3
        moment = choice.uniform(0.7, 1.2) * length if late else choice.uniform(0.0, 0.8) * length
        at_work = not late and (choice.random() < 1 / 4 or not counted["jobs seen at work when killed"])
        ready = (lambda folder=sweep: is_at_work(folder)) if at_work else None
        code = killed(command_of(sweep, choice.choice([1, JOBS])), moment, choice, counted, ready)
        counted["kills of run"] += 1
        counted["of these when a job was at work"] += at_work
        counted["of these late"] += late
        if not (sweep / FILE).exists():
            continue
        states = looked_at(sweep, solved)
        counted["jobs seen at work when killed"] += states.count("running")
        counted["jobs interrupted in order"] += states.count("interrupted")
        if states == ["done"] * JOBS:
            counted["sweeps that completed"] += 1
            counted["of these by themselves"] += code == 0
            sweep, solved = folder / str(counted["sweeps that completed"]), {}
    if run_forked(command_of(sweep, 1), timeout=LONGEST_WAIT):
        raise Amiss("the last sweep cannot be resumed")
    looked_at(sweep, solved)
    return counted


def command_of(folder: Path, workers: int) -> list[str]:
    """The sweep."""
    book = folder.parent / f"{NAME}.xlsx"
    return ["run", str(book), "-o", str(folder), "--workers", str(workers), "--resume", *VARY]


def is_at_work(folder: Path) -> bool:
    """Whether the ledger says that a job is at work."""
    return (folder / FILE).exists() and any(job.state == "running" for job in jobs(folder))


def started(arguments: Sequence[str], choice: random.Random) -> "Forked | subprocess.Popen[bytes]":
    """A command of the planner, forked or from nothing."""
    if choice.random() >= FROM_NOTHING:
        return Forked(arguments)
    nowhere = subprocess.DEVNULL
    return subprocess.Popen([*PLANNER, *arguments], cwd=ROOT, stdin=nowhere, stdout=nowhere, stderr=nowhere)


def killed(
    arguments: list[str],
    moment: float,
    choice: random.Random,
    counted: Counter[str],
    ready: Callable[[], bool] | None = None,
) -> int:
    """Start a command and kill it after `moment` seconds, or a worker of it first; or as soon as it is `ready`.

    Returns the status that it ended with.
    """
    with started(arguments, choice) as process:
        soft, first = choice.random() < 0.2 and not ready, choice.random() < 1 / 3 and not ready
        while ready and not ready() and not ended(process, 0.02):
            pass
        ended(process, 0.0 if ready else moment)
        workers: list[psutil.Process] = []
        try:
            runner = psutil.Process(process.pid)
            workers = runner.children(recursive=True)
            if first and workers:
                counted["of these a worker first"] += 1
                choice.choice(workers).kill()
                ended(process, choice.uniform(0.0, moment / 2))
                workers = runner.children(recursive=True)
            counted["of these SIGTERM"] += soft
            process.send_signal(signal.SIGTERM if soft else signal.SIGKILL)
        except psutil.NoSuchProcess:
            counted["of these after the end"] += 1
        code = process.wait(timeout=LONGEST_WAIT)
    gone(workers)
    return code


def looked_at(folder: Path, solved: dict[Path, int]) -> list[str]:
    """The states of the jobs. Raises where the ledger or a result is not whole, or what was done has changed."""
    with sqlite3.connect(folder / FILE) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Amiss("the ledger is damaged")
    found = jobs(folder)
    for job in found:
        path = folder / str(job.result)
        if job.state not in STATES or (job.state == "done" and not path.exists()):
            raise Amiss(f"job {job.number} is {job.state} without a result")
    names = {name for job in found for name in (f"{job.name or job.number}.xlsx", f"{job.number}.log")}
    for path in (folder / NAME).glob("*"):
        if path.name not in names or (path.suffix == ".xlsx" and path not in solved and not whole(path)):
            raise Amiss(f"{path.name} should not be there, or is not whole")
    for job in found:
        if job.state == "done":
            solved.setdefault(folder / str(job.result), (folder / str(job.result)).stat().st_mtime_ns)
    if any(path.stat().st_mtime_ns != moment for path, moment in solved.items()):
        raise Amiss("what was done was done again")
    return [job.state for job in found]


def kill_solves(folder: Path, kills: int, choice: random.Random, counted: Counter[str] | None = None) -> Counter[str]:
    """Solve over an earlier result: whenever it is killed, either that or the new one is there, and whole."""
    counted = Counter() if counted is None else counted
    earlier, out = folder / "earlier.xlsx", folder / "solve" / "plan.xlsx"
    out.parent.mkdir()
    book = str(folder / f"{NAME}.xlsx")
    length = timed(["solve", book, "-o", str(earlier), "--seed", "1"])
    for number in range(kills):
        if number % 2:
            shutil.copy(earlier, out)
        else:
            out.unlink(missing_ok=True)
        before = out.read_bytes() if out.exists() else b""
        moment = choice.uniform(0.75, 1.05) * length if choice.random() < 0.5 else choice.uniform(0.0, 0.8) * length
        code = killed(["solve", book, "-o", str(out)], moment, choice, Counter())
        counted["kills of solve"] += 1
        after = out.read_bytes() if out.exists() else b""
        if after != before and not whole(out):
            raise Amiss("a result is not whole")
        if code == 0 and after == before:
            raise Amiss("a solve that says it is done left no result")
        counted["of these with a new, whole result"] += after != before
        counted["files left half written, cleaned up later"] += len(list(out.parent.glob(".*.tmp")))
    if run_forked(["solve", book, "-o", str(out)], timeout=LONGEST_WAIT):
        raise Amiss("what a kill left cannot be solved over")
    if [path.name for path in out.parent.iterdir()] != [out.name]:
        raise Amiss("something half written is left")
    return counted


if __name__ == "__main__":
    sys.exit(main())
