"""Returns: what comes back was sold, comes back within the plan, is of use, and is no more than went out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.checks.places import positions, regions_of
from planner.issues import Issue
from planner.words import count_noun

if TYPE_CHECKING:
    from planner.workbook.read import Reading

TOLERANCE = 1e-9
"""What exceeds 1 by less is rounding."""


@needs("periods", "regions", "items", "demand", "returns")
def returns_follow_sales(reading: "Reading") -> Iterator[Issue]:
    """The item is sold where the row says so, early enough to come back within the plan."""
    instance = reading.instance
    demand, horizon = instance["demand"], float(instance["periods"]["years"].sum())
    sold = set(zip(demand["item"], demand["region"], strict=True))
    for row, entry in rows(instance["returns"]):
        markets = {(entry["item"], region) for region in regions_of(instance, entry["market"])}
        if not markets & sold:
            where = "on any market" if entry["market"] == "*" else f"in `{entry['market']}`"
            message = (
                f"`{entry['item']}` is not sold {where}, so nothing comes back; add its demand, correct the item or "
                "market, or remove the row"
            )
            yield report_warning(reading, "returns", row, "item", message)
        elif entry["years"] >= horizon and not entry["initial"]:
            message = (
                f"sales come back after {count_noun(entry['years'], 'year')}, but the plan ends after {horizon:g}; "
                "write fewer years, or the returns from earlier sales (initial)"
            )
            yield report_warning(reading, "returns", row, "years", message)


@needs("regions", "returns")
def initial_returns_have_a_place(reading: "Reading") -> Iterator[Issue]:
    """What comes back of earlier sales does so in one region."""
    regions = set(reading.instance["regions"]["region"])
    for row, entry in rows(reading.instance["returns"]):
        if entry["initial"] > 0 and entry["region"] == "*" and entry["market"] not in regions:
            message = (
                "the region where this comes back is not given; write it (region), or write one row for each region as "
                "the market"
            )
            yield report_error(reading, "returns", row, "initial", message)


@needs("items", "recipes", "demand", "stocks", "enablers", "returns")
def what_returns_is_of_use(reading: "Reading") -> Iterator[Issue]:
    """Something uses, sells or keeps what comes back, or it may be thrown away."""
    instance = reading.instance
    recipes, items = instance["recipes"], instance["items"]
    used = set(recipes.loc[recipes["quantity"] < 0, "item"]) | set(instance["demand"]["item"])
    used |= set(instance["stocks"]["item"]) | set(instance["enablers"]["enabler"])
    used |= set(items.loc[items["disposable"] == "yes", "item"])
    for row, entry in rows(instance["returns"]):
        if entry["returned"] not in used:
            message = (
                f"nothing uses, sells or stocks `{entry['returned']}`, so what comes back stays with its users; add a "
                "process that recycles it (recipes), or remove the row"
            )
            yield report_warning(reading, "returns", row, "returned", message)


@needs("periods", "regions", "items", "demand", "returns")
def no_more_returns_than_was_sold(reading: "Reading") -> Iterator[Issue]:
    """What comes back of a unit weighs no more than it, and no circle of returns gives back more than was sold.

    An error where items that come back as each other grow from nothing; masses are often rough, so a warning there.
    """
    instance, table = reading.instance, reading.instance["returns"]
    mass = instance["items"].set_index("item")["mass"].to_dict()
    order = positions(instance, "items", "item")
    told: set[int] = set()
    for region in instance["regions"]["region"] if len(table) else ():
        there = table[[region in regions_of(instance, market) for market in table["market"]]]
        shares = np.zeros((len(order), len(order)))
        np.add.at(shares, (there["returned"].map(order), there["item"].map(order)), there["share"])
        circle = [row for row, entry in rows(there) if _grows(shares, order[entry["item"]], order[entry["returned"]])]
        if circle and not told & set(circle):
            cells = [reading.cell("returns", row, "share") for row in circle]
            message = (
                f"more than one unit comes back for each unit sold, through {join_names(_pairs(there.loc[circle]))}; "
                f"lower a share (in {join_names(cells, 12)})"
            )
            yield report_error(reading, "returns", circle[0], "share", message)
        told |= set(circle)
        for item, parts in there.groupby("item", sort=False):
            weight = float((parts["share"] * parts["returned"].map(mass)).sum())
            first = int(parts.index[0])
            if mass[item] and weight > mass[item] * (1 + 1e-6) and first not in told:
                told.add(first)
                message = (
                    f"what comes back of one `{item}` weighs {weight:.6g} t, and it weighed {mass[item]:.6g} t when it "
                    "was sold; lower a share, or correct a mass (items)"
                )
                yield report_warning(reading, "returns", first, "share", message)


def _grows(shares: np.ndarray, item: int, returned: int) -> bool:
    """Whether a return is part of a circle of items that give back more than was sold.

    Those are the items that lead to each other; the gain of a circle is the largest eigenvalue of their shares.
    """
    leads = shares > 0
    for _ in range(len(shares)):
        leads = leads | (leads.astype(int) @ leads.astype(int) > 0)
    if not leads[item, returned] and item != returned:
        return False
    inside = np.flatnonzero(leads[item] & leads[:, item])
    gain = np.abs(np.linalg.eigvals(shares[np.ix_(inside, inside)])).max(initial=0.0)
    return bool(gain > 1 + TOLERANCE)


def _pairs(table: pd.DataFrame) -> list[str]:
    """The returns in words."""
    return [f"`{item}` to `{returned}`" for item, returned in zip(table["item"], table["returned"], strict=True)]
