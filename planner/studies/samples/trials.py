"""One sample: its input, every plan held in it, and the best plan there is."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.checks.check import check
from planner.planning import prepare_problem
from planner.solver.in_hand import left_open
from planner.solver.solution import Options
from planner.solver.solver import make_roundings, solve_arrays
from planner.studies.samples.draws import place_draw
from planner.studies.sensitivity.ends import hold_plan, read_decisions
from planner.studies.sensitivity.ranges import Figure
from planner.workbook.read import Reading
from planner_models.schema.decisions import Decision

Decisions = Mapping[Decision, float]


@dataclass(frozen=True)
class SampleTask:
    """A sample to be solved: each of `plans` is held in it, and where `search` is set the best plan is sought too.

    `known` are the decisions of the plan of the study, also where it is none of `plans`.
    """

    reading: Reading
    options: Options
    figures: tuple[Figure, ...]
    number: int
    ways: np.ndarray
    known: Decisions
    plans: tuple[Decisions, ...]
    search: bool


@dataclass(frozen=True)
class SampleFound:
    """What came of a sample.

    held: cost of each plan held there, as minimised; None where it cannot be held. best: of the best plan found, and
    `open` by how much a plan could be better still. changes: the decisions of that plan where they differ from those of
    the plan of the study. refused: why nothing is known of the sample, else "".
    """

    number: int
    held: tuple[float | None, ...] = ()
    best: float | None = None
    open: float = np.inf
    changes: Decisions = field(default_factory=dict)
    refused: str = ""
    seconds: float = 0.0


def try_sample(task: SampleTask) -> SampleFound:
    """Hold the plans in a sample, and seek the best plan from the best of them.

    Parameters
    ----------
    task
        The sample and the plans.

    Returns
    -------
    SampleFound
        Costs in money, as minimised.

    Raises
    ------
    KeyboardInterrupt
        The user stopped a search.
    """
    began = time.monotonic()
    moved = replace(task.reading, instance=place_draw(task.reading.instance, task.figures, task.ways))
    fault = next((issue for issue in check(moved) if issue.severity == "error"), None)
    if fault is not None:
        return SampleFound(task.number, refused=f"not a sound input: {fault.message}")
    job = prepare_problem(moved, task.options, known=task.known)
    held = [hold_plan(job, decisions) for decisions in task.plans]
    costs = tuple(None if plan is None else plan.objective for plan in held)
    if not task.search:
        return SampleFound(task.number, costs, seconds=time.monotonic() - began)
    known = [plan for plan in held if plan is not None and plan.objective is not None]
    start = min(known, key=lambda plan: plan.objective or 0.0, default=None)
    solution = solve_arrays(
        job.compiled,
        job.search_options,
        None,
        make_roundings(job.model, job.compiled),
        None if start is None else start.values,
    )
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    if solution.values is None or solution.objective is None:
        return SampleFound(task.number, costs, refused=f"no plan: {solution.words}")
    decisions = read_decisions(job, solution.values)
    changes = {name: value for name, value in decisions.items() if abs(task.known.get(name, 0.0) - value) > 0.5}
    found = SampleFound(task.number, costs, solution.objective, left_open(solution), changes)
    return replace(found, seconds=time.monotonic() - began)


def write_decisions(decisions: Decisions) -> list[list[Any]]:
    """Decisions as `json` can write them, in an order of their own."""
    return [
        [list(name), value] for name, value in sorted(decisions.items(), key=lambda entry: list(map(str, entry[0])))
    ]


def read_written(written: Iterable[Sequence[Any]]) -> dict[tuple[str, ...], float]:
    """The decisions that `write_decisions` wrote."""
    return {tuple(name): float(value) for name, value in written}


def write_part(stage: str, found: SampleFound) -> dict[str, Any]:
    """A finished sample as a line of the journal; `json` keeps all digits of a number."""
    return {
        "stage": stage,
        "number": found.number,
        "held": list(found.held),
        "best": found.best,
        "open": None if np.isinf(found.open) else found.open,
        "changes": write_decisions(found.changes),
        "refused": found.refused,
        "seconds": found.seconds,
    }


def read_part(part: Mapping[str, Any]) -> SampleFound:
    """The sample that `write_part` wrote."""
    return SampleFound(
        part["number"],
        tuple(part["held"]),
        part["best"],
        np.inf if part["open"] is None else part["open"],
        read_written(part["changes"]),
        part["refused"],
        part["seconds"],
    )
