"""Live progress of a run: a line that renews itself on a terminal, plain lines now and then elsewhere."""

import math
import time
from types import TracebackType

from rich.console import Console
from rich.live import Live as RichLive
from rich.table import Table
from rich.text import Text

from planner.solver.solver import Progress
from planner.words import format_percent

EVERY = 5.0
"""Seconds between plain lines where nobody watches."""


class Live:
    """Shows time, incumbent, bound, gap and nodes while a run lasts, or the steps done. Use as a context manager.

    `target` is the gap at which the run ends and `limit` its longest time, in seconds: with them the time left is told.
    """

    def __init__(self, console: Console, target: float | None = None, limit: float | None = None) -> None:
        self._console = console
        self._pace = Pace(target, limit)
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
            self._live.update(_table(progress, self._pace.estimate(progress)))
        else:
            cells = _cells(progress, self._pace.estimate(progress))
            words = "  ".join(f"{name} {value}" for name, value in cells.items())
            self._print(words, progress.seconds)

    def count(self, what: str, done: int, total: int) -> None:
        """Take note that `done` of `total` steps are done, and say which comes next and how long the rest may take."""
        if done == total:
            return
        seconds = time.monotonic() - self._began
        left = f", about {format_duration(seconds / done * (total - done))} left" if done else ""
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

    def announce(self, words: str) -> None:
        """Say something that stays on the screen."""
        self._console.print(words)

    def _print(self, words: str, seconds: float) -> None:
        if seconds >= self._last + EVERY:
            self._last = seconds
            self._console.print(words)


class Pace:
    """How fast a gap closes, and so how long it may take to reach its `target`, in at most `limit` seconds."""

    LEAST = 3
    """Steps of the gap from which on a pace is known."""

    def __init__(self, target: float | None, limit: float | None) -> None:
        self._target, self._limit = target, limit
        self._steps: list[tuple[float, float]] = []

    def estimate(self, progress: Progress) -> str:
        """The time left in words; "" where it cannot be said.

        Each halving of the gap takes about as long as the one before: the pace is that of the latter half of the steps.
        """
        gap = progress.gap
        if gap is not None and gap > 0 and (not self._steps or gap < self._steps[-1][1]):
            self._steps.append((progress.seconds, gap))
        rest = None if self._limit is None else max(0.0, self._limit - progress.seconds)
        left = self._guess(progress.seconds)
        if left is not None and (rest is None or left < rest):
            return f"about {format_duration(left)}"
        return "" if rest is None else f"at most {format_duration(rest)}"

    def _guess(self, seconds: float) -> float | None:
        if self._target is None or len(self._steps) < self.LEAST:
            return None
        began, first = self._steps[len(self._steps) // 2 - 1]
        last, target = self._steps[-1][1], max(self._target, 1e-6)
        if last <= target or seconds <= began:
            return 0.0
        pace = math.log(first / last) / (seconds - began)
        return math.log(last / target) / pace


def _cells(progress: Progress, left: str = "") -> dict[str, str]:
    def figure(value: float | None) -> str:
        if value is None:
            return "-"
        return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"

    return {
        "time": f"{progress.seconds:.0f} s",
        "incumbent": figure(progress.incumbent),
        "bound": figure(progress.bound),
        "gap": "-" if progress.gap is None else format_percent(progress.gap, 2),
        "nodes": str(progress.nodes),
    } | ({"left": left} if left else {})


def format_duration(seconds: float) -> str:
    """A time in words.

    Parameters
    ----------
    seconds
        The time in s.

    Returns
    -------
    str
        Hours, minutes or seconds, whatever suits.
    """
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s"


def _table(progress: Progress, left: str) -> Table:
    cells = _cells(progress, left)
    table = Table(*cells, box=None)
    table.add_row(*cells.values())
    return table
