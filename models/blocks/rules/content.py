"""Local content: how much of the value of an item is made in the bloc that makes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, everywhere, note, of_type, within
from planner_models.blocks.rules.supply import list_production
from planner_models.keys import Draw
from planner_models.linear import LinearExpression, Variable
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import Rule

Making = list[tuple[Draw, float, Variable]]
"""Draw, quantity per activity and variable of what makes an item."""


Input = tuple[str, str, str, str]
"""Rule, item, period and input of the lines that make the item."""


@dataclass(frozen=True)
class Content:
    """local: what counts as made there, at most what is used (`local_used`) and made (`local_available`) of it."""

    local: pyo.Var[Input]
    local_used: dict[Input, LinearExpression]
    local_available: dict[Input, LinearExpression]


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """local[rule,i,t,j] >= 0 in item/year: how much of input j of the lines that make i there is made there.

    What is made there may be counted for these lines first, whoever else uses it.
    """
    rules = [rule for rule in sets.rules if rule.type == "min_local_content"]
    values = sets.instance["items"].set_index("item")["value"].pipe(frames.entries)
    making = list_production(m, sets, set(values)) if rules else {}
    worthless = _worthless(sets, values)
    used: dict[Input, LinearExpression] = {}
    available: dict[Input, LinearExpression] = {}
    places = []
    for rule in rules:
        for item, scope, period in everywhere(rule):
            lines = _there(sets, rule, scope, making.get((item, period), []))
            inputs = _inputs(sets, lines, period)
            valued = item not in worthless
            if inputs and valued:
                places.append((rule, item, period, lines, inputs))
            for name, use in inputs.items() if valued else ():
                key = (rule.name, item, period, name)
                used[key] = use
                available[key] = _output(_there(sets, rule, scope, making.get((name, period), [])))
    m.local = local = pyo.Var(list(used), domain=pyo.NonNegativeReals)
    m.content = Content(local, used, available)
    for rule, item, period, lines, inputs in places:
        whole = LinearExpression()
        whole.extend(values[item], _output(lines))
        figure = LinearExpression()
        figure.extend(1.0, whole)
        for name, use in inputs.items():
            figure.extend(-values[name], use)
            figure.add(values[name], local[rule.name, item, period, name])
        yield RuleRow(rule, item, rule.who, period, figure.merged(), whole)


def _worthless(sets: Sets, values: dict[str, float]) -> set[str]:
    """Items of which no share of value can be known: they have none, or something that they are made from has none."""
    lacking = {item for item, value in values.items() if not value > 0}
    found = set(lacking)
    for recipe in sets.recipes.values():
        if any(item in lacking for item, quantity in recipe if quantity < 0):
            found |= {item for item, quantity in recipe if quantity > 0}
    return found


def build(m: Model, sets: Sets) -> None:
    """What is counted as local is used, and made there."""
    m.local_in_use = pyo.Constraint(list(m.content.local), rule=local_in_use)
    m.local_made = pyo.Constraint(list(m.content.local), rule=local_made)
    m.min_local_content = pyo.Constraint(of_type(m, "min_local_content"), rule=min_local_content)
    note(m, m.min_local_content)


def local_in_use(m: Model, *key: *Input) -> pyo.Expression:
    """local[i,j] <= what lines that make i in the scope use of j"""
    return m.content.local_used[key].merged().minus(1.0, m.content.local[key]) <= 0


def local_made(m: Model, *key: *Input) -> pyo.Expression:
    """local[i,j] <= what is made of j in the scope"""
    return m.content.local_available[key].merged().minus(1.0, m.content.local[key]) <= 0


def min_local_content(m: Model, *key: *Key) -> pyo.Expression:
    """value[i] made - sum over inputs j of value[j] (used - local) >= limit x value[i] made - breach"""
    return within(m, key)


def local_share(m: Model, row: RuleRow) -> float | None:
    """The share of value made there, all that may count being counted; None where nothing of value is made."""
    worth = row.base.value()
    if worth <= NOTHING:
        return None
    values = m.sets.instance["items"].set_index("item")["value"]
    foreign = 0.0
    for key in (key for key in m.content.local if key[:3] == (row.rule.name, row.item, row.period)):
        used = m.content.local_used[key].value()
        foreign += values[key[3]] * (used - min(used, m.content.local_available[key].value()))
    return 1.0 - foreign / worth


def _there(sets: Sets, rule: Rule, scope: str, making: Making) -> Making:
    return [entry for entry in making if sets.places[entry[0][:2]][1] in rule.places[scope]]


def _output(making: Making) -> LinearExpression:
    return LinearExpression([quantity for _, quantity, _ in making], [variable for *_, variable in making])


def _inputs(sets: Sets, making: Making, period: str) -> dict[str, LinearExpression]:
    """What these lines use of each input, item/year."""
    inputs: dict[str, LinearExpression] = defaultdict(LinearExpression)
    for (_, process, _), _, variable in making:
        for item, quantity in sets.recipe(process, period):
            if quantity < 0:
                inputs[item].add(-quantity, variable)
    return dict(inputs)
