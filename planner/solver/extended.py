"""Compiled models with columns, rows, limits or another objective on top of what Pyomo gave them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.solver.compiled import Compiled

Row = tuple[Sequence[int] | np.ndarray, Sequence[float] | np.ndarray, float, float]
"""Columns, their coefficients, lower and upper bound."""


def with_columns(compiled: Compiled, count: int, upper: float, *, whole: bool) -> Compiled:
    """More columns from 0 to a limit, after all others, without cost and in no row.

    Parameters
    ----------
    compiled
        Arrays of a model.
    count
        Number of columns to add.
    upper
        Upper limit of each; may be infinite.
    whole
        Whether they are integers.

    Returns
    -------
    Compiled
        The wider arrays; no variable belongs to the new columns.
    """
    return replace(
        compiled,
        cost=np.concatenate([compiled.cost, np.zeros(count)]),
        lower=np.concatenate([compiled.lower, np.zeros(count)]),
        upper=np.concatenate([compiled.upper, np.full(count, upper)]),
        integer=np.concatenate([compiled.integer, np.full(count, whole)]),
        variables=[*compiled.variables, *[None] * count],
    )


def with_rows(compiled: Compiled, rows: Sequence[Row]) -> Compiled:
    """More rows, after all others.

    Parameters
    ----------
    compiled
        Arrays of a model.
    rows
        Columns, their coefficients, lower and upper bound of each row.

    Returns
    -------
    Compiled
        The longer arrays; no constraint of the model belongs to the new rows.
    """
    lengths = np.cumsum([len(columns) for columns, *_ in rows], dtype=np.int64)
    return replace(
        compiled,
        starts=np.concatenate([compiled.starts, compiled.starts[-1] + lengths]).astype(np.int32),
        columns=np.concatenate([compiled.columns, *(columns for columns, *_ in rows)]).astype(np.int32),
        values=np.concatenate([compiled.values, *(values for _, values, *_ in rows)]).astype(float),
        row_lower=np.concatenate([compiled.row_lower, [low for *_, low, _ in rows]]),
        row_upper=np.concatenate([compiled.row_upper, [high for *_, high in rows]]),
        rows=[*compiled.rows, *[None] * len(rows)],
    )


def within_cost(compiled: Compiled, most: float) -> Compiled:
    """The plans that cost at most so much.

    Parameters
    ----------
    compiled
        Arrays of a model.
    most
        Largest objective, its offset included, in the unit of the objective.

    Returns
    -------
    Compiled
        The arrays with one more row.
    """
    columns = np.flatnonzero(compiled.cost)
    return with_rows(compiled, [(columns, compiled.cost[columns], -np.inf, most - compiled.offset)])


def set_objective(compiled: Compiled, cost: np.ndarray, offset: float = 0.0) -> Compiled:
    """The same plans, of which the one with the least `cost` is sought.

    Parameters
    ----------
    compiled
        Arrays of a model.
    cost
        Cost per unit of each column, shape (columns,).
    offset
        What is added to the objective.

    Returns
    -------
    Compiled
        The arrays with this objective.
    """
    return replace(compiled, cost=cost, offset=offset)


def hold_columns(compiled: Compiled, values: np.ndarray) -> Compiled:
    """The plans in which columns have given values.

    Parameters
    ----------
    compiled
        Arrays of a model.
    values
        Shape (columns,), in the unit of each column; NaN leaves a column free.

    Returns
    -------
    Compiled
        The arrays, with both limits of each held column at its value.
    """
    known = ~np.isnan(values)
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[known] = upper[known] = values[known]
    return replace(compiled, lower=lower, upper=upper)


def nearest_to(compiled: Compiled, values: np.ndarray) -> Compiled:
    """All plans, of which one is sought that departs least from `values`, column by column.

    Where a value is a limit of its column, the distance is the column's own; else it gets a column for it.

    Parameters
    ----------
    compiled
        Arrays of a model.
    values
        Shape (columns,), in the unit of each column; NaN counts for nothing.

    Returns
    -------
    Compiled
        The arrays with the sum of absolute differences as objective; further columns and rows are after all others.
    """
    known = np.flatnonzero(~np.isnan(values))
    cost, offset = np.zeros(len(compiled.cost)), 0.0
    between = [place for place in known.tolist() if compiled.lower[place] < values[place] < compiled.upper[place]]
    for place in sorted(set(known.tolist()) - set(between)):
        sign = 1.0 if values[place] <= compiled.lower[place] else -1.0
        cost[place], offset = sign, offset - sign * values[place]
    first = len(compiled.cost)
    wider = with_columns(compiled, len(between), np.inf, whole=False)
    rows: list[Row] = []
    for number, place in enumerate(between):
        distance = first + number
        rows.append(([distance, place], [1.0, -1.0], -values[place], np.inf))
        rows.append(([distance, place], [1.0, 1.0], values[place], np.inf))
    cost = np.concatenate([cost, np.ones(len(between))])
    return set_objective(with_rows(wider, rows) if rows else wider, cost, offset)
