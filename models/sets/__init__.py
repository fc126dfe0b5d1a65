"""The sparse sets of an instance: all that can exist, decided once with pandas, so that rules hold no conditions."""

from dataclasses import dataclass

import pandas as pd

from models.instance import Instance
from models.sets.arcs import arc_table, flow_table
from models.sets.lines import existing_capacity, line_table, site_table, site_windows
from models.sets.modules import Order, option_table, orders
from models.sets.reach import available, useful_arcs, wanted
from models.sets.timeline import Timeline, timeline


@dataclass(frozen=True)
class Sets:
    """What can exist in an instance.

    sites, lines, options: frames indexed by their keys (see the functions that make them)
    windows: site -> periods in which it may be open
    existing: (site, process, period) -> capacity in activity/year, above zero
    orders: (site, process, option, period) -> what ordering one module then would mean
    running: the (site, process) whose every input can reach them
    arcs, flows: frames, one row per arc, and per arc and period in which it is not banned
    recipes: process -> ((item, quantity), ...)
    """

    instance: Instance
    time: Timeline
    sites: pd.DataFrame
    lines: pd.DataFrame
    options: pd.DataFrame
    windows: dict[str, tuple[str, ...]]
    existing: dict[tuple[str, str, str], float]
    orders: dict[tuple[str, str, str, str], Order]
    running: set[tuple[str, str]]
    arcs: pd.DataFrame
    flows: pd.DataFrame
    recipes: dict[str, tuple[tuple[str, float], ...]]


def derive(instance: Instance) -> Sets:
    """All sparse sets of an instance."""
    time = timeline(instance)
    sites = site_table(instance)
    lines = line_table(instance, sites)
    windows = site_windows(sites, time)
    options = option_table(instance, lines)
    every_arc = arc_table(instance)
    there, running = available(instance, lines, every_arc)
    arcs = useful_arcs(every_arc, there, wanted(instance, lines, every_arc, running))
    recipes = instance["recipes"]
    return Sets(
        instance=instance,
        time=time,
        sites=sites,
        lines=lines,
        options=options,
        windows=windows,
        existing=existing_capacity(instance, lines, windows, time),
        orders=orders(options, windows, time),
        running=running,
        arcs=arcs,
        flows=flow_table(instance, arcs, time),
        recipes={
            process: tuple(zip(rows["item"], rows["quantity"], strict=True))
            for process, rows in recipes.groupby("process")
        },
    )
