"""What can supply an item, where and under whose control: generous sources, by which rules and scenarios are judged."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.checks.memory import cache_by_input
from planner.checks.offers import offers_of_lines
from planner.checks.places import blocs, lines_at_sites, place_of, positions, regions_of
from planner.checks.supply import lane_table, open_lanes, supply
from planner_models.instance import Instance


@cache_by_input
def possible(instance: Instance) -> tuple[np.ndarray, np.ndarray]:
    """What can be had (periods x regions x items) and which lines can run (periods x lines); needs SUPPLY_SHEETS."""
    return supply(instance).by_period()


@cache_by_input
def makes(instance: Instance) -> pd.DataFrame:
    """One row per period, line that can run then, and item that it makes.

    Columns: period, item, site, process, region, bloc, firm; `controlled` and `uncontrolled`: whether it can be drawn
    on so; `stake`: the largest stake in it, 1 where it is own.
    """
    lines = lines_at_sites(instance).reset_index(drop=True).reset_index(names="line")
    lines["bloc"] = lines["region"].map(blocs(instance))
    own = lines["home"] == "yes"
    offers = offers_of_lines(instance).groupby("line")
    asked = lines["line"].isin(list(offers.groups))
    lines["controlled"] = own | lines["line"].map(offers["controls"].agg(lambda words: "yes" in set(words))).eq(True)
    some = lines["line"].map(offers["controls"].agg(lambda words: "no" in set(words))).eq(True)
    lines["uncontrolled"] = ~own & (~asked | some)
    lines["stake"] = lines["line"].map(offers["stake"].max()).fillna(0.0).where(~own, 1.0)
    period, line = np.nonzero(possible(instance)[1])
    when = pd.DataFrame({"period": instance["periods"]["period"].to_numpy()[period], "line": line})
    outputs = instance["recipes"].query("quantity > 0")[["process", "item"]]
    columns = ["period", "item", "site", "process", "region", "bloc", "firm", "controlled", "uncontrolled", "stake"]
    return when.merge(lines, on="line").merge(outputs, on="process")[columns]


@cache_by_input
def carries(instance: Instance) -> np.ndarray:
    """Which rows of `lane_table` are open and can have their item at the origin (periods x lanes)."""
    lanes = lane_table(instance)
    region, item = positions(instance, "regions", "region"), positions(instance, "items", "item")
    had = possible(instance)[0]
    at = had[:, place_of(lanes["origin"], region, -1), place_of(lanes["item"], item, -1)]
    return open_lanes(instance, lanes) & at


@cache_by_input
def users(instance: Instance) -> pd.DataFrame:
    """Where an item can be of use: columns period, item, region; by a line that can run, a market or an enabler."""
    lines = lines_at_sites(instance).reset_index(drop=True)
    period, line = np.nonzero(possible(instance)[1])
    names = instance["periods"]["period"].to_numpy()
    running = pd.DataFrame({"period": names[period], "process": lines["process"].to_numpy()[line]})
    running["region"] = lines["region"].to_numpy()[line]
    inputs = instance["recipes"].query("quantity < 0")[["process", "item"]]
    wanted = instance["demand"].query("volume > 0")[["period", "item", "region"]]
    enablers = instance["enablers"].rename(columns={"item": "raised", "enabler": "item"})[["item", "region"]]
    put_up = enablers.merge(pd.DataFrame({"period": names}), how="cross")
    parts = [running.merge(inputs, on="process"), wanted, put_up]
    filled = [part[["period", "item", "region"]] for part in parts if len(part)]
    return pd.concat(filled or [wanted]).drop_duplicates(ignore_index=True)


@dataclass(frozen=True)
class Supplied:
    """What can supply an item in a scope in one period: lines there (as in `makes`), and regions that ship it in."""

    made: pd.DataFrame
    arriving: dict[str, str]
    """Region outside the scope -> its bloc."""
    within: frozenset[str]
    """The regions of the scope and their blocs; none where it is everywhere."""

    def named(self, by: str) -> set[str]:
        """The names of the sources; what arrives belongs to no firm and no site."""
        made = set(self.made[by])
        if by == "region":
            return made | set(self.arriving)
        return made | set(self.arriving.values()) if by == "bloc" else made

    def of_control(self, who: str) -> tuple[bool, bool]:
        """Whether some of the supply can be `who` (home, outside, stake>=x), and whether some can be otherwise."""
        controlled, uncontrolled = bool(self.made["controlled"].any()), bool(self.made["uncontrolled"].any())
        if who == "home":
            return controlled, uncontrolled or bool(self.arriving)
        if who == "outside":
            return uncontrolled, controlled or bool(self.arriving)
        held = self.made["stake"] >= float(who.removeprefix("stake>="))
        return bool(held.any()), bool(self.made["uncontrolled"].any() or (~held).any()) or bool(self.arriving)

    def __bool__(self) -> bool:
        return bool(len(self.made) or self.arriving)


def list_suppliers(instance: Instance, item: str, scope: str | None) -> dict[str, Supplied]:
    """By period what can supply `item` in the region or bloc `scope`, everywhere where it is None."""
    there = regions_of(instance, scope or "*")
    made = makes(instance)
    made = made[(made["item"] == item) & made["region"].isin(there)]
    lanes, bloc = lane_table(instance), blocs(instance)
    entering = (lanes["item"] == item) & lanes["destination"].isin(there) & ~lanes["origin"].isin(there)
    origins = lanes["origin"].astype(object).to_numpy()
    within = frozenset() if scope is None else frozenset(there) | set(bloc[list(there)])
    carried = carries(instance) & entering.to_numpy()
    return {
        period: Supplied(
            made[made["period"] == period], {name: bloc[name] for name in set(origins[carried[place]])}, within
        )
        for period, place in positions(instance, "periods", "period").items()
    }
