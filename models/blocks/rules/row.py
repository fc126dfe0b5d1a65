"""A row of a rule: what it holds to its limit for one item, source and period, in one form for all types."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyomo.environ as pyo

from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import Rule

NOTHING = 0.0
"""Amounts up to this are none. What the tolerance of a solver leaves near 0 is 0 before anything is reported."""

Key = tuple[str, str, str, str]
"""Rule, item, who and period."""


@dataclass
class RuleRow:
    """figure / base, at most or at least the limit of the rule.

    parts: the sources, where the rule looks at them one by one
    constraints: what holds the row, each with what a unit of the limit moves its right side by
    marginal: what the optimum falls by per unit of limit loosened, in money; set by whoever has solved the model
    remark: what else there is to say of its figure
    """

    rule: Rule
    item: str
    who: str
    period: str
    figure: LinearExpression
    base: LinearExpression
    parts: list[Any] = field(default_factory=list)
    constraints: list[tuple[Any, LinearExpression]] = field(default_factory=list)
    marginal: float | None = None
    remark: str | None = None

    @property
    def key(self) -> Key:
        """What it is known by in the model and in the result."""
        return (self.rule.name, self.item, self.who, self.period)

    @property
    def upper(self) -> bool:
        """Whether the limit is the most, not the least."""
        return not self.rule.type.startswith("min_")

    @property
    def idle(self) -> bool:
        """Whether it limits a figure that nothing can add to: it is met, and nothing has to hold it."""
        return self.upper and not (self.figure.variables or self.figure.constant or self.base.variables)


def of_type(m: Model, kind: str) -> list[Key]:
    """The keys of the rows of a type that something has to hold."""
    return [key for key, row in m.rules.rows.items() if row.rule.type == kind and not row.idle]


def within(m: Model, key: Key) -> pyo.Expression:
    """figure - limit x base <= breach, or limit x base - figure <= breach"""
    row = m.rules.rows[key]
    sign = 1.0 if row.upper else -1.0
    excess = LinearExpression()
    excess.extend(sign, row.figure)
    excess.extend(-sign * row.rule.limit, row.base)
    return at_most_breach(m, excess, key)


def breach_of(m: Model, key: Key) -> Any | None:
    """The breach of a row; None where its rule is hard."""
    return None if m.rules.rows[key].rule.penalty is None else m.rules.breach[key]


def at_most_breach(m: Model, excess: LinearExpression, key: Key) -> pyo.Expression:
    """excess <= breach, which is 0 where the rule is hard"""
    merged, breach = excess.merged(), breach_of(m, key)
    if breach is not None:
        merged.add(-1.0, breach)
    return linear(merged.coefficients, merged.variables) <= -merged.constant


def note(m: Model, constraint: pyo.Constraint) -> None:
    """Remember for each row which constraint holds it."""
    for key, data in constraint.items():
        row = m.rules.rows[key]
        row.constraints.append((data, row.base))


def ratio(_: Model, row: RuleRow) -> float | None:
    """figure / base; None where there is nothing to take a share of."""
    base = row.base.value()
    return row.figure.value() / base if base > NOTHING else None


def one() -> LinearExpression:
    """The base of a figure that stands by itself."""
    return LinearExpression(constant=1.0)


def by_period(
    m: Model, sets: Sets, kind: str, figures: Callable[[Model, Sets, Rule], dict[str, LinearExpression]]
) -> Iterator[RuleRow]:
    """The rows of a type whose figure stands by itself: one for each period."""
    for rule in sets.rules:
        if rule.type == kind:
            found = figures(m, sets, rule)
            for item, _, period in everywhere(rule):
                yield RuleRow(rule, item, rule.who, period, found[period], one())


def everywhere(rule: Rule) -> Iterator[tuple[str, str, str]]:
    """Item, scope and period of all that a rule looks at."""
    for item in rule.items:
        for scope in rule.places:
            for period in rule.periods:
                yield item, scope, period
