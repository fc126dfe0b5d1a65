"""The server: all routes behind the guard, on a port of this machine."""

import asyncio
import contextlib
import errno
import os
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from planner.issues import InputError, Issue
from planner.page import comparison, grid, results, runs, starting, workbooks
from planner.page.folder import Folder
from planner.page.queue_keeper import QueueKeeper
from planner.page.security import Guard, Keys, TooLarge
from planner.page.web import HERE, PageState, in_thread, show_refusal

HOST = "127.0.0.1"

PORT = 8321
"""The port where none is named; the next free one where this one is in use."""

LOOK_EVERY = 1.0
"""Seconds between two looks at the queue."""

ROUTES = (*workbooks.ROUTES, *grid.ROUTES, *starting.ROUTES, *runs.ROUTES, *results.ROUTES, *comparison.ROUTES)


def make_app(state: PageState, port: int) -> Starlette:
    """The application of a folder.

    Parameters
    ----------
    state
        Folder, secrets and readers.
    port
        The port on which it will be reached, which requests must name.

    Returns
    -------
    starlette.applications.Starlette
        The application; its readers end with it.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        keeping = asyncio.create_task(_keep_queue(state.queue))
        yield
        keeping.cancel()
        state.readers.close()

    static = Mount("/static", StaticFiles(directory=HERE / "static"))
    app = Starlette(
        routes=[*ROUTES, static],
        middleware=[Middleware(Guard, keys=state.keys, port=port)],
        exception_handlers={HTTPException: _say_http, TooLarge: _say_too_large, OSError: _say_failed},
        lifespan=lifespan,
    )
    app.state.page = state
    return app


async def _keep_queue(keeper: QueueKeeper) -> None:
    """Look after the queue as long as the server runs."""
    while True:
        await in_thread(keeper.look)
        await asyncio.sleep(LOOK_EVERY)


async def _say_http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    words = "there is no such page" if fault.status_code == 404 else fault.detail
    return show_refusal(request, fault.status_code, (words,))


async def _say_too_large(request: Request, fault: Exception) -> Response:
    return show_refusal(request, 413, (str(fault),))


async def _say_failed(request: Request, fault: Exception) -> Response:
    return show_refusal(request, 500, (str(fault),))


def serve(root: Path, port: int | None, announce: Callable[[str], None], show: bool = True) -> None:
    """Serve a folder until somebody ends it; jobs go on.

    Parameters
    ----------
    root
        The folder.
    port
        The port; None for PORT, or the next free one.
    announce
        Told the address, with its token, once it answers.
    show
        Open a browser.

    Raises
    ------
    InputError
        Where the folder cannot be used, or the port is in use.
    """
    folder = _open_folder(root)
    listening = _listen(port)
    number = listening.getsockname()[1]
    state = PageState(folder, Keys())
    config = uvicorn.Config(
        make_app(state, number), log_level="error", access_log=False, timeout_graceful_shutdown=1, server_header=False
    )
    address = f"http://{HOST}:{number}/?token={state.keys.token}"
    announce(address)
    if show:
        threading.Timer(0.5, webbrowser.open, (address,)).start()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _open_folder(root: Path) -> Folder:
    """The folder. Raises InputError where it is none, or may not be read and written."""
    if not root.is_dir():
        raise InputError([Issue("error", "", "", f"there is no folder {root}: name the one with the workbooks")])
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        words = f"{root} cannot be read and written: name another folder, or change its permissions"
        raise InputError([Issue("error", "", "", words)])
    return Folder(root)


def _listen(port: int | None) -> socket.socket:
    """A socket on the port of this machine. Raises InputError where it cannot be had."""
    for number in range(PORT, PORT + 20) if port is None else (port,):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, number))
        except OSError as fault:
            listening.close()
            if port is None and fault.errno == errno.EADDRINUSE:
                continue
            why = "is in use" if fault.errno == errno.EADDRINUSE else f"cannot be used ({fault.strerror})"
            words = f"port {number} {why}: name another with --port"
            raise InputError([Issue("error", "", "", words)]) from fault
        listening.listen(64)
        return listening
    raise InputError([Issue("error", "", "", f"ports from {PORT} on are in use: name a free one with --port")])
