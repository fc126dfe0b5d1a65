"""The commands of security studies: stress, harden, frontier."""

from pathlib import Path
from typing import Annotated

import typer

from planner.cli import Stop, app, errors, output

Plan = Annotated[Path, typer.Argument(metavar="RESULT", help="Result workbook of planner solve.", show_default=False)]
Out = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write (.xlsx).")]
Kinds = Annotated[
    str, typer.Option(metavar="KIND,KIND", help="What can be lost: region, bloc, firm, site, lane, chokepoint.")
]
Months = Annotated[list[float], typer.Option(min=0.01, help="How long a loss lasts; repeatable.")]


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


@app.command()
def stress(
    result: Plan,
    out: Out,
    months: Months = [3.0],  # noqa: B006  # typer reads the default, nobody changes it
    period: Annotated[list[str] | None, typer.Option(help="Only in this period; repeatable.")] = None,
    kinds: Kinds = "region,firm,site,lane,chokepoint",
    top: Annotated[int, typer.Option(min=0, help="The worst of each period that are also tried in pairs.")] = 10,
    factor: Annotated[float, typer.Option(min=0, max=1, help="What is left of what is lost.")] = 0.0,
) -> None:
    """Break a plan that stays as it is: every single loss, then pairs of the worst.

    For each: what is still served, the worth that is not, what it costs, and for how many months stock and slack carry
    the plan through. Ranked, with a heat map of losses by period. Ctrl-C writes what is known by then.
    """
    from planner.progress import Live
    from planner.studies.run_stress import run_stress
    from planner.studies.stress import Trial

    trial = Trial(_listed(kinds), tuple(months), tuple(period or ()), top, factor)
    with Live(errors) as live:
        found, words = run_stress(result, trial, out, live)
    for line in words:
        output.print(line)
    output.print(f"{out} written")
    if not found.complete:
        raise Stop(4)
