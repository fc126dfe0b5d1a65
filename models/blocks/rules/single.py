"""Single sourcing: all that a region is supplied of an item comes from one source, or from a limited number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models.blocks.lane_use import USED, largest_flows
from planner_models.blocks.rules.row import Key, RuleRow, everywhere, note, of_type, one, within
from planner_models.blocks.rules.supply import list_production, list_shipments
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.policies import blocs

Supplier = tuple[str, str, str, str, str]
"""The key of a row, and a source."""

Place = tuple[str, str, str]
"""Item, region and period."""


@dataclass(frozen=True)
class Singles:
    """supplying: whether a source supplies a region; given, most_given: what it gives, at most: item/year."""

    supplying: pyo.Var[Supplier]
    given: dict[Supplier, LinearExpression]
    most_given: dict[Supplier, float]


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """supplying[rule,i,r,t,k] binary, source k gives region r some of item i; a region itself is a source as well."""
    rules = [rule for rule in sets.rules if rule.type == "single_source"]
    given: dict[Supplier, LinearExpression] = {}
    most_given: dict[Supplier, float] = {}
    found = []
    supplies = _list_supplies(m, sets, {item for rule in rules for item in rule.items}) if rules else {}
    bloc = blocs(sets.instance).to_dict()
    for rule in rules:
        for item, scope, period in everywhere(rule):
            for region in sorted(rule.places[scope]):
                parts: dict[str, LinearExpression] = defaultdict(LinearExpression)
                for source, terms in supplies.get((item, region, period), {}).items():
                    parts[bloc[source] if rule.by == "bloc" else source].extend(1.0, terms)
                key: Key = (rule.name, item, region, period)
                most = _most_taken(m, sets, (item, region, period)) if parts else 0.0
                for source, terms in parts.items():
                    given[(*key, source)], most_given[(*key, source)] = terms, most
                if parts:
                    found.append((rule, key, list(parts)))
    m.supplying = supplying = pyo.Var(list(given), domain=pyo.Binary)
    m.singles = Singles(supplying, given, most_given)
    for rule, key, names in found:
        figure = LinearExpression([1.0] * len(names), [supplying[(*key, name)] for name in names])
        yield RuleRow(rule, *key[1:], figure, one(), [given[(*key, name)] for name in names])


def build(m: Model, sets: Sets) -> None:
    """A row for each region, and one for each of its sources."""
    m.source_supplying = pyo.Constraint(list(m.singles.given), rule=source_supplying)
    m.single_source = pyo.Constraint(of_type(m, "single_source"), rule=single_source)
    note(m, m.single_source)


def source_supplying(m: Model, *key: *Supplier) -> pyo.Expression:
    """sum over modes of shipped[k,r,i,.,t], of the region itself what is made there, <= most_given supplying[.,k]"""
    given, most = m.singles.given[key], m.singles.most_given[key]
    return linear([*given.coefficients, -most], [*given.variables, m.singles.supplying[key]]) <= 0


def single_source(m: Model, *key: *Key) -> pyo.Expression:
    """sum over sources k of supplying[r,k] <= limit + breach"""
    return within(m, key)


def count_sources(m: Model, row: RuleRow) -> float:
    """How many sources give more than rounding leaves."""
    largest = largest_flows(m).get(row.item, 0.0)
    return float(sum(part.value() > USED * max(largest, part.value()) for part in row.parts))


def _list_supplies(m: Model, sets: Sets, items: set[str]) -> dict[Place, dict[str, LinearExpression]]:
    """By item, region and period: what each region sends there, and what it makes itself, in item/year."""
    found: dict[Place, dict[str, LinearExpression]] = defaultdict(lambda: defaultdict(LinearExpression))
    for (item, period), shipments in list_shipments(m, sets, items).items():
        for origin, destination, variable in shipments:
            if origin != destination:
                found[item, destination, period][origin].add(1.0, variable)
    for (item, period), making in list_production(m, sets, items).items():
        for draw, quantity, variable in making:
            region = sets.places[draw[:2]][1]
            found[item, region, period][region].add(quantity, variable)
    return found


def _most_taken(m: Model, sets: Sets, place: Place) -> float:
    """The most that a region can take of an item, item/year: what is sold there, where it can do nothing else."""
    item, _region, period = place
    uses = m.ledgers.supply[place]
    sold = {id(m.demand.sold[key]): most for key, most in m.demand.most_sold.items() if _at(key) == place}
    leaving = [variable for slope, variable in zip(uses.coefficients, uses.variables, strict=True) if slope < 0]
    if leaving and all(id(variable) in sold for variable in leaving) and place not in m.lanes.transited:
        return max(sold.values())
    making = sets.making(item, period)
    made = sum(quantity * sets.most_useful(process, period) for process, quantity in making.items())
    return max(m.lanes.most_moved[item, period], made)


def _at(step: tuple[str, str, str, str]) -> Place:
    region, item, period, _ = step
    return item, region, period
