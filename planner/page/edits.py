"""Changes of cells that were made on the page, kept on the disk by the content of the workbook; each can be undone."""

import hashlib
import json
import threading
from dataclasses import asdict
from pathlib import Path

from planner.page.folder import Folder, WorkbookFile
from planner.workbook.patching.change_list import CellChange
from planner.workbook.save import replace_file

FOLDER = ".edits"
"""Below the results of the folder."""

MOST_EDITS = 5000
_LOCK = threading.Lock()


def hash_content(file: WorkbookFile) -> str:
    """SHA-256 of a workbook: what changes are kept by, so that a file that was saved meanwhile has none."""
    return hashlib.sha256(file.path.read_bytes()).hexdigest()


class Edits:
    """The changes that were made to one state of a workbook, the latest last."""

    def __init__(self, folder: Folder, content_hash: str) -> None:
        self.path: Path = folder.results / FOLDER / f"{content_hash}.json"

    def read(self) -> list[CellChange]:
        """All changes in order; none where the file is missing, or not ours."""
        try:
            rows = json.loads(self.path.read_text("utf-8"))
            return [CellChange(**{name: row[name] for name in ("sheet", "cell", "new", "old", "note")}) for row in rows]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def list_effective(self) -> list[CellChange]:
        """The last change of each cell, with what the workbook itself has there; those that change nothing left out."""
        first: dict[str, CellChange] = {}
        last: dict[str, CellChange] = {}
        for change in self.read():
            first.setdefault(change.place, change)
            last[change.place] = change
        found = [
            CellChange(change.sheet, change.cell, change.new, first[place].old, change.note)
            for place, change in last.items()
        ]
        return [change for change in found if change.new != change.old]

    def add(self, change: CellChange) -> None:
        """Note a change down."""
        with _LOCK:
            self._write([*self.read(), change][-MOST_EDITS:])

    def undo(self) -> CellChange | None:
        """Take the last change back; returns it, None where there is none."""
        with _LOCK:
            known = self.read()
            if known:
                self._write(known[:-1])
            return known[-1] if known else None

    def _write(self, changes: list[CellChange]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [{name: value for name, value in asdict(change).items() if name != "content"} for change in changes]
        replace_file(self.path, lambda file: file.write(json.dumps(rows, ensure_ascii=False).encode()))
