"""Groups of lines: the capacity that they must or may have, and what may be ordered of it, period by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models.blocks.rules.reserves import sum_capacity
from planner_models.blocks.rules.row import Key, RuleRow, everywhere, note, of_type, one, within
from planner_models.keys import Line
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.policies import blocs
from planner_models.sets.rules import CAPACITY, EVERY, Rule


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """Of each group of lines that make an item its capacity, or what is ordered of it, in item/year."""
    for rule in sets.rules:
        for item, scope, period in everywhere(rule) if rule.type in CAPACITY else ():
            quantities = sets.making(item, period)
            for who, lines in _groups(sets, rule, scope, quantities).items():
                figure = _sum_orders if rule.type == "max_new" else sum_capacity
                yield RuleRow(rule, item, who, period, figure(m, sets, lines, quantities, period), one())


def build(m: Model, sets: Sets) -> None:
    """One constraint for each type of limit."""
    m.min_capacity = pyo.Constraint(of_type(m, "min_capacity"), rule=min_capacity)
    m.max_capacity = pyo.Constraint(of_type(m, "max_capacity"), rule=max_capacity)
    m.max_new = pyo.Constraint(of_type(m, "max_new"), rule=max_new)
    for constraint in (m.min_capacity, m.max_capacity, m.max_new):
        note(m, constraint)


def min_capacity(m: Model, *key: *Key) -> pyo.Expression:
    """sum over lines of the group of quantity x capacity[l,t] >= limit - breach"""
    return within(m, key)


def max_capacity(m: Model, *key: *Key) -> pyo.Expression:
    """sum over lines of the group of quantity x capacity[l,t] <= limit + breach"""
    return within(m, key)


def max_new(m: Model, *key: *Key) -> pyo.Expression:
    """sum over lines and options of the group of quantity x size x built[l,k,t] <= limit + breach"""
    return within(m, key)


def _groups(sets: Sets, rule: Rule, scope: str, quantities: dict[str, float]) -> dict[str, list[Line]]:
    """The lines that make the item in the scope, by the name of their group; all of them together without `by`."""
    firms, bloc = sets.lines["firm"].to_dict(), blocs(sets.instance).to_dict()
    found: dict[str, list[Line]] = defaultdict(list)
    for line, (_, region) in sorted(sets.places.items()):
        if line[1] in quantities and region in rule.places[scope]:
            facts = {"region": region, "bloc": bloc[region], "firm": firms[line], "site": line[0], "process": line[1]}
            found[facts[rule.by] if rule.by else EVERY].append(line)
    if rule.by is None:
        return {rule.who: found[EVERY]} if found else {}
    return {name: lines for name, lines in found.items() if rule.who in (EVERY, name)}


def _sum_orders(m: Model, _: Sets, lines: list[Line], quantities: dict[str, float], period: str) -> LinearExpression:
    """What modules that are ordered in a period on these lines will be able to make, without ramp: item/year."""
    meant, total = set(lines), LinearExpression()
    for key, order in m.sets.orders.items():
        if key[:2] in meant and key[3] == period:
            total.add(quantities[key[1]] * order.size, m.capacity.built[key])
    return total
