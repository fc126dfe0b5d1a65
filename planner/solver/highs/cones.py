"""Cones in a solver of linear rows: where a plan is outside of one, the tangent there is added and it runs again."""

from collections.abc import Callable
from math import sqrt

import numpy as np

from planner.solver.arrays import Compiled, CompiledCone
from planner.solver.highs import Loaded

CLOSE = 5e-7
"""How far the square of |parts| / whole may be above that of the radius, as a share: half of what a rule is allowed."""

MOST_SCALED = 1e4
"""Tangents of a small whole are scaled up to 1, by so much at most: what a row is off by is no share of it."""

ROUNDING = 1e-9
"""Share of its size by which a supply that nothing allows is off by rounding alone."""

ROUNDS = 200
"""Most runs of one linear programme."""


def add_tangents(compiled: Compiled, solver: Loaded, run: Callable[[Loaded], None] = Loaded.run) -> Compiled:
    """Run a linear programme again until its optimum is inside of all cones, with the tangents that takes.

    `solver` holds the rows of `compiled` and has run; it may have other bounds on its variables.
    """
    for _ in range(ROUNDS if compiled.cones else 0):
        best = solver.optimum
        if best is None:
            break
        found = tangents_at(compiled, best.values)
        if found is compiled:
            break
        solver.add_rows(found)
        compiled = found
        run(solver)
    return compiled


def tangents_at(compiled: Compiled, values: np.ndarray) -> Compiled:
    """`compiled` with a tangent of each cone that these values are outside of; itself where they are in all."""
    numbers = [number for number, cone in enumerate(compiled.cones) if _outside(cone, values)]
    if not numbers:
        return compiled
    rows = [_tangent(compiled.cones[number], values) for number in numbers]
    starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns, slopes = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return compiled.with_tangents(tuple(numbers), starts, columns, slopes)


def _outside(cone: CompiledCone, values: np.ndarray) -> bool:
    breach = 0.0 if cone.breach is None else values[cone.breach]
    allowed = cone.radius * sqrt(1.0 + CLOSE) * values[cone.whole] + breach
    size = float(np.linalg.norm(values[cone.parts]))
    return size > allowed + ROUNDING * size


def _tangent(cone: CompiledCone, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns and coefficients of direction . x[parts] - radius x x[whole] - x[breach] <= 0, that of the values."""
    direction = values[cone.parts] / np.linalg.norm(values[cone.parts])
    end = [(cone.whole, -cone.radius), *([] if cone.breach is None else [(cone.breach, -1.0)])]
    columns = np.concatenate([cone.parts, [column for column, _ in end]])
    scale = min(max(1.0, 1.0 / max(float(values[cone.whole]), 1.0 / MOST_SCALED)), MOST_SCALED)
    slopes = scale * np.concatenate([direction, [slope for _, slope in end]])
    return columns[slopes != 0], slopes[slopes != 0]
