"""Supply: what there is of an item in a place, and which part of it each source gives.

What is made there and what arrives from outside, whatever tier the item is of and whoever uses it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.rules.row import everywhere
from planner_models.keys import Draw
from planner_models.linear import LinearExpression, Variable, objects
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.policies import blocs
from planner_models.sets.rules import EVERY, Rule

SHARES = ("max_share", "min_share")
TYPES = (*SHARES, "max_import_share", "min_sources", "max_hhi")

IMPORTED = "import"
"""What all that arrives is to a rule on imports."""

Place = tuple[str, str, str]
"""Item, scope and period."""


Source = tuple[str, str, str, str, str]
"""Item, scope, period, what sources are told apart by, and the source."""


@dataclass(frozen=True)
class Supplies:
    """What there is of an item in a scope, item/year, and what each source gives.

    in_all: the sum that `supplied` is; by_source: the part of it that `sourced` is
    sources_of: by rule, item, scope and period, the sources that the rule is about
    """

    supplied: pyo.Var[Place]
    sourced: pyo.Var[Source]
    in_all: dict[Place, LinearExpression]
    by_source: dict[Source, LinearExpression]
    sources_of: dict[tuple[str, str, str, str], list[Source]]


class Incoming(NamedTuple):
    """By item and period: draw, quantity and variable of what makes it; origin, destination and variable of moves."""

    making: dict[tuple[str, str], list[tuple[Draw, float, Variable]]]
    moving: dict[tuple[str, str], list[tuple[str, str, Variable]]]


def build(m: Model, sets: Sets) -> None:
    """supplied[i,S,t], what is made of i in S and arrives there; sourced[i,S,t,by,k], the part of source k: item/year.

    Only for the items and places that a rule asks for.
    """
    rules = [rule for rule in sets.rules if rule.type in TYPES]
    items = {item for rule in rules for item in rule.items}
    incoming = Incoming(list_production(m, sets, items), list_shipments(m, sets, items))
    in_all: dict[Place, LinearExpression] = {}
    by_source: dict[Source, LinearExpression] = {}
    sources_of = {}
    for rule in rules:
        makers, shippers = _makers(sets, rule), _shippers(sets, rule)
        for place in everywhere(rule):
            total, sources = _look_at(sets, incoming, rule, place, makers, shippers)
            if total.variables:
                in_all.setdefault(place, total)
                sources_of[(rule.name, *place)] = list(sources)
                for source, terms in sources.items():
                    by_source.setdefault(source, terms)
    m.supplied = supplied = pyo.Var(list(in_all), domain=pyo.NonNegativeReals)
    m.sourced = sourced = pyo.Var(list(by_source), domain=pyo.NonNegativeReals)
    m.supplies = Supplies(supplied, sourced, in_all, by_source, sources_of)
    m.supply_sum = pyo.Constraint(list(in_all), rule=supply_sum)
    m.source_sum = pyo.Constraint(list(by_source), rule=source_sum)


def supply_sum(m: Model, *place: *Place) -> pyo.Expression:
    """supplied[i,S,t] = made of i in S + shipped into S from outside"""
    return _equal(m.supplies.supplied[place], m.supplies.in_all[place])


def source_sum(m: Model, *key: *Source) -> pyo.Expression:
    """sourced[i,S,t,by,k] = the part of that sum that comes from source k"""
    return _equal(m.supplies.sourced[key], m.supplies.by_source[key])


def _equal(variable: Variable, terms: LinearExpression) -> pyo.Expression:
    merged = terms.merged()
    return merged.minus(1.0, variable) == 0


def list_production(m: Model, sets: Sets, items: set[str]) -> dict[tuple[str, str], list[tuple[Draw, float, Variable]]]:
    """(item, period) -> draw, quantity per activity and variable of all that makes the item; of `items` only."""
    found = defaultdict(list)
    for (*draw, period), variable in m.production.made.items() if items else ():
        for item, quantity in sets.recipe(draw[1], period):
            if quantity > 0 and item in items:
                found[item, period].append((tuple(draw), quantity, variable))
    return found


def list_shipments(m: Model, sets: Sets, items: set[str]) -> dict[tuple[str, str], list[tuple[str, str, Variable]]]:
    """(item, period) -> origin, destination and variable of all that moves the item; of `items` only."""
    flows = sets.flows[sets.flows["item"].isin(items)]
    variables = objects(m.lanes.shipped)[flows.index].tolist()
    found = defaultdict(list)
    columns = [flows[name].tolist() for name in ("item", "period", "origin", "destination")]
    for item, period, origin, destination, variable in zip(*columns, variables, strict=True):
        found[item, period].append((origin, destination, variable))
    return found


def _look_at(
    sets: Sets, incoming: Incoming, rule: Rule, place: Place, makers: dict[Draw, str], shippers: dict[str, str]
) -> tuple[LinearExpression, dict[Source, LinearExpression]]:
    """The supply of a place that a rule is about, and the sources there that it is about.

    A share rule about every source in a scope is about those outside it, where they have a place at all.
    """
    total = LinearExpression()
    parts: dict[str, LinearExpression] = defaultdict(LinearExpression)
    for name, coefficient, variable in _supplies(sets, incoming, rule, place, makers, shippers):
        total.add(coefficient, variable)
        if name is not None:
            parts[name].add(coefficient, variable)
    names = sorted(parts)
    if rule.type in SHARES and rule.who != EVERY:
        names = [rule.who]
    elif rule.type in SHARES and place[1] != EVERY:
        inside = {shippers.get(region) for region in rule.places[place[1]]}
        names = [name for name in names if name not in inside]
    return total, {(*place, rule.by or IMPORTED, name): parts[name] for name in names}


def _supplies(
    sets: Sets, incoming: Incoming, rule: Rule, place: Place, makers: dict[Draw, str], shippers: dict[str, str]
) -> Iterator[tuple[str | None, float, Variable]]:
    """Source (None: none of those the rule tells apart), coefficient and variable of each part of the supply."""
    item, scope, period = place
    regions = rule.places[scope]
    for draw, quantity, variable in incoming.making[item, period]:
        if sets.places[draw[:2]][1] in regions:
            yield makers.get(draw), quantity, variable
    for origin, destination, variable in incoming.moving[item, period]:
        if destination in regions and origin not in regions:
            yield shippers.get(origin), 1.0, variable


def _makers(sets: Sets, rule: Rule) -> dict[Draw, str]:
    """The source that each draw is to a rule; about control, only of those under the control asked for."""
    draws, bloc = sets.draws, blocs(sets.instance)
    if rule.by == "control":
        return dict.fromkeys(draws.index[_under(draws, rule.who)], rule.who)
    if rule.by == "firm":
        return frames.entries(draws["firm"])
    if rule.by in ("site", "process"):
        return {draw: draw[rule.by == "process"] for draw in draws.index}
    regions = {draw: sets.places[draw[:2]][1] for draw in draws.index} if rule.by else {}
    return regions if rule.by == "region" else {draw: bloc[region] for draw, region in regions.items()}


def _under(draws: pd.DataFrame, who: str) -> pd.Series:
    """Which draws are under the control meant: home, outside, or stake>=share; own ones are at any share."""
    if who == "home":
        return draws["controlled"]
    if who == "outside":
        return ~draws["controlled"]
    return draws["home"] | (draws["stake"] >= float(who.removeprefix("stake>=")))


def _shippers(sets: Sets, rule: Rule) -> dict[str, str]:
    """The source that what arrives from each region is to a rule; none where sources have no place."""
    bloc = frames.entries(blocs(sets.instance))
    if rule.by is None:
        return dict.fromkeys(bloc, IMPORTED)
    return {"region": {region: region for region in bloc}, "bloc": bloc}.get(rule.by, {})
