"""Production: what each line makes, own or drawn through an offer, and what running it costs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.keys import Activity
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.access import LINE

COST_LINES = {
    "labour": "labour",
    "skilled": "skilled labour",
    "energy": "energy",
    "other": "other",
    "royalty": "royalty",
    "given": "unit cost",
    "recovery": "line fixed cost",
}
"""Columns of the line table and the cost lines they are reported as."""


@dataclass(frozen=True)
class Production:
    """made: what each line makes by mode, activity/year."""

    made: pyo.Var[Activity]


def build(m: Model, sets: Sets) -> None:
    """made[l,o,t] >= 0, in activity/year: for each line one variable per mode in which what it makes can be had.

    Only for lines whose inputs can reach them, in periods in which they can have capacity, the offer can be through its
    qualification and the project that the process requires can be ready. A line that must run, or must be drawn on
    while an offer is in force, has it even where its inputs cannot reach it: that is then found to be impossible.
    """
    loaded = set(sets.lines.index[sets.lines["home"] & (sets.lines["min_load"] > 0)])
    must_run = {draw for draw, least in frames.pairs(sets.draws["min_take"]) if least > 0 or draw[:2] in loaded}
    active = [
        (*draw, period)
        for draw, qualification in frames.pairs(sets.draws["qualification"])
        for period in sets.time.periods[int(qualification) :]
        if (*draw[:2], period) in sets.most
        and (draw in must_run or (draw[:2] in sets.running and _may_run(sets, draw[1], period)))
    ]
    m.made = made = pyo.Var(active, domain=pyo.NonNegativeReals)
    m.production = Production(made)
    for (site, process, _, period), variable in m.production.made.items():
        region = sets.places[site, process][1]
        for item, quantity in sets.recipe(process, period):
            place = (item, region, period)
            side = m.ledgers.delivered if quantity < 0 and place in m.lanes.transited else m.ledgers.supply
            side[place].add(quantity, variable)
    costs = {name: CostLine(line) for name, line in COST_LINES.items()}
    each = {period: table[[*COST_LINES]].to_dict("index") for period, table in sets.costs.items()}
    for (site, process, _, period), variable in m.production.made.items():
        row = each[period][site, process]
        for name, line in costs.items():
            line.add(row[name], variable, (*sets.places[site, process], period))
    m.cost_lines.extend(costs.values())


def _may_run(sets: Sets, process: str, period: str) -> bool:
    """Whether the project that a process requires can be ready; yes where it requires none."""
    project = sets.required.get(process)
    return project is None or (project, period) in sets.ready


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `production`: activity by line and mode, and its cost per unit with margin and transaction cost."""
    rows, price = [], sets.draw_prices()
    for (site, process, mode, period), variable in m.production.made.items():
        if variable.value:
            cost = sum(price[site, process, mode, period]) + sets.transaction_cost(site, process, mode, period)
            rows.append((site, process, mode, period, "base", variable.value, cost))
    return {"production": pd.DataFrame(rows, columns=[*LINE, "mode", "period", "scenario", "made", "unit_cost"])}
