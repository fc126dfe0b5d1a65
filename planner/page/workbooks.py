"""The workbooks of the folder: their list, what is wrong with each, and how a new one comes in."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from planner.interface.instances import check, read
from planner.issues import InputError, Issue
from planner.page.folder import INSTANCE, WorkbookFile, WorkbookKind, judge_kind, safe_name
from planner.page.web import PageState, Refused, find_file, get, in_thread, post, show, state_of
from planner.words import count_noun
from planner.workbook.variants import BASE, list_variants
from planner.workers.pool import TaskFailed

SOLVER_SETTINGS = {"gap": "mip_gap", "time_limit": "time_limit", "threads": "threads", "seed": "seed"}
"""Options of a run, and the settings of a workbook that they take the place of."""


@dataclass(frozen=True)
class WorkbookFacts:
    """What a reader found in an instance: its issues, its settings of the solver, and the names of its variants."""

    issues: list[Issue]
    settings: dict[str, Any] = field(default_factory=dict)
    variants: tuple[str, ...] = ()


def look_into(path: Path) -> WorkbookFacts:
    """Everything that is wrong with an instance or worth a look, errors first, and what a run of it needs to know.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    WorkbookFacts
        Where the file cannot be read, only why.
    """
    try:
        instance = read(path)
    except InputError as fault:
        return WorkbookFacts(fault.issues)
    issues = sorted(check(instance), key=lambda issue: ("error", "warning", "info").index(issue.severity))
    settings = {name: instance.settings.get(name) for name in SOLVER_SETTINGS.values()}
    variants = tuple(variant.name for variant in list_variants(instance.reading.instance["variants"]))
    return WorkbookFacts(issues, settings, (BASE, *variants) if variants else ())


def find_facts(state: PageState, file: WorkbookFile) -> WorkbookFacts:
    """What there is to know of an instance, found once for each state of the file."""
    key = ("facts", file.state)
    if key not in state.memory:
        try:
            state.memory[key] = state.readers.do(look_into, file.path)
        except TaskFailed as fault:
            last = str(fault).strip().splitlines()[-1]
            return WorkbookFacts([Issue("error", "", "", f"{file.name} could not be checked ({last})")])
    found: WorkbookFacts = state.memory[key]
    return found


def find_known_settings(state: PageState, file: WorkbookFile) -> dict[str, Any]:
    """Settings of the solver by the names of options, where the workbook was looked into before; it is not opened."""
    facts = state.memory.get(("facts", file.state))
    return {} if facts is None else {name: facts.settings.get(key) for name, key in SOLVER_SETTINGS.items()}


def find_issues(state: PageState, file: WorkbookFile) -> list[Issue]:
    """The issues of an instance."""
    return find_facts(state, file).issues


def count_issues(issues: list[Issue]) -> str:
    """Errors and warnings in words."""
    errors = sum(issue.severity == "error" for issue in issues)
    rest = len(issues) - errors
    remarks = f", {count_noun(rest, 'warning or note', 'warnings or notes')}" if rest else ""
    return (count_noun(errors, "error") if errors else "no errors") + remarks


async def show_list(request: Request) -> Response:
    state = state_of(request)

    def look() -> list[tuple[WorkbookFile, WorkbookKind]]:
        return [(file, state.kind(file)) for file in state.folder.list_workbooks()]

    return show(request, "workbooks.html", files=await in_thread(look), instance=INSTANCE)


async def show_workbook(request: Request) -> Response:
    state, file = state_of(request), await find_file(request)
    kind = await in_thread(state.kind, file)
    if kind.kind != INSTANCE:
        words = kind.words or f"is {kind.kind}, not an instance"
        return show(request, "not_an_instance.html", file=file, kind=kind, words=words)
    facts = await in_thread(find_facts, state, file)
    faulty = any(issue.severity == "error" for issue in facts.issues)
    options = [(name, facts.settings.get(setting)) for name, setting in SOLVER_SETTINGS.items()]
    counted = count_issues(facts.issues)
    return show(request, "workbook.html", file=file, facts=facts, counted=counted, faulty=faulty, options=options)


async def show_count(request: Request) -> Response:
    """How many faults a workbook has, as a piece of the list."""
    state, file = state_of(request), await find_file(request)
    issues = await in_thread(find_issues, state, file)
    faulty = any(issue.severity == "error" for issue in issues)
    return show(request, "count.html", counted=count_issues(issues), faulty=faulty)


async def download(request: Request) -> Response:
    file = await find_file(request)
    return FileResponse(file.path, filename=safe_name(file.name), content_disposition_type="attachment")


async def upload(request: Request, form: FormData) -> Response:
    """Keep what was sent: each file is judged as the reader judges it, before anything is opened that it holds."""
    state = state_of(request)
    sent = [file for file in form.getlist("file") if isinstance(file, UploadFile) and file.filename]
    if not sent:
        raise Refused(422, "no file was sent: choose a workbook (.xlsx)")
    kept = [await in_thread(_keep, state, await file.read(), str(file.filename)) for file in sent]
    where = f"/workbooks/{kept[0].address}" if len(kept) == 1 else "/"
    return RedirectResponse(where, 303)


def _keep(state: PageState, content: bytes, name: str) -> WorkbookFile:
    with tempfile.TemporaryDirectory(prefix="planner-") as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(content)
        try:
            kind = state.readers.do(judge_kind, path)
        except TaskFailed as fault:
            raise Refused(422, f"{path.name} cannot be opened: {str(fault).strip().splitlines()[-1]}") from fault
    if kind.kind != INSTANCE:
        words = (
            kind.words or f"is a {kind.kind} that the planner wrote, not an instance: send the workbook of its input"
        )
        raise Refused(422, words if words.startswith(path.name) else f"{path.name} {words}")
    return state.folder.add(content, name)[0]


ROUTES = (
    get("/", show_list),
    get("/workbooks/{address}", show_workbook),
    get("/workbooks/{address}/count", show_count),
    get("/workbooks/{address}/download", download),
    post("/upload", upload),
)
