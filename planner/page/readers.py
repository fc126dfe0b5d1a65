"""Processes that open workbooks for the page: what aborts one of them, or fills its memory, does not end the server."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from planner.workers.crew import Crew, LocalCrew
from planner.workers.pool import done_apart

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

READERS = 2
"""Workbooks that are opened at the same time."""


class Readers:
    """Up to READERS processes, each started when it is first needed, that stay until the server ends."""

    def __init__(self) -> None:
        self.crews: queue.SimpleQueue[LocalCrew] = queue.SimpleQueue()
        self._all = [LocalCrew(1) for _ in range(READERS)]
        for crew in reversed(self._all):
            self.crews.put(crew)

    @contextmanager
    def borrow(self) -> Iterator[Crew]:
        """One of the processes, as others take workers; waits for a free one."""
        crew = self.crews.get()
        try:
            yield crew
        finally:
            self.crews.put(crew)

    def do(self, work: Callable[[Asked], Answer], asked: Asked) -> Answer:
        """What `work` makes of a task; waits for a free process. Raises TaskFailed where it ends with an exception."""
        with self.borrow() as crew:
            return done_apart(crew, work, asked)

    def close(self) -> None:
        """End the processes."""
        for crew in self._all:
            crew.close()
