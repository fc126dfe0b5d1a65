"""Demand: markets with price-volume steps, served, left unserved at a penalty, or (profit) sold into.

Under profit a unit sold at step q counts p_q (1 - overhead) + (1 - conduct) CS_q / V_q: a monopoly counts its price
alone, price takers act as if all that buyers gain beyond the price (CS, see `sets.markets`) were theirs as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.keys import Market, Raise, Step
from planner_models.linear import Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets

MARKET = ["region", "item", "period", "step"]
REPORTED = ["region", "item", "period", "scenario", "step", "volume", "sold", "unserved", "price", "rivals", "share"]
"""Columns of sheet `demand` that one step says by itself."""

SURPLUS = "consumers' surplus counted"
"""The cost line of what the objective counts of consumers' surplus: money that nobody is paid."""

OVERHEAD = "overhead"
"""The cost line of development and selling, a share of the price of what is sold."""

LEAST_SHARE = 1e-9
"""A step that is offered for less of a year or of the buyers is not offered."""

PENALTY_PER_PRICE = 3.0
"""Unserved demand without a penalty of its own costs three times its price (WORKBOOK, settings)."""


def penalties(demand: pd.DataFrame, settings: Mapping[str, Any]) -> pd.Series:
    """Cost of a unit not served: its own, else the setting, else 3 x price.

    A price of 0 is none here: demand that cost nothing to leave would count for nothing.

    Parameters
    ----------
    demand
        Rows with columns `price` and `penalty`, money/item; may be missing.
    settings
        Settings by name; `shortage_penalty` is used, money/item.

    Returns
    -------
    pandas.Series
        Indexed like `demand`, money/item; missing where demand must be met.
    """
    default = settings["shortage_penalty"]
    general = demand["price"].where(demand["price"] > 0) * PENALTY_PER_PRICE if default is None else default
    return demand["penalty"].fillna(general)


@dataclass(frozen=True)
class Demand:
    """Markets and their steps, in item/year.

    volume: of each step, before enablers raise it; penalty: of a unit not served, money/item, nan where it must be
    markets: the steps of each; least_steps: how many of them must be chosen
    cut: by how much each step is below the highest of its market, as a share of it
    deepest_cut: the largest of these cuts, by region and item
    mixed: the steps of markets where they may be mixed
    raised_by: what enablers add to a step; most_raised: what each can add; most_sold: volume with all that they can add
    """

    volume: dict[Step, float]
    penalty: dict[Step, float]
    markets: dict[Market, list[Step]]
    sold: pyo.Var[Step]
    unserved: pyo.Var[Step]
    priced: pyo.Var[Step]
    raised: pyo.Var[Raise]
    raised_by: dict[Step, list[Variable]]
    most_raised: dict[Raise, float]
    most_sold: dict[Step, float]
    least_steps: int
    mixed: frozenset[Step]
    cut: dict[Step, float]
    deepest_cut: dict[tuple[str, str], float]

    def share(self, key: Step) -> float:
        """The part of the year or of the buyers to which a step is offered, of a model that holds a plan."""
        if key not in self.priced:
            return 1.0
        value = self.priced[key].value
        if key in self.mixed:
            return min(value, 1.0) if value > LEAST_SHARE else 0.0
        return float(round(value))


def build(m: Model, sets: Sets) -> None:
    """sold[market,t,q] in item/year; unserved likewise, under cost.

    priced[market,t,q] binary, where a market has several steps or a lock says no to one; between 0 and 1 where steps
    may be mixed: the part of the year or of the buyers to which the step is offered.

    raised[market,t,q,enabler,threshold] >= 0, what enabling infrastructure adds to the volume of the step chosen.
    Under cost a demand row without any penalty has no `unserved`: it must be met.
    """
    cost = sets.instance.settings["objective"] == "cost"
    m.demand = demand = _offer(m, sets, cost)
    keys = list(demand.volume)
    m.service = pyo.Constraint(keys if cost else [], rule=service)
    limited = [key for key in keys if key in demand.priced or key in demand.raised_by]
    m.step_volume = pyo.Constraint([] if cost else limited, rule=step_volume)
    priced = [key for key in demand.raised if key[:4] in demand.priced]
    m.raised_priced = pyo.Constraint(priced, rule=raised_priced)
    m.one_step = pyo.Constraint(sorted({key[:3] for key in demand.priced}), rule=one_step)
    m.no_price_rise = pyo.Constraint(_list_ordered_prices(sets, demand), rule=no_price_rise)
    for key, variable in demand.sold.items():
        region, item, period, _ = key
        side = m.ledgers.delivered if (item, region, period) in m.lanes.transited else m.ledgers.supply
        side[item, region, period].add(-1.0, variable)
    _post_costs(m, sets)


def _offer(m: Model, sets: Sets, cost: bool) -> Demand:
    keys: list[Step] = list(sets.demand[MARKET].itertuples(index=False, name=None))
    volume: dict[Step, float] = dict(zip(keys, sets.demand["volume"], strict=True))
    penalty: dict[Step, float] = dict(zip(keys, penalties(sets.demand, sets.instance.settings), strict=True))
    markets: dict[Market, list[Step]] = defaultdict(list)
    for key in keys:
        markets[key[:3]].append(key)
    most_raised = _most_raised(sets, markets, volume)
    m.raised = raised = pyo.Var(list(most_raised), domain=pyo.NonNegativeReals)
    raised_by: dict[Step, list[Variable]] = defaultdict(list)
    most_sold = dict(volume)
    for more, most in most_raised.items():
        raised_by[more[:4]].append(raised[more])
        most_sold[more[:4]] += most
    m.sold = sold = pyo.Var(keys, bounds=lambda _, *key: (0, most_sold[key]))
    missing = [key for key in keys if cost and penalty[key] == penalty[key]]
    m.unserved = unserved = pyo.Var(missing, domain=pyo.NonNegativeReals)
    refused = {(region, item) for region, item, _ in sets.ruled_out["priced"]}
    stepped = [key for key in keys if len(markets[key[:3]]) > 1 or key[:2] in refused]
    mixed = frozenset(key for key, may in zip(keys, sets.demand["mixed"], strict=True) if may)
    cut = _measure_cuts(sets.demand)
    m.priced = priced = pyo.Var(stepped, domain=lambda _, *key: pyo.UnitInterval if key in mixed else pyo.Binary)
    return Demand(
        volume=volume,
        penalty=penalty,
        markets=markets,
        sold=sold,
        unserved=unserved,
        priced=priced,
        raised=raised,
        raised_by=raised_by,
        most_raised=most_raised,
        most_sold=most_sold,
        least_steps=1 if cost else 0,
        mixed=mixed,
        cut=dict(zip(keys, cut, strict=True)),
        deepest_cut=frames.entries(cut.groupby([sets.demand["region"], sets.demand["item"]]).max()),
    )


def _measure_cuts(table: pd.DataFrame) -> pd.Series:
    """By row: the share by which its price is below the highest of its market; 0 where there is no price."""
    highest = table.groupby(MARKET[:3])["price"].transform("max")
    return (1.0 - table["price"] / highest.where(highest > 0)).fillna(0.0)


def _list_ordered_prices(sets: Sets, demand: Demand) -> list[tuple[str, str, str, str]]:
    """Region, item, an earlier and a later period in which a market has several steps, where prices may not rise."""
    settings = sets.instance.settings
    if settings["price_rises"] == "yes" or settings["objective"] == "cost":
        return []
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (region, item, period), steps in demand.markets.items():
        if len(steps) > 1:
            held[region, item].append(period)
    order = sets.time.position
    return [
        (*place, before, after)
        for place, periods in held.items()
        for before, after in combinations(sorted(periods, key=lambda period: order[period]), 2)
    ]


def _most_raised(sets: Sets, markets: dict[Market, list[Step]], volume: dict[Step, float]) -> dict[Raise, float]:
    """By market, period, step, enabler and threshold: the volume that passing the threshold adds, in item/year."""
    found = {}
    for (region, enabler, item, threshold), step in frames.pairs(sets.enablers["step"]):
        for period in sets.time.periods:
            for key in (key for key in markets.get((region, item, period), []) if volume[key] > 0):
                found[(*key, enabler, threshold)] = step * volume[key]
    return found


def service(m: Model, *key: *Step) -> pyo.Expression:
    """sold[q] + unserved[q] = volume[q] (x priced[q] where the market has several steps)"""
    served = [m.demand.sold[key], *([m.demand.unserved[key]] if key in m.demand.unserved else [])]
    if key in m.demand.priced:
        return linear([1.0] * len(served) + [-m.demand.volume[key]], [*served, m.demand.priced[key]]) == 0
    return linear([1.0] * len(served), served) == m.demand.volume[key]


def step_volume(m: Model, *key: *Step) -> pyo.Expression:
    """sold[q] <= volume[q] (x priced[q] where the market has several steps) + sum over enablers of raised[q,.]"""
    raised = m.demand.raised_by.get(key, [])
    if key in m.demand.priced:
        slopes = [1.0, -m.demand.volume[key], *[-1.0] * len(raised)]
        return linear(slopes, [m.demand.sold[key], m.demand.priced[key], *raised]) <= 0
    return linear([1.0, *[-1.0] * len(raised)], [m.demand.sold[key], *raised]) <= m.demand.volume[key]


def raised_priced(m: Model, *key: *Raise) -> pyo.Expression:
    """raised[q,.] <= what passing the threshold adds x priced[q]"""
    return linear([1.0, -m.demand.most_raised[key]], [m.demand.raised[key], m.demand.priced[key[:4]]]) <= 0


def one_step(m: Model, *market: *Market) -> tuple[int, pyo.Expression, int]:
    """sum_q priced[q] = 1 under cost, <= 1 under profit"""
    steps = [m.demand.priced[key] for key in m.demand.markets[market]]
    return (m.demand.least_steps, linear([1.0] * len(steps), steps), 1)


def no_price_rise(m: Model, region: str, item: str, before: str, after: str) -> pyo.Expression:
    """sum_q (deepest - cut[q]) priced[q] in a later period + sum_q cut[q] priced[q] in an earlier one <= deepest

    deepest: the deepest cut of the market in any period. The price offered later, as a share of the highest step,
    is at most the one offered before. A period in which the market is not offered at all says nothing. Where steps may
    be mixed, a part that is not offered later counts as cut most deeply: to leave out a few buyers frees no price.
    """
    later, earlier = (m.demand.markets[region, item, period] for period in (after, before))
    deepest = m.demand.deepest_cut[region, item]
    slopes = [deepest - m.demand.cut[key] for key in later] + [m.demand.cut[key] for key in earlier]
    return linear(slopes, [m.demand.priced[key] for key in (*later, *earlier)]) <= deepest


def _post_costs(m: Model, sets: Sets) -> None:
    """Under cost the penalty of what is not served; under profit the revenue, as a negative cost.

    Under profit overhead is a cost, and (1 - conduct) of consumers' surplus is counted beside the revenue.
    """
    tiers = sets.instance["items"].set_index("item")["tier"]
    lines = [CostLine(name) for name in ("shortage", "revenue", OVERHEAD, SURPLUS)]
    for key, variable in m.demand.unserved.items():
        lines[0].add(m.demand.penalty[key], variable, (tiers[key[1]], key[0], key[2]))
    if sets.instance.settings["objective"] == "profit":
        table = sets.demand
        counted = (1.0 - table["conduct"]) * table["surplus"]
        each = list(zip(-table["price"], table["overhead"] * table["price"], -counted, strict=True))
        for (key, variable), amounts in zip(m.demand.sold.items(), each, strict=True):
            for line, amount in zip(lines[1:], amounts, strict=True):
                line.add(amount, variable, (tiers[key[1]], key[0], key[2]))
    m.cost_lines.extend(lines)


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `demand`: the steps offered in each market, their volume as enablers raise it, and what of that is sold."""
    facts = dict(zip(m.demand.volume, zip(sets.demand["price"], sets.demand["rivals"], strict=True), strict=True))
    volume = dict(m.demand.volume)
    for key, most in m.demand.most_raised.items():
        region, item, period, _, enabler, threshold = key
        reached = round(m.enablers.enabled[region, enabler, item, threshold, period].value)
        volume[key[:4]] += most * reached
    rows = []
    for key, variable in m.demand.sold.items():
        share = m.demand.share(key)
        offered = share * volume[key]
        if offered:
            unserved = offered - variable.value
            price, rivals = facts[key]
            rows.append((*key[:3], "base", key[3], offered, variable.value, unserved, price, share * rivals, share))
    return {"demand": add_mean_prices(pd.DataFrame(rows, columns=REPORTED))}


def add_mean_prices(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of sheet `demand` with the mean price of each market and scenario, steps weighed by their volume.

    Parameters
    ----------
    rows
        In the columns REPORTED; volumes in item/year, prices in money/item.

    Returns
    -------
    pandas.DataFrame
        The same, with `mean_price` in money/item.
    """
    market = [rows[name] for name in REPORTED[:4]]
    volume = rows["volume"].groupby(market).transform("sum")
    worth = (rows["volume"] * rows["price"]).groupby(market).transform("sum")
    return rows.assign(mean_price=worth / volume.where(volume > 0))
