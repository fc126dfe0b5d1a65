"""Shares: how much of a supply may, or must, come from one source or from outside."""

from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models.blocks.rules.row import Key, RuleRow, everywhere, note, of_type, within
from planner_models.blocks.rules.supply import IMPORTED
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets

TYPES = ("max_share", "min_share", "max_import_share")


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """The part of each source in the supply it is part of; that of what cannot supply at all needs no upper limit."""
    for rule in sets.rules:
        for place in everywhere(rule) if rule.type in TYPES else ():
            for key in m.supplies.sources_of.get((rule.name, *place), []):
                if m.supplies.by_source[key].variables or rule.type == "min_share":
                    item, scope, period, by, name = key
                    who = scope if by == IMPORTED else name
                    part, whole = (
                        LinearExpression([1.0], [m.supplies.sourced[key]]),
                        LinearExpression([1.0], [m.supplies.supplied[place]]),
                    )
                    yield RuleRow(rule, item, who, period, part, whole)


def build(m: Model, sets: Sets) -> None:
    """One constraint for each type of share."""
    m.max_share = pyo.Constraint(of_type(m, "max_share"), rule=max_share)
    m.min_share = pyo.Constraint(of_type(m, "min_share"), rule=min_share)
    m.max_import_share = pyo.Constraint(of_type(m, "max_import_share"), rule=max_import_share)
    for constraint in (m.max_share, m.min_share, m.max_import_share):
        note(m, constraint)


def max_share(m: Model, *key: *Key) -> pyo.Expression:
    """sourced <= limit x supplied + breach"""
    return within(m, key)


def min_share(m: Model, *key: *Key) -> pyo.Expression:
    """sourced >= limit x supplied - breach"""
    return within(m, key)


def max_import_share(m: Model, *key: *Key) -> pyo.Expression:
    """shipped into the scope <= limit x (shipped into it + made in it) + breach"""
    return within(m, key)
