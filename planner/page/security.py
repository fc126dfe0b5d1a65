"""Who may ask the page for anything, what a browser may load, and how much may be sent.

The page listens on this machine only, but every website that is open in a browser can send requests there. So each
request must name this server in its header Host, must not come from another origin, and must carry the token that
`planner serve` made when it started; what changes anything must carry a second one, which only our own pages know.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")
"""The names under which this machine is reached; any other in Host is a website that was bent to this address."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""What pages may load: files of this server only, no script or style that is written into a page."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send the origin of our own forms as null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer."""

LARGEST_UPLOAD = 100_000_000
"""Bytes of a request that uploads a workbook."""

LARGEST_FORM = 2_000_000
"""Bytes of any other request."""

UPLOADS = ("/upload",)
"""Addresses to which workbooks are sent."""

SAFE = ("GET", "HEAD")
"""Methods that change nothing."""


@dataclass(frozen=True)
class Keys:
    """The two secrets of a server: `token` lets a browser in, `csrf` shows that a form is one of our own."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def csrf(self) -> str:
        """The secret of forms, which follows from the token but does not tell it."""
        return hmac.new(self.token.encode(), b"form", sha256).hexdigest()

    def opens(self, given: str) -> bool:
        """Whether a text is the token."""
        return secrets.compare_digest(given.encode(), self.token.encode())

    def allows(self, given: str) -> bool:
        """Whether a text is the secret of forms."""
        return secrets.compare_digest(given.encode(), self.csrf.encode())


class TooLarge(Exception):
    """More was sent than is read."""


class Guard:
    """Lets requests through to `app` that may come in, and adds the headers to every answer."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app, self._keys, self._port = app, keys, port
        self.cookie = f"planner-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._judge(scope)
        if answer is not None:
            await answer(scope, receive, send_with_headers)
            return
        limit = LARGEST_UPLOAD if scope["path"] in UPLOADS else LARGEST_FORM
        if _declared_length(scope) > limit:
            await _refuse(413, f"more than {limit / 1e6:.0f} MB are not read")(scope, receive, send_with_headers)
            return
        await self._app(scope, _limit(receive, limit), send_with_headers)

    def _judge(self, scope: Scope) -> PlainTextResponse | RedirectResponse | None:
        """The answer to a request that may not come in; None to one that may."""
        headers = Headers(scope=scope)
        if headers.get("host", "") not in {f"{host}:{self._port}" for host in HOSTS}:
            return _refuse(421, "this server answers to 127.0.0.1 only")
        if not self._is_of_ours(scope, headers):
            return _refuse(403, "the request comes from another website")
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if given and scope["method"] == "GET" and self._keys.opens(given):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self.cookie, self._keys.token, httponly=True, samesite="strict", path="/")
            return answer
        if not self._keys.opens(_read_cookie(headers.getlist("cookie"), self.cookie)):
            return _refuse(403, "open the address that planner serve has printed: it holds the key of this server")
        return None

    def _is_of_ours(self, scope: Scope, headers: Headers) -> bool:
        """Whether the page that sends the request is one of this server; a browser says so of all that change."""
        origin, ours = headers.get("origin"), {f"http://{host}:{self._port}" for host in HOSTS}
        if scope["method"] in SAFE:
            return (origin is None or origin in ours) and headers.get("sec-fetch-site") != "cross-site"
        return origin in ours


def _declared_length(scope: Scope) -> int:
    given = Headers(scope=scope).get("content-length", "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _limit(receive: Receive, limit: int) -> Receive:
    """`receive` that raises TooLarge once more has come than was declared to be read."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise TooLarge(f"more than {limit / 1e6:.0f} MB are not read")
        return message

    return counted


def _read_cookie(headers: Iterable[str], name: str) -> str:
    """The value of a cookie; "" where it was not sent."""
    for header in headers:
        try:
            found = SimpleCookie(header).get(name)
        except CookieError:
            continue
        if found is not None:
            return str(found.value)
    return ""


def _refuse(status: int, words: str) -> PlainTextResponse:
    return PlainTextResponse(words + "\n", status)
