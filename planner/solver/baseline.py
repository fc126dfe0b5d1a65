"""The undisturbed part of a compiled model: its plan is found sooner, and the search with disruptions starts there."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.solver.compiled import Compiled

WORTHWHILE = 0.25
"""Share of columns that must be of disruptions for a search without them to pay."""


@dataclass(frozen=True)
class Undisturbed:
    """The model without what it has for disruptions, and which columns of the whole it keeps."""

    compiled: Compiled
    kept: np.ndarray

    def whole(self, values: np.ndarray) -> np.ndarray:
        """The values of these columns among all, which are 0 elsewhere."""
        found = np.zeros(len(self.kept))
        found[self.kept] = values
        return found

    def rounding(self, rounded: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        """The same rounding of values of these columns alone."""
        return lambda values: rounded(self.whole(values))[self.kept]


def extract_baseline(compiled: Compiled, worthwhile: float = WORTHWHILE) -> Undisturbed | None:
    """The model without columns and rows of disruptions; None where they are few, or where rules ask for more of them.

    Where a rule limits what a disruption may do, the decisions taken without regard to it will hardly meet the rule; a
    row without limits asks for nothing. `worthwhile` is the least share of columns that must be of disruptions.
    """
    gone = np.zeros(len(compiled.cost), dtype=bool)
    gone[: len(compiled.disturbed)] = compiled.disturbed
    row_of = np.repeat(np.arange(len(compiled.row_lower)), np.diff(compiled.starts))
    touched = np.zeros(len(compiled.row_lower), dtype=bool)
    touched[row_of[gone[compiled.columns]]] = True
    meant = np.zeros(len(touched), dtype=bool)
    meant[: len(compiled.disturbed_rows)] = compiled.disturbed_rows
    asks = np.isfinite(compiled.row_lower) | np.isfinite(compiled.row_upper)
    if gone.sum() <= worthwhile * len(gone) or not touched.any() or (touched & ~meant & asks).any():
        return None
    kept, inside = ~gone, ~touched[row_of]
    place = np.cumsum(kept) - 1
    cones = tuple(
        replace(
            cone,
            parts=place[cone.parts],
            whole=int(place[cone.whole]),
            breach=None if cone.breach is None else int(place[cone.breach]),
        )
        for cone in compiled.cones
    )
    lengths = np.diff(compiled.starts)[~touched]
    return Undisturbed(
        replace(
            compiled,
            cost=compiled.cost[kept],
            lower=compiled.lower[kept],
            upper=compiled.upper[kept],
            integer=compiled.integer[kept],
            starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32),
            columns=place[compiled.columns[inside]].astype(np.int32),
            values=compiled.values[inside],
            row_lower=compiled.row_lower[~touched],
            row_upper=compiled.row_upper[~touched],
            variables=[variable for variable, stays in zip(compiled.variables, kept, strict=True) if stays],
            rows=[row for row, hit in zip(compiled.rows, touched, strict=False) if not hit],
            cones=cones,
            units=None if compiled.units is None else compiled.units[kept[: len(compiled.units)]],
            disturbed=np.zeros(kept.sum(), dtype=bool),
            disturbed_rows=np.zeros(0, dtype=bool),
            decisions=None,
        ),
        kept,
    )
