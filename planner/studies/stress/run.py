"""A stress test from a result on the disk to a workbook."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from planner.checks.weights import refuse_unweighable
from planner.issues import InputError, Issue
from planner.progress import Live
from planner.recourse.reaction import Recourse
from planner.results.load_plan import load_plan
from planner.results.result_file import COPIED, ResultFile
from planner.seal import seal
from planner.sheets.issues import tabulate_issues
from planner.sheets.stress import ENDURANCE, HEAT, period_column, stress_schemas
from planner.studies.earlier_result import read_result
from planner.studies.stress.losses import KINDS, LossCatalogue, warn_cut_short
from planner.studies.stress.report import stress_brief, stress_charts, stress_summary, stress_tiles
from planner.studies.stress.study import Stressed, Trial, stress
from planner.studies.stress.tables import stress_tables
from planner.workbook.board import Board
from planner.workbook.heat import Heat
from planner.workbook.names import suggest
from planner.workbook.write import ensure_replaceable, write_tables
from planner.workers.pool import ALONE, Workforce, solve_in_order


def run_stress(
    path: Path, trial: Trial, output: Path, live: Live, crew: Workforce = ALONE, force: bool = False
) -> tuple[Stressed, list[str]]:
    """Try a plan against losses and write the workbook of the stress test.

    Nothing is written where the user stopped it before anything was known.

    Parameters
    ----------
    path
        The result with the plan.
    trial
        Kinds of losses, months, periods, and how many of the worst in pairs.
    output
        File to write.
    live
        Display of the steps done.
    crew
        The workers that share the periods.
    force
        Replace a file at `output` that the planner did not write as well.

    Returns
    -------
    tuple of Stressed and list of str
        What was found, and what to say about it, line by line.

    Raises
    ------
    InputError
        Where there is no plan, something asked for does not exist, what is not served cannot be added up, or `output`
        is the plan itself or is not to be replaced.
    WriteError
        Where `output` cannot be written.
    """
    if output.exists() and path.exists() and output.samefile(path):
        raise InputError([Issue("error", "", "", f"{output} is the plan itself: name another file")])
    ensure_replaceable(output, force)
    began = datetime.now(UTC)
    plan = read_result(path)
    instance = plan.instance
    periods = instance["periods"]["period"].tolist()
    check_trial(trial, periods)
    unweighed = refuse_unweighable(plan.reading, COPIED)
    issues = [*plan.issues, *unweighed, *warn_cut_short(instance, trial.months, trial.periods)]
    found = _stress_all(plan, trial, crew, live)
    if not found.complete and not found.hits:
        return found, [*map(str, issues)]
    schemas = stress_schemas(periods)
    tables = stress_tables(found, periods)
    facts = {"cases": len(found.hits), "complete": found.complete, "started": began.isoformat(timespec="seconds")}
    sealed = {
        "issues": tabulate_issues(issues),
        "run": seal("stress test", path.name, plan.content_hash, asdict(trial), facts, tables, schemas),
    }
    board = Board(stress_tiles(instance, found), stress_charts(instance, found), across=1)
    longest = max(trial.months)
    columns = list(map(period_column, periods))
    heat = {HEAT: Heat(columns), ENDURANCE: Heat(columns, 0.0, longest)}
    every = {"summary": stress_summary(instance, found), **tables, **sealed}
    write_tables(output, schemas, every, {}, board, heat=heat)
    return found, [*map(str, issues), *stress_brief(instance, found)]


def _stress_all(plan: ResultFile, trial: Trial, crew: Workforce, live: Live) -> Stressed:
    """Every case, here or on the workers of a crew: a period each, since pairs are of the worst of their period."""
    if not crew.apart:
        return stress(Recourse(load_plan(plan)), trial, lambda *steps: live.count("loss", *steps))
    losses = LossCatalogue(load_plan(plan).sets, trial.kinds, trial.factor)
    periods = trial.periods or tuple(plan.periods["period"])
    tasks = [(plan, replace(trial, periods=(period,))) for period in periods]
    found = Stressed(total=sum(len(losses.single(period)) for period in periods))
    parts, found.complete = solve_in_order(
        _stress_apart, tasks, crew, lambda known: live.count("period", len(known), len(tasks))
    )
    for part in parts:
        found.hits += part.hits
        found.tried += part.tried
        found.total += part.pairs
    return found


def _stress_apart(task: tuple[ResultFile, Trial]) -> Stressed:
    plan, trial = task
    return stress(Recourse(load_plan(plan)), trial)


def check_trial(trial: Trial, periods: list[str]) -> None:
    """Raise InputError with everything that is wrong with what was asked for."""
    if faults := unknown(trial.kinds, trial.periods, periods):
        raise InputError([Issue("error", "", "", words) for words in faults])


def unknown(kinds: Sequence[str], asked: Sequence[str], periods: Sequence[str]) -> list[str]:
    """What is wrong with kinds of losses, and with the periods that are asked for."""
    faults = [
        f"--period {period} does not exist{suggest(period, periods)}: the periods are {', '.join(periods)}"
        for period in asked
        if period not in periods
    ]
    return faults + [
        f"--kinds {kind} is not a kind of loss{suggest(kind, KINDS)}: it is one of {', '.join(KINDS)}"
        for kind in kinds
        if kind not in KINDS
    ]
