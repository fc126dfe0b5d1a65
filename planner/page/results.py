"""Results: the page of a plan, its sheets row by row, and what is given away: the workbook, and one file with both."""

import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import pandas as pd
from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from planner.issues import InputError
from planner.page.folder import WorkbookFile, safe_name
from planner.page.web import PageState, Refused, find_file, get, in_thread, show, state_of
from planner.report.plan_page.page import PlanParts, make_parts, plan_page
from planner.report.plan_page.run_report import prepare_tables
from planner.report.wording import four_digits
from planner.results.result_file import ResultFile, read_result_file
from planner.workbook.read import COPIED
from planner.workbook.save import save_page
from planner.workers.pool import TaskFailed

MOST_ROWS = 200
"""Rows of a sheet that are shown at a time."""

HELD = 2
"""Results that a reader keeps open."""


@dataclass(frozen=True)
class OpenedPlan:
    """A result as the page shows it: the parts of its page, remarks on the file, and the rows of each sheet."""

    parts: PlanParts
    notes: list[str]
    sheets: dict[str, int]


@dataclass(frozen=True)
class SheetQuestion:
    """Which rows of which sheet of a result: those with the words `find` in a cell, from row `first` on."""

    state: tuple[str, int, int]
    sheet: str
    find: str
    first: int


@dataclass(frozen=True)
class SheetRows:
    """Rows of a sheet as text, each with its number in the sheet; `count` are all that were found."""

    columns: list[str] = field(default_factory=list)
    numeric: list[bool] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    count: int = 0


@lru_cache(maxsize=HELD)
def _open(state: tuple[str, int, int]) -> ResultFile:
    """A result in a reader; the same state of a file is read once."""
    path = Path(state[0])
    return read_result_file(path, path.stem)


def _frames(found: ResultFile) -> dict[str, pd.DataFrame]:
    """The sheets of a result, and those of its input."""
    inputs = {f"{COPIED}{sheet}": found.instance[sheet] for sheet in found.instance.tables}
    return {**found.tables, **inputs}


def open_plan(state: tuple[str, int, int]) -> OpenedPlan | list[str]:
    """What the page of a plan shows, or why there is none; in a reader.

    Parameters
    ----------
    state
        Path, size and time of the result.

    Returns
    -------
    OpenedPlan or list of str
        The plan; where the file holds none, what is wrong with it.
    """
    try:
        found = _open(state)
        tables, notes = prepare_tables(found)
    except InputError as fault:
        return [issue.message for issue in fault.issues]
    sheets = {name: len(frame) for name, frame in _frames(found).items() if len(frame)}
    return OpenedPlan(make_parts(found.instance, tables, notes), notes, sheets)


def read_rows(asked: SheetQuestion) -> SheetRows:
    """Rows of a sheet of a result; in a reader.

    Parameters
    ----------
    asked
        Which rows.

    Returns
    -------
    SheetRows
        At most MOST_ROWS of them.
    """
    frame = _frames(_open(asked.state)).get(asked.sheet)
    if frame is None:
        return SheetRows()
    frame = frame.dropna(axis="columns", how="all")
    if asked.find:
        texts = frame.astype(str).apply(lambda column: column.str.contains(asked.find, case=False, regex=False))
        frame = frame[texts.any(axis="columns")]
    part = frame.iloc[asked.first : asked.first + MOST_ROWS]
    rows = [
        (int(number) if isinstance(number, int) else place, [_write(value) for value in values])
        for place, (number, values) in enumerate(zip(part.index, part.to_numpy(object), strict=True), asked.first + 2)
    ]
    numeric = [bool(pd.api.types.is_numeric_dtype(frame[name])) for name in frame]
    return SheetRows([str(name) for name in frame], numeric, rows, len(frame))


def _write(value: object) -> str:
    if value is None or value != value:
        return ""
    return four_digits(value) if isinstance(value, float) else str(value)


def find_plan(state: PageState, file: WorkbookFile) -> OpenedPlan:
    """The plan of a result, read once for each state of the file. Raises Refused where it holds none."""
    key = ("plan", file.state)
    found = state.memory.get(key)
    if found is None:
        try:
            found = state.readers.do(open_plan, file.state)
        except TaskFailed as fault:
            raise Refused(500, f"{file.name} cannot be shown: {str(fault).strip().splitlines()[-1]}") from fault
        state.memory[key] = found
    if not isinstance(found, OpenedPlan):
        raise Refused(422, *(words.replace(str(file.path), file.name) for words in found))
    return found


def in_policy(html: str) -> Markup:
    """HTML of reports as the policy allows it: colours are set by the script of the page, not by attributes.

    Parameters
    ----------
    html
        What the modules of reports have made; text of others in it is escaped, so that it holds no quotation marks.

    Returns
    -------
    markupsafe.Markup
        The same without attributes `style`.
    """
    return Markup(html.replace(' style="', ' data-style="'))


async def show_results(request: Request) -> Response:
    state = state_of(request)

    def look() -> list[tuple[WorkbookFile, str]]:
        return [(file, file.path.parent.name) for file in state.folder.list_results()]

    return show(request, "results.html", files=await in_thread(look))


async def show_result(request: Request) -> Response:
    file = await find_file(request)
    plan = await in_thread(find_plan, state_of(request), file)
    sections = [(key, title, in_policy(inside)) for key, title, inside in plan.parts.sections]
    return show(request, "result.html", file=file, plan=plan, sections=sections, data=Markup(plan.parts.data))


async def show_sheet(request: Request) -> Response:
    state, file = state_of(request), await find_file(request)
    plan = await in_thread(find_plan, state, file)
    name, find = request.path_params["sheet"], request.query_params.get("find", "").strip()
    if name not in plan.sheets:
        raise Refused(404, f"{file.name} has no sheet of this name with rows")
    given = request.query_params.get("first", "0")
    first = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    found = await in_thread(state.readers.do, read_rows, SheetQuestion(file.state, name, find, first))
    facts = {"find": find, "first": first, "most": MOST_ROWS, "sheet": name}
    return show(request, "sheet.html", file=file, plan=plan, found=found, **facts)


async def download(request: Request) -> Response:
    file = await find_file(request)
    return FileResponse(file.path, filename=safe_name(file.name))


def write_shared(asked: tuple[Path, Path]) -> None:
    """Write the page of a plan with its workbook in it; in a reader.

    Parameters
    ----------
    asked
        The result, and the file to write.
    """
    result, target = asked
    found = read_result_file(result, result.stem)
    tables, notes = prepare_tables(found)
    save_page(target, plan_page(found.instance, tables, notes, result))


async def share(request: Request) -> Response:
    """One file: the page of the plan, which holds the workbook as well."""
    state, file = state_of(request), await find_file(request)
    await in_thread(find_plan, state, file)
    scratch = tempfile.TemporaryDirectory(prefix="planner-")
    target = Path(scratch.name) / "plan.html"
    await in_thread(state.readers.do, write_shared, (file.path, target))
    name = Path(safe_name(file.name)).with_suffix(".html").name
    return FileResponse(target, filename=name, media_type="text/html", background=BackgroundTask(scratch.cleanup))


async def show_script(request: Request) -> Response:
    """The script of the page of a plan, as it is in the one-file page."""
    script = files("planner.report.plan_page").joinpath("page.js").read_text(encoding="utf-8")
    return Response(script, media_type="text/javascript")


ROUTES = (
    get("/results", show_results),
    get("/report.js", show_script),
    get("/results/{address}", show_result),
    get("/results/{address}/sheets/{sheet}", show_sheet),
    get("/results/{address}/download", download),
    get("/results/{address}/share", share),
)
