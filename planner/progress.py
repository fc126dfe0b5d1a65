"""Live progress of a run: a line that renews itself on a terminal, plain lines now and then elsewhere."""

from types import TracebackType

from rich.console import Console
from rich.live import Live as RichLive
from rich.table import Table

from planner.solver import Progress

EVERY = 5.0
"""Seconds between plain lines where nobody watches."""


class Live:
    """Shows time, incumbent, bound, gap and nodes while a run lasts. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = RichLive(console=console, transient=True, refresh_per_second=4) if console.is_terminal else None
        self._last = -EVERY

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
        elif progress.seconds >= self._last + EVERY:
            self._last = progress.seconds
            self._console.print("  ".join(f"{name} {value}" for name, value in _cells(progress).items()))


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


def _table(progress: Progress) -> Table:
    cells = _cells(progress)
    table = Table(*cells, box=None)
    table.add_row(*cells.values())
    return table
