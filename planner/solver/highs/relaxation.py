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
    """Each of the columns with its least (else greatest) value over the relaxation, one linear programme after another.

    Each begins where the last one ended. Ends early where `stop` is set or `seconds` are over; a column whose
    programme has no optimum is left out.
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
