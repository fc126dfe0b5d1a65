"""Sources: how many of them must give a share that counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, at_most_breach, breach_of, everywhere, of_type
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import EVERY

Counted = tuple[str, str, str, str, int]
"""The key of a row, and the place of a source in it."""


@dataclass(frozen=True)
class Sources:
    """counted: whether a source gives enough; most_supplied: by row, the most that there can be of it, item/year."""

    counted: pyo.Var[Counted]
    most_supplied: dict[Key, float]


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """Of each supply its sources."""
    for rule in sets.rules:
        for place in everywhere(rule) if rule.type == "min_sources" else ():
            if place in m.supplies.in_all:
                parts = [m.supplies.sourced[key] for key in m.supplies.sources_of[(rule.name, *place)]]
                whole = LinearExpression([1.0], [m.supplies.supplied[place]])
                yield RuleRow(rule, place[0], rule.who, place[2], LinearExpression(), whole, parts)


def build(m: Model, sets: Sets) -> None:
    """counted[rule row,k] binary, source k gives at least the share that counts.

    Where there are fewer sources than required, the missing ones give nothing: which is enough of no supply.
    """
    keys = of_type(m, "min_sources")
    candidates: list[Counted] = [(*key, place) for key in keys for place in range(places(m.rules.rows[key]))]
    m.counted = counted = pyo.Var(candidates, domain=pyo.Binary)
    m.sources = Sources(counted, {key: _most_supplied(m, sets, m.rules.rows[key]) for key in keys})
    m.source_counted = each = pyo.Constraint(candidates, rule=source_counted)
    m.min_sources = pyo.Constraint(keys, rule=min_sources)
    for key, data in each.items():
        row, most = m.rules.rows[key[:4]], m.sources.most_supplied[key[:4]]
        factor = LinearExpression([*row.base.coefficients, most], [*row.base.variables, counted[key]], -most)
        row.constraints.append((data, factor))


def places(row: RuleRow) -> int:
    """How many sources a row looks at.

    Parameters
    ----------
    row
        A row of a rule on sources.

    Returns
    -------
    int
        The number of its sources, or of those that must count if that is more.
    """
    return max(len(row.parts), row.rule.count)


def _most_supplied(m: Model, sets: Sets, row: RuleRow) -> float:
    """What can be made of the item in the scope, and brought into it, at most: item/year."""
    ((scope, regions),) = row.rule.places.items()
    total = 0.0 if scope == EVERY else m.lanes.most_moved[row.item, row.period]
    for process, recipe in sets.varied_recipes[row.period].items():
        quantity = sum(max(amount, 0.0) for item, amount in recipe if item == row.item)
        lines = [line for line, place in sets.places.items() if line[1] == process and place[1] in regions]
        capacity = sum(sets.most.get((*line, row.period), 0.0) for line in lines) if quantity else 0.0
        if capacity:
            total += quantity * min(capacity, sets.most_useful(process, row.period))
    return total


def source_counted(m: Model, *key: *Counted) -> pyo.Expression:
    """sourced[k] >= limit x supplied - limit x most_supplied x (1 - counted[k])"""
    row, place = m.rules.rows[key[:4]], key[4]
    share, most = row.rule.limit, m.sources.most_supplied[key[:4]]
    counted = LinearExpression([share, share * most], [*row.base.variables, m.sources.counted[key]])
    for part in row.parts[place:][:1]:
        counted.add(-1.0, part)
    return counted.expression() <= share * most


def min_sources(m: Model, *key: *Key) -> pyo.Expression:
    """sum over sources of counted[k] >= count - breach"""
    row = m.rules.rows[key]
    counted = [m.sources.counted[(*key, place)] for place in range(places(row))]
    return at_most_breach(m, LinearExpression([-1.0] * len(counted), counted, float(row.rule.count)), row.key)


def nth_share(_: Model, row: RuleRow) -> float | None:
    """The share of the last source that is needed, counted from the largest; None where there is no supply."""
    supply = row.base.value()
    if supply <= NOTHING:
        return None
    amounts = sorted((part.value for part in row.parts), reverse=True)
    return amounts[row.rule.count - 1] / supply if row.rule.count <= len(amounts) else 0.0


def likeliest(m: Model, key: Key) -> set[int]:
    """The sources of a row that give most by the values in the model, as many as must count.

    Parameters
    ----------
    m
        A model whose variables have values.
    key
        Key of the row: rule, item, who and period.

    Returns
    -------
    set of int
        Positions of the sources in the row; all of them where there is no supply.
    """
    parts = m.rules.rows[key].parts
    if m.rules.rows[key].base.value() <= NOTHING:
        return set(range(places(m.rules.rows[key])))
    order = sorted(range(len(parts)), key=lambda place: parts[place].value)
    breach = breach_of(m, key)
    needed = m.rules.rows[key].rule.count - (0.0 if breach is None else breach.value)
    return set(order[max(0, len(order) - max(0, round(needed))) :])
