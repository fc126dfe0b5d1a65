"""Published network design instances as the tables of an instance; see `data/README.md` for the file formats."""

from pathlib import Path
from typing import Any

import numpy as np

from planner_models.instance import Instance, instance

DATA = Path(__file__).parent / "data"
PLAIN = {"discount_rate": 0, "objective": "cost", "mip_gap": 0}
"""One period of one year and no discounting: amounts count as the file gives them."""


def optima(folder: str) -> dict[str, float]:
    """The published optimum of each file of a folder of `data`."""
    rows = (DATA / folder / "optima.csv").read_text().split()[1:]
    return {name: float(value) for name, value in (row.split(",") for row in rows)}


def two_stage(path: Path) -> Instance:
    """Plants make raw_p, hubs turn it into good_p: one opening cost per place, a capacity per place and product."""
    numbers = np.array(path.read_text().split(), dtype=float)
    plants, hubs, customers, products = numbers[:4].astype(int)
    blocks = _split(
        numbers[4:],
        (customers, products),
        (plants, products + 1),
        (products, plants, hubs),
        (hubs, products + 1),
        (products, hubs, customers),
    )
    demand, plant, inbound, hub, outbound = blocks
    origins, middles, markets = _names("plant", plants), _names("hub", hubs), _names("market", customers)
    names = range(1, products + 1)
    lines = _lines("make", origins, plant) + _lines("handle", middles, hub)
    return instance(
        {
            "periods": [{"period": "year"}],
            "regions": [{"region": name} for name in origins + middles + markets],
            "items": [{"item": f"{kind}_{p}", "tier": "midstream"} for kind in ("raw", "good") for p in names],
            "processes": [
                {"process": f"{verb}_{p}", "tier": "midstream"} for verb in ("make", "handle") for p in names
            ],
            "recipes": [row for p in names for row in _two_stage_recipes(p)],
            "firms": [{"firm": "planner"}],
            "sites": _sites(origins, plant) + _sites(middles, hub),
            "lines": lines,
            "lanes": _lanes("raw", origins, middles, inbound) + _lanes("good", middles, markets, outbound),
            "demand": [
                {"region": market, "item": f"good_{p}", "period": "year", "volume": demand[row, p - 1]}
                for row, market in enumerate(markets)
                for p in names
            ],
        },
        **PLAIN,
    )


def network_design(path: Path) -> Instance:
    """Nodes are regions, arcs are lanes open to every item, a commodity is an item made at its origin, free of cost."""
    numbers = np.array(path.read_text().split()[1:], dtype=float)
    nodes, arcs, commodities = numbers[:3].astype(int)
    arc, commodity = _split(numbers[3:], (arcs, 7), (commodities, 3))
    node, item = _names("node", nodes), _names("commodity", commodities)
    wanted = [(item[row], node[int(o) - 1], node[int(d) - 1], volume) for row, (o, d, volume) in enumerate(commodity)]
    return instance(
        {
            "periods": [{"period": "year"}],
            "regions": [{"region": name} for name in node],
            "items": [{"item": name, "tier": "downstream"} for name in item],
            "processes": [{"process": f"make {name}", "tier": "downstream"} for name in item],
            "recipes": [{"process": f"make {name}", "item": name, "quantity": 1} for name in item],
            "firms": [{"firm": "planner"}],
            "sites": [
                {"site": f"source {origin}", "region": origin, "firm": "planner"}
                for origin in sorted({origin for _, origin, _, _ in wanted})
            ],
            "lines": [
                {"site": f"source {origin}", "process": f"make {name}", "capacity": volume, "retirable": "no"}
                for name, origin, _, volume in wanted
            ],
            "lanes": [
                {
                    "origin": node[int(tail) - 1],
                    "destination": node[int(head) - 1],
                    "item": "*",
                    "mode": "arc",
                    "cost": cost,
                    "capacity": capacity,
                    "opening_cost": fixed,
                }
                for tail, head, cost, capacity, fixed, _, _ in arc
            ],
            "demand": [
                {"region": destination, "item": name, "period": "year", "volume": volume}
                for name, _, destination, volume in wanted
            ],
        },
        **PLAIN,
    )


def _split(numbers: np.ndarray, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """The numbers cut into blocks of the given shapes; ValueError if they do not fill them exactly."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    if sum(sizes) != len(numbers):
        raise ValueError(f"{len(numbers)} numbers where {sum(sizes)} are announced")
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _names(kind: str, count: int) -> list[str]:
    return [f"{kind} {number:02d}" for number in range(1, count + 1)]


def _two_stage_recipes(product: int) -> list[dict[str, Any]]:
    return [
        {"process": f"make_{product}", "item": f"raw_{product}", "quantity": 1},
        {"process": f"handle_{product}", "item": f"raw_{product}", "quantity": -1},
        {"process": f"handle_{product}", "item": f"good_{product}", "quantity": 1},
    ]


def _sites(places: list[str], table: np.ndarray) -> list[dict[str, Any]]:
    """A candidate site per place; the last column of `table` is what opening it costs."""
    return [
        {"site": place, "region": place, "firm": "planner", "status": "candidate", "opening_cost": row[-1]}
        for place, row in zip(places, table, strict=True)
    ]


def _lines(verb: str, places: list[str], table: np.ndarray) -> list[dict[str, Any]]:
    """A line per place and product; the columns of `table` but the last are capacities."""
    return [
        {"site": place, "process": f"{verb}_{product}", "capacity": capacity, "retirable": "no"}
        for place, row in zip(places, table, strict=True)
        for product, capacity in enumerate(row[:-1], start=1)
    ]


def _lanes(kind: str, origins: list[str], destinations: list[str], costs: np.ndarray) -> list[dict[str, Any]]:
    """A lane per product, origin and destination; `costs` has that shape."""
    return [
        {"origin": origin, "destination": destination, "item": f"{kind}_{product}", "mode": "road", "cost": cost}
        for product, matrix in enumerate(costs, start=1)
        for origin, row in zip(origins, matrix, strict=True)
        for destination, cost in zip(destinations, row, strict=True)
    ]
