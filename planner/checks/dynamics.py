"""Productivity and inertia: each row is about something that there is, changes something, and leaves a plan."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.checks.bounds import CAPACITY_SHEETS, greatest_capacity, greatest_use, tabulate_existing_capacity
from planner.checks.places import lines_at_sites, positions, regions_of
from planner.checks.supply import find_returned
from planner.issues import Issue
from planner_models.by_period import each_view, period_views
from planner_models.instance import Instance
from planner_models.sets.bounds import most_sold
from planner_models.sets.growth import Growth, growth_table
from planner_models.sets.inertia import Inertia, inertia_table
from planner_models.sets.levels import enabler_table
from planner_models.sets.markets import tabulate_markets
from planner_models.sets.productivity import FACTORS, line_names, match_lines
from planner_models.sets.timeline import timeline

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("regions", "processes", "firms", "sites", "lines", "productivity")
def productivity_is_of_lines(reading: "Reading") -> Iterator[Issue]:
    """A row matches a line, and one of its factors is not 1."""
    names = line_names(reading.instance)
    for row, entry in rows(reading.instance["productivity"]):
        match = match_lines(names, entry["where"], entry["what"])
        if not match.any():
            message = (
                f"`{entry['where']}` has no line of `{entry['what']}`, so this row has no effect; write the place and "
                "process of a line, or remove the row"
            )
            yield report_warning(reading, "productivity", row, "where", message)
        elif all(entry[name] == 1 for name in FACTORS):
            message = "all factors are 1, which has no effect; write labour, skilled, energy or output"
            yield report_warning(reading, "productivity", row, "what", message)


@needs("regions", "processes", "firms", "sites", "lines", "productivity")
def productivity_is_not_replaced(reading: "Reading") -> Iterator[Issue]:
    """Hours and energy of a line with a cost of its own are in that cost already."""
    lines, table = reading.instance["lines"], reading.instance["productivity"]
    names = line_names(reading.instance)
    for row, entry in rows(table[(table[["labour", "skilled", "energy"]] != 1).any(axis=1)]):
        met = lines[match_lines(names, entry["where"], entry["what"])]
        stated = met[met["unit_cost"].notna()]
        if len(met) and len(stated) == len(met):
            cell = reading.cell("lines", int(stated.index[0]), "unit_cost")
            message = (
                f"every line that this row applies to has a unit_cost (first in lines!{cell}), which already includes "
                "hours and energy: these factors change only emissions; clear the unit_cost, or leave the factors at 1"
            )
            yield report_warning(reading, "productivity", row, "where", message)


@needs("settings", "regions", "items", "inertia")
def inertia_limits_something(reading: "Reading") -> Iterator[Issue]:
    """A row leads to a limit, by itself or with the `*` rows that fill its blank cells."""
    useful = {
        row
        for terms in inertia_table(reading.instance.with_settings(inertia="on")).values()
        if terms.max_fall is not None or terms.max_rise is not None
        for row in terms.rows
    }
    table = reading.instance["inertia"]
    for row, _ in rows(table[~table.index.isin(useful)]):
        message = "neither max_fall nor max_rise is given, here or in a `*` row: write one, or remove the row"
        yield report_warning(reading, "inertia", row, "max_fall", message)


_SUPPLY = (*CAPACITY_SHEETS, "items", "recipes", "lanes", "demand", "stocks", "enablers", "policies", "inertia",
           "returns")  # fmt: skip


@needs(*_SUPPLY)
def inertia_can_begin(reading: "Reading") -> Iterator[Issue]:
    """What must still be supplied, from what was in the year before, can be made by its source and used there."""
    instance = reading.instance
    floors = _list_floors(instance) if len(instance["inertia"]) else {}
    room = Room(instance) if floors else None
    for end, place_of_end in (("destination", 2), ("source", 1)):
        sums: dict[tuple[str, str, bool], list[tuple[str, str, str]]] = defaultdict(list)
        regions = set(instance["regions"]["region"])
        for key in floors:
            other = key[3 - place_of_end]
            sums[key[0], key[place_of_end], other in regions].append(key)
        for (item, place, _), keys in sums.items():
            assert room is not None
            least = np.sum([floors[key][1] for key in keys], axis=0)
            most = room.find_use(item, place) if end == "destination" else room.find_output(item, place)
            over = np.flatnonzero(least > most * (1 + TOLERANCE) + TOLERANCE)
            if len(over):
                terms = max((floors[key] for key in keys), key=lambda floor: floor[0].initial or 0.0)[0]
                words = "come to" if end == "destination" else "leave or stay in"
                verb = "used there" if end == "destination" else "made there"
                message = (
                    f"{instance['periods']['period'].iloc[over[0]]}: at least {least[over[0]]:.6g} of `{item}` a year "
                    f"must {words} `{place}`, because of initial and max_fall, but at most {most[over[0]]:.6g} can be "
                    f"{verb}: write a lower initial or a greater max_fall, or correct demand and capacity"
                )
                yield report_error(reading, "inertia", _row_of(instance, terms), "initial", message)


@needs("regions", "processes", "firms", "sites", "lines", "growth")
def growth_is_of_lines(reading: "Reading") -> Iterator[Issue]:
    """A row is about lines, and not wholly replaced by others that name more."""
    held = {growth.row for growth in growth_table(reading.instance.with_settings(growth="on")).values()}
    table = reading.instance["growth"]
    for row, entry in rows(table[~table.index.isin(held)]):
        message = (
            f"`{entry['where']}` has no line of `{entry['what']}`, or more specific rows replace this one for all of "
            "them: it has no effect; correct or remove it"
        )
        yield report_warning(reading, "growth", row, "what", message)


@needs(*CAPACITY_SHEETS, "growth")
def growth_leaves_what_exists(reading: "Reading") -> Iterator[Issue]:
    """What lines and line_capacity state grows no faster than it may, whatever else is built."""
    instance = reading.instance
    limits = growth_table(instance)
    if not limits:
        return
    existing, greatest = tabulate_existing_capacity(instance), greatest_capacity(instance)
    lines = lines_at_sites(instance)
    order = {line: place for place, line in enumerate(zip(lines["site"], lines["process"], strict=True))}
    candidate = (lines["status"] == "candidate").to_numpy()
    for (what, where), growth in limits.items():
        members = [order[line] for line in growth.lines]
        fixed = [place for place in members if not candidate[place]]
        rises = np.maximum(np.diff(existing[fixed], axis=1), 0.0).sum(axis=0)
        there = existing[members, 0].sum()
        for place, years in enumerate(instance["periods"]["years"].astype(int)):
            most = growth.seed * years + growth.factor(years) * there
            rise = rises[place - 1] if place else 0.0
            if rise > most * (1 + TOLERANCE) + TOLERANCE:
                message = (
                    f"in {instance['periods']['period'].iloc[place]} existing capacity of `{what}` in `{where}` "
                    f"(line_capacity included) rises by {rise:.6g}, but at most {most:.6g} may be added: write a "
                    f"greater max_growth or seed, or let {_name_rises(reading, growth, place)} rise more slowly"
                )
                yield report_error(reading, "growth", growth.row, "max_growth", message)
                break
            there = min(max(there, greatest[members, place].sum()), there + most)


def _name_rises(reading: "Reading", growth: Growth, place: int) -> str:
    """The cells of sheet line_capacity that raise what exists from a period on."""
    table = reading.instance["line_capacity"]
    period = reading.instance["periods"]["period"].iloc[place]
    own = np.array([pair in growth.lines for pair in zip(table["site"], table["process"], strict=True)], dtype=bool)
    found = table.index[own & (table["period"] == period)]
    cells = [f"line_capacity!{reading.cell('line_capacity', int(row), 'capacity')}" for row in found]
    return join_names(cells) if cells else "what exists"


TOLERANCE = 1e-6
"""Amounts above a limit by less than this share of it are rounding."""


def _row_of(instance: Instance, terms: Inertia) -> int:
    """The row that states the initial supply."""
    stated = instance["inertia"]["initial"]
    return next(row for row in terms.rows if not np.isnan(stated[row]))


def _list_floors(instance: Instance) -> dict[tuple[str, str, str], tuple[Inertia, np.ndarray]]:
    """The terms of each supply with an initial one that may not end at once, and its least by period, item/year."""
    time = timeline(instance)
    found = {}
    for key, terms in inertia_table(instance).items():
        if terms.initial and terms.max_fall is not None and terms.max_fall < 1:
            least, floor = [], terms.initial
            for period in time.periods:
                floor *= terms.shrinkage(time.years_since_before(period)) or 0.0
                least.append(floor)
            found[key] = (terms, np.array(least))
    return found


class Room:
    """How much of an item a place can use and make at most, by period, in item/year; inf where that cannot be said."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        time = timeline(instance)
        self.order, self.region, self.item = (
            positions(instance, sheet, sheet.removesuffix("s")) for sheet in ("periods", "regions", "items")
        )
        self.returned = find_returned(instance)
        demand, enablers = tabulate_markets(instance, time), enabler_table(instance)
        self.demand = {
            region: most_sold(part, enablers[enablers.index.get_level_values("region") == region])
            for region, part in demand.groupby("region")
        }
        self.regions = lines_at_sites(instance)["region"].to_numpy()
        self.use = greatest_use(instance)

    def _moves(self, item: str, regions: set[str], end: str, other: str) -> bool:
        """Does a lane lead out of these regions, or into them, or is the item stocked there."""
        lanes, stocks = self.instance["lanes"], self.instance["stocks"]
        lanes = lanes[lanes["item"].isin([item, "*"]) & lanes[end].isin(regions) & ~lanes[other].isin(regions)]
        return len(lanes) > 0 or bool((stocks["region"].isin(regions) & (stocks["item"] == item)).any())

    def _by_lines(self, item: str, regions: set[str], sign: float) -> np.ndarray:
        """What lines in these regions make of an item at most, or use of it with a sign of -1."""
        there, most = np.isin(self.regions, list(regions)), np.zeros(len(self.order))
        for view, periods in each_view(period_views(self.instance)):
            recipes = view["recipes"]
            rates = (recipes["quantity"] * sign).clip(lower=0.0).where(recipes["item"] == item, 0.0)
            rate = rates.groupby(recipes["process"]).sum().to_dict()
            each = np.array([rate.get(process, 0.0) for process in self.instance["lines"]["process"]])
            places = [self.order[period] for period in periods]
            most[places] = (each * there) @ self.use[:, places]
        return most

    def find_use(self, item: str, place: str) -> np.ndarray:
        """What can be used in a region or bloc at most, by period."""
        regions, items = regions_of(self.instance, place), self.instance["items"].set_index("item")
        enabling = set(self.instance["enablers"]["enabler"])
        if (
            items["disposable"][item] == "yes"
            or item in enabling
            or self._moves(item, regions, "origin", "destination")
        ):
            return np.full(len(self.order), np.inf)
        sold = [[self.demand.get(region, {}).get((item, period), 0.0) for period in self.order] for region in regions]
        return np.asarray(np.sum(sold, axis=0) + self._by_lines(item, regions, -1.0))

    def find_output(self, item: str, place: str) -> np.ndarray:
        """What a region or bloc can make at most, by period."""
        regions = regions_of(self.instance, place)
        comes_back = self.returned[:, [self.region[name] for name in regions], self.item[item]].any()
        if comes_back or self._moves(item, regions, "destination", "origin"):
            return np.full(len(self.order), np.inf)
        return self._by_lines(item, regions, 1.0)
