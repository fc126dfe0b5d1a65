"""Budget: what may be spent on capacity, entry and development in a period."""

from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models.blocks.access import offer_labels
from planner_models.blocks.development import list_costs
from planner_models.blocks.rules.row import Key, RuleRow, by_period, note, of_type, within
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import EVERY, Rule


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """What is spent in each period, money."""
    yield from by_period(m, sets, "budget", _sum_spending)


def build(m: Model, sets: Sets) -> None:
    """One row for each rule and period."""
    m.budget = pyo.Constraint(of_type(m, "budget"), rule=budget)
    note(m, m.budget)


def budget(m: Model, *key: *Key) -> pyo.Expression:
    """capex of modules ordered + entry of offers signed + cost of projects running (years x) <= limit + breach"""
    return within(m, key)


def _sum_spending(m: Model, sets: Sets, rule: Rule) -> dict[str, LinearExpression]:
    """By period; offers count where their costs are put down to, development only where the rule names no scope."""
    ((scope, regions),) = rule.places.items()
    spent = {period: LinearExpression() for period in sets.time.periods}
    capex = sets.options["capex"].to_dict()
    for key, variable in m.capacity.built.items():
        if sets.places[key[:2]][1] in regions:
            spent[key[3]].add(capex[key[:3]], variable)
    entry, labels = sets.offers["entry_cost"].to_dict(), offer_labels(sets)
    for key, variable in m.access.signed.items():
        if entry[key[:3]] and (scope == EVERY or labels[key[:3]][1] in regions):
            spent[key[3]].add(entry[key[:3]], variable)
    costs = list_costs(sets)
    for key, start in sets.starts.items() if scope == EVERY else ():
        for period in start.running or (key[2],):
            spent[period].add(
                costs[(*key[:2], period)] * (sets.time.years[period] if start.running else 1),
                m.development.started[key],
            )
    return spent
