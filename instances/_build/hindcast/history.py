"""What was known at the start, and nothing later: rows by year, shares, and how fast shares moved before."""

from functools import cache
from typing import NamedTuple

import pandas as pd

from ..ev_global import tables


@cache
def _stored(name: str) -> pd.DataFrame:
    return tables.read(name)


def read(name: str) -> pd.DataFrame:
    """One table, read once."""
    return _stored(name).copy()


STARTS = (2018, 2020)
LAST = 2025
MINERALS = ("lithium", "nickel", "cobalt", "graphite")
MARKETS = {"cars": "car", "all road vehicles": "bus"}
PART_OF_WORLD = 0.01
"""Places below this share of the world say little about how fast a source moves."""


class Movement(NamedTuple):
    """How much a source falls, or rises, a year for years on end: shares of itself."""

    fall: float
    rise: float


def known(measure: str, start: int) -> pd.DataFrame:
    """Rows of one measure up to the start: columns place, year, value. Later ones are in no table that is read here."""
    rows = read("hindcast_known")
    rows = rows[(rows["measure"] == measure) & (rows["year"] <= start)]
    if rows.empty:
        raise ValueError(f"no row of {measure!r} up to {start}")
    return rows[["place", "year", "value"]]


def latest(measure: str, place: str, start: int) -> float:
    """The last figure of a place up to the start."""
    rows = known(measure, start)
    rows = rows[rows["place"] == place].sort_values("year")
    if rows.empty:
        raise ValueError(f"no row of {measure!r} in {place!r} up to {start}")
    return float(rows["value"].iloc[-1])


def public(name: str, start: int) -> pd.DataFrame:
    """Rows of a dated table that were public by the start, and not yet replaced by later ones."""
    rows = read(f"hindcast_{name}")
    rows = rows[rows["public"] <= start]
    return rows[rows["until"] > start] if "until" in rows else rows


@cache
def output(mineral: str, start: int) -> pd.DataFrame:
    """Mine output by place (rows) and year (columns) up to the start, in kt."""
    table = known(f"{mineral} mined", start).pivot_table(index="place", columns="year", values="value")
    return table.drop("World") * table.loc["World"]


def movement(mineral: str, start: int) -> Movement:
    """How fast sources moved for years on end, from the first year known to the start.

    A plan can move as fast as it may in every year, so what counts is a rate that was sustained: of the places that
    fell, the mean weighted by what they made; of those that rose, the fastest with at least 1 % of the world.
    """
    table = output(mineral, start)
    first = min(table.columns)
    whole = table[first].sum()
    table = table[table[first] >= PART_OF_WORLD * whole]
    rate = (table[start] / table[first]) ** (1 / (start - first)) - 1
    fell = rate < 0
    fall = float(-(rate * table[first])[fell].sum() / table[first][fell].sum()) if fell.any() else 0.0
    return Movement(fall, float(rate.drop(index="Other", errors="ignore").max()))


@cache
def demand(use: str, region: str, year: int) -> float:
    """Batteries (GWh) of cars, or of the other vehicles, in a market: the path is an input, also after the start."""
    table = read("hindcast_demand").set_index(["use", "region", "year"])["gwh"]
    whole = float(table[("cars", region, year)])
    return whole if use == "cars" else max(0.0, float(table[(use, region, year)]) - whole)


def market_regions() -> list[str]:
    """The markets of the demand path, which are regions too."""
    return ["China", "Europe", "United States", "Rest of world"]


def fastest_path(region: str | None, start: int) -> float:
    """The largest move in a year of the LFP share of a region (None: of any) up to the start."""
    table = known("LFP share of BEV batteries", start).pivot_table(index="place", columns="year", values="value")
    moves = table.diff(axis=1).abs()
    return float((moves if region is None else moves.loc[[region]]).max().max())
