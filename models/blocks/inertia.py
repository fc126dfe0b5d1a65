"""Inertia: what a source supplies to a destination moves only so fast from one period to the next.

A place that makes an item is a source of its own, with what is made there and not shipped out. Where it also passes
on what arrives, which part of what leaves was made there is not known: `self_supplied` lies anywhere within what it
may be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.rules.supply import list_production, list_shipments
from planner_models.keys import Place, Supplied
from planner_models.linear import LinearExpression, Variable
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.policies import match_regions

Moves = dict[tuple[str, str, str, str], list[Variable]]
"""By item, origin, destination and period: what moves."""


@dataclass(frozen=True)
class Movements:
    """What sources supply to destinations, item/year.

    supplied: by item, source, destination and period; falls, rises: what must not be below and above 0
    made: by item, place and period, what is made there; shipped_out: what leaves it
    at_hand: what arrives there, comes back or was in stock before
    """

    self_supplied: pyo.Var[Place]
    supplied: dict[Supplied, LinearExpression]
    falls: dict[Supplied, LinearExpression]
    rises: dict[Supplied, LinearExpression]
    made: dict[Place, LinearExpression]
    shipped_out: dict[Place, LinearExpression]
    at_hand: dict[Place, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """self_supplied[i,P,t] >= 0 in item/year, where P makes the item and what it supplies to itself is limited."""
    named = {place for key in sets.inertia for place in key[1:]}
    places = {place: match_regions(sets.instance, place) for place in named}
    items = {key[0] for key in sets.inertia}
    moves: Moves = defaultdict(list)
    for (item, period), shipments in list_shipments(m, sets, items).items():
        for origin, destination, variable in shipments:
            moves[item, origin, destination, period].append(variable)
    made = _sum_production(m, sets, places, items)
    own = [(key, _find_common(key, places)) for key in sets.inertia]
    inner = {(key[0], place, period) for key, place in own if place for period in sets.time.periods}
    m.self_supplied = self_supplied = pyo.Var(
        sorted(place for place in inner if place in made), domain=pyo.NonNegativeReals
    )
    supplied = _sum_supplies(sets, places, moves, self_supplied)
    shipped_out, at_hand = _sum_moves(m, sets, places, moves, self_supplied)
    falls, rises = _compare(sets, supplied)
    m.movements = Movements(self_supplied, supplied, falls, rises, made, shipped_out, at_hand)
    keys = list(self_supplied)
    m.self_supply_made = pyo.Constraint(keys, rule=self_supply_made)
    m.self_supply_least = pyo.Constraint(keys, rule=self_supply_least)
    m.self_supply_most = pyo.Constraint(keys, rule=self_supply_most)
    m.supply_fall = pyo.Constraint(list(falls), rule=supply_fall)
    m.supply_rise = pyo.Constraint(list(rises), rule=supply_rise)


def _find_common(key: tuple[str, str, str], places: dict[str, set[str]]) -> str | None:
    """The smaller of source and destination where the one lies within the other; None where they are apart."""
    _, source, destination = key
    if not places[source] & places[destination]:
        return None
    return source if len(places[source]) <= len(places[destination]) else destination


def _sum_production(
    m: Model, sets: Sets, places: dict[str, set[str]], items: set[str]
) -> dict[Place, LinearExpression]:
    """By item, place and period: what is made there, where anything can be."""
    within = defaultdict(list)
    for place, regions in places.items():
        for region in regions:
            within[region].append(place)
    made: dict[Place, LinearExpression] = defaultdict(LinearExpression)
    for (item, period), draws in list_production(m, sets, items).items():
        for draw, quantity, variable in draws:
            for place in within[sets.places[draw[:2]][1]]:
                made[item, place, period].add(quantity, variable)
    return dict(made)


def _sum_supplies(
    sets: Sets, places: dict[str, set[str]], moves: Moves, self_supplied: pyo.Var[Place]
) -> dict[Supplied, LinearExpression]:
    """What each source can supply to each destination, where it can anything at all."""
    found: dict[Supplied, LinearExpression] = defaultdict(LinearExpression)
    for key in sets.inertia:
        item, source, destination = key
        common = _find_common(key, places)
        inside = places[source] & places[destination]
        for period in sets.time.periods:
            if common and (item, common, period) in self_supplied:
                found[(*key, period)].add(1.0, self_supplied[item, common, period])
            for origin in places[source]:
                for end in places[destination]:
                    if origin != end and not (origin in inside and end in inside):
                        for variable in moves.get((item, origin, end, period), ()):
                            found[(*key, period)].add(1.0, variable)
    return dict(found)


def _sum_moves(
    m: Model, sets: Sets, places: dict[str, set[str]], moves: Moves, self_supplied: pyo.Var[Place]
) -> tuple[dict[Place, LinearExpression], dict[Place, LinearExpression]]:
    """By item, place and period: what leaves the place, and what arrives there, comes back or was in stock before."""
    out = {key: LinearExpression() for key in self_supplied}
    at_hand = {key: LinearExpression() for key in self_supplied}
    asked = defaultdict(set)
    for item, place, _ in self_supplied:
        asked[item].add(place)
    for (item, origin, destination, period), variables in moves.items():
        for place in asked[item]:
            leaves, enters = origin in places[place], destination in places[place]
            sums = out if leaves and not enters else at_hand if enters and not leaves else None
            if sums is not None and (item, place, period) in sums:
                for variable in variables:
                    sums[item, place, period].add(1.0, variable)
    stocks = sets.instance["stocks"].set_index(["region", "item"])["initial"].to_dict()
    for (item, place, period), terms in at_hand.items():
        position, years = sets.time.position[period], sets.time.years[period]
        for region in places[place]:
            for taken in (m.returns.collected, m.returns.taken_back):
                if (item, region, period) in taken:
                    terms.add(1.0, taken[item, region, period])
            if (region, item) in stocks and position:
                terms.add(1.0 / years, m.stock.held[region, item, sets.time.periods[position - 1]])
            elif (region, item) in stocks:
                terms.add(stocks[region, item] / years, None)
    return out, at_hand


def _compare(
    sets: Sets, supplied: dict[Supplied, LinearExpression]
) -> tuple[dict[Supplied, LinearExpression], dict[Supplied, LinearExpression]]:
    """What each supply is above its least and above its most, where it has one."""
    falls, rises = {}, {}
    for key, terms in supplied.items():
        inertia, position = sets.inertia[key[:3]], sets.time.position[key[3]]
        years = sets.time.years_since_before(key[3])
        before = LinearExpression(constant=inertia.initial or 0.0)
        if position:
            before = supplied.get((*key[:3], sets.time.periods[position - 1]), LinearExpression())
        elif inertia.initial is None:
            continue
        shrinkage, growth = inertia.shrinkage(years), inertia.growth(years)
        if shrinkage is not None:
            falls[key] = _subtract(terms, before, shrinkage, 0.0)
        if growth is not None:
            rises[key] = _subtract(terms, before, growth, inertia.seed * years)
    return {key: terms for key, terms in falls.items() if _can_be_below(terms)}, rises


def _subtract(terms: LinearExpression, before: LinearExpression, factor: float, seed: float) -> LinearExpression:
    """What is supplied now, less a factor of what was supplied before and a seed."""
    difference = LinearExpression(constant=-seed)
    difference.extend(1.0, terms)
    difference.extend(-factor, before)
    return difference


def _can_be_below(terms: LinearExpression) -> bool:
    """Whether a sum of which nothing is below 0 but what it is compared with can be below 0."""
    return terms.constant < 0 or any(value < 0 for value in terms.coefficients)


def self_supply_made(m: Model, *key: *Place) -> pyo.Expression:
    """self_supplied[i,P,t] <= made of i in P"""
    return m.movements.made[key].minus(1.0, m.movements.self_supplied[key]) <= 0


def self_supply_least(m: Model, *key: *Place) -> pyo.Expression:
    """self_supplied[i,P,t] >= made of i in P - shipped out of P"""
    return _kept(m, key).minus(1.0, m.movements.self_supplied[key]) >= 0


def self_supply_most(m: Model, *key: *Place) -> pyo.Expression:
    """self_supplied[i,P,t] <= made of i in P - shipped out of P + arrived in P + held[t-1] / years"""
    kept = _kept(m, key)
    kept.extend(1.0, m.movements.at_hand[key])
    return kept.minus(1.0, m.movements.self_supplied[key]) <= kept.constant


def _kept(m: Model, key: Place) -> LinearExpression:
    """What is made there less what is shipped out."""
    kept = LinearExpression()
    kept.extend(1.0, m.movements.made[key])
    kept.extend(-1.0, m.movements.shipped_out[key])
    return kept


def supply_fall(m: Model, *key: *Supplied) -> pyo.Expression:
    """supplied[i,S,D,t] >= (1 - max_fall)^years supplied[i,S,D,t-1], or initial"""
    terms = m.movements.falls[key]
    return terms.expression() >= -terms.constant


def supply_rise(m: Model, *key: *Supplied) -> pyo.Expression:
    """supplied[i,S,D,t] <= (1 + max_rise)^years supplied[i,S,D,t-1], or initial, + seed x years"""
    terms = m.movements.rises[key]
    return terms.expression() <= -terms.constant


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `inertia`: what each source supplies to each destination, and the least and most of it."""
    rows = []
    values = {key: terms.value() for key, terms in m.movements.supplied.items()}
    for key, value in values.items():
        inertia, position = sets.inertia[key[:3]], sets.time.position[key[3]]
        years, before = sets.time.years_since_before(key[3]), inertia.initial
        if position:
            before = values.get((*key[:3], sets.time.periods[position - 1]), 0.0)
        shrinkage, growth = inertia.shrinkage(years), inertia.growth(years)
        least = None if before is None or shrinkage is None else shrinkage * before
        most = None if before is None or growth is None else growth * before + inertia.seed * years
        if value or least:
            rows.append((*key, value, least, most))
    columns = ["item", "source", "destination", "period", "supplied", "least", "most"]
    return {"inertia": pd.DataFrame(rows, columns=columns)}
