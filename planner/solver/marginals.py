"""The slope of cost in each rule's limit: from the duals of the plan's linear programme, all integers held."""

import numpy as np

from planner.solver.compiled import Compiled
from planner_models.model import Model


def price_rules(model: Model, compiled: Compiled, duals: np.ndarray | None, cone_duals: np.ndarray | None) -> None:
    """Give each row of the rules its marginal cost, in money per unit of limit; none where there are no duals.

    Parameters
    ----------
    model
        A model whose variables hold the plan: what a unit of limit moves a row by depends on it.
    compiled
        Its arrays.
    duals
        What the optimum moves by per unit of each row's right side, shape (rows of the model,).
    cone_duals
        The same for all further tangents of each cone together, shape (cones,).
    """
    if duals is None or cone_duals is None:
        return
    dual = dict(zip(map(id, compiled.rows), duals.tolist(), strict=True))
    for row in model.rules.rows.values():
        worth = sum(-dual.get(id(constraint), 0.0) * factor.value() for constraint, factor in row.constraints)
        row.marginal = max(0.0, worth)
    for cone, value in zip(
        (cone for cone in model.concentration.cones if cone.tangents.active), cone_duals.tolist(), strict=True
    ):
        cone.row.marginal += max(0.0, -value * cone.per_limit)
