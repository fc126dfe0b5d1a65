"""The command that asks what integration is worth."""

from pathlib import Path
from typing import Annotated

import typer

from planner.cli import jobs as job_commands
from planner.cli.app import Workbook, app, open_earlier, print_no_plan, read_checked
from planner.cli.console import Changes, Force, Gap, Seed, Stop, Threads, TimeLimit, errors, output
from planner.issues import ExitStatus, InputError, Issue
from planner.solver.solution import exit_status

Only = Annotated[
    str | None,
    typer.Option(metavar="NAME,NAME", help="Compare these mechanisms; the others stay as they are in the workbook."),
]
Orders = Annotated[
    int | None,
    typer.Option(
        min=4, help="Number of orders to sample, in pairs of opposites; default 20 for more than six mechanisms."
    ),
]
Samples = Annotated[
    int | None,
    typer.Option(
        min=10,
        metavar="N",
        help="Draw all ranged figures of sheet evidence together N times, and solve every combination in each: worths "
        "with ranges, and the probability of each rank.",
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="With --samples: go on with what a stopped run has finished.")]


@app.command()
def attribute(
    file: Workbook,
    result: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Workbook to write (.xlsx).")],
    only: Only = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Solve all combinations, even of more than six mechanisms.")
    ] = False,
    orders: Orders = None,
    samples: Samples = None,
    resume: Resume = False,
    gap: Gap = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    workers: Annotated[int, typer.Option(min=1, help="Number of solves that run at the same time.")] = 1,
    cluster: job_commands.Cluster = None,
    changes: Changes = None,
    start: Annotated[
        Path | None, typer.Option(metavar="RESULT", help="Earlier plan that every search may start from.")
    ] = None,
    solved: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="RESULT",
            help="Plan of a combination, of planner solve with these mechanisms set on or off: it is not solved again. "
            "May be given several times.",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Measure what integration is worth, by mechanism: the total surplus that each adds, and who gains it.

    Mechanisms: coordination, access, scale, learning, clusters, joint_development, alliances, enablers, support,
    duty_policies.

    They are switched on and off in combination. The worth of each is what it adds on average over all orders in which
    the mechanisms could be introduced (its Shapley value); all worths add up to the difference between the plan with
    all mechanisms on and the plan with all off.

    Up to six mechanisms that FILE uses are compared exactly (64 solves); for more, orders are sampled, and the error
    is stated. Ctrl-C while sampling writes the results so far.

    With --samples, all figures with a range are then drawn together, and the range of each worth is reported.
    """
    from planner.planning import choose_options
    from planner.progress import Live
    from planner.studies.attribution.coalitions import NoCoalitionPlan
    from planner.studies.attribution.run import AttributionRequest, Unfinished, run_attribution

    if exact and orders is not None:
        raise InputError([Issue("error", "", "", "--exact and --orders exclude each other: give one of them")])
    if resume and samples is None:
        raise InputError([Issue("error", "", "", "--resume goes with --samples N: give that as well")])
    reading, issues = read_checked(file, result, changes, force)
    earlier = None if start is None else open_earlier(start).file
    plans = tuple(open_earlier(path).file for path in solved or ())
    chosen = choose_options(reading, gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    names = tuple(name.strip() for name in (only or "").split(",") if name.strip())
    request = AttributionRequest(
        *(chosen, names, orders, exact, workers, tuple(changes or ()), cluster, earlier), samples, resume, force, plans
    )
    try:
        with Live(errors) as live:
            words = run_attribution(reading, request, result, issues, live)
    except NoCoalitionPlan as end:
        print_no_plan(str(end), list(end.solved.reasons))
        raise Stop(exit_status(end.solved.status)) from None
    except Unfinished as end:
        errors.print(f"error: {end}")
        raise Stop(ExitStatus.STOPPED) from None
    for line in words:
        output.print(line)
    output.print(f"{result} written")
