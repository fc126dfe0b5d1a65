"""What the first page of a workbook shows, as data: headline figures and charts."""

from collections.abc import Mapping
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
    The axis of amounts begins at `floor`, where that is given. `message` is what the chart shows, in a sentence without
    a full stop, for its headline; `colours` are those of series that have one of their own (six hexadecimal digits).
    """

    title: str
    kind: str
    unit: str
    frame: pd.DataFrame
    floor: float | None = None
    message: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Curve:
    """Points joined in their order, and marked ones among them.

    `points` has columns x, y and mark: "" or the name of the series under which the point is marked. `across` and
    `unit` name the axes; `message` is what the curve shows.
    """

    title: str
    across: str
    unit: str
    points: pd.DataFrame
    message: str = ""


@dataclass(frozen=True)
class Map:
    """Regions by place (columns longitude, latitude, worth; index region) and the largest flows between them.

    `flows` has origin and destination as index and the worth moved in money/year as value.
    """

    title: str
    regions: pd.DataFrame
    flows: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    message: str = ""


@dataclass(frozen=True)
class Shades:
    """A table of figures, shaded from the least to the most: rows in the index, a column for each figure.

    `least` and `most` are where the shades begin and end; `message` is what the table shows.
    """

    title: str
    frame: pd.DataFrame
    least: float
    most: float
    message: str = ""
