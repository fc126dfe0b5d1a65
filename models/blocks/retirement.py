"""Retirement: which existing capacity it may be of use to retire, and what says whether it is there."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from planner_models.keys import LinePeriod
from planner_models.linear import Variable
from planner_models.model import Model
from planner_models.sets import Sets

WEIGHING = ("min_utilisation", "max_capacity_ratio", "max_capacity")
"""Types of rules that idle capacity can break."""


def list_retirable(sets: Sets) -> list[LinePeriod]:
    """The existing capacity that it may be of use to retire."""
    lines = sets.lines
    asked = lines.index.isin(sets.ruled_out["kept"]) | _find_weighed_lines(sets)
    costly = np.any([table["fixed_cost"].to_numpy() > 0 for table in sets.costs.values()], axis=0)
    worth_it = costly | (lines["min_load"] > 0) | asked
    matters = lines["home"] & (lines["retirable"] == "yes") & worth_it
    retirable = set(lines.index[matters])
    return [key for key in sets.existing if key[:2] in retirable]


def _find_weighed_lines(sets: Sets) -> np.ndarray:
    """Which lines make an item of which a rule weighs capacity against use."""
    items = {item for rule in sets.rules if rule.type in WEIGHING for item in rule.items}
    makers = {process for item in items for process in sets.making(item, sets.time.periods[0])}
    return sets.lines.index.get_level_values("process").isin(makers)


def find_kept_before(sets: Sets, kept: pyo.Var[LinePeriod]) -> dict[LinePeriod, LinePeriod]:
    """The last period before in which a line has existing capacity, where there is one."""
    found = {}
    for site, process, period in kept:
        earlier = sets.time.periods[: sets.time.position[period]]
        known = [(site, process, before) for before in earlier if (site, process, before) in kept]
        if known:
            found[site, process, period] = known[-1]
    return found


def list_openings_since(
    m: Model, sets: Sets, kept_before: dict[LinePeriod, LinePeriod]
) -> dict[LinePeriod, list[Variable]]:
    opens = m.sites.opens
    return {
        key: [opens[key[0], moment] for moment in sets.time.window(before[2], key[2])[1:] if (key[0], moment) in opens]
        for key, before in kept_before.items()
    }


def find_state(m: Model, kept: pyo.Var[LinePeriod], line: LinePeriod) -> Variable | None:
    """The variable that says whether existing capacity is there; None where it always is.

    Parameters
    ----------
    m
        The model, with its sites.
    kept
        The variables of existing capacity that may be retired.
    line
        Site, process and period.

    Returns
    -------
    Variable or None
        1 while it is there, 0 when it is not.
    """
    if line in kept:
        return kept[line]
    site, _, period = line
    always = (site, period) not in m.sites.opened
    return None if always else m.sites.opened[site, period]
