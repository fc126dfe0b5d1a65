"""Jobs: plans of what to run, the ledger, the runner and its crews, and what is left after a kill."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.ledger.ledger import FILE, Job, Ledger
from planner.workbook.read import read_tables
from planner.workers.crew import Event

ROOT = Path(__file__).parents[2]
TINY = ROOT / "instances" / "tiny.xlsx"
PLANNER = [sys.executable, "-m", "planner"]


def jobs(folder: Path) -> list[Job]:
    """What the ledger of a folder says."""
    with Ledger(folder / FILE) as ledger:
        return ledger.jobs()


def is_whole(path: Path) -> bool:
    """Whether a result can be read and its audit agrees."""
    return set(read_tables(path)["audit"]["ok"]) == {"yes"}


class Here:
    """A crew that does each task at once, in this process."""

    cores = 1
    local = True

    def __init__(self) -> None:
        self._done: list[Event] = []

    def free(self) -> int:
        return 1

    def start(self, number: int, work: Any, argument: Any) -> None:
        try:
            self._done.append(Event(number, "done", work(argument, None)))
        except Exception as error:
            self._done.append(Event(number, "raised", str(error)))

    def events(self, seconds: float) -> list[Event]:
        found, self._done = self._done, []
        return found

    def answer(self, number: int, content: Any) -> None:
        """Nothing."""

    def stop(self, number: int) -> None:
        """Nothing."""

    def place(self, number: int) -> tuple[int | None, str]:
        return None, "here"

    def held(self, number: int) -> int:
        return 0

    def close(self) -> None:
        """Nothing."""


class FakeCrew:
    """One worker that says what it was told to say, task by task."""

    cores = 1
    local = True

    def __init__(self, script: Sequence[list[tuple[str, Any]]]) -> None:
        self.script = list(script)
        self.orders: list[Any] = []
        self.answers: list[int] = []
        self._coming: list[Event] = []
        self._asked = False

    def free(self) -> int:
        return 0 if self._coming else 1

    def start(self, number: int, work: Any, argument: Any) -> None:
        self.orders.append(argument)
        for kind, content in self.script.pop(0):
            made = content(argument) if callable(content) else content
            self._coming.append(Event(number, kind, made))

    def events(self, seconds: float) -> list[Event]:
        if not self._coming or self._asked:
            return []
        event = self._coming.pop(0)
        self._asked = event.kind == "told" and "need" in event.content
        return [event]

    def answer(self, number: int, content: Any) -> None:
        self._asked = False
        self.answers.append(number)

    def stop(self, number: int) -> None:
        self._coming.clear()

    def place(self, number: int) -> tuple[int | None, str]:
        return None, "here"

    def held(self, number: int) -> int:
        return 0

    def close(self) -> None:
        self._coming.clear()
