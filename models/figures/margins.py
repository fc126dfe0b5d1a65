"""Margins on the basis of what is known: existing capacity earns its replacement cost, as in the accounts of firms."""

import pandas as pd

from planner_models import frames
from planner_models.blocks.coordination import MARGIN
from planner_models.blocks.demand import OVERHEAD, SURPLUS
from planner_models.blocks.experience import AFTER
from planner_models.sets import Sets
from planner_models.sets.modules import smallest_options

NO_MONEY = ("revenue", OVERHEAD, SURPLUS, AFTER, MARGIN, "risk")
"""Cost lines that are shown apart, that nobody pays, or that firms at home pay each other."""

MOST_NAMED = 3
"""Lines left out that are named one by one."""

COLUMNS = ["period", "revenue", "overhead", "costs", "existing_capital", "profit", "margin", "known_margin", "left_out"]


def margins(sets: Sets, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The margin of the plan in each period beside the one that is known.

    margin = (revenue - overhead - costs - annuity of existing capacity at replacement cost) / revenue. Existing
    capacity of home lines costs, per unit, the annuity of the smallest option of its line; new capacity costs its own
    annuity, which is among the costs. Costs of several markets are not told apart: they share plants.

    Parameters
    ----------
    sets
        Sets of the model.
    tables
        Result tables `costs`, `capacity` and `demand` of the plan, tidied.

    Returns
    -------
    pandas.DataFrame
        COLUMNS, one row per period with revenue; amounts in money over the whole period, margins as shares; `left_out`
        names the lines without an option, whose existing capacity counts nothing. Empty under objective cost.
    """
    if sets.instance.settings["objective"] == "cost":
        return pd.DataFrame(columns=COLUMNS)
    costs = tables["costs"].astype({"amount": float})
    sums = costs.pivot_table(index="period", columns="line", values="amount", aggfunc="sum", fill_value=0.0)
    revenue = -sums.get("revenue", pd.Series(0.0, index=sums.index))
    overhead = sums.get(OVERHEAD, pd.Series(0.0, index=sums.index))
    spent = sums.drop(columns=list(NO_MONEY), errors="ignore").sum(axis=1)
    capital, lacking = _price_existing_capital(sets, tables["capacity"])
    known = _known_margins(sets, tables["demand"])
    rows = []
    for period in (name for name in sets.time.periods if revenue.get(name, 0.0) > 0):
        standing = capital.get(period, 0.0) * sets.time.years[period]
        profit = revenue[period] - overhead[period] - spent[period] - standing
        said = (revenue[period], overhead[period], spent[period], standing, profit, profit / revenue[period])
        rows.append((period, *said, known.get(period), lacking.get(period)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _price_existing_capital(sets: Sets, capacity: pd.DataFrame) -> tuple[dict[str, float], dict[str, str]]:
    """By period: the annuity of existing capacity of home lines in money/year, and the lines that have no option."""
    smallest = smallest_options(sets.options.reset_index())
    each = smallest["annuity"] / smallest["size"]
    rows = capacity[capacity["existing"].astype(float) > 0]
    lines = pd.MultiIndex.from_frame(rows[["site", "process"]])
    rows = rows.assign(home=sets.lines["home"].reindex(lines).to_numpy(), each=each.reindex(lines).to_numpy(float))
    rows = rows[rows["home"].eq(True)]
    rows = rows.assign(annuity=rows["each"] * rows["existing"].astype(float))
    without = rows[rows["each"].isna()]
    names = without.assign(name=without["process"] + " at " + without["site"]).groupby("period")["name"].agg(_name_some)
    return frames.entries(rows.groupby("period")["annuity"].sum()), frames.entries(names)


def _name_some(names: pd.Series) -> str:
    """The first names, and how many more there are."""
    shown, more = list(names[:MOST_NAMED]), len(names) - MOST_NAMED
    return "; ".join([*shown, f"{more} more"] if more > 0 else shown)


def _known_margins(sets: Sets, demand: pd.DataFrame) -> dict[str, float]:
    """By period: the margin that is known of its markets, weighed by their revenue."""
    market = ["region", "item", "period"]
    said = sets.instance["demand"].groupby(market)["known_margin"].first().dropna()
    rows = demand[demand["scenario"] == "base"]
    rows = rows.assign(known=said.reindex(pd.MultiIndex.from_frame(rows[market])).to_numpy(float))
    rows = rows.assign(paid=rows["sold"].astype(float) * rows["price"].astype(float)).dropna(subset="known")
    rows = rows[rows["paid"] > 0].assign(weighed=lambda frame: frame["known"] * frame["paid"])
    sums = rows.groupby("period")[["weighed", "paid"]].sum()
    return frames.entries(sums["weighed"] / sums["paid"])
