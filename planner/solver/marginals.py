"""Slopes of cost, from the duals of the plan's linear programme with all integers held: of limits, and of demand."""

import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.units import NOISE
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


def price_items(model: Model, compiled: Compiled, duals: np.ndarray | None) -> None:
    """Give every place its price of each item: what the optimum moves by where one more unit a year is taken there.

    That is the dual of its balance, or of its delivered side where it has one, in discounted money per item/year; none
    where there are no duals.

    Parameters
    ----------
    model
        A model whose variables hold the plan.
    compiled
        Its arrays.
    duals
        What the optimum moves by per unit of each row's right side, shape (rows of the model,).
    """
    prices = model.ledgers.prices
    prices.clear()
    if duals is None:
        return
    place = {id(row): number for number, row in enumerate(compiled.rows)}
    for key, row in (*model.balance.items(), *model.delivery.items()):
        if id(row) in place:  # of two sides of a place the delivered one, which comes last, is where things are taken
            prices[key] = float(duals[place[id(row)]])
    noise = NOISE * max(map(abs, prices.values()), default=0.0)
    prices.update({key: 0.0 for key, price in prices.items() if abs(price) < noise})
