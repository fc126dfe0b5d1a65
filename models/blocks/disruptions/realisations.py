"""Courses: what happens in a snapshot, as rows of a result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.demand import MARKET
from planner_models.blocks.disruptions.affected import Part
from planner_models.sets import Sets
from planner_models.sets.scenarios import Arc, Draw, Market

NOISE = 1e-9
"""Amounts below this are what floating point leaves behind."""

SCENARIOS = ["scenario", "probability", "service", "loss", "impact", "cvar_weight", "modelled"]
"""Columns of sheet `scenarios`; the impact is known once flows in calm have been solved for."""

PRODUCTION = ["site", "process", "mode", "period", "scenario", "made", "unit_cost"]
FLOWS = ["origin", "destination", "item", "mode", "period", "scenario", "shipped", "cost", "duty"]
STOCKS = ["region", "item", "period", "scenario", "held", "added", "released"]
DEMAND = ["region", "item", "period", "scenario", "volume", "sold", "unserved", "price", "step"]

Step = tuple[str, str, str]
"""Region, item and step."""


@dataclass(frozen=True)
class Course:
    """What happens while a disruption lasts, in yearly rates, of all that it can change.

    made: by draw; shipped: by arc; sold: by region, item and step, what is wanted and what of it is sold;
    stocks: by region and item, what is held at the end of the period, added and released.
    """

    made: Mapping[Draw, float]
    shipped: Mapping[Arc, float]
    sold: Mapping[Step, tuple[float, float]]
    stocks: Mapping[Market, tuple[float, float, float]]


Courses = Mapping[tuple[str, str], Course]
"""By scenario and period."""


def course_rows(m: pyo.ConcreteModel, courses: Courses) -> dict[str, pd.DataFrame]:
    """Rows of sheets `production`, `flows`, `stocks` and `demand`; markets that want nothing have none.

    A flow of the base that stops has a row of 0; others that are 0 have none.
    """
    sets: Sets = m.sets
    made, shipped, stocks, demand = [], [], [], []
    charges = _charges(sets, {t for _, t in courses})
    prices = dict(zip(sets.demand[MARKET].itertuples(index=False, name=None), sets.demand["price"], strict=True))
    running, margin = sets.lines["running"].to_dict(), sets.draws["margin"].to_dict()
    for (w, t), course in courses.items():
        snapshot = sets.snapshots[w, t]
        for draw, amount in _some(course.made, m.made, t):
            cost = running[draw[:2]] + margin[draw] + sets.transaction_cost(draw[0], draw[1], draw[2], t)
            made.append((*draw, t, w, amount, cost * snapshot.line_cost.get(draw, 1.0)))
        for arc, amount in _some(course.shipped, m.shipped, t):
            transport, transit, duty = charges[(*arc, t)]
            cost = transport * snapshot.arc_cost.get(arc, 1.0) + transit
            shipped.append((*arc, t, w, amount, amount * cost, amount * duty))
        stocks += [(*place, t, w, *figures) for place, figures in course.stocks.items() if any(figures)]
        for (region, item, step), (wanted, sold) in course.sold.items():
            if wanted > NOISE:
                price = prices[region, item, t, step]
                demand.append((region, item, t, w, wanted, sold, wanted - sold, price, step))
    return {
        "production": pd.DataFrame(made, columns=PRODUCTION),
        "flows": pd.DataFrame(shipped, columns=FLOWS),
        "stocks": pd.DataFrame(stocks, columns=STOCKS),
        "demand": pd.DataFrame(demand, columns=DEMAND),
    }


def _some(flows: Mapping[Any, float], base: pyo.Var, period: str) -> Iterator[tuple[Any, float]]:
    """The flows that are not zero, or not in the base."""
    for key, amount in flows.items():
        if amount > NOISE:
            yield key, amount
        elif base[(*key, period)].value > NOISE:
            yield key, 0.0


def _charges(sets: Sets, periods: set[str]) -> dict[tuple[str, ...], tuple[float, float, float]]:
    """By arc and period: transport, in-transit stock and duty per unit."""
    flows = sets.flows[sets.flows["period"].isin(periods)]
    keys = zip(*(flows[name] for name in FLOWS[:5]), strict=True)
    return dict(zip(keys, flows[["transport", "transit", "duty"]].itertuples(index=False, name=None), strict=True))


def served_share(sets: Sets, courses: Courses, sold: Mapping[tuple[str, str, str, str], float]) -> float:
    """The service of one scenario: value sold over value wanted, over its months; 1 where nothing is wanted.

    A unit counts for the price of its step, else the value of its item; where all that is wanted is worth nothing, for
    1. Markets outside its courses are served as in the base, whose sales `sold` are by region, item, period and step.
    """
    values = step_values(sets)
    figures = []
    for (w, t), course in courses.items():
        for key in (key for key in values if key[2] == t):
            market = course.sold.get((*key[:2], key[3]), (sold[key], sold[key]))
            figures.append((sets.snapshots[w, t].months, values[key], *market))
    months, value, wanted, served = np.array(figures, dtype=float).reshape(-1, 4).T
    weight = months * (value if (value * wanted).any() else 1.0)
    total = float(weight @ wanted)
    return float(weight @ served) / total if total > 0 else 1.0


def step_values(sets: Sets) -> dict[tuple[str, str, str, str], float]:
    """By region, item, period and step: what a unit counts for in service: its price, else the item's value."""
    values = sets.instance["items"].set_index("item")["value"]
    worth = sets.demand["price"].fillna(sets.demand["item"].map(values))
    return dict(zip(sets.demand[MARKET].itertuples(index=False, name=None), worth, strict=True))


def modelled_courses(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str], Course]:
    """What happens in each snapshot of the model, by the values of its variables."""
    return {(w, t): _course(m, sets, w, t, parts) for (w, t), parts in m.parts.items()}


def _course(m: pyo.ConcreteModel, sets: Sets, scenario: str, period: str, parts: list[Part]) -> Course:
    keys = [(name, key) for part in parts for name in ("made", "shipped", "sold") for key in part.flows[name]]
    made = {key[:3]: m.made_in[(scenario, *key)].value for name, key in keys if name == "made"}
    shipped = {key[:4]: m.shipped_in[(scenario, *key)].value for name, key in keys if name == "shipped"}
    sold = {}
    for key in (key for name, key in keys if name == "sold"):
        amount, missing = m.sold_in[(scenario, *key)].value, m.unserved_in[(scenario, *key)].value
        sold[key[0], key[1], key[3]] = (amount + missing, amount)
    return Course(made, shipped, sold, _stocks(m, sets, scenario, period, parts))


def _stocks(
    m: pyo.ConcreteModel, sets: Sets, scenario: str, period: str, parts: list[Part]
) -> dict[Market, tuple[float, float, float]]:
    """By region and item: what the base holds, and what it adds and releases with what the snapshot does."""
    initial = sets.instance["stocks"].set_index(["region", "item"])["initial"]
    place, found = sets.time.position[period], {}
    for region, item in (stock for part in parts for stock in part.stocks):
        before = m.held[region, item, sets.time.periods[place - 1]].value if place else initial[region, item]
        held, own = m.held[region, item, period].value, (scenario, region, item, period)
        change = (held - before) / sets.time.years[period]
        added, released = m.restocked_in[own].value, m.released_in[own].value
        found[region, item] = (held, max(change, 0.0) + added, max(-change, 0.0) + released)
    return found
