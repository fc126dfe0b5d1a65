"""Courses: what happens in a snapshot, as rows of a result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.demand import MARKET, REPORTED, add_mean_prices
from planner_models.blocks.disruptions.flows import Key, PeriodFlows
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.scenarios import Arc, Draw, Market
from planner_models.sets.weights import service_weights

SCENARIOS = ["scenario", "probability", "service", "loss", "impact", "cvar_weight", "modelled"]
"""Columns of sheet `scenarios`; the impact is known once flows without disruption have been solved for."""

PRODUCTION = ["site", "process", "mode", "period", "scenario", "made", "unit_cost"]
FLOWS = ["origin", "destination", "item", "mode", "period", "scenario", "shipped", "cost", "duty"]
STOCKS = ["region", "item", "period", "scenario", "held", "added", "released"]

Step = tuple[str, str, str]
"""Region, item and step."""


@dataclass(frozen=True)
class Realisation:
    """What happens while a disruption lasts, in yearly rates, of all that it can change.

    made: by draw; shipped: by arc; sold: by region, item and step, what is wanted and what of it is sold;
    stocks: by region and item, what the base holds at the end of the period, and what is added and released.
    """

    made: Mapping[Draw, float]
    shipped: Mapping[Arc, float]
    sold: Mapping[Step, tuple[float, float]]
    stocks: Mapping[Market, tuple[float, float, float]]


Courses = Mapping[tuple[str, str], Realisation]
"""By scenario and period."""


def course_rows(m: Model, courses: Courses) -> dict[str, pd.DataFrame]:
    """What happens in snapshots, as rows of result sheets; markets that want nothing have none.

    A flow of the base that stops, and a stock that the base empties and the snapshot leaves, have a row of 0; others
    that are 0 have none.

    Parameters
    ----------
    m
        A model whose variables hold the plan.
    courses
        What happens, by scenario and period.

    Returns
    -------
    dict of str to pandas.DataFrame
        Sheets `production`, `flows`, `stocks` and `demand`, with the columns declared;
        `held` in items, other amounts per year, costs and duties in money/year, unit costs and prices in money per
        unit.
    """
    sets: Sets = m.sets
    made, shipped, stocks, demand = [], [], [], []
    charges = _charges(sets, {t for _, t in courses})
    facts = frames.records(sets.demand.set_index(MARKET)[["price", "rivals"]])
    prices, emptied = sets.draw_prices(), _list_emptied(m)
    for (w, t), course in courses.items():
        snapshot = sets.snapshots[w, t]
        for draw, amount in _some(course.made, m.production.made, t):
            cost = sum(prices[(*draw, t)]) + sets.transaction_cost(draw[0], draw[1], draw[2], t)
            made.append((*draw, t, w, amount, cost * snapshot.line_cost.get(draw, 1.0)))
        for arc, amount in _some(course.shipped, m.lanes.shipped, t):
            transport, transit, duty = charges[(*arc, t)]
            cost = transport * snapshot.arc_cost.get(arc, 1.0) + transit
            shipped.append((*arc, t, w, amount, amount * cost, amount * duty))
        stocks += [
            (*place, t, w, *figures)
            for place, figures in course.stocks.items()
            if any(figures) or (*place, t) in emptied
        ]
        for (region, item, step), (wanted, sold) in course.sold.items():
            if wanted > 0:
                price, rivals = facts[region, item, t, step].values()
                share = m.demand.share((region, item, t, step))
                demand.append((region, item, t, w, step, wanted, sold, wanted - sold, price, share * rivals, share))
    return {
        "production": pd.DataFrame(made, columns=PRODUCTION),
        "flows": pd.DataFrame(shipped, columns=FLOWS),
        "stocks": pd.DataFrame(stocks, columns=STOCKS),
        "demand": add_mean_prices(pd.DataFrame(demand, columns=REPORTED)),
    }


def _some(flows: Mapping[Any, float], base: pyo.Var, period: str) -> Iterator[tuple[Any, float]]:
    """The flows that are not zero, or not in the base."""
    for key, amount in flows.items():
        if amount > 0:
            yield key, amount
        elif base[(*key, period)].value > 0:
            yield key, 0.0


def _list_emptied(m: Model) -> set[tuple[str, str, str]]:
    """The stocks that the base empties, by region, item and the period at whose end nothing is held."""
    stocks = m.sets.instance["stocks"]
    before = dict(zip(zip(stocks["region"], stocks["item"], strict=True), stocks["initial"], strict=True))
    emptied = set()
    for (region, item, period), held in m.stock.held.items():
        if before[region, item] > 0 and not held.value:
            emptied.add((region, item, period))
        before[region, item] = held.value
    return emptied


def _charges(sets: Sets, periods: set[str]) -> dict[tuple[str, ...], tuple[float, float, float]]:
    """By arc and period: transport, in-transit stock and duty per unit."""
    flows = sets.flows[sets.flows["period"].isin(periods)]
    keys = zip(*(flows[name] for name in FLOWS[:5]), strict=True)
    return dict(zip(keys, flows[["transport", "transit", "duty"]].itertuples(index=False, name=None), strict=True))


def compute_service(sets: Sets, courses: Courses, sold: Mapping[tuple[str, str, str, str], float]) -> float:
    """The service of one scenario: what is sold over what is wanted, over its months.

    Markets are weighed by value where all have one, else by quantity (see `service_weights`). Those outside its courses
    are served as in the base.

    Parameters
    ----------
    sets
        Sets of the model.
    courses
        What happens in the scenario, by scenario and period.
    sold
        Sales of the base, item/year, by region, item, period and step.

    Returns
    -------
    float
        A share; 1 where nothing is wanted.
    """
    values = service_weights(sets.instance).each
    figures = []
    for (w, t), course in courses.items():
        for key in (key for key in values if key[2] == t):
            market = course.sold.get((*key[:2], key[3]), (sold[key], sold[key]))
            figures.append((sets.snapshots[w, t].months, values[key], *market))
    months, value, wanted, served = np.array(figures, dtype=float).reshape(-1, 4).T
    weight = months * value
    total = float(weight @ wanted)
    return float(weight @ served) / total if total > 0 else 1.0


def list_realisations(m: Model) -> dict[tuple[str, str], Realisation]:
    """What happens in each snapshot of the model, by the values of its variables."""
    return {
        key: course(m, part.flows, {number: variable.value for number, variable in part.own.items()})
        for key, part in m.snapshots.parts.items()
    }


def course(m: Model, flows: PeriodFlows, values: Mapping[int, float]) -> Realisation:
    """What happens in a snapshot.

    Parameters
    ----------
    m
        A model whose variables hold the plan.
    flows
        The flows of the period of the snapshot.
    values
        By number of a flow that the snapshot can change: its yearly rate while the disruption lasts.

    Returns
    -------
    Realisation
        Yearly rates of these flows by draw, arc, market and stock.
    """

    def named(name: str) -> dict[Key, float]:
        return {key: values[number] for key, number in flows.numbers[name].items() if number in values}

    unserved, restocked, stored = named("unserved"), named("restocked"), named("stored")
    sold = {(key[0], key[1], key[3]): (amount + unserved[key], amount) for key, amount in named("sold").items()}
    return Realisation(
        made={key[:3]: amount for key, amount in named("made").items()},
        shipped={key[:4]: amount for key, amount in named("shipped").items()},
        sold=sold,
        stocks={
            key[:2]: (m.stock.held[key].value, restocked[key] + stored[key], amount)
            for key, amount in named("released").items()
        },
    )
