"""What all commands share: where they print, how they end, and the options that mean the same everywhere."""

from typing import Annotated

import typer
from rich.console import Console

errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
output = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)

Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SHEET[KEY].COLUMN=VALUE", help="Change an input, not the file; repeatable."),
]
Gap = Annotated[float | None, typer.Option(min=0, max=1, help="Relative gap at which a solve stops.")]
TimeLimit = Annotated[float | None, typer.Option(min=0.001, help="Longest time of a solve, in s.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads of a solve.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Random seed of the solver, and of samples.")]


class Stop(Exception):
    """End with this exit status; everything has been said."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
