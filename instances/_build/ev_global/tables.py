"""Reading the sourced tables of the reference instance: one CSV per table, every row with source and confidence."""

from pathlib import Path

import pandas as pd

TABLES = Path(__file__).parents[1] / "tables"
REMARKS = ["source", "confidence", "note"]
CONFIDENCE = ("high", "medium", "low")


def read(name: str) -> pd.DataFrame:
    """One table as it stands, blanks as missing; says so when a row has no source or an unknown confidence."""
    path = TABLES / f"{name}.csv"
    frame = pd.read_csv(path)
    if not {"source", "confidence"} <= set(frame.columns):
        raise ValueError(f"{path.name}: columns source and confidence are needed")
    bare = frame["source"].isna() | frame["confidence"].isna()
    if bare.any():
        raise ValueError(f"{path.name}: rows without source or confidence: {list(frame.index[bare] + 2)}")
    if not name.startswith("raw_"):
        odd = ~frame["confidence"].isin(CONFIDENCE)
        if odd.any():
            raise ValueError(f"{path.name}: unknown confidence in rows {list(frame.index[odd] + 2)}")
    return frame


def significant(value: float, digits: int = 3) -> float:
    """`value` rounded to significant digits, so that derived figures do not pretend to be exact."""
    return float(f"{float(value):.{digits}g}")


def raw_value(raw: pd.DataFrame, item: str, place: str) -> float:
    """The one figure of a raw table for an item (how its name starts) and a place."""
    hit = raw[raw["item"].str.startswith(item) & (raw["geo"] == place)]
    if len(hit) != 1:
        raise ValueError(f"{len(hit)} rows for {item!r} in {place!r}")
    return float(hit["value"].iloc[0])


def mean_of(raw: pd.DataFrame, item: str, places: list[str]) -> float:
    """Plain mean of a raw figure over the anchor places of a region."""
    return sum(raw_value(raw, item, place) for place in places) / len(places)
