"""Trade: what each region has of each item, by where it was made, whatever places it passed through on its way."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.figures.mixing import NEGLIGIBLE
from planner_models.figures.trace import Amounts, list_amounts, select_base
from planner_models.instance import Instance
from planner_models.schema import RESULTS
from planner_models.sets.policies import blocs


def trade(instance: Instance, tables: Mapping[str, pd.DataFrame], amounts: Amounts | None = None) -> pd.DataFrame:
    """What of each item goes from where it is made to where it stays.

    It stays where it is used, sold, deployed, put in stock or thrown away. A region that passes goods on is neither
    origin nor destination of them: what a region has of an item is one pool, and whatever leaves the pool has its mix.
    What is taken from stock, or back after use, comes from the region where that is. Duty is what was paid on the
    whole way.

    Parameters
    ----------
    instance
        The instance of the plan.
    tables
        Result tables by sheet; scenarios other than the base do not count.
    amounts
        What `list_amounts` says of them, where that is known already.

    Returns
    -------
    pandas.DataFrame
        Columns of RESULTS["trade"]; quantities in item/year, money in money/year. A region's own supply has it as
        origin and destination.
    """
    made, _ = amounts or list_amounts(instance, tables)
    stocks = select_base(tables, "stocks")
    released = stocks[stocks["released"] > 0].rename(columns={"released": "amount"})
    collected = select_base(tables, "returns").rename(columns={"collected": "amount"})
    collected = collected[collected["amount"] > 0]
    names = ["item", "period", "region", "amount"]
    sources = pd.concat([part[names] for part in (made, released, collected) if len(part)] or [made[names]])
    flows = select_base(tables, "flows")
    flows = flows[flows["shipped"] > 0]
    regions = pd.Index(instance["regions"]["region"].astype(object))
    at = frames.codes(regions, sources["region"]), sources["amount"].to_numpy(float)
    ends = (frames.codes(regions, flows["destination"]), frames.codes(regions, flows["origin"]))
    legs = (*ends, flows["shipped"].to_numpy(float), flows["duty"].to_numpy(float))
    there, none = _rows_of(flows), np.zeros(0, dtype=int)
    parts = []
    for (item, period), rows in _rows_of(sources).items():
        along = there.get((item, period), none)
        found = _follow((at[0][rows], at[1][rows]), tuple(column[along] for column in legs))
        parts.append((np.full(len(found[0]), item, object), np.full(len(found[0]), period, object), *found))
    names = ["item", "period", "origin", "destination", "quantity", "share", "duty"]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] or [none] * len(names)
    table = pd.DataFrame(dict(zip(names, columns, strict=True)))
    for end in ("origin", "destination"):
        table[end] = regions[table[end].to_numpy(int)]
    value, bloc = instance["items"].set_index("item")["value"], blocs(instance)
    worth = table["item"].map(value).astype(float)
    table["value"] = (table["quantity"] * worth).where(worth > 0)
    for end in ("origin", "destination"):
        table[f"{end}_bloc"] = table[end].map(bloc)
    return table[list(RESULTS["trade"].columns)]


def _rows_of(table: pd.DataFrame) -> dict[Any, np.ndarray]:
    """The positions of the rows of each item and period."""
    found: dict[Any, Any] = {**table.groupby(["item", "period"]).indices}
    return found


Columns = tuple[np.ndarray, ...]


def _follow(sources: Columns, flows: Columns) -> Columns:
    """origin, destination, quantity, share and duty of one item in one period; regions are numbered.

    `sources`: region and amount; `flows`: destination, origin, shipped and duty.

    With T what comes into region j, f what is shipped and d the duty paid on it, P[j,o] of what passes through j was
    made in o: P[j,o] = made[o] (j = o) + sum over i of f[i,j] / T[i] P[i,o]; and the duty on it so far E[j,o] = sum
    over i of (f[i,j] E[i,o] + d[i,j] P[i,o]) / T[i].
    """
    regions = np.unique(np.concatenate([sources[0], flows[0], flows[1]]))
    count = len(regions)
    made, moved, paid = np.zeros(count), np.zeros((count, count)), np.zeros((count, count))
    np.add.at(made, np.searchsorted(regions, sources[0]), sources[1])
    legs = np.searchsorted(regions, flows[0]), np.searchsorted(regions, flows[1])
    np.add.at(moved, legs, flows[2])
    np.add.at(paid, legs, flows[3])
    inflow = made + moved.sum(axis=1)
    each = np.divide(1.0, inflow, out=np.zeros(count), where=inflow > 0)
    passing = _solve(np.eye(count) - moved * each, np.diag(made))
    burden = _solve(np.eye(count) - moved * each, (paid * each) @ passing)
    kept = np.maximum(inflow - moved.sum(axis=0), 0.0) * each
    quantity = kept[:, None] * passing
    to, origin = np.nonzero(quantity > NEGLIGIBLE * max(float(made.sum()), 0.0))
    shares, duty = passing * each[:, None], kept[:, None] * burden
    return regions[origin], regions[to], quantity[to, origin], shares[to, origin], duty[to, origin]


def _solve(equations: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The solution of linear equations; of flows that run in a circle without any source, the least there is."""
    try:
        return np.linalg.solve(equations, known)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(equations, known, rcond=None)[0]
