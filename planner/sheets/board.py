"""What the first page of a workbook shows, as data: headline figures and charts."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Tile:
    """A figure that stands alone."""

    label: str
    value: str
    detail: str


@dataclass(frozen=True)
class Chart:
    """One chart: categories in the index (one level or two), one series per column.

    kind: stacked | clustered | waterfall (columns; see `waterfall.py`), shares (bars that add up to 1), or bars (of one
    series).
    The axis of amounts begins at `floor`, where that is given.
    """

    title: str
    kind: str
    unit: str
    frame: pd.DataFrame
    floor: float | None = None


@dataclass(frozen=True)
class Curve:
    """Points joined in the order in which they stand, and marked ones among them.

    `points` has columns x, y and mark: "" or the name of the series under which the point stands out. `across` and
    `unit` name the axes.
    """

    title: str
    across: str
    unit: str
    points: pd.DataFrame


@dataclass(frozen=True)
class Map:
    """Regions by place (columns longitude, latitude, worth; index region) and the largest flows between them.

    `flows` has origin and destination as index and the worth moved in money/year as value.
    """

    title: str
    regions: pd.DataFrame
    flows: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
