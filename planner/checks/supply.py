"""What an instance could make and move at best: generous bounds, by which the checks tell what can never happen.

Arrays are indexed by position: periods, regions and items in the order of their sheets, lines in the order of theirs.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.instance import Instance
from planner.checks import rows

DEFAULT_MULTIPLES = "2;4"


def positions(instance: Instance, sheet: str, column: str) -> dict[str, int]:
    """The position of every name of a key column."""
    return {name: place for place, name in enumerate(instance[sheet][column])}


def place_of(names: pd.Series, order: dict[str, int], blank: int) -> np.ndarray:
    """The position of each name, `blank` where there is none."""
    return np.array([blank if name is None else order[name] for name in names], dtype=int)


def multiples(text: str | None) -> list[float] | None:
    """The multiples an option is offered in besides its own size; None where the text is malformed.

    A multiple is a finite number above 1, and none is given twice.
    """
    try:
        values = [float(part) for part in (text or DEFAULT_MULTIPLES).split(";")]
    except ValueError:
        return None
    sound = all(np.isfinite(value) and value > 1 for value in values) and len(set(values)) == len(values)
    return values if sound else None


def lines_at_sites(instance: Instance) -> pd.DataFrame:
    """The rows of `lines` (same index) with region, firm, home and candidate of their sites.

    `first` and `last` are the positions of the periods in which the line's site may be open.
    """
    order = positions(instance, "periods", "period")
    sites = instance["sites"].merge(instance["firms"][["firm", "home"]], on="firm", how="left").set_index("site")
    lines = instance["lines"].copy()
    for column in ("region", "firm", "home", "status"):
        lines[column] = lines["site"].map(sites[column])
    lines["first"] = place_of(lines["site"].map(sites["first_period"]).astype(object).where(pd.notna, None), order, 0)
    last = lines["site"].map(sites["last_period"]).astype(object).where(pd.notna, None)
    lines["last"] = place_of(last, order, len(order) - 1)
    return lines


def existing_capacity(instance: Instance) -> np.ndarray:
    """What the declared capacity of each line can be in each period (lines x periods), in activity/year."""
    order = positions(instance, "periods", "period")
    lines = lines_at_sites(instance)
    periods = np.arange(len(order))
    capacity = np.repeat(lines["capacity"].to_numpy(float)[:, None], len(order), axis=1)
    row_of = {pair: row for row, pair in enumerate(zip(lines["site"], lines["process"], strict=True))}
    changes = instance["line_capacity"]
    changes = changes.assign(place=place_of(changes["period"], order, 0)).sort_values("place")
    for _, change in rows(changes):
        row = row_of.get((change["site"], change["process"]))
        if row is not None:
            capacity[row, change["place"] :] = change["capacity"]
    last = np.minimum(lines["last"], place_of(lines["last_period"], order, len(order) - 1))
    capacity[(periods < lines["first"].to_numpy()[:, None]) | (periods > np.asarray(last)[:, None])] = 0
    capacity[((lines["home"] == "no") & (lines["status"] == "candidate")).to_numpy()] = 0
    return capacity


def options_of_lines(instance: Instance) -> pd.DataFrame:
    """Every option on every home line it can be built on, one row each.

    Columns: line (position), row (in `options`), option, size, max_modules, ramp, ready (position of the first period
    of use; beyond the horizon if never), last (position of the last period of use). A row that names a site replaces
    the `*` row of the same process and option there; rows with a scale exponent are repeated for each multiple.
    """
    order = positions(instance, "periods", "period")
    options = instance["options"].reset_index(names="row")
    lines = lines_at_sites(instance).reset_index(drop=True).reset_index(names="line")
    lines = lines[lines["home"] == "yes"]
    on_lines = lines[["line", "site", "process", "first", "last"]].merge(options, on="process", suffixes=("_line", ""))
    on_lines = on_lines[(on_lines["site"] == "*") | (on_lines["site"] == on_lines["site_line"])]
    on_lines = on_lines.assign(general=on_lines["site"] == "*").sort_values(["line", "row", "general"])
    named = on_lines[~on_lines["general"]].set_index(["line", "option"]).index
    replaced = on_lines["general"] & pd.MultiIndex.from_frame(on_lines[["line", "option"]]).isin(named)
    on_lines = on_lines[~replaced]
    start = np.maximum(place_of(on_lines["first_period"], order, 0), on_lines["first"].to_numpy(int))
    on_lines = on_lines.assign(ready=start + on_lines["lead_periods"].to_numpy(int))
    larger = [
        on_lines[scaled].assign(
            size=on_lines["size"] * multiple,
            max_modules=np.maximum(on_lines["max_modules"] // multiple, np.sign(on_lines["max_modules"])),
            option=on_lines["option"] + f" x {multiple:g}",
        )
        for multiple, scaled in _scaled(on_lines)
    ]
    columns = ["line", "row", "option", "size", "max_modules", "ramp", "ready", "last"]
    return pd.concat([on_lines, *larger], ignore_index=True)[columns]


def _scaled(options: pd.DataFrame) -> list[tuple[float, np.ndarray]]:
    """Each multiple with the mask of the option rows that are offered in it."""
    offered = [
        (multiples(text) or []) if exponent > 0 else []
        for text, exponent in zip(options["multiples"], options["scale_exponent"], strict=True)
    ]
    every = sorted({multiple for row in offered for multiple in row})
    return [(multiple, np.array([multiple in row for row in offered])) for multiple in every]


def greatest_capacity(instance: Instance) -> np.ndarray:
    """Existing capacity plus every module that can be in service (lines x periods), in activity/year."""
    capacity = existing_capacity(instance).copy()
    periods = np.arange(capacity.shape[1])
    for _, option in rows(options_of_lines(instance)):
        usable = (periods >= option["ready"]) & (periods <= option["last"])
        share = np.where(periods == option["ready"], option["ramp"], 1.0)
        capacity[option["line"]] += option["size"] * option["max_modules"] * share * usable
    return capacity


def lane_table(instance: Instance) -> pd.DataFrame:
    """Every open lane by item, as `placed` gives it; `*` rows stand for all items.

    A row with a named item replaces the `*` row of the same origin, destination and mode; a lane of capacity 0 is
    closed, and so is every item on a `*` row of capacity 0.
    """
    lanes = instance["lanes"].reset_index(names="row")
    way = ["origin", "destination", "mode"]
    general, named = lanes[lanes["item"] == "*"], lanes[lanes["item"] != "*"]
    shut = pd.MultiIndex.from_frame(general.loc[general["capacity"] == 0, way])
    spread = general.drop(columns="item").merge(instance["items"][["item"]], how="cross")
    taken = pd.MultiIndex.from_frame(named[[*way, "item"]])
    spread = spread[~pd.MultiIndex.from_frame(spread[[*way, "item"]]).isin(taken)]
    every = pd.concat([named, spread], ignore_index=True)
    closed = (every["capacity"] == 0) | pd.MultiIndex.from_frame(every[way]).isin(shut)
    return placed(instance, every.loc[~closed, [*way, "item"]].reset_index(drop=True))


def blocs(instance: Instance) -> pd.Series:
    """The bloc of each region; a region without one is a bloc of its own."""
    regions = instance["regions"].set_index("region")
    return regions["bloc"].where(regions["bloc"].notna(), regions.index.to_series())


def placed(instance: Instance, lanes: pd.DataFrame) -> pd.DataFrame:
    """`lanes` (columns origin, destination, item) with the bloc of each end and whether both are inside one bloc."""
    bloc = blocs(instance)
    ends = {f"{side}_bloc": lanes[side].map(bloc) for side in ("origin", "destination")}
    lanes = lanes.assign(**ends, inside=ends["origin_bloc"] == ends["destination_bloc"])
    names = ["origin", "destination", "item", *ends]
    return lanes.astype(dict.fromkeys(names, "category"))


def matched(duty: pd.Series, lanes: pd.DataFrame) -> np.ndarray:
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
        opened[first : last + 1, matched(duty, lanes)] = False
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
        self, running: np.ndarray, open_lanes: np.ndarray, open_gates: np.ndarray, stock: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What can be had where (regions x items), and which of the `running` lines can then run.

        `stock` (regions x items) is what is there from the start. What is made in a region with a lane to itself can
        be had there only if such a lane is open; it can be shipped elsewhere in any case.
        """
        gated, passing = np.zeros(self.shape, dtype=bool), np.zeros(self.shape, dtype=bool)
        gated[self.gates] = True
        passing[self.gates[0][open_gates], self.gates[1][open_gates]] = True
        local = ~gated | passing
        origin, destination, item = (ends[open_lanes] for ends in self.lanes)
        made, had = np.zeros(self.shape, dtype=bool), stock.copy()
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
    """Which lines can have capacity (periods x lines)."""
    lanes: np.ndarray
    """Which lanes between regions are open (periods x lanes)."""
    gates: np.ndarray
    """Which lanes from a region to itself are open (periods x such lanes)."""
    initial: np.ndarray
    """Where a stock is held at the start (regions x items)."""
    kept: np.ndarray
    """Where stock can be kept (regions x items)."""

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
        return network.reach(np.any(self.running, axis=0), lanes, gates, self.initial)

    def by_period(self) -> tuple[np.ndarray, np.ndarray]:
        """What can be had (periods x regions x items) and which lines can run (periods x lines), under the bans."""
        had, runs, stock = [], [], self.initial
        for running, lanes, gates in zip(self.running, self.lanes, self.gates, strict=True):
            had_now, runs_now = self.network.reach(running, lanes, gates, stock)
            stock = stock | had_now & self.kept
            had.append(had_now)
            runs.append(runs_now)
        periods, lines = self.running.shape
        shape = (periods, *self.network.shape)
        return np.array(had, dtype=bool).reshape(shape), np.array(runs, dtype=bool).reshape(periods, lines)


def supply(instance: Instance) -> Supply:
    """The supply of an instance; needs sound periods, regions, items, recipes, firms, sites, lines, options, lanes."""
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
    running = greatest_capacity(instance).T > 0
    return Supply(network, running, opened[:, ~at_home], opened[:, at_home], initial, kept)
