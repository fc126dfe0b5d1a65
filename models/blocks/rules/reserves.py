"""Reserves: stock for months of use, and how much capacity may exceed what is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, everywhere, note, of_type, within
from planner_models.keys import Line, Market
from planner_models.linear import LinearExpression, Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.access import OWN
from planner_models.sets.rules import EVERY, Rule

MONTHS = 12.0


@dataclass(frozen=True)
class Reserves:
    """covering: by region, item and period, what is in stock throughout the period; not of the first."""

    covering: pyo.Var[Market]


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """Stock or capacity against use, or what is made against what could be, where there can be any."""
    _build_covering(m, sets)
    measured = ("min_cover", "max_capacity_ratio")
    use = sum_use(m, sets, {item for rule in sets.rules if rule.type in measured for item in rule.items})
    for rule in sets.rules:
        for place in everywhere(rule) if rule.type in (*measured, "min_utilisation") else ():
            row = _row(m, sets, rule, place, use)
            if row.base.variables or (row.base.constant and rule.type == "min_utilisation"):
                yield row


def _build_covering(m: Model, sets: Sets) -> None:
    """covering[r,i,t] >= 0 in item: what is in stock from the beginning of a period to its end.

    That is what a disruption in it can draw on whenever its window opens. In the first period it is what is there at
    the end.
    """
    meant = {(item, period) for rule in sets.rules if rule.type == "min_cover" for item in rule.items
             for period in rule.periods if sets.time.position[period]}  # fmt: skip
    m.covering = pyo.Var([key for key in m.stock.held if key[1:] in meant], domain=pyo.NonNegativeReals)
    m.reserves = Reserves(m.covering)


def build(m: Model, sets: Sets) -> None:
    """One constraint for each type."""
    m.covering_before = pyo.Constraint(list(m.reserves.covering), rule=covering_before)
    m.covering_after = pyo.Constraint(list(m.reserves.covering), rule=covering_after)
    m.min_cover = pyo.Constraint(of_type(m, "min_cover"), rule=min_cover)
    m.max_capacity_ratio = pyo.Constraint(of_type(m, "max_capacity_ratio"), rule=max_capacity_ratio)
    m.min_utilisation = pyo.Constraint(of_type(m, "min_utilisation"), rule=min_utilisation)
    for constraint in (m.min_cover, m.max_capacity_ratio, m.min_utilisation):
        note(m, constraint)


def min_cover(m: Model, *key: *Key) -> pyo.Expression:
    """sum over the scope of covering[r,i,t], in the first period held[r,i,t], >= limit / 12 x use - breach"""
    return within(m, key)


def covering_before(m: Model, *place: *Market) -> pyo.Expression:
    """covering[r,i,t] <= held[r,i,t-1]"""
    return linear([1.0, -1.0], [m.reserves.covering[place], _find_opening_stock(m, place)]) <= 0


def covering_after(m: Model, *place: *Market) -> pyo.Expression:
    """covering[r,i,t] <= held[r,i,t]"""
    return linear([1.0, -1.0], [m.reserves.covering[place], m.stock.held[place]]) <= 0


def _find_opening_stock(m: Model, place: Market) -> Variable:
    """What is held at the end of the period before."""
    time, (region, item, period) = m.sets.time, place
    return m.stock.held[region, item, time.periods[time.position[period] - 1]]


def months_covered(m: Model, row: RuleRow) -> float | None:
    """Months of use that are in stock throughout the period; `covering` may be less where the rule does not bind."""
    base, there = row.base.value(), 0.0
    for region in sorted({region for regions in row.rule.places.values() for region in regions}):
        place = (region, row.item, row.period)
        if place in m.stock.held:
            held = m.stock.held[place].value
            there += min(held, _find_opening_stock(m, place).value) if m.sets.time.position[row.period] else held
    return there / base if base > NOTHING else None


def max_capacity_ratio(m: Model, *key: *Key) -> pyo.Expression:
    """sum over all lines in the scope of quantity x capacity <= limit x use + breach"""
    return within(m, key)


def min_utilisation(m: Model, *key: *Key) -> pyo.Expression:
    """sum over draws under control of quantity x made >= limit x sum of quantity x usable - breach"""
    return within(m, key)


def sum_use(m: Model, sets: Sets, items: set[str]) -> dict[tuple[str, str, str], LinearExpression]:
    """(item, region, period) -> what lines use, and what is sold and deployed there, in item/year; of `items` only."""
    use: dict[tuple[str, str, str], LinearExpression] = defaultdict(LinearExpression)
    for (site, process, _, period), variable in m.production.made.items() if items else ():
        for item, quantity in sets.recipe(process, period):
            if quantity < 0 and item in items:
                use[item, sets.places[site, process][1], period].add(-quantity, variable)
    for (region, item, period, *_), variable in [*m.demand.sold.items(), *m.enablers.deployed.items()]:
        if item in items:
            use[item, region, period].add(1.0, variable)
    return use


def _row(
    m: Model, sets: Sets, rule: Rule, place: tuple[str, str, str], use: dict[tuple[str, str, str], LinearExpression]
) -> RuleRow:
    item, scope, period = place
    regions = sorted(rule.places[scope])
    figure, base = LinearExpression(), LinearExpression()
    if rule.type == "min_utilisation":
        figure, base = _under_control(m, sets, rule, place)
    else:
        for region in regions:
            base.extend(1.0 / MONTHS if rule.type == "min_cover" else 1.0, use[item, region, period])
    if rule.type == "min_cover":
        stocks = m.reserves.covering if sets.time.position[period] else m.stock.held
        held = [stocks[region, item, period] for region in regions if (region, item, period) in stocks]
        figure = LinearExpression([1.0] * len(held), held)
    elif rule.type == "max_capacity_ratio":
        figure = _capacity(m, sets, rule, place)
    return RuleRow(rule, item, rule.who, period, figure, base)


def _under_control(
    m: Model, sets: Sets, rule: Rule, place: tuple[str, str, str]
) -> tuple[LinearExpression, LinearExpression]:
    """What draws under control make of the item, and what they could make: item/year."""
    item, scope, period = place
    quantities = sets.making(item, period)
    figure, base = LinearExpression(), LinearExpression()
    draws = sets.draws[sets.draws["controlled"]]
    for draw, firm in zip(draws.index, draws["firm"], strict=True):
        meant = rule.by != "firm" or rule.who in (EVERY, firm)
        if meant and draw[1] in quantities and sets.places[draw[:2]][1] in rule.places[scope]:
            key, quantity = (*draw, period), quantities[draw[1]]
            if key in m.capacity.usable:
                base.extend(quantity, m.capacity.usable[key])
            if key in m.production.made:
                figure.add(quantity, m.production.made[key])
    return figure, base


def _capacity(m: Model, sets: Sets, rule: Rule, place: tuple[str, str, str]) -> LinearExpression:
    """What all lines there could make of the item, own and outside ones: item/year."""
    item, scope, period = place
    quantities = sets.making(item, period)
    lines = [
        line for line, (_, region) in sets.places.items() if region in rule.places[scope] and line[1] in quantities
    ]
    return sum_capacity(m, sets, lines, quantities, period)


def sum_capacity(
    m: Model, sets: Sets, lines: Iterable[Line], quantities: dict[str, float], period: str
) -> LinearExpression:
    """What lines could make of an item, own and outside ones.

    Parameters
    ----------
    m
        A model with its capacity.
    sets
        Its sets.
    lines
        Lines that make the item.
    quantities
        By process, the quantity of the item per activity.
    period
        Name of the period.

    Returns
    -------
    LinearExpression
        item/year.
    """
    total, meant = LinearExpression(), set(lines)
    for line in sorted(meant):
        if sets.lines.at[line, "home"]:
            total.extend(quantities[line[1]], m.capacity.usable.get((*line, OWN, period), LinearExpression()))
        else:
            total.add(quantities[line[1]] * sets.existing.get((*line, period), 0.0), None)
    for key, order in sets.orders.items():
        if key[:2] in meant and not sets.lines.at[key[:2], "home"] and period in order.service:
            total.add(quantities[key[1]] * order.usable(period), m.capacity.built[key])
    return total
