"""Nothing is lost: runners and workers are killed at random moments; ledger and results are whole each time."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from planner.ledger.ledger import FILE, JobRequest, Ledger
from tests.benchmarks.kills import NAME, Amiss, gone, kill_runs, kill_solves, looked_at, write_small
from tests.jobs import PLANNER, ROOT, TINY, jobs


@pytest.mark.slow
def test_killing_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    """Runs that resume each other; `python -m tests.benchmarks.kills` kills 200 times."""
    write_small(tmp_path)
    counted = kill_runs(tmp_path, 8, random.Random(20261124))
    assert counted["kills of run"] == 8
    assert counted["jobs seen at work when killed"] > 0


@pytest.mark.slow
def test_killing_a_solve_leaves_the_earlier_result_or_a_whole_one(tmp_path: Path) -> None:
    """The script kills 100 times."""
    write_small(tmp_path)
    assert kill_solves(tmp_path, 4, random.Random(20261124))["kills of solve"] == 4


@pytest.mark.parametrize("files", [["1.xlsx"], ["9.xlsx"], ["1.xlsx", "1.part"]])
def test_a_loss_is_seen(files: list[str], tmp_path: Path) -> None:
    """Guards what looks at a folder: a result that is not whole, of no job, or half written, is found."""
    with Ledger(tmp_path / FILE) as ledger:
        ledger.add(JobRequest(str(TINY), "hash", (), {}, "seal"))
    (tmp_path / NAME).mkdir()
    assert looked_at(tmp_path, {}) == ["waiting"]
    for name in files:
        (tmp_path / NAME / name).write_text("half")
    with pytest.raises(Amiss):
        looked_at(tmp_path, {})


@pytest.mark.slow
def test_ctrl_c_interrupts_and_leaves_nobody(tmp_path: Path) -> None:
    """The whole group is told, as by a terminal: the running job is interrupted, the other waits, both can go on."""
    long = ROOT / "instances" / "ev_global.xlsx"
    command = [*PLANNER, "run", str(long), str(TINY), "-o", str(tmp_path), "--workers", "1", "--gap", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline and not (
            (tmp_path / FILE).exists() and any(job.incumbent is not None for job in jobs(tmp_path))
        ):
            time.sleep(0.2)
        workers = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=300)
    assert process.returncode == 4
    assert "stopped by the user" in said
    gone(workers)
    assert [(job.state, job.runner) for job in jobs(tmp_path)] == [("interrupted", None), ("waiting", None)]
    assert not list(tmp_path.glob("*/*.xlsx"))
