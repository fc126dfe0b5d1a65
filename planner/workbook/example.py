"""The worked example of the template: a small car group with three tiers, every figure invented.

Two continents that trade under duties and one that mines. The group's cell plant in Eastland is too small from 2028 on;
it may extend it, or open a site in Northland in one of two sizes, behind the duty. Lithium comes from two mines; the
salt lake sells on spot or under a contract, or can be bought and then extended. Semi-solid cells need less cathode, and
development: alone and late, or sooner and dearer with the maker of materials, once the group holds a stake in it.
A strait may close for four months and a mine may be lost: against that the group sets stocks and rules on its sources.
"""

from collections.abc import Container
from typing import Any

SOURCE = "worked example, invented"

_LITHIUM = "mine lithium"
_IRON = "make iron phosphate"
_CATHODE = "make cathode"
_CELLS = "make cells"
_SEMI_SOLID = "make semi-solid cells"
_CARS = "assemble cars"
_CLOSED = "Narrow Strait closed"
_UNION = "Atlantic Union"
_CELL_PLANT, _GIGAFACTORY = "Eastland cell plant", "Northland gigafactory"

_TABLES: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {
    "settings": (
        ("key", "value"),
        [
            *(("name", "Worked example: cars for three markets"), ("currency", "USD"), ("base_year", 2025)),
            *(("discount_rate", 0.07), ("objective", "cost"), ("mip_gap", 0.001), ("time_limit", 120)),
        ],
    ),
    "periods": (("period", "years"), [("2025-27", 3), ("2028-30", 3), ("2031-34", 4)]),
    "regions": (
        ("region", "bloc", "latitude", "longitude", "wage", "skilled_wage", "energy_price", "wacc", "capex_index"),
        [
            ("Northland", _UNION, 50.0, 8.0, 38, 58, 0.14, 0.06, 1.35),
            ("Eastland", "Eastern League", 31.0, 117.0, 8, 15, 0.09, 0.05, 1.0),
            ("Southland", "Southern Pact", -23.0, -66.0, 7, 13, 0.11, 0.11, 1.15),
        ],
    ),
    "items": (
        ("item", "tier", "unit", "value", "mass", "critical", "disposable"),
        [
            ("lithium", "upstream", "kt", 11, 1000, "yes", "no"),
            ("iron phosphate", "upstream", "kt", 1.6, 1000, "no", "yes"),
            ("cathode", "upstream", "kt", 6, 1000, "yes", "no"),
            ("cell", "midstream", "GWh", 62, 5800, "yes", "no"),
            ("car", "downstream", "thousand cars", 21, 1650, "no", "no"),
        ],
    ),
    "processes": (
        (
            *("process", "tier", "stage", "intensity", "labour", "skilled", "energy", "other_cost"),
            *("learnable_share", "requires"),
        ),
        [
            (_LITHIUM, "upstream", "mining", "resource", 55000, 9000, 6_000_000, 3.1, 0, None),
            (_IRON, "upstream", "chemicals", "resource", 9000, 1500, 2_500_000, 0.7, 0, None),
            (_CATHODE, "upstream", "cathode", "capital", 16000, 4500, 7_000_000, 0.8, 0, None),
            (_CELLS, "midstream", "cells", "capital", 90000, 30000, 45_000_000, 22, 0.5, None),
            (_SEMI_SOLID, "midstream", "cells", "technology", 80000, 42000, 40_000_000, 19, 0.5, "semi-solid cells"),
            (_CARS, "downstream", "assembly", "labour", 21000, 4200, 1_400_000, 11.5, 0, None),
        ],
    ),
    "recipes": (
        ("process", "item", "quantity"),
        [
            *((_LITHIUM, "lithium", 1), (_IRON, "iron phosphate", 1)),
            *((_CATHODE, "lithium", -0.25), (_CATHODE, "iron phosphate", -0.96), (_CATHODE, "cathode", 1)),
            *((_CELLS, "cathode", -2.2), (_CELLS, "cell", 1)),
            *((_SEMI_SOLID, "cathode", -1.7), (_SEMI_SOLID, "cell", 1)),
            *((_CARS, "cell", -0.06), (_CARS, "car", 1)),
        ],
    ),
    "firms": (
        ("firm", "home", "sector", "bloc"),
        [
            ("Example Motors", "yes", "cars and cells", _UNION),
            ("Salt Lake Mining", "no", "lithium", "Southern Pact"),
            ("Hard Rock Mining", "no", "lithium", _UNION),
            ("Eastern Materials", "no", "battery materials", "Eastern League"),
        ],
    ),
    "sites": (
        ("site", "region", "firm", "status", "opening_cost", "fixed_cost", "closing_cost"),
        [
            ("Salt lake", "Southland", "Salt Lake Mining", "existing", 0, 0, 0),
            ("Hard rock mine", "Northland", "Hard Rock Mining", "existing", 0, 0, 0),
            ("Phosphate works", "Eastland", "Eastern Materials", "existing", 0, 0, 0),
            ("Cathode works", "Eastland", "Eastern Materials", "existing", 0, 0, 0),
            (_CELL_PLANT, "Eastland", "Example Motors", "existing", 0, 35, 200),
            ("Eastland assembly", "Eastland", "Example Motors", "existing", 0, 60, 250),
            ("Northland assembly", "Northland", "Example Motors", "existing", 0, 90, 400),
            (_GIGAFACTORY, "Northland", "Example Motors", "candidate", 350, 45, 0),
        ],
    ),
    "lines": (
        ("site", "process", "capacity", "fixed_cost", "min_load", "unit_cost"),
        [
            ("Salt lake", _LITHIUM, 36, 60, 0, 5.2),
            ("Hard rock mine", _LITHIUM, 12, 25, 0, 8.9),
            ("Phosphate works", _IRON, 260, 30, 0, None),
            ("Cathode works", _CATHODE, 230, 110, 0, None),
            (_CELL_PLANT, _CELLS, 48, 70, 0.3, None),
            ("Eastland assembly", _CARS, 480, 90, 0.3, None),
            ("Northland assembly", _CARS, 320, 110, 0.3, None),
            (_GIGAFACTORY, _CATHODE, 0, 0, 0, None),
            (_GIGAFACTORY, _CELLS, 0, 0, 0, None),
            (_GIGAFACTORY, _SEMI_SOLID, 0, 0, 0, None),
        ],
    ),
    "line_capacity": (("site", "process", "period", "capacity"), [("Salt lake", _LITHIUM, "2031-34", 42)]),
    "options": (
        *(("site", "process", "option", "size", "capex", "fixed_cost", "lead_periods", "life", "max_modules"),),
        [
            ("*", _CATHODE, "cathode unit", 40, 320, 8, 1, 20, 3),
            (_CELL_PLANT, _CELLS, "extension", 10, 620, 9, 0, 20, 2),
            (_GIGAFACTORY, _CELLS, "small hall", 12, 820, 12, 1, 20, 2),
            (_GIGAFACTORY, _CELLS, "large hall", 36, 2050, 30, 1, 20, 1),
            (_GIGAFACTORY, _SEMI_SOLID, "semi-solid hall", 12, 800, 12, 0, 20, 2),
            ("Salt lake", _LITHIUM, "new ponds", 12, 260, 18, 1, 20, 2),
            ("*", _CARS, "assembly line", 150, 650, 18, 0, 15, 4),
        ],
    ),
    "access": (
        (
            *("firm", "process", "mode", "entry_cost", "annual_cost", "stake", "controls", "offtake_share", "min_take"),
            *("markup", "transaction_cost", "term", "qualification"),
        ),
        [
            ("Salt Lake Mining", "*", "spot", 0, 0, 0, "no", 0.7, 0, 0.6, 0.2, 1, 0),
            ("Salt Lake Mining", "*", "contract", 15, 4, 0, "no", 0.8, 0.5, 0.35, 0.1, 2, 0),
            ("Salt Lake Mining", "*", "acquire", 900, 20, 1, "yes", 1, 0, 0, 0.05, 1, 0),
            ("Eastern Materials", "*", "spot", 0, 0, 0, "no", 1, 0, 0.15, 0.05, 1, 0),
            ("Eastern Materials", "*", "equity", 120, 5, 0.2, "no", 1, 0, 0.15, 0.02, 1, 0),
        ],
    ),
    "projects": (
        ("project", "option", "kind", "partner", "min_stake", "cost", "duration"),
        [
            ("semi-solid cells", "own laboratory", "own", None, 0, 12, 2),
            ("semi-solid cells", "joint venture", "joint", "Eastern Materials", 0.1, 30, 1),
        ],
    ),
    "lanes": (
        (
            *("origin", "destination", "item", "mode", "cost", "cost_per_tkm", "lead_days", "capacity"),
            *("opening_cost", "chokepoints"),
        ),
        [
            ("Eastland", "Northland", "*", "sea", 0, 0.006, 38, None, 0, "Narrow Strait; Old Canal"),
            ("Northland", "Eastland", "*", "sea", 0, 0.006, 38, None, 0, "Narrow Strait; Old Canal"),
            ("Southland", "Eastland", "*", "sea", 0, 0.006, 42, None, 0, "Narrow Strait"),
            ("Eastland", "Southland", "*", "sea", 0, 0.006, 42, None, 0, "Narrow Strait"),
            ("Southland", "Northland", "*", "sea", 0, 0.006, 26, None, 0, None),
            ("Northland", "Southland", "*", "sea", 0, 0.006, 26, None, 0, None),
            ("Eastland", "Northland", "cell", "sea", 0.9, 0.008, 40, None, 0, "Narrow Strait; Old Canal"),
            ("Eastland", "Northland", "car", "rail", 0.35, 0, 19, 180, 120, None),
        ],
    ),
    "duties": (
        ("origin", "destination", "item", "rate", "ban", "from", "to"),
        [
            ("Eastern League", _UNION, "car", 0.22, "no", None, None),
            ("Eastern League", _UNION, "cell", 0.04, "no", None, None),
            ("Eastern League", _UNION, "cell", 0.14, "no", "2028-30", None),
            ("*", "Eastern League", "car", 0.15, "no", None, None),
            ("*", "Southern Pact", "car", 0.1, "no", None, None),
            ("Southern Pact", _UNION, "cell", 0.04, "no", None, None),
            ("Southern Pact", _UNION, "cell", 0.14, "no", "2028-30", None),
        ],
    ),
    "demand": (
        ("region", "item", "period", "price", "volume"),
        [
            *(("Northland", "car", "2025-27", 27, 310), ("Northland", "car", "2028-30", 26, 460)),
            *(("Northland", "car", "2031-34", 25, 610), ("Eastland", "car", "2025-27", 21, 400)),
            *(("Eastland", "car", "2028-30", 20, 590), ("Eastland", "car", "2031-34", 19, 720)),
            *(("Southland", "car", "2025-27", 23, 40), ("Southland", "car", "2028-30", 22, 95)),
            ("Southland", "car", "2031-34", 21, 160),
        ],
    ),
    "learning": (
        ("process", "level", "threshold", "saving", "outside"),
        [(_CELLS, 1, 250, 0.06, 40), (_CELLS, 2, 500, 0.1, 40)],
    ),
    "clusters": (
        ("region", "level", "stages", "saving", "tier"),
        [("Eastland", 1, 3, 0.02, "*"), ("Eastland", 2, 4, 0.03, "*")],
    ),
    "stocks": (
        ("region", "item", "initial", "maximum", "holding_cost", "minimum"),
        [("Eastland", "lithium", 4, 60, 0.4, 2), ("Northland", "cathode", 0, 40, 0.2, 0)],
    ),
    "scenarios": (
        ("scenario", "probability", "expand", "item", "period", "months", "factor"),
        [
            (_CLOSED, 0.05, None, None, None, None, None),
            ("Loss of a lithium mine", 0.1, "each_site", "lithium", "2031-34", 6, 0),
        ],
    ),
    "disruptions": (
        ("scenario", "period", "months", "kind", "target", "item", "effect", "factor"),
        [
            (_CLOSED, "2028-30", 4, "chokepoint", "Narrow Strait", "*", "capacity", 0),
            (_CLOSED, "2028-30", 4, "process", _LITHIUM, "*", "cost", 1.5),
            (_CLOSED, "2028-30", 4, "market", "Southland", "car", "demand", 0.9),
        ],
    ),
    "rules": (
        ("rule", "type", "item", "by", "scope", "from", "limit", "count", "scenario", "hard", "penalty"),
        [
            ("Two mines", "min_sources", "lithium", "site", None, None, 0.1, 2, "*", "yes", None),
            ("Lithium for a month", "min_cover", "lithium", None, "Eastland", "2028-30", 1, None, "*", "yes", None),
            ("Cars in a crisis", "min_service", "car", None, None, None, 0.8, None, _CLOSED, "yes", None),
            ("Cells of our own", "max_import_share", "cell", None, _UNION, "2031-34", 0.5, None, "*", "no", 4),
        ],
    ),
    "policies": (
        ("policy", "kind", "region", "item", "rate", "budget", "from", "to"),
        [("Cell plant grant", "capex", "Northland", "cell", 0.25, 400, "2025-27", "2028-30")],
    ),
    "eligibility": (
        ("programme", "kind", "item", "market", "content", "who", "threshold", "averaging", "rate", "from", "to"),
        [("Battery credit", "subsidy", "car", "Northland", "cell", _UNION, 0.5, "fleet", 2, "2028-30", None)],
    ),
    "variants": (
        ("variant", "note", "sheet", "key", "column", "change", "value"),
        [
            ("High demand", "all markets a fifth larger", "demand", "*", "volume", "%", "20"),
            (
                "Costly shipping",
                "freight twice as high, the discount rate lower",
                "lanes",
                "*",
                "cost_per_tkm",
                "x",
                "2",
            ),
            ("Costly shipping", None, "settings", "discount_rate", "value", "=", "0.06"),
        ],
    ),
    "evidence": (
        ("sheet", "key", "column", "low", "high"),
        [
            ("duties", f"Eastern League|{_UNION}|cell", "rate", 0, 0.25),
            ("options", f"{_GIGAFACTORY}|{_CELLS}|large hall", "capex", 1700, 2600),
        ],
    ),
    "targets": (
        ("target", "figure", "operator", "value"),
        [("Demand is met", "demand served", "at_least", "0.95")],
    ),
}


_ASKED_FOR = ("eligibility",)
"""Sheets that the example fills only where they are asked for: the tour of the manual goes without them."""

_COVER = "min_cover"
"""The type of rule that asks for stocks."""


def example(sheets: Container[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The rows of the example.

    Parameters
    ----------
    sheets
        The sheets that are wanted; None for all. Rows that need another one are left out, as are requirements of it.

    Returns
    -------
    dict of str to list of dict
        Rows by sheet; sheets that it does not need are absent.
    """
    remarks = {"source": SOURCE, "confidence": "low"}
    wanted = (
        [sheet for sheet in _TABLES if sheet not in _ASKED_FOR]
        if sheets is None
        else [sheet for sheet in _TABLES if sheet in sheets]
    )
    found = {}
    for sheet in wanted:
        columns, cells = _TABLES[sheet]
        rows = [dict(zip(columns, row, strict=True)) | remarks for row in cells]
        found[sheet] = rows if sheets is None else _keep_rows(sheet, rows, sheets)
    return found


def _keep_rows(sheet: str, rows: list[dict[str, Any]], sheets: Container[str]) -> list[dict[str, Any]]:
    """The rows of a sheet that need no sheet but those wanted."""
    kept = [row for row in rows if not _needs_others(sheet, row, sheets)]
    if sheet == "processes" and "projects" not in sheets:
        return [row | {"requires": None} for row in kept]
    return kept


def _needs_others(sheet: str, row: dict[str, Any], sheets: Container[str]) -> bool:
    """Whether a row says nothing without a sheet that is not wanted."""
    if sheet in ("variants", "evidence"):
        return row["sheet"] not in sheets
    if sheet == "projects":
        return bool(row["min_stake"]) and "access" not in sheets
    if sheet != "rules":
        return False
    return (row["type"] == _COVER and "stocks" not in sheets) or (row["scenario"] != "*" and "scenarios" not in sheets)
