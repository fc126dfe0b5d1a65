"""The headline figures of a plan, a few large ones."""

from typing import Any

import pandas as pd

from planner.report.wording import format_money, format_share
from planner.sheets.board import Tile
from planner.words import format_percent


def make_tiles(summary: pd.DataFrame) -> list[Tile]:
    """The headline figures of a plan.

    Parameters
    ----------
    summary
        Sheet `summary`: columns metric, value and unit.

    Returns
    -------
    list of Tile
        Up to six: those that the summary has rows for.
    """
    values = dict(zip(summary["metric"], summary["value"], strict=True))
    units = dict(zip(summary["metric"], summary["unit"], strict=True))
    currency = str(units.get("objective", "")).removeprefix("million ")
    found = (
        _goal(values, currency),
        _quality(values),
        _make_service_tile(values, units),
        _investment(values, currency),
    )
    return [tile for tile in (*found, _source(values, units), _use(values)) if tile]


def _goal(values: dict[str, Any], currency: str) -> Tile | None:
    if "objective" not in values:
        return None
    label = "Total cost" if values.get("goal") == "least cost" else "Total profit"
    amount = float(values.get("profit", values["objective"]))
    return Tile(label, format_money(amount, currency), "discounted to the base year")


def _quality(values: dict[str, Any]) -> Tile | None:
    """Optimal only where that is proven; else how far the plan may be from the best."""
    if "status" not in values:
        return None
    if str(values["status"]).startswith("optimal"):
        return Tile("Quality of the plan", "optimal", "no plan is better")
    gap = "gap unknown"
    if "gap" in values:
        size = float(values["gap"])
        gap = f"{format_percent(size, 2)} gap" if size >= 0.00005 else "gap < 0.01 %"
    return Tile("Quality of the plan", gap, str(values["status"]).partition(" with ")[0].partition(":")[0])


def _make_service_tile(values: dict[str, Any], units: dict[str, Any]) -> Tile | None:
    if "demand served" not in values:
        return None
    detail = str(units["demand served"]).replace("share of", "by")
    return Tile("Demand served", format_share(float(values["demand served"])), f"{detail}, all periods")


def _investment(values: dict[str, Any], currency: str) -> Tile | None:
    if "investment in new capacity" not in values:
        return None
    modules, sites = int(values["modules built"]), int(values["sites opened"])
    detail = f"{modules} module{'s' * (modules != 1)}, {sites} new site{'s' * (sites != 1)}"
    return Tile("Investment", format_money(float(values["investment in new capacity"]), currency), detail)


def _source(values: dict[str, Any], units: dict[str, Any]) -> Tile | None:
    if "largest source" not in values:
        return None
    measure = str(units["its share"]).removeprefix("share of ").removesuffix(" made")
    share = format_share(float(values["its share"]))
    return Tile("Largest source", str(values["largest source"]), f"makes {share} by {measure}")


def _use(values: dict[str, Any]) -> Tile | None:
    """The tier with the least reserve in the last period."""
    last: dict[str, tuple[str, float]] = {}
    for metric, value in values.items():
        if metric.startswith("use of "):
            tier, _, period = metric.removeprefix("use of ").partition(" capacity at home, ")
            last[tier] = (period, float(value))
    if not last:
        return None
    tier, (period, use) = max(last.items(), key=lambda entry: entry[1][1])
    return Tile("Fullest tier", f"{tier} {format_share(use)}", f"of home capacity used, {period}")
