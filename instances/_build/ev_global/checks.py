"""Checks of the built sheets that need no solver: counts, reachability, capacity against need, full cost ratios."""

import pandas as pd
from .costs import cost_ratios, full_costs
from .plants import path_shares, recipe_outputs, world_activity
from .tables import read


def counts(sheets: dict[str, pd.DataFrame]) -> dict[str, int]:
    """How large the instance is, in the terms of the issue."""
    return {name: len(frame) for name, frame in sheets.items()} | {"blocs": sheets["regions"]["bloc"].nunique()}


def capacity_by_period(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Existing and announced capacity of every process in every period (activity/year); nothing built."""
    lines = sheets["lines"].set_index(["site", "process"])["capacity"]
    table = pd.DataFrame(dict.fromkeys(sheets["periods"]["period"], lines))
    for row in sheets["line_capacity"].itertuples():
        table.loc[(row.site, row.process), row.period :] = row.capacity
    return table.groupby("process").sum()


def capacity_over_need(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Existing capacity / need per process and period, with the battery and motor mix of 2024 in every period."""
    capacity, mix = capacity_by_period(sheets), read("path_mix")
    shares = path_shares(sheets["recipes"], mix)
    ratios = {}
    for period in sheets["periods"]["period"]:
        demand = sheets["demand"][sheets["demand"]["period"] == period].groupby("item")["volume"].sum()
        need = pd.Series(world_activity(demand, sheets["recipes"], mix))
        ratios[period] = capacity[period] / need[[p for p in need.index if shares[p] > 0]]
    return pd.DataFrame(ratios).dropna()


def buildable_over_need(sheets: dict[str, pd.DataFrame]) -> pd.Series:
    """Capacity in the last period if every module were built / need in it: below 1 the demand cannot be met."""
    options = sheets["options"]
    most = (options["size"] * options["max_modules"]).groupby(options["process"]).sum()
    last = sheets["periods"]["period"].iloc[-1]
    demand = sheets["demand"][sheets["demand"]["period"] == last].groupby("item")["volume"].sum()
    need = pd.Series(world_activity(demand, sheets["recipes"], read("path_mix")))
    return (capacity_by_period(sheets)[last].add(most, fill_value=0) / need).where(need > 0).dropna()


def unreachable(sheets: dict[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Items that a region with demand cannot be served with at any price."""
    costs = full_costs(sheets).set_index(["item", "region"])["delivered"]
    wanted = sheets["demand"][["item", "region"]].drop_duplicates()
    return [(i, r) for i, r in wanted.itertuples(index=False) if costs[i, r] == float("inf")]


def print_checks(sheets: dict[str, pd.DataFrame]) -> None:
    """All checks as text."""
    print(counts(sheets))
    print("processes per item:", pd.Series(recipe_outputs(sheets["recipes"])).value_counts().head(3).to_dict())
    print("unreachable demand:", unreachable(sheets))
    print("\nexisting capacity / need (mix of 2024)")
    print(capacity_over_need(sheets).round(2).to_string())
    print("\ncapacity with everything built / need, last period")
    print(buildable_over_need(sheets).round(2).sort_values().head(15).to_string())
    print("\nfull cost over China")
    print(cost_ratios(sheets)[["item", "region", "ratio_to_china", "instance", "band"]].round(2).to_string(index=False))
