"""Runs are started from a workbook: what its form means in jobs, how many they are, and how long they may take."""

import os
from statistics import median
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from planner.issues import InputError, Issue
from planner.jobs.plan import OPTIONS, judge_option, list_requests
from planner.jobs.queue import enter_queue
from planner.jobs.vary import RunSpecification, list_combinations
from planner.ledger.ledger import JobRequest
from planner.page.folder import INSTANCE, WorkbookFile
from planner.page.web import PageState, Refused, find_file, in_thread, post, show, state_of
from planner.page.workbooks import find_facts
from planner.progress import format_duration


def _read_lines(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in str(form.get(name) or "").splitlines() if line.strip())


def read_options(form: FormData) -> dict[str, Any]:
    """The options of a form that were filled in. Raises InputError with every fault."""
    options, issues = {}, list[Issue]()
    for name in OPTIONS:
        written = str(form.get(name) or "").strip().replace(" ", "")
        if not written:
            continue
        try:
            number = float(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
        except ValueError:
            issues.append(
                Issue("error", "", "", f"`{written}` is not a number: write {name} as a number, or leave it blank")
            )
            continue
        options[name] = judge_option(name, number, "", issues)
    if issues:
        raise InputError(issues)
    return options


def list_jobs(state: PageState, file: WorkbookFile, form: FormData) -> list[JobRequest]:
    """The jobs that a form means, as `planner run` would list them, of the variants that were ticked."""
    run = RunSpecification(
        (file.name,), _read_lines(form, "set"), _read_lines(form, "vary"), read_options(form), file.path.parent
    )
    with state.readers.borrow() as crew:
        requests = list_requests([run], crew)
    variants = find_facts(state, file).variants
    if not variants:
        return requests
    ticked = [str(name) for name in form.getlist("variant")]
    labels = [label for label, _ in list_combinations(run, [])]
    wanted = {", ".join(filter(None, (name, label))) for name in ticked for label in labels}
    chosen = [request for request in requests if request.name in wanted]
    if not chosen:
        raise Refused(422, "no variant is ticked: tick base for the workbook as it is")
    return chosen


async def count_jobs(request: Request, form: FormData) -> Response:
    """How many jobs a form means, and how long they may take."""
    state, file = state_of(request), await find_file(request)

    def count() -> tuple[int, int, str | None]:
        jobs = list_jobs(state, file, form)
        if not state.queue.has_ledger:
            return len(jobs), 0, None
        with state.open_ledger() as ledger:
            seals = {job.seal for job in ledger.jobs("state IN ('done', 'infeasible')")}
            known = 0 if form.get("force") else sum(job.seal in seals for job in jobs)
            times = [
                job.seconds
                for job in ledger.jobs("instance = ?", (str(file.path),))
                if job.seconds and job.state == "done"
            ]
        left = (len(jobs) - known) * median(times) / min(os.cpu_count() or 1, max(1, len(jobs))) if times else None
        return len(jobs), known, None if left is None else format_duration(left)

    jobs, known, seconds = await in_thread(count)
    return show(request, "jobs_counted.html", jobs=jobs, known=known, seconds=seconds)


async def start(request: Request, form: FormData) -> Response:
    """Enter the jobs of a form into the queue."""
    state, file = state_of(request), await find_file(request)
    if (await in_thread(state.kind, file)).kind != INSTANCE:
        raise Refused(422, f"{file.name} is not an instance: name the workbook of its input")

    def enter() -> list[int]:
        jobs = list_jobs(state, file, form)
        with state.open_ledger() as ledger:
            numbers, known = enter_queue(ledger, jobs, bool(form.get("force")))
        state.queue.start_again()
        state.queue.look()
        return numbers + [job.number for job in known]

    numbers = await in_thread(enter)
    return RedirectResponse(f"/runs/{numbers[0]}" if len(numbers) == 1 else "/runs", 303)


ROUTES = (
    post("/workbooks/{address}/jobs", count_jobs),
    post("/workbooks/{address}/run", start),
)
