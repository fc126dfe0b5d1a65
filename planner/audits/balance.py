"""Balance and stocks: what comes in goes out, item by item, region by region, period by period."""

import pandas as pd

from planner.audits import Finding, at_most, same
from planner.audits.case import LINE, Case, keyed

_PLACE = ["item", "region", "period"]


def audit(case: Case) -> list[Finding]:
    """Balances of all items, the rule of lanes from a region to itself, and the course of stocks."""
    flows, sold = case["flows"], keyed(case["demand"], _PLACE, "sold")
    stocks = case["stocks"].set_index(_PLACE)
    made, used = _made_and_used(case)
    inner = flows[flows["origin"] == flows["destination"]]
    between = flows[flows["origin"] != flows["destination"]]
    arrived = keyed(between.rename(columns={"destination": "region"}), _PLACE, "shipped")
    left = keyed(between.rename(columns={"origin": "region"}), _PLACE, "shipped")
    added, released = stocks.groupby(level=_PLACE)["added"].sum(), stocks.groupby(level=_PLACE)["released"].sum()
    deployed = keyed(case["deployments"], _PLACE, "deployed")
    sums = pd.concat([made, arrived, released, used, left, sold, added, deployed], axis=1, keys=range(8)).fillna(0.0)
    sums.index.names = _PLACE
    incoming, outgoing, gross = sums[[0, 1, 2]].sum(axis=1), sums[[3, 4, 5, 6, 7]].sum(axis=1), sums.sum(axis=1)
    items = case.instance["items"].set_index("item")
    may_be_left = (items["disposable"].reindex(sums.index.get_level_values("item")) == "yes").to_numpy()
    passed = keyed(inner.rename(columns={"origin": "region"}), _PLACE, "shipped")
    needed = sums[3] + sums[5] + sums[6] + sums[7] - sums[2] - sums[1]
    gated = _gated(case, sums.index)
    return [
        same("balances", incoming[~may_be_left], outgoing[~may_be_left], gross),
        at_most("balances of what may be thrown away", outgoing[may_be_left], incoming[may_be_left], gross),
        at_most("what is used passes the lane inside", needed[gated], passed, gross),
        at_most("nothing shipped below 0", -flows["shipped"], 0.0 * flows["shipped"]),
        *_stocks(case),
    ]


def _made_and_used(case: Case) -> tuple[pd.Series, pd.Series]:
    """What all lines make and use of each item in each region and period."""
    production = case["production"].merge(case.lines.reset_index()[[*LINE, "region"]], on=LINE)
    recipes = case.instance["recipes"][["process", "item", "quantity"]]
    amounts = production.merge(recipes, on="process")
    amounts["amount"] = amounts["made"] * amounts["quantity"]
    positive = amounts["quantity"] > 0
    return keyed(amounts[positive], _PLACE, "amount"), -keyed(amounts[~positive], _PLACE, "amount")


def _gated(case: Case, places: pd.Index) -> pd.Series:
    """Where a lane leads from the region to itself for the item."""
    lanes = case.instance["lanes"]
    inner = lanes[lanes["origin"] == lanes["destination"]]
    named = set(zip(inner["item"], inner["origin"], strict=True))
    return pd.Series([(item, region) in named or ("*", region) in named for item, region, _ in places], index=places)


def _stocks(case: Case) -> list[Finding]:
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
        same("course of stocks", held, before + change, size),
        at_most("stocks above their minimum", grid["minimum"], held),
        at_most("stocks below their maximum", held, maximum),
        same("stocks where stock is kept", sheet.sum(axis=1), grid[["held", "added", "released"]].sum(axis=1)),
    ]
