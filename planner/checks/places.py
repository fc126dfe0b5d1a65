"""Where names stand in their sheets, which regions a place means, and what stands where.

Arrays are indexed by position: periods, regions and items in the order of their sheets, lines in the order of theirs.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import report_error, rows
from planner.checks.memory import cache_by_input
from planner.issues import Issue
from planner_models import frames
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading


def positions(instance: Instance, sheet: str, column: str) -> dict[str, int]:
    """The position of every name of a key column."""
    return {name: place for place, name in enumerate(instance[sheet][column])}


def find_reversed_spans(reading: "Reading", sheet: str, table: pd.DataFrame) -> Iterator[Issue]:
    """Rows of `table`, of a sheet with columns from and to, that begin in a later period than they end."""
    order = positions(reading.instance, "periods", "period")
    for row, span in rows(table[table["from"].notna() & table["to"].notna()]):
        if order[span["from"]] > order[span["to"]]:
            message = f"from {span['from']} is after to {span['to']}; exchange them or leave one blank"
            yield report_error(reading, sheet, row, "from", message)


def place_of(names: pd.Series, order: dict[str, int], blank: int) -> np.ndarray:
    """The position of each name, `blank` where there is none."""
    return np.array([blank if name is None else order[name] for name in names], dtype=int)


def blocs(instance: Instance) -> pd.Series:
    """The bloc of each region; a region without one is a bloc of its own."""
    regions = instance["regions"].set_index("region")
    return regions["bloc"].where(regions["bloc"].notna(), regions.index.to_series())


def regions_of(instance: Instance, place: str) -> set[str]:
    """The regions that a region, a bloc or `*` means."""
    return {region for region, bloc in frames.pairs(blocs(instance)) if place in ("*", region, bloc)}


@cache_by_input
def lines_at_sites(instance: Instance) -> pd.DataFrame:
    """The rows of `lines` (same index) with region, firm, home and candidate of their sites.

    `first` and `last` are the positions of the periods in which the line's site may be open.
    """
    order = positions(instance, "periods", "period")
    sites = instance["sites"].merge(instance["firms"][["firm", "home"]], on="firm", how="left").set_index("site")
    lines = instance["lines"].copy()
    for column in ("region", "firm", "home", "status"):
        lines[column] = lines["site"].map(sites[column]).astype(object)
    lines["first"] = place_of(lines["site"].map(sites["first_period"]).astype(object).where(pd.notna, None), order, 0)
    last = lines["site"].map(sites["last_period"]).astype(object).where(pd.notna, None)
    lines["last"] = place_of(last, order, len(order) - 1)
    return lines
