"""An old plan on new data: its decisions are held, what follows from them is chosen anew."""

from dataclasses import dataclass, replace

import numpy as np

from planner.diagnosis import describe_remedies, find_remedies
from planner.issues import Issue
from planner.planning import Problem, report_plan
from planner.report.brief import EVALUATED
from planner.results.result_file import ResultFile
from planner.solver.earlier_plan import Fit, lanes_as_used, match_plan, places
from planner.solver.extended import hold_columns, nearest_to
from planner.solver.solver import Solution, solve_arrays
from planner.studies.earlier_result import decisions_in
from planner.studies.why.question import format_decision
from planner_models.decisions import variables
from planner_models.plan import ResultTables
from planner_models.schema.decisions import Decision

Flow = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Evaluation:
    """What an old plan comes to: how the solve ended, the result tables where it works, else why it does not.

    `gone` are the decisions that are no longer possible.
    """

    solution: Solution
    tables: ResultTables
    found: Fit
    reasons: tuple[str, ...] = ()


def evaluate(job: Problem, earlier: ResultFile) -> Evaluation:
    """Hold the decisions of an earlier plan in a job; flows are chosen anew.

    Parameters
    ----------
    job
        The job, with the new data.
    earlier
        The result with the plan to hold.

    Returns
    -------
    Evaluation
        The solution, and the result tables where the decisions still work, else the reasons why they do not.

    Raises
    ------
    KeyboardInterrupt
        Where the user stops it.
    """
    found = match_plan(job.model, job.compiled, decisions_in(earlier, job.reading.instance))
    lanes = lanes_as_used(job.model, job.compiled, _flows(earlier))
    values = np.where(np.isnan(found.values), lanes, found.values)
    fixed = hold_columns(job.compiled, values)
    solution = solve_arrays(fixed, job.options)
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    if solution.values is None:
        broken = solution.status == "infeasible"
        reasons = describe_remedies(find_remedies(job.model, fixed), job.reading) if broken else []
        return Evaluation(solution, {}, found, tuple(reasons or _to_change(job, values)))
    words = f"the decisions of {earlier.path.name}, with flows optimised again"
    remarks = [
        Issue("warning", "", "", f"{format_decision(decision)} of {earlier.label} is no longer possible")
        for decision in found.gone
    ]
    noted = replace(job, issues=(*job.issues, *remarks))
    tables = report_plan(noted, solution, status=EVALUATED, status_text=words, bound=None, gap=None)
    return Evaluation(solution, tables, found)


def _flows(earlier: ResultFile) -> list[Flow]:
    """The flows of the earlier plan, by origin, destination, item, mode and period."""
    flows = earlier.tables.get("flows")
    if flows is None:
        return []
    flows = flows[(flows["scenario"] == "base") & (flows["shipped"] > 0)]
    columns = ["origin", "destination", "item", "mode", "period"]
    return list(flows[columns].itertuples(index=False, name=None))


def _to_change(job: Problem, values: np.ndarray) -> list[str]:
    """The fewest decisions that would have to change, where the decisions contradict the new data among themselves."""
    near = solve_arrays(nearest_to(job.compiled, values), replace(job.options, gap=0.0))
    if near.values is None:
        return []
    names = map_decisions(job)
    away = np.flatnonzero(np.abs(near.values[: len(values)] - values) > 0.5).tolist()
    return [
        f"{format_decision(names[place])} would have to be {near.values[place]:g}, not {values[place]:g}"
        for place in away
        if place in names
    ]


def map_decisions(job: Problem) -> dict[int, Decision]:
    """The decision behind each column that is one."""
    column = places(job.compiled)
    return {column[id(variable)]: decision for decision, variable in variables(job.model).items()}
