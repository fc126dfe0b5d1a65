"""A linear programme by itself, for checks that ask what is possible at best."""

import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs import load


def minimum(
    cost: np.ndarray, rows: np.ndarray, at_least: np.ndarray, most: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray] | None:
    """The least cost @ x with rows @ x >= at_least and 0 <= x <= most.

    Parameters
    ----------
    cost
        Shape (columns,).
    rows
        Shape (rows, columns).
    at_least
        Shape (rows,).
    most
        Shape (columns,); may be infinite.

    Returns
    -------
    tuple or None
        The least value, x (columns,), and what one more unit of each right-hand side would cost (rows,); None where
        there is no finite least.

    Raises
    ------
    OutOfRange
        HiGHS does not take the figures.
    UnsoundSolver
        The installed HiGHS is too old.
    """
    row, column = np.nonzero(rows)
    problem = Compiled(
        cost=cost,
        offset=0.0,
        lower=np.zeros(len(cost)),
        upper=most,
        integer=np.zeros(len(cost), dtype=bool),
        starts=np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(at_least)))]),
        columns=column,
        values=rows[row, column],
        row_lower=at_least,
        row_upper=np.full(len(at_least), np.inf),
        variables=[],
        rows=[],
    )
    return solve_linear(problem)


def solve_linear(problem: Compiled) -> tuple[float, np.ndarray, np.ndarray] | None:
    """The optimum of a linear programme.

    Parameters
    ----------
    problem
        Its arrays.

    Returns
    -------
    tuple or None
        The value, x (columns,), and the shadow price of each row (rows,); None where there is no finite optimum.

    Raises
    ------
    OutOfRange
        HiGHS does not take the figures.
    UnsoundSolver
        The installed HiGHS is too old.
    """
    solver = load(problem)
    solver.run()
    best = solver.optimum
    return None if best is None else (best.objective, best.values, solver.duals)
