"""Hypothesis strategies for small random instances that a brute force can still enumerate."""

from itertools import product
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]
Rows = list[Row]
Tables = dict[str, Rows]


def _sometimes(draw: st.DrawFn, often: int = 3) -> bool:
    """Yes once in `often`; shrinks to no."""
    return draw(st.integers(0, often - 1)) == often - 1


def _amount(draw: st.DrawFn, low: int = 0, high: int = 9) -> float:
    """A number with one decimal at most, so that sums stay well scaled."""
    return draw(st.integers(2 * low, 2 * high)) / 2


@st.composite
def small_instances(draw: st.DrawFn, most_periods: int = 2) -> tuple[Tables, Row]:
    """Tables and settings: a chain of one to three items, one to three regions, a few periods, the odd rare feature.

    Given to `instance.instance` by the test itself, so that a failing example prints as it would be written.
    """
    items = [f"item {number}" for number in range(draw(st.integers(1, 3)))]
    periods = [f"period {number}" for number in range(draw(st.integers(1, most_periods)))]
    regions = [f"region {number}" for number in range(draw(st.integers(1, 3)))]
    processes = _processes(draw, items)
    names = [row["process"] for row in processes]
    firms = [{"firm": "own", "home": "yes"}, {"firm": "other", "home": "no"}]
    objective = draw(st.sampled_from(["cost", "profit"]))
    sites = _sites(draw, regions, periods)
    lines = _lines(draw, names, sites, periods)
    tables = {
        "periods": [{"period": name, "years": draw(st.integers(1, 3))} for name in periods],
        "regions": _regions(draw, regions),
        "items": _items(draw, items),
        "processes": processes,
        "recipes": _recipes(draw, items, names),
        "firms": firms,
        "sites": sites,
        "lines": lines,
        "line_capacity": _line_capacity(draw, sites, lines, periods),
        "options": _options(draw, names, sites, periods),
        "lanes": _lanes(draw, regions, items),
        "duties": _duties(draw, regions, items, periods),
        "demand": _demand(draw, regions, items, periods, objective),
        "stocks": _stocks(draw, regions, items),
    }
    settings: Row = {"objective": objective, "mip_gap": 0, "discount_rate": draw(st.sampled_from([0, 0.1]))}
    if _sometimes(draw):
        settings["shortage_penalty"] = _amount(draw, 1, 30)
    return {sheet: rows for sheet, rows in tables.items() if rows}, settings


def _regions(draw: st.DrawFn, regions: list[str]) -> Rows:
    return [
        {
            "region": name,
            "bloc": draw(st.sampled_from([None, "bloc"])),
            "latitude": draw(st.integers(-60, 60)),
            "longitude": draw(st.integers(-180, 180)),
            "wage": _amount(draw),
            "energy_price": _amount(draw, 0, 1),
            "wacc": draw(st.sampled_from([None, 0, 0.08])),
            "capex_index": draw(st.sampled_from([1, 1.5])),
        }
        for name in regions
    ]


def _items(draw: st.DrawFn, items: list[str]) -> Rows:
    tiers = ("upstream", "midstream", "downstream")
    return [
        {
            "item": name,
            "tier": tiers[number],
            "value": _amount(draw),
            "mass": draw(st.integers(0, 3)) * 1000,
            "disposable": "yes" if _sometimes(draw) else "no",
        }
        for number, name in enumerate(items)
    ]


def _processes(draw: st.DrawFn, items: list[str]) -> Rows:
    """One way of making each item, and perhaps a second way of making the last."""
    names = [f"make {name}" for name in items] + ([f"make {items[-1]} otherwise"] if _sometimes(draw) else [])
    return [
        {
            "process": name,
            "tier": "midstream",
            "labour": draw(st.integers(0, 2)) * 1e5,
            "energy": draw(st.integers(0, 2)) * 1e6,
            "other_cost": _amount(draw, 0, 3),
            "royalty": draw(st.sampled_from([0, 0.5])),
        }
        for name in names
    ]


def _recipes(draw: st.DrawFn, items: list[str], processes: list[str]) -> Rows:
    """Each process makes its item from the one before; sometimes the first one as well, as a by-product."""
    rows: Rows = []
    for number, process in enumerate(processes):
        made = min(number, len(items) - 1)
        rows.append({"process": process, "item": items[made], "quantity": draw(st.sampled_from([1, 1, 2, 0.5]))})
        if made > 0:
            rows.append(
                {"process": process, "item": items[made - 1], "quantity": -draw(st.sampled_from([1, 1, 2, 0.5]))}
            )
        if made > 1 and _sometimes(draw):
            rows.append({"process": process, "item": items[0], "quantity": 0.5})
    return rows


def _sites(draw: st.DrawFn, regions: list[str], periods: list[str]) -> Rows:
    """One to three sites; the first is there and the planner's own, so that most instances can do something."""
    rows: Rows = []
    for number in range(draw(st.integers(1, 3))):
        kind = "own" if number == 0 else draw(st.sampled_from(["own", "candidate", "candidate", "other"]))
        row: Row = {
            "site": f"site {number}",
            "region": draw(st.sampled_from(regions)),
            "firm": "other" if kind == "other" else "own",
            "status": "candidate" if kind == "candidate" else "existing",
        }
        if kind != "other":
            row |= {cost: _amount(draw, 0, 20) for cost in ("opening_cost", "fixed_cost", "closing_cost")}
        if kind == "candidate" and _sometimes(draw, 5):
            row["first_period"] = draw(st.sampled_from(periods))
        if _sometimes(draw, 6):
            row["last_period"] = draw(st.sampled_from(periods[periods.index(row.get("first_period", periods[0])) :]))
        rows.append(row)
    return rows


def _lines(draw: st.DrawFn, processes: list[str], sites: Rows, periods: list[str]) -> Rows:
    """Every process somewhere, and perhaps once more elsewhere."""
    names = [row["site"] for row in sites]
    pairs = {(draw(st.sampled_from(names)), process) for process in processes}
    pairs |= draw(st.sets(st.sampled_from([*product(names, processes)]), max_size=2))
    rows: Rows = []
    for site, process in sorted(pairs):
        row: Row = {
            "site": site,
            "process": process,
            "capacity": draw(st.sampled_from([20, 8, 3, 0])),
            "fixed_cost": draw(st.sampled_from([0, 0, 4, 12])),
            "min_load": draw(st.sampled_from([0, 0, 0.5])),
            "retirable": draw(st.sampled_from(["no", "yes"])),
        }
        if _sometimes(draw):
            row["unit_cost"] = _amount(draw, 0, 5)
        if _sometimes(draw, 6):
            row["last_period"] = draw(st.sampled_from(periods))
        rows.append(row)
    return rows


def _line_capacity(draw: st.DrawFn, sites: Rows, lines: Rows, periods: list[str]) -> Rows:
    """Now and then another capacity from the last period on, at a line of the planner's own."""
    own = {row["site"] for row in sites if row["firm"] == "own"}
    rows = [line for line in lines if line["site"] in own]
    if len(periods) < 2 or not rows or not _sometimes(draw, 4):
        return []
    line = draw(st.sampled_from(rows))
    capacity = draw(st.sampled_from([0, 2, 30]))
    return [{"site": line["site"], "process": line["process"], "period": periods[-1], "capacity": capacity}]


def _options(draw: st.DrawFn, processes: list[str], sites: Rows, periods: list[str]) -> Rows:
    """Up to two options, one of which may replace the other at one site."""
    rows: Rows = []
    for number in range(draw(st.integers(0, 2))):
        row: Row = {
            "site": "*",
            "process": draw(st.sampled_from(processes)) if not rows else rows[0]["process"],
            "option": f"option {number}",
            "size": draw(st.sampled_from([10, 4, 25])),
            "capex": _amount(draw, 0, 40),
            "fixed_cost": _amount(draw, 0, 4),
            "lead_periods": draw(st.integers(0, len(periods) - 1)),
            "life": draw(st.sampled_from([20, 1, 2])),
            "max_modules": draw(st.integers(1, 2)),
            "ramp": draw(st.sampled_from([1, 0.5])),
        }
        if _sometimes(draw, 5):
            row |= {"scale_exponent": 0.7, "multiples": "2"}
        if number and _sometimes(draw):
            row |= {"site": draw(st.sampled_from(sites))["site"], "option": "option 0"}
        if _sometimes(draw, 5):
            row["first_period"] = periods[-1]
        rows.append(row)
    return rows


def _lanes(draw: st.DrawFn, regions: list[str], items: list[str]) -> Rows:
    """Most ways between regions, a few inside one; for all items or for one, which replaces the other."""
    rows: Rows = []
    for origin, destination in product(regions, regions):
        if origin == destination and not _sometimes(draw, 6):
            continue
        if origin != destination and _sometimes(draw, 5):
            continue
        carried = draw(st.sampled_from([["*"], ["*"], [items[-1]], ["*", items[-1]]]))
        for item in carried:
            row: Row = {"origin": origin, "destination": destination, "item": item, "mode": "road"}
            row["cost"] = _amount(draw, 0, 3)
            if _sometimes(draw, 4):
                row |= {"cost_per_tkm": 0.5, "lead_days": 73, "distance": draw(st.sampled_from([None, 800]))}
            if _sometimes(draw, 4):
                row["capacity"] = draw(st.integers(1, 12))
            if _sometimes(draw, 6):
                row["opening_cost"] = _amount(draw, 1, 9)
            rows.append(row)
    return rows


def _duties(draw: st.DrawFn, regions: list[str], items: list[str], periods: list[str]) -> Rows:
    place = st.sampled_from(["*", "bloc", *regions])
    rows: Rows = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        row: Row = {
            "origin": draw(place),
            "destination": draw(place),
            "item": draw(st.sampled_from(["*", *items])),
            "rate": draw(st.sampled_from([0.1, 0.5])),
            "ban": "yes" if _sometimes(draw, 4) else "no",
        }
        if _sometimes(draw):
            row[draw(st.sampled_from(["from", "to"]))] = draw(st.sampled_from(periods))
        rows.append(row)
    return rows


def _demand(draw: st.DrawFn, regions: list[str], items: list[str], periods: list[str], objective: str) -> Rows:
    """The last item in one or two regions, in all periods, at one or two price steps; the first item now and then.

    Under cost some of it must be met: it has neither price nor penalty.
    """
    places = draw(st.lists(st.sampled_from(regions), min_size=1, max_size=2, unique=True))
    markets = [(region, items[-1]) for region in places]
    prices = [20, 8, 40, *([None] if objective == "cost" else [])]
    if len(items) > 1 and _sometimes(draw, 4):
        markets.append((regions[0], items[0]))
    rows: Rows = []
    for (region, item), period in product(markets, periods):
        for step in range(draw(st.sampled_from([1, 1, 2]))):
            row: Row = {"region": region, "item": item, "period": period, "step": f"step {step}"}
            row |= {"volume": _amount(draw, 1, 15), "price": draw(st.sampled_from(prices))}
            if _sometimes(draw):
                row["penalty"] = _amount(draw, 1, 60)
            rows.append(row)
    return rows


def _stocks(draw: st.DrawFn, regions: list[str], items: list[str]) -> Rows:
    if not _sometimes(draw):
        return []
    row: Row = {"region": draw(st.sampled_from(regions)), "item": draw(st.sampled_from(items))}
    row |= {"initial": draw(st.sampled_from([0, 6])), "holding_cost": draw(st.sampled_from([0, 0.5]))}
    row |= {"maximum": draw(st.sampled_from([None, 10])), "minimum": draw(st.sampled_from([0, 2]))}
    return [row]
