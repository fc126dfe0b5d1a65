"""A result that a study starts from: what it decided, the input inside it with its options, and what is doubtful."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.checks.check import check
from planner.issues import InputError, Issue
from planner.planning import EarlierStart
from planner.results.result_file import ResultFile, labels, read_result_file
from planner.solver.in_hand import bound_below
from planner.solver.solver import Options, Solution
from planner.workbook.package import refuse
from planner.workbook.read import COPIED, Reading
from planner_models.earlier_plan import IN_FORCE, LASTING, Earlier, decisions_of, extend_decisions
from planner_models.instance import Instance
from planner_models.schema.decisions import KEYS, Decision


def read_result(path: Path) -> ResultFile:
    """Read a result that holds a plan.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    ResultFile
        The result; its `issues` say where it was edited.

    Raises
    ------
    InputError
        Where the file holds no plan, or cannot be read.
    """
    found = read_result_file(path, labels([path])[0])
    if found.kind != "result" or "costs" not in found.tables:
        raise refuse(f"{path} holds no plan: name a result of planner solve")
    if found.seal != "fits":
        _refuse_unsound_input(found)
    return found


def _refuse_unsound_input(found: ResultFile) -> None:
    """The input in a result was checked before it was solved; one that may have been edited since is checked again."""
    errors = [issue for issue in check(found.reading) if issue.severity == "error"]
    if errors:
        raise InputError([replace(issue, sheet=f"{COPIED}{issue.sheet}") for issue in errors])


def decisions_in(found: ResultFile, instance: Instance) -> dict[Decision, float]:
    """What the plan decided, states carried on into periods of `instance` that it did not know.

    Parameters
    ----------
    found
        The result.
    instance
        The input that the decisions are for.

    Returns
    -------
    dict of Decision to float
        0, 1 or a number of modules, by decision.
    """
    decisions = decisions_of(found.instance.tables, found.tables)
    return extend_decisions(decisions, _periods(found.instance), _periods(instance), IN_FORCE)


def hold_earlier_plan(reading: Reading, found: ResultFile, change_cost: float) -> Reading:
    """The same input beside the earlier plan, each change of which costs so much money."""
    decisions = decisions_of(found.instance.tables, found.tables, "signed")
    carried = extend_decisions(decisions, _periods(found.instance), _periods(reading.instance), LASTING)
    return replace(reading, instance=replace(reading.instance, earlier=Earlier(carried, change_cost)))


def place_beside(
    reading: Reading, start: ResultFile | None, keep: ResultFile | None, change_cost: float | None
) -> tuple[Reading, EarlierStart | None]:
    """The input beside the plan to keep, and what the search starts from.

    Parameters
    ----------
    reading
        The input.
    start
        A result whose plan the search starts from; None for that of `keep`.
    keep
        A result whose plan is to be kept as far as it pays; None for none.
    change_cost
        What each changed decision costs, in millions; goes with `keep`.

    Returns
    -------
    tuple of Reading and EarlierStart or None
        The input, with the plan to keep in its instance, and the decisions to start from; None where there are none.

    Raises
    ------
    InputError
        Where only one of `keep` and `change_cost` is given.
    """
    if (keep is None) != (change_cost is None):
        words = (
            "--keep RESULT and --change-cost X must be given together: X is the cost of a changed decision, in millions"
        )
        raise InputError([Issue("error", "", "", words)])
    first = start or keep
    if first is None:
        return reading, None
    noted: dict[str, Any] = {} if start is None else {"start": start.path.name}
    if keep is not None and change_cost is not None:
        reading = hold_earlier_plan(reading, keep, change_cost)
        noted |= {"keep": keep.path.name, "change_cost": change_cost}
    return reading, EarlierStart(decisions_in(first, reading.instance), noted)


def _periods(instance: Instance) -> list[str]:
    return [period for period in instance["periods"]["period"] if period is not None]


def extract_input(found: ResultFile) -> Reading:
    """The input inside a result as it was solved, beside the plan that was to be kept where there was one.

    Parameters
    ----------
    found
        The result.

    Returns
    -------
    Reading
        Its input, without faults.

    Raises
    ------
    InputError
        Where the input has faults.
    """
    if found.reading.faults:
        raise InputError([replace(fault, sheet=f"in_{fault.sheet}") for fault in found.reading.faults])
    change_cost = found.facts.get("option change_cost")
    if not change_cost:
        return found.reading
    decisions = {}
    for row in found.tables["changes"].to_dict("records"):
        key = tuple(row[name] for name in KEYS.get(row["decision"], ()))
        decisions[row["decision"], *key] = float(row["before"])
    earlier = Earlier(decisions, float(change_cost))
    return replace(found.reading, instance=replace(found.instance, earlier=earlier))


def extract_options(found: ResultFile) -> Options:
    """The solver's options that the seal names; where it does not, those of the settings inside.

    Parameters
    ----------
    found
        The result.

    Returns
    -------
    Options
        Gap (share), threads and seed; the time limit (s) of the seal only, None where it names none.
    """
    settings = found.instance.settings
    given = {name: found.facts.get(f"option {name}", "") for name in ("gap", "time_limit", "threads", "seed")}
    return Options(
        gap=float(given["gap"] or settings["mip_gap"]),
        time_limit=float(given["time_limit"]) if given["time_limit"] else None,
        threads=int(given["threads"] or settings["threads"]),
        seed=int(given["seed"] or settings["seed"]),
    )


def list_doubts(found: ResultFile) -> list[Issue]:
    """What has to be said before anything is concluded from the result: that it was edited by hand, or has no seal.

    Parameters
    ----------
    found
        The result.

    Returns
    -------
    list of Issue
        Its issues about sheets run and costs.
    """
    return [issue for issue in found.issues if issue.sheet in ("run", "costs")]


@dataclass(frozen=True)
class InHand:
    """The plan of a result: its decisions, and its objective and bound as minimised, NaN where they are not known."""

    decisions: dict[Decision, float]
    objective: float
    bound: float


def take_in_hand(found: ResultFile) -> InHand:
    """The plan of a result as a plan in hand.

    Parameters
    ----------
    found
        The result.

    Returns
    -------
    InHand
        Its decisions, and its objective and bound as minimised, in money.
    """
    sign = -1.0 if found.instance.settings["objective"] == "profit" else 1.0
    return InHand(decisions_in(found, found.instance), sign * found.objective, sign * found.figure("bound"))


def bound_by_result(held: Solution, known: InHand) -> Solution:
    """A plan found anew around the decisions of a result, never at more than the result says, with the result's bound.

    The solve around its decisions proves nothing of other decisions, so that its own bound does not count.

    Parameters
    ----------
    held
        The plan found anew.
    known
        The plan of the result.

    Returns
    -------
    Solution
        The plan with objective, bound and gap as both leave them.
    """
    assert held.objective is not None
    objective = held.objective if math.isnan(known.objective) else min(held.objective, known.objective)
    bound = None if math.isnan(known.bound) else known.bound
    return bound_below(replace(held, objective=objective, bound=None, gap=None), bound)
