"""The commands of security studies: stress, harden, frontier."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.app import Workbook, app, ensure_other, read_checked
from planner.cli.console import Changes, Force, Gap, Seed, Stop, Threads, TimeLimit, errors, finite, output
from planner.cli.jobs import Cluster
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import exit_status

ResultArgument = Annotated[
    Path, typer.Argument(metavar="RESULT", help="Result workbook of planner solve.", show_default=False)
]
Out = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write (.xlsx).")]
Kinds = Annotated[
    str, typer.Option(metavar="KIND,KIND", help="What can be lost: region, bloc, firm, site, lane, chokepoint.")
]
Workers = Annotated[int, typer.Option(min=1, help="Number of processes that work at the same time.")]
Months = Annotated[list[float], typer.Option(min=0.01, callback=finite, help="How long a loss lasts; repeatable.")]


def _split_names(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _tell(words: Iterable[str], out: Path, complete: bool) -> None:
    """What was found and where it stands; exit status 4 where the user stopped it."""
    for line in words:
        output.print(line)
    output.print(f"{out} written")
    if not complete:
        raise Stop(ExitStatus.STOPPED)


@app.command()
def stress(
    result: ResultArgument,
    out: Out,
    months: Months = [3.0],  # noqa: B006  # typer reads the default, nobody changes it
    period: Annotated[list[str] | None, typer.Option(help="Only in this period; repeatable.")] = None,
    kinds: Kinds = "region,firm,site,lane,chokepoint",
    top: Annotated[
        int, typer.Option(min=0, help="Number of the worst losses of each period that are also tried in pairs.")
    ] = 10,
    factor: Annotated[
        float, typer.Option(min=0, max=1, callback=finite, help="Share of capacity that remains after a loss.")
    ] = 0.0,
    workers: Workers = 1,
    cluster: Cluster = None,
    force: Force = False,
) -> None:
    """Test a plan against losses: every single loss, then pairs of the worst.

    For each: the demand still served, the value that is not, the cost, and how many months stock and spare capacity
    carry the plan. Ranked, with a heat map of losses by period. Ctrl-C writes the results so far.
    """
    from planner.progress import Live
    from planner.studies.stress.report import describe_stop
    from planner.studies.stress.run import run_stress
    from planner.studies.stress.study import Trial
    from planner.workers.pool import Workforce

    trial = Trial(_split_names(kinds), tuple(months), tuple(period or ()), top, factor)
    with Live(errors) as live:
        found, words = run_stress(result, trial, out, live, Workforce(workers, cluster), force)
    for line in words:
        output.print(line)
    if found.hits or found.complete:
        output.print(f"{out} written")
    if not found.complete:
        errors.print(f"{describe_stop(found)}{'' if found.hits else '; nothing is written'}")
        raise Stop(ExitStatus.STOPPED)


@app.command()
def harden(
    file: Workbook,
    out: Annotated[Path, typer.Option("-o", "--output", metavar="RESULT", help="Result workbook to write (.xlsx).")],
    service: Annotated[
        float, typer.Option(min=0, max=1, callback=finite, help="Least share of demand value served in every case.")
    ] = 0.95,
    losses: Annotated[int, typer.Option(min=1, help="Largest number of losses at the same time.")] = 1,
    kinds: Kinds = "region,firm,site,lane,chokepoint",
    months: Months = [3.0],  # noqa: B006  # typer reads the default, nobody changes it
    period: Annotated[list[str] | None, typer.Option(help="Only in this period; repeatable.")] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Leave out this region, firm, site ...; repeatable.")
    ] = None,
    most: Annotated[
        int, typer.Option(min=1, help="Largest number of combinations to try for each period and duration.")
    ] = 20_000,
    plain: Annotated[Path | None, typer.Option(metavar="RESULT", help="Also write the plan without hardening.")] = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    changes: Changes = None,
    force: Force = False,
) -> None:
    """Find the best plan that still serves enough demand after any loss, and its additional cost.

    The plan is tested, the worst cases are added to its scenarios, and it is solved again, until no combination of
    losses leaves too little demand served. --time-limit applies to each solve. Ctrl-C writes the last plan. If there is
    no such plan, the loss that rules it out is named, with the largest share of demand that can be served under it.
    --workers and --cluster search the periods at the same time.
    """
    from planner.planning import choose_options
    from planner.progress import Live
    from planner.studies.harden.infeasible_scenarios import reasons
    from planner.studies.harden.run import check_siege, run_harden
    from planner.studies.harden.separation import RobustOptions
    from planner.studies.harden.study import NoHardenedPlan
    from planner.workers.pool import Workforce

    siege = RobustOptions(
        service, losses, _split_names(kinds), tuple(months), most, tuple(period or ()), tuple(without or ())
    )
    reading, issues = read_checked(file, out, changes, force)
    check_siege(siege, reading.instance)
    if plain is not None:
        ensure_other(plain, file, force)
        if plain.resolve() == out.resolve():
            raise InputError([Issue("error", "", "", f"--plain {plain} is the result itself: name another file")])
    chosen = choose_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    try:
        with Live(errors) as live:
            found, words = run_harden(reading, siege, chosen, (out, plain), issues, live, Workforce(workers, cluster))
    except NoHardenedPlan as end:
        if end.solution.status == "infeasible" and end.found is not None:
            errors.print("no plan serves enough demand: searching for the loss that rules it out")
        told, lines = reasons(reading, end, chosen)
        errors.print(f"error: {told}")
        for line in lines:
            errors.print(f"  {line}")
        raise Stop(exit_status(end.solution.status)) from None
    _tell(words, out, found.complete)


@app.command()
def frontier(
    file: Workbook,
    rule: Annotated[str, typer.Option(metavar="NAME", help="Rule whose limit is varied, by its name in sheet rules.")],
    out: Out,
    points: Annotated[int, typer.Option(min=2, help="Number of plans along the curve, both ends included.")] = 7,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="MEASURE",
            help="Measure to plot against cost: service, hhi, cvar or import_share; default: the figure of the rule.",
        ),
    ] = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    changes: Changes = None,
    force: Force = False,
) -> None:
    """Measure what security costs, from where a rule begins to bind to the tightest limit that any plan can meet.

    Each plan is a start for the next; --workers and --cluster solve several points at the same time. Points that
    another dominates are left off the curve, the knee is marked, and a table lists which decisions change. --time-limit
    applies to each solve. Ctrl-C writes the points so far.
    """
    from planner.planning import choose_options
    from planner.progress import Live
    from planner.studies.frontier.curve import FrontierRequest
    from planner.studies.frontier.run import run_frontier
    from planner.studies.no_plan import NoPlan
    from planner.workers.pool import Workforce

    reading, issues = read_checked(file, out, changes, force)
    chosen = choose_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    try:
        with Live(errors) as live:
            request = FrontierRequest(rule, points, against, chosen)
            found, words = run_frontier(reading, request, out, issues, live, Workforce(workers, cluster))
    except NoPlan as end:
        errors.print(f"error: {end}")
        raise Stop(exit_status(end.solution.status)) from None
    _tell(words, out, found.complete)
