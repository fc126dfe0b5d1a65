"""Concentration: the Herfindahl-Hirschman index of a supply, a cone that tangents close in on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import pyomo.environ as pyo

from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, at_most_breach, breach_of, everywhere, of_type
from planner_models.linear import LinearExpression, Variable
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Cone:
    """|parts| <= radius x whole + breach (Euclidean norm; no breach where the rule is hard).

    A solver of linear rows adds tangents u . parts <= radius x whole + breach, |u| = 1, where a plan is outside.
    """

    row: RuleRow
    parts: list[Variable]
    whole: Variable
    breach: Variable | None
    radius: float
    tangents: pyo.Constraint[Tangent]

    @property
    def per_limit(self) -> float:
        """What a unit of the limit moves the right side of a tangent by, at the values the variables hold."""
        return factor(self.row).value()


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """Of each supply its sources."""
    for rule in sets.rules:
        for place in everywhere(rule) if rule.type == "max_hhi" else ():
            if place in m.supplies.in_all:
                parts = [m.supplies.sourced[key] for key in m.supplies.sources_of[(rule.name, *place)]]
                whole = LinearExpression([1.0], [m.supplies.supplied[place]])
                yield RuleRow(rule, place[0], rule.who, place[2], LinearExpression(), whole, parts)


Tangent = tuple[str, str, str, str, int]
"""The key of a row, and the number of a tangent."""


@dataclass(frozen=True)
class Concentration:
    """directions: u of each tangent that rows begin with; cones: of every row that is held, what they close in on."""

    directions: dict[Tangent, list[float]]
    cones: list[Cone]


def build(m: Model, sets: Sets) -> None:
    """The tangents to begin with: at each source alone, and at equal shares of all."""
    directions: dict[Tangent, list[float]] = {}
    for key in of_type(m, "max_hhi"):
        count = len(m.rules.rows[key].parts)
        for place in range(count):
            directions[(*key, place)] = [0.0] * place + [1.0]
        if count > 1:
            directions[(*key, count)] = [1.0 / sqrt(count)] * count
    cones: list[Cone] = []
    m.concentration = Concentration(directions, cones)
    m.max_hhi = tangents = pyo.Constraint(list(directions), rule=max_hhi)
    cones.extend(_cone(m, key, tangents) for key in of_type(m, "max_hhi"))
    for key, data in tangents.items():
        row = m.rules.rows[key[:4]]
        row.constraints.append((data, factor(row)))


def _cone(m: Model, key: Key, tangents: pyo.Constraint[Tangent]) -> Cone:
    row = m.rules.rows[key]
    return Cone(row, row.parts, row.base.variables[0], breach_of(m, key), sqrt(row.rule.limit), tangents)


def max_hhi(m: Model, *key: *Tangent) -> pyo.Expression:
    """direction . sourced <= sqrt(limit) x supplied + breach: a tangent of sqrt(sum_k sourced[k]^2) <= ..."""
    row, direction = m.rules.rows[key[:4]], m.concentration.directions[key]
    excess = LinearExpression([*direction, -sqrt(row.rule.limit)], [*row.parts[: len(direction)], *row.base.variables])
    return at_most_breach(m, excess, key[:4])


def factor(row: RuleRow) -> LinearExpression:
    """What a unit of the limit moves the right side of a tangent by: supplied / (2 sqrt(limit))."""
    return LinearExpression([0.5 / sqrt(row.rule.limit)], list(row.base.variables))


def index(_: Model, row: RuleRow) -> float | None:
    """The sum of squared shares; None where there is no supply."""
    supply = row.base.value()
    return sum(part.value**2 for part in row.parts) / supply**2 if supply > NOTHING else None
