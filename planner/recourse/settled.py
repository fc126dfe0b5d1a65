"""Scenarios that cost the plan nothing, because nobody gives them a probability: the cheapest flows in each of them."""

from dataclasses import replace

import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.solver import Options, solve_arrays
from planner_models.model import Model


def settled(m: Model, compiled: Compiled, values: np.ndarray) -> np.ndarray:
    """The same plan with the flows of such scenarios chosen at least cost within the rules that name them.

    The optimum leaves them open: any flows that serve enough would do. Everything else stays as it is.
    """
    chances = m.sets.scenarios["probability"]
    open_ = {name for name in m.losses.loss if chances[name] == 0}
    if not open_:
        return values
    own = {
        id(variable) for (name, _), part in m.snapshots.parts.items() if name in open_ for variable in part.own.values()
    }
    own |= {id(m.losses.loss_in[key]) for key in m.losses.loss_in if key[0] in open_}
    free = np.array([id(variable) in own for variable in compiled.variables], dtype=bool)
    column = {id(variable): place for place, variable in enumerate(compiled.variables)}
    cost = np.zeros(len(values))
    for name in open_:
        for coefficient, variable in zip(m.losses.loss[name].coefficients, m.losses.loss[name].variables, strict=True):
            cost[column[id(variable)]] += coefficient
    held = replace(
        compiled,
        cost=cost,
        offset=0.0,
        lower=np.where(free, compiled.lower, values),
        upper=np.where(free, compiled.upper, values),
        integer=np.zeros_like(compiled.integer),
    )
    found = solve_arrays(held, Options(gap=0.0)).values
    return values if found is None else np.where(free, found, values)
