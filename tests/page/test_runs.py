"""Runs on the page: found, described, paused and stopped; without a solve, from a ledger that a test fills."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from planner.jobs.queue import PAUSED, QUEUED, QueueRunner, act, enter_queue, list_actions
from planner.jobs.runner import KEEP_BEST
from planner.ledger.ledger import FILE, JobRequest, Ledger
from planner.page.folder import Folder
from planner.page.gap_chart import draw_gap
from planner.page.runs import matches
from planner.page.security import Keys
from planner.page.server import make_app
from planner.page.web import PageState
from planner.workers.crew import LocalCrew
from tests.page.conftest import ORIGIN
from tests.page.test_security import assert_page_is_ours
from tests.test_text_of_others import HOSTILE


def asked(name: str, seal: str = "") -> JobRequest:
    return JobRequest(f"/a/{name}.xlsx", "hash", (f"demand[{name}].volume=3",), {"gap": 0.01}, seal or name, name)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / FILE)


def test_the_queue_takes_what_was_queued_and_leaves_the_rest(ledger: Ledger) -> None:
    """Jobs of `planner run` that wait are not begun because somebody opens the page."""
    ledger.add(asked("other"))
    (one, two, three), _ = enter_queue(ledger, [asked("one"), asked("two"), asked("three")])
    assert act(ledger, one, "pause") == ""
    assert act(ledger, three, "first") == ""
    runner = QueueRunner(ledger, LocalCrew(1))
    assert [runner._claim() for _ in range(3)] == [three, two, None]
    assert ledger.job(one).words == PAUSED  # type: ignore[union-attr]
    assert act(ledger, one, "queue") == ""
    assert runner._claim() == one


def test_a_job_is_stopped_in_two_steps(ledger: Ledger) -> None:
    (number,), _ = enter_queue(ledger, [asked("one")])
    ledger.enlist("queue-1")
    ledger.update(number, state="running", runner="queue-1")
    for action, cancel in (("keep", KEEP_BEST), ("kill", 1)):
        assert act(ledger, number, action) == ""
        assert ledger.job(number).cancel == cancel  # type: ignore[union-attr]
    ledger.update(number, state="done", runner=None)
    assert "is not possible" in act(ledger, number, "kill")
    assert list_actions(ledger.job(number)) == ["again"]  # type: ignore[arg-type]
    assert act(ledger, number, "again") == ""
    again = ledger.job(number)
    assert again is not None
    assert (again.state, again.words, again.cancel) == ("waiting", QUEUED, 0)


def test_equal_jobs_are_not_repeated(ledger: Ledger) -> None:
    (number,), _ = enter_queue(ledger, [asked("one")])
    ledger.update(number, state="infeasible")
    numbers, known = enter_queue(ledger, [asked("one"), asked("two")])
    assert [job.number for job in known] == [number]
    assert len(numbers) == 1


def test_steps_of_a_job_are_kept_until_it_begins_anew(ledger: Ledger) -> None:
    number = ledger.add(asked("one"))
    assert ledger.steps(number) == []
    for seconds in (1.0, 2.0):
        ledger.note_step(number, {"seconds": seconds, "incumbent": 5.0, "bound": 3.0 + seconds, "gap": 0.1})
    assert ledger.steps(number) == [(1.0, 5.0, 4.0, 0.1), (2.0, 5.0, 5.0, 0.1)]
    assert ledger.job(number).bound == 5.0  # type: ignore[union-attr]
    assert draw_gap(ledger.steps(number)).count("<path") == 6
    act(ledger, number, "queue")
    ledger.update(number, state="failed")
    act(ledger, number, "again")
    assert ledger.steps(number) == []


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", True),
        ("ONE done", True),
        ("demand[one]", True),
        ("gap=0.01", False),
        ("gap<0.5%", True),
        ("gap<0.001", False),
        ("objective>=7 seconds<3", True),
        ("two", False),
    ],
)
def test_runs_are_found_by_words_and_figures(ledger: Ledger, q: str, found: bool) -> None:
    number = ledger.add(asked("one"))
    ledger.update(number, state="done", gap=0.004, incumbent=7.0, seconds=2.5)
    job = ledger.job(number)
    assert job is not None
    assert matches(job, q) == found


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """The page of a folder whose ledger holds hostile names; its queue is not looked after."""
    (tmp_path / "results").mkdir()
    with Ledger(tmp_path / "results" / FILE) as ledger:
        for name in HOSTILE:
            ledger.update(ledger.add(asked(name)), state="failed", words=f"no {name}", log="../../secret.log")
    state = PageState(Folder(tmp_path), Keys("key"))
    made = TestClient(make_app(state, 8321), base_url=ORIGIN, headers={"Origin": ORIGIN})
    made.cookies.set("planner-8321", "key")
    return made


def test_names_of_others_are_only_read(client: TestClient) -> None:
    for path in ("/runs", "/runs/table", "/runs/1", "/runs/4", "/runs/1/actions", "/runs/1/steps", "/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert_page_is_ours(answer.text)
    assert "svg onload" in client.get("/runs").text.replace("&lt;", "")


def test_a_log_is_one_of_the_folder(client: TestClient, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.log").write_text("secret")
    assert "The log is empty" in client.get("/runs/1/log").text
    assert client.get("/runs/99").status_code == 404


def test_the_stream_of_an_ended_run_ends(client: TestClient) -> None:
    answer = client.get("/runs/1/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("data: ")
    assert answer.text.endswith("event: end\ndata: \n\n")


def test_a_ledger_of_another_version_is_said_in_words(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "results" / FILE).write_bytes(b"not a ledger")
    answer = client.get("/runs")
    assert answer.status_code == 422
    assert "is not a ledger of jobs" in answer.text


def test_ten_thousand_runs_are_filtered_quickly(tmp_path: Path) -> None:
    """In less than 200 ms of CPU on an idle machine; the test allows for a slower one."""
    with Ledger(tmp_path / FILE) as ledger:
        row = (json.dumps(["demand[*].volume=3"]), json.dumps({"gap": 0.01}))
        with ledger.changing():
            for number in range(10_000):
                ledger._ask(
                    "INSERT INTO jobs (instance, input_hash, changes, options, seal, state, created, gap) "
                    "VALUES ('/a/b.xlsx', '', ?, ?, ?, 'done', '', ?)",
                    (*row, str(number), number / 10_000),
                )
        began = time.process_time()
        found = [job for job in ledger.jobs() if matches(job, "gap<0.001 b.xlsx done")]
        assert len(found) == 10
        assert time.process_time() - began < 1.0


def test_a_change_in_the_ledger_is_heard(tmp_path: Path) -> None:
    """Whoever watches the list is told within a second."""
    from planner.page.runs import watch_ledger

    state = PageState(Folder(tmp_path), Keys("key"))
    app = make_app(state, 8321)
    request = Request({"type": "http", "app": app, "headers": [], "method": "GET", "path": "/runs/events"})

    async def listen() -> float:
        stream = watch_ledger(request)
        assert await anext(stream) == ": open\n\n"
        with Ledger(tmp_path / "results" / FILE) as ledger:
            ledger.add(asked("one"))
        began = time.monotonic()
        assert (await asyncio.wait_for(anext(stream), 10)).startswith("event: changed")
        await stream.aclose()
        return time.monotonic() - began

    assert asyncio.run(listen()) < 5
