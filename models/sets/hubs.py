"""Hubs: places where passing an item on is limited, or costs something."""

from dataclasses import dataclass

import pandas as pd

from planner_models import frames
from planner_models.by_period import find_greatest
from planner_models.instance import Instance
from planner_models.sets.rules import EVERY, OPEN, Rule

HUB = ["region", "item"]

Hub = tuple[str, str]
"""Region and item cell of a row of sheet `hubs`."""


@dataclass(frozen=True)
class PassableHubs:
    """The hubs that can be of use.

    rows: one per hub, indexed by region and item cell, with the columns of the sheet and `variable` (bool: whether it
    is open is decided)
    hub_of: (item, region) that can be passed on -> the hub that it passes
    """

    rows: pd.DataFrame
    hub_of: dict[tuple[str, str], Hub]


def hub_sets(
    instance: Instance, rules: tuple[Rule, ...], refusable: set[tuple[str, ...]], arcs: pd.DataFrame
) -> PassableHubs:
    """The hubs and what can pass them.

    A row that names an item replaces the `*` row of the region for it. Whether a hub is open is decided where it costs
    something to open or to have, or where a rule or link may want it closed.

    Parameters
    ----------
    instance
        The instance.
    rules
        Its rules.
    refusable
        Hubs that some link may want closed.
    arcs
        Its arcs: see `arcs.arc_table`.

    Returns
    -------
    PassableHubs
        Empty where the sheet is.
    """
    table = instance["hubs"].set_index(HUB)
    wanted = refusable | {hub for rule in rules if rule.type == "max_open" for hub in list_hubs(instance, rule)}
    greatest = find_greatest(instance, "hubs", "fixed_cost").set_axis(table.index)
    costly = (table["opening_cost"] > 0) | (greatest > 0)
    rows = table.assign(variable=costly | table.index.isin(wanted))
    if rows.empty:
        return PassableHubs(rows, {})
    between = arcs[arcs["origin"].astype(str) != arcs["destination"].astype(str)]
    arriving, leaving = (set(zip(between["item"], between[end], strict=True)) for end in ("destination", "origin"))
    hub_of = {}
    for item, region in sorted(arriving & leaving):
        cell = next((name for name in (item, EVERY) if (region, name) in rows.index), None)
        if cell is not None:
            hub_of[item, region] = (region, cell)
    return PassableHubs(rows, hub_of)


def list_hubs(instance: Instance, rule: Rule) -> list[Hub]:
    """The hubs that a rule counts.

    Parameters
    ----------
    instance
        The instance.
    rule
        A rule on openings.

    Returns
    -------
    list of tuple
        Region, in its scope and among those named, and item cell (the rule's own, or any where that is `*`); none
        where the rule counts something else.
    """
    if rule.type not in OPEN or rule.by != "hub":
        return []
    (regions,) = rule.places.values()
    return sorted(
        hub
        for hub, _ in frames.pairs(instance["hubs"].set_index(HUB)["handling_cost"])
        if hub[0] in regions and rule.names(hub[0]) and rule.items[0] in (EVERY, hub[1])
    )
