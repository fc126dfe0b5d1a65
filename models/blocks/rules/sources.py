"""Sources: how many of them must give a share that counts."""

from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, at_most_breach, breach_of, everywhere, of_type
from planner_models.linear import Terms
from planner_models.sets import Sets
from planner_models.sets.rules import EVERY


def rows(m: pyo.ConcreteModel, sets: Sets) -> Iterator[RuleRow]:
    """Of each supply its sources."""
    for rule in sets.rules:
        for place in everywhere(rule) if rule.type == "min_sources" else ():
            if place in m.in_all:
                parts = [m.sourced[key] for key in m.sources_of[(rule.name, *place)]]
                whole = Terms([1.0], [m.supplied[place]])
                yield RuleRow(rule, place[0], rule.who, place[2], Terms(), whole, parts)


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """counted[rule row,k] binary, source k gives at least the share that counts.

    Where there are fewer sources than are asked for, the missing ones give nothing: which is enough of no supply.
    """
    keys = of_type(m, "min_sources")
    m.counted = pyo.Var([(*key, place) for key in keys for place in range(places(m.rule_rows[key]))], domain=pyo.Binary)
    m.most_supplied = {key: _most_supplied(m, sets, m.rule_rows[key]) for key in keys}
    m.source_counted = pyo.Constraint(list(m.counted), rule=source_counted)
    m.min_sources = pyo.Constraint(keys, rule=min_sources)
    for (*key, place), data in m.source_counted.items():
        row, most = m.rule_rows[tuple(key)], m.most_supplied[tuple(key)]
        factor = Terms([*row.base.coefficients, most], [*row.base.variables, m.counted[(*key, place)]], -most)
        row.constraints.append((data, factor))


def places(row: RuleRow) -> int:
    """How many sources a row looks at."""
    return max(len(row.parts), row.rule.count)


def _most_supplied(m: pyo.ConcreteModel, sets: Sets, row: RuleRow) -> float:
    """What can be made of the item in the scope, and brought into it, at most: item/year."""
    ((scope, regions),) = row.rule.places.items()
    total = 0.0 if scope == EVERY else m.most_moved[row.item, row.period]
    for process, recipe in sets.recipes.items():
        quantity = sum(max(amount, 0.0) for item, amount in recipe if item == row.item)
        lines = [line for line, place in sets.places.items() if line[1] == process and place[1] in regions]
        capacity = sum(sets.most.get((*line, row.period), 0.0) for line in lines) if quantity else 0.0
        if capacity:
            total += quantity * min(capacity, sets.most_useful(process, row.period))
    return total


def source_counted(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """sourced[k] >= limit x supplied - limit x most_supplied x (1 - counted[k])"""
    *name, place = key
    row = m.rule_rows[tuple(name)]
    share, most = row.rule.limit, m.most_supplied[tuple(name)]
    counted = Terms([share, share * most], [*row.base.variables, m.counted[key]])
    for part in row.parts[int(place) :][:1]:
        counted.add(-1.0, part)
    return counted.expression() <= share * most


def min_sources(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """sum over sources of counted[k] >= count - breach"""
    row = m.rule_rows[key]
    counted = [m.counted[(*key, place)] for place in range(places(row))]
    return at_most_breach(m, Terms([-1.0] * len(counted), counted, float(row.rule.count)), row.key)


def nth_share(_: pyo.ConcreteModel, row: RuleRow) -> float | None:
    """The share of the last source that is needed, counted from the largest; None where there is no supply."""
    supply = row.base.value()
    if supply <= NOTHING:
        return None
    amounts = sorted((part.value for part in row.parts), reverse=True)
    return amounts[row.rule.count - 1] / supply if row.rule.count <= len(amounts) else 0.0


def likeliest(m: pyo.ConcreteModel, key: Key) -> set[int]:
    """The sources of a row that give most by the values in the model, as many as must count."""
    parts = m.rule_rows[key].parts
    if m.rule_rows[key].base.value() <= NOTHING:
        return set(range(places(m.rule_rows[key])))
    order = sorted(range(len(parts)), key=lambda place: parts[place].value)
    breach = breach_of(m, key)
    needed = m.rule_rows[key].rule.count - (0.0 if breach is None else breach.value)
    return set(order[max(0, len(order) - max(0, round(needed))) :])
