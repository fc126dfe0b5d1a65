"""Growth: capacity is put into service only so fast, from what there was before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.retirement import find_state
from planner_models.keys import Line, Ordering
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.growth import Growth
from planner_models.sets.modules import ModuleOrder

Key = tuple[str, str, str]
"""Process or stage, region or bloc, and period."""

Orders = dict[Line, list[tuple[Ordering, ModuleOrder]]]
"""What can be ordered on each line."""


@dataclass(frozen=True)
class Expansion:
    """new: what is put into service, activity/year; most: the most of it, from what there was in the period before."""

    new: dict[Key, LinearExpression]
    most: dict[Key, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """One row for each process or stage and place with a limit, and period in which anything can be added there."""
    new, most = {}, {}
    orders: Orders = defaultdict(list)
    for ordering, order in sets.orders.items():
        orders[ordering[:2]].append((ordering, order))
    for key, growth in sets.growth.items():
        for place, period in enumerate(sets.time.periods):
            before = sets.time.periods[place - 1] if place else None
            new[(*key, period)] = _sum_new(m, sets, growth, orders, (period, before))
            most[(*key, period)] = _sum_most(m, sets, growth, orders, (period, before))
    m.expansion = Expansion(new, most)
    limited = [key for key, terms in new.items() if terms.variables or (terms.constant and most[key].variables)]
    m.capacity_growth = pyo.Constraint(limited, rule=capacity_growth)


def _sum_new(m: Model, sets: Sets, growth: Growth, orders: Orders, when: tuple[str, str | None]) -> LinearExpression:
    """What begins its service in a period: modules, what exists at sites that open, and rises of what exists."""
    (period, before), new = when, LinearExpression()
    for key, order in (entry for line in growth.lines for entry in orders[line]):
        if order.service[0] == period:
            new.add(order.size, m.capacity.built[key])
    for site, process in growth.lines:
        existing = sets.existing.get((site, process, period), 0.0)
        if (site, period) in m.sites.opens and existing:
            new.add(existing, m.sites.opens[site, period])
        elif before is not None and (site, period) not in m.sites.opens:
            new.add(max(0.0, existing - sets.existing.get((site, process, before), 0.0)), None)
    return new


def _sum_most(m: Model, sets: Sets, growth: Growth, orders: Orders, when: tuple[str, str | None]) -> LinearExpression:
    """A seed a year, and what growth adds to what was there in the period before, or exists in the first."""
    period, before = when
    years = sets.time.years[period]
    factor = growth.factor(years)
    most = LinearExpression(constant=growth.seed * years)
    for line in growth.lines:
        existing = sets.existing.get((*line, before or period), 0.0)
        if before is not None and existing:
            most.add(factor * existing, find_state(m, m.capacity.kept, (*line, before)))
        elif (line[0], period) not in m.sites.opens:
            most.add(factor * existing, None)
    for key, order in (entry for line in growth.lines for entry in orders[line]):
        if before in order.service:
            most.add(factor * order.size, m.capacity.built[key])
    return most


def capacity_growth(m: Model, *key: *Key) -> pyo.Expression:
    """new[w,t] <= seed x years + ((1 + max_growth)^years - 1) x capacity[w,t-1], of modules those in service"""
    difference = LinearExpression()
    difference.extend(1.0, m.expansion.new[key])
    difference.extend(-1.0, m.expansion.most[key])
    difference = difference.merged()
    return difference.expression() <= -difference.constant


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `growth`: what is put into service where that is limited, and the most that could be."""
    rows = [(*key, terms.value(), m.expansion.most[key].value()) for key, terms in m.expansion.new.items()]
    return {"growth": pd.DataFrame(rows, columns=["what", "where", "period", "new", "most"])}
