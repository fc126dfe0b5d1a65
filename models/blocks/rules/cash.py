"""Cash: how low the cash gathered since the beginning may fall."""

from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models.blocks.rules.row import Key, RuleRow, by_period, note, of_type, within
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import Rule


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """What has gathered by the end of each period, money."""
    yield from by_period(m, sets, "min_cash", _gather)


def _gather(m: Model, sets: Sets, rule: Rule) -> dict[str, LinearExpression]:
    return {period: LinearExpression([1.0], [m.cash.gathered[period]]) for period in rule.periods}


def build(m: Model, sets: Sets) -> None:
    """One row for each rule and period."""
    m.min_cash = pyo.Constraint(of_type(m, "min_cash"), rule=min_cash)
    note(m, m.min_cash)


def min_cash(m: Model, *key: *Key) -> pyo.Expression:
    """gathered[t] >= limit - breach"""
    return within(m, key)


def turnover(m: Model, row: RuleRow) -> float:
    """All that has come in and gone out by the end of a row's period, money: what the figure is a difference of."""
    position = m.sets.time.position
    total = 0.0
    for period, terms in m.cash.received.items():
        if position[period] <= position[row.period]:
            moved = zip(terms.coefficients, terms.variables, strict=True)
            total += abs(terms.constant) + sum(abs(amount * variable.value) for amount, variable in moved)
    return total
