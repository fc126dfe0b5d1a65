"""What an instance could make and move at best: generous bounds, by which the checks tell what can never happen.

Arrays are indexed by position: periods, regions and items in the order of their sheets, lines in the order of theirs.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.checks import Row, rows
from planner.checks.bounds import CAPACITY_SHEETS, greatest_use
from planner.checks.memory import cache_by_input
from planner.checks.places import blocs, lines_at_sites, place_of, positions, regions_of
from planner_models.by_period import find_greatest
from planner_models.instance import Instance
from planner_models.sets.timeline import timeline

SUPPLY_SHEETS = (*CAPACITY_SHEETS, "regions", "items", "recipes", "lanes", "duties", "stocks", "returns")
"""What the supply of an instance is made of."""


@cache_by_input
def lane_table(instance: Instance) -> pd.DataFrame:
    """Every open lane by item, as `placed` gives it; `*` rows stand for all items.

    A row with a named item replaces the `*` row of the same origin, destination and mode; a lane of capacity 0 is
    closed, and so is every item on a `*` row of capacity 0, unless sheet by_period opens it in some period.
    """
    lanes = instance["lanes"]
    greatest = find_greatest(instance, "lanes", "capacity").where(lanes["capacity"].notna())
    lanes = lanes.assign(capacity=greatest).reset_index(names="row")
    way = ["origin", "destination", "mode"]
    general, named = lanes[lanes["item"] == "*"], lanes[lanes["item"] != "*"]
    shut = pd.MultiIndex.from_frame(general.loc[general["capacity"] == 0, way])
    spread = general.drop(columns="item").merge(instance["items"][["item"]], how="cross")
    taken = pd.MultiIndex.from_frame(named[[*way, "item"]])
    spread = spread[~pd.MultiIndex.from_frame(spread[[*way, "item"]]).isin(taken)]
    every = pd.concat([named, spread], ignore_index=True)
    closed = (every["capacity"] == 0) | pd.MultiIndex.from_frame(every[way]).isin(shut)
    return add_blocs(instance, every.loc[~closed, [*way, "item"]].reset_index(drop=True))


def add_blocs(instance: Instance, lanes: pd.DataFrame) -> pd.DataFrame:
    """`lanes` (columns origin, destination, item) with the bloc of each end and whether both are inside one bloc."""
    bloc = blocs(instance)
    ends = {f"{side}_bloc": lanes[side].map(bloc) for side in ("origin", "destination")}
    lanes = lanes.assign(**ends, inside=ends["origin_bloc"] == ends["destination_bloc"])
    names = ["origin", "destination", "item", *ends]
    return lanes.astype(dict.fromkeys(names, "category"))


def match_duties(duty: Row, lanes: pd.DataFrame) -> np.ndarray:
    """Which rows of `lanes`, as `placed` gives them, a row of `duties` concerns, whatever the period."""
    wanted = np.ones(len(lanes), dtype=bool)
    for side in ("origin", "destination"):
        if duty[side] != "*":
            wanted &= ((lanes[side] == duty[side]) | (lanes[f"{side}_bloc"] == duty[side])).to_numpy()
    if "*" in (duty["origin"], duty["destination"]):
        wanted &= ~lanes["inside"].to_numpy(bool)
    if duty["item"] != "*":
        wanted &= (lanes["item"] == duty["item"]).to_numpy()
    return wanted


def open_lanes(instance: Instance, lanes: pd.DataFrame) -> np.ndarray:
    """Which rows of `lanes` no ban closes (periods x lanes)."""
    order = positions(instance, "periods", "period")
    duties = instance["duties"]
    opened = np.ones((len(order), len(lanes)), dtype=bool)
    for _, duty in rows(duties[duties["ban"] == "yes"]):
        first = 0 if duty["from"] is None else order[duty["from"]]
        last = len(order) - 1 if duty["to"] is None else order[duty["to"]]
        opened[first : last + 1, match_duties(duty, lanes)] = False
    return opened


@dataclass(frozen=True)
class Network:
    """Lines, recipes and lanes by position, for walking forward from what can be made."""

    line_region: np.ndarray
    """Region of each line."""
    uses: tuple[np.ndarray, np.ndarray]
    """Line and item of every input."""
    makes: tuple[np.ndarray, np.ndarray]
    """Line and item of every output."""
    lanes: tuple[np.ndarray, np.ndarray, np.ndarray]
    """Origin, destination and item of every lane between two regions."""
    gates: tuple[np.ndarray, np.ndarray]
    """Region and item of every lane from a region to itself."""
    shape: tuple[int, int]
    """Number of regions and items."""

    def reach(
        self,
        running: np.ndarray,
        open_lanes: np.ndarray,
        open_gates: np.ndarray,
        stock: np.ndarray,
        returned: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """What can be had where (regions x items), and which of the `running` lines can then run.

        `stock` (regions x items) is what is there from the start, `returned` what comes back there after use. What is
        made or comes back in a region with a lane to itself can be had there only if such a lane is open; it can be
        shipped elsewhere in any case.
        """
        gated, passing = np.zeros(self.shape, dtype=bool), np.zeros(self.shape, dtype=bool)
        gated[self.gates] = True
        passing[self.gates[0][open_gates], self.gates[1][open_gates]] = True
        local = ~gated | passing
        origin, destination, item = (ends[open_lanes] for ends in self.lanes)
        made, had = returned.copy(), stock.copy()
        runs = np.zeros(len(self.line_region), dtype=bool)
        while True:
            before = int(made.sum()) + int(had.sum())
            had |= made & local
            carried = (made | had)[origin, item]
            had[destination[carried], item[carried]] = True
            line, used = self.uses
            missing = np.bincount(line, ~had[self.line_region[line], used], len(runs)) > 0
            runs = running & ~missing
            line, output = self.makes
            made[self.line_region[line][runs[line]], output[runs[line]]] = True
            if before == int(made.sum()) + int(had.sum()):
                return had, runs


@dataclass(frozen=True)
class Supply:
    """The network of an instance with what can run and what is open, period by period."""

    network: Network
    running: np.ndarray
    """Which lines have capacity that the plan can use (periods x lines)."""
    lanes: np.ndarray
    """Which lanes between regions are open (periods x lanes)."""
    gates: np.ndarray
    """Which lanes from a region to itself are open (periods x such lanes)."""
    initial: np.ndarray
    """Where a stock is held at the start (regions x items)."""
    kept: np.ndarray
    """Where stock can be kept (regions x items)."""
    returned: np.ndarray
    """What can come back after use (periods x regions x items)."""

    def ever(self, every_line_runs: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """What can be had at some time if nothing is banned, and which lines can run then.

        With `every_line_runs` lines with capacity need no inputs: what is missing then has no other cause upstream.
        """
        network = self.network
        if every_line_runs:
            network = Network(
                network.line_region, (network.uses[0][:0], network.uses[1][:0]), network.makes, network.lanes,
                network.gates, network.shape,
            )  # fmt: skip
        lanes, gates = (np.ones(banned.shape[1], dtype=bool) for banned in (self.lanes, self.gates))
        return network.reach(np.any(self.running, axis=0), lanes, gates, self.initial, np.any(self.returned, axis=0))

    def by_period(self) -> tuple[np.ndarray, np.ndarray]:
        """What can be had (periods x regions x items) and which lines can run (periods x lines), under the bans."""
        had, runs, stock = [], [], self.initial
        when = zip(self.running, self.lanes, self.gates, self.returned, strict=True)
        for running, lanes, gates, returned in when:
            had_now, runs_now = self.network.reach(running, lanes, gates, stock, returned)
            stock = stock | had_now & self.kept
            had.append(had_now)
            runs.append(runs_now)
        periods, lines = self.running.shape
        shape = (periods, *self.network.shape)
        return np.array(had, dtype=bool).reshape(shape), np.array(runs, dtype=bool).reshape(periods, lines)


@cache_by_input
def supply(instance: Instance) -> Supply:
    """The supply of an instance; needs sound SUPPLY_SHEETS."""
    region, item = positions(instance, "regions", "region"), positions(instance, "items", "item")
    shape = (len(region), len(item))
    lines = lines_at_sites(instance).reset_index(drop=True).reset_index(names="line")
    recipes = lines[["line", "process"]].merge(instance["recipes"][["process", "item", "quantity"]], on="process")
    recipes = recipes.assign(item=place_of(recipes["item"], item, -1))
    inputs, outputs = recipes[recipes["quantity"] < 0], recipes[recipes["quantity"] > 0]
    lanes = lane_table(instance)
    opened = open_lanes(instance, lanes)
    at_home = (lanes["origin"].astype(object) == lanes["destination"].astype(object)).to_numpy()
    ends = {side: place_of(lanes[side], region, -1) for side in ("origin", "destination")}
    moved = place_of(lanes["item"], item, -1)
    network = Network(
        place_of(lines["region"], region, -1),
        (inputs["line"].to_numpy(int), inputs["item"].to_numpy(int)),
        (outputs["line"].to_numpy(int), outputs["item"].to_numpy(int)),
        (ends["origin"][~at_home], ends["destination"][~at_home], moved[~at_home]),
        (ends["origin"][at_home], moved[at_home]),
        shape,
    )
    stocks = instance["stocks"]
    at = (place_of(stocks["region"], region, -1), place_of(stocks["item"], item, -1))
    initial, kept = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    initial[at] = stocks["initial"].to_numpy() > 0
    kept[at] = ~(stocks["maximum"].to_numpy() == 0)
    running = greatest_use(instance).T > 0
    returned = find_returned(instance)
    return Supply(network, running, opened[:, ~at_home], opened[:, at_home], initial, kept, returned)


@cache_by_input
def find_returned(instance: Instance) -> np.ndarray:
    """What can come back after use, wherever it was sold (periods x regions x items); nothing while that is off."""
    time = timeline(instance)
    region, item = positions(instance, "regions", "region"), positions(instance, "items", "item")
    found = np.zeros((len(time.periods), len(region), len(item)), dtype=bool)
    table = instance["returns"]
    for _, row in rows(table[:0] if instance.settings["returns"] == "off" else table):
        names = regions_of(instance, row["market"]) if row["region"] == "*" else {row["region"]}
        places = [region[name] for name in sorted(names)]
        for position, period in enumerate(time.periods):
            of_sales = time.start[period] + time.years[period] > row["years"]
            of_before = row["initial"] > 0 and time.start[period] < row["years"]
            if of_sales or of_before:
                found[position, places, item[row["returned"]]] = True
    return found
