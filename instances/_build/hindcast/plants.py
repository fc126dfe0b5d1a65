"""Sites, lines and what can be built: mines and refineries by place, cell plants by maker and place, car plants."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ..ev_global.tables import significant
from .flows import POOLED, Flows, made_in, mined_per_lithium_used, region_of
from .history import LAST, MINERALS, latest, public, read
from .scale import capex_factor, unit_cost

SLACK = 1.1  # own estimate: what stands could make a tenth more than in the year of the start
GENERIC_AFTER = 3  # own estimate: years from a decision at the start to cells of a plant that nobody had announced
RAMP = 0.5  # own estimate, as in ev_global: half of a mine's size in its first year
PARTS = 10  # a project can be built in tenths, as it is in the world, in phases
BRINE = ("Chile", "Argentina")
FIXED_SHARE = 0.03  # own estimate: fixed cost a year over capex
ESTIMATE = {"source": "own estimate", "confidence": "low", "note": ""}
Row = dict[str, Any]


def sustained_use(start: int) -> float:
    """How much of a cell plant's effective capacity is used in a good year: mean of the largest maker to the start.

    Known from 2019 on; before, the mean of these years is taken as an estimate.
    """
    rows = read("hindcast_known")
    rows = rows[rows["measure"] == "cell capacity utilisation"]
    return (
        float(rows["value"].mean())
        if start < rows["year"].min()
        else float(rows["value"][rows["year"] <= start].mean())
    )


def line(site: str, region: str, firm: str, process: str, capacity: float, **more: Any) -> Row:
    """One site with its one line."""
    given = {"unit_cost": None, **ESTIMATE} | more
    return {
        "site": site,
        "region": region,
        "firm": firm,
        "process": process,
        "capacity": significant(capacity),
        **given,
    }


def _by_place(start: int, flows: Flows) -> Iterator[Row]:
    """Mines and works of chemicals: a line per place, at its cost, with the output of the start and some slack."""
    costs = {(r.process, region_of(r.process, r.place)): r for r in read("hindcast_costs").itertuples()}
    items = {f"mine_{m}": m for m in MINERALS} | POOLED
    planned = public("projects", start)
    for process, item in items.items():
        for (flow, region, _), amount in flows.items():
            if flow != item:
                continue
            cost = costs[(process, region)]
            remarks = {"source": cost.source, "confidence": cost.confidence, "note": ""}
            name = f"{process} {cost.place}".replace("_", " ").capitalize()
            yield line(name, region, "Industry", process, SLACK * amount, unit_cost=cost.unit_cost, **remarks)
    for place in planned[planned["process"] == "mine_nickel_hpal"]["region"].unique():
        region = region_of("mine", place)
        cost = costs[("mine_nickel_hpal", region)]
        yield line(f"HPAL {place}", region, "Industry", "mine_nickel_hpal", 0.0, unit_cost=cost.unit_cost)


def _cells(start: int, flows: Flows, places: pd.DataFrame) -> Iterator[Row]:
    """Cell plants of each maker in each country: what is used in a good year, and at least what was made."""
    plants = read("hindcast_cell_plants")
    made = made_in({key: amount for key, amount in flows.items() if key[0] == "cell"})
    process = read("hindcast_processes").set_index("process").loc["make_cell"]
    for row in plants[plants["start"] == start].itertuples():
        remarks = {"source": row.source, "confidence": row.confidence, "note": ""}
        capacity = max(sustained_use(start) * row.effective, made.get(row.region, 0.0))
        cost = unit_cost(row.firm, places.loc[row.region], process, start)
        yield line(f"Cells {row.region}", row.region, row.firm, "make_cell", capacity, unit_cost=cost, **remarks)


def _vehicles(flows: Flows) -> Iterator[Row]:
    """Packs without a limit (their chemistry is limited by rules) and car plants with the output of the start."""
    for item, process in (("car", "assemble_car"), ("bus", "assemble_bus")):
        for region, amount in made_in({k: v for k, v in flows.items() if k[0] == item}).items():
            yield line(f"{process} {region}", region, "Car makers", process, SLACK * amount)
            if item == "car":
                for path in ("lfp", "ncm"):
                    yield line(f"Packs {path.upper()} {region}", region, "Car makers", f"pack_{path}", 5000.0)


def line_rows(start: int, flows: Flows, places: pd.DataFrame) -> pd.DataFrame:
    """All lines with their site, region and firm; `places` is the sheet regions."""
    cells = _cells(start, flows, places.set_index("region"))
    return pd.DataFrame([*_by_place(start, flows), *cells, *_vehicles(flows)])


def nameplate_excess(start: int) -> float:
    """Chinese nameplate capacity of the start that was not effective (GWh/year): it stays when shares are compared."""
    if start < 2020:
        return 0.0
    plants = read("hindcast_cell_plants")
    mine = plants[(plants["start"] == start) & plants["region"].str.startswith("China")]
    return latest("cell capacity, nameplate", "China", start) - float(mine["effective"].sum())


def option_rows(start: int, lines: pd.DataFrame) -> pd.DataFrame:
    """Announced projects, from the year in which they could run; and more of the same where a plant can be repeated."""
    capex = read("hindcast_processes").set_index("process")
    sites = lines.set_index(["process", "region"])["site"]
    rows = [_project(r, capex, sites, start) for r in _public_projects(start)]
    rows += [_generic(r, capex, start) for r in lines.to_dict("records")]
    table = pd.DataFrame([r for r in rows if r is not None])
    makers = lines[lines["process"] == "make_cell"].set_index("site")["firm"]
    scale = table["site"].map({site: capex_factor(firm, start) for site, firm in makers.items()}).fillna(1.0)
    return table.assign(**{c: (table[c] * scale).map(significant) for c in ("capex", "fixed_cost")})


def _public_projects(start: int) -> Iterator[Any]:
    """Announced projects; lithium from brine is refined where the brine is, so that the works come with the wells."""
    for row in public("projects", start).itertuples():
        yield row
        if row.process == "mine_lithium" and row.region in BRINE:
            yield row._replace(process="refine_lithium", size=row.size / mined_per_lithium_used(start))


def _option(site: str, process: str, name: str, size: float, first: int, modules: int, capex: pd.DataFrame) -> Row:
    size, modules = size / PARTS, modules * PARTS
    money = float(capex.loc[process, "capex"]) * size
    return {
        "site": site,
        "process": process,
        "option": name,
        "size": significant(size),
        "capex": significant(money),
        "fixed_cost": significant(FIXED_SHARE * money),
        "life": float(capex.loc[process, "life"]),
        "max_modules": modules,
        "first_period": str(first) if first <= LAST else None,
        "ramp": RAMP if process.startswith("mine_") else 1.0,
    }


def _project(row: Any, capex: pd.DataFrame, sites: pd.Series, start: int) -> Row | None:
    """An announced project; one that could run by the start is in what stands."""
    region = region_of(row.process, row.region) if row.process.startswith(("mine", "refine")) else row.region
    if (row.process, region) not in sites.index or not start < row.first_year <= LAST:
        return None
    size = row.size * (sustained_use(start) if row.process == "make_cell" else 1.0)
    made = _option(sites[(row.process, region)], row.process, row.project, size, row.first_year, 1, capex)
    return made | {"source": row.source, "confidence": row.confidence, "note": f"public {row.public}"}


def _generic(row: Row, capex: pd.DataFrame, start: int) -> Row | None:
    """Works, packs and car plants can be repeated from the first year on, cell plants after some years, mines not."""
    process = row["process"]
    brine = process == "refine_lithium" and row["region"].startswith(BRINE)
    if process.startswith(("mine_", "pack_")) or brine:
        return None
    if process == "make_cell":
        size, first = 10.0 * sustained_use(start), start + GENERIC_AFTER
    elif process.startswith("assemble"):
        size, first = 5.0, start + 1
    else:
        size, first = max(1.0, significant(0.1 * row["capacity"], 2)), start + 1
    return _option(row["site"], process, "more", size, first, 1000, capex) | ESTIMATE
