"""A workbook onto the disk: whole or not at all, and the same bytes for the same content."""

import datetime
import errno
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

Body = Callable[[], Iterator[str]]
"""Makes the XML of the rows below those that openpyxl holds."""

_MOMENT = (2000, 1, 1, 0, 0, 0)
"""The time that all parts carry, so that it makes no difference when a file was written."""

_DIMENSION = re.compile(r'<dimension ref="[^"]*" ?/>')
_AFTER_IGNORED_ERRORS = re.compile(r"<drawing |<legacyDrawing |<tableParts|</worksheet>")
_IGNORED_ERRORS = '<ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1" /></ignoredErrors>'
"""No green triangle at names such as 2030, which are text on purpose."""


class WriteError(OSError):
    """The file could not be written; the message says why and what to do."""


class _Archive(zipfile.ZipFile):
    """The zip file of a workbook: every part at one time, sheets with their `bodies` put in."""

    def __init__(self, file: Any, bodies: Mapping[str, Body]) -> None:
        super().__init__(file, "w", zipfile.ZIP_DEFLATED)
        self._bodies = bodies

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(_entry(str(zinfo_or_arcname)), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Put the sheet in the file `filename` under the name `arcname`."""
        xml = _DIMENSION.sub("", Path(filename).read_text("utf-8"), count=1)
        xml = _AFTER_IGNORED_ERRORS.sub(lambda match: _IGNORED_ERRORS + match.group(), xml, count=1)
        top, end, bottom = xml.partition("</sheetData>")
        with self.open(_entry(str(arcname)), "w", force_zip64=True) as part:
            part.write(top.encode())
            if arcname in self._bodies:
                for chunk in self._bodies[arcname]():
                    part.write(chunk.encode())
            part.write((end + bottom).encode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def save(book: Workbook, path: str | Path, bodies: Mapping[str, Body]) -> None:
    """Write `book` to `path`, with the rows of `bodies` (by sheet name) below what the sheet has already.

    The file at `path` is replaced only when the new one is complete. Raises WriteError where that cannot be.
    """
    book.properties.creator = "planner"
    book.properties.created = book.properties.modified = datetime.datetime(*_MOMENT)
    parts = {f"xl/worksheets/sheet{number}.xml": sheet.title for number, sheet in enumerate(book.worksheets, 1)}
    by_part = {part: bodies[title] for part, title in parts.items() if title in bodies}

    def fill(file: BinaryIO) -> None:
        with _Archive(file, by_part) as archive:
            ExcelWriter(book, archive).write_data()

    _replace(path, fill)


def save_text(path: str | Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all, as `save` does."""
    _replace(path, lambda file: file.write(text.encode()))


def _replace(path: str | Path, fill: Callable[[BinaryIO], object]) -> None:
    """Put what `fill` writes in the place of the file at `path`, once it is complete."""
    target = Path(os.path.realpath(path))
    if is_special(target):
        raise WriteError(reason(OSError(), target))
    half_done = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with half_done.open("wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        half_done.replace(target)
    except OSError as error:
        raise WriteError(reason(error, target)) from error
    finally:
        half_done.unlink(missing_ok=True)


def is_special(target: Path) -> bool:
    """Whether a device, a pipe or the like stands at `target`: a file in its place would take it from all others."""
    return target.exists() and not target.is_file() and not target.is_dir()


def is_full(error: OSError) -> bool:
    """Whether there is no room left on the disk."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def reason(error: OSError, target: Path) -> str:
    """What to tell a user about `error`."""
    if target.is_dir():
        return f"{target} is a folder: name a file that ends in .xlsx"
    if is_special(target):
        return f"{target} exists and is no ordinary file: name another"
    if not target.parent.is_dir():
        return f"the folder {target.parent} does not exist: make it, or name another"
    if is_full(error):
        return f"the disk is full: {target} was not written; make room and try again"
    if isinstance(error, PermissionError) and target.exists():
        return f"{target} cannot be replaced: close it if it is open in Excel, or check its permissions"
    if isinstance(error, PermissionError):
        return f"no permission to write in {target.parent}: name another folder"
    return f"{target} could not be written: {error.strerror or error}"
