"""Turns OR-Library's capacitated warehouse location files into instance workbooks.

Run it from the repository's root: `python -m instances._build.facility_location`. The mapping and the format of the
files are described in `tables/facility_location/README.md`.
"""

from pathlib import Path

import pandas as pd

from . import INSTANCES

FOLDER = INSTANCES / "facility_location"
DATA = Path(__file__).parent / "tables" / "facility_location"
CHOSEN = ("cap41", "cap44", "cap61", "cap71", "cap74")


def facility_location(path: Path) -> dict[str, pd.DataFrame]:
    """The sheets of one warehouse location problem; amounts are those of the file, read as money."""
    numbers = [float(word) for word in path.read_text().split()]
    warehouses, customers = int(numbers[0]), int(numbers[1])
    offers = list(zip(numbers[2::2], numbers[3::2], strict=False))[:warehouses]
    start, width = 2 + 2 * warehouses, 1 + warehouses
    orders = [numbers[start + width * row : start + width * (row + 1)] for row in range(customers)]
    origins = [f"W{number:02d}" for number in range(1, warehouses + 1)]
    markets = [f"C{number:02d}" for number in range(1, customers + 1)]
    rows = {
        "settings": _settings(path.stem),
        "periods": [{"period": "year", "years": 1}],
        "regions": [{"region": name} for name in origins + markets],
        "items": [{"item": "goods", "tier": "downstream", "unit": "unit"}],
        "processes": [{"process": "ship", "tier": "downstream"}],
        "recipes": [{"process": "ship", "item": "goods", "quantity": 1}],
        "firms": [{"firm": "planner", "home": "yes"}],
        "sites": [
            {
                "site": f"warehouse {name}",
                "region": name,
                "firm": "planner",
                "status": "candidate",
                "opening_cost": fixed,
            }
            for name, (_, fixed) in zip(origins, offers, strict=True)
        ],
        "lines": [
            {"site": f"warehouse {name}", "process": "ship", "capacity": capacity, "retirable": "no"}
            for name, (capacity, _) in zip(origins, offers, strict=True)
        ],
        "lanes": [
            {"origin": origin, "destination": market, "item": "goods", "mode": "road", "cost": cost / order[0]}
            for market, order in zip(markets, orders, strict=True)
            for origin, cost in zip(origins, order[1:], strict=True)
        ],
        "demand": [
            {"region": market, "item": "goods", "period": "year", "volume": order[0]}
            for market, order in zip(markets, orders, strict=True)
        ],
    }
    return {sheet: pd.DataFrame(content) for sheet, content in rows.items()}


def _settings(name: str) -> list[dict[str, object]]:
    values = {"name": name, "base_year": 2024, "discount_rate": 0, "objective": "cost", "mip_gap": 0}
    return [{"key": key, "value": value} for key, value in values.items()]


def main() -> None:
    """Write the chosen workbooks."""
    from planner.workbook.write import write_instance

    for name in CHOSEN:
        write_instance(facility_location(DATA / f"{name}.txt"), FOLDER / f"{name}.xlsx")


if __name__ == "__main__":
    main()
