"""From a Pyomo model to arrays: rows are read from their flat expressions, once, without walking trees."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
from pyomo.core.expr.relational_expr import EqualityExpression

from planner.solver.arrays import Compiled, CompiledCone
from planner.solver.units import units_of
from planner_models.linear import FlatExpression
from planner_models.model import Model


def compile_model(model: pyo.ConcreteModel) -> Compiled:
    """The arrays of a model whose active rows and objective are flat linear expressions (`linear.linear`).

    Parameters
    ----------
    model
        A model with one active objective; its variables need hold no values.

    Returns
    -------
    Compiled
        Columns in the order of the variables, rows in that of the active constraints, in the units of the model.

    Raises
    ------
    TypeError
        A row has any other form: building such rows would cost more than solving them.
    ValueError
        A row has a variable that is not on the model.
    """
    blocks = list(model.component_objects(pyo.Var))
    variables = list(chain.from_iterable(block.values() for block in blocks))
    extra = model.of_disruptions if isinstance(model, Model) else set()
    disturbed = [block.local_name in extra for block in blocks]
    column = _identities(variables)
    rows = [row for block in model.component_objects(pyo.Constraint) for row in block.values() if row.active]
    bounded = [_split_relation(row.expr) for row in rows]
    bodies = [body for _, body, _ in bounded]
    lengths = [len(body.coefficients) for body in bodies]
    (objective,) = model.component_data_objects(pyo.Objective, active=True)
    lower, upper, integer = _limits(variables)
    cones = model.concentration.cones if isinstance(model, Model) else ()
    compiled = Compiled(
        cost=np.bincount(_columns([objective.expr], column), objective.expr.coefficients, len(variables)),
        offset=float(objective.expr.offset),
        lower=lower,
        upper=upper,
        integer=integer,
        starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32),
        columns=_columns(bodies, column),
        values=np.fromiter(chain.from_iterable(body.coefficients for body in bodies), float, sum(lengths)),
        row_lower=np.array([low for low, _, _ in bounded], dtype=float),
        row_upper=np.array([high for _, _, high in bounded], dtype=float),
        variables=variables,
        rows=rows,
        cones=tuple(_cone(cone, column) for cone in cones if cone.tangents.active),
        disturbed=np.repeat(np.array(disturbed, dtype=bool), [len(block) for block in blocks]),
        disturbed_rows=np.array([row.parent_component().local_name in extra for row in rows], dtype=bool),
    )
    return replace(compiled, units=units_of(compiled))


def _identities(objects: Iterable[Any]) -> pd.Index:
    return pd.Index(np.fromiter(map(id, objects), np.int64))


def _columns(bodies: Iterable[FlatExpression], column: pd.Index) -> np.ndarray:
    """The column of every term of `bodies`, one after the other; `column` holds the identities of the variables."""
    found = column.get_indexer(_identities(chain.from_iterable(body.variables for body in bodies)))
    if (found < 0).any():
        raise ValueError("a row or the objective has a variable that is not on the model")
    return found.astype(np.int32)


def _cone(cone: Any, column: pd.Index) -> CompiledCone:
    """A cone of `planner_models.blocks.rules.concentration` by columns."""
    whole, *breach = column.get_indexer(
        _identities([cone.whole, *([] if cone.breach is None else [cone.breach])])
    ).tolist()
    return CompiledCone(column.get_indexer(_identities(cone.parts)), whole, breach[0] if breach else None, cone.radius)


def _split_relation(expression: Any) -> tuple[float, Any, float]:
    """Lower bound, linear body and upper bound of a relational expression."""
    arguments = expression.args
    if len(arguments) == 3:
        low, body, high = arguments
    elif isinstance(arguments[0], FlatExpression):
        body, high = arguments
        low = high if isinstance(expression, EqualityExpression) else -np.inf
    else:
        low, body = arguments
        high = low if isinstance(expression, EqualityExpression) else np.inf
    if not isinstance(body, FlatExpression):
        raise TypeError(f"not a flat linear row: {expression}")
    return low, body, high


def _limits(variables: list[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lower bound, upper bound and wholeness of each variable.

    Asking each one for its `bounds` would build the interval of its domain anew: each domain is asked once. Where a
    variable or its domain has no bound Pyomo says None, numpy NaN, which fmax and fmin pass over.
    """
    domains = [data.domain for data in variables]
    _, first, which = np.unique(_identities(domains), return_index=True, return_inverse=True)
    intervals = np.array([domains[place].bounds() for place in first], dtype=float).reshape(-1, 2)[which]
    own_lower = np.array([data._lb for data in variables], dtype=float)
    own_upper = np.array([data._ub for data in variables], dtype=float)
    lower = np.fmax(np.fmax(own_lower, intervals[:, 0]), -np.inf)
    upper = np.fmin(np.fmin(own_upper, intervals[:, 1]), np.inf)
    whole = np.array([not variables[place].is_continuous() for place in first], dtype=bool)[which]
    return lower, upper, whole
