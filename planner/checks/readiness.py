"""When development projects can be ready at the soonest, and what has to wait for them.

Times are positions of periods; NEVER where something cannot be ready within the horizon.
"""

import numpy as np
import pandas as pd

from planner.checks import rows
from planner.checks.offers import stakes_offered
from planner.checks.places import place_of, positions
from planner_models.instance import Instance

NEVER = np.inf

PARTNER_SWITCHES = {"joint": "joint_development", "alliance": "alliances"}
"""Kinds of development that are not offered with a partner while their switch is off."""


def select_offered(instance: Instance) -> pd.DataFrame:
    """The rows of `projects` (same index) that the switches and the partners' offers leave."""
    projects, settings = instance["projects"], instance.settings
    partnered = projects["partner"].notna()
    left = pd.Series(True, index=projects.index)
    for kind, switch in PARTNER_SWITCHES.items():
        if settings[switch] == "off":
            left &= ~((projects["kind"] == kind) & partnered)
    outside = set(instance["firms"].loc[instance["firms"]["home"] == "no", "firm"])
    offered = stakes_offered(instance, switched=True)
    stake = projects["partner"].map(offered).where(projects["partner"].isin(outside))
    return projects[left & ~(stake < projects["min_stake"])]


def earliest_ready(instance: Instance) -> dict[str, float]:
    """The position of the first period in which each project can be ready; projects in a circle of needs never are."""
    order = positions(instance, "periods", "period")
    options = select_offered(instance)
    starts = place_of(options["first_period"], order, 0)
    ready = dict.fromkeys(instance["projects"]["project"], NEVER)
    for _ in range(len(ready)):
        before = dict(ready)
        for start, (_, option) in zip(starts, rows(options), strict=True):
            needed = 0.0 if option["needs"] is None else ready.get(option["needs"], NEVER)
            done = max(float(start), needed) + option["duration"]
            if done < min(len(order), ready[option["project"]]):
                ready[option["project"]] = done
        if ready == before:
            break
    return ready


def find_ready_positions(instance: Instance, sheet: str) -> np.ndarray:
    """The position of the period from which each row of `sheet` (items or processes) has the project it requires."""
    ready = earliest_ready(instance)
    return np.array([0.0 if name is None else ready.get(name, NEVER) for name in instance[sheet]["requires"]])
