"""Live progress of a run: a line that renews itself on a terminal, plain lines now and then elsewhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live as RichLive
from rich.table import Table
from rich.text import Text

from planner.solver.solver import Progress

EVERY = 5.0
"""Seconds between plain lines where nobody watches."""


class Live:
    """Shows time, incumbent, bound, gap and nodes while a run lasts, or the steps done. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = RichLive(console=console, transient=True, refresh_per_second=4) if console.is_terminal else None
        self._last = -EVERY
        self._began = time.monotonic()

    def __enter__(self) -> "Live":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, progress: Progress) -> None:
        """Take note of where the run stands."""
        if self._live is not None:
            self._live.update(_table(progress))
        else:
            words = "  ".join(f"{name} {value}" for name, value in _cells(progress).items())
            self._print(words, progress.seconds)

    def count(self, what: str, done: int, total: int) -> None:
        """Take note that `done` of `total` steps are done, and say which comes next and how long the rest may take."""
        if done == total:
            return
        seconds = time.monotonic() - self._began
        left = f", about {_duration(seconds / done * (total - done))} left" if done else ""
        words = f"{what} {done + 1} of {total}{left}"
        if self._live is not None:
            self._live.update(Text(words), refresh=True)
        else:
            self._print(words, seconds)

    def say(self, words: str) -> None:
        """Take note of what is being done now."""
        if self._live is not None:
            self._live.update(Text(words), refresh=True)
        else:
            self._print(words, time.monotonic() - self._began)

    def _print(self, words: str, seconds: float) -> None:
        if seconds >= self._last + EVERY:
            self._last = seconds
            self._console.print(words)


def _cells(progress: Progress) -> dict[str, str]:
    def figure(value: float | None) -> str:
        if value is None:
            return "-"
        return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"

    return {
        "time": f"{progress.seconds:.0f} s",
        "incumbent": figure(progress.incumbent),
        "bound": figure(progress.bound),
        "gap": "-" if progress.gap is None else f"{progress.gap:.2%}",
        "nodes": str(progress.nodes),
    }


def _duration(seconds: float) -> str:
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s"


def _table(progress: Progress) -> Table:
    cells = _cells(progress)
    table = Table(*cells, box=None)
    table.add_row(*cells.values())
    return table
