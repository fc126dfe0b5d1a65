"""Writes `tiny.xlsx`: three tiers, two regions, three years, and one decision a reader can follow by hand.

Vehicles are sold in the north. Their cells come from a firm in the south, which uses ore of the planner's own mine,
until a duty from 2026 on makes a cell plant in the north worth its money: small or large, ordered a year ahead. All
figures are invented so that the optimum has few digits; `tests/test_tiny.py` works it out.

Run it from the repository's root: `python -m instances._build.tiny`.
"""

from typing import Any

import pandas as pd

from . import INSTANCES

TARGET = INSTANCES / "tiny.xlsx"

SETTINGS = {
    "name": "tiny",
    "currency": "USD",
    "base_year": 2025,
    "discount_rate": 0.25,
    "objective": "cost",
    "mip_gap": 0,
}

TABLES: dict[str, list[dict[str, Any]]] = {
    "periods": [{"period": "2025", "years": 1}, {"period": "2026", "years": 1}, {"period": "2027", "years": 1}],
    "regions": [
        {"region": "north", "latitude": 52, "longitude": 10, "wage": 50, "energy_price": 0.1},
        {"region": "south", "latitude": -30, "longitude": -70, "wage": 10, "energy_price": 0.05},
    ],
    "items": [
        {"item": "ore", "tier": "upstream", "unit": "kt", "value": 10, "mass": 1000},
        {"item": "cell", "tier": "midstream", "unit": "GWh", "value": 80, "mass": 5000, "critical": "yes"},
        {"item": "vehicle", "tier": "downstream", "unit": "thousand", "value": 30, "mass": 1500},
    ],
    "processes": [
        {"process": "mining", "tier": "upstream", "intensity": "resource", "other_cost": 5},
        {"process": "cell making", "tier": "midstream", "intensity": "capital", "energy": 50_000_000, "other_cost": 30},
        {"process": "assembly", "tier": "downstream", "intensity": "labour", "labour": 20_000, "other_cost": 10},
    ],
    "recipes": [
        {"process": "mining", "item": "ore", "quantity": 1},
        {"process": "cell making", "item": "ore", "quantity": -2},
        {"process": "cell making", "item": "cell", "quantity": 1},
        {"process": "assembly", "item": "cell", "quantity": -0.05},
        {"process": "assembly", "item": "vehicle", "quantity": 1},
    ],
    "firms": [{"firm": "planner", "home": "yes"}, {"firm": "rival", "home": "no"}],
    "sites": [
        {"site": "mine", "region": "south", "firm": "planner"},
        {"site": "rival plant", "region": "south", "firm": "rival"},
        {
            "site": "cell plant",
            "region": "north",
            "firm": "planner",
            "status": "candidate",
            "opening_cost": 20,
            "fixed_cost": 5,
        },
        {"site": "car plant", "region": "north", "firm": "planner"},
    ],
    "lines": [
        {"site": "mine", "process": "mining", "capacity": 25, "fixed_cost": 20},
        {"site": "rival plant", "process": "cell making", "capacity": 12, "fixed_cost": 60, "unit_cost": 40},
        {"site": "cell plant", "process": "cell making", "capacity": 0},
        {"site": "car plant", "process": "assembly", "capacity": 200, "fixed_cost": 50},
    ],
    "options": [
        {
            "site": "cell plant",
            "process": "cell making",
            "option": name,
            "size": size,
            "capex": capex,
            "fixed_cost": fixed_cost,
            "lead_periods": 1,
            "life": 3,
        }
        for name, size, capex, fixed_cost in (("small", 5, 122, 10), ("large", 10, 195.2, 15))
    ],
    "lanes": [
        {"origin": "south", "destination": "north", "item": "*", "mode": "sea", "cost": 0.5, "lead_days": 36.5},
        {"origin": "south", "destination": "north", "item": "cell", "mode": "sea", "cost": 2, "lead_days": 36.5},
    ],
    "duties": [{"origin": "south", "destination": "north", "item": "cell", "rate": 0.25, "from": "2026"}],
    "demand": [
        {"region": "north", "item": "vehicle", "period": period, "price": 30, "volume": volume}
        for period, volume in (("2025", 100), ("2026", 100), ("2027", 200))
    ],
}


def tiny() -> dict[str, pd.DataFrame]:
    """The sheets of the workbook."""
    settings = [{"key": key, "value": value} for key, value in SETTINGS.items()]
    return {"settings": pd.DataFrame(settings)} | {sheet: pd.DataFrame(rows) for sheet, rows in TABLES.items()}


def main() -> None:
    """Write the workbook beside this file."""
    from planner.workbook.write import write_instance

    write_instance(tiny(), TARGET)


if __name__ == "__main__":
    main()
