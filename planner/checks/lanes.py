"""Lanes: their freight can be computed, and they do something."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import Row, join_names, needs, report_error, report_warning, rows
from planner.checks.orphans import list_final_items
from planner.checks.places import place_of, positions
from planner.checks.supply import SUPPLY_SHEETS, add_blocs, match_duties, supply
from planner.issues import Issue
from planner.workbook.names import plain_form
from planner_models.by_period import find_greatest
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("periods", "regions", "lanes", "by_period")
def lanes_have_distance(reading: "Reading") -> Iterator[Issue]:
    """Where freight or emissions are counted by tonne-km, there is a distance or both ends have coordinates."""
    regions, lanes = reading.instance["regions"].set_index("region"), _list_lanes(reading.instance)
    placed = regions["latitude"].notna() & regions["longitude"].notna()
    between = lanes[lanes["distance"].isna() & (lanes["origin"] != lanes["destination"])]
    for row, lane in rows(between):
        nowhere = [name for name in (lane["origin"], lane["destination"]) if not placed[name]]
        if not nowhere or not (lane["cost_per_tkm"] > 0 or lane["emissions"] > 0):
            continue
        names = join_names([f"`{name}`" for name in nowhere])
        message = (
            f"the distance is unknown: {names} has no latitude and longitude; write a distance here or the coordinates "
            "in regions"
        )
        if lane["cost_per_tkm"] > 0:
            yield report_error(reading, "lanes", row, "distance", message)
        else:
            yield report_warning(
                reading, "lanes", row, "distance", f"transport emissions are not counted while {message}"
            )


def _list_lanes(instance: Instance) -> pd.DataFrame:
    """The lanes at the greatest freight per tonne-km of any period."""
    return instance["lanes"].assign(cost_per_tkm=find_greatest(instance, "lanes", "cost_per_tkm"))


@needs("periods", "items", "recipes", "lanes", "by_period")
def freight_has_mass(reading: "Reading") -> Iterator[Issue]:
    """What travels at a price per tonne-km has a mass."""
    items, lanes = reading.instance["items"], _list_lanes(reading.instance)
    by_mass = lanes[lanes["cost_per_tkm"] > 0]
    if by_mass.empty:
        return
    used = set(reading.instance["recipes"]["item"])
    for row, item in rows(items[items["mass"] == 0]):
        name = item["item"]
        own = by_mass.index[by_mass["item"] == name]
        if len(own) or (name in used and (by_mass["item"] == "*").any()):
            first = own[0] if len(own) else by_mass.index[by_mass["item"] == "*"][0]
            cell = reading.cell("lanes", first, "cost_per_tkm")
            message = f"`{name}` has no mass and travels free at a freight per tonne-km (lanes!{cell}); write t/item"
            yield report_warning(reading, "items", row, "mass", message)


@needs("regions", "items", "lanes", "duties")
def inner_lanes_do_something(reading: "Reading") -> Iterator[Issue]:
    """A lane from a region to itself costs something or limits something."""
    instance = reading.instance
    lanes = instance["lanes"]
    own = lanes[lanes["origin"] == lanes["destination"]]
    paid = own[["cost", "lead_days", "opening_cost"]].gt(0).any(axis=1) | own["capacity"].notna()
    by_distance = (own["cost_per_tkm"] > 0) & (own["distance"] > 0)
    for row, lane in rows(own[~paid & ~by_distance]):
        if not _under_duty(instance, lane):
            message = (
                f"a free lane from `{lane['origin']}` to itself has no effect; write its cost, capacity or distance, "
                "or remove the row"
            )
            yield report_warning(reading, "lanes", row, "destination", message)


def _under_duty(instance: Instance, lane: Row) -> bool:
    """Is there a duty or ban on the lane, or on any item of a `*` lane."""
    items = instance["items"]["item"] if lane["item"] == "*" else [lane["item"]]
    spread = pd.DataFrame({"origin": lane["origin"], "destination": lane["destination"], "item": list(items)})
    spread = add_blocs(instance, spread)
    return any(match_duties(duty, spread).any() for _, duty in rows(instance["duties"]))


@needs(*SUPPLY_SHEETS, "demand", "enablers")
def lanes_carry_something(reading: "Reading") -> Iterator[Issue]:
    """The named item of a lane can be at its origin, and something uses it."""
    instance = reading.instance
    lanes, recipes = instance["lanes"], instance["recipes"]
    lanes = lanes[lanes["item"] != "*"]
    if lanes.empty:
        return
    had = supply(instance).ever(every_line_runs=True)[0]
    region, item = positions(instance, "regions", "region"), positions(instance, "items", "item")
    at_origin = had[place_of(lanes["origin"], region, -1), place_of(lanes["item"], item, -1)]
    for row, lane in rows(lanes[~at_origin & (lanes["origin"] != lanes["destination"])]):
        message = (
            f"`{lane['item']}` can neither be made in nor brought to `{lane['origin']}`, so that this lane stays "
            "empty; correct the origin or remove the row"
        )
        yield report_warning(reading, "lanes", row, "origin", message)
    wanted = (
        set(recipes.loc[recipes["quantity"] < 0, "item"]) | list_final_items(instance) | set(instance["stocks"]["item"])
    )
    for row, lane in rows(lanes[at_origin & ~lanes["item"].isin(wanted)]):
        message = f"nothing uses, sells or stocks `{lane['item']}`, so that this lane stays empty; correct or remove it"
        yield report_warning(reading, "lanes", row, "item", message)


_BETWEEN = re.compile(r"[,/|&\n]")


@needs("lanes")
def chokepoints_are_separated(reading: "Reading") -> Iterator[Issue]:
    """Several chokepoints in a cell have `;` between them."""
    lanes = reading.instance["lanes"]
    for row, lane in rows(lanes[lanes["chokepoints"].notna()].drop_duplicates("chokepoints")):
        for name in filter(None, map(str.strip, lane["chokepoints"].split(";"))):
            parts = [part.strip() for part in _BETWEEN.split(name) if part.strip()]
            if len(parts) > 1:
                message = f"`{name}` is read as one chokepoint; to name several, write `{'; '.join(parts)}`"
                yield report_warning(reading, "lanes", row, "chokepoints", message)


@needs("lanes")
def chokepoints_are_spelled_alike(reading: "Reading") -> Iterator[Issue]:
    """A chokepoint has one spelling."""
    lanes = reading.instance["lanes"]
    first: dict[str, tuple[str, int]] = {}
    for row, lane in rows(lanes[lanes["chokepoints"].notna()]):
        for name in filter(None, map(str.strip, lane["chokepoints"].split(";"))):
            known, where = first.setdefault(plain_form(name), (name, row))
            if name != known:
                cell = reading.cell("lanes", where, "chokepoints")
                message = f"chokepoint `{name}` is read as a different name from `{known}` ({cell}); use one spelling"
                yield report_warning(reading, "lanes", row, "chokepoints", message)
