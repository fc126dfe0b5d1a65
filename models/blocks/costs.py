"""Costs: every cost line is listed once; the objective and the result sheet both come from this list."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner_models.linear import Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.timeline import Timeline

Label = tuple[str, str, str]
"""Tier, region and period an amount belongs to."""


@dataclass
class CostLine:
    """One line of the cost sheet: parallel lists of amounts, the variables they multiply, and their labels.

    An amount is in money/year where the line is yearly, in money where it is paid `once`: as a period begins, or
    `late`, when it has ended. What no decision can change stands apart, in `fixed`,
    with the site that pays it (None where it is no site's own).
    """

    name: str
    once: bool = False
    amounts: list[float] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    fixed: list[tuple[float, Label, str | None]] = field(default_factory=list)
    late: bool = False

    def factors(self, time: Timeline) -> dict[str, float]:
        """By period, what multiplies an amount to discount it."""
        if self.late:
            return time.closing
        return time.once if self.once else time.annual

    def add(self, amount: float, variable: Any, label: Label, site: str | None = None) -> None:
        """Post an amount, unless it is zero; a variable of None stands for 1, paid by the `site`."""
        if amount and variable is None:
            self.fixed.append((amount, label, site))
        elif amount:
            self.amounts.append(amount)
            self.variables.append(variable)
            self.labels.append(label)

    def extend(self, amounts: np.ndarray, variables: np.ndarray, labels: np.ndarray) -> None:
        """Post many amounts, one for each variable; zeros are left out."""
        places = np.flatnonzero(amounts)
        self.amounts.extend(amounts[places].tolist())
        self.variables.extend(variables[places].tolist())
        self.labels.extend(labels[places].tolist())


@dataclass(frozen=True)
class Costs:
    """The objective: discounted amounts, the variables they multiply, and what no decision can change, money."""

    amounts: list[float]
    variables: list[Variable]
    constant: float


def build(m: Model, sets: Sets) -> None:
    """The objective: the discounted sum of all cost lines, least cost being greatest profit where revenue is a line."""
    amounts: list[float] = []
    variables: list[Variable] = []
    constant = 0.0
    for line in m.cost_lines:
        factor = line.factors(sets.time)
        amounts += [amount * factor[label[2]] for amount, label in zip(line.amounts, line.labels, strict=True)]
        variables += line.variables
        constant += sum(amount * factor[label[2]] for amount, label, _ in line.fixed)
    m.costs = Costs(amounts, variables, constant)
    m.objective = pyo.Objective(rule=objective, sense=pyo.minimize)


def objective(m: Model) -> pyo.Expression:
    """sum over cost lines of amount x variable x discount factor"""
    return linear(m.costs.amounts, m.costs.variables, m.costs.constant)


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `costs`: amounts over the whole period, and discounted; they add up to the objective."""
    rows = []
    for line in m.cost_lines:
        values = [amount * variable.value for amount, variable in zip(line.amounts, line.variables, strict=True)]
        posted = [*zip(values, line.labels, strict=True), *(entry[:2] for entry in line.fixed)]
        discount = line.factors(sets.time)
        for value, label in posted:
            if value:
                years = 1 if line.once else sets.time.years[label[2]]
                rows.append((line.name, *label, value * years, value * discount[label[2]]))
    frame = pd.DataFrame(rows, columns=["line", "tier", "region", "period", "amount", "discounted"])
    return {"costs": frame.groupby(["line", "tier", "region", "period"], as_index=False).sum()}
