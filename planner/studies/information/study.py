"""Value of information: what it would be worth to know which disruption comes, and what it is to plan for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planner.planning import Problem
from planner.solver.compiled import Compiled
from planner.solver.solver import Options, Progress, Rounding, Solution, make_roundings, solve_arrays
from planner_models import frames
from planner_models.model import Model
from planner_models.schema import RESULTS

DECISIONS = ("built", "held")
"""Decisions that hold in every scenario and need not be whole; those that must be whole are such decisions as well."""

PERFECT, STOCHASTIC = "expected value of perfect information", "value of the stochastic solution"
WORTH = "value of information"
MEASURED_BY = "of expected cost, with no weight on risk; the gaps of the solves give the range from at least to at most"
NEGLIGIBLE = 1e-6
"""Money up to this is rounding."""

UNDECIDED = "not decided at this gap: it may be zero; solve with a smaller gap"


@dataclass(frozen=True)
class SolveSettings:
    """How every plan is looked for: options, how values become whole, and who watches."""

    options: Options
    roundings: tuple[Rounding, ...] = ()
    watch: Callable[[Progress], None] | None = None


@dataclass(frozen=True)
class Between:
    """A figure, and the least and the most it can be, given the gaps of the solves behind it; discounted."""

    figure: float
    least: float
    most: float

    @property
    def open(self) -> bool:
        """Whether the gaps leave it open that the figure is above zero at all."""
        return self.least <= 0.0 and self.most > NEGLIGIBLE


@dataclass(frozen=True)
class Information:
    """What perfect information would save, and what planning for disruptions saves."""

    perfect: Between
    stochastic: Between


class NoFigure(Exception):
    """A plan that the figures need was not found in time; says which."""


@dataclass(frozen=True)
class ObjectiveParts:
    """The arrays of a model with scenarios, and how its columns share in the objective.

    base: cost of each column without scenarios; certain: by scenario, the cost of its loss if it is sure to come;
    chances: by scenario, its probability.
    """

    compiled: Compiled
    base: np.ndarray
    certain: dict[str, np.ndarray]
    chances: dict[str, float]
    decided: np.ndarray

    def costing(self, cost: np.ndarray) -> Compiled:
        """The same rows, at other costs."""
        return replace(self.compiled, cost=cost)

    @property
    def expected(self) -> np.ndarray:
        """Costs with every loss at its probability, and no weight on risk."""
        losses = (chance * self.certain[name] for name, chance in self.chances.items())
        return self.base + sum(losses, np.zeros_like(self.base))


def case_of(model: Model, compiled: Compiled) -> ObjectiveParts:
    """The parts of the objective of a model whose arrays these are."""
    place = {id(variable): position for position, variable in enumerate(compiled.variables)}
    table = model.sets.scenarios["probability"]
    certain = {}
    for name in table.index[table > 0]:
        certain[name] = np.zeros_like(compiled.cost)
        for coefficient, variable in zip(
            model.losses.loss[name].coefficients, model.losses.loss[name].variables, strict=True
        ):
            certain[name][place[id(variable)]] = coefficient
    base = compiled.cost.copy()
    for block in (model.losses.loss_in, model.risk.value_at_risk, model.risk.excess):
        base[[place[id(variable)] for variable in block.values()]] = 0.0
    weight = model.sets.instance.settings["risk_weight"]
    for coefficient, variable in zip(model.risk.base.coefficients, model.risk.base.variables, strict=True):
        base[place[id(variable)]] -= weight * coefficient
    kept = [place[id(variable)] for name in DECISIONS for variable in model.component(name).values()]
    decided = compiled.integer.copy()
    decided[kept] = True
    return ObjectiveParts(compiled, base, certain, frames.entries(table[table > 0]), decided)


def compute_information(case: ObjectiveParts, solution: Solution, run: SolveSettings) -> Information:
    """The two figures for a plan that has been found; each further plan takes a solve.

    Risk has no weight in either: where it has one in the objective, the plan is found again without. Raises NoFigure
    where a plan is not found in time.
    """
    weighs_risk = not np.allclose(case.compiled.cost, case.expected, rtol=1e-12, atol=0.0)
    planned = _solve_scenario(case, case.expected, "at expected cost", run) if weighs_risk else _limits(solution)
    careless = solve_arrays(case.costing(case.base), run.options, run.watch, run.roundings)
    known = {
        name: _solve_scenario(case, case.base + loss, f"for {name} alone", run) for name, loss in case.certain.items()
    }
    rest = 1.0 - sum(case.chances.values())
    waiting = rest * _limits(careless, "without disruptions")
    waiting += sum(case.chances[name] * limits for name, limits in known.items())
    repeated = _evaluate_kept(case, careless)
    return Information(
        perfect=_difference(planned, waiting),
        stochastic=_difference(np.array([repeated, repeated]), planned),
    )


def _limits(solution: Solution, what: str = "") -> np.ndarray:
    """The cost of a plan, and the least that any could cost."""
    if solution.objective is None or solution.bound is None:
        raise NoFigure(f"no plan {what} was found in time")
    return np.array([solution.objective, solution.bound])


def _solve_scenario(case: ObjectiveParts, cost: np.ndarray, what: str, run: SolveSettings) -> np.ndarray:
    return _limits(solve_arrays(case.costing(cost), run.options, run.watch, run.roundings), what)


def _evaluate_kept(case: ObjectiveParts, careless: Solution) -> float:
    """The expected cost of a plan's decisions, everything else made the best of."""
    assert careless.values is not None
    compiled, decided = case.costing(case.expected), case.decided
    values = np.clip(careless.values, compiled.lower, compiled.upper)
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[decided] = upper[decided] = values[decided]
    fixed = replace(compiled, lower=lower, upper=upper, integer=np.zeros_like(compiled.integer))
    return float(
        _limits(solve_arrays(fixed, Options(gap=0.0)), "with the decisions made without disruptions in mind")[0]
    )


def _difference(dear: np.ndarray, cheap: np.ndarray) -> Between:
    """What one costs more than the other; not below zero, since every plan of the one is a plan of the other too."""
    figure, least, most = dear[0] - cheap[0], dear[1] - cheap[0], dear[0] - cheap[1]
    return Between(*(max(0.0, float(value)) for value in (figure, least, most)))


def value_information(
    job: Problem, solution: Solution, watch: Callable[[Progress], None] | None = None
) -> pd.DataFrame:
    """Rows of sheet `summary`: the two figures with their limits and how they were found, or why there are none.

    Parameters
    ----------
    job
        The instance that was solved, with its model.
    solution
        Its plan.
    watch
        Told of the progress of each further solve.

    Returns
    -------
    pandas.DataFrame
        Columns metric, value and unit; amounts in money, discounted.
    """
    run = SolveSettings(job.options, make_roundings(job.model, job.compiled), watch)
    return information_rows(job.model, job.compiled, solution, run)


def information_rows(model: Model, compiled: Compiled, solution: Solution, run: SolveSettings) -> pd.DataFrame:
    """Rows of sheet `summary` from a model, its arrays and its solution; see `value_information`."""
    case = case_of(model, compiled)
    rows: list[tuple[str, Any, str]] = []
    try:
        if not case.chances:
            raise NoFigure("no scenario has a probability, so information has no value")
        found = compute_information(case, solution, run)
    except NoFigure as reason:
        rows.append((WORTH, f"{reason}", ""))
    else:
        unit = f"million {model.sets.instance.settings['currency']}, discounted"
        for name, between in ((PERFECT, found.perfect), (STOCHASTIC, found.stochastic)):
            figures = [("", between.figure), (", at least", between.least), (", at most", between.most)]
            rows += [(name + limit, figure, unit) for limit, figure in figures]
            if between.open:
                rows.append((f"{name}, in words", UNDECIDED, ""))
        rows.append((WORTH, MEASURED_BY, ""))
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)
