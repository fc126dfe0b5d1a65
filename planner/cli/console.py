"""What all commands share: where they print, how they end, and the options that mean the same everywhere."""

import contextlib
import math
import os
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from planner.surfaces import visible


class Screen(Console):
    """A terminal, or a file in its place, on which text of others is only read, and that may be closed any time."""

    def __init__(self, *, stderr: bool = False, width: int | None = None, soft_wrap: bool = True) -> None:
        super().__init__(stderr=stderr, width=width, soft_wrap=soft_wrap, highlight=False, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is to be printed, with characters that a terminal would obey written out."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; that the disk is full to which the output goes does not end the work."""
        try:
            super().print(*objects, **options)
        except OSError:
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        """Say no more where nobody listens any longer (`planner ... | head`); the work goes on."""
        self.quiet = True
        stream = sys.stderr if self.stderr else sys.stdout
        with open(os.devnull, "w") as nowhere, contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere.fileno(), stream.fileno())


errors = Screen(stderr=True)
output = Screen()

Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="SHEET[KEY].COLUMN=VALUE",
        help="Change an input for this run; the file stays as it is. Repeatable.",
    ),
]


def finite(value: Any) -> Any:
    """Refuse `nan` and `inf`, which every range of numbers lets pass."""
    for number in value if isinstance(value, list | tuple) else (value,):
        if number is not None and not math.isfinite(number):
            raise typer.BadParameter(f"{number} is not a finite number")
    return value


MOST_INTEGER = 2**31 - 1
"""The largest whole number that the solver takes."""

Gap = Annotated[float | None, typer.Option(min=0, max=1, callback=finite, help="Relative gap at which a solve stops.")]
TimeLimit = Annotated[float | None, typer.Option(min=0.001, callback=finite, help="Time limit of a solve in seconds.")]
Threads = Annotated[int | None, typer.Option(min=1, max=MOST_INTEGER, help="Threads of a solve.")]
Seed = Annotated[int | None, typer.Option(min=0, max=MOST_INTEGER, help="Random seed of the solver, and of samples.")]

Force = Annotated[bool, typer.Option("--force", help="Replace OUT even if the planner did not write it.")]


class Stop(Exception):
    """End with this exit status; everything has been said."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
