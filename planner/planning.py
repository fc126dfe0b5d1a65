"""From a checked input to an audited plan."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from models.network import build
from models.plan import Plan, plan
from models.schema import RESULTS
from planner.audit import audit
from planner.compiled import Compiled, compile_model
from planner.infeasible import Conflict, conflicts
from planner.issues import Issue
from planner.marginals import price_rules
from planner.recourse.unmodelled import with_unmodelled
from planner.report.summary import summary
from planner.seal import seal
from planner.solver import Options, Progress, Solution, load_values, rounding, solve_arrays
from planner.workbook.read import Reading


@dataclass(frozen=True)
class Outcome:
    """What came of a job: how the solver ended, the result tables where there is a plan, else why there is none."""

    solution: Solution
    tables: Plan
    conflicts: list[Conflict]


@dataclass(frozen=True)
class Job:
    """An instance to be solved: its model, built and compiled, and what is noted down about the run.

    `noted` holds what was asked for beyond the options, such as `changes`.
    """

    reading: Reading
    options: Options
    model: pyo.ConcreteModel
    compiled: Compiled
    began: datetime
    issues: tuple[Issue, ...] = ()
    noted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sign(self) -> float:
        """Turns what the solver minimises into the objective: -1 where that is a profit."""
        return -1.0 if self.reading.instance.settings["objective"] == "profit" else 1.0


def prepared(reading: Reading, options: Options, issues: Iterable[Issue] = (), **noted: Any) -> Job:
    """A job with its model. The reading must have no faults."""
    began = datetime.now(UTC)
    model = build(reading.instance)
    return Job(reading, options, model, compile_model(model), began, tuple(issues), noted)


def solver_options(reading: Reading, **given: Any) -> Options:
    """The solver's options: those given, else those of the workbook's settings."""
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
) -> Outcome:
    """Build, solve, report, audit and seal. The reading must have no faults.

    Raises KeyboardInterrupt where `stop` is set before the search begins; from then on Ctrl-C only ends the search.
    """
    job = prepared(reading, options, issues or (), changes=list(changes))
    if stop is not None and stop.is_set():
        raise KeyboardInterrupt
    shown = None if progress is None else lambda step: progress(step.turned(job.sign))
    solution = solve_arrays(job.compiled, options, shown, rounding(job.model, job.compiled))
    if solution.values is None:
        return Outcome(solution, {}, conflicts(job.compiled) if solution.status == "infeasible" else [])
    return Outcome(solution, reported(job, solution), [])


def reported(job: Job, solution: Solution, **said: Any) -> Plan:
    """The result tables of a solution of a job, audited and sealed. `said` overrides facts, such as `status_text`."""
    assert solution.values is not None
    assert solution.objective is not None
    instance = job.reading.instance
    load_values(job.compiled, solution.values)
    price_rules(job.model, job.compiled, solution.duals, solution.cone_duals)
    tables = with_unmodelled(job.model, plan(job.model))
    objective = job.sign * solution.objective + 0.0
    facts = {
        "status": solution.status,
        "status_text": solution.words,
        "objective": objective,
        "bound": None if solution.bound is None else job.sign * solution.bound + 0.0,
        "gap": solution.gap,
        "seconds": solution.seconds,
        "nodes": solution.nodes,
        "started": job.began.isoformat(timespec="seconds"),
    } | said
    tables["audit"] = audit(instance, tables, objective)
    tables["issues"] = issue_table(list(job.issues))
    summary_table = summary(instance, tables, facts)
    run = seal(job.reading.path, asdict(job.options) | dict(job.noted), facts, tables)
    return {"summary": summary_table, **tables, "run": run}


def issue_table(issues: list[Issue]) -> pd.DataFrame:
    """Sheet `issues`."""
    rows = [(issue.severity, issue.sheet, issue.cell, issue.message) for issue in issues]
    return pd.DataFrame(rows, columns=list(RESULTS["issues"].columns))
