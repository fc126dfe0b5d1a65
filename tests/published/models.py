"""Textbook models with a published optimum as the tables of an instance: data as facts, builders of our own."""

from pathlib import Path
from typing import Any

import numpy as np

from planner_models.instance import Instance, instance
from tests.published.convert import PLAIN

Rows = list[dict[str, Any]]

BASE: dict[str, Rows] = {"periods": [{"period": "year"}], "firms": [{"firm": "planner"}]}

FACTORIES = {"Liverpool": 150_000, "Brighton": 200_000}
DEPOTS = {"Newcastle": 70_000, "Birmingham": 50_000, "London": 100_000, "Exeter": 40_000}
NEW_DEPOTS = {"Bristol": 30_000, "Northampton": 25_000}
CUSTOMERS = {"C1": 50_000, "C2": 10_000, "C3": 40_000, "C4": 35_000, "C5": 60_000, "C6": 20_000}
WAYS: dict[str, dict[str, float]] = {
    "Liverpool": {"Newcastle": 0.5, "Birmingham": 0.5, "London": 1.0, "Exeter": 0.2, "Bristol": 0.6,
                  "Northampton": 0.4, "C1": 1.0, "C3": 1.5, "C4": 2.0, "C6": 1.0},
    "Brighton": {"Birmingham": 0.3, "London": 0.5, "Exeter": 0.2, "Bristol": 0.4, "Northampton": 0.3, "C1": 2.0},
    "Newcastle": {"C2": 1.5, "C3": 0.5, "C5": 1.5, "C6": 1.0},
    "Birmingham": {"C1": 1.0, "C2": 0.5, "C3": 0.5, "C4": 1.0, "C5": 0.5},
    "London": {"C2": 1.5, "C3": 2.0, "C5": 0.5, "C6": 1.5},
    "Exeter": {"C3": 0.2, "C4": 1.5, "C5": 0.5, "C6": 1.5},
    "Bristol": {"C1": 1.2, "C2": 0.6, "C3": 0.5, "C5": 0.3, "C6": 0.8},
    "Northampton": {"C2": 0.4, "C4": 0.5, "C5": 0.6, "C6": 0.9},
}  # fmt: skip
"""Williams, Model Building in Mathematical Programming, Distribution 1 and 2: pounds per ton, tons a month."""

KEPT = {"Newcastle": 10_000.0, "Exeter": 5_000.0}
OPENED = {"Bristol": 12_000.0, "Northampton": 4_000.0}
EXPANDED = (20_000, 3_000.0)
"""What keeping or opening a depot costs a month; by how many tons Birmingham can grow, at which cost."""

KEPT_ANYWAY = sum(KEPT.values())
"""Williams counts what closing Newcastle and Exeter saves; here keeping them costs as much."""


GROWN = "Birmingham, grown"
"""Where the goods pass that Birmingham handles beyond its present capacity."""


def supply_network(limit: int | None = None) -> Instance:
    """Depots are hubs: what they pass on is limited; with a `limit`, depots open, close and grow, so many at most."""
    ways, depots, opening = WAYS, DEPOTS, dict.fromkeys(DEPOTS, 0.0)
    if limit is None:
        ways = {origin: costs for origin, costs in WAYS.items() if origin not in NEW_DEPOTS}
        ways = {
            origin: {to: cost for to, cost in costs.items() if to not in NEW_DEPOTS} for origin, costs in ways.items()
        }
    else:
        ways = {
            origin: costs | ({GROWN: costs["Birmingham"]} if "Birmingham" in costs else {})
            for origin, costs in ways.items()
        }
        ways[GROWN] = ways["Birmingham"]
        depots = DEPOTS | NEW_DEPOTS | {GROWN: EXPANDED[0]}
        opening |= KEPT | OPENED | {GROWN: EXPANDED[1]}
    limits: dict[str, Rows] = {
        "rules": [{"rule": "depots", "type": "max_open", "by": "hub", "scope": "depots", "limit": limit}],
        "logic": [{"if": f"hub[{GROWN} | goods]", "then": "hub[Birmingham | goods]", "kind": "implies"}],
    }
    return instance(
        BASE
        | {
            "regions": [
                {"region": name, "bloc": "depots" if name in DEPOTS | NEW_DEPOTS else None}
                for name in [*FACTORIES, *depots, *CUSTOMERS]
            ],
            "items": [{"item": "goods", "tier": "downstream"}],
            "processes": [{"process": "make", "tier": "downstream"}],
            "recipes": [{"process": "make", "item": "goods", "quantity": 1}],
            "sites": [{"site": name, "region": name, "firm": "planner"} for name in FACTORIES],
            "lines": [{"site": name, "process": "make", "capacity": made} for name, made in FACTORIES.items()],
            "hubs": [
                {"region": name, "item": "goods", "capacity": capacity, "opening_cost": opening[name]}
                for name, capacity in depots.items()
            ],
            "lanes": [
                {"origin": origin, "destination": destination, "item": "goods", "mode": "road", "cost": cost}
                for origin, costs in ways.items()
                for destination, cost in costs.items()
            ],
            "demand": [
                {"region": name, "item": "goods", "period": "year", "volume": volume}
                for name, volume in CUSTOMERS.items()
            ],
        }
        | (limits if limit is not None else {}),
        **PLAIN,
    )


def single_source(path: Path) -> Instance:
    """Holmberg, Ronnqvist and Yuan: sites with capacity and opening cost, customers each served whole by one site."""
    numbers = np.array(path.read_text().split(), dtype=float)
    sites, customers = numbers[:2].astype(int)
    capacity, opening = numbers[2 : 2 + sites], numbers[2 + sites : 2 + 2 * sites]
    demand = numbers[2 + 2 * sites : 2 + 2 * sites + customers]
    costs = numbers[2 + 2 * sites + customers :].reshape(customers, sites)
    places = [f"site {number:02d}" for number in range(1, sites + 1)]
    markets = [f"customer {number:03d}" for number in range(1, customers + 1)]
    return instance(
        BASE
        | {
            "regions": [{"region": name} for name in places + markets],
            "items": [{"item": "goods", "tier": "downstream"}],
            "processes": [{"process": "make", "tier": "downstream"}],
            "recipes": [{"process": "make", "item": "goods", "quantity": 1}],
            "sites": [
                {"site": place, "region": place, "firm": "planner", "status": "candidate", "opening_cost": cost}
                for place, cost in zip(places, opening, strict=True)
            ],
            "lines": [
                {"site": place, "process": "make", "capacity": most}
                for place, most in zip(places, capacity, strict=True)
            ],
            "lanes": [
                {"origin": place, "destination": market, "item": "goods", "mode": "road", "cost": cost / volume}
                for market, volume, row in zip(markets, demand, costs, strict=True)
                for place, cost in zip(places, row, strict=True)
            ],
            "demand": [
                {"region": market, "item": "goods", "period": "year", "volume": volume}
                for market, volume in zip(markets, demand, strict=True)
            ],
            "rules": [{"rule": "one site for each customer", "type": "single_source", "item": "goods"}],
        },
        **PLAIN,
    )


MILLS, TOWNS = ("GARY", "CLEV", "PITT"), ("FRA", "DET", "LAN", "WIN", "STL", "FRE", "LAF")
STEEL = ("bands", "coils", "plate")
MADE = [[400, 700, 800], [800, 1600, 1800], [200, 300, 300]]
NEEDED = [[300, 300, 100, 75, 650, 225, 250], [500, 750, 400, 250, 950, 850, 500], [100, 100, 0, 50, 200, 100, 250]]
CHARGE = [
    [3000, 1200, 1200, 1200, 2500, 3500, 2500],
    [2000, 1000, 1500, 1200, 2500, 3000, 2200],
    [2000, 1200, 1500, 1500, 2500, 3500, 2200],
]
FREIGHT = [
    [[30, 10, 8, 10, 11, 71, 6], [22, 7, 10, 7, 21, 82, 13], [19, 11, 12, 10, 25, 83, 15]],
    [[39, 14, 11, 14, 16, 82, 8], [27, 9, 12, 9, 26, 95, 17], [24, 14, 17, 13, 28, 99, 20]],
    [[41, 15, 12, 16, 17, 86, 8], [29, 9, 13, 9, 28, 99, 18], [26, 14, 17, 13, 31, 104, 20]],
]
TOGETHER, LEAST, MOST_SERVED = 625, 375, 5
"""Fourer, Gay and Kernighan, AMPL, chapter 20, multmip1 to 3: by product and mill or town; charges by mill and town."""


def multicommodity(least: float | None = None, most_served: int | None = None) -> Instance:
    """Lanes with a charge and a limit of all products together; a least load, and so many towns for each mill."""
    rules = [
        {"rule": f"towns of {mill}", "type": "max_open", "by": "lane", "scope": mill, "limit": most_served}
        for mill in MILLS
        if most_served is not None
    ]
    ways = [(i, j, mill, town) for i, mill in enumerate(MILLS) for j, town in enumerate(TOWNS)]
    lane = {"mode": "rail", "capacity": TOGETHER, "min_flow": least}
    lanes = [
        lane | {"origin": mill, "destination": town, "item": "*", "opening_cost": CHARGE[i][j]}
        for i, j, mill, town in ways
    ]
    lanes += [
        {"origin": mill, "destination": town, "item": product, "mode": "rail", "cost": FREIGHT[k][i][j]}
        for k, product in enumerate(STEEL)
        for i, j, mill, town in ways
    ]
    return instance(
        BASE
        | {
            "regions": [{"region": name} for name in (*MILLS, *TOWNS)],
            "items": [{"item": product, "tier": "downstream"} for product in STEEL],
            "processes": [{"process": product, "tier": "downstream"} for product in STEEL],
            "recipes": [{"process": product, "item": product, "quantity": 1} for product in STEEL],
            "sites": [{"site": mill, "region": mill, "firm": "planner"} for mill in MILLS],
            "lines": [
                {"site": mill, "process": product, "capacity": MADE[k][i]}
                for k, product in enumerate(STEEL)
                for i, mill in enumerate(MILLS)
            ],
            "lanes": lanes,
            "demand": [
                {"region": town, "item": product, "period": "year", "volume": NEEDED[k][j]}
                for k, product in enumerate(STEEL)
                for j, town in enumerate(TOWNS)
            ],
            "rules": rules,
        },
        **PLAIN,
    )


MONTHS = ("January", "February", "March", "April", "May", "June")
HOURS = 384
"""Hours that a machine runs in a month: 24 days of two shifts of 8 hours."""

GAINED = (10, 6, 8, 4, 11, 9, 3)
TAKEN: dict[str, dict[int, float]] = {
    "grinder": {1: 0.5, 2: 0.7, 5: 0.3, 6: 0.2, 7: 0.5},
    "vertical drill": {1: 0.1, 2: 0.2, 4: 0.3, 6: 0.6},
    "horizontal drill": {1: 0.2, 3: 0.8, 7: 0.6},
    "borer": {1: 0.05, 2: 0.03, 4: 0.07, 5: 0.1, 7: 0.08},
    "planer": {3: 0.01, 5: 0.05, 7: 0.05},
}
RUNNING: dict[str, tuple[int, ...]] = {
    "grinder": (3, 4, 4, 4, 3, 4),
    "vertical drill": (2, 2, 2, 1, 1, 2),
    "horizontal drill": (3, 1, 3, 3, 3, 2),
    "borer": (1, 1, 0, 1, 1, 1),
    "planer": (1, 1, 1, 1, 1, 0),
}
WANTED = (
    (500, 1000, 300, 300, 800, 200, 100),
    (600, 500, 200, 0, 400, 300, 150),
    (300, 600, 0, 0, 500, 400, 100),
    (200, 300, 400, 500, 200, 0, 100),
    (0, 100, 500, 100, 1000, 300, 0),
    (500, 500, 100, 300, 1100, 500, 60),
)
KEPT_AT_END, HELD_AT_MOST, HOLDING = 50, 100, 0.5
"""Williams, Factory planning 1: gains, machine hours of each product, machines that run, greatest sales; stock."""

SHELF_PRICE = 10_000.0
FOR_THE_SHELF = 7 * KEPT_AT_END * (SHELF_PRICE + HOLDING)
"""What the shelf pays for the stock that has to be left at the end, and what holding that stock costs Williams."""


def factory_planning() -> Instance:
    """Machine hours are items, so that a product takes several; the last stock is sold to a shelf, at any price."""
    products = range(1, 8)
    machines: Rows = [{"item": name, "tier": "upstream"} for name in TAKEN]
    goods: Rows = [{"item": f"product {k}", "tier": "downstream"} for k in products]
    made: Rows = [{"process": f"run {name}", "item": name, "quantity": 1} for name in TAKEN]
    made += [{"process": f"make {k}", "item": f"product {k}", "quantity": 1} for k in products]
    made += [
        {"process": f"make {k}", "item": name, "quantity": -hours}
        for name, all_ in TAKEN.items()
        for k, hours in all_.items()
    ]
    line = {"site": "works", "retirable": "no"}
    return instance(
        BASE
        | {
            "periods": [{"period": month} for month in MONTHS],
            "regions": [{"region": "plant"}, {"region": "shelf"}],
            "items": machines + goods,
            "processes": [{"process": f"run {name}", "tier": "upstream"} for name in TAKEN]
            + [{"process": f"make {k}", "tier": "downstream"} for k in products],
            "recipes": made,
            "sites": [{"site": "works", "region": "plant", "firm": "planner"}],
            "lines": [line | {"process": f"run {name}", "capacity": HOURS * RUNNING[name][0]} for name in TAKEN]
            + [line | {"process": f"make {k}", "capacity": 10_000} for k in products],
            "line_capacity": [
                {"site": "works", "process": f"run {name}", "period": month, "capacity": HOURS * count}
                for name, counts in RUNNING.items()
                for month, count in zip(MONTHS, counts, strict=True)
            ],
            "lanes": [
                {"origin": "plant", "destination": "shelf", "item": f"product {k}", "mode": "hand"} for k in products
            ],
            "stocks": [
                {"region": "plant", "item": f"product {k}", "maximum": HELD_AT_MOST, "holding_cost": HOLDING}
                for k in products
            ],
            "demand": [
                {
                    "region": "plant",
                    "item": f"product {k}",
                    "period": month,
                    "price": GAINED[k - 1],
                    "volume": row[k - 1],
                }
                for month, row in zip(MONTHS, WANTED, strict=True)
                for k in products
                if row[k - 1]
            ]
            + [
                {
                    "region": "shelf",
                    "item": f"product {k}",
                    "period": MONTHS[-1],
                    "price": SHELF_PRICE,
                    "volume": KEPT_AT_END,
                }
                for k in products
            ],
        },
        **(PLAIN | {"objective": "profit"}),
    )


COSTS_OF_SIX = (
    (100, 80, 50, 50, 60, 100), (120, 90, 60, 70, 65, 110), (140, 110, 80, 80, 75, 130),
    (160, 125, 100, 100, 80, 150), (190, 150, 130, 0, 0, 0), (200, 180, 150, 0, 0, 0),
)  # fmt: skip
DEPOT_COSTS = (3500, 9000, 10000, 4000, 3000, 9000, 9000, 3000, 4000, 10000, 9000, 3500)
DEPOT_CAPACITIES = (300, 250, 100, 180, 275, 300, 200, 220, 270, 250, 230, 180)
CENTRES = (120, 80, 75, 100, 110, 100, 90, 60, 30, 150, 95, 120)
"""Gueret, Prins, Sevaux, Applications of Optimization with Xpress-MP, e3depot: costs in thousands; 0 = none."""


def depot_location() -> Instance:
    """Twelve depots that can be opened, twelve centres; the cost of serving all of a centre's demand from a depot."""
    costs = [COSTS_OF_SIX[i % 6] + COSTS_OF_SIX[(i + 1) % 6] for i in range(12)]
    return instance(
        BASE
        | {
            "regions": [{"region": f"{kind} {i}"} for kind in ("depot", "centre") for i in range(12)],
            "items": [{"item": "goods", "tier": "downstream"}],
            "processes": [{"process": "serve", "tier": "downstream"}],
            "recipes": [{"process": "serve", "item": "goods", "quantity": 1}],
            "sites": [
                {"site": f"depot {i}", "region": f"depot {i}", "firm": "planner", "status": "candidate",
                 "opening_cost": cost}
                for i, cost in enumerate(DEPOT_COSTS)
            ],
            "lines": [
                {"site": f"depot {i}", "process": "serve", "capacity": most} for i, most in enumerate(DEPOT_CAPACITIES)
            ],
            "lanes": [
                {"origin": f"depot {i}", "destination": f"centre {j}", "item": "goods", "mode": "road",
                 "cost": cost / CENTRES[j]}
                for i, row in enumerate(costs)
                for j, cost in enumerate(row)
                if cost
            ],
            "demand": [
                {"region": f"centre {j}", "item": "goods", "period": "year", "volume": volume}
                for j, volume in enumerate(CENTRES)
            ],
        },
        **PLAIN,
    )  # fmt: skip
