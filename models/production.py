"""Production: what each line makes, and what running it costs."""

import pandas as pd
import pyomo.environ as pyo

from models.costs import CostLine
from models.sets import Sets

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


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """made[l,t] >= 0, in activity/year, for lines whose inputs can reach them, while they can have capacity.

    A line that must run has it even where its inputs cannot reach it: that is then found to be impossible.
    """
    served = {(*key[:2], period) for key, order in sets.orders.items() for period in order.service}
    must_run = set(sets.lines.index[sets.lines["home"] & (sets.lines["min_load"] > 0)])
    active = [key for key in sorted(served | set(sets.existing)) if key[:2] in sets.running | must_run]
    m.made = pyo.Var(active, domain=pyo.NonNegativeReals)
    rows = sets.lines[["tier", "region", *COST_LINES]].to_dict("index")
    for (site, process, period), variable in m.made.items():
        region = rows[site, process]["region"]
        for item, quantity in sets.recipes[process]:
            place = (item, region, period)
            side = m.delivered if quantity < 0 and place in m.transited else m.supply
            side[place].add(quantity, variable)
    costs = {name: CostLine(line) for name, line in COST_LINES.items()}
    for (site, process, period), variable in m.made.items():
        row = rows[site, process]
        for name, line in costs.items():
            line.add(row[name], variable, (row["tier"], row["region"], period))
    m.cost_lines.extend(costs.values())


def report(m: pyo.ConcreteModel, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `production`: activity and running cost per unit; mode is own, or spot for an outside line."""
    rows = [
        (
            site,
            process,
            "own" if sets.lines.at[(site, process), "home"] else "spot",
            period,
            "base",
            variable.value,
            sets.lines.at[(site, process), "running"],
        )
        for (site, process, period), variable in m.made.items()
        if variable.value
    ]
    columns = ["site", "process", "mode", "period", "scenario", "made", "unit_cost"]
    return {"production": pd.DataFrame(rows, columns=columns)}
