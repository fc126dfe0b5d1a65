"""The file around the sheets: opened, judged, and its parts handed out. Nothing here looks into a cell.

An .xlsx file is a zip archive of XML parts. What is not such an archive, is encrypted, damaged or far too large is
refused with an `InputError` that says what to do; sizes are judged by what the archive declares, before anything is
unpacked, and no part is ever read beyond its declared size. A part that the archive holds twice is refused as well:
programs differ in which of the two they show.
"""

import hashlib
import io
import posixpath
import stat
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from planner.issues import InputError, Issue
from planner.workbook.names import quote

LARGEST = 500_000_000
"""Bytes that a file, and the sum of its parts unpacked, may have. A hundred thousand rows take about 50 million."""

USUAL_GROWTH, SMALL = 60, 60_000_000
"""How many times its size a workbook may grow when unpacked (they grow 5 to 20 times), and the bytes that any may have.

Cells in memory take a few times the bytes of their XML, so this bounds what a small file can ask for.
"""

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAMAGED = "is damaged or incomplete: open it in Excel or LibreOffice, repair it and save it again as .xlsx"
"""What is said of a file whose parts are not whole or do not fit together."""

_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    IndexError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)
"""What the zip reader raises over archives that were cut or altered."""


def refuse(message: str) -> InputError:
    """The fault of a file as a whole.

    Parameters
    ----------
    message
        What is wrong, for the user.

    Returns
    -------
    InputError
        The error to raise, with one issue that names no sheet and no cell.
    """
    return InputError([Issue("error", "", "", message)])


@dataclass(frozen=True)
class Package:
    """An opened workbook: its worksheets in order (name and part), and remarks on the file as a whole.

    `content_hash` is the SHA-256 of the bytes that were read; the file may have been saved since.
    `hidden` are the names of the sheets that are not shown. `uncalculated` says that formulas are to be calculated when
    the workbook is opened: the program that wrote it did not calculate them. `book` is the part that lists the sheets.
    """

    name: str
    content_hash: str
    archive: zipfile.ZipFile
    sheets: tuple[tuple[str, str], ...]
    styles: str | None
    strings: str | None
    date_1904: bool
    remarks: tuple[Issue, ...]
    hidden: frozenset[str] = frozenset()
    uncalculated: bool = False
    book: str = "xl/workbook.xml"

    def part(self, member: str) -> bytes:
        """The bytes of a part of the archive. Raises InputError where it is damaged or missing."""
        return _part(self.archive, member, self.name)

    def tree(self, member: str, comments: bool = False) -> ElementTree.Element:
        """A part of the archive as a tree, with or without `comments`. Raises InputError where it is damaged."""
        return _tree(self.part(member), self.name, comments)


def open_package(path: str | Path) -> Package:
    """Open a workbook.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file.

    Returns
    -------
    Package
        Its worksheets in order, its SHA-256, and remarks on the file as a whole.

    Raises
    ------
    InputError
        It is no workbook that can be read.
    """
    path = Path(path)
    content = _content(path)
    archive = _archive(content, path.name)
    members = {member.lower(): member for member in archive.namelist()}
    book = _book_part(archive, members, path.name)
    folder, file = posixpath.split(book)
    links = _relationships(archive, members, f"{folder}/_rels/{file}.rels".lstrip("/"), path.name)
    root = _tree(_part(archive, book, path.name), path.name)
    sheets: list[tuple[str, str]] = []
    other, hidden = [], set()
    for element in root.iter():
        if _local(element.tag) != "sheet":
            continue
        title = element.get("name", "")
        identity = next((value for key, value in element.attrib.items() if _local(key) == "id"), "")
        kind, target = links.get(identity, ("", ""))
        member = members.get(_resolve_target(folder, target).lower())
        if kind != "worksheet":
            other.append(kind)
        elif member is None:
            raise refuse(f"{path.name} {DAMAGED}; the part of sheet `{quote(title)}` is missing")
        elif any(member == known for _, known in sheets):
            raise refuse(f"{path.name} {DAMAGED}; sheet `{quote(title)}` has the same cells as another")
        else:
            sheets.append((title, member))
        if element.get("state", "visible") != "visible":
            hidden.add(title)
    return Package(
        name=path.name,
        content_hash=hashlib.sha256(content).hexdigest(),
        archive=archive,
        sheets=tuple(sheets),
        styles=_only(links, "styles", folder, members, path.name),
        strings=_only(links, "sharedStrings", folder, members, path.name),
        date_1904=_is_set(root, "workbookPr", "date1904"),
        remarks=_remarks(members, other),
        hidden=frozenset(hidden),
        uncalculated=_is_set(root, "calcPr", "fullCalcOnLoad"),
        book=book,
    )


def _only(links: dict[str, tuple[str, str]], kind: str, folder: str, members: dict[str, str], name: str) -> str | None:
    """The one part of a kind, None where the workbook has none. Raises InputError where it is missing or not one."""
    targets = {_resolve_target(folder, target).lower() for found, target in links.values() if found == kind}
    if not targets:
        return None
    if len(targets) > 1 or not targets <= set(members):
        fate = "is there several times" if len(targets) > 1 else "is missing"
        raise refuse(f"{name} {DAMAGED}; its part {kind} {fate}")
    return members[targets.pop()]


def _content(path: Path) -> bytes:
    """The bytes of the file, read once, so that a save in the meantime cannot mix two states.

    Only ordinary files are read: a device or a pipe may never end.
    """
    if path.name.startswith("~$"):
        raise refuse(f"{path.name} is the lock file of an open workbook: name the workbook itself")
    try:
        if path.is_dir():
            raise refuse(f"{path} is a folder: name a workbook (.xlsx)")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refuse(f"{path} is not an ordinary file: name a workbook (.xlsx) on the disk")
        if status.st_size > LARGEST:
            size = f"{status.st_size / 1e6:,.0f} MB"
            raise refuse(f"{path.name} has {size}; workbooks over {LARGEST / 1e6:,.0f} MB are not read")
        with path.open("rb") as file:
            content = file.read(status.st_size + 1)
    except FileNotFoundError:
        raise refuse(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise refuse(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not content:
        raise refuse(f"{path.name} is empty: it has no bytes")
    return content


def _archive(content: bytes, name: str) -> zipfile.ZipFile:
    if content.startswith(_COMPOUND_FILE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise refuse(f"{name} is encrypted: save a copy without a password and use that")
        raise refuse(f"{name} is an old .xls workbook, or encrypted: save it as .xlsx without a password")
    if not content.startswith(b"PK"):
        raise refuse(f"{name} is not an Excel workbook: open it in Excel or LibreOffice and save it as .xlsx")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (*_BROKEN_ARCHIVE, UnicodeDecodeError):
        raise refuse(f"{name} {DAMAGED}") from None
    if any(entry.flag_bits & 1 for entry in entries):
        raise refuse(f"{name} is encrypted: save a copy without a password and use that")
    _look_at_entries(entries, len(content), name)
    return archive


def _look_at_entries(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    """Raise InputError where parts share a name, which letter case does not tell apart, or are too large together."""
    names = [entry.filename.replace("\\", "/").lower() for entry in entries]
    twice = next((entry for entry, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise refuse(f"{name} {DAMAGED}; it holds the part {quote(twice)} twice")
    unpacked = sum(entry.file_size for entry in entries)
    most = min(LARGEST, max(SMALL, USUAL_GROWTH * size))
    if unpacked > most:
        raise refuse(
            f"{name} would take {unpacked / 1e6:,.0f} MB when unpacked; over {most / 1e6:,.0f} MB is not read: "
            "delete empty formatted rows, pictures and sheets that are not needed"
        )


def _part(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    try:
        return archive.read(member)
    except _BROKEN_ARCHIVE:
        raise refuse(f"{name} {DAMAGED}; its part {member} cannot be unpacked") from None


def _book_part(archive: zipfile.ZipFile, members: dict[str, str], name: str) -> str:
    """The part that lists the sheets."""
    links = _relationships(archive, members, "_rels/.rels", name)
    target = next((target for kind, target in links.values() if kind == "officeDocument"), "xl/workbook.xml")
    book = members.get(_resolve_target("", target).lower())
    if "mimetype" in members and b"opendocument" in _part(archive, members["mimetype"], name):
        raise refuse(f"{name} is a LibreOffice document: save it as .xlsx")
    if book is not None and book.lower().endswith(".bin"):
        raise refuse(f"{name} is a binary workbook (.xlsb): save it as .xlsx")
    if book is None or _local(_tree(_part(archive, book, name), name).tag) != "workbook":
        raise refuse(f"{name} is not an Excel workbook: save it as .xlsx")
    return book


def _relationships(
    archive: zipfile.ZipFile, members: dict[str, str], part: str, name: str
) -> dict[str, tuple[str, str]]:
    """Identity -> (kind, target) of the links of a part; empty where it has none."""
    member = members.get(part.lower())
    if member is None:
        return {}
    links: dict[str, tuple[str, str]] = {}
    for element in _tree(_part(archive, member, name), name):
        kind, identity = element.get("Type", "").rpartition("/")[2], element.get("Id", "")
        if identity in links:
            raise refuse(f"{name} {DAMAGED}; its part {member} holds `{quote(identity)}` twice")
        links[identity] = (kind, element.get("Target", ""))
    return links


def _resolve_target(folder: str, target: str) -> str:
    """The member that `target` names from `folder`; a leading slash means the root of the archive."""
    return posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")


def _tree(data: bytes, name: str, comments: bool = False) -> ElementTree.Element:
    _well_formed(data, name)
    try:
        builder = ElementTree.TreeBuilder(insert_comments=comments, insert_pis=comments)
        return ElementTree.fromstring(data, ElementTree.XMLParser(target=builder))
    except (ElementTree.ParseError, ValueError, LookupError):
        raise refuse(f"{name} {DAMAGED}") from None


def _well_formed(data: bytes, name: str) -> None:
    """Raise InputError unless `data` is XML in UTF-8, without entities to expand or content hidden in comments."""
    parser = expat.ParserCreate()
    parser.CommentHandler = _refuse_hidden_content
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _refuse_encoding
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ValueError("UTF-16")
        parser.Parse(data, True)
    except _DoctypeError:
        raise refuse(f"{name} holds XML entities, which no spreadsheet program writes: it is not read") from None
    except _CommentError:
        raise refuse(
            f"{name} hides content in an XML comment, which no spreadsheet program writes: open and save it again"
        ) from None
    except (expat.ExpatError, ValueError, LookupError):
        raise refuse(f"{name} {DAMAGED}") from None


class _DoctypeError(Exception):
    """A part declares a document type."""


class _CommentError(Exception):
    """A comment has elements in it."""


def _refuse_hidden_content(comment: str) -> None:
    if "<" in comment:
        raise _CommentError


def _refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Only UTF-8 is read."""
    if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
        raise ValueError(f"encoding {encoding}")


def _refuse_doctype(*_: object) -> None:
    raise _DoctypeError


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _is_set(root: ElementTree.Element, name: str, attribute: str) -> bool:
    """Whether a switch of the workbook is on, such as that its dates count from 1904."""
    return any(_local(part.tag) == name and part.get(attribute) in ("1", "true") for part in root.iter())


def _remarks(members: dict[str, str], other: list[str]) -> tuple[Issue, ...]:
    remarks = []
    if any(member.endswith("vbaproject.bin") for member in members) or any("acro" in kind for kind in other):
        remarks.append(Issue("warning", "", "", "the macros of the workbook are ignored"))
    if any("/externallinks/" in member for member in members):
        remarks.append(
            Issue("warning", "", "", "the workbook links to other workbooks: the values stored in its cells are used")
        )
    return tuple(remarks)
