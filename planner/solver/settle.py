"""Whole numbers that only count: after a search they count what the plan has, and no rule is paid for that it meets."""

from dataclasses import replace

import numpy as np

from planner.solver.arrays import Compiled
from planner.solver.search import ROUNDING, name_status, polish
from planner.solver.solution import Solution

COUNTERS = {"source_supplying": 0.0, "source_counted": 1.0, "lane_in_use": 0.0}
"""By constraint: the value that the whole number in each of its rows has where the other values there allow it."""

COUNTS = ("single_source", "min_sources", "max_open")
"""The constraints that hold what is counted to a limit and a breach."""

NONE = 1e-9
"""A breach, or an amount as a share of the most there can be, of no more than this is none."""

ROUNDS = 20
"""Most times that the flows of a plan are found anew for what it counts."""


def settle_counters(compiled: Compiled, solution: Solution) -> Solution:
    """The plan, counting what it has.

    A search that may leave a gap can end with a source that gives nothing and is counted as one too many, or with one
    that gives enough and is not counted: the breach that is paid for is then larger than that of the plan. The flows
    are found anew for what is counted, which can leave another source without any.

    Parameters
    ----------
    compiled
        The arrays that were solved.
    solution
        How the search ended.

    Returns
    -------
    Solution
        A plan that costs no more; the same where no such rule is broken, or nothing is miscounted.
    """
    if solution.values is None or not compiled.integer.any():
        return solution
    names = np.array([row.parent_component().local_name if row is not None else "" for row in compiled.rows])
    for _ in range(ROUNDS if np.isin(names, COUNTS).any() else 0):
        if solution.values is None or solution.objective is None or not _is_paid_for(compiled, names, solution.values):
            break
        values = _count(compiled, names, solution.values)
        settled, closer = polish(compiled, replace(solution, values=values))
        most = solution.objective + ROUNDING * abs(solution.objective)
        moved = not np.array_equal(values[compiled.integer], np.round(solution.values[compiled.integer]))
        if not moved or closer is not compiled or settled.values is values or not (settled.objective or 0.0) <= most:
            break
        solution = name_status(compiled, settled)
    return solution


def _is_paid_for(compiled: Compiled, names: np.ndarray, values: np.ndarray) -> bool:
    """Whether a limit on what is counted is broken."""
    row_of = _rows_of(compiled)
    inside = np.isin(names, COUNTS)[np.minimum(row_of, len(names) - 1)] & (row_of < len(names))
    columns = compiled.columns[inside]
    return bool((values[columns[~compiled.integer[columns]]] > NONE).any())


def _count(compiled: Compiled, names: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The values with each counter as the rest of the plan has it, where all of its rows allow that."""
    row_of = _rows_of(compiled)
    activity = np.bincount(row_of, compiled.values * values[compiled.columns], len(compiled.row_lower))
    found = np.where(compiled.integer, np.round(values), values)
    refused: set[int] = set()
    for name, meant in COUNTERS.items():
        for row in np.flatnonzero(names == name):
            entries = np.arange(compiled.starts[row], compiled.starts[row + 1])
            for entry in entries[compiled.integer[compiled.columns[entries]]]:
                column, slope = int(compiled.columns[entry]), float(compiled.values[entry])
                after = activity[row] + slope * (meant - values[column])
                fits = after <= compiled.row_upper[row] + NONE * abs(slope)
                if not fits or not compiled.lower[column] <= meant <= compiled.upper[column]:
                    refused.add(column)
                found[column] = np.round(values[column]) if column in refused else meant
    return found


def _rows_of(compiled: Compiled) -> np.ndarray:
    """The row of each entry."""
    return np.repeat(np.arange(len(compiled.row_lower)), np.diff(compiled.starts))
