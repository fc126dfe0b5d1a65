"""The runner: what becomes of jobs, with a crew that says what it is told to say, and with real workers."""

import os
import signal
import threading
import time
from pathlib import Path

import openpyxl
import psutil
import pytest

from planner.cli.main import run
from planner.cli.screen import JobsOnScreen
from planner.jobs import runner as runners
from planner.jobs import work
from planner.jobs.entries import list_unfinished, submit
from planner.jobs.runner import Runner
from planner.jobs.work import JobAnswer, WorkOrder, carry_out
from planner.ledger.ledger import FILE, Job, JobRequest, Ledger
from planner.workbook.read import read_tables
from tests.jobs import TINY, FakeCrew, is_whole, jobs


def written(order: WorkOrder) -> JobAnswer:
    """A job that leaves a result."""
    Path(order.result or "").write_text("whole")
    return JobAnswer("done", "optimal", 0, 1.0, 1.0, 0.0, 0.1, written=True)


DONE = [("done", written)]
LOST = [("lost", "its worker died")]


def request(name: str = "chain", seal: str = "") -> JobRequest:
    """A job of a workbook that nobody looks at."""
    return JobRequest(f"/somewhere/{name}.xlsx", "hash", (), {}, seal or name)


def ran(folder: Path, crew: FakeCrew, *requests: JobRequest) -> tuple[int, list[Job]]:
    """The exit status, and what the ledger says."""
    with Ledger(folder / FILE) as ledger:
        numbers, _ = submit(ledger, requests)
        with Runner(ledger, crew) as runner:
            status = runner.run(numbers)
        return status, ledger.jobs()


def test_one_bad_job_does_not_stop_the_others_and_the_worst_status_is_given(tmp_path: Path) -> None:
    script = [
        DONE,
        [("done", JobAnswer("infeasible", "infeasible", 3))],
        [("raised", "Traceback\nValueError: odd")],
        [("done", JobAnswer("failed", "error: demand!A2", 2))],
        DONE,
    ]
    status, found = ran(tmp_path, FakeCrew(script), *(request(name) for name in "abcde"))
    assert status == 1
    assert [(job.state, job.exit_status) for job in found] == [
        ("done", 0),
        ("infeasible", 3),
        ("failed", 1),
        ("failed", 2),
        ("done", 0),
    ]
    assert found[2].words == "ValueError: odd"
    assert "Traceback" in (tmp_path / str(found[2].log)).read_text()
    assert [(tmp_path / str(job.result)).read_text() for job in found if job.result] == ["whole", "whole"]
    assert not (tmp_path / runners.SCRATCH).exists()


def test_a_job_whose_worker_dies_is_begun_again_but_not_for_ever(tmp_path: Path) -> None:
    assert ran(tmp_path, FakeCrew([LOST, DONE]), request("a"))[1][0].state == "done"
    status, found = ran(tmp_path, FakeCrew([LOST, LOST]), request("b"))
    assert (status, found[1].state, found[1].attempts) == (1, "interrupted", 2)
    with Ledger(tmp_path / FILE) as ledger:
        assert list_unfinished(ledger) == [found[1].number]


def test_what_is_solved_is_not_solved_again_while_its_result_is_there(tmp_path: Path) -> None:
    _, (first,) = ran(tmp_path, FakeCrew([DONE]), request())
    with Ledger(tmp_path / FILE) as ledger:
        assert submit(ledger, [request()]) == ([], [first])
        assert submit(ledger, [request()], force=True) == ([2], [])
        (tmp_path / str(first.result)).unlink()
        assert submit(ledger, [request(seal="other"), request()])[0] == [3, 2]


def test_a_result_that_cannot_be_put_in_place_fails_its_job_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if target.parent.name == "a":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    status, (one, two) = ran(tmp_path, FakeCrew([DONE, DONE]), request("a"), request("b"))
    assert (status, one.state, two.state) == (1, "interrupted", "done")
    assert "the disk is full" in one.words
    assert one.result is None


def test_a_job_waits_until_there_is_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [1e9, 1e9, 9e9]
    monkeypatch.setattr(runners, "available", lambda: free.pop(0))
    crew = FakeCrew([[("told", {"need": int(5e9)}), *DONE]])
    said = []
    with Ledger(tmp_path / FILE) as ledger:
        numbers, _ = submit(ledger, [request()])
        with Runner(ledger, crew, lambda numbers: said.append(ledger.jobs()[0].words)) as runner:
            runner.run(numbers)
    assert said[:2] == ["waits for memory: needs 5.0 GB, 4.2 GB too much"] * 2
    assert free == []
    assert crew.answers == [1]


def test_a_job_that_waits_alone_for_memory_goes_on_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "available", lambda: 0)
    monkeypatch.setattr(runners, "PATIENCE", 0.0)
    assert ran(tmp_path, FakeCrew([[("told", {"need": int(5e9)}), *DONE]]), request())[0] == 0


@pytest.mark.slow
def test_a_workbook_that_changed_after_the_job_was_made_is_not_solved(tmp_path: Path) -> None:
    order = WorkOrder(str(TINY), "another hash", (), {}, 1, str(tmp_path / "r.xlsx"))
    answer = carry_out(order, None)  # type: ignore[arg-type]  # it says nothing before that
    assert (answer.state, answer.exit_status) == ("failed", 2)
    assert "changed" in answer.words


class Silent:
    """A line on which nobody listens."""

    def tell(self, message: object) -> None:
        """Nothing."""

    def ask(self, message: object) -> bool:
        """Go on."""
        return True


@pytest.mark.slow
def test_a_full_disk_fails_the_job_with_that_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    order = WorkOrder(str(TINY), work.hash_file(TINY), (), {}, 1, str(tmp_path / "r.xlsx"))
    answer = carry_out(order, Silent())
    assert (answer.state, answer.exit_status, answer.written) == ("interrupted", 1, False)
    assert "the disk is full" in answer.words
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_real_workers_solve_as_planner_solve_does(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Three variants of one workbook in one worker, one of them infeasible, one at fault; each as if it were alone."""
    lowest = "demand[*].volume=1e9"
    arguments = ["run", str(TINY), "-o", str(tmp_path), "--workers", "1", "--set", "demand[*].penalty="]
    arguments += ["--set", "settings[shortage_penalty]=", "--set", "demand[*].price="]
    assert run([*arguments, "--vary", "demand[*].volume=7,9,-1,1e9"]) == 2
    found = jobs(tmp_path)
    assert [job.state for job in found] == ["done", "done", "failed", "infeasible"], [job.words for job in found]
    assert found[3].changes[-1] == lowest
    assert "1e+09 must be at most" in (tmp_path / str(found[3].log)).read_text()
    assert "demand.volume is -1" in found[2].words
    alone = tmp_path / "alone.xlsx"
    settings = [part for change in found[1].changes for part in ("--set", change)]
    assert run(["solve", str(TINY), "-o", str(alone), *settings]) == 0
    ours, theirs = read_tables(tmp_path / str(found[1].result)), read_tables(alone)
    for sheet in set(theirs) - {"run", "summary"}:
        assert ours[sheet].equals(theirs[sheet]), sheet
    capsys.readouterr()
    first = tmp_path / str(found[0].result)
    before = first.stat().st_mtime_ns
    assert run([*arguments, "--vary", "demand[*].volume=7,1e9"]) == 3
    assert "job 1 (volume 7) is done already" in capsys.readouterr().err
    assert first.stat().st_mtime_ns == before


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_job_done(tmp_path: Path) -> None:
    """The worker is killed as soon as it is there and the job is at work: the one before it reads the workbook."""

    def kill_the_first() -> None:
        mother = psutil.Process()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            workers = [child for child in mother.children() if "spawn_main" in " ".join(child.cmdline())]
            at_work = (tmp_path / FILE).exists() and any(job.state == "running" for job in jobs(tmp_path))
            if workers and at_work:
                workers[-1].send_signal(signal.SIGKILL)
                return
            time.sleep(0.05)

    hunter = threading.Thread(target=kill_the_first)
    hunter.start()
    assert run(["run", str(TINY), "-o", str(tmp_path), "--workers", "1"]) == 0
    hunter.join()
    (job,) = jobs(tmp_path)
    assert (job.state, job.attempts) == ("done", 2)
    assert "SIGKILL" in (tmp_path / str(job.log)).read_text()
    assert is_whole(tmp_path / str(job.result))


def test_a_job_without_words_is_said_without_a_comma(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with Ledger(tmp_path / FILE) as ledger:
        ledger.add(request())
        ledger.update(1, state="cancelled", words="")
        JobsOnScreen(ledger).show([1])
    assert capsys.readouterr().err == "job 1: cancelled\n"


@pytest.mark.slow
def test_jobs_are_listed_cancelled_and_retried(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    book = tmp_path / "chain.xlsx"
    book.write_bytes(TINY.read_bytes())
    with Ledger(tmp_path / FILE) as ledger:
        content_hash = work.hash_file(book)
        for volume in (1, 2):
            ledger.add(JobRequest(str(book), content_hash, (f"demand[*].volume={volume}",), {}, f"seal {volume}"))
    jobs_here = ["jobs", "-o", str(tmp_path)]
    assert run([*jobs_here, "cancel", "1"]) == 0
    assert run([*jobs_here, "cancel", "1"]) == 2
    assert "cancelled already" in capsys.readouterr().err
    assert run([*jobs_here, "retry", "1", "--workers", "1"]) == 0
    assert [job.state for job in jobs(tmp_path)] == ["done", "waiting"]
    assert run([*jobs_here, "show", "1"]) == 0
    assert "optimal" in capsys.readouterr().out
    workbook = openpyxl.load_workbook(book)
    workbook["demand"]["A2"].value = workbook["demand"]["A2"].value
    workbook.save(book)
    assert run(["compare", str(book), str(tmp_path / "chain" / "1.xlsx"), "-o", str(tmp_path / "c.md")]) == 0
    assert f"{book} was changed after this result" in capsys.readouterr().err
    assert run(jobs_here) == 0
    listed = capsys.readouterr().out
    assert listed.count("the workbook changed since") == 2
    assert run([*jobs_here, "show", "7"]) == 2
    assert run(["jobs", "-o", str(tmp_path / "nowhere")]) == 2
    assert run([*jobs_here, "watch"]) == 0
