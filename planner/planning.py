"""From a checked input to an audited plan."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pandas as pd

from models.network import build
from models.plan import Plan, plan
from models.schema import RESULTS
from planner.audit import audit
from planner.compiled import compile_model
from planner.infeasible import remedies, told
from planner.issues import Issue
from planner.marginals import price_rules
from planner.report.summary import summary
from planner.seal import seal
from planner.solver import Options, Progress, Solution, load_values, rounding, solve_arrays
from planner.studies.information import Run, information_rows
from planner.workbook.read import Reading


@dataclass(frozen=True)
class Outcome:
    """What came of a job: how the solver ended, the result tables where there is a plan, else why there is none."""

    solution: Solution
    tables: Plan
    reasons: list[str]


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
    value_of_information: bool = False,
) -> Outcome:
    """Build, solve, report, audit and seal; on request say what information is worth. The reading must have no faults.

    Raises KeyboardInterrupt where `stop` is set before the search begins; from then on Ctrl-C only ends the search.
    """
    began = datetime.now(UTC)
    instance = reading.instance
    model = build(instance)
    compiled = compile_model(model)
    if stop is not None and stop.is_set():
        raise KeyboardInterrupt
    sign = -1.0 if instance.settings["objective"] == "profit" else 1.0
    shown = None if progress is None else lambda step: progress(step.turned(sign))
    roundings = rounding(model, compiled)
    solution = solve_arrays(compiled, options, shown, roundings)
    if solution.values is None:
        return Outcome(
            solution, {}, told(remedies(model, compiled), reading) if solution.status == "infeasible" else []
        )
    load_values(compiled, solution.values)
    price_rules(model, compiled, solution.duals, solution.cone_duals)
    tables = plan(model)
    assert solution.objective is not None
    objective = sign * solution.objective + 0.0
    facts = {
        "status": solution.status,
        "status_text": solution.words,
        "objective": objective,
        "bound": None if solution.bound is None else sign * solution.bound + 0.0,
        "gap": solution.gap,
        "seconds": solution.seconds,
        "nodes": solution.nodes,
        "started": began.isoformat(timespec="seconds"),
    }
    tables["audit"] = audit(instance, tables, objective)
    tables["issues"] = issue_table(issues or [])
    summary_table = summary(instance, tables, facts)
    if value_of_information:
        worth = information_rows(model, compiled, solution, Run(options, roundings, shown))
        summary_table = pd.concat([summary_table, worth], ignore_index=True)
    run = seal(reading.path, asdict(options) | {"changes": list(changes)}, facts, tables)
    return Outcome(solution, {"summary": summary_table, **tables, "run": run}, [])


def issue_table(issues: list[Issue]) -> pd.DataFrame:
    """Sheet `issues`."""
    rows = [(issue.severity, issue.sheet, issue.cell, issue.message) for issue in issues]
    return pd.DataFrame(rows, columns=list(RESULTS["issues"].columns))
