"""Stocks in a disruption: what there is when its window opens, and what the base fills, which a snapshot may stop.

A window in the first period opens when the base has filled what it fills there; in a later one it opens with what the
period before has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models import frames
from planner_models.keys import Market
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model


@dataclass(frozen=True, slots=True)
class PeriodStock:
    """A stock in a period of the base, in item.

    before, held: what there is before the period and at its end; years: how long the period is; first: it is the first
    """

    before: LinearExpression
    held: LinearExpression
    years: float
    first: bool

    def drawn(self) -> LinearExpression:
        """What the base takes from stock in item/year, less what it adds."""
        found = LinearExpression()
        found.extend(1.0 / self.years, self.before)
        found.extend(-1.0 / self.years, self.held)
        return found

    def added_now(self) -> float:
        """What the base adds in item/year, as the variables have it; 0 where it takes from stock."""
        return max(self.held.value() - self.before.value(), 0.0) / self.years

    def available_now(self) -> float:
        """What may be released in a window of the period, in item, as the variables have it."""
        return max(self.before.value(), 0.0) + (self.years * self.added_now() if self.first else 0.0)


@dataclass(frozen=True)
class Windows:
    """Stocks that snapshots can draw on, by region, item and period.

    added: what the base adds, in item/year, and filling, whether it may, where the tables do not say so
    adds, available: what the base adds, in item/year, and what may be released in a window, in item
    """

    stocks: dict[Market, PeriodStock]
    added: pyo.Var[Market]
    filling: pyo.Var[Market]
    adds: dict[Market, LinearExpression]
    available: dict[Market, LinearExpression]


def period_stock(m: Model, place: Market) -> PeriodStock:
    """The stock of an item in a region, over a period."""
    region, item, period = place
    time, position = m.sets.time, m.sets.time.position[period]
    if position:
        before = LinearExpression([1.0], [m.stock.held[region, item, time.periods[position - 1]]])
    else:
        stocks = m.sets.instance["stocks"].set_index(["region", "item"])
        before = LinearExpression(constant=float(frames.cell(stocks, (region, item), "initial")))
    return PeriodStock(before, LinearExpression([1.0], [m.stock.held[place]]), time.years[period], position == 0)


def build(m: Model, places: Iterable[Market]) -> None:
    """added[r,i,t] >= 0 in item/year, what the base adds to a stock; filling[r,i,t] binary, whether it may add.

    Only where it is open whether the base adds or takes: in the first period what was empty can only be filled.
    """
    found = {place: period_stock(m, place) for place in places}
    open_ = [place for place, there in found.items() if not there.first or there.before.constant > 0]
    m.filling = filling = pyo.Var(pyo.SetOf(open_), domain=pyo.Binary)
    m.added = added = pyo.Var(pyo.SetOf(open_), domain=pyo.NonNegativeReals)
    adds: dict[Market, LinearExpression] = {}
    available: dict[Market, LinearExpression] = {}
    for place, there in found.items():
        adds[place], available[place] = LinearExpression(), LinearExpression()
        if place in added:
            adds[place].add(1.0, added[place])
        else:
            adds[place].extend(-1.0, there.drawn())
        available[place].extend(1.0, there.before)
        if there.first:
            available[place].extend(there.years, adds[place])
    m.windows = Windows(found, added, filling, adds, available)
    m.added_filling = pyo.Constraint(pyo.SetOf(open_), rule=added_filling)
    m.added_held = pyo.Constraint(pyo.SetOf(open_), rule=added_held)


def most_held(m: Model, place: Market) -> float:
    """The most of a stock at the end of a period: its maximum, and all that can have been made by then."""
    _, item, period = place
    most = m.sets.time.years[period] * m.lanes.most_moved[item, period]
    limit = m.stock.held[place].ub
    return float(most if limit is None else min(limit, most))


def most_before(m: Model, place: Market) -> float:
    """The most of a stock before a period."""
    position = m.sets.time.position[place[2]]
    if position == 0:
        return m.windows.stocks[place].before.constant
    return most_held(m, (place[0], place[1], m.sets.time.periods[position - 1]))


def added_filling(m: Model, *place: *Market) -> pyo.Expression:
    """years x added[r,i,t] <= most_held[r,i,t] filling[r,i,t]"""
    years = m.windows.stocks[place].years
    return linear([years, -most_held(m, place)], [m.windows.added[place], m.windows.filling[place]]) <= 0


def added_held(m: Model, *place: *Market) -> pyo.Expression:
    """years x added[r,i,t] <= held[r,i,t] - held[r,i,t-1] + most_held[r,i,t-1] (1 - filling[r,i,t])"""
    there, most = m.windows.stocks[place], most_before(m, place)
    rise = LinearExpression([there.years, most], [m.windows.added[place], m.windows.filling[place]])
    rise.extend(-1.0, there.held)
    rise.extend(1.0, there.before)
    return rise.expression() <= most - rise.constant
