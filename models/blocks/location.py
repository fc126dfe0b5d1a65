"""Location: what a market is sent from a site, bounded by whether the site is open, market by market.

The rows change no plan: `within_capacity` says as much of all markets together. They bring the relaxation, from which
the solver starts, close to the plan where a site has capacity enough for every market it can reach.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.location import Direct, Served, direct_supply


@dataclass(frozen=True)
class Location:
    """direct: what a market takes at most, and the site it comes from; sent: what it is sent from there, item/year."""

    direct: dict[Served, Direct]
    sent: dict[Served, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """One row for each site that supplies an item alone, market and period."""
    direct = {
        served: supply for served, supply in direct_supply(sets).items() if (supply.site, served[3]) in m.sites.opened
    }
    m.location = Location(direct, _sent(m, direct))
    m.sent_open = pyo.Constraint(list(direct), rule=sent_open)


def _sent(m: Model, direct: dict[Served, Direct]) -> dict[Served, LinearExpression]:
    """What each market is sent from the region of the site; in the region itself what is sold less what arrives."""
    sent: dict[Served, LinearExpression] = defaultdict(LinearExpression)
    for (origin, destination, item, _, period), variable in m.lanes.shipped.items() if direct else ():
        if (origin, destination, item, period) in direct:
            sent[origin, destination, item, period].add(1.0, variable)
        if (destination, destination, item, period) in direct:
            sent[destination, destination, item, period].add(-1.0, variable)
    for (region, item, period, _), variable in m.demand.sold.items() if direct else ():
        if (region, region, item, period) in direct:
            sent[region, region, item, period].add(1.0, variable)
    return sent


def sent_open(m: Model, *key: *Served) -> pyo.Expression:
    """sum over modes of shipped[r,market,i,.,t] <= volume[market,i,t] opened[s,t]; at home sold - arrived instead"""
    supply, sent = m.location.direct[key], m.location.sent[key]
    opened = m.sites.opened[supply.site, key[3]]
    return linear([*sent.coefficients, -supply.volume], [*sent.variables, opened]) <= 0
