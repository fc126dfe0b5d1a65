"""Any number of results side by side: decisions first, then the bridge, the inputs behind it, and the key figures."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from planner.issues import InputError
from planner.page.folder import WorkbookFile
from planner.page.results import in_policy
from planner.page.web import PageState, Refused, get, in_thread, show, state_of
from planner.report.page import draw, html_section, html_tiles
from planner.results.result_file import labels, read_result_file
from planner.studies.comparison.page import comparison_page
from planner.studies.comparison.run import FORMATS, run_comparison
from planner.studies.comparison.study import compare
from planner.workers.pool import TaskFailed

MOST_FILES = 200
"""Results that are compared at a time."""

FIRST = ("Decisions that differ", "Bridges", "Steps of the bridges", "Inputs that differ", "Headline figures")
"""Sections of a comparison in the order of the page; the others follow as they are."""


@dataclass(frozen=True)
class ComparisonParts:
    """A comparison as the page shows it, in pieces of HTML in which text of others is escaped."""

    title: str
    subtitle: str
    sentences: list[str]
    tiles: str
    charts: list[str]
    sections: list[str]


def compare_files(paths: tuple[Path, ...]) -> ComparisonParts | list[str]:
    """Compare files with the first of them; in a reader.

    Parameters
    ----------
    paths
        The files.

    Returns
    -------
    ComparisonParts or list of str
        The comparison; or why there is none.
    """
    try:
        files = [read_result_file(path, label) for path, label in zip(paths, labels(paths), strict=True)]
    except InputError as fault:
        return [issue.message for issue in fault.issues]
    page = comparison_page(compare(files))
    order = {title: place for place, title in enumerate(FIRST)}
    sections = sorted(page.sections, key=lambda section: order.get(section.title, len(order)))
    return ComparisonParts(
        page.title,
        page.subtitle,
        list(page.sentences),
        html_tiles(page.tiles),
        [draw(chart) for chart in page.charts],
        [html_section(section) for section in sections],
    )


def write_file(asked: tuple[tuple[Path, ...], Path, str]) -> list[str]:
    """Write a comparison; in a reader.

    Parameters
    ----------
    asked
        The files, the file to write, and its form.

    Returns
    -------
    list of str
        Why it was not written; none where it was.
    """
    paths, target, form = asked
    try:
        run_comparison(paths, target, form)
    except InputError as fault:
        return [issue.message for issue in fault.issues]
    return []


def choose_files(state: PageState, query: QueryParams) -> list[WorkbookFile]:
    """The files that were ticked, the reference first. Raises Refused where there are fewer than two."""
    base = query.get("base", "")
    addresses = dict.fromkeys(([base] if base else []) + query.getlist("file"))
    if len(addresses) > MOST_FILES:
        raise Refused(422, f"more than {MOST_FILES} results are not compared: tick fewer")
    every = (*state.folder.list_workbooks(), *state.folder.list_results())
    known = {file.address: file for file in every}
    if not set(addresses) <= set(known):
        raise Refused(404, "the folder does not hold one of these workbooks any more: tick them again")
    if len(addresses) < 2:
        raise Refused(422, "tick at least two results to compare")
    return [known[address] for address in addresses]


async def show_comparison(request: Request) -> Response:
    state = state_of(request)

    def look() -> tuple[list[WorkbookFile], ComparisonParts]:
        files = choose_files(state, request.query_params)
        key = ("comparison", tuple(file.state for file in files))
        if key not in state.memory:
            state.memory[key] = _do(state, tuple(file.path for file in files))
        return files, state.memory[key]

    files, found = await in_thread(look)
    pieces: dict[str, Any] = {
        "tiles": in_policy(found.tiles),
        "charts": [in_policy(chart) for chart in found.charts],
        "sections": [in_policy(section) for section in found.sections],
    }
    names = list(zip(files, labels([file.path for file in files]), strict=True))
    return show(request, "comparison.html", names=names, found=found, query=request.url.query, **pieces)


def _do(state: PageState, paths: tuple[Path, ...]) -> ComparisonParts:
    try:
        found = state.readers.do(compare_files, paths)
    except TaskFailed as fault:
        raise Refused(500, f"these files cannot be compared: {str(fault).strip().splitlines()[-1]}") from fault
    if not isinstance(found, ComparisonParts):
        raise Refused(422, *found)
    return found


async def download(request: Request) -> Response:
    """The comparison as `planner compare` writes it."""
    state, form = state_of(request), request.query_params.get("form", "xlsx")
    if form not in FORMATS:
        raise Refused(422, f"a comparison is written as one of {', '.join(FORMATS)}")
    files = await in_thread(choose_files, state, request.query_params)
    scratch = tempfile.TemporaryDirectory(prefix="planner-")
    target = Path(scratch.name) / f"comparison{FORMATS[form]}"
    faults = await in_thread(state.readers.do, write_file, (tuple(file.path for file in files), target, form))
    if faults:
        scratch.cleanup()
        raise Refused(422, *faults)
    return FileResponse(target, filename=target.name, background=BackgroundTask(scratch.cleanup))


ROUTES = (
    get("/comparison", show_comparison),
    get("/comparison/download", download),
)
