"""Runs: found by any setting or figure, watched while they last, and stopped in two steps."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from planner.jobs.queue import act, list_actions
from planner.ledger.ledger import Job
from planner.page.gap_chart import Step, draw_gap
from planner.page.web import PageState, Refused, get, in_thread, post, render, show, state_of
from planner.page.workbooks import find_known_settings
from planner.progress import Pace
from planner.solver.solution import Progress

MOST_ROWS = 200
"""Runs that the list shows; more are counted."""

MOST_LOG = 200_000
"""Characters of a log that are shown, the last."""

TICK = 0.25
"""Seconds between two looks at the ledger while somebody watches."""

_FIGURE = re.compile(
    r"(gap|objective|incumbent|bound|seconds|time|number|run)\s*(<=|>=|<|>|=)\s*(-?[\d.]+(?:e-?\d+)?)(%?)"
)
_NAMES = {"objective": "incumbent", "time": "seconds", "run": "number"}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda one, two: one < two,
    ">": lambda one, two: one > two,
    "<=": lambda one, two: one <= two,
    ">=": lambda one, two: one >= two,
    "=": lambda one, two: one == two,
}


@dataclass(frozen=True)
class RunRow:
    """A row of the list: the job, the name of its workbook, and the address of its result ("" where it has none)."""

    job: Job
    instance: str
    address: str


def matches(job: Job, q: str) -> bool:
    """Whether a run is like what was written: each word is in its texts, and each figure is as compared."""
    rest = q
    for found in _FIGURE.finditer(q):
        name, sign, number, per_cent = found.groups()
        value = getattr(job, _NAMES.get(name, name))
        if value is None or not _COMPARE[sign](float(value), float(number) / (100 if per_cent else 1)):
            return False
        rest = rest.replace(found.group(), " ")
    options = " ".join(f"{name}={value:g}" for name, value in job.options.items())
    texts = " ".join((Path(job.instance).name, job.name, *job.changes, options, job.state, job.words)).casefold()
    return all(word in texts for word in rest.casefold().split())


def _list_rows(state: PageState, q: str) -> dict[str, Any]:
    keeper = state.queue
    if not keeper.has_ledger:
        return {"rows": [], "count": 0, "trouble": keeper.trouble, "q": q}
    with state.open_ledger() as ledger:
        found = [job for job in reversed(ledger.jobs()) if not q or matches(job, q)]
    rows = [RunRow(job, Path(job.instance).name, _address(state, job)) for job in found[:MOST_ROWS]]
    return {"rows": rows, "count": len(found), "trouble": keeper.trouble, "q": q}


def _address(state: PageState, job: Job) -> str:
    """The address of the result of a job, "" where it has none or it is gone."""
    if job.result is None:
        return ""
    found = state.folder.find_path(state.folder.results / job.result)
    return found.address if found is not None else ""


async def show_runs(request: Request) -> Response:
    facts = await in_thread(_list_rows, state_of(request), request.query_params.get("q", "").strip())
    return show(request, "runs.html", **facts)


async def show_table(request: Request) -> Response:
    facts = await in_thread(_list_rows, state_of(request), request.query_params.get("q", "").strip())
    return show(request, "runs_table.html", **facts)


def _load(state: PageState, number: int) -> tuple[Job, list[Step]]:
    """A job and its steps. Raises Refused where there is none of that number."""
    if state.queue.has_ledger:
        with state.open_ledger() as ledger:
            job = ledger.job(number)
            if job is not None:
                return job, ledger.steps(number)
    raise Refused(404, f"there is no run {number}")


def _describe(state: PageState, number: int) -> dict[str, Any]:
    """What the pages of a run show."""
    job, steps = _load(state, number)
    running = job.state == "running"
    return {
        "job": job,
        "steps": steps,
        "instance": Path(job.instance).name,
        "address": _address(state, job),
        "actions": list_actions(job),
        "chart": Markup(draw_gap(steps)),
        "left": _estimate(state, job, steps) if running else "",
        "memory": _measure(job) if running else "",
    }


def _estimate(state: PageState, job: Job, steps: list[Step]) -> str:
    """The time left in words, "" where it cannot be said."""
    file = state.folder.find_path(Path(job.instance))
    known = find_known_settings(state, file) if file is not None else {}
    gap, limit = (job.options.get(name, known.get(name)) for name in ("gap", "time_limit"))
    pace, words = Pace(gap, limit), ""
    for seconds, incumbent, bound, gap in steps:
        words = pace.estimate(Progress(seconds or 0.0, incumbent, bound, gap, 0))
    return f"{words} left" if words else ""


def _measure(job: Job) -> str:
    """The memory of the process that solves a job."""
    if job.pid is None or job.host != socket.gethostname():
        return ""
    try:
        return f"{psutil.Process(job.pid).memory_info().rss / 1e6:,.0f} MB"
    except psutil.Error:
        return ""


async def show_run(request: Request) -> Response:
    facts = await in_thread(_describe, state_of(request), request.path_params["number"])
    return show(request, "run.html", **facts)


async def show_actions(request: Request) -> Response:
    facts = await in_thread(_describe, state_of(request), request.path_params["number"])
    return show(request, "run_actions.html", **facts)


async def show_steps(request: Request) -> Response:
    _, steps = await in_thread(_load, state_of(request), request.path_params["number"])
    return show(request, "run_steps.html", steps=steps)


async def show_log(request: Request) -> Response:
    state = state_of(request)

    def read() -> str:
        job, _ = _load(state, request.path_params["number"])
        path = (state.folder.results / (job.log or "")).resolve()
        if not job.log or not path.is_relative_to(state.folder.results) or not path.is_file():
            return ""
        return path.read_text("utf-8", errors="replace")[-MOST_LOG:]

    return show(request, "run_log.html", log=await in_thread(read))


def _event(words: str, name: str = "") -> str:
    """A message of a stream; one with a name is heard, one without is shown."""
    lines = "".join(f"data: {line}\n" for line in words.splitlines() or [""])
    return (f"event: {name}\n" if name else "") + lines + "\n"


async def watch_run(request: Request, number: int) -> AsyncIterator[str]:
    """The figures of a run whenever the ledger changes, until it has ended."""
    state, seen, before = state_of(request), None, ""
    while True:
        now = state.queue.changed
        if now != seen:
            seen = now
            facts = await in_thread(_describe, state, number)
            job = facts["job"]
            yield _event(render(request, "run_figures.html", **facts))
            condition = f"{job.state} {job.runner} {job.words} {job.cancel}"
            if before and condition != before:
                yield _event("", "state")
            before = condition
            if job.state not in ("waiting", "running"):
                yield _event("", "end")
                return
        await asyncio.sleep(TICK)


async def watch_ledger(request: Request) -> AsyncIterator[str]:
    """Says that something changed in the ledger, for as long as somebody listens."""
    keeper = state_of(request).queue
    seen = keeper.changed
    yield ": open\n\n"
    while True:
        await asyncio.sleep(2 * TICK)
        now = keeper.changed
        if now != seen:
            seen = now
            yield _event("", "changed")


async def stream_run(request: Request) -> Response:
    number = request.path_params["number"]
    await in_thread(_load, state_of(request), number)
    return StreamingResponse(watch_run(request, number), media_type="text/event-stream")


async def stream_ledger(request: Request) -> Response:
    return StreamingResponse(watch_ledger(request), media_type="text/event-stream")


async def change(request: Request, form: FormData) -> Response:
    """Stop, pause, continue or repeat a run."""
    state, number = state_of(request), request.path_params["number"]

    def do() -> None:
        _load(state, number)
        with state.open_ledger() as ledger:
            fault = act(ledger, number, str(form.get("action")))
        if fault:
            raise Refused(409, fault)
        state.queue.start_again()
        state.queue.look()

    await in_thread(do)
    return RedirectResponse(f"/runs/{number}", 303)


ROUTES = (
    get("/runs", show_runs),
    get("/runs/table", show_table),
    get("/runs/events", stream_ledger),
    get("/runs/{number:int}", show_run),
    get("/runs/{number:int}/actions", show_actions),
    get("/runs/{number:int}/steps", show_steps),
    get("/runs/{number:int}/log", show_log),
    get("/runs/{number:int}/events", stream_run),
    post("/runs/{number:int}/act", change),
)
