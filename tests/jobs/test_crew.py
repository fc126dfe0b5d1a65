"""Workers that die: at any moment, a loss is an event like any other; what kills a worker kills nothing else."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from planner.cli.main import run
from planner.jobs.entries import submit
from planner.jobs.plan import RunSpecification, list_requests
from planner.jobs.runner import Runner
from planner.jobs.work import hash_file
from planner.ledger.ledger import FILE, JobRequest, Ledger
from planner.workers.cluster import warn_unprotected
from planner.workers.crew import Event, LocalCrew, Talk
from planner.workers.pool import TaskFailed, done_apart, solve_all
from tests.jobs import TINY, Here, jobs


def doubled(number: int, _: Talk) -> int:
    return 2 * number


def killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


class Doomed(LocalCrew):
    """A crew whose first workers die before they are told anything."""

    def __init__(self, size: int, deaths: int) -> None:
        super().__init__(size)
        self.deaths = deaths

    def _hired(self) -> Any:
        worker = super()._hired()
        if self.deaths:
            self.deaths -= 1
            worker.process.kill()
            worker.process.join()
        return worker


def heard(crew: LocalCrew) -> list[Event]:
    found: list[Event] = []
    while not found:
        found = crew.events(0.2)
    return found


def test_a_worker_that_dies_before_its_first_message_is_lost_as_any_other() -> None:
    crew = Doomed(1, deaths=1)
    try:
        crew.start(7, doubled, 3)
        assert crew.free() == 0
        ((number, kind, words),) = heard(crew)
        assert (number, kind) == (7, "lost")
        assert "SIGKILL" in words
        assert crew.free() == 1
        crew.start(8, doubled, 3)
        assert heard(crew) == [Event(8, "done", 6)]
    finally:
        crew.close()


def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = LocalCrew(1)

    def none(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(crew, "_hired", none)
    crew.start(1, doubled, 1)
    assert heard(crew)[0].kind == "lost"
    with pytest.raises(TaskFailed):
        done_apart(crew, doubled, 1)


@pytest.mark.slow
def test_a_run_survives_a_worker_that_dies_before_its_first_message(tmp_path: Path) -> None:
    with Ledger(tmp_path / FILE) as ledger:
        numbers, _ = submit(ledger, [JobRequest(str(TINY), hash_file(TINY), (), {}, "a")])
        with Runner(ledger, Doomed(1, deaths=1)) as runner:
            assert runner.run(numbers) == 0
        (job,) = ledger.jobs()
    assert (job.state, job.attempts) == ("done", 2)
    assert "SIGKILL" in (tmp_path / str(job.log)).read_text()


@pytest.mark.slow
def test_a_study_says_that_its_workers_die() -> None:
    with pytest.raises(TaskFailed, match="SIGKILL"):
        list(solve_all(killed, [1], workers=2))


class Dying(Here):
    """A crew whose worker dies with every task."""

    def start(self, number: int, work: Any, argument: Any) -> None:
        self._done.append(Event(number, "lost", "its worker died (SIGABRT)"))


def test_a_file_that_brings_down_its_reader_is_a_job_as_any_other() -> None:
    """Whether its changes find anything is not known; what is wrong with it is said when its job has failed."""
    (request,) = list_requests([RunSpecification((str(TINY),), ("lines[no such|nothing].capacity=1",))], Dying())
    assert request.instance == str(TINY.resolve())


@pytest.mark.slow
def test_a_result_of_others_under_the_number_of_a_job_stays(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "1.xlsx").write_text("mine")
    assert run(["run", str(TINY), "-o", str(tmp_path), "--workers", "1"]) == 0
    assert (tmp_path / "tiny" / "1.xlsx").read_text() == "mine"
    assert jobs(tmp_path)[0].result == "tiny/1 (2).xlsx"


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("tcp://127.0.0.1:8786", False),
        ("tcp://localhost:8786", False),
        ("tcp://[::1]:8786", False),
        ("tls://head.example.org:8786", False),
        ("tcp://head.example.org:8786", True),
        ("10.0.0.5:8786", True),
        ("ws://10.0.0.5:8786", True),
    ],
)
def test_a_scheduler_that_anybody_can_reach_is_warned_of(
    address: str, warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bool(warn_unprotected(address)) == warned
    assert run(["run", "nothing.xlsx", "--cluster", address]) == 2, "there is no such file: nobody is called"
    assert ("not protected by TLS" in capsys.readouterr().err) == warned
