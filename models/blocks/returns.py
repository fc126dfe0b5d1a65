"""Returns: what was sold years before is taken back, to be recycled or, where it must be, thrown away."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.keys import Place
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Returns:
    """What comes back, by item, region and period, in item/year.

    back: of what is sold, and of what was sold before the plan
    collected: what of it is taken back, where it may be left with its users; taken_back: where all of it comes back
    """

    back: dict[Place, LinearExpression]
    collected: pyo.Var[Place]
    taken_back: pyo.Var[Place]


def build(m: Model, sets: Sets) -> None:
    """collected[i,r,t] >= 0 in item/year, at most what comes back; taken_back[i,r,t], of disposable items, all of it.

    Both are on the supply side of their place, as what is made there.
    """
    m.returns = _offer(m, sets)
    m.collected_of_sold = pyo.Constraint(list(m.returns.collected), rule=collected_of_sold)
    m.taken_back_of_sold = pyo.Constraint(list(m.returns.taken_back), rule=taken_back_of_sold)
    for variables in (m.returns.collected, m.returns.taken_back):
        for place, variable in variables.items():
            m.ledgers.supply[place].add(1.0, variable)


def _offer(m: Model, sets: Sets) -> Returns:
    items = sets.instance["items"]
    disposable = set(items.loc[items["disposable"] == "yes", "item"])
    back = {}
    for place, returned in sets.returns.items():
        back[place] = terms = LinearExpression(constant=returned.initial)
        for market, share in returned.shares.items():
            for step in m.demand.markets[market]:
                terms.add(share, m.demand.sold[step])
    m.collected = collected = pyo.Var(
        [place for place in back if place[0] not in disposable], domain=pyo.NonNegativeReals
    )
    m.taken_back = taken_back = pyo.Var(
        [place for place in back if place[0] in disposable], domain=pyo.NonNegativeReals
    )
    return Returns(back, collected, taken_back)


def collected_of_sold(m: Model, *place: *Place) -> pyo.Expression:
    """collected[i,r,t] <= sum over earlier sales of share x overlap / years[t] x sold + initial"""
    back = m.returns.back[place]
    return back.minus(1.0, m.returns.collected[place]) <= back.constant


def taken_back_of_sold(m: Model, *place: *Place) -> pyo.Expression:
    """taken_back[i,r,t] = sum over earlier sales of share x overlap / years[t] x sold + initial"""
    back = m.returns.back[place]
    return back.minus(1.0, m.returns.taken_back[place]) == back.constant


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `returns`: what comes back in each place, and what of it is taken back."""
    rows = []
    for (item, region, period), back in m.returns.back.items():
        place = (item, region, period)
        taken = (m.returns.collected if place in m.returns.collected else m.returns.taken_back)[place]
        rows.append((region, item, period, back.value(), taken.value))
    return {"returns": pd.DataFrame(rows, columns=["region", "item", "period", "returned", "collected"])}
