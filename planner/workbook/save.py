"""A workbook onto the disk: whole or not at all, and the same bytes for the same content."""

import contextlib
import datetime
import errno
import hashlib
import io
import os
import re
import signal
import socket
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import psutil

from planner.workbook.book import MOMENT, Book, Page

_HOST = re.sub(r"[^\w.]", "_", socket.gethostname())
"""This machine in names of temporary files: on a network folder only its own processes can be looked for."""

_DIMENSION = re.compile(r'<dimension ref="[^"]*" ?/>')
_CELLS = re.compile(r"<sheetData ?/>|<sheetData>.*</sheetData>", re.DOTALL)


class WriteError(OSError):
    """The file could not be written; the message says why and what to do."""


class Rescued(WriteError):
    """The file could not be written where it was asked for; what it was to hold is in the file `place` instead."""

    def __init__(self, words: str, place: Path) -> None:
        super().__init__(f"{words}. The result is not lost: it is in {place}")
        self.place = place


def save(book: Book, path: str | Path, rescue: bool = False) -> None:
    """Write `book` to `path`, with the cells of its pages.

    The file at `path` is replaced only when the new one is complete. `rescue` and what is raised are as in
    `replace_file`.
    """
    packed = book.pack()
    pages = {f"xl/worksheets/sheet{number}.xml": page for number, page in enumerate(book.pages.values(), 1)}
    replace_file(path, lambda file: _write_parts(file, packed, pages), rescue)


def _write_parts(file: BinaryIO, packed: bytes, pages: Mapping[str, Page]) -> None:
    """Copy every part of a packed workbook, with the rows of its `pages` put in, each part with the same time."""
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in source.namelist():
            if name not in pages:
                archive.writestr(_entry(name), source.read(name))
                continue
            top, bottom = _CELLS.split(_DIMENSION.sub("", source.read(name).decode(), count=1), maxsplit=1)
            with archive.open(_entry(name), "w", force_zip64=True) as part:
                part.write(f"{top}<sheetData>".encode())
                for chunk in pages[name].rows():
                    part.write(chunk.encode())
                part.write(f"</sheetData>{bottom}".encode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def save_page(path: str | Path, text: str) -> None:
    """Write a page whole or not at all, with a last line by which `is_own_page` knows it again.

    Parameters
    ----------
    path
        The file to write; what is there is replaced once the new one is complete.
    text
        The page, HTML or Markdown.

    Raises
    ------
    WriteError
        The file could not be written.
    """
    body = text if text.endswith("\n") else text + "\n"
    replace_file(path, lambda file: file.write((body + _signature(body.encode()) + "\n").encode()))


def is_own_page(path: Path) -> bool:
    """Whether `save_page` wrote the file at `path`, and nobody has edited it since."""
    body, line, signature = path.read_bytes().rstrip(b"\n").rpartition(b"\n")
    return _signature(body + line).encode() == signature


def _signature(body: bytes) -> str:
    return f"<!-- written by planner, SHA-256 {hashlib.sha256(body).hexdigest()} -->"


def replace_file(path: str | Path, fill: Callable[[BinaryIO], object], rescue: bool = False) -> None:
    """Put what `fill` writes in the place of the file at `path`, once it is complete; Ctrl-C waits for it.

    What cannot be made again is to be rescued: where it cannot be written to `path`, it is written to another place.

    Parameters
    ----------
    path
        The file to write; what is there stays as it is until the new one is complete.
    fill
        Writes the whole content to a binary file. Called again for each further place that is tried.
    rescue
        Whether other places are tried.

    Raises
    ------
    Rescued
        The content is in another file, which the message names.
    WriteError
        The content could not be written anywhere.
    """
    target = Path(os.path.realpath(path))
    if is_special(target):
        raise WriteError(reason(OSError(), target))
    half_done = target.with_name(temporary_name(target.name))
    with delay_interrupts():
        try:
            clean_up(target.parent)
            with half_done.open("wb") as file:
                _fill(file, fill)
            half_done.replace(target)
        except OSError as error:
            half_done.unlink(missing_ok=True)
            if rescue:
                raise rescue_content(target, error, fill) from error
            raise WriteError(reason(error, target)) from error
        finally:
            with contextlib.suppress(OSError):
                half_done.unlink(missing_ok=True)


def _fill(file: BinaryIO, fill: Callable[[BinaryIO], object]) -> None:
    fill(file)
    file.flush()
    os.fsync(file.fileno())


def rescue_content(target: Path, error: OSError, fill: Callable[[BinaryIO], object]) -> WriteError:
    """What to raise for content that could not be written, once it is safe in another file.

    That is beside the target, where only the target itself cannot be written, else in the home or the temporary folder.

    Parameters
    ----------
    target
        The file that could not be written.
    error
        Why it could not.
    fill
        Writes the whole content to a binary file. Called again for each further place that is tried.

    Returns
    -------
    WriteError
        Rescued, with the place of the content; WriteError itself where no place could be written.
    """
    words = reason(error, target)
    blocked = target.exists() and not is_full(error)
    folders = [*([target.parent] if blocked else []), Path.home(), Path(tempfile.gettempdir())]
    name = f"{target.stem}-rescued-{datetime.datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}{target.suffix}"
    for folder in folders:
        place = folder / name
        try:
            with place.open("xb") as file:
                _fill(file, fill)
        except OSError:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
            continue
        return Rescued(words, place)
    return WriteError(words)


@contextlib.contextmanager
def delay_interrupts() -> Iterator[None]:
    """While this lasts Ctrl-C waits; it takes effect at the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if heard:
        signal.raise_signal(signal.SIGINT)


def temporary_name(name: str) -> str:
    """A name for a file that this process writes beside `name` and puts in its place when it is complete."""
    return f".{name}.planner-{_HOST}-{os.getpid()}.tmp"


def clean_up(folder: Path) -> None:
    """Delete what processes of this machine that were killed left half written in `folder`."""
    for path in folder.glob(f".*.planner-{_HOST}-*.tmp"):
        number = path.name.removesuffix(".tmp").rpartition("-")[2]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def is_special(target: Path) -> bool:
    """Whether a device, a pipe or the like stands at `target`: a file in its place would take it from all others."""
    return target.exists() and not target.is_file() and not target.is_dir()


def is_full(error: OSError) -> bool:
    """Whether there is no room left on the disk.

    Parameters
    ----------
    error
        What came of writing.

    Returns
    -------
    bool
        True for a full disk and for a quota that is used up.
    """
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def reason(error: OSError, target: Path) -> str:
    """What to tell a user about `error`."""
    if target.is_dir():
        return f"{target} is a folder: name a file that ends in .xlsx"
    if is_special(target):
        return f"{target} exists and is not an ordinary file: name another"
    if not target.parent.is_dir():
        return f"the folder {target.parent} does not exist: make it, or name another"
    if is_full(error):
        return f"the disk is full: {target} was not written; make room and try again"
    if isinstance(error, PermissionError) and target.exists():
        return f"{target} cannot be replaced: close it if it is open in Excel, or check its permissions"
    if isinstance(error, PermissionError):
        return f"no permission to write in {target.parent}: name another folder"
    return f"{target} could not be written: {error.strerror or error}"
