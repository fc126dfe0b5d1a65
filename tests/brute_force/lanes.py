"""Lanes: what moves, what it costs, and when a lane is opened."""

from itertools import product
from math import asin, cos, inf, radians, sin, sqrt

from tests.brute_force.policies import in_force
from tests.brute_force.program import Alternative, Program, Row


def add_lanes(program: Program) -> set[tuple[str, str]]:
    """A column per lane, item and period. Returns the (region, item) pairs with a lane from the region to itself."""
    lanes = program.tables["lanes"]
    named = {(*_way(lane), lane["item"]) for lane in lanes}
    local, gated = set(), {}
    for lane in lanes:
        every = [item["item"] for item in program.tables["items"] if (*_way(lane), item["item"]) not in named]
        carried = every if lane["item"] == "*" else [lane["item"]]
        columns = [[_shipped(program, lane, item, t) for item in carried] for t in program.calendar.periods]
        if lane["opening_cost"]:
            together = gated.setdefault((*_way(lane), lane["gate"]), (lane, [[] for _ in columns]))[1]
            for before, more in zip(together, columns, strict=True):
                before.extend(more)
        if lane["origin"] == lane["destination"]:
            local |= {(lane["origin"], item) for item in carried}
    program.decisions += [_alternatives(program, lane, columns) for lane, columns in gated.values()]
    for lane, t in product(lanes, program.calendar.periods):
        if lane["capacity"] is not None:
            program.limits["capacity", *_way(lane), lane["item"], t] = (-inf, lane["capacity"])
    return local


def _way(lane: Row) -> tuple[str, str, str]:
    return lane["origin"], lane["destination"], lane["mode"]


def _shipped(program: Program, lane: Row, item: str, t: int) -> int:
    """The flow of an item in a period; counted by the lane's own capacity and by that of the `*` lane beside it."""
    facts = program.find("items", "item", item)
    rate, banned = _duty(program, lane, item, t)
    freight = lane["cost"] + lane["cost_per_tkm"] * _distance(program, lane) * facts["mass"] / 1e6
    transit = facts["value"] * program.settings["discount_rate"] * lane["lead_days"] / 365
    cost = freight + transit + facts["value"] * rate
    column = program.column(cost * program.calendar.yearly[t], 0.0 if banned else inf)
    program.moves.append(((lane["origin"], lane["destination"], item, t), column))
    program.emitted[column] = lane["emissions"] * _distance(program, lane) * facts["mass"] / 1000
    arrival = "used" if lane["origin"] == lane["destination"] else "arrived"
    program.put(("made", lane["origin"], item, t), column, -1.0)
    program.put((arrival, lane["destination"], item, t), column, 1.0)
    for limited in {lane["item"], "*"}:
        row = ("capacity", *_way(lane), limited, t)
        program.limits.setdefault(row, (-inf, inf))
        program.put(row, column, 1.0)
    return column


def _alternatives(program: Program, lane: Row, columns: list[list[int]]) -> list[Alternative]:
    """Open from one of the periods on, or never."""
    periods = program.calendar.periods
    alternatives = []
    for start in range(len(periods) + 1):
        cost = lane["opening_cost"] * program.calendar.once[start] if start < len(periods) else 0.0
        bounds = [(c, 0.0, program.upper[c] if t >= start else 0.0) for t in periods for c in columns[t]]
        alternatives.append(Alternative(cost, tuple(bounds)))
    return alternatives


def _distance(program: Program, lane: Row) -> float:
    """Kilometres: as given, or the great circle x 1.3."""
    if lane["distance"] is not None:
        return float(lane["distance"])
    if not (lane["cost_per_tkm"] or lane["emissions"]):
        return 0.0
    start, end = (program.find("regions", "region", lane[end]) for end in ("origin", "destination"))
    south, north = radians(start["latitude"]), radians(end["latitude"])
    east = radians(end["longitude"] - start["longitude"])
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
    return 1.3 * 2 * 6371 * asin(sqrt(chord))


def _duty(program: Program, lane: Row, item: str, t: int) -> tuple[float, bool]:
    """The sum of the rates on this flow in period `t`, and whether it is banned."""
    ends = [program.find("regions", "region", lane[end]) for end in ("origin", "destination")]
    blocs = [region["bloc"] or region["region"] for region in ends]
    matching = [
        row
        for row in program.tables["duties"]
        if row["item"] in ("*", item)
        and t in program.calendar.span(row["from"], row["to"])
        and row["origin"] in ("*", lane["origin"], blocs[0])
        and row["destination"] in ("*", lane["destination"], blocs[1])
        and not (blocs[0] == blocs[1] and "*" in (row["origin"], row["destination"]))
    ]
    added = sum(
        row["rate"]
        for row in in_force(program, "duty", t)
        if row["item"] in ("*", item) and row["region"] in ("*", lane["destination"], blocs[1]) and blocs[0] != blocs[1]
    )
    return added + sum(row["rate"] for row in matching), any(row["ban"] == "yes" for row in matching)
