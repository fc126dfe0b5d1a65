"""The grid of a sheet: faulty cells are filled and lead to their faults, and are corrected in place."""

from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from planner.issues import InputError
from planner.page.edits import Edits, hash_content
from planner.page.folder import INSTANCE, WorkbookFile, safe_name
from planner.page.sheet_view import (
    ROWS,
    SheetView,
    Wanted,
    find_issues_of_changed,
    judge_edit,
    make_changed,
    view_sheet,
)
from planner.page.web import PageState, Refused, find_file, get, in_thread, post, show, state_of
from planner.page.workbooks import count_issues
from planner.surfaces import LONGEST_TEXT
from planner.workbook.patching.change_list import CellChange, normalise_cell, write_change_list
from planner.workers.pool import TaskFailed

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def _find_instance(request: Request) -> WorkbookFile:
    """The instance that a request names. Raises Refused where the workbook is none."""
    file = await find_file(request)
    kind = await in_thread(state_of(request).kind, file)
    if kind.kind != INSTANCE:
        raise Refused(404, f"{file.name} is not an instance, so that it has no grid")
    return file


def _open_edits(state: PageState, file: WorkbookFile) -> Edits:
    return Edits(state.folder, hash_content(file))


def _explain(fault: TaskFailed) -> str:
    """What went wrong in a reader, in its last line."""
    return str(fault).strip().splitlines()[-1].removeprefix("planner.issues.InputError: ")


async def show_grid(request: Request) -> Response:
    """A part of a sheet, its faults, and the changes made so far."""
    state, file = state_of(request), await _find_instance(request)
    asked = request.query_params
    cell = normalise_cell(asked.get("cell", "")) or ""
    top = int(asked["row"]) if asked.get("row", "").isascii() and asked.get("row", "").isdecimal() else 1

    def look() -> tuple[Edits, list[CellChange], SheetView]:
        edits = _open_edits(state, file)
        changes = edits.list_effective()
        wanted = Wanted(file.path, tuple(changes), asked.get("sheet", ""), cell, min(top, 2_000_000))
        try:
            return edits, changes, state.readers.do(view_sheet, wanted)
        except TaskFailed as fault:
            raise Refused(422, f"{file.name} cannot be shown: {_explain(fault)}") from fault

    edits, changes, view = await in_thread(look)
    chosen = next((shown for _, row in view.rows for shown in row if shown.name == cell), None)
    first = view.rows[0][0]
    return show(
        request,
        "grid.html",
        file=file,
        view=view,
        changes=changes,
        can_undo=bool(edits.read()),
        counted=count_issues(list(view.issues)),
        link=_link,
        chosen=chosen,
        before=max(first - ROWS, 1) if first > 1 else None,
        after=first + ROWS if first + ROWS <= view.last_row else None,
    )


def _link(file: WorkbookFile, sheet: str, **more: object) -> str:
    """The address of a part of a grid."""
    return f"/workbooks/{file.address}/grid?{urlencode({'sheet': sheet, **more})}"


async def show_issues(request: Request) -> Response:
    """Everything that the checks say of the changed workbook, as a piece of the page of its grid."""
    state, file = state_of(request), await _find_instance(request)

    def look() -> Response:
        wanted = Wanted(file.path, tuple(_open_edits(state, file).list_effective()))
        try:
            issues = state.readers.do(find_issues_of_changed, wanted)
        except TaskFailed as fault:
            raise Refused(422, f"{file.name} cannot be checked: {_explain(fault)}") from fault
        return show(
            request, "grid_issues.html", file=file, issues=issues, counted=count_issues(list(issues)), link=_link
        )

    answer: Response = await in_thread(look)
    return answer


async def change_cell(request: Request, form: FormData) -> Response:
    """Note down what a cell becomes, once it is sure that it can be written."""
    state, file = state_of(request), await _find_instance(request)
    given = {name: str(form.get(name) or "") for name in ("sheet", "cell", "value", "note")}
    cell = normalise_cell(given["cell"])
    if cell is None:
        raise Refused(422, f"`{given['cell'][:20]}` is not a cell: write one such as C7")
    if max(map(len, given.values())) > LONGEST_TEXT:
        raise Refused(422, f"a cell holds at most {LONGEST_TEXT:,} characters: shorten the text")

    def keep() -> None:
        edits = _open_edits(state, file)
        place = (given["sheet"], cell)
        others = [change for change in edits.list_effective() if (change.sheet, change.cell) != place]
        change = CellChange(*place, given["value"], None, given["note"])
        try:
            held = state.readers.do(judge_edit, Wanted(file.path, (*others, change)))
        except TaskFailed as fault:
            raise Refused(422, _explain(fault)) from fault
        edits.add(CellChange(*place, given["value"], held, given["note"]))

    await in_thread(keep)
    return RedirectResponse(_link(file, given["sheet"], cell=cell), 303)


async def undo(request: Request, form: FormData) -> Response:
    """Take the last change back, and show its cell."""
    state, file = state_of(request), await _find_instance(request)
    last = await in_thread(lambda: _open_edits(state, file).undo())
    where = _link(file, str(form.get("sheet") or "")) if last is None else _link(file, last.sheet, cell=last.cell)
    return RedirectResponse(where, 303)


async def download_changed(request: Request) -> Response:
    """The user's own workbook with the changed cells, and everything else as it was."""
    file = await _find_instance(request)
    content = await in_thread(_make, state_of(request), file)
    return Response(content, media_type=_EXCEL, headers=_attach(file, file.path.suffix))


async def download_changes(request: Request) -> Response:
    """The list of the changes, as `planner edit --changes` takes it."""
    state, file = state_of(request), await _find_instance(request)
    changes = await in_thread(lambda: _open_edits(state, file).list_effective())
    content = "\ufeff" + write_change_list(changes)
    return Response(content.encode(), media_type="text/csv; charset=utf-8", headers=_attach(file, ".csv"))


async def save_changed(request: Request, form: FormData) -> Response:
    """Keep the changed workbook in the folder under a name of its own, where it can be solved."""
    state, file = state_of(request), await _find_instance(request)
    content = await in_thread(_make, state, file)
    kept, _ = await in_thread(state.folder.add, content, file.name)
    return RedirectResponse(f"/workbooks/{kept.address}", 303)


def _make(state: PageState, file: WorkbookFile) -> bytes:
    changes = tuple(_open_edits(state, file).list_effective())
    try:
        return state.readers.do(make_changed, Wanted(file.path, changes))
    except (TaskFailed, InputError) as fault:
        raise Refused(422, _explain(fault) if isinstance(fault, TaskFailed) else str(fault)) from fault


def _attach(file: WorkbookFile, ending: str) -> dict[str, str]:
    """The header that names a download."""
    stem = safe_name(file.name).rpartition(".")[0].encode("ascii", "replace").decode().replace("?", "_")
    return {"Content-Disposition": f'attachment; filename="{stem} changed{ending}"'}


ROUTES = (
    get("/workbooks/{address}/grid", show_grid),
    get("/workbooks/{address}/grid/issues", show_issues),
    get("/workbooks/{address}/changed", download_changed),
    get("/workbooks/{address}/changes", download_changes),
    post("/workbooks/{address}/cells", change_cell),
    post("/workbooks/{address}/undo", undo),
    post("/workbooks/{address}/save", save_changed),
)
