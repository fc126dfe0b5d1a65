"""What a run is asked for, what it tells on its way, and how it ended."""

from dataclasses import dataclass, replace

import numpy as np

from planner.issues import ExitStatus
from planner.words import format_percent

THREADS = 1
"""Threads of a run for which no number was asked for: the same on every machine, so that it takes the same path."""


@dataclass(frozen=True)
class Options:
    """Relative gap, longest time in s, threads and seed."""

    gap: float = 0.005
    time_limit: float | None = None
    threads: int = THREADS
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    """Where a run stands: time in s, incumbent and bound in money, gap as a share, nodes explored."""

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    nodes: int

    def turned(self, sign: float) -> "Progress":
        """The same with figures times `sign`: -1 where the least cost is the greatest profit."""
        turn = [None if value is None else sign * value for value in (self.incumbent, self.bound)]
        return replace(self, incumbent=turn[0], bound=turn[1])


@dataclass(frozen=True)
class Solution:
    """How a run ended.

    status: optimal | within_gap | time_limit | interrupted | inexact | infeasible | unbounded |
    out_of_range | failed. A plan exists exactly
    where `values` (one per column) is not None; objective, bound and gap go with it and are None otherwise.
    `duals` (one per row of the model) and `cone_duals` (of all further tangents of a cone together) are those of the
    linear programme with all integers held: what the optimum moves by per unit of a row's right side. `doubt` says what
    a plan called inexact does not bear out.
    """

    status: str
    values: np.ndarray | None
    objective: float | None
    bound: float | None
    gap: float | None
    nodes: int
    seconds: float
    duals: np.ndarray | None = None
    cone_duals: np.ndarray | None = None
    doubt: str = ""

    @property
    def words(self) -> str:
        """The status as a sentence for people."""
        gap = "" if self.gap is None else f" with a gap of {format_percent(self.gap, 3)}"
        found = {
            "optimal": "optimal: no plan is better",
            "within_gap": f"solved to the requested gap:{gap[5:]} remains",
            "time_limit": f"stopped at the time limit{gap}: the best plan so far",
            "interrupted": f"stopped by the user{gap}: the best plan so far",
            "inexact": f"a plan that is not proved: {self.doubt}",
        }
        none = {
            "infeasible": "infeasible: no plan meets every limit",
            "unbounded": "unbounded: profit has no limit; check demand and prices",
            "time_limit": "stopped at the time limit before any plan was found",
            "interrupted": "stopped by the user before any plan was found",
            "out_of_range": "not solved: the figures of the workbook are too far apart for floating point; give items, "
            "processes and money units in which amounts and unit costs lie between a millionth and a billion",
        }
        return (none if self.values is None else found).get(self.status, "the solver failed")


_EXIT_STATUS = {
    "infeasible": ExitStatus.INFEASIBLE,
    "out_of_range": ExitStatus.WRONG_INPUT,
    "time_limit": ExitStatus.STOPPED,
    "interrupted": ExitStatus.STOPPED,
}


def exit_status(status: str) -> ExitStatus:
    """The exit status of a run whose solver ended without a plan.

    Parameters
    ----------
    status
        How the solver ended, as in `Solution.status`; "optimal" and "within_gap" mean that a plan was lost.

    Returns
    -------
    ExitStatus
        Infeasible where that was proved, stopped where time or the user ended the search, wrong input where figures
        are too far apart, failed for anything else.
    """
    return _EXIT_STATUS.get(status, ExitStatus.FAILED)


def in_time_left(options: Options, spent: float) -> Options:
    """The options of a search before which some time was spent; a moment is left to it.

    Parameters
    ----------
    options
        Options with the time limit of all of it.
    spent
        Seconds spent so far.

    Returns
    -------
    Options
        The same with what is left of the time limit.
    """
    if options.time_limit is None:
        return options
    return replace(options, time_limit=max(options.time_limit - spent, 0.1 * options.time_limit))
