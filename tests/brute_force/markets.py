"""Regions: what is there, what is kept for later, and what is sold."""

from collections import defaultdict
from itertools import product
from math import inf

from tests.brute_force.program import PLENTY, Alternative, Program, Row


def add_pools(program: Program, local: set[tuple[str, str]]) -> None:
    """Ties what is made, has arrived and is used in each region; stocks, and what may be thrown away.

    "made" is what is there to be shipped, "used" what is there to be used, sold or stocked; what has "arrived", or
    comes out of stock, feeds either. From "made" to "used" the way is free unless a lane from the region to itself
    stands in it.
    """
    places = product(program.tables["items"], program.tables["regions"], program.calendar.periods)
    for item, region, t in places:
        place = (region["region"], item["item"])
        ways = [("arrived", "made"), ("arrived", "used")] + ([] if place in local else [("made", "used")])
        for start, end in ways:
            column = program.column(0.0)
            program.put((start, *place, t), column, -1.0)
            program.put((end, *place, t), column, 1.0)
        if item["disposable"] == "yes":
            for pool in ("made", "used"):
                program.put((pool, *place, t), program.column(0.0), -1.0)
    for stock in program.tables["stocks"]:
        _add_stock(program, stock)


def _add_stock(program: Program, stock: Row) -> None:
    """held = held before + years x (added - released); what is there at first is a column fixed at its value."""
    calendar, place = program.calendar, (stock["region"], stock["item"])
    most = inf if stock["maximum"] is None else stock["maximum"]
    before = program.column(0.0, stock["initial"], stock["initial"])
    for t in calendar.periods:
        held = program.column(stock["holding_cost"] * calendar.yearly[t], most, stock["minimum"])
        added, released = program.column(0.0), program.column(0.0)
        years = calendar.years[t]
        for column, factor in ((held, 1.0), (before, -1.0), (added, -years), (released, years)):
            program.put(("stock", *place, t), column, factor)
        program.held[*place, t] = held
        program.put(("used", *place, t), added, -1.0)
        program.put(("arrived", *place, t), released, 1.0)
        before = held


def add_markets(program: Program) -> None:
    """A column of sales per step and a decision per market; unserved demand costs its penalty less what is sold."""
    markets: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in program.tables["demand"]:
        markets[row["region"], row["item"], row["period"]].append(row)
    for (region, item, period), steps in markets.items():
        t = program.calendar.names.index(period)
        columns = [program.column(-_worth(program, row) * program.calendar.yearly[t]) for row in steps]
        for column, row in zip(columns, steps, strict=True):
            program.put(("used", region, item, t), column, -1.0)
            program.sales[region, item, t, row["step"]] = column
            program.volumes[region, item, t, row["step"]] = row["volume"]
            program.at_most(("raised", column), {column: 1.0}, row["volume"])
        program.decisions.append(_alternatives(program, steps, columns, program.calendar.yearly[t]))


def _alternatives(program: Program, steps: list[Row], columns: list[int], yearly: float) -> list[Alternative]:
    """One step, or under profit none (which a step of its own with no sales is as good as).

    That no more is sold than its volume, which enablers may raise, is a row of the program.
    """
    alternatives = []
    for number, row in enumerate(steps):
        lost = least = 0.0
        if program.settings["objective"] == "cost":
            lost = _worth(program, row) * row["volume"] * yearly
            least = row["volume"] if _penalty(program, row) is None else 0.0
        bounds = [(c, least, PLENTY) if n == number else (c, 0.0, 0.0) for n, c in enumerate(columns)]
        alternatives.append(Alternative(lost, tuple(bounds)))
    return alternatives


def _worth(program: Program, row: Row) -> float:
    """What the sale of one unit brings: its price under profit, else the penalty it saves."""
    return (row["price"] if program.settings["objective"] == "profit" else _penalty(program, row)) or 0.0


def _penalty(program: Program, row: Row) -> float | None:
    """Money per unit not served; None where the demand must be met."""
    if row["penalty"] is not None:
        return float(row["penalty"])
    if program.settings["shortage_penalty"] is not None:
        return float(program.settings["shortage_penalty"])
    return None if row["price"] is None else 3.0 * row["price"]
