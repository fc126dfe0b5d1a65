"""Disposal: how much of an item may be thrown away in a place."""

from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models.blocks.rules.row import Key, RuleRow, everywhere, note, of_type, one, within
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """What is thrown away of an item in the scope, in item/year; items that may not be thrown away have no row."""
    for rule in sets.rules:
        for item, scope, period in everywhere(rule) if rule.type == "max_disposal" else ():
            places = [(item, region, period) for region in sorted(rule.places[scope])]
            left = [m.left[place] for place in places if place in m.left]
            if left:
                yield RuleRow(rule, item, rule.who, period, LinearExpression([1.0] * len(left), left), one())


def build(m: Model, sets: Sets) -> None:
    """One row for each rule, item and period."""
    m.max_disposal = pyo.Constraint(of_type(m, "max_disposal"), rule=max_disposal)
    note(m, m.max_disposal)


def max_disposal(m: Model, *key: *Key) -> pyo.Expression:
    """sum over the scope of left[i,r,t] <= limit + breach"""
    return within(m, key)
