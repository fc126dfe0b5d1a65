"""Demand: markets with price-volume steps, served, left unserved at a penalty, or (profit) sold into."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.costs import CostLine
from planner_models.linear import linear
from planner_models.sets import Sets

MARKET = ["region", "item", "period", "step"]
PENALTY_PER_PRICE = 3.0
"""Unserved demand without a penalty of its own costs three times its price (WORKBOOK, settings)."""


def penalties(demand: pd.DataFrame, settings: Mapping[str, Any]) -> pd.Series:
    """Cost of a unit not served in money/item: its own, else the setting, else 3 x price, else missing: must be met."""
    default = settings["shortage_penalty"]
    general = demand["price"] * PENALTY_PER_PRICE if default is None else default
    return demand["penalty"].fillna(general)


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """sold[market,t,q] in item/year; unserved likewise, under cost.

    priced[market,t,q] binary, where a market has several steps or a lock says no to one.

    raised[market,t,q,enabler,threshold] >= 0, what enabling infrastructure adds to the volume of the step chosen.
    Under cost a demand row without any penalty has no `unserved`: it must be met.
    """
    demand = sets.demand
    cost = sets.instance.settings["objective"] == "cost"
    keys = list(demand[MARKET].itertuples(index=False, name=None))
    m.volume = dict(zip(keys, demand["volume"], strict=True))
    penalty = dict(zip(keys, penalties(demand, sets.instance.settings), strict=True))
    m.markets = defaultdict(list)
    for key in keys:
        m.markets[key[:3]].append(key)
    refused = {(region, item) for region, item, _ in sets.ruled_out["priced"]}
    stepped = [key for key in keys if len(m.markets[key[:3]]) > 1 or key[:2] in refused]
    m.most_raised = _most_raised(m, sets)
    m.raised = pyo.Var(list(m.most_raised), domain=pyo.NonNegativeReals)
    m.raised_by = defaultdict(list)
    m.most_sold = dict(m.volume)
    for key, most in m.most_raised.items():
        m.raised_by[key[:4]].append(m.raised[key])
        m.most_sold[key[:4]] += most
    m.sold = pyo.Var(keys, bounds=lambda _, *key: (0, m.most_sold[key]))
    m.unserved = pyo.Var([key for key in keys if cost and penalty[key] == penalty[key]], domain=pyo.NonNegativeReals)
    m.priced = pyo.Var(stepped, domain=pyo.Binary)
    m.service = pyo.Constraint(keys if cost else [], rule=service)
    limited = [key for key in keys if key in m.priced or key in m.raised_by]
    m.step_volume = pyo.Constraint([] if cost else limited, rule=step_volume)
    m.raised_priced = pyo.Constraint([key for key in m.raised if key[:4] in m.priced], rule=raised_priced)
    m.least_steps = 1 if cost else 0
    m.one_step = pyo.Constraint(sorted({key[:3] for key in stepped}), rule=one_step)
    for key, variable in m.sold.items():
        region, item, period, _ = key
        side = m.delivered if (item, region, period) in m.transited else m.supply
        side[item, region, period].add(-1.0, variable)
    _post_costs(m, sets, penalty, dict(zip(keys, demand["price"], strict=True)))


def _most_raised(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[Any, ...], float]:
    """By market, period, step, enabler and threshold: the volume that passing the threshold adds, in item/year."""
    found = {}
    for (region, enabler, item, threshold), step in sets.enablers["step"].items():
        for period in sets.time.periods:
            for key in m.markets.get((region, item, period), []):
                found[(*key, enabler, threshold)] = step * m.volume[key]
    return found


def service(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """sold[q] + unserved[q] = volume[q] (x priced[q] where the market has several steps)"""
    served = [m.sold[key], *([m.unserved[key]] if key in m.unserved else [])]
    if key in m.priced:
        return linear([1.0] * len(served) + [-m.volume[key]], [*served, m.priced[key]]) == 0
    return linear([1.0] * len(served), served) == m.volume[key]


def step_volume(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """sold[q] <= volume[q] (x priced[q] where the market has several steps) + sum over enablers of raised[q,.]"""
    raised = m.raised_by.get(key, [])
    if key in m.priced:
        slopes = [1.0, -m.volume[key], *[-1.0] * len(raised)]
        return linear(slopes, [m.sold[key], m.priced[key], *raised]) <= 0
    return linear([1.0, *[-1.0] * len(raised)], [m.sold[key], *raised]) <= m.volume[key]


def raised_priced(m: pyo.ConcreteModel, *key: Any) -> pyo.Expression:
    """raised[q,.] <= what passing the threshold adds x priced[q]"""
    return linear([1.0, -m.most_raised[key]], [m.raised[key], m.priced[key[:4]]]) <= 0


def one_step(m: pyo.ConcreteModel, *market: str) -> tuple[int, pyo.Expression, int]:
    """sum_q priced[q] = 1 under cost, <= 1 under profit"""
    steps = [m.priced[key] for key in m.markets[market]]
    return (m.least_steps, linear([1.0] * len(steps), steps), 1)


def _post_costs(m: pyo.ConcreteModel, sets: Sets, penalty: dict, price: dict) -> None:
    """Under cost the penalty of what is not served; under profit the revenue, as a negative cost."""
    tiers = sets.instance["items"].set_index("item")["tier"]
    shortage, revenue = CostLine("shortage"), CostLine("revenue")
    for key, variable in m.unserved.items():
        shortage.add(penalty[key], variable, (tiers[key[1]], key[0], key[2]))
    if sets.instance.settings["objective"] == "profit":
        for key, variable in m.sold.items():
            revenue.add(-price[key], variable, (tiers[key[1]], key[0], key[2]))
    m.cost_lines.extend([shortage, revenue])


def report(m: pyo.ConcreteModel, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `demand`: the step chosen in each market, its volume as enablers raise it, and what of that is sold."""
    prices = dict(zip(m.volume, sets.demand["price"], strict=True))
    volume = dict(m.volume)
    for key, most in m.most_raised.items():
        region, item, period, _, enabler, threshold = key
        reached = round(m.enabled[region, enabler, item, threshold, period].value)
        volume[key[:4]] += most * reached
    rows = []
    for key, variable in m.sold.items():
        chosen = round(m.priced[key].value) if key in m.priced else 1
        if chosen and volume[key]:
            unserved = volume[key] - variable.value
            rows.append((*key[:3], "base", volume[key], variable.value, unserved, prices[key], key[3]))
    columns = ["region", "item", "period", "scenario", "volume", "sold", "unserved", "price", "step"]
    return {"demand": pd.DataFrame(rows, columns=columns)}
