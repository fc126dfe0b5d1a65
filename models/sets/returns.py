"""Returns: what of the sales of earlier years comes back where and when."""

from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.policies import match_regions
from planner_models.sets.timeline import Timeline

EVERY = "*"

Market = tuple[str, str, str]
"""Region, item and period of a sale."""

Place = tuple[str, str, str]
"""Item, region and period of a return."""


@dataclass
class Back:
    """What comes back in a place, in item/year: shares of sales (by market), and what was sold before the plan."""

    shares: dict[Market, float] = field(default_factory=lambda: defaultdict(float))
    initial: float = 0.0


def tabulate_returns(instance: Instance, time: Timeline, demand: pd.DataFrame) -> dict[Place, Back]:
    """What comes back, by item, region and period; nothing while the switch is off.

    A sale of a year comes back exactly `years` later: with a sale of x a year in period s, share x (years of s, moved
    on by `years`, that lie within t) / (years of t) comes back a year in period t.

    Parameters
    ----------
    instance
        The instance.
    time
        Its time axis.
    demand
        Its markets (see `markets.tabulate_markets`).

    Returns
    -------
    dict
        Only places to which something can come back.
    """
    found: dict[Place, Back] = defaultdict(Back)
    table = instance["returns"]
    markets = dict.fromkeys(zip(demand["region"], demand["item"], demand["period"], strict=True))
    for row in frames.cells(table[:0] if instance.settings["returns"] == "off" else table):
        regions = match_regions(instance, row.market)
        for region, item, period in markets:
            if item == row.item and region in regions:
                for later, part in _spread(time, period, row.years).items():
                    place = (row.returned, region if row.region == EVERY else row.region, later)
                    found[place].shares[region, item, period] += row.share * part
        where = row.market if row.region == EVERY else row.region
        for period in time.periods if row.initial else ():
            part = _overlap(time, period, 0.0, row.years)
            if part:
                found[row.returned, where, period].initial += row.initial * part
    return dict(found)


def _spread(time: Timeline, period: str, years: float) -> dict[str, float]:
    """By period: what comes back in it a year of a sale of 1 a year in a period, so many years later."""
    begin = time.start[period] + years
    parts = {later: _overlap(time, later, begin, begin + time.years[period]) for later in time.periods}
    return {later: part for later, part in parts.items() if part}


def _overlap(time: Timeline, period: str, begin: float, end: float) -> float:
    """The share of a period that lies between two moments, in years since the base year."""
    first, years = time.start[period], time.years[period]
    return max(0.0, min(first + years, end) - max(first, begin)) / years


def most_returned(returns: dict[Place, Back], demand: pd.DataFrame, enablers: pd.DataFrame) -> dict[Place, float]:
    """What can come back at most, in item/year, if every market bought all it can.

    Parameters
    ----------
    returns
        As `tabulate_returns` gives it.
    demand, enablers
        Markets and what raises them, as the sets hold them.

    Returns
    -------
    dict
        By item, region and period.
    """
    if not returns:
        return {}
    volume = frames.entries(demand.groupby(["region", "item", "period"])["volume"].max())
    uplift = frames.entries(enablers["step"].groupby(level=["region", "item"]).sum())
    return {
        place: back.initial
        + sum(share * volume[market] * (1.0 + uplift.get(market[:2], 0.0)) for market, share in back.shares.items())
        for place, back in returns.items()
    }
