"""Jobs and tasks on a Dask cluster, started for real: processes on this machine that know only what they are sent."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.cli.main import run
from planner.issues import InputError
from planner.ledger.ledger import FILE, Ledger
from planner.workbook.write import write_instance
from planner.workers.pool import TaskFailed, solve_all
from tests.jobs import PLANNER, ROOT, TINY, is_whole, jobs
from tests.test_frontier import three_sources

LONG = ROOT / "instances" / "ev_global.xlsx"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a cluster with two workers."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster.scheduler_address


def square(number: int) -> int:
    """A task."""
    if number < 0:
        raise ValueError("no root to speak of")
    return number * number


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://no-such-host.invalid:8786"])
def test_an_unknown_address_is_said_within_seconds(address: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    began = time.monotonic()
    assert run(["run", str(TINY), "-o", str(tmp_path), "--cluster", address]) == 2
    assert time.monotonic() - began < 15
    assert f"no cluster answers at {address}" in capsys.readouterr().err


@pytest.mark.slow
def test_tasks_are_solved_in_processes() -> None:
    assert sorted(solve_all(square, range(5), workers=2)) == [0, 1, 4, 9, 16]
    with pytest.raises(TaskFailed, match="no root"):
        list(solve_all(square, [-1], workers=2))
    assert list(solve_all(square, [], workers=2)) == []


@pytest.mark.slow
def test_tasks_are_solved_on_a_cluster(address: str) -> None:
    assert sorted(solve_all(square, range(5), cluster=address)) == [0, 1, 4, 9, 16]
    with pytest.raises(TaskFailed, match="no root"):
        list(solve_all(square, [-1], cluster=address))
    with pytest.raises(InputError):
        list(solve_all(square, [1], cluster="tcp://127.0.0.1:9"))


@pytest.mark.slow
def test_jobs_are_solved_on_a_cluster_from_what_they_are_sent(address: str, tmp_path: Path) -> None:
    arguments = ["run", str(TINY), "-o", str(tmp_path), "--cluster", address, "--vary", "demand[*].volume=5,-1,6"]
    assert run(arguments) == 2
    found = jobs(tmp_path)
    assert [job.state for job in found] == ["done", "failed", "done"]
    assert all(is_whole(tmp_path / str(job.result)) for job in found if job.result)
    assert found[0].host
    assert found[0].host.startswith("tcp://")


@pytest.mark.slow
def test_a_worker_killed_mid_solve_has_its_job_done_elsewhere(address: str, tmp_path: Path) -> None:
    """The worker is killed when the ledger says that it has found a plan, and searches on or writes."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        pids = client.run(os.getpid)
    killed: list[str] = []

    def kill() -> None:
        deadline = time.monotonic() + 600
        while not killed and time.monotonic() < deadline:
            time.sleep(0.2)
            for job in jobs(tmp_path) if (tmp_path / FILE).exists() else ():
                if job.state == "running" and job.incumbent is not None and job.host in pids:
                    os.kill(pids[job.host], signal.SIGKILL)
                    killed.append(job.host)

    hunter = threading.Thread(target=kill)
    hunter.start()
    command = [*PLANNER, "run", str(LONG), "-o", str(tmp_path), "--cluster", address]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    hunter.join()
    (job,) = jobs(tmp_path)
    assert (status, job.state) == (0, "done"), job.words
    assert killed
    assert job.host not in killed
    assert is_whole(tmp_path / str(job.result))


@pytest.mark.slow
def test_a_job_on_a_cluster_can_be_cancelled(address: str, tmp_path: Path) -> None:
    def cancel() -> None:
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            time.sleep(0.2)
            if (tmp_path / FILE).exists():
                with Ledger(tmp_path / FILE) as ledger:
                    if any(job.state == "running" and job.host for job in ledger.jobs()):
                        ledger.update(1, cancel=1)
                        return

    hunter = threading.Thread(target=cancel)
    hunter.start()
    assert run(["run", str(LONG), "-o", str(tmp_path), "--cluster", address, "--gap", "0"]) == 4
    hunter.join()
    assert jobs(tmp_path)[0].state == "cancelled"


@pytest.mark.slow
def test_an_attribution_can_use_a_cluster(address: str, tmp_path: Path) -> None:
    book, out = tmp_path / "example.xlsx", tmp_path / "worths.xlsx"
    assert run(["new", str(book)]) == 0
    assert run(["attribute", str(book), "-o", str(out), "--only", "access,scale", "--cluster", address]) == 0
    assert out.exists()


@pytest.mark.slow
def test_hardening_and_frontiers_can_use_a_cluster(address: str, tmp_path: Path) -> None:
    book, out = tmp_path / "three.xlsx", tmp_path / "out.xlsx"
    write_instance(three_sources(), book)
    for study in (
        ["harden", "--kinds", "site", "--service", "0.5"],
        ["frontier", "--rule", "not only A", "--points", "4"],
    ):
        assert run([study[0], str(book), "-o", str(out), *study[1:], "--cluster", address]) == 0
        assert out.exists()
        out.unlink()
