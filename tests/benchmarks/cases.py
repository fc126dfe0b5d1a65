"""Instances of a wanted number of columns, made from a fixed seed: nothing is read from disk."""

from collections.abc import Callable
from typing import Any

import numpy as np

from planner_models.instance import Instance, instance

ITEMS = [f"item {number}" for number in range(10)]
CHAIN = ("ore", "metal", "cell", "pack")
TIERS = ("upstream", "upstream", "midstream", "downstream")


def transport(columns: int) -> Instance:
    """Ten items from origins to destinations over two periods: wide rows, almost all columns are flows."""
    pairs = columns // 20
    origins = max(2, round(0.7 * pairs**0.5))
    destinations = max(2, pairs // origins)
    random = np.random.default_rng(1)
    starts = [f"origin {number}" for number in range(origins)]
    ends = [f"destination {number}" for number in range(destinations)]
    cost = random.uniform(1, 9, (origins, destinations)).tolist()
    volume = iter(random.uniform(1, 5, destinations * 20).tolist())
    return instance(
        {
            "periods": [{"period": period} for period in ("1", "2")],
            "regions": [{"region": region} for region in starts + ends],
            "items": [{"item": item, "tier": "upstream", "value": 1.0} for item in ITEMS],
            "processes": [{"process": f"make {item}", "tier": "upstream"} for item in ITEMS],
            "recipes": [{"process": f"make {item}", "item": item, "quantity": 1} for item in ITEMS],
            "firms": [{"firm": "F"}],
            "sites": [{"site": f"at {region}", "region": region, "firm": "F"} for region in starts],
            "lines": [
                {"site": f"at {region}", "process": f"make {item}", "capacity": 100.0, "unit_cost": 1.0}
                for region in starts
                for item in ITEMS
            ],
            "lanes": [
                {"origin": start, "destination": end, "item": "*", "cost": cost[row][column]}
                for row, start in enumerate(starts)
                for column, end in enumerate(ends)
            ],
            "demand": [
                {"region": end, "item": item, "period": period, "volume": next(volume), "penalty": 100.0}
                for end in ends
                for item in ITEMS
                for period in ("1", "2")
            ],
        }
    )


def tiers(columns: int) -> Instance:
    """Four items made one from the other in every region over four periods: narrow rows, modules, duties, distances."""
    count = max(4, round((columns / 16) ** 0.5))
    random = np.random.default_rng(2)
    regions = [f"region {number}" for number in range(count)]
    periods = ["1", "2", "3", "4"]
    spots: list[dict[str, Any]] = [
        {"region": region, "bloc": f"bloc {number % 9}", "latitude": float(latitude), "longitude": float(longitude)}
        for number, (region, latitude, longitude) in enumerate(
            zip(regions, random.uniform(-50, 60, count), random.uniform(-170, 170, count), strict=True)
        )
    ]
    steps = list(zip(CHAIN, (None, *CHAIN), TIERS, strict=False))
    made = [{"process": f"make {item}", "item": item, "quantity": 1.0} for item in CHAIN]
    used = [{"process": f"make {item}", "item": before, "quantity": -1.2} for item, before, _ in steps if before]
    lines = [(region, item) for region in regions for item in CHAIN]
    running = random.uniform(1, 3, len(lines)).tolist()
    capacity = random.uniform(0, 40, len(lines)).tolist()
    volume = random.uniform(1, 30, (count, 4)).tolist()
    return instance(
        {
            "periods": [{"period": period, "years": 5} for period in periods],
            "regions": spots,
            "items": [{"item": item, "tier": tier, "mass": 1.0, "value": 5.0} for item, _, tier in steps],
            "processes": [{"process": f"make {item}", "tier": tier} for item, _, tier in steps],
            "recipes": made + used,
            "firms": [{"firm": "F"}],
            "sites": [{"site": f"at {region}", "region": region, "firm": "F"} for region in regions],
            "lines": [
                {"site": f"at {region}", "process": f"make {item}", "capacity": most, "unit_cost": cost}
                for (region, item), most, cost in zip(lines, capacity, running, strict=True)
            ],
            "options": [
                {
                    "option": "module",
                    "process": f"make {item}",
                    "site": "*",
                    "size": 20.0,
                    "capex": 30.0,
                    "life": 10.0,
                    "max_modules": 3,
                    "fixed_cost": 1.0,
                }
                for item in CHAIN
            ],
            "lanes": [
                {"origin": start, "destination": end, "item": "*", "cost_per_tkm": 50.0, "lead_days": 20.0}
                for start in regions
                for end in regions
                if start != end
            ],
            "duties": [
                {"origin": "*", "destination": f"bloc {bloc}", "item": item, "rate": 0.02 * bloc}
                for bloc in range(1, 9)
                for item in CHAIN[1:]
            ],
            "demand": [
                {"region": region, "item": "pack", "period": period, "volume": amount, "penalty": 100.0}
                for region, amounts in zip(regions, volume, strict=True)
                for period, amount in zip(periods, amounts, strict=True)
            ],
        },
        discount_rate=0.07,
    )


CASES: dict[str, Callable[[int], Instance]] = {"transport": transport, "tiers": tiers}
"""Number of columns, roughly, -> an instance that has that many."""
