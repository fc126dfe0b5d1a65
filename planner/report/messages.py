"""What a chart shows, in a few words for its headline."""

import pandas as pd

from planner.report.brief import DOMINANT
from planner.report.wording import format_share, three_digits
from planner_models import frames
from planner_models.schema import TIERS


def say_costs(frame: pd.DataFrame) -> str:
    """How the cost of a year changes from the first to the last period; `frame` is periods by tiers."""
    if len(frame) < 2:
        return ""
    first, last = (float(frame.iloc[place].sum()) for place in (0, -1))
    if first <= 0:
        return ""
    change = last / first - 1
    if abs(change) < 0.005:
        return f"Yearly cost stays the same from {frame.index[0]} to {frame.index[-1]}"
    verb = "rises" if change > 0 else "falls"
    return f"Yearly cost {verb} by {format_share(abs(change))} from {frame.index[0]} to {frame.index[-1]}"


def say_cash(frame: pd.DataFrame, unit: str) -> str:
    """How low cash falls and when; `frame` is periods by free cash and what has gathered, in `unit`."""
    if frame.empty:
        return ""
    gathered = frame.iloc[:, 1]
    if gathered.min() >= 0:
        return "Cash never falls below zero"
    return f"Cash is lowest in {gathered.idxmin()}: −{three_digits(-float(gathered.min()))} {unit}"


def say_sourcing(shares: pd.DataFrame, period: str) -> str:
    """How many of the items shown come mostly from one region; `shares` is items by regions."""
    if shares.empty:
        return ""
    count = int((shares.max(axis=1) >= DOMINANT).sum())
    if not count:
        return f"No item shown has {format_share(DOMINANT)} of its supply from one region"
    have = "has" if count == 1 else "have"
    return f"{count} of {len(shares)} items shown {have} {format_share(DOMINANT)} or more from one region"


def say_capacity(frame: pd.DataFrame) -> str:
    """How full home capacity is in the last period, by tier; `frame` is tiers and periods by capacity and use."""
    if frame.empty:
        return ""
    last = frame.index.get_level_values(1)[-1]
    rows = frame.xs(last, level=1)
    used = frames.entries((rows["use"] / rows["capacity"])[rows["capacity"] > 0])
    named = [f"{tier} {format_share(used[tier])}" for tier in TIERS if tier in used]
    return f"Home capacity in use in {last}: {', '.join(named)}" if named else ""


def say_advantage(by_tier: pd.DataFrame) -> str:
    """Which region costs least and which most in the mean over tiers; `by_tier` is regions by tiers, 1 the best."""
    whole = by_tier.dropna().mean(axis=1)
    if len(whole) < 2 or whole.max() <= whole.min():
        return ""
    most = f"{whole.idxmax()} costs most, {format_share(float(whole.max()) - 1)} above the best region of each good"
    return f"{whole.idxmin()} costs least over all tiers; {most}"
