"""A linear programme that is solved again and again with other bounds and costs, each time from the last basis."""

import highspy
import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs import load


class Warm:
    """HiGHS with one matrix: every solve begins where the one before ended, with the dual simplex."""

    def __init__(self, compiled: Compiled) -> None:
        self._solver = load(compiled)
        self._columns = np.arange(len(compiled.cost), dtype=np.int32)
        self._rows = np.arange(len(compiled.row_lower), dtype=np.int32)

    def solve(
        self, cost: np.ndarray, lower: np.ndarray, upper: np.ndarray, row_lower: np.ndarray, row_upper: np.ndarray
    ) -> np.ndarray | None:
        """The values of the columns at the optimum; None where nothing is feasible.

        Raises RuntimeError where HiGHS ends in any other way, also when it starts afresh.
        """
        self._solver.changeColsCost(len(self._columns), self._columns, cost)
        self._solver.changeColsBounds(len(self._columns), self._columns, lower, upper)
        self._solver.changeRowsBounds(len(self._rows), self._rows, row_lower, row_upper)
        for _ in range(2):
            self._solver.run()
            status = self._solver.getModelStatus()
            if status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
                return np.array(self._solver.getSolution().col_value)
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
            self._solver.clearSolver()
        raise RuntimeError(f"HiGHS ended with {self._solver.modelStatusToString(status)}")
