"""Markets: what is left of demand at each price, what buyers gain beyond it, and how sellers act."""

import pandas as pd

from planner_models.instance import Instance
from planner_models.sets.policies import market_table
from planner_models.sets.timeline import Timeline

MARKET = ["region", "item", "period"]

STRAIGHT = 1e-9
"""Slopes that differ by less, relative to the highest price, are of one straight line."""


def tabulate_markets(instance: Instance, time: Timeline) -> pd.DataFrame:
    """The price-volume steps of all markets.

    Parameters
    ----------
    instance
        The instance.
    time
        Its time axis.

    Returns
    -------
    pandas.DataFrame
        The rows of sheet `demand`, under the same index, `volume` (item/year) as rivals and policies of market access
        leave it; `conduct` and `overhead` are those of the market, or the settings, shares. Added: `rivals`, what they
        supply at the price (item/year, see `fringe_supply`), `surplus`, what buyers gain
        beyond the price, money per item sold (see `surplus_per_unit`), and `mixed`, whether steps of the market may be
        mixed (see `may_mix`). Under objective cost conduct is 1 and overhead 0, for no price is decided.
    """
    demand, rivals = instance["demand"], fringe_supply(instance)
    left = (demand["volume"] - rivals).clip(lower=0.0)
    table = market_table(instance, time, demand.assign(volume=left, rivals=rivals))
    for name, idle in (("conduct", 1.0), ("overhead", 0.0)):
        table[name] = idle if instance.settings["objective"] == "cost" else market_term(instance, name)
    table["surplus"] = surplus_per_unit(table)
    table["mixed"] = may_mix(table)
    return table


def fringe_supply(instance: Instance) -> pd.Series:
    """What rivals supply at each price: all they can at a cost up to it.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.Series
        Indexed like sheet `demand`, item/year; 0 under objective cost, where no price is decided.
    """
    demand, rivals = instance["demand"], instance["rivals"]
    none = pd.Series(0.0, index=demand.index)
    if rivals.empty or instance.settings["objective"] == "cost":
        return none
    steps = demand[[*MARKET, "price"]].assign(row=demand.index)
    pairs = steps.merge(rivals[[*MARKET, "cost", "volume"]], on=MARKET)
    return none.add(pairs[pairs["cost"] <= pairs["price"]].groupby("row")["volume"].sum(), fill_value=0.0)


def market_term(instance: Instance, name: str) -> pd.Series:
    """A term that is written once for a market: what any of its steps says, else the setting of that name.

    Parameters
    ----------
    instance
        The instance.
    name
        A column of sheet `demand`: conduct or overhead.

    Returns
    -------
    pandas.Series
        Indexed like sheet `demand`, a share.
    """
    demand = instance["demand"]
    said = demand.groupby(MARKET, sort=False)[name].transform("first")
    return said.astype(float).fillna(float(instance.settings[name]))


def consumers_surplus(steps: pd.DataFrame) -> pd.Series:
    """What the buyers of a market gain beyond the price when all of a step's volume is sold, a year.

    With the steps of the market in order of falling price, r the steps up to q: CS_q = sum over r of (p_r - p_q) x
    (V_r - V_(r-1)). Nothing is counted above the highest price. Where rivals supply part of a market, V is what they
    leave, and CS what buyers gain together with what rivals lose, up to a constant of the market.

    Parameters
    ----------
    steps
        Rows with `region`, `item`, `period`, `price` (money/item, may be missing) and `volume` (item/year).

    Returns
    -------
    pandas.Series
        Indexed like `steps`, money/year; 0 where a price is missing.
    """
    ordered = steps.sort_values([*MARKET, "price", "volume"], ascending=[True, True, True, False, True])
    market = [ordered[name] for name in MARKET]
    volume = ordered["volume"].astype(float)
    more = volume - volume.groupby(market).shift(fill_value=0.0)
    price = ordered["price"].astype(float)
    spent = (more * price).groupby(market).cumsum()
    return (spent - price * volume).fillna(0.0).reindex(steps.index)


def surplus_per_unit(steps: pd.DataFrame) -> pd.Series:
    """Consumers' surplus per unit sold at a step: CS_q / V_q, what is sold below V_q being rationed in proportion.

    Enablers and policies of market access raise the volume of all steps alike and so leave it as it is.

    Parameters
    ----------
    steps
        See `consumers_surplus`.

    Returns
    -------
    pandas.Series
        Indexed like `steps`, money/item; 0 where nothing is sold.
    """
    volume = steps["volume"].astype(float)
    return (consumers_surplus(steps) / volume.where(volume > 0)).fillna(0.0)


def may_mix(table: pd.DataFrame) -> pd.Series:
    """Where several steps of a market may be offered, each for part of the year or of the buyers.

    So it is where conduct is below 1 and (1 - overhead) p_q V_q + (1 - conduct) CS_q, what a year at step q is worth,
    is concave in V_q from 0 on: a mix is then never worth more than the market itself at its volume. A monopoly
    (conduct 1) chooses one step, as it always has.

    Parameters
    ----------
    table
        Rows with the columns of `consumers_surplus`, and `conduct`, `overhead` and `surplus`.

    Returns
    -------
    pandas.Series
        Indexed like `table`, bool.
    """
    if not (table["conduct"] < 1.0).any():
        return pd.Series(False, index=table.index)
    sold = table[(table["volume"] > 0) & table["price"].notna()]
    each = (1.0 - sold["overhead"]) * sold["price"] + (1.0 - sold["conduct"]) * sold["surplus"]
    rows = sold.assign(worth=each * sold["volume"]).sort_values([*MARKET, "volume"])
    market = [rows[name] for name in MARKET]
    run, rise = (rows[name] - rows.groupby(market)[name].shift(fill_value=0.0) for name in ("volume", "worth"))
    slope = rise / run.where(run > 0)
    highest = rows.groupby(market)["price"].transform("max")
    bends = slope.groupby(market).diff() > STRAIGHT * highest
    wrong = (bends | slope.isna()).groupby(market).any()
    several = table.groupby(MARKET).size() > 1
    fine = several & ~wrong.reindex(several.index, fill_value=False)
    index = pd.MultiIndex.from_frame(table[MARKET])
    return pd.Series(fine.reindex(index).to_numpy(bool), index=table.index) & (table["conduct"] < 1.0)
