"""What all modules of the page share: its state, its templates, and how requests are read and answered."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from planner.issues import InputError
from planner.ledger.ledger import Ledger, LedgerError
from planner.page.folder import Folder, WorkbookFile, WorkbookKind, judge_kind
from planner.page.queue_keeper import QueueKeeper
from planner.page.readers import Readers
from planner.page.security import Keys
from planner.surfaces import visible
from planner.words import count_noun

HERE = Path(__file__).parent


@dataclass
class PageState:
    """What the server knows: its folder, its secrets and its readers, and what modules keep in `memory`."""

    folder: Folder
    keys: Keys
    readers: Readers = field(default_factory=Readers)
    memory: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def queue(self) -> QueueKeeper:
        """Who looks after the queue of the folder."""
        return QueueKeeper(self.folder.results)

    @contextmanager
    def open_ledger(self) -> Iterator[Ledger]:
        """The ledger; what is wrong with it is said on the page."""
        try:
            with self.queue.open_ledger() as ledger:
                yield ledger
        except LedgerError as fault:
            raise Refused(500, str(fault)) from fault

    def kind(self, file: WorkbookFile) -> WorkbookKind:
        """What a workbook is, judged in a reader."""
        return self.folder.kind(file, lambda path: self.readers.do(judge_kind, path))


class Refused(Exception):
    """What was asked cannot be done: the status of the answer, and words for the user."""

    def __init__(self, status: int, *words: str) -> None:
        super().__init__(*words)
        self.status, self.words = status, words


def _show_text(value: object) -> object:
    """Text of others as templates show it: characters that nobody sees are written out."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _is_none(value: object) -> bool:
    return value is None or value != value


templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    finalize=_show_text,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals["count_noun"] = count_noun
templates.filters["money"] = lambda value: (
    "" if _is_none(value) else format(value, ",.0f" if abs(value) >= 1e5 else ",.6g")
)
templates.filters["share"] = lambda value: "" if _is_none(value) else f"{value:.2%}"
templates.filters["seconds"] = lambda value: "" if _is_none(value) else f"{value:,.1f} s"

Handler = Callable[[Request], Awaitable[Response]]
FormHandler = Callable[[Request, FormData], Awaitable[Response]]


def state_of(request: Request) -> PageState:
    """The state of the server that a request came to."""
    found: PageState = request.app.state.page
    return found


def render(request: Request, template: str, **facts: Any) -> str:
    """A template as text; `csrf` and `here` are known in all of them."""
    known = {"csrf": state_of(request).keys.csrf, "here": request.url.path, "folder": state_of(request).folder.root}
    return templates.get_template(template).render(known | facts)


def show(request: Request, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """The answer with a template."""
    return HTMLResponse(render(request, template, **facts), status)


def show_refusal(request: Request, status: int, words: tuple[str, ...]) -> HTMLResponse:
    """The answer to what cannot be done, as a page, or as a piece of one where htmx asks for a piece."""
    whole = "hx-request" not in request.headers
    return show(request, "refused.html" if whole else "refusal.html", status if whole else 200, words=words)


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns that reads files or waits, without holding up other requests."""
    return await run_in_threadpool(work, *arguments)


async def find_file(request: Request) -> WorkbookFile:
    """The workbook that the address of a request names. Raises Refused where the folder does not hold it."""
    found: WorkbookFile | None = await in_thread(state_of(request).folder.find, request.path_params["address"])
    if found is None:
        raise Refused(404, "the folder does not hold this workbook any more")
    return found


def get(path: str, handler: Handler) -> Route:
    """A route that shows something and changes nothing."""
    return Route(path, _refusing(handler), methods=["GET"])


def post(path: str, handler: FormHandler) -> Route:
    """A route that changes something: the form is read here, and must carry the secret of our own forms."""

    async def guarded(request: Request) -> Response:
        async with request.form(max_files=20, max_fields=2000) as form:
            given = request.headers.get("x-csrf-token") or form.get("csrf") or ""
            if not isinstance(given, str) or not state_of(request).keys.allows(given):
                raise Refused(403, "this form is of an earlier start of the server: reload the page and try again")
            return await handler(request, form)

    return Route(path, _refusing(wraps(handler)(guarded)), methods=["POST"])


def _refusing(handler: Handler) -> Handler:
    """A handler whose refusals, and faults of input, become answers in words."""

    @wraps(handler)
    async def answering(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as refusal:
            return show_refusal(request, refusal.status, refusal.words)
        except InputError as fault:
            return show_refusal(request, 422, tuple(str(issue) for issue in fault.issues))

    return answering
