"""The workbooks of the folder: their list, what is wrong with each, and how a new one comes in."""

import tempfile
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from planner.interface.instances import check, read
from planner.issues import InputError, Issue
from planner.page.folder import INSTANCE, WorkbookFile, WorkbookKind, judge_kind, safe_name
from planner.page.web import PageState, Refused, find_file, get, in_thread, post, show, state_of
from planner.words import count_noun
from planner.workers.pool import TaskFailed


def check_workbook(path: Path) -> list[Issue]:
    """Everything that is wrong with an instance, or worth a look, in the order of sheets and cells.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    list of Issue
        Errors first; where the file cannot be read, why.
    """
    try:
        found = check(read(path))
    except InputError as fault:
        found = fault.issues
    return sorted(found, key=lambda issue: ("error", "warning", "info").index(issue.severity))


def find_issues(state: PageState, file: WorkbookFile) -> list[Issue]:
    """The issues of an instance, judged once for each state of the file."""
    key = ("issues", file.state)
    if key not in state.memory:
        try:
            state.memory[key] = state.readers.do(check_workbook, file.path)
        except TaskFailed as fault:
            last = str(fault).strip().splitlines()[-1]
            return [Issue("error", "", "", f"{file.name} could not be checked ({last})")]
    found: list[Issue] = state.memory[key]
    return found


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
    issues = await in_thread(find_issues, state, file)
    return show(request, "workbook.html", file=file, issues=issues, counted=count_issues(issues))


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
