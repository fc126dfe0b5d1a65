"""Nothing is lost: runners and workers are killed at random moments; ledger and results are whole each time."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from planner.jobs.runner import SCRATCH
from planner.ledger.ledger import FILE, STATES
from tests.jobs import PLANNER, ROOT, TINY, is_whole, jobs

KILLS = 50
LONGEST = 6.0
"""Seconds until the kill at most: a run of four small jobs takes about that long on a machine that is busy."""

VARY = ["--vary", "demand[*].volume=5,6,7,8"]


@pytest.mark.slow
def test_killing_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    """Every run resumes what the one before left; when all is done, the next sweep begins in a new folder."""
    choice = random.Random(20261124)
    folder, sweeps, killed, interrupted = tmp_path / "0", 0, 0, 0
    solved: dict[Path, int] = {}
    while killed < KILLS:
        command = [*PLANNER, "run", str(TINY), "-o", str(folder), "--workers", "2", "--resume", *VARY]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            workers = _killed(process, choice)
            process.communicate(timeout=120)
        killed += 1
        _gone(workers)
        if not (folder / FILE).exists():
            continue
        states = _checked(folder, solved)
        interrupted += states.count("running")
        if states == ["done"] * 4:
            assert not (folder / SCRATCH).exists() or list((folder / SCRATCH).iterdir()) == [] or process.returncode < 0
            sweeps += 1
            folder, solved = tmp_path / str(sweeps), {}
    assert interrupted > 5
    entered = (folder / FILE).exists() and jobs(folder) != []
    resumed = subprocess.run([*PLANNER, "run", "-o", str(folder), "--resume"], cwd=ROOT, check=False).returncode
    assert resumed == (0 if entered else 2), "killed before its jobs were entered: they are asked for again"
    assert not entered or {job.state for job in jobs(folder)} == {"done"}


def _killed(process: subprocess.Popen, choice: random.Random) -> list[psutil.Process]:
    """Kill the runner, or a worker of it (which it survives; then the runner too, later). Returns the workers."""
    time.sleep(choice.uniform(0.3, LONGEST))
    workers: list[psutil.Process] = []
    try:
        runner = psutil.Process(process.pid)
        workers = runner.children(recursive=True)
        if workers and choice.random() < 0.4:
            choice.choice(workers).send_signal(signal.SIGKILL)
            time.sleep(choice.uniform(0.0, LONGEST / 2))
            workers = runner.children(recursive=True)
        runner.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        pass
    return workers


def _gone(workers: list[psutil.Process]) -> None:
    """No worker outlives its runner."""
    _, alive = psutil.wait_procs(workers, timeout=15)
    assert alive == []


def _checked(folder: Path, solved: dict[Path, int]) -> list[str]:
    """The ledger is whole, what it calls done is there and whole, nothing else is there, and what is done stays."""
    with sqlite3.connect(folder / FILE) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = jobs(folder)
    for job in found:
        assert job.state in STATES
        path = folder / str(job.result)
        if job.state == "done" and path not in solved:
            assert is_whole(path)
            solved[path] = path.stat().st_mtime_ns
    names = {path.name for path in (folder / TINY.stem).glob("*")}
    assert names <= {f"{job.number}.{ending}" for job in found for ending in ("xlsx", "log")}
    for path in (folder / TINY.stem).glob("*.xlsx"):
        assert is_whole(path)
    assert all(path.stat().st_mtime_ns == moment for path, moment in solved.items())
    return [job.state for job in found]


@pytest.mark.slow
def test_ctrl_c_interrupts_and_leaves_nobody(tmp_path: Path) -> None:
    """The whole group is told, as by a terminal: the running job is interrupted, the other waits, both can go on."""
    long = ROOT / "instances" / "ev_china.xlsx"
    command = [*PLANNER, "run", str(long), str(TINY), "-o", str(tmp_path), "--workers", "1", "--gap", "0"]
    command += ["--set", "settings[scenarios]=off", "--set", "settings[rules]=off"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (
            (tmp_path / FILE).exists() and any(job.incumbent is not None for job in jobs(tmp_path))
        ):
            time.sleep(0.2)
        workers = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "stopped by the user" in said
    _gone(workers)
    assert [(job.state, job.runner) for job in jobs(tmp_path)] == [("interrupted", None), ("waiting", None)]
    assert not list(tmp_path.glob("*/*.xlsx"))
