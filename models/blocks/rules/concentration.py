"""Concentration: the Herfindahl-Hirschman index of a supply, a cone that tangents close in on."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import pyomo.environ as pyo

from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, at_most_breach, breach_of, everywhere, of_type
from planner_models.linear import Terms
from planner_models.sets import Sets


@dataclass(frozen=True)
class Cone:
    """|parts| <= radius x whole + breach (Euclidean norm; no breach where the rule is hard).

    A solver of linear rows adds tangents u . parts <= radius x whole + breach, |u| = 1, where a plan is outside.
    """

    row: RuleRow
    parts: list[Any]
    whole: Any
    breach: Any | None
    radius: float
    tangents: pyo.Constraint

    @property
    def per_limit(self) -> float:
        """What a unit of the limit moves the right side of a tangent by, at the values the variables hold."""
        return factor(self.row).value()


def rows(m: pyo.ConcreteModel, sets: Sets) -> Iterator[RuleRow]:
    """Of each supply its sources."""
    for rule in sets.rules:
        for place in everywhere(rule) if rule.type == "max_hhi" else ():
            if place in m.in_all:
                parts = [m.sourced[key] for key in m.sources_of[(rule.name, *place)]]
                whole = Terms([1.0], [m.supplied[place]])
                yield RuleRow(rule, place[0], rule.who, place[2], Terms(), whole, parts)


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """The tangents to begin with: at each source alone, and at equal shares of all."""
    m.directions = {}
    for key in of_type(m, "max_hhi"):
        count = len(m.rule_rows[key].parts)
        for place in range(count):
            m.directions[(*key, place)] = [0.0] * place + [1.0]
        m.directions[(*key, count)] = [1.0 / sqrt(count)] * count if count > 1 else []
    m.directions = {key: direction for key, direction in m.directions.items() if direction}
    m.max_hhi = pyo.Constraint(list(m.directions), rule=max_hhi)
    m.cones = [_cone(m, key) for key in of_type(m, "max_hhi")]
    for (*key, _), data in m.max_hhi.items():
        m.rule_rows[tuple(key)].constraints.append((data, factor(m.rule_rows[tuple(key)])))


def _cone(m: pyo.ConcreteModel, key: Key) -> Cone:
    row = m.rule_rows[key]
    return Cone(row, row.parts, row.base.variables[0], breach_of(m, key), sqrt(row.rule.limit), m.max_hhi)


def max_hhi(m: pyo.ConcreteModel, *key: Any) -> pyo.Expression:
    """direction . sourced <= sqrt(limit) x supplied + breach: a tangent of sqrt(sum_k sourced[k]^2) <= ..."""
    row, direction = m.rule_rows[key[:4]], m.directions[key]
    excess = Terms([*direction, -sqrt(row.rule.limit)], [*row.parts[: len(direction)], *row.base.variables])
    return at_most_breach(m, excess, key[:4])


def factor(row: RuleRow) -> Terms:
    """What a unit of the limit moves the right side of a tangent by: supplied / (2 sqrt(limit))."""
    return Terms([0.5 / sqrt(row.rule.limit)], list(row.base.variables))


def index(_: pyo.ConcreteModel, row: RuleRow) -> float | None:
    """The sum of squared shares; None where there is no supply."""
    supply = row.base.value()
    return sum(part.value**2 for part in row.parts) / supply**2 if supply > NOTHING else None
