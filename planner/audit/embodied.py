"""Prices of carbon in force, and the emissions that goods embody by the reference route, followed back step by step."""

from collections import defaultdict

import numpy as np
import pandas as pd

from planner.audit.case import HOURS_AND_ENERGY, LINE, AuditedPlan, cache_table
from planner_models import frames

_ROUNDS = 1000
"""Most steps back from a product to what it is made of; each settles one more."""

_SETTLED = 1e-14
_KILOGRAMS = 1000.0
Place = tuple[str, str]
"""Item and region."""


@cache_table
def hold_prices(case: AuditedPlan) -> pd.DataFrame:
    """Every bloc in every period: bloc, period, price (currency/t) and border (bool), each row until the next."""
    table = case.instance["carbon"]
    if case.instance.settings["carbon"] == "off":
        table = table[:0]
    blocs = pd.DataFrame({"bloc": sorted(set(case.blocs))}, dtype=object)
    grid = blocs.merge(case.periods.reset_index()[["period"]], how="cross")
    grid = grid.merge(table[["bloc", "period", "price", "border"]], on=["bloc", "period"], how="left")
    held = grid.groupby("bloc")[["price", "border"]].ffill()
    return grid.assign(price=held["price"].astype(float).fillna(0.0), border=held["border"].eq("yes"))


@cache_table
def _find_prices(case: AuditedPlan) -> dict[tuple[str, str], float]:
    return frames.entries(hold_prices(case).set_index(["bloc", "period"])["price"])


@cache_table
def sum_emissions(case: AuditedPlan) -> pd.Series:
    """By line: t per unit of activity, of the process and of the grid."""
    lines = case.lines
    own = case.instance["processes"].set_index("process")["emissions"].reindex(lines.index.get_level_values("process"))
    grid = lines["region"].map(case.instance["regions"].set_index("region")["grid_co2"])
    return pd.Series(own.to_numpy(float) + (lines["energy"] * grid / _KILOGRAMS).to_numpy(float), index=lines.index)


def price_emissions(case: AuditedPlan, rows: pd.DataFrame) -> pd.Series:
    """What carbon costs a unit of activity, in money; of rows with site, process, region and period."""
    if case.instance["carbon"].empty:
        return pd.Series(0.0, index=rows.index)
    prices = _find_prices(case)
    asked = [prices[key] for key in zip(rows["region"].map(case.blocs), rows["period"], strict=True)]
    each = sum_emissions(case).reindex(pd.MultiIndex.from_frame(rows[LINE])).to_numpy()
    return pd.Series(np.array(asked, dtype=float) * each / HOURS_AND_ENERGY, index=rows.index)


def charge_border(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of flows with bloc, intensity, paid_abroad and `border`, what a unit is charged; 0 where nothing is."""
    rows = rows.assign(bloc=rows["destination"].map(case.blocs), intensity=0.0, paid_abroad=0.0, border=0.0)
    held = hold_prices(case)
    if not held["border"].any():
        return rows
    asks = pd.MultiIndex.from_frame(held.loc[held["border"], ["bloc", "period"]])
    charged = (rows["bloc"] != rows["origin"].map(case.blocs)) & pd.MultiIndex.from_frame(
        rows[["bloc", "period"]]
    ).isin(asks)
    content, prices, place = trace(case), _find_prices(case), case.periods["place"]
    order: dict[str, int] = frames.entries(place)
    for row in frames.cells(rows.loc[charged, ["item", "origin", "period", "bloc"]]):
        figures = content[row.item, row.origin]
        intensity, paid = float(figures[0]), float(figures[1 + order[row.period]]) / HOURS_AND_ENERGY
        due = max(prices[row.bloc, row.period] * intensity / HOURS_AND_ENERGY - paid, 0.0)
        rows.loc[row.Index, ["intensity", "paid_abroad", "border"]] = (intensity, paid, due)
    return rows


@cache_table
def trace(case: AuditedPlan) -> dict[Place, np.ndarray]:
    """By item and region: t embodied in a unit, and for each period the currency paid for carbon on its way.

    A region makes an item on its lines, weighed by what their stated capacity makes; its inputs are its own where it
    has a line for them, else the mean of all that do. Found by following products back until nothing changes.
    """
    steps, weights = _list_steps(case)
    blank = np.zeros(1 + len(case.periods))
    content: dict[Place, np.ndarray] = dict.fromkeys(steps, blank)
    for _ in range(_ROUNDS):
        mean = _average(content, weights, blank)
        after = {}
        for (item, region), parts in steps.items():
            after[item, region] = sum(
                (
                    share * (own + sum((need * content.get((name, region), mean[name]) for name, need in used), blank))
                    for share, own, used in parts
                ),
                blank,
            )
        moved = max((float(np.abs(after[key] - content[key]).max()) for key in after), default=0.0)
        content = after
        if moved <= _SETTLED * max((float(value.max()) for value in content.values()), default=0.0):
            break
    mean = _average(content, weights, blank)
    items, regions = case.instance["items"]["item"], case.instance["regions"]["region"]
    return {(item, region): content.get((item, region), mean[item]) for item in items for region in regions}


Step = tuple[float, np.ndarray, list[tuple[str, float]]]
"""The share of a line in what a region makes of an item, its own figures per unit, and its inputs per unit."""


def _list_steps(case: AuditedPlan) -> tuple[dict[Place, list[Step]], dict[str, dict[str, float]]]:
    """How each region makes each item, and by item what the capacity of each region weighs."""
    value = case.instance["items"].set_index("item")["value"]
    recipes = dict(frames.groups(case.instance["recipes"], "process"))
    each, prices = sum_emissions(case), _find_prices(case)
    found: dict[Place, list[tuple[float, np.ndarray, list[tuple[str, float]]]]] = defaultdict(list)
    for line, row in frames.lines(case.lines):
        if line[1] not in recipes or (row["home"] == "no" and row["status"] == "candidate"):
            continue
        recipe = recipes[line[1]]
        made, used = recipe[recipe["quantity"] > 0], recipe[recipe["quantity"] < 0]
        worth = made["quantity"] * made["item"].map(value)
        shares = worth / worth.sum() if worth.sum() > 0 else made["quantity"] / made["quantity"].sum()
        bloc = case.blocs[row["region"]]
        rates = np.array([1.0, *(prices[bloc, period] for period in case.periods.index)])
        for item, quantity, share in zip(made["item"], made["quantity"], shares, strict=True):
            part = float(share) / float(quantity)
            needs = [(name, -part * float(need)) for name, need in zip(used["item"], used["quantity"], strict=True)]
            capacity = float(row["capacity"]) * float(row["output"]) * float(quantity)
            found[item, row["region"]].append((capacity, part * float(each[line]) * rates, needs))
    steps, weights = {}, defaultdict[str, dict[str, float]](dict)
    for (item, region), lines in found.items():
        total = sum(capacity for capacity, _, _ in lines)
        steps[item, region] = [
            (capacity / total if total > 0 else 1.0 / len(lines), own, needs) for capacity, own, needs in lines
        ]
        weights[item][region] = total
    return steps, weights


def _average(
    content: dict[Place, np.ndarray], weights: dict[str, dict[str, float]], blank: np.ndarray
) -> dict[str, np.ndarray]:
    """By item: the mean of all regions that make it, by what their capacity weighs, else all alike."""
    mean: dict[str, np.ndarray] = defaultdict(lambda: blank)
    for item, there in weights.items():
        total = sum(there.values())
        parts = {region: weight / total if total > 0 else 1.0 / len(there) for region, weight in there.items()}
        mean[item] = sum((share * content[item, region] for region, share in parts.items()), blank)
    return mean
