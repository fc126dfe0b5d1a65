"""Stock: what is kept from one period to the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.by_period import list_by_period
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Stock:
    """held: by region, item and period, what is in stock at its end; items: those kept; limited: whether at most."""

    held: pyo.Var[tuple[str, str, str]]
    items: frozenset[str]
    limited: bool


def build(m: Model, sets: Sets) -> None:
    """held[r,i,t] in item, at the end of the period, between minimum and maximum.

    What is added less what is released, per year, is the change of what is held over the years of the period.
    """
    stocks = sets.instance["stocks"].set_index(["region", "item"])
    limits = stocks[["minimum", "maximum"]].astype(object).where(stocks[["minimum", "maximum"]].notna(), None)
    keys = [(*place, period) for place in stocks.index for period in sets.time.periods]
    m.held = held = pyo.Var(keys, bounds=lambda _, *key: tuple(limits.loc[key[:2]]))
    m.stock = Stock(held, frozenset(stocks.index.unique("item")), bool(stocks["maximum"].notna().any()))
    tiers = sets.instance["items"].set_index("item")["tier"]
    holding, each = CostLine("stock holding"), list_by_period(sets.views, "stocks", ["region", "item"], "holding_cost")
    before = {later: earlier for earlier, later in pairwise(sets.time.periods)}
    for key, variable in m.stock.held.items():
        region, item, period = key
        side = m.ledgers.delivered if (item, region, period) in m.lanes.transited else m.ledgers.supply
        balance, per_year = side[item, region, period], 1.0 / sets.time.years[period]
        balance.add(-per_year, variable)
        if period in before:
            balance.add(per_year, m.stock.held[region, item, before[period]])
        else:
            balance.add(per_year * frames.cell(stocks, (region, item), "initial"), None)
        holding.add(each[region, item, period], variable, (tiers[item], region, period))
    m.cost_lines.append(holding)


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `stocks`: held at the end of each period, added and released per year."""
    initial = sets.instance["stocks"].set_index(["region", "item"])["initial"]
    rows = []
    for region, item in initial.index:
        before = initial[region, item]
        for period in sets.time.periods:
            held = m.stock.held[region, item, period].value
            change = (held - before) / sets.time.years[period]
            if held or change:
                rows.append((region, item, period, "base", held, max(change, 0.0), max(-change, 0.0)))
            before = held
    columns = ["region", "item", "period", "scenario", "held", "added", "released"]
    return {"stocks": pd.DataFrame(rows, columns=columns)}
