"""The optimum of an instance, for tests that only ask what a plan costs."""

from dataclasses import replace

import numpy as np
import pandas as pd

from planner.solver.compiled import compile_model
from planner.solver.solver import Options, solve_arrays, with_best_base
from planner_models.instance import Instance
from planner_models.model import Model
from planner_models.network import build, report
from planner_models.plan import tidy

Figure = float | str
"""An optimum in money, or why there is none: infeasible, unbounded."""


def optimum(instance: Instance, without: str | None = None, relaxed: bool = False) -> Figure:
    """The least cost (or, under objective profit, the greatest profit), solved to a gap of 0.

    `without` names a constraint that is left out. `relaxed` lets whole numbers take any value: then the figure is the
    bound with which the solver starts.
    """
    model = build(instance)
    if without is not None:
        model.component(without).deactivate()
    return _solve(model, instance, relaxed)


def optimum_with_and_without(instance: Instance, constraint: str, relaxed: bool = False) -> tuple[Figure, Figure]:
    """The optimum, and the one of the same model without a constraint: building it costs far more than solving it."""
    model = build(instance)
    whole = _solve(model, instance, relaxed)
    model.component(constraint).deactivate()
    return whole, _solve(model, instance, relaxed)


def _solve(model: Model, instance: Instance, relaxed: bool) -> Figure:
    compiled = with_best_base(model, compile_model(model), Options(gap=0.0))
    if relaxed:
        compiled = replace(compiled, integer=np.zeros_like(compiled.integer))
    solution = solve_arrays(compiled, Options(gap=0.0))
    if solution.objective is None:
        return solution.status
    return -solution.objective if instance.settings["objective"] == "profit" else solution.objective


def tabulate(model: Model, sheet: str) -> pd.DataFrame:
    """One sheet of the plan that a model holds: most of what a whole plan takes is spent on tracing it."""
    return tidy(sheet, report(model)[sheet], model.sets.time.position)
