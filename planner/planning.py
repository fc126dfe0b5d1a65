"""From a checked input to an audited plan."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pandas as pd

from planner.audit.audit import audit
from planner.diagnosis import describe_remedies, find_remedies
from planner.issues import Issue
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.recourse.second_stage import choose_second_stage
from planner.report.summary import summary
from planner.report.targets import Figure, judge_targets
from planner.report.wording import format_money
from planner.seal import BASE_COST, BASE_ERROR, BASE_SEARCH, seal
from planner.sheets.issues import tabulate_issues
from planner.solver.compiled import Compiled, compile_model
from planner.solver.content import note_slopes
from planner.solver.earlier_plan import find_best_base, match_plan, warm_start
from planner.solver.solution import in_time_left
from planner.solver.solver import Options, Progress, Solution, load_values, make_roundings, solve_arrays
from planner.workbook.read import Reading
from planner_models.model import Model
from planner_models.network import build
from planner_models.plan import ResultTables, plan
from planner_models.schema.decisions import Decision


@dataclass(frozen=True)
class Outcome:
    """What came of a job: how the solver ended, the result tables where there is a plan, else why there is none.

    `remarks` say what else there is to know, such as how much of an earlier plan is left.
    """

    solution: Solution
    tables: ResultTables
    reasons: list[str]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class EarlierStart:
    """Decisions of an earlier plan to start from, and what the seal says about earlier plans."""

    decisions: Mapping[Decision, float]
    noted: Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """An instance to be solved: its model, built and compiled, and what is noted down about the run.

    `noted` holds what was asked for beyond the options: `changes`, `start`, `keep`. `base` are the figures of the plan
    that targets are measured against.
    """

    reading: Reading
    options: Options
    model: Model
    compiled: Compiled
    began: datetime
    issues: tuple[Issue, ...] = ()
    noted: Mapping[str, Any] = field(default_factory=dict)
    base: Mapping[str, Figure] | None = None

    @property
    def sign(self) -> float:
        """Turns what the solver minimises into the objective: -1 where that is a profit."""
        return -1.0 if self.reading.instance.settings["objective"] == "profit" else 1.0

    @property
    def search_options(self) -> Options:
        """The options of the search: what that for the best base took is off its time limit."""
        return in_time_left(self.options, self.compiled.base_seconds)


ExtraRows = Callable[[Problem, Solution, Callable[[Progress], None] | None], pd.DataFrame]
"""Further rows of sheet `summary` from a job, its solution, and whoever watches the solves that they take."""


def prepare_problem(
    reading: Reading,
    options: Options,
    issues: Iterable[Issue] = (),
    known: Mapping[Decision, float] | None = None,
    **noted: Any,
) -> Problem:
    """A job with its model, built and compiled.

    Parameters
    ----------
    reading
        The input; it must have no faults.
    options
        The solver's options.
    issues
        What was found in the input, for sheet `issues`.
    known
        Decisions of a plan in hand: where a rule on risk needs the cheapest base, its search begins with them.
    **noted
        What was asked for beyond the options, for the seal: `changes`, `start`, `keep`.

    Returns
    -------
    Problem
        The job, ready to be solved.
    """
    began, model = datetime.now(UTC), build(reading.instance)
    compiled = find_best_base(model, compile_model(model), options, known)
    return Problem(reading, options, model, compiled, began, tuple(issues), noted)


def choose_options(reading: Reading, **given: Any) -> Options:
    """The solver's options: those given, else those of the workbook's settings.

    Parameters
    ----------
    reading
        The input with the settings.
    **given
        Options by name: gap (share), time_limit (s), threads, seed. None means not given.

    Returns
    -------
    Options
        The options of the solve.
    """
    settings = reading.instance.settings
    chosen = {
        "gap": settings["mip_gap"],
        "time_limit": settings["time_limit"],
        "threads": settings["threads"],
        "seed": settings["seed"],
    }
    return Options(**(chosen | {name: value for name, value in given.items() if value is not None}))


def make_plan(
    reading: Reading,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
    changes: tuple[str, ...] = (),
    issues: list[Issue] | None = None,
    stop: Event | None = None,
    earlier: EarlierStart | None = None,
    extra_rows: ExtraRows | None = None,
    variant: str = "",
    base: Mapping[str, Figure] | None = None,
) -> Outcome:
    """Build, solve, report, audit and seal.

    Parameters
    ----------
    reading
        The input; it must have no faults.
    options
        The solver's options.
    progress
        Called with the state of the search while it runs.
    changes
        Changes to the input as they were written, for the seal.
    issues
        What was found in the input, for sheet `issues`.
    stop
        Where it is set before the search begins, nothing is solved; from then on Ctrl-C only ends the search.
    earlier
        An earlier plan, from whose decisions the search starts.
    extra_rows
        Called with the job, its solution and `progress`; gives further rows of sheet `summary`.
    variant
        Name of the variant of the workbook that the changes make, for the seal.
    base
        Value and unit of the key figures of the plan that targets are measured against.

    Returns
    -------
    Outcome
        The solution, and the result tables where there is a plan, else the reasons why there is none.

    Raises
    ------
    KeyboardInterrupt
        Where `stop` is set before the search begins.
    """
    noted = dict({} if earlier is None else earlier.noted) | ({"variant": variant} if variant else {})
    known = None if earlier is None else earlier.decisions
    job = prepare_problem(reading, options, issues or (), known, changes=list(changes), **noted)
    job = replace(job, base=base)
    if stop is not None and stop.is_set():
        raise KeyboardInterrupt
    return solve_problem(job, progress, known, extra_rows)


def solve_problem(
    job: Problem,
    progress: Callable[[Progress], None] | None = None,
    decisions: Mapping[Decision, float] | None = None,
    extra_rows: ExtraRows | None = None,
) -> Outcome:
    """Solve a job and report on it.

    Parameters
    ----------
    job
        The job, with its compiled model.
    progress
        Called with the state of the search while it runs, in terms of the objective (cost or profit).
    decisions
        Values of earlier decisions; the search starts from the plan that they give.
    extra_rows
        Called with the job, its solution and the watcher of the search; gives further rows of sheet `summary`.

    Returns
    -------
    Outcome
        The solution, and the result tables where there is a plan, else the reasons why there is none.
    """
    shown = None if progress is None else lambda step: progress(step.turned(job.sign))
    began = time.monotonic()
    start, remarks = (None, ()) if not decisions else _start(job, decisions)
    if start is not None and start.status == "interrupted":
        solution = replace(start, bound=None, gap=None)
    else:
        values = None if start is None else start.values
        options = in_time_left(job.options, job.compiled.base_seconds + time.monotonic() - began)
        solution = solve_arrays(job.compiled, options, shown, make_roundings(job.model, job.compiled), values)
    if solution.values is None:
        infeasible = solution.status == "infeasible"
        return Outcome(
            solution,
            {},
            describe_remedies(find_remedies(job.model, job.compiled), job.reading) if infeasible else [],
            remarks,
        )
    tables = report_plan(job, solution)
    solution = borne_out(solution, tables["audit"])
    if extra_rows is not None:
        tables["summary"] = pd.concat([tables["summary"], extra_rows(job, solution, shown)], ignore_index=True)
    return Outcome(solution, tables, [], remarks)


def _start(job: Problem, decisions: Mapping[Decision, float]) -> tuple[Solution, tuple[str, ...]]:
    """The plan that earlier decisions give, and what to say about it. Raises KeyboardInterrupt without one."""
    found = match_plan(job.model, job.compiled, decisions)
    begun = warm_start(job.compiled, found, job.search_options)
    solution, words = begun.solution, f"{found.words} of the earlier plan still exist"
    if solution.status == "interrupted" and solution.values is None:
        raise KeyboardInterrupt
    if solution.objective is None:
        return solution, (f"{words}; no plan with them was found in time",)
    amount = format_money(job.sign * solution.objective, job.reading.instance.settings["currency"])
    verb = "costs" if job.sign > 0 else "earns"
    moved = f"; {begun.changed:g} had to change" if begun.changed else ""
    return solution, (f"{words}{moved}; the plan they give {verb} {amount}",)


def borne_out(solution: Solution, audited: pd.DataFrame) -> Solution:
    """The solution, called inexact where the audit of its plan does not agree.

    Parameters
    ----------
    solution
        One with a plan.
    audited
        Sheet `audit` of its result: columns check, ok (yes | no).

    Returns
    -------
    Solution
        The same where everything agrees, or where the search was stopped early and nothing is claimed.
    """
    bad = audited.loc[audited["ok"] != "yes", "check"].tolist()
    if not bad or solution.status not in ("optimal", "within_gap"):
        return solution
    return replace(solution, status="inexact", doubt=f"the audit does not agree on {', '.join(bad)}")


def report_plan(job: Problem, solution: Solution, **said: Any) -> ResultTables:
    """The result tables of a solution of a job, audited and sealed.

    Parameters
    ----------
    job
        The job; its model takes the values of the solution.
    solution
        A solution that has a plan.
    **said
        Facts that replace those of the solution in the summary and the seal, such as `status_text`.

    Returns
    -------
    dict of str to pandas.DataFrame
        Result sheets by name, from `summary` to `run`.
    """
    assert solution.values is not None
    assert solution.objective is not None
    instance = job.reading.instance
    load_values(job.compiled, choose_second_stage(job.model, job.compiled, solution.values))
    note_slopes(job.model, job.compiled, solution)
    tables = add_evaluated_scenarios(job.model, plan(job.model))
    objective = job.sign * solution.objective + 0.0
    if len(instance["targets"]):
        ended = {"objective": objective, "bound": _turn(job, solution.bound), "gap": solution.gap}
        tables["targets"] = judge_targets(instance, tables, ended | said, job.base)
    best = job.compiled.best_base
    searched = {} if best is None else {BASE_COST: best.cost, BASE_ERROR: best.error, BASE_SEARCH: best.words}
    tables["audit"] = audit(instance, tables, objective, base_error=job.compiled.base_error)
    solution = borne_out(solution, tables["audit"])
    facts = {
        "status": solution.status,
        "status_text": solution.words,
        "objective": objective,
        "bound": _turn(job, solution.bound),
        "gap": solution.gap,
        "seconds": solution.seconds,
        "nodes": solution.nodes,
        "started": job.began.isoformat(timespec="seconds"),
    }
    facts |= searched | said
    if job.reading.conversions:
        tables["conversions"] = job.reading.tabulate_conversions()
        facts |= {"converted figures": len(tables["conversions"])}
    tables["issues"] = tabulate_issues(job.issues)
    summary_table = summary(instance, tables, facts)
    run = seal(
        "plan",
        job.reading.path.name,
        job.reading.content_hash,
        asdict(job.options) | dict(job.noted),
        facts,
        tables,
        instance=instance,
    )
    return {"summary": summary_table, **tables, "run": run}


def _turn(job: Problem, value: float | None) -> float | None:
    """What the solver minimises as the objective."""
    return None if value is None else job.sign * value + 0.0
