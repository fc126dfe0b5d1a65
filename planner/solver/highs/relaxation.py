"""What single columns can be at least, or at most, where whole numbers may take any value: quick, and proof enough."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event

import highspy
import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs import load


def extremes(
    compiled: Compiled, columns: Sequence[int], least: bool, stop: Event, seconds: float
) -> Iterator[tuple[int, float]]:
    """The least or greatest value of columns over the relaxation, one linear programme after another.

    Each begins where the last one ended. A column whose programme has no optimum is left out.

    Parameters
    ----------
    compiled
        Arrays of a model; costs and integrality do not count.
    columns
        Columns to look at, in this order.
    least
        True for the least value, False for the greatest.
    stop
        Ends the series early once it is set.
    seconds
        Ends the series early after this time, s.

    Yields
    ------
    tuple of int and float
        A column and its value, in the unit of the column.

    Raises
    ------
    OutOfRange
        HiGHS does not take the figures.
    UnsoundSolver
        The installed HiGHS is too old.
    """
    relaxed = replace(
        compiled, cost=np.zeros(len(compiled.cost)), offset=0.0, integer=np.zeros(len(compiled.cost), dtype=bool)
    )
    loaded = load(relaxed)
    solver = loaded.solver
    solver.setOptionValue("time_limit", float(seconds))
    sign = 1.0 if least else -1.0
    for column in columns:
        if stop.is_set():
            return
        solver.changeColCost(column, sign)
        loaded.run()
        status = loaded.status
        if status == highspy.HighsModelStatus.kTimeLimit:
            return
        if status == highspy.HighsModelStatus.kOptimal:
            yield column, sign * loaded.objective * float(loaded.scale.columns[column])
        solver.changeColCost(column, 0.0)
