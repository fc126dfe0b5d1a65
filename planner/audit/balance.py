"""Balance and stocks: what comes in goes out, item by item, region by region, period by period."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, same
from planner.audit.case import LINE, AuditedPlan, cache_table, sum_by_key

_PLACE = ["item", "region", "period"]
INCOMING = ["made", "arrived", "released", "collected"]
OUTGOING = ["used", "left", "sold", "added", "deployed"]


def audit(case: AuditedPlan) -> list[Finding]:
    """Balances of all items, the rule of lanes from a region to itself, and the course of stocks."""
    flows = case["flows"]
    return [
        *balances(case, tally_base(case)),
        at_most("nothing shipped below 0", -flows["shipped"], 0.0 * flows["shipped"]),
        *_audit_disposal(case),
        *_stocks(case),
    ]


def _audit_disposal(case: AuditedPlan) -> list[Finding]:
    """The sheet `disposal`: what comes in and does not go out, and its cost; plans of earlier versions have none."""
    if "disposal" not in case.tables and not (case.instance["items"]["disposal_cost"] > 0).any():
        return []
    sheet, rows = case["disposal"].set_index(_PLACE), tabulate_disposal(case).set_index(_PLACE)
    each = case.instance["items"].set_index("item")["disposal_cost"]
    cost = sheet["disposed"] * each.reindex(sheet.index.get_level_values("item")).to_numpy(float)
    return [
        same("what is disposed of", sheet["disposed"], rows["disposed"], rows["gross"]),
        same("cost of disposal", sheet["cost"], cost),
    ]


@cache_table
def tally_base(case: AuditedPlan) -> pd.DataFrame:
    """What comes in and goes out in the base, by item, region and period: see `tally`."""
    return tally(case, case.sheets, _PLACE)


def tally(case: AuditedPlan, sheets: Mapping[str, pd.DataFrame], place: list[str]) -> pd.DataFrame:
    """By place, in item/year: what is made, arrived, released, collected, used, left, sold, added and deployed.

    What is left goes elsewhere; `passed` is what took the lane from a region to itself. `place` has the columns item,
    region and period.
    """
    flows, stocks = sheets["flows"], sheets["stocks"]
    made, used = _sum_production_and_use(case, sheets["production"], place)
    inner = flows[flows["origin"] == flows["destination"]]
    between = flows[flows["origin"] != flows["destination"]]
    sums = {
        "made": made,
        "arrived": sum_by_key(between.rename(columns={"destination": "region"}), place, "shipped"),
        "released": sum_by_key(stocks, place, "released"),
        "used": used,
        "left": sum_by_key(between.rename(columns={"origin": "region"}), place, "shipped"),
        "sold": sum_by_key(sheets["demand"], place, "sold"),
        "added": sum_by_key(stocks, place, "added"),
        "deployed": sum_by_key(sheets["deployments"], place, "deployed"),
        "collected": sum_by_key(sheets["returns"], place, "collected"),
        "passed": sum_by_key(inner.rename(columns={"origin": "region"}), place, "shipped"),
    }
    table = pd.concat(sums, axis=1).fillna(0.0).astype(float)
    table.index.names = place
    return table


def balances(case: AuditedPlan, sums: pd.DataFrame, where: str = "") -> list[Finding]:
    """What comes in goes out, of what may be thrown away at most that; `where` ends the names of the checks."""
    incoming, outgoing = sums[INCOMING].sum(axis=1), sums[OUTGOING].sum(axis=1)
    gross = incoming + outgoing
    loose = disposable(case, sums)
    needed = sums[["used", "sold", "added", "deployed"]].sum(axis=1) - sums["released"] - sums["arrived"]
    gated = _find_gated(case, sums.index)
    return [
        same(f"balances{where}", incoming[~loose], outgoing[~loose], gross),
        at_most(f"balances of disposable items{where}", outgoing[loose], incoming[loose], gross),
        at_most(f"what is used passes the lane inside{where}", needed[gated], sums.loc[gated, "passed"], gross),
    ]


@cache_table
def tabulate_disposal(case: AuditedPlan) -> pd.DataFrame:
    """What the base throws away of what may be: item, region, period, disposed (item/year) and gross (what moves)."""
    return sum_disposal(case, tally_base(case))


def sum_disposal(case: AuditedPlan, sums: pd.DataFrame) -> pd.DataFrame:
    """Of sums by place (see `tally`): what comes in and does not go out of what may be thrown away, and what moves."""
    sums = sums[disposable(case, sums)]
    incoming, outgoing = sums[INCOMING].sum(axis=1), sums[OUTGOING].sum(axis=1)
    disposed = (incoming - outgoing).clip(lower=0.0).astype(float)
    return pd.DataFrame({"disposed": disposed, "gross": incoming + outgoing}).reset_index()


def disposable(case: AuditedPlan, sums: pd.DataFrame) -> np.ndarray:
    """Which places are of an item that may be thrown away."""
    items = case.instance["items"].set_index("item")
    return (items["disposable"].reindex(sums.index.get_level_values("item")) == "yes").to_numpy()


def _sum_production_and_use(case: AuditedPlan, rows: pd.DataFrame, place: list[str]) -> tuple[pd.Series, pd.Series]:
    """What all lines make and use of each item in each region and period."""
    production = rows.merge(case.lines.reset_index()[[*LINE, "region"]], on=LINE)
    amounts = production.merge(case.recipes, on=["process", "period"])
    amounts["amount"] = amounts["made"] * amounts["quantity"]
    positive = amounts["quantity"] > 0
    return sum_by_key(amounts[positive], place, "amount"), -sum_by_key(amounts[~positive], place, "amount")


def _find_gated(case: AuditedPlan, places: pd.Index) -> pd.Series:
    """Where a lane leads from the region to itself for the item."""
    lanes = case.instance["lanes"]
    inner = lanes[lanes["origin"] == lanes["destination"]]
    named = set(zip(inner["item"], inner["origin"], strict=True))
    items, regions = (places.get_level_values(name) for name in ("item", "region"))
    pairs = zip(items, regions, strict=True)
    return pd.Series([(item, region) in named or ("*", region) in named for item, region in pairs], index=places)


def _stocks(case: AuditedPlan) -> list[Finding]:
    """held[t] = held[t-1] + years (added - released), between minimum and maximum, only where stock may be kept."""
    rows = case.instance["stocks"][["region", "item", "initial", "minimum", "maximum"]]
    grid = rows.merge(case.periods.reset_index()[["period", "place", "years"]], how="cross")
    sheet = case["stocks"].groupby(_PLACE)[["held", "added", "released"]].sum()
    grid = grid.sort_values(["region", "item", "place"]).set_index(_PLACE)
    grid[["held", "added", "released"]] = sheet.reindex(grid.index, fill_value=0.0)
    before = grid.groupby(["region", "item"])["held"].shift().fillna(grid["initial"])
    change = grid["years"] * (grid["added"] - grid["released"])
    size = before.abs() + grid["years"] * (grid["added"].abs() + grid["released"].abs())
    held, maximum = grid["held"], grid["maximum"].fillna(float("inf"))
    return [
        same("balance of stocks", held, before + change, size),
        at_most("stocks above their minimum", grid["minimum"], held),
        at_most("stocks below their maximum", held, maximum),
        same("stocks where stock is kept", sheet.sum(axis=1), grid[["held", "added", "released"]].sum(axis=1)),
    ]


def sum_kept_throughout(case: AuditedPlan) -> pd.Series:
    """By region, item and period: what is in stock both before the period and at its end; in the first, at its end."""
    held = sum_by_key(case["stocks"], ["region", "item", "period"], "held")
    rows = held.rename("held").reset_index()
    place = rows["period"].map(case.periods["place"])
    names = dict(enumerate(case.periods.index))
    key = [rows["region"], rows["item"], (place - 1).map(names)]
    before = held.reindex(pd.MultiIndex.from_arrays(key), fill_value=0.0).to_numpy()
    least = rows["held"].where((place == 0) | (rows["held"] < before), before)
    return least.set_axis(held.index)
