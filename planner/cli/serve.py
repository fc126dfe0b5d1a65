"""The command that serves the page."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.app import app
from planner.cli.console import output
from planner.issues import InputError, Issue

EXTRA = ("starlette", "jinja2", "uvicorn", "python_multipart")
"""Modules that the page needs beyond those of the planner."""


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the workbooks.")] = Path(),
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; default: 8321, or the next free one.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Show a folder of workbooks as a page in the browser: check, run, watch and compare.

    Only this machine can reach the page, with the key in the address that is printed. Results and their ledger are in
    FOLDER/results, as planner run -o FOLDER/results writes them. Ctrl-C ends the page; jobs go on.
    """
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        words = f"planner serve needs {', '.join(missing)}: pip install -e '.[page]'"
        raise InputError([Issue("error", "", "", words)])
    from planner.page.server import serve as serve_page

    serve_page(folder, port, lambda address: output.print(f"{address}\nCtrl-C ends the page; jobs go on"), not no_open)
