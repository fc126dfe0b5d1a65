"""A linear programme of flows, put together column by column, and a bound on its optimum that trusts no solver."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs.linear import solve_linear

NEAR = 1e-6
"""How near the bound must come to the optimum, relative to what the flows of the base cost."""


@dataclass
class FlowProgramme:
    """min cost @ x over 0 <= x <= most and rows of sums; `base` is x in the plan. All amounts and costs are yearly."""

    cost: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    sums: dict[Any, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    limits: dict[Any, tuple[float, float]] = field(default_factory=dict)

    def add(self, cost: float, most: float, base: float, parts: Iterable[tuple[Any, float]]) -> None:
        """A column, and what a unit of it adds to each of its rows."""
        column = len(self.cost)
        self.cost.append(cost)
        self.most.append(most)
        self.base.append(base)
        for row, factor in parts:
            self.sums[row][column] = self.sums[row].get(column, 0.0) + factor

    def best(self) -> tuple[float, float]:
        """The optimum and a bound below it, in money/year; not a number where there is none."""
        if not self.cost:
            return 0.0, 0.0
        rows = [row for row in self.sums if self.sums[row]]
        sides = np.array([self.limits.get(row, (0.0, 0.0)) for row in rows], dtype=float).reshape(-1, 2)
        columns = np.array([column for row in rows for column in self.sums[row]], dtype=np.int32)
        values = np.array([value for row in rows for value in self.sums[row].values()], dtype=float)
        cost, most = np.array(self.cost), np.array(self.most)
        starts = np.cumsum([0, *(len(self.sums[row]) for row in rows)]).astype(np.int32)
        problem = Compiled(
            cost=cost,
            offset=0.0,
            lower=np.zeros(len(cost)),
            upper=most,
            integer=np.zeros(len(cost), dtype=bool),
            starts=starts,
            columns=columns,
            values=values,
            row_lower=sides[:, 0],
            row_upper=sides[:, 1],
            variables=[],
            rows=[],
        )
        found = solve_linear(problem)
        if found is None:
            return np.nan, np.nan
        optimum, _, prices = found
        reduced = cost.copy()
        np.subtract.at(reduced, columns, values * np.repeat(prices, np.diff(starts)))
        return optimum, _least(prices, sides[:, 0], sides[:, 1]) + _least(reduced, np.zeros(len(cost)), most)

    def cost_of_base(self) -> tuple[float, float]:
        """What the flows of the plan cost, and the sum of their amounts without sign, in money/year."""
        parts = np.array(self.cost) * np.array(self.base)
        return float(parts.sum()), float(np.abs(parts).sum())


def _least(prices: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """The least of prices @ x between two bounds; prices that are rounding are 0 where there is no bound."""
    bound = np.where(prices > 0, lower, upper)
    return float(
        prices @ np.where(np.isfinite(bound) | (np.abs(prices) > NEAR), np.where(prices == 0, 0.0, bound), 0.0)
    )
