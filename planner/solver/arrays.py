"""A mixed-integer programme as arrays."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class CompiledCone:
    """|x[parts]| <= radius x x[whole] + x[breach], all by column; `breach` is None where there is none."""

    parts: np.ndarray
    whole: int
    breach: int | None
    radius: float


@dataclass(frozen=True)
class BestBase:
    """How the search for the cheapest base ended, from which rule max_cvar counts.

    `cost` is what that base costs and `error` what this may be too high by, in discounted money; `begun` says in words
    what the search began from, `seconds` how long it took. Where no base was found in time, `cost` is None.
    """

    cost: float | None
    error: float
    begun: str
    seconds: float

    @property
    def words(self) -> str:
        """How the search went, for sheet `run`."""
        ended = "" if self.cost is not None else "; no base found in time, rule max_cvar counts from 0"
        return f"began with {self.begun}, took {self.seconds:.1f} s{ended}"


@dataclass(frozen=True)
class Compiled:
    """min cost.x + offset, row_lower <= A x <= row_upper, lower <= x <= upper, x whole where `integer`.

    A is stored by rows: `starts` (rows + 1), `columns` and `values` (non-zeros). `variables` and `rows` are the Pyomo
    objects behind the columns and rows, in order. After those rows stand tangents of `cones`, one for each number in
    `tangents`, which says of which cone: what is said by no more than its tangents is not quite said. `disturbed` and
    `disturbed_rows` say of the first columns and rows which are there for disruptions alone; `units` of the first
    columns the units in which their values are of ordinary size (see `planner.solver.units`), None where nobody has
    looked yet. `decisions` are values, one per column, of which the whole ones are likely to begin a good plan.
    `best_base` says how the search for the best base ended, where there was one.
    """

    cost: np.ndarray
    offset: float
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    variables: list[Any]
    rows: list[Any]
    cones: tuple[CompiledCone, ...] = ()
    tangents: tuple[int, ...] = ()
    units: np.ndarray | None = None
    disturbed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    disturbed_rows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    decisions: np.ndarray | None = None
    best_base: BestBase | None = None

    @property
    def base_error(self) -> float | None:
        """What the cost of the best base may be too high by, in discounted money; None where none was searched."""
        return None if self.best_base is None else self.best_base.error

    @property
    def base_seconds(self) -> float:
        """What the search for the best base took, in s; 0 where none was searched."""
        return 0.0 if self.best_base is None else self.best_base.seconds

    def with_tangents(
        self, cones: tuple[int, ...], starts: np.ndarray, columns: np.ndarray, values: np.ndarray
    ) -> "Compiled":
        """The same with more rows values . x[columns] <= 0, each a tangent of the cone with that number."""
        return replace(
            self,
            starts=np.concatenate([self.starts, self.starts[-1] + starts[1:]]).astype(np.int32),
            columns=np.concatenate([self.columns, columns]).astype(np.int32),
            values=np.concatenate([self.values, values]),
            row_lower=np.concatenate([self.row_lower, np.full(len(cones), -np.inf)]),
            row_upper=np.concatenate([self.row_upper, np.zeros(len(cones))]),
            tangents=(*self.tangents, *cones),
        )
