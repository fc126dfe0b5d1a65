"""Losses: what a disruption costs more than the baseline, and what part of demand is still served."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE
from planner_models.blocks.costs import CostLine
from planner_models.blocks.disruptions.snapshots import SnapshotFlows, sum_demand
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import EVERY
from planner_models.sets.weights import service_weights

Services = dict[tuple[str, str, str], LinearExpression]
"""By scenario, region and item: money over its months, or quantities (see `service_weights`)."""


@dataclass(frozen=True)
class Losses:
    """What disruptions cost.

    lost: by snapshot, what `loss_in` is; loss: by scenario, discounted money
    served, wanted: what is sold and wanted in all markets (see `service_terms`)
    """

    loss_in: pyo.Var[tuple[str, str]]
    lost: dict[tuple[str, str], LinearExpression]
    loss: dict[str, LinearExpression]
    served: Services
    wanted: Services


def build(m: Model, sets: Sets) -> None:
    """loss_in[w,t], what a snapshot costs in money over its months, less than nothing where it saves; loss[w] the
    discounted sum, with the mean factor of each period.

    served, wanted [w,r,i]: as all markets are weighed (see `service_terms`), over the months of a scenario.
    """
    parts = m.snapshots.parts
    m.loss_in = loss_in = pyo.Var(pyo.SetOf(list(parts)), domain=pyo.Reals)
    loss: dict[str, LinearExpression] = {
        name: LinearExpression() for name in sets.scenarios.index[sets.scenarios["modelled"]]
    }
    expected = CostLine("expected loss")
    probability = sets.scenarios["probability"].to_dict()
    for (w, t), variable in loss_in.items():
        loss[w].add(sets.time.annual[t] / sets.time.years[t], variable)
        expected.add(probability[w] / sets.time.years[t], variable, ("downstream", ANYWHERE, t))
    m.cost_lines.append(expected)
    m.losses = Losses(loss_in, {key: _sum_loss(part) for key, part in parts.items()}, loss, *service_terms(m, sets))
    m.snapshot_loss = pyo.Constraint(pyo.SetOf(list(parts)), rule=snapshot_loss)


def _sum_loss(part: SnapshotFlows) -> LinearExpression:
    """months / 12 x (what the flows of a snapshot cost - what those of the base cost that they stand for)."""
    share, terms = part.snapshot.months / 12.0, LinearExpression()
    for number, variable in part.own.items():
        flow = part.flows.flows[number]
        _add(terms, share * (part.effects.cost.get(number, 1.0) * flow.raised + flow.rest), variable)
        cost = flow.raised + flow.rest
        if cost:
            terms.extend(-share * cost, flow.base)
    return terms


def _add(terms: LinearExpression, cost: float, variable: Any) -> None:
    if cost:
        terms.add(cost, variable)


def snapshot_loss(m: Model, *key: *tuple[str, str]) -> pyo.Expression:
    """loss_in[w,t] = months / 12 x (sum of cost_in x flow_in - sum of cost x flow), over what a snapshot can change"""
    lost = m.losses.lost[key]
    return lost.minus(1.0, m.losses.loss_in[key]) == lost.constant


def settle_stocks(m: Model) -> None:
    """Count what a plan puts in stock in a snapshot as put back first, as far as the base adds to it.

    In a scenario without probability, which only a rule looks at, nothing else says which of both it is. Its losses
    are those of what is then put back.
    """
    for key, part in m.snapshots.parts.items():
        stored, moved = part.flows.numbers["stored"], 0.0
        for number, flow in part.named("restocked"):
            back, more = part.own[number], part.own[stored[flow.key]]
            total = back.value + more.value
            move = min(total, part.flows.restocked[number].added_now()) - back.value
            if move > 0.0:
                back.set_value(back.value + move)
                more.set_value(total - back.value)
                moved += move
        if moved > 0.0:
            m.losses.loss_in[key].set_value(m.losses.lost[key].value())


def service_terms(m: Model, sets: Sets, item: str = EVERY) -> tuple[Services, Services]:
    """What is sold, and what is wanted, over the months of each scenario, also in markets that it does not touch.

    Parameters
    ----------
    item : the one item whose markets are weighed against each other; all items by default

    Returns
    -------
    Two sums by scenario, region and item: in money where every market has a price or its item a value, else in
    quantities (see `service_weights`). Where a scenario touches nothing both are what the base sells.
    """
    served: dict[Any, LinearExpression] = defaultdict(LinearExpression)
    wanted: dict[Any, LinearExpression] = defaultdict(LinearExpression)
    value, sold_in = service_weights(sets.instance, item).each, m.snapshots.sold_in
    for w, t in m.snapshots.parts:
        months = sets.snapshots[w, t].months / 12.0
        for key in (key for key in value if key[2] == t):
            place, worth, own = (w, *key[:2]), months * value[key], (w, *key)
            asked = sum_demand(m, w, key) if own in sold_in else LinearExpression([1.0], [m.demand.sold[key]])
            _add(served[place], worth, sold_in[own] if own in sold_in else m.demand.sold[key])
            for coefficient, variable in zip(asked.coefficients, asked.variables, strict=True):
                _add(wanted[place], worth * coefficient, variable)
            wanted[place].constant += worth * asked.constant
    return served, wanted
