"""Who supplied whom in the year of the start: shares times what was used, through all tiers."""

from functools import cache

from .history import MARKETS, MINERALS, demand, latest, market_regions, output, read

WORLD = "World market"
LFP_REGION = {"China": "China", "Europe": "Europe", "United States": "North America"}
POOLED = {
    "make_cathode_lfp": "cathode_lfp",
    "make_cathode_ncm": "cathode_ncm",
    "make_anode": "anode",
    "refine_lithium": "lithium_refined",
    "refine_nickel": "nickel_refined",
    "refine_cobalt": "cobalt_refined",
}
"""Process -> item that goes to a market of the whole world, so that only its origin matters."""
STAGES = {"mine": "mines", "refine": "refining", "make_cathode": "cathodes", "make_anode": "anodes"}
Flows = dict[tuple[str, str, str], float]


def region_of(process: str, place: str) -> str:
    """The region of a stage in a place, so that nothing that arrives for one stage can leave as if made by another."""
    if place == WORLD:
        return place
    stage = next(name for start, name in STAGES.items() if process.startswith(start))
    return f"{place} ({stage})"


def bilateral(start: int, item: str, use: dict[str, float]) -> Flows:
    """(item, source, destination) -> amount, from the shares of sources in what a destination uses."""
    rows = read("hindcast_flows")
    rows = rows[(rows["start"] == start) & (rows["item"] == item)]
    return {(item, r.source_region, r.destination): r.share * use.get(r.destination, 0.0) for r in rows.itertuples()}


def made_in(flows: Flows) -> dict[str, float]:
    """What each source supplies in all."""
    made: dict[str, float] = {}
    for (_, source, _), amount in flows.items():
        made[source] = made.get(source, 0.0) + amount
    return made


def lfp_share(region: str, start: int) -> float:
    """Share of LFP in car batteries of a region in the year of the start."""
    return latest("LFP share of BEV batteries", LFP_REGION.get(region, "Other Asia"), start)


def coefficients(start: int) -> dict[tuple[str, str], float]:
    """(process, item) -> amount used per unit of activity."""
    rows = read("hindcast_recipes")
    used = {(r.process, r.item): -r.quantity for r in rows.itertuples() if not r.quantity > 0}
    used[("refine_lithium", "lithium")] = mined_per_lithium_used(start)
    return used


def mined_per_lithium_used(start: int) -> float:
    """Mined over consumed lithium in the year of the start: losses and stocks are taken to keep that share."""
    return float(output("lithium", start)[start].sum()) / latest("lithium consumption", "world", start)


def battery_use(cathodes: dict[str, float], cells: float, start: int) -> dict[str, float]:
    """Item -> amount that batteries use, for GWh of each cathode and of cells."""
    used = coefficients(start)
    amounts = {f"{m}_refined": 0.0 for m in ("lithium", "nickel", "cobalt")}
    for cathode, gwh in cathodes.items():
        for item in amounts:
            amounts[item] += gwh * used.get((f"make_{cathode}", item), 0.0)
    return amounts | {"graphite": cells * used[("make_anode", "graphite")]}


def other_use(start: int, batteries: dict[str, float]) -> dict[str, float]:
    """Item -> what other industries use in the year of the start: world output less batteries."""
    whole = {f"{m}_refined": float(output(m, start)[start].sum()) for m in ("nickel", "cobalt")}
    whole["lithium_refined"] = latest("lithium consumption", "world", start)
    whole["graphite"] = float(output("graphite", start)[start].sum())
    return {item: max(0.0, amount - batteries[item]) for item, amount in whole.items()}


def growth_of_other_use(start: int) -> dict[str, float]:
    """Item -> yearly growth of what other industries use, from the first year known to the start, at least 0.

    All batteries of earlier years are counted as ternary ones of cars; lithium has no earlier consumption than 2018.
    """
    growth = {"lithium_refined": 0.0}
    used, first = coefficients(start), 2015
    for mineral in ("nickel", "cobalt", "graphite"):
        item = mineral if mineral == "graphite" else f"{mineral}_refined"
        per_gwh = used[("make_anode", "graphite")] if mineral == "graphite" else used[("make_cathode_ncm", item)]
        table = output(mineral, start)
        rest = [
            float(table[y].sum()) - per_gwh * sum(demand("cars", m, y) for m in market_regions())
            for y in (first, start)
        ]
        growth[item] = max(0.0, (rest[1] / rest[0]) ** (1 / (start - first)) - 1)
    return growth


def other_cells(start: int, year: int) -> float:
    """Cells made in China for other uses than vehicles, in GWh."""
    rows = read("hindcast_other_cells")
    rows = rows[rows["start"] == start].set_index("year")["gwh"]
    return float(rows[year]) if year in rows.index else float(rows.iloc[0]) * float(rows.iloc[0] / rows.iloc[1])


@cache
def start_flows(start: int) -> tuple[Flows, dict[str, float]]:
    """All flows of the year of the start, and what other industries used of each item; not to be changed."""
    flows: Flows = {}
    assembled: dict[str, dict[str, float]] = {}
    for use, item in MARKETS.items():
        sold = {m: demand(use, m, start) for m in market_regions()}
        made = bilateral(start, item, sold)
        flows |= made
        assembled[item] = made_in(made)
    buses = assembled["bus"]
    cells = {r: assembled["car"].get(r, 0.0) + buses.get(r, 0.0) for r in {*assembled["car"], *buses}}
    flows |= bilateral(start, "cell", cells)
    key = ("cell", "China (others)", "China")
    flows[key] += other_cells(start, start)
    lfp = sum(gwh * lfp_share(r, start) for r, gwh in assembled["car"].items()) + 0.947 * sum(buses.values())
    cathodes = {"cathode_lfp": lfp, "cathode_ncm": sum(cells.values()) - lfp}
    whole = sum(cells.values()) + other_cells(start, start)
    batteries = battery_use(cathodes, whole, start)
    others = other_use(start, batteries)
    total = cathodes | {"anode": whole} | {i: batteries[i] + others[i] for i in batteries}
    flows |= _pooled(start, total)
    return flows, others


def _pooled(start: int, total: dict[str, float]) -> Flows:
    """Flows to the market of the whole world: processed goods by share, minerals by mine output."""
    rows = read("hindcast_shares")
    rows = rows[rows["start"] == start]
    flows: Flows = {}
    for r in rows.itertuples():
        item = POOLED[r.process]
        flows[(item, region_of(r.process, r.place), WORLD)] = r.share * total[item]
    for mineral in MINERALS:
        table = output(mineral, start)[start]
        flows |= {(mineral, region_of("mine", str(place)), WORLD): float(kt) for place, kt in table.items()}
    return flows
