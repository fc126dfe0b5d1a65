"""What the optimum leaves open, because it has no weight: the cheapest flows there, in a second step.

Of scenarios that nobody gives a probability; and of the base, where the probabilities of scenarios add up to 1.
"""

from dataclasses import replace

import numpy as np

from planner.recourse.ties import use_alike
from planner.solver.compiled import Compiled
from planner.solver.solver import Options, solve_arrays
from planner_models.blocks.disruptions.risk import base_cost, probabilities
from planner_models.model import Model
from planner_models.sets.scenarios import BASE

SAME = 1e-9
"""By how much the objective may rise, as a share of it, while the base is made cheaper."""


def choose_second_stage(m: Model, compiled: Compiled, values: np.ndarray) -> np.ndarray:
    """The same plan with the flows that have no weight chosen at least cost.

    Parameters
    ----------
    m : a built model, and `compiled`, its arrays; `values` : the plan, by column

    Returns
    -------
    The values by column. The optimum leaves such flows open: any that keep to the rules would do. Whole decisions and
    the objective stay as they are. Identical lines are then used alike.
    """
    return use_alike(m, compiled, _scenarios_settled(m, compiled, _base_settled(m, compiled, values)))


def _base_settled(m: Model, compiled: Compiled, values: np.ndarray) -> np.ndarray:
    """The plan with the cheapest base among those of the same objective, where the base has no probability."""
    chances = probabilities(m.sets)
    if not chances or BASE in chances:
        return values
    column = {id(variable): place for place, variable in enumerate(compiled.variables)}
    base, cost = base_cost(m, m.sets), np.zeros(len(values))
    for coefficient, variable in zip(base.coefficients, base.variables, strict=True):
        cost[column[id(variable)]] += coefficient
    most = float(compiled.cost @ values)
    used = np.flatnonzero(compiled.cost)
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[compiled.integer] = upper[compiled.integer] = values[compiled.integer]
    limited = replace(
        compiled,
        cost=cost,
        offset=0.0,
        lower=lower,
        upper=upper,
        integer=np.zeros_like(compiled.integer),
        starts=np.append(compiled.starts, compiled.starts[-1] + len(used)).astype(np.int32),
        columns=np.append(compiled.columns, used).astype(np.int32),
        values=np.append(compiled.values, compiled.cost[used]),
        row_lower=np.append(compiled.row_lower, -np.inf),
        row_upper=np.append(compiled.row_upper, most + SAME * max(1.0, abs(most))),
    )
    found = solve_arrays(limited, Options(gap=0.0)).values
    return values if found is None else found


def _scenarios_settled(m: Model, compiled: Compiled, values: np.ndarray) -> np.ndarray:
    """The plan with the flows of scenarios without a probability chosen at least cost."""
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
