"""A linear programme that is solved again and again with other bounds and costs, each time from the last basis."""

import highspy
import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs import load
from planner.solver.units import NOISE, money_factor


class Warm:
    """HiGHS with one matrix: every solve begins where the one before ended, with the dual simplex."""

    def __init__(self, compiled: Compiled) -> None:
        self._loaded = load(compiled)
        self._columns = np.arange(len(compiled.cost), dtype=np.int32)
        self._rows = np.arange(len(compiled.row_lower), dtype=np.int32)

    def solve(
        self, cost: np.ndarray, lower: np.ndarray, upper: np.ndarray, row_lower: np.ndarray, row_upper: np.ndarray
    ) -> np.ndarray | None:
        """The values of the columns at the optimum; None where nothing is feasible.

        Raises RuntimeError where HiGHS ends in any other way, also when it starts afresh.
        """
        scale, solver = self._loaded.scale, self._loaded.solver
        paid = cost * scale.columns
        solver.changeColsCost(len(self._columns), self._columns, paid * money_factor(paid))
        solver.changeColsBounds(len(self._columns), self._columns, lower / scale.columns, upper / scale.columns)
        solver.changeRowsBounds(len(self._rows), self._rows, row_lower * scale.rows, row_upper * scale.rows)
        for _ in range(2):
            self._loaded.run()
            status = self._loaded.status
            if status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
                values = self._loaded.values
                return np.where(np.abs(values) < NOISE * scale.columns, 0.0, values)
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
            solver.clearSolver()
        raise RuntimeError(f"HiGHS ended with {solver.modelStatusToString(status)}")
