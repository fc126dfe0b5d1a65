"""Trade: what each region has of each item, by where it was made, whatever places it passed through on its way."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.figures.mixing import NEGLIGIBLE
from planner_models.figures.trace import list_amounts, select_base
from planner_models.instance import Instance
from planner_models.schema import RESULTS
from planner_models.sets.policies import blocs


def trade(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What of each item goes from where it is made to where it stays.

    It stays where it is used, sold, deployed, put in stock or thrown away. A region that passes goods on is neither
    origin nor destination of them: what a region has of an item is one pool, and whatever leaves the pool has its mix.
    What is taken from stock comes from the region of the stock. Duty is what was paid on the whole way.

    Parameters
    ----------
    instance
        The instance of the plan.
    tables
        Result tables by sheet; scenarios other than the base do not count.

    Returns
    -------
    pandas.DataFrame
        Columns of RESULTS["trade"]; quantities in item/year, money in money/year. A region's own supply has it as
        origin and destination.
    """
    made, _ = list_amounts(instance, tables)
    stocks = select_base(tables, "stocks")
    released = stocks[stocks["released"] > 0].rename(columns={"released": "amount"})
    names = ["item", "period", "region", "amount"]
    sources = pd.concat([part[names] for part in (made, released) if len(part)] or [made[names]])
    flows = select_base(tables, "flows")
    flows = flows[flows["shipped"] > 0]
    there = dict(frames.groups(flows, ["item", "period"], sort=False))
    parts = [
        _follow(rows, there.get(key, flows[:0])).assign(item=key[0], period=key[1])
        for key, rows in frames.groups(sources, ["item", "period"], sort=False)
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(RESULTS["trade"].columns))
    value, bloc = instance["items"].set_index("item")["value"], blocs(instance)
    worth = table["item"].map(value).astype(float)
    table["value"] = (table["quantity"] * worth).where(worth > 0)
    for end in ("origin", "destination"):
        table[f"{end}_bloc"] = table[end].map(bloc)
    return table[list(RESULTS["trade"].columns)]


def _follow(sources: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """origin, destination, quantity, share and duty of one item in one period.

    With T what comes into region j, f what is shipped and d the duty paid on it, P[j,o] of what passes through j was
    made in o: P[j,o] = made[o] (j = o) + sum over i of f[i,j] / T[i] P[i,o]; and the duty on it so far E[j,o] = sum
    over i of (f[i,j] E[i,o] + d[i,j] P[i,o]) / T[i].
    """
    regions = pd.Index(pd.concat([sources["region"], flows["origin"], flows["destination"]]).astype(object).unique())
    count = len(regions)
    made, moved, paid = np.zeros(count), np.zeros((count, count)), np.zeros((count, count))
    np.add.at(made, frames.codes(regions, sources["region"]), sources["amount"].to_numpy(float))
    legs = frames.codes(regions, flows["destination"]), frames.codes(regions, flows["origin"])
    np.add.at(moved, legs, flows["shipped"].to_numpy(float))
    np.add.at(paid, legs, flows["duty"].to_numpy(float))
    inflow = made + moved.sum(axis=1)
    each = np.divide(1.0, inflow, out=np.zeros(count), where=inflow > 0)
    passing = _solve(np.eye(count) - moved * each, np.diag(made))
    burden = _solve(np.eye(count) - moved * each, (paid * each) @ passing)
    kept = np.maximum(inflow - moved.sum(axis=0), 0.0) * each
    quantity = kept[:, None] * passing
    to, origin = np.nonzero(quantity > NEGLIGIBLE * max(float(made.sum()), 0.0))
    return pd.DataFrame(
        {
            "origin": regions[origin],
            "destination": regions[to],
            "quantity": quantity[to, origin],
            "share": (passing * each[:, None])[to, origin],
            "duty": (kept[:, None] * burden)[to, origin],
        }
    )


def _solve(equations: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The solution of linear equations; of flows that run in a circle without any source, the least there is."""
    try:
        return np.linalg.solve(equations, known)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(equations, known, rcond=None)[0]
