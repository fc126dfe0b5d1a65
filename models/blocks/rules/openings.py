"""Openings: how many sites, hubs or lanes of a group may be, or must be, open at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models.blocks.lane_use import find_used_lanes
from planner_models.blocks.rules.row import Key, RuleRow, everywhere, note, of_type, one, within
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.groups import list_lanes, list_sites
from planner_models.sets.hubs import list_hubs
from planner_models.sets.rules import OPEN, Rule


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """The number of what is open of a group, in each period."""
    for rule in sets.rules:
        for item, _, period in everywhere(rule) if rule.type in OPEN else ():
            yield RuleRow(rule, item, rule.who, period, _COUNTS[rule.by or "site"](m, sets, rule, period), one())


def build(m: Model, sets: Sets) -> None:
    """One constraint for each type of limit."""
    m.max_open = pyo.Constraint(of_type(m, "max_open"), rule=max_open)
    m.min_open = pyo.Constraint(of_type(m, "min_open"), rule=min_open)
    for constraint in (m.max_open, m.min_open):
        note(m, constraint)


def max_open(m: Model, *key: *Key) -> pyo.Expression:
    """sum over the group of opened[.,t] <= limit + breach; of lanes lane_used"""
    return within(m, key)


def min_open(m: Model, *key: *Key) -> pyo.Expression:
    """sum over the group of opened[.,t] >= limit - breach; of lanes lane_used"""
    return within(m, key)


def _count_sites(m: Model, sets: Sets, rule: Rule, period: str) -> LinearExpression:
    """The sites of the group that are open."""
    figure = LinearExpression()
    for site in list_sites(sets.instance, rule):
        key = (site, period)
        if period in sets.windows[site]:
            figure.add(1.0, m.sites.opened[key] if key in m.sites.opened else None)  # noqa: SIM401  # no mapping
    return figure


def _count_lanes(m: Model, sets: Sets, rule: Rule, period: str) -> LinearExpression:
    """The lanes of the group that are used."""
    keys = [(*lane, period) for lane in list_lanes(rule, sets.flows)]
    used = [m.lane_use.lane_used[key] for key in keys if key in m.lane_use.lane_used]
    return LinearExpression([1.0] * len(used), used)


def _count_hubs(m: Model, sets: Sets, rule: Rule, period: str) -> LinearExpression:
    """The hubs of the group that are open."""
    figure = LinearExpression()
    for hub in list_hubs(sets.instance, rule):
        key = (*hub, period)
        figure.add(1.0, m.hubs.hub_opened[key] if key in m.hubs.hub_opened else None)  # noqa: SIM401  # no mapping
    return figure


_COUNTS = {"site": _count_sites, "lane": _count_lanes, "hub": _count_hubs}


def count_open(m: Model, row: RuleRow) -> float:
    """How many there are: of lanes those that carry something."""
    if row.rule.by != "lane":
        return row.figure.value()
    lanes, used = set(list_lanes(row.rule, m.sets.flows)), find_used_lanes(m)
    return float(sum(key[:4] in lanes and key[4] == row.period for key in used))
