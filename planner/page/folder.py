"""What a folder holds: instances and results, found by addresses that say nothing of paths.

A browser never names a file. It names an address that was made from the path of a file which the folder holds now; so
no path that somebody makes up leads anywhere.
"""

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from planner.issues import InputError, Issue
from planner.jobs.entries import name_file
from planner.results.result_file import list_facts
from planner.seal import KIND
from planner.surfaces import visible
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.names import plain
from planner.workbook.package import open_package
from planner.workbook.read import NEEDED
from planner_models.schema import RESULTS

RESULTS_FOLDER = "results"
"""The folder of results and ledger in that of the workbooks, as `planner run` has it."""

ENDINGS = (".xlsx", ".xlsm")

INSTANCE, PLAN, OTHER = "instance", "plan", "other"
"""Kinds of workbooks beside those of studies, which say their own."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""Names that Windows takes for devices, whatever their ending."""


@dataclass(frozen=True)
class WorkbookFile:
    """A workbook of the folder: its address, where it is, and its state on the disk."""

    address: str
    path: Path
    size: int
    changed: int

    @property
    def name(self) -> str:
        """Its name with its ending."""
        return self.path.name

    @property
    def state(self) -> tuple[str, int, int]:
        """What differs when the file was saved again."""
        return str(self.path), self.size, self.changed

    @property
    def when(self) -> str:
        """When it was saved last, in local time."""
        return f"{datetime.fromtimestamp(self.changed / 1e9):%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class WorkbookKind:
    """What a workbook is: instance, plan, the kind of a study, or other, and then why it cannot be used."""

    kind: str
    words: str = ""


class Folder:
    """The folder at `root`, with the results in it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.results = self.root / RESULTS_FOLDER
        self._kinds: dict[tuple[str, int, int], WorkbookKind] = {}
        self._lock = threading.Lock()

    def list_workbooks(self) -> list[WorkbookFile]:
        """The workbooks in the folder itself, by name."""
        return sorted(self._list_in(self.root), key=lambda file: file.name.casefold())

    def list_results(self) -> list[WorkbookFile]:
        """The workbooks in the folders of the results, the latest first."""
        try:
            folders = [Path(entry.path) for entry in os.scandir(self.results) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            return []
        found = [file for folder in folders if not folder.name.startswith(".") for file in self._list_in(folder)]
        return sorted(found, key=lambda file: -file.changed)

    def find(self, address: str) -> WorkbookFile | None:
        """The workbook of an address, None where the folder holds none (any more)."""
        every = (*self.list_workbooks(), *self.list_results())
        return next((file for file in every if file.address == address), None)

    def find_path(self, path: Path) -> WorkbookFile | None:
        """The workbook at a path, None where it is not one of the folder."""
        return next((file for file in self._list_in(path.parent) if file.path == path), None)

    def _list_in(self, folder: Path) -> Iterator[WorkbookFile]:
        """Workbooks of one folder; links that lead out of the root, and lock files, are none."""
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return
        for entry in entries:
            path = Path(entry.path)
            if path.suffix.lower() not in ENDINGS or entry.name.startswith(("~$", ".")):
                continue
            try:
                if not entry.is_file() or not path.resolve().is_relative_to(self.root):
                    continue
                facts = entry.stat()
            except OSError:
                continue
            name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else entry.name
            address = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
            yield WorkbookFile(address, path, facts.st_size, facts.st_mtime_ns)

    def kind(self, file: WorkbookFile, judge: Callable[[Path], WorkbookKind]) -> WorkbookKind:
        """What a workbook is; `judge` is called once for each state of the file."""
        known = self._kinds.get(file.state)
        if known is None:
            known = judge(file.path)
            with self._lock:
                self._kinds[file.state] = known
        return known

    def add(self, content: bytes, name: str) -> tuple[WorkbookFile, bool]:
        """Keep a workbook that was sent, under a free name like its own; and whether it is a new one.

        The same content is not kept twice, and no file is ever replaced.
        """
        sent = hashlib.sha256(content).digest()
        for file in self.list_workbooks():
            if file.size == len(content) and hashlib.sha256(file.path.read_bytes()).digest() == sent:
                return file, False
        path = self._write_new(content, safe_name(name))
        found = self.find_path(path)
        if found is None:
            raise InputError([Issue("error", "", "", f"{path.name} was removed meanwhile: send it again")])
        return found, True

    def _write_new(self, content: bytes, name: str) -> Path:
        """Write a file whole under a name that nobody has, also where two do so at the same time."""
        half_done = self.root / f".{os.getpid()}-{threading.get_ident()}.upload"
        stem, suffix, number = Path(name).stem, Path(name).suffix, 1
        try:
            with half_done.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            while True:
                path = self.root / (name if number == 1 else f"{stem} ({number}){suffix}")
                try:
                    path.open("xb").close()
                except FileExistsError:
                    number += 1
                    continue
                half_done.replace(path)
                return path
        finally:
            half_done.unlink(missing_ok=True)


def judge_kind(path: Path) -> WorkbookKind:
    """What a workbook says that it is.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    WorkbookKind
        Its kind; other, with the reason, where it cannot be read or is neither an instance nor of the planner.
    """
    try:
        package = open_package(path)
        names = {plain(name) for name, _ in package.sheets}
        if "run" in {name for name, _ in package.sheets}:
            run = read_sheets(package, {"run": RESULTS["run"]})[0]["run"]
            return WorkbookKind(list_facts(run).get(KIND) or PLAN)
        if NEEDED[0] in names:
            return WorkbookKind(INSTANCE)
    except InputError as fault:
        return WorkbookKind(OTHER, "; ".join(issue.message for issue in fault.issues))
    words = f"is neither an instance (sheet {NEEDED[0]} is missing) nor a result of the planner (sheet run is missing)"
    return WorkbookKind(OTHER, words)


def safe_name(name: str) -> str:
    """The name of a workbook that somebody sent, as that of a file which does no harm on any system.

    Parameters
    ----------
    name
        Any text; of a path only what follows the last separator counts.

    Returns
    -------
    str
        A name of at most 105 characters that ends in .xlsx or .xlsm, begins with no dot and is no device.
    """
    last = visible(re.split(r"[/\\]", name)[-1])
    stem, dot, ending = last.rpartition(".")
    ending = f".{ending.lower()}" if dot and f".{ending.lower()}" in ENDINGS else ENDINGS[0]
    stem = re.sub(r"[^\w \-()+,.&']", "_", name_file(stem if dot else last)).lstrip("~$. ")
    return f"{'_' if not stem or _RESERVED.match(stem) else ''}{stem}{ending}"
