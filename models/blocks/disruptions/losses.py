"""Losses: what a disruption costs more than the undisturbed course, and what of demand is served all the same."""

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE
from planner_models.blocks.costs import CostLine
from planner_models.blocks.demand import PENALTY_PER_PRICE
from planner_models.blocks.disruptions.affected import FLOWS
from planner_models.blocks.disruptions.realisations import step_values
from planner_models.blocks.disruptions.snapshots import wanted_in
from planner_models.blocks.production import COST_LINES
from planner_models.linear import Terms
from planner_models.sets import Sets

RAISED = (*COST_LINES.values(), "margin", "transaction cost", "transport")
"""Cost lines that a disruption of cost multiplies; duties and in-transit stock stay."""


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """loss_in[w,t], what a snapshot costs in money over its months, less than nothing where it saves; m.loss[w] the
    discounted sum, with the mean factor of each period.

    m.served, m.wanted [w,r,i]: in money, over the months of a scenario, also of markets that it does not touch.
    """
    m.loss_in = pyo.Var(pyo.SetOf(list(m.parts)), domain=pyo.Reals)
    m.lost = _lost(m, sets)
    m.snapshot_loss = pyo.Constraint(pyo.SetOf(list(m.parts)), rule=snapshot_loss)
    m.loss = {name: Terms() for name in sets.scenarios.index[sets.scenarios["modelled"]]}
    expected = CostLine("expected loss")
    probability = sets.scenarios["probability"].to_dict()
    for (w, t), variable in m.loss_in.items():
        m.loss[w].add(sets.time.annual[t] / sets.time.years[t], variable)
        expected.add(probability[w] / sets.time.years[t], variable, ("downstream", ANYWHERE, t))
    m.cost_lines.append(expected)
    m.served, m.wanted = _service(m, sets)


def _yearly(m: pyo.ConcreteModel) -> dict[int, tuple[float, float]]:
    """By the identity of a flow: its yearly cost per unit that disruptions of cost multiply, and the rest."""
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for line in m.cost_lines:
        part = 0 if line.name in RAISED else 1
        for amount, variable in zip(line.amounts, line.variables, strict=True) if not line.once else ():
            sums[id(variable)][part] += amount
    return {variable: (raised, rest) for variable, (raised, rest) in sums.items()}


def _lost(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str], Terms]:
    """By snapshot: months / 12 x (what its flows cost - what those of the base cost that they stand for).

    What is taken from stock has to be put back some day, at the value of the item.
    """
    yearly = _yearly(m) if m.parts else {}
    values = sets.instance["items"].set_index("item")["value"].to_dict()
    found = {}
    for (w, t), parts in m.parts.items():
        terms, snapshot = Terms(), sets.snapshots[w, t]
        raised: dict[str, tuple[dict, int]] = {"made": (snapshot.line_cost, 3), "shipped": (snapshot.arc_cost, 4)}
        for name in FLOWS:
            base, own = m.component(name), m.component(f"{name}_in")
            factors, length = raised.get(name, ({}, 0))
            for key in (key for part in parts for key in part.flows[name]):
                multiplied, rest = yearly.get(id(base[key]), (0.0, 0.0))
                late = PENALTY_PER_PRICE * values[key[1]] if name == "deployed" else 0.0
                _add(terms, factors.get(key[:length], 1.0) * multiplied + rest - late, own[(w, *key)])
                _add(terms, late - multiplied - rest, base[key])
        for key in (key for part in parts for key in part.flows["sold"]):
            _add_unserved(m, terms, w, key, yearly, values)
        for region, item in (place for part in parts for place in part.stocks):
            _add(terms, values[item], m.released_in[w, region, item, t])
        share = snapshot.months / 12.0
        found[w, t] = Terms([share * value for value in terms.coefficients], terms.variables)
    return found


def _add(terms: Terms, cost: float, variable: Any) -> None:
    if cost:
        terms.add(cost, variable)


def _add_unserved(m: pyo.ConcreteModel, terms: Terms, scenario: str, key: Any, yearly: dict, values: dict) -> None:
    """The penalty of what is not served; 3 x value where the base must serve all; under profit the sale is lost."""
    if m.sets.instance.settings["objective"] == "profit":
        return
    penalty = PENALTY_PER_PRICE * values[key[1]]
    if key in m.unserved:
        penalty = sum(yearly.get(id(m.unserved[key]), (0.0, 0.0)))
        _add(terms, -penalty, m.unserved[key])
    _add(terms, penalty, m.unserved_in[(scenario, *key)])


def snapshot_loss(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """loss_in[w,t] = months / 12 x (sum of cost_in x flow_in - sum of cost x flow), over what a snapshot can change"""
    return m.lost[key].minus(1.0, m.loss_in[key]) == 0


def _service(m: pyo.ConcreteModel, sets: Sets) -> tuple[dict[Any, Terms], dict[Any, Terms]]:
    """By scenario, region and item: what is sold, and what is wanted, in money over the months of the scenario.

    At the price of the step, else the value of the item. Where a scenario touches nothing both are what the base sells.
    """
    served: dict[Any, Terms] = defaultdict(Terms)
    wanted: dict[Any, Terms] = defaultdict(Terms)
    value = step_values(sets)
    for w, t in m.parts:
        months = sets.snapshots[w, t].months / 12.0
        for key in (key for key in value if key[2] == t):
            place, worth, own = (w, *key[:2]), months * value[key], (w, *key)
            asked = wanted_in(m, w, key) if own in m.sold_in else Terms([1.0], [m.sold[key]])
            _add(served[place], worth, m.sold_in[own] if own in m.sold_in else m.sold[key])
            for coefficient, variable in zip(asked.coefficients, asked.variables, strict=True):
                _add(wanted[place], worth * coefficient, variable)
            wanted[place].constant += worth * asked.constant
    return served, wanted
