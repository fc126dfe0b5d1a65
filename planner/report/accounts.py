"""What the accounts of a plan show: cash period by period, and where things could be made at which cost."""

from math import exp, log

import pandas as pd

from planner.report.figures import periods
from planner.report.wording import format_money
from planner.results.tables import Tables, table
from planner_models.instance import Instance
from planner_models.schema import TIERS
from planner_models.schema.inputs import INTENSITIES

_ALL = "*"
"""Group of sheet `cash` that is all groups together."""

GROUPS = {"tier": TIERS, "intensity": INTENSITIES}
"""Columns of sheet `advantage` by which items are put together, and the order of their words."""


def cash_curve(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Free cash and what has gathered, of all groups together.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    pandas.DataFrame
        Periods as rows, the two as columns, in money; without rows under objective cost, where nothing is earned.
    """
    cash = table(tables, "cash", ("group", "period", "free_cash", "cumulative"))
    cash = cash[cash["group"] == _ALL].set_index("period")
    if cash.empty or instance.settings["objective"] == "cost":
        return pd.DataFrame()
    names = {"free_cash": "free cash of the period", "cumulative": "cash since the beginning, at its end"}
    # a period in which nothing was earned or paid has no row: what has gathered by then is what had before
    shown = cash[list(names)].astype(float).reindex(periods(instance))
    shown["cumulative"] = shown["cumulative"].ffill().fillna(0.0)
    return shown.fillna({"free_cash": 0.0}).rename(columns=names)


def describe_cash(instance: Instance, tables: Tables) -> str:
    """How low cash falls, and when it is above 0 again.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    str
        A sentence or two; "" where cash never falls below 0, or nothing is earned.
    """
    curve = cash_curve(instance, tables)
    if curve.empty or not (gathered := curve.iloc[:, 1]).lt(0.0).any():
        return ""
    lowest = str(gathered.idxmin())
    amount = format_money(-float(gathered.min()), instance.settings["currency"])
    later = gathered.loc[lowest:]
    back = later.index[later >= 0]
    end = f"It is above 0 again by the end of {back[0]}." if len(back) else "It remains below 0 to the end."
    return (
        f"Cash is lowest at the end of {lowest}: by then {amount} more has been paid than earned, undiscounted, and "
        f"with capacity paid for when it is ordered. {end}"
    )


def cost_over_best(instance: Instance, tables: Tables, by: str) -> pd.DataFrame:
    """How much more it costs to make things in each region than in the best one, in the last period.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.
    by
        What items are put together by: tier, or intensity (of the last step).

    Returns
    -------
    pandas.DataFrame
        Regions as rows, tiers or intensities as columns; the geometric mean over items of cost over that in the best
        region, missing where nothing can be made. Items that a single region can make say nothing and do not count.
    """
    sheet = table(tables, "advantage", ("item", "region", "period", by, "ratio"))
    sheet = sheet[(sheet["period"] == periods(instance)[-1]) & sheet["ratio"].notna() & sheet[by].notna()]
    sheet = sheet[sheet.groupby("item")["region"].transform("nunique") > 1]
    if sheet.empty:
        return pd.DataFrame()
    logs = sheet["ratio"].astype(float).map(log).groupby([sheet["region"], sheet[by]]).mean()
    means = logs.map(exp).unstack(by)
    rows = [region for region in instance["regions"]["region"] if region in means.index]
    return means.reindex(index=rows, columns=[word for word in GROUPS[by] if word in means])
