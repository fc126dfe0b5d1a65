"""Hypothesis strategies for small random instances with security rules of every type.

They stand on those of `tests/small_disruptions.py`, to which they add rules, and emissions for those to limit.
"""

from hypothesis import strategies as st

from tests.brute_force.rules import ENUMERATED
from tests.small_disruptions import disrupted_instances
from tests.small_instances import Row, Rows, Tables, _sometimes
from tests.small_mechanisms import _names

LIMITS = {
    "max_share": [0.3, 0.5, 0.8],
    "min_share": [0.1, 0.4],
    "max_import_share": [0.2, 0.6],
    "min_sources": [0.1, 0.4],
    "max_hhi": [0.4, 0.6, 0.9],
    "min_cover": [1, 4],
    "min_service": [0.3, 0.8, 1],
    "max_cvar": [0, 5, 40],
    "min_utilisation": [0.3, 0.8],
    "max_capacity_ratio": [1, 2],
    "max_emissions": [2, 10],
    "min_local_content": [0.3, 0.7],
    "budget": [0, 10, 40],
    "min_cash": [-200, -20, 0],
}
BY = {
    "max_share": ("region", "bloc", "firm", "site", "control"),
    "min_share": ("region", "bloc", "firm", "site", "control"),
    "min_sources": ("region", "bloc", "firm", "site"),
    "max_hhi": ("region", "bloc", "firm"),
    "min_utilisation": ("firm",),
}
TOGETHER = ("max_cvar", "budget", "min_cash")


@st.composite
def enumerable_instances(draw: st.DrawFn, most_periods: int = 2) -> tuple[Tables, Row]:
    """Tables and settings: without scenarios, and with rules of the types that `tests/brute_force` knows.

    Economies of scale are always on: without them modules are no whole decisions.
    """
    tables, settings = draw(ruled_instances(most_periods, ENUMERATED))
    tables = {sheet: rows for sheet, rows in tables.items() if sheet not in ("scenarios", "disruptions")}
    return tables, {key: value for key, value in settings.items() if key != "scale"}


@st.composite
def ruled_instances(
    draw: st.DrawFn, most_periods: int = 2, types: tuple[str, ...] = tuple(LIMITS)
) -> tuple[Tables, Row]:
    """Tables and settings: a small instance with one to four rules of these types, half of them soft."""
    tables, settings = draw(disrupted_instances(most_periods))
    for row in tables["processes"]:
        row["emissions"] = draw(st.sampled_from([0, 0.5, 2]))
    for row in tables["regions"]:
        row["grid_co2"] = draw(st.sampled_from([0, 1e-3]))
    for row in tables.get("lanes", []):
        row["emissions"] = draw(st.sampled_from([0, 1e-3]))
    tables["rules"] = [_rule(draw, tables, number, types) for number in range(draw(st.integers(1, 4)))]
    return tables, settings


def _rule(draw: st.DrawFn, tables: Tables, number: int, types: tuple[str, ...]) -> Row:
    kind = draw(st.sampled_from(sorted(types)))
    row: Row = {"rule": f"rule {number}", "type": kind, "limit": draw(st.sampled_from(LIMITS[kind]))}
    if kind not in TOGETHER:
        row["item"] = draw(st.sampled_from(["*", *_names(tables, "items")]))
        row["scope"] = draw(st.sampled_from([None, *_places(tables)]))
    if kind == "min_local_content":
        row["scope"] = draw(st.sampled_from(_places(tables)))
    if kind in BY:
        row["by"] = draw(st.sampled_from(BY[kind]))
        row["who"] = draw(st.sampled_from(_sources(tables, row["by"], kind)))
    if kind == "min_sources":
        row["count"] = 2
    if kind == "min_service":
        row["scenario"] = draw(st.sampled_from(["*", *(scenario["scenario"] for scenario in tables["scenarios"])]))
    if draw(st.booleans()):
        row |= {"hard": "no", "penalty": draw(st.sampled_from([0.5, 20]))}
    if _sometimes(draw, 4):
        row["from"] = draw(st.sampled_from(_names(tables, "periods")))
    return row


def _places(tables: Tables) -> list[str]:
    """Regions and blocs."""
    return sorted({place for row in tables["regions"] for place in (row["region"], row["bloc"]) if place})


def _sources(tables: Tables, by: str, kind: str) -> list[str]:
    """Whom a rule can be about."""
    if kind in ("min_sources", "max_hhi"):
        return ["*"]
    if by == "control":
        return ["home", "outside", "stake>=0.5"]
    names: Rows | list[str] = {
        "region": _names(tables, "regions"),
        "bloc": sorted({row["bloc"] or row["region"] for row in tables["regions"]}),
        "firm": [row["firm"] for row in tables["firms"]],
        "site": [row["site"] for row in tables["sites"]],
    }[by]
    return names if kind == "min_share" else ["*", *names]
