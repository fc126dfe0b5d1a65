"""How fast sources may rise and fall, and how a source begins: all from rows up to the start."""

import pandas as pd

from .flows import WORLD, Flows
from .history import MINERALS, demand, fastest_market, market_regions, movement, output, public
from .sheets import years

FALL = 0.15  # own estimate for cells and vehicles, whose falls no series up to the start shows
SEED_OF_WORLD = 0.01  # own estimate: a first mine brings 1 % of the world a year where a project was public
CELL_SEED, CAR_SEED = 5.0, 1.0  # own estimates, GWh a year
Key = tuple[str, str, str]


def moves(start: int, flows: Flows) -> pd.DataFrame:
    """(item, destination) -> fall and rise a year.

    Minerals: mean fall and mean rise of their own series. Works: the mean of the minerals' falls. What grows with
    vehicles may rise like the fastest market up to the start, and at least as fast as its own market is given to grow:
    a source may always keep its share.
    """
    seen = {m: movement(m, start) for m in MINERALS}
    fall = sum(m.fall for m in seen.values()) / len(seen)
    rise = fastest_market(start)
    rows = {}
    for item, _, destination in flows:
        if item in seen:
            rows[(item, destination)] = seen[item]
        elif destination == WORLD:
            rows[(item, destination)] = (fall, max(rise, _growth(start, None)))
        else:
            rows[(item, destination)] = (FALL, max(rise, _growth(start, destination)))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["fall", "rise"])
    return table.set_index(pd.MultiIndex.from_tuples(table.index))


def _growth(start: int, destination: str | None) -> float:
    """The largest growth in a year of the batteries given for a market (None: for the world)."""
    markets = [m for m in market_regions() if destination is None or m == destination]
    whole = [sum(demand("all road vehicles", m, y) + demand("cars", m, y) for m in markets) for y in (start, *years(start))]
    return max((b / a - 1 for a, b in zip(whole, whole[1:], strict=False)), default=0.0) if markets else 0.0


def seeds(start: int, flows: Flows, lanes: pd.DataFrame) -> dict[Key, float]:
    """(item, source, destination) -> what may be added a year to nothing: where a project was public, and by lane."""
    found: dict[Key, float] = {}
    for row in public("projects", start).itertuples():
        mineral = row.process.removeprefix("mine_").removesuffix("_hpal")
        if mineral in MINERALS:
            found[(mineral, row.region, WORLD)] = SEED_OF_WORLD * float(output(mineral, start)[start].sum())
        if row.process == "mine_nickel_hpal":
            found[("cobalt", row.region, WORLD)] = SEED_OF_WORLD * float(output("cobalt", start)[start].sum())
    for row in lanes.itertuples():
        if row.item in ("cell", "car"):
            found[(row.item, row.origin, row.destination)] = CELL_SEED if row.item == "cell" else CAR_SEED
    for key in flows:
        if key[0] in ("cell", "car"):
            found.setdefault(key, CELL_SEED if key[0] == "cell" else CAR_SEED)
    return found
