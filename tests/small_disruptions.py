"""Hypothesis strategies for small random instances with disruptions of every kind and effect.

They stand on those of `tests/small_mechanisms.py`, to which they add scenarios, chokepoints and priorities.
"""

from typing import Any

from hypothesis import strategies as st

from tests.small_instances import Row, Rows, Tables, _amount, _sometimes
from tests.small_mechanisms import _names, mechanism_instances

EFFECTS = {
    "region": ("capacity", "flow", "demand", "cost"),
    "bloc": ("capacity", "flow", "demand", "cost"),
    "firm": ("capacity", "flow", "cost"),
    "site": ("capacity", "flow", "cost"),
    "process": ("capacity", "flow", "cost"),
    "item": ("capacity", "flow", "demand", "cost"),
    "lane": ("capacity", "flow", "cost"),
    "chokepoint": ("capacity", "flow", "cost"),
    "market": ("demand",),
}
EXPANDED = ("each_region", "each_bloc", "each_firm", "each_site", "each_lane", "each_chokepoint")
CHOKEPOINTS = ("strait", "canal")


@st.composite
def disrupted_instances(draw: st.DrawFn, most_periods: int = 2) -> tuple[Tables, Row]:
    """Tables and settings: a small instance with one to three scenarios, now and then one for each member.

    Everything has a value and every market a price or a penalty, so that losses and services are worth something.
    """
    tables, settings = draw(mechanism_instances(most_periods))
    for row in tables.get("lanes", []):
        if _sometimes(draw):
            row["chokepoints"] = draw(st.sampled_from(["strait", "canal", "strait; canal"]))
    for row in tables.get("access", []):
        if _sometimes(draw):
            row["priority"] = draw(st.sampled_from([0.5, 1]))
    for row in tables["items"]:
        row["value"] = _amount(draw, 1, 9)
    tables.setdefault("stocks", [])
    if not tables["stocks"] and _sometimes(draw, 2):
        place: Row = {"region": draw(st.sampled_from(_names(tables, "regions")))}
        tables["stocks"].append(place | {"item": draw(st.sampled_from(_names(tables, "items"))), "initial": 6})
    names = [f"scenario {number}" for number in range(draw(st.integers(1, 3)))]
    tables["scenarios"] = [{"scenario": name, "probability": draw(st.sampled_from([0.1, 0.25, 0]))} for name in names]
    tables["disruptions"] = [row for name in names for row in _disruptions(draw, tables, name)]
    if _sometimes(draw):
        tables["scenarios"].append(_every(draw, tables))
    settings |= {"cvar_alpha": draw(st.sampled_from([0.5, 0.9])), "risk_weight": draw(st.sampled_from([0, 0, 0.5, 2]))}
    return {sheet: rows for sheet, rows in tables.items() if rows}, settings


def _months(draw: st.DrawFn, tables: Tables, period: str) -> int:
    years = next(row["years"] for row in tables["periods"] if row["period"] == period)
    return draw(st.sampled_from([1, 6, 12, 12 * years]))


def _disruptions(draw: st.DrawFn, tables: Tables, scenario: str) -> Rows:
    """What one scenario does: up to three effects, in one or two periods."""
    rows: Rows = []
    months: dict[str, int] = {}
    for _ in range(draw(st.integers(1, 3))):
        period = draw(st.sampled_from(_names(tables, "periods")))
        months.setdefault(period, _months(draw, tables, period))
        targets = _targets(tables)
        kind = draw(st.sampled_from(sorted(kind for kind in targets if targets[kind])))
        row: Row = {"scenario": scenario, "period": period, "months": months[period], "kind": kind}
        row |= {"target": draw(st.sampled_from(targets[kind])), "effect": draw(st.sampled_from(EFFECTS[kind]))}
        if kind != "item" and _sometimes(draw):
            row["item"] = draw(st.sampled_from(_names(tables, "items")))
        up = 1 if row["effect"] == "capacity" and kind in ("lane", "chokepoint") else 1.5
        rows.append(row | {"factor": draw(st.sampled_from([0, 0.5, up]))})
    return rows


def _targets(tables: Tables) -> dict[str, list[Any]]:
    """What can be hit, by kind."""
    lanes = tables.get("lanes", [])
    ways = {f"{row['origin']}|{row['destination']}" for row in lanes}
    return {
        "region": _names(tables, "regions"),
        "bloc": sorted({row["bloc"] or row["region"] for row in tables["regions"]}),
        "firm": [row["firm"] for row in tables["firms"]],
        "site": [row["site"] for row in tables["sites"]],
        "process": _names(tables, "processes"),
        "item": _names(tables, "items"),
        "lane": sorted(ways | {f"{way}|road" for way in ways}),
        "chokepoint": sorted(name for name in CHOKEPOINTS if any(name in row.get("chokepoints", "") for row in lanes)),
        "market": sorted({row["region"] for row in tables["demand"]}),
    }


def _every(draw: st.DrawFn, tables: Tables) -> Row:
    """A row that makes one scenario for each member."""
    period = draw(st.sampled_from(_names(tables, "periods")))
    row: Row = {"scenario": "each", "expand": draw(st.sampled_from(EXPANDED)), "period": period}
    row |= {"months": _months(draw, tables, period), "factor": draw(st.sampled_from([0, 0.5]))}
    row["probability"] = draw(st.sampled_from([0.2, 0]))
    if _sometimes(draw):
        row["item"] = draw(st.sampled_from(_names(tables, "items")))
    return row
