"""Enablers: infrastructure that unlocks demand once enough of it has been put up."""

from collections import defaultdict
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner_models.linear import Terms, linear
from planner_models.sets import Sets


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """deployed[r,i,t] >= 0 in item/year, put up at the plan's own cost; enabled[r,i,item,q,t] binary.

    What is sold of an enabler counts as put up too. What is unlocked is `raised`, a variable of the demand block.
    """
    places = sorted({(region, enabler) for region, enabler, _, _ in sets.enablers.index})
    m.deployed = pyo.Var(
        [(*place, period) for place in places for period in sets.time.periods], domain=pyo.NonNegativeReals
    )
    for (region, enabler, period), variable in m.deployed.items():
        place = (enabler, region, period)
        side = m.delivered if place in m.transited else m.supply
        side[place].add(-1.0, variable)
    steps = [(*step, period) for step in sets.enablers.index for period in sets.time.periods]
    m.put_up = _put_up(m, sets)
    m.enabled = pyo.Var(steps, domain=pyo.Binary)
    m.enabling_threshold = pyo.Constraint(steps, rule=enabling_threshold)
    m.raised_enabled = pyo.Constraint(list(m.raised), rule=raised_enabled)


def _put_up(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str, str], Terms]:
    """By region, enabler and period: what has been deployed and sold there in all by its end."""
    sums: dict[tuple[str, str, str], Terms] = defaultdict(Terms)
    places = {key[:2] for key in m.deployed}
    added = [*m.deployed.items(), *((key[:3], variable) for key, variable in m.sold.items() if key[:2] in places)]
    for (region, enabler, moment), variable in added:
        for period in sets.time.window(moment, None):
            sums[region, enabler, period].add(sets.time.years[moment], variable)
    return sums


def enabling_threshold(m: pyo.ConcreteModel, *key: Any) -> pyo.Expression:
    """threshold enabled[r,i,item,q,t] <= sum over u <= t of years[u] (deployed[r,i,u] + sold[r,i,u])"""
    region, enabler, _, threshold, period = key
    sums = m.put_up[region, enabler, period]
    return linear([threshold, *(-years for years in sums.coefficients)], [m.enabled[key], *sums.variables]) <= 0


def raised_enabled(m: pyo.ConcreteModel, *key: Any) -> pyo.Expression:
    """raised[market,t,step,q] <= step[q] volume[market,t,step] enabled[r,i,item,q,t]"""
    region, item, period, _, enabler, threshold = key
    enabled = m.enabled[region, enabler, item, threshold, period]
    return linear([1.0, -m.most_raised[key]], [m.raised[key], enabled]) <= 0


def report(m: pyo.ConcreteModel, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `levels` (thresholds passed and used) and `deployments`."""
    rows = [
        ("enabler", "|".join(key[:3]), f"{key[3]:.15g}", key[4], "yes")
        for key, variable in m.enabled.items()
        if round(variable.value)
    ]
    amounts = [(*key, variable.value, m.put_up[key].value()) for key, variable in m.deployed.items()]
    return {
        "levels": pd.DataFrame(rows, columns=["kind", "name", "level", "period", "reached"]),
        "deployments": pd.DataFrame(amounts, columns=["region", "item", "period", "deployed", "cumulative"]),
    }
