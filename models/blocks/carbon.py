"""Carbon: what emissions cost in the blocs that price them, and what goods from elsewhere pay at their borders."""

from collections import defaultdict

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.linear import objects
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.policies import blocs

PRICE, BORDER = "carbon price", "carbon border"
"""The cost lines of carbon: on what is emitted, and on what imports embody."""


def build(m: Model, sets: Sets) -> None:
    """Two cost lines, yearly: price x emissions of what is made, and the charge of what crosses a border."""
    price, border = CostLine(PRICE), CostLine(BORDER)
    for (site, process, _, period), variable in m.production.made.items() if sets.carbon.made else ():
        label = (*sets.places[site, process], period)
        price.add(sets.carbon.made.get((site, process, period), 0.0), variable, label)
    if len(sets.carbon.embodied):
        tiers = sets.instance["items"].set_index("item")["tier"]
        variables, destinations = objects(m.lanes.shipped), sets.flows["destination"].tolist()
        for row in frames.cells(sets.carbon.embodied):
            label = (tiers[row.item], destinations[row.flow], row.period)
            border.add(row.charge, variables[row.flow], label)
    m.cost_lines.extend([price, border])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `carbon` (what each bloc prices and receives) and `border` (what imports embody and pay there)."""
    carbon, bloc = sets.carbon, frames.entries(blocs(sets.instance))
    emitted: dict[tuple[str, str], float] = defaultdict(float)
    paid: dict[tuple[str, str], float] = defaultdict(float)
    for (site, process, _, period), variable in m.production.made.items() if carbon.price else ():
        key = (bloc[sets.places[site, process][1]], period)
        emitted[key] += carbon.emitted[site, process] * variable.value
        paid[key] += carbon.made.get((site, process, period), 0.0) * variable.value
    crossing = _sum_crossings(m, sets)
    sums = crossing.groupby(["bloc", "period"])[["embodied", "amount"]].sum().to_dict("index")
    rows = []
    for key in carbon.price:
        entering = sums.get(key, {"embodied": 0.0, "amount": 0.0})
        flag = "yes" if key in carbon.border else "no"
        rows.append((*key, carbon.price[key], flag, emitted[key], paid[key], *entering.values()))
    columns = ["bloc", "period", "price", "border", "emitted", "paid", "embodied", "charged"]
    return {"carbon": pd.DataFrame(rows, columns=columns), "border": crossing.drop(columns="embodied")}


def _sum_crossings(m: Model, sets: Sets) -> pd.DataFrame:
    """By bloc, origin, item and period what is shipped in, its figures per unit, and what it embodies and pays."""
    table, variables = sets.carbon.embodied, objects(m.lanes.shipped)
    shipped = np.array([variables[flow].value for flow in table["flow"]], dtype=float)
    key, each = ["bloc", "origin", "item", "period"], ["intensity", "paid_abroad", "charge"]
    found = (
        table.assign(shipped=shipped)
        .groupby(key, as_index=False)
        .agg(shipped=("shipped", "sum"), **{name: (name, "first") for name in each})
    )
    found = found[found["shipped"] > 0].astype(dict.fromkeys(["shipped", *each], float))
    return found.assign(embodied=found["shipped"] * found["intensity"], amount=found["shipped"] * found["charge"])
