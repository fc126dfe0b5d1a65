"""An earlier plan on a model of today: which of its decisions there still are, and the plan they give."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.extended import hold_columns, nearest_to
from planner.solver.solver import Options, Solution, solve_arrays, with_best_base
from planner_models.decisions import state, variables
from planner_models.earlier_plan import STANDING
from planner_models.model import Model
from planner_models.schema.decisions import Decision

SHARE_OF_TIME = 0.3
"""Of the time limit of a search, the most that goes into what it starts from."""


@dataclass(frozen=True)
class Fit:
    """The decisions of an earlier plan on the columns of a model.

    `values` holds one per column, NaN where the earlier plan says nothing; `kept` counts the decisions that there
    still are, `gone` lists the others.
    """

    values: np.ndarray
    kept: int
    gone: list[Decision]

    @property
    def words(self) -> str:
        """How much of the earlier plan there still is."""
        return f"{self.kept} of {self.kept + len(self.gone)} decisions"


def match_plan(m: Model, compiled: Compiled, decisions: Mapping[Decision, float]) -> Fit:
    """What the decisions of an earlier plan mean in a model; see `planner_models.earlier_plan.decisions_of`.

    Where more modules were ordered than may be now, as many as may be are meant, and the decision counts as gone. What
    the earlier plan could have chosen but did not is 0. Free are existing sites and capacity and markets of which it
    knew nothing, and whatever follows from decisions: levels reached, lanes opened.

    Parameters
    ----------
    m
        A built model.
    compiled
        Its arrays.
    decisions
        Values of the earlier decisions: 0, 1, or a number of modules.

    Returns
    -------
    Fit
        Values (columns,), NaN where free; how many decisions are kept; which are gone.
    """
    column = places(compiled)
    named = variables(m)
    values = np.full(len(compiled.cost), np.nan)
    chosen = {decision[:-2] + decision[-1:] for decision in decisions if decision[0] == "priced"}
    beyond: list[Decision] = []
    candidates = set(m.sets.sites.index[m.sets.sites["candidate"]])
    for decision, variable in named.items():
        kind = decision[0]
        silent = (kind in STANDING and decision[1] not in candidates) or (
            kind == "priced" and decision[:-2] + decision[-1:] not in chosen
        )
        place = column[id(variable)]
        value = decisions.get(decision, np.nan if silent or kind == "kept" else 0.0)
        values[place] = np.clip(value, compiled.lower[place], compiled.upper[place])
        if values[place] < value:
            beyond.append(decision)
    kept = [decision for decision in decisions if decision in named]
    gone = [decision for decision, value in decisions.items() if not _possible(m, named, decision, value)]
    return Fit(values, len(kept) - len(beyond), gone + beyond)


def _possible(m: Model, named: Mapping, decision: Decision, value: float) -> bool:
    """Whether a decision can still be taken as it was, or is so without being one."""
    if decision in named:
        return True
    if decision[-1] not in m.sets.time.position:
        return not value
    now = state(m, m.sets, named, decision)
    return not isinstance(now, int) or now == value


def places(compiled: Compiled) -> dict[int, int]:
    """The column of each variable.

    Parameters
    ----------
    compiled
        Arrays of a model.

    Returns
    -------
    dict of int to int
        id(variable) -> column.
    """
    return {id(variable): place for place, variable in enumerate(compiled.variables)}


def lanes_as_used(m: Model, compiled: Compiled, flows: Iterable[tuple[str, ...]]) -> np.ndarray:
    """The lanes that have to be opened, open from when flows first used them.

    Parameters
    ----------
    m
        A built model.
    compiled
        Its arrays.
    flows
        Origin, destination, item, mode and period of each flow.

    Returns
    -------
    numpy.ndarray
        Shape (columns,): 1 where a lane is open, 0 where it is not, NaN for all other columns.
    """
    column = places(compiled)
    values = np.full(len(compiled.cost), np.nan)
    used = {m.lanes.lane_of[flow] for flow in flows if flow in m.lanes.lane_of}
    order = m.sets.time.position
    for key, variable in m.lanes.lane_opened.items():
        since = [order[lane[-1]] for lane in used if lane[:-1] == key[:-1]]
        values[column[id(variable)]] = float(bool(since) and order[key[-1]] >= min(since))
    return values


@dataclass(frozen=True)
class Started:
    """The plan that an earlier one gives: how its solve ended, and how many decisions had to change for it."""

    solution: Solution
    changed: float


def warm_start(compiled: Compiled, found: Fit, options: Options) -> Started:
    """The best plan with the decisions of an earlier one, or where there is none, with the nearest that give one.

    Parameters
    ----------
    compiled
        Arrays of the model.
    found
        The earlier decisions on its columns.
    options
        Options of the search; each solve here takes `SHARE_OF_TIME` of its time limit at most.

    Returns
    -------
    Started
        The solution, and by how much the decisions were changed: the sum of absolute differences over their columns.

    Raises
    ------
    UnsoundSolver
        The installed HiGHS is too old.
    """
    share = None if options.time_limit is None else SHARE_OF_TIME * options.time_limit
    shorter = replace(options, time_limit=share)
    solution = solve_arrays(hold_columns(compiled, found.values), shorter)
    if solution.status != "infeasible":
        return Started(solution, 0.0)
    near = solve_arrays(nearest_to(compiled, found.values), replace(shorter, gap=0.0))
    if near.values is None:
        return Started(near, 0.0)
    known = ~np.isnan(found.values)
    values = np.where(known, near.values[: len(found.values)], np.nan)
    values = np.where(known & compiled.integer, np.round(values), values)
    changed = float(np.abs(values[known] - found.values[known]).sum())
    return Started(solve_arrays(hold_columns(compiled, values), shorter), changed)


def find_best_base(
    m: Model, compiled: Compiled, options: Options, known: Mapping[Decision, float] | None = None
) -> Compiled:
    """The arrays of a model with the cost of the best base in them, where a rule on risk needs it.

    Parameters
    ----------
    m
        A built model.
    compiled
        Its arrays.
    options
        How near to the best, and in a share of which time, it is searched.
    known
        Decisions of a plan in hand, with which the search begins.

    Returns
    -------
    Compiled
        The arrays with `best_base` fixed, and how its search ended; as they are where nothing needs it.
    """
    if not known or not len(m.risk.best_base):
        return with_best_base(m, compiled, options)
    return with_best_base(m, compiled, options, match_plan(m, compiled, known).values)
