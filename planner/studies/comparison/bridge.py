"""The bridge from the cost of one plan to that of the next: what each cost line adds, by tier and region."""

import math
from typing import Any

import pandas as pd

from planner.report.figures import COST_GROUPS

KEY = ["line", "tier", "region"]

EXACT = 1e-9
"""Steps add up to the difference where no more than this is left, relative to the larger total."""

_GROUP = {line: group for group, lines in COST_GROUPS.items() for line in lines}


def steps(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What leads from the discounted amounts of the cost table `before` to those of `after`, the largest step first.

    Columns: group, line, tier, region, before, after, change. Lines that only one of the plans has count as 0 in the
    other; every amount of both is in exactly one row.
    """
    sums = {"before": _sums(before), "after": _sums(after)}
    frame = pd.DataFrame(sums).fillna(0.0).reset_index(names=KEY)
    frame = frame.assign(change=frame["after"] - frame["before"])
    frame = frame.assign(group=frame["line"].map(lambda line: _GROUP.get(line, line)))
    largest = (-frame["change"].abs()).argsort(kind="stable")
    return frame.iloc[largest].reset_index(drop=True)[["group", *KEY, "before", "after", "change"]]


def _sums(costs: pd.DataFrame) -> pd.Series:
    """The discounted amounts by line, tier and region; the index holds tuples, so that a blank is a name too."""
    filled = costs[KEY].astype(object).where(costs[KEY].notna(), "")
    keys = pd.Index(list(filled.itertuples(index=False, name=None)), tupleize_cols=False, dtype=object)
    sums = costs["discounted"].astype(float).fillna(0.0).groupby(keys).sum()
    return sums.set_axis(pd.MultiIndex.from_tuples(sums.index, names=KEY)) if len(sums) else _make_empty_bridge()


def _make_empty_bridge() -> pd.Series:
    return pd.Series([], index=pd.MultiIndex.from_tuples([], names=KEY), dtype=float)


def check(before: pd.DataFrame, after: pd.DataFrame, found: pd.DataFrame) -> dict[str, Any]:
    """Whether the steps of `found` add up to the difference of the totals; the totals are summed anew."""
    one, two = (math.fsum(costs["discounted"].dropna()) for costs in (before, after))
    added = math.fsum(found["change"])
    unexplained = (two - one) - added
    return {
        "cost_before": one,
        "cost_after": two,
        "difference": two - one,
        "steps": added,
        "unexplained": unexplained,
        "exact": "yes" if abs(unexplained) <= EXACT * max(abs(one), abs(two)) else "no",
    }
