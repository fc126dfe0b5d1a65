"""How fast sources may rise and fall, and how a source begins: all from rows up to the start."""

from itertools import pairwise

import pandas as pd

from .flows import WORLD, Flows, coefficients, growth_of_other_use, region_of, start_flows
from .history import MINERALS, Movement, demand, latest, market_regions, movement, output, public
from .sheets import regions, years

FALL = 0.15  # own estimate for cells and vehicles, whose falls no series up to the start shows
SEED = 0.01  # own estimate: a new source brings 1 % of what is used a year; a mine only where a project was public
CARS, OTHERS = "cars", "all road vehicles"
REST = "Rest of world"
Key = tuple[str, str, str]


def moves(start: int, flows: Flows) -> pd.DataFrame:
    """(item, destination) -> fall and rise a year.

    Minerals: what was sustained in their own series. Works: the mean of the minerals' falls. All may rise at least as
    fast as what is needed grows by the given demand, so that a source may always keep its share; what comes from cell
    and car plants may rise no faster, but for its seed.
    """
    seen = {m: _kept(movement(m, start), _need_growth(start, m)) for m in MINERALS}
    fall = sum(m.fall for m in seen.values()) / len(seen)
    rows = {}
    for item, _, destination in flows:
        if item in seen:
            rows[(item, destination)] = seen[item]
        elif destination == WORLD:
            rows[(item, destination)] = Movement(fall, _growth(start, market_regions(), (CARS, OTHERS)))
        else:
            markets = [m for m in market_regions() if m == destination] or [REST]
            uses = {"car": (CARS,), "bus": (OTHERS,)}.get(item, (CARS, OTHERS))
            rows[(item, destination)] = Movement(FALL, _growth(start, markets, uses))
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
    return max(b / a - 1 for a, b in pairwise(whole))


def _growth(start: int, markets: list[str], uses: tuple[str, ...]) -> float:
    """The largest growth in a year that is given for the batteries of some markets and uses."""
    whole = [sum(demand(u, m, y) for u in uses for m in markets) for y in (start, *years(start))]
    return max(b / a - 1 for a, b in pairwise(whole))


def seeds(start: int, flows: Flows, lanes: pd.DataFrame) -> dict[Key, float]:
    """(item, source, destination) -> what may be added a year besides: 1 % of what is used, or a public project.

    A mine that is idled can come back at its size; a cell plant of the same customs area can begin at its size.
    """
    found: dict[Key, float] = {}
    projects = public("projects", start)
    for row in projects.itertuples():
        mineral = row.process.removeprefix("mine_").removesuffix("_hpal")
        for item in {mineral, "cobalt" if row.process == "mine_nickel_hpal" else mineral} & {*MINERALS}:
            whole = float(output(item, start)[start].sum())
            key = (item, region_of("mine", row.region), WORLD)
            found[key] = max(found.get(key, 0.0), SEED * whole, row.size if "idled" in row.project else 0.0)
    used: dict[tuple[str, str], float] = {}
    for (item, _, destination), amount in flows.items():
        used[(item, destination)] = used.get((item, destination), 0.0) + amount
    area = regions(start).set_index("region")["bloc"]
    largest = projects[projects["process"] == "make_cell"].groupby("region")["size"].max()
    ways = {(r.item, r.origin, r.destination) for r in lanes.itertuples()} | {*flows}
    for key in ways:
        item, source, destination = key
        if item in ("cell", "car") and destination != WORLD:
            near = item == "cell" and area[source] == area[destination]
            found[key] = max(SEED * used[(item, destination)], float(largest.get(source, 0.0)) if near else 0.0)
    return found


def growth_rows(start: int) -> pd.DataFrame:
    """New cell capacity of a customs area: as fast as batteries in use grew in the fastest year known by 2018.

    Besides, the public projects of the area's largest year may come, so that a place without plants can begin.
    """
    projects = public("projects", start)
    projects = projects[(projects["process"] == "make_cell") & (projects["first_year"] > start)]
    area = regions(start).set_index("region")["bloc"]
    yearly = projects.groupby([projects["region"].map(area), "first_year"])["size"].sum().groupby(level=0).max()
    fastest = latest("yearly growth of batteries in use", "world", start)
    rows = {"what": "make_cell", "where": yearly.index, "max_growth": fastest, "seed": yearly.to_numpy()}
    source = "hindcast_known: batteries in use, 2017-18; seed: hindcast_projects"
    return pd.DataFrame(rows).assign(source=source, confidence="medium", note="")
