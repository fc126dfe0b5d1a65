"""Service and risk: what is served in a disruption, or without one, and what the worst losses come to."""

from collections import defaultdict
from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.disruptions.losses import Services, service_terms
from planner_models.blocks.disruptions.risk import probabilities, tail
from planner_models.blocks.rules.row import Key, RuleRow, note, of_type, one, within
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import EVERY, Rule
from planner_models.sets.scenarios import BASE
from planner_models.sets.weights import service_weights

ABOVE = "mean of the worst costs, base and loss, above the cost of the cheapest base"
"""What the figure of a limit on risk is."""


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """What is served of what is wanted, scenario by scenario; the CVaR."""
    for rule in sets.rules:
        if rule.type == "max_cvar" and m.risk.cvar.variables:
            above = LinearExpression(
                [*m.risk.cvar.coefficients, -1.0], [*m.risk.cvar.variables, *m.risk.best_base.values()]
            )
            above.constant = m.risk.cvar.constant
            yield RuleRow(rule, rule.items[0], rule.who, EVERY, above, one(), remark=ABOVE)
        if rule.type == "min_service":
            served, wanted = _values(m, sets, rule.items[0])
            remark = service_weights(sets.instance, rule.items[0]).remark
            for name in _scenarios(sets, rule):
                figure, base = _sum_markets(rule, name, served), _sum_markets(rule, name, wanted)
                if base.variables or base.constant:
                    yield RuleRow(rule, rule.items[0], name, EVERY, figure, base, remark=remark)


def build(m: Model, sets: Sets) -> None:
    """One constraint for each type."""
    m.min_service = pyo.Constraint(of_type(m, "min_service"), rule=min_service)
    m.max_cvar = pyo.Constraint(of_type(m, "max_cvar"), rule=max_cvar)
    for constraint in (m.min_service, m.max_cvar):
        note(m, constraint)


def min_service(m: Model, *key: *Key) -> pyo.Expression:
    """weight x sold >= limit x weight x wanted - breach, over the months of the scenario"""
    return within(m, key)


def max_cvar(m: Model, *key: *Key) -> pyo.Expression:
    """base + value_at_risk + sum of probability x excess / (1 - alpha) - best_base <= limit + breach"""
    return within(m, key)


def _scenarios(sets: Sets, rule: Rule) -> list[str]:
    """Those a rule names; a row that expands stands for each of its members, `*` for all and the baseline."""
    rows_of = sets.instance["scenarios"]["scenario"]
    names = [name for name, row in frames.pairs(sets.scenarios["row"]) if rule.scenario in (EVERY, name, rows_of[row])]
    undisturbed = rule.scenario == EVERY and sets.instance.settings["objective"] == "cost"
    return [*([BASE] if undisturbed else []), *names]


def _sum_markets(rule: Rule, scenario: str, values: Services) -> LinearExpression:
    """The sum over the markets that a rule is about."""
    ((_, regions),) = rule.places.items()
    total = LinearExpression()
    for (name, region, item), terms in values.items():
        if name == scenario and region in regions and rule.items[0] in (EVERY, item):
            total.extend(1.0, terms)
    return total


def _values(m: Model, sets: Sets, item: str) -> tuple[Services, Services]:
    """What is sold, and what is wanted, in every scenario and, over all years, in the base."""
    served, wanted = (m.losses.served, m.losses.wanted) if item == EVERY else service_terms(m, sets, item)
    met, asked = _sum_base_service(m, sets, item)
    return {**served, **met}, {**wanted, **asked}


def _sum_base_service(m: Model, sets: Sets, item: str) -> tuple[Services, Services]:
    """What is sold, and what is wanted, over all years, at what a unit counts for; under objective cost."""
    served: Services = defaultdict(LinearExpression)
    wanted: Services = defaultdict(LinearExpression)
    for key, worth in service_weights(sets.instance, item).each.items():
        value, place = worth * sets.time.years[key[2]], (BASE, *key[:2])
        served[place].add(value, m.demand.sold[key])
        wanted[place].add(value, m.demand.sold[key])
        if key in m.demand.unserved:
            wanted[place].add(value, m.demand.unserved[key])
    return served, wanted


def worst_mean(m: Model, _: RuleRow) -> float:
    """How far the mean of the worst costs is above the best base, as losses are: the terms of the rule may be above it
    where it does not bind.
    """
    losses = {name: terms.value() for name, terms in m.losses.loss.items()} | {BASE: 0.0}
    shares = tail(losses, probabilities(m.sets), m.sets.instance.settings["cvar_alpha"])
    (best,) = m.risk.best_base.values()
    return m.risk.base.value() - best.value + sum(share * losses[name] for name, share in shares.items())
