"""Risk: the mean of the worst costs (CVaR), where the objective weighs it or a rule limits it.

A cost is that of the base and the loss on top: a plan is no safer for making its own base cost more.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE
from planner_models.blocks.costs import CostLine
from planner_models.blocks.disruptions.losses import settle_stocks
from planner_models.blocks.disruptions.realisations import SCENARIOS, compute_service, course_rows, list_realisations
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.scenarios import BASE

LIMIT = "max_cvar"
"""The type of rule that limits it."""

ROUNDING = 1e-9
"""What probabilities may be off 1 by."""


EXPECTED, RISK = "expected loss", "risk"
NOT_BASE = (EXPECTED, RISK, "rule breach", "rule breach once")
"""Cost lines that are no part of what the base costs."""


@dataclass(frozen=True)
class Risk:
    """value_at_risk (of losses), by its alpha; excess, by scenario: discounted money.

    base: what the base costs; cvar: the mean of the worst costs, base and loss
    best_base: what the cheapest base costs, by `LIMIT` where that limits the risk; fixed by whoever solves the model
    """

    value_at_risk: pyo.Var[float]
    excess: pyo.Var[str]
    base: LinearExpression
    cvar: LinearExpression
    best_base: pyo.Var[str]


def build(m: Model, sets: Sets) -> None:
    """value_at_risk[alpha], free; excess[w] >= 0, by how much a loss is above it: also of the baseline, which
    loses nothing and has the probability that scenarios leave.

    cvar: base + value_at_risk + sum of probability x excess / (1 - alpha), in discounted money (Rockafellar, Uryasev
    2000; what is added to every cost is added to its CVaR).
    """
    settings = sets.instance.settings
    chances = probabilities(sets) if settings["risk_weight"] > 0 or _limits_risk(sets) else {}
    m.value_at_risk = value_at_risk = pyo.Var([settings["cvar_alpha"]] if chances else [], domain=pyo.Reals)
    m.excess = excess = pyo.Var(list(chances), domain=pyo.NonNegativeReals)
    base = base_cost(m, sets) if chances else LinearExpression()
    m.best_base = best = pyo.Var([LIMIT] if chances and _limits_risk(sets) else [], domain=pyo.Reals)
    cvar = LinearExpression()
    cvar.extend(1.0, base)
    for variable in value_at_risk.values():
        cvar.add(1.0, variable)
    for name, variable in excess.items():
        cvar.add(chances[name] / (1.0 - settings["cvar_alpha"]), variable)
    m.risk = Risk(value_at_risk, excess, base, cvar, best)
    m.beyond = pyo.Constraint(list(chances), rule=beyond)
    risk, label = CostLine(RISK, once=True), ("downstream", ANYWHERE, sets.time.periods[0])
    for coefficient, variable in zip(cvar.coefficients, cvar.variables, strict=True):
        risk.add(settings["risk_weight"] * coefficient, variable, label)
    risk.add(settings["risk_weight"] * cvar.constant, None, label)
    m.cost_lines.append(risk)


def base_cost(m: Model, sets: Sets) -> LinearExpression:
    """What the base costs: all cost lines but those on losses, risk and breaches of rules.

    Parameters
    ----------
    m
        A model with its cost lines.
    sets
        Its sets.

    Returns
    -------
    LinearExpression
        The cost in discounted money.
    """
    total = LinearExpression()
    for line in (line for line in m.cost_lines if line.name not in NOT_BASE):
        factor = line.factors(sets.time)
        for amount, variable, label in zip(line.amounts, line.variables, line.labels, strict=True):
            total.add(amount * factor[label[2]], variable)
        total.constant += sum(amount * factor[label[2]] for amount, label, _ in line.fixed)
    return total.merged()


def probabilities(sets: Sets) -> dict[str, float]:
    """Of every scenario that can come, and what they leave for the baseline.

    Parameters
    ----------
    sets
        Sets of the model.

    Returns
    -------
    dict of str to float
        Scenario -> probability, with `BASE` where something is left; empty where no scenario has a probability.
    """
    chances = sets.scenarios["probability"]
    found = chances[chances > 0].to_dict()
    rest = 1.0 - sum(found.values())
    return found | ({BASE: rest} if found and rest > ROUNDING else {})


def _limits_risk(sets: Sets) -> bool:
    """Whether an active rule limits the CVaR."""
    return any(rule.type == LIMIT for rule in sets.rules)


def beyond(m: Model, name: str) -> pyo.Expression:
    """excess[w] >= loss[w] - value_at_risk; the baseline loses nothing"""
    loss = m.losses.loss[name] if name in m.losses.loss else LinearExpression()
    slopes = [1.0, *(-value for value in loss.coefficients), 1.0]
    return linear(slopes, [m.risk.excess[name], *loss.variables, *m.risk.value_at_risk.values()]) >= 0


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `scenarios`: what each loses and still serves, and its share of the tail that CVaR averages.

    And what happens in each, in sheets `production`, `flows`, `stocks` and `demand`, where it can change anything.
    """
    settle_stocks(m)
    courses, chances = list_realisations(m), sets.scenarios["probability"]
    losses = {name: terms.value() for name, terms in m.losses.loss.items()}
    weights = tail(losses | {BASE: 0.0}, probabilities(sets), sets.instance.settings["cvar_alpha"])
    sold = {key: variable.value for key, variable in m.demand.sold.items()}
    rows = []
    for name, loss in losses.items():
        own = {key: course for key, course in courses.items() if key[0] == name}
        rows.append((name, chances[name], compute_service(sets, own, sold), loss, nan, weights.get(name, 0.0), "yes"))
    return {"scenarios": pd.DataFrame(rows, columns=SCENARIOS), **course_rows(m, courses)}


def tail(losses: dict[str, float], chances: dict[str, float], alpha: float) -> dict[str, float]:
    """The share of each scenario in the worst 1 - alpha of all that can happen.

    Parameters
    ----------
    losses
        Loss of each scenario in `chances`, in one unit.
    chances
        Probability by scenario; in all 1.
    alpha
        Confidence level, below 1.

    Returns
    -------
    dict of str to float
        Share by scenario of `chances`; in all 1.
    """
    left, shares = 1.0, {}
    for name in sorted(chances, key=lambda name: -losses[name]):
        shares[name] = min(left, chances[name] / (1.0 - alpha))
        left -= shares[name]
    return shares
