"""Enablers: infrastructure that unlocks demand once enough of it is deployed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.keys import Threshold
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Enablers:
    """What is deployed, and what that unlocks.

    deployed, put_up: by region, enabler and period, what is put up in it, item/year, and in all by its end, item
    raised_by: what a threshold adds to each step of a market, as a share of the most that it can
    """

    deployed: pyo.Var[tuple[str, str, str]]
    enabled: pyo.Var[Threshold]
    put_up: dict[tuple[str, str, str], LinearExpression]
    raised_by: dict[Threshold, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """deployed[r,i,t] >= 0 in item/year, deployed at the plan's own cost; enabled[r,i,item,q,t] binary.

    What is sold of an enabler counts as deployed too. What is unlocked is `raised`, a variable of the demand block.
    """
    places = sorted({(region, enabler) for region, enabler, _, _ in sets.enablers.index})
    m.deployed = deployed = pyo.Var(
        [(*place, period) for place in places for period in sets.time.periods], domain=pyo.NonNegativeReals
    )
    for (region, enabler, period), variable in deployed.items():
        place = (enabler, region, period)
        side = m.ledgers.delivered if place in m.lanes.transited else m.ledgers.supply
        side[place].add(-1.0, variable)
    steps: list[Threshold] = [(*step, period) for step in sets.enablers.index for period in sets.time.periods]
    m.enabled = enabled = pyo.Var(steps, domain=pyo.Binary)
    m.enablers = Enablers(deployed, enabled, put_up=_sum_deployments(m, sets, deployed), raised_by=_sum_raised(m))
    m.enabling_threshold = pyo.Constraint(steps, rule=enabling_threshold)
    m.raised_enabled = pyo.Constraint(list(m.enablers.raised_by), rule=raised_enabled)


def _sum_deployments(
    m: Model, sets: Sets, deployed: pyo.Var[tuple[str, str, str]]
) -> dict[tuple[str, str, str], LinearExpression]:
    """By region, enabler and period: what has been deployed and sold there in all by its end."""
    sums: dict[tuple[str, str, str], LinearExpression] = defaultdict(LinearExpression)
    places = {key[:2] for key in deployed}
    added = [*deployed.items(), *((key[:3], variable) for key, variable in m.demand.sold.items() if key[:2] in places)]
    for (region, enabler, moment), variable in added:
        for period in sets.time.window(moment, None):
            sums[region, enabler, period].add(sets.time.years[moment], variable)
    return sums


def enabling_threshold(m: Model, *key: *Threshold) -> pyo.Expression:
    """threshold enabled[r,i,item,q,t] <= sum over u <= t of years[u] (deployed[r,i,u] + sold[r,i,u])"""
    region, enabler, _, threshold, period = key
    sums = m.enablers.put_up[region, enabler, period]
    return (
        linear([threshold, *(-years for years in sums.coefficients)], [m.enablers.enabled[key], *sums.variables]) <= 0
    )


def _sum_raised(m: Model) -> dict[Threshold, LinearExpression]:
    """By threshold: the shares of what it can add that it adds to the steps of the market, which sum to at most 1."""
    sums: dict[Threshold, LinearExpression] = defaultdict(LinearExpression)
    for key, variable in m.demand.raised.items():
        region, item, period, _, enabler, threshold = key
        sums[region, enabler, item, threshold, period].add(1.0 / m.demand.most_raised[key], variable)
    return sums


def raised_enabled(m: Model, *key: *Threshold) -> pyo.Expression:
    """sum over steps of raised[market,t,step,q] / (step[q] volume[market,t,step]) <= enabled[r,i,item,q,t]

    Of all steps together, of which a market has one, or a mix that sums to one: with a row for each step a tenth of a
    threshold would raise ten steps in full.
    """
    raised = m.enablers.raised_by[key]
    return linear([*raised.coefficients, -1.0], [*raised.variables, m.enablers.enabled[key]]) <= 0


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `levels` (thresholds passed and used) and `deployments`."""
    rows = [
        ("enabler", "|".join(key[:3]), f"{key[3]:.15g}", key[4], "yes")
        for key, variable in m.enablers.enabled.items()
        if round(variable.value)
    ]
    amounts = [(*key, variable.value, m.enablers.put_up[key].value()) for key, variable in m.enablers.deployed.items()]
    return {
        "levels": pd.DataFrame(rows, columns=["kind", "name", "level", "period", "reached"]),
        "deployments": pd.DataFrame(amounts, columns=["region", "item", "period", "deployed", "cumulative"]),
    }
