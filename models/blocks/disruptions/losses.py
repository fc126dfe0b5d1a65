"""Losses: what a disruption costs more than the undisturbed course, and what of demand is served all the same."""

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE
from planner_models.blocks.costs import CostLine
from planner_models.blocks.disruptions.realisations import step_values
from planner_models.blocks.disruptions.snapshots import SnapshotFlows, wanted_in
from planner_models.linear import Terms
from planner_models.sets import Sets


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """loss_in[w,t], what a snapshot costs in money over its months, less than nothing where it saves; m.loss[w] the
    discounted sum, with the mean factor of each period.

    m.served, m.wanted [w,r,i]: in money, over the months of a scenario, also of markets that it does not touch.
    """
    m.loss_in = pyo.Var(pyo.SetOf(list(m.parts)), domain=pyo.Reals)
    m.lost = {key: _lost(part) for key, part in m.parts.items()}
    m.snapshot_loss = pyo.Constraint(pyo.SetOf(list(m.parts)), rule=snapshot_loss)
    m.loss = {name: Terms() for name in sets.scenarios.index[sets.scenarios["modelled"]]}
    expected = CostLine("expected loss")
    probability = sets.scenarios["probability"].to_dict()
    for (w, t), variable in m.loss_in.items():
        m.loss[w].add(sets.time.annual[t] / sets.time.years[t], variable)
        expected.add(probability[w] / sets.time.years[t], variable, ("downstream", ANYWHERE, t))
    m.cost_lines.append(expected)
    m.served, m.wanted = _service(m, sets)


def _lost(part: SnapshotFlows) -> Terms:
    """months / 12 x (what the flows of a snapshot cost - what those of the base cost that they stand for)."""
    share, terms = part.snapshot.months / 12.0, Terms()
    for number, variable in part.own.items():
        flow = part.flows.flows[number]
        _add(terms, share * (part.effects.cost.get(number, 1.0) * flow.raised + flow.rest), variable)
        cost = flow.raised + flow.rest
        if cost:
            terms.extend(-share * cost, flow.base)
    return terms


def _add(terms: Terms, cost: float, variable: Any) -> None:
    if cost:
        terms.add(cost, variable)


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
