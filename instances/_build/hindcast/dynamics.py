"""How fast sources may rise and fall, and how a source begins: all from rows up to the start."""

import pandas as pd

from .flows import WORLD, Flows, coefficients, growth_of_other_use, start_flows
from .history import MINERALS, Movement, demand, fastest_market, market_regions, movement, output, public
from .sheets import years

FALL = 0.15  # own estimate for cells and vehicles, whose falls no series up to the start shows
SEED_OF_WORLD = 0.01  # own estimate: a first mine brings 1 % of the world a year where a project was public
CELL_SEED, CAR_SEED = 5.0, 1.0  # own estimates, GWh a year
Key = tuple[str, str, str]


def moves(start: int, flows: Flows) -> pd.DataFrame:
    """(item, destination) -> fall and rise a year.

    Minerals: what was sustained in their own series. Works: the mean of the minerals' falls. What grows with vehicles
    may rise like the fastest market up to the start. All may rise at least as fast as what is needed grows by the given
    demand, so that a source may always keep its share.
    """
    seen = {m: _kept(movement(m, start), _need_growth(start, m)) for m in MINERALS}
    fall = sum(m.fall for m in seen.values()) / len(seen)
    rise = fastest_market(start)
    rows = {}
    for item, _, destination in flows:
        if item in seen:
            rows[(item, destination)] = seen[item]
        elif destination == WORLD:
            rows[(item, destination)] = Movement(fall, rise)
        else:
            use = "cars" if item == "car" else None
            rows[(item, destination)] = Movement(FALL, max(rise, _growth(start, destination, use)))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["fall", "rise"])
    return table.set_index(pd.MultiIndex.from_tuples(table.index))


def _kept(seen: Movement, need: float) -> Movement:
    """A movement whose rise is at least the growth of what is needed."""
    return Movement(seen.fall, max(seen.rise, need))


def _need_growth(start: int, mineral: str) -> float:
    """The largest growth in a year of what is needed of a mineral, if the batteries of all cars were ternary."""
    item = "graphite" if mineral == "graphite" else f"{mineral}_refined"
    process = "make_anode" if mineral == "graphite" else "make_cathode_ncm"
    per_gwh = coefficients(start)[(process, item)]
    other, growth = start_flows(start)[1][item], growth_of_other_use(start)[item]
    whole = [
        other * (1 + growth) ** (year - start) + per_gwh * sum(demand("cars", m, year) for m in market_regions())
        for year in (start, *years(start))
    ]
    return max(b / a - 1 for a, b in zip(whole, whole[1:], strict=False))


def _growth(start: int, market: str, use: str | None) -> float:
    """The largest growth in a year that is given for a market's batteries (of one use, or of all)."""
    if market not in market_regions():
        return 0.0
    uses = ("cars", "all road vehicles") if use is None else (use,)
    whole = [sum(demand(u, market, y) for u in uses) for y in (start, *years(start))]
    return max(b / a - 1 for a, b in zip(whole, whole[1:], strict=False))


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
