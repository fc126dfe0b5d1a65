"""The table of contents: the blocks of the model, in the order in which they are built."""

from types import ModuleType

import pandas as pd

from planner_models.blocks import (
    access,
    balance,
    capacity,
    carbon,
    cash,
    changes,
    clusters,
    coordination,
    costs,
    demand,
    development,
    eligibility,
    enablers,
    experience,
    growth,
    hubs,
    inertia,
    lane_use,
    lanes,
    location,
    locks,
    logic,
    policies,
    production,
    returns,
    rules,
    sites,
    stock,
    ties,
)
from planner_models.blocks.disruptions import losses, risk, snapshots
from planner_models.collector import collector_paused
from planner_models.instance import Instance
from planner_models.model import Model
from planner_models.sets.derive import derive

BLOCKS: tuple[ModuleType, ...] = (
    lanes,
    lane_use,
    hubs,
    production,
    access,
    sites,
    capacity,
    demand,
    returns,
    carbon,
    location,
    enablers,
    stock,
    development,
    ties,
    experience,
    clusters,
    policies,
    eligibility,
    locks,
    logic,
    changes,
    growth,
    inertia,
    balance,
    coordination,
    snapshots,
    losses,
    risk,
    cash,
    rules,
    costs,
)
"""Lanes come first: they say where a region has a supply and a delivered side. Blocks use the variables of those before
them; balance and costs close the sums that all others have added to; snapshots repeat what stands before them."""

DISRUPTIONS = (snapshots, losses, risk)
"""The blocks that are there for disruptions alone: what they build belongs to no undisturbed plan."""


def build(instance: Instance) -> Model:
    """The model of an instance that has passed the checks.

    Parameters
    ----------
    instance
        The checked instance.

    Returns
    -------
    Model
        The model with its sets; its variables have yet to be solved for.
    """
    with collector_paused():
        m = Model(name=instance.settings["name"])
        m.sets = derive(instance)
        m.cost_lines = []
        balance.prepare(m)
        m.of_disruptions = set()
        for block in BLOCKS:
            before = set(m.component_map()) if block in DISRUPTIONS else set()
            block.build(m, m.sets)
            m.of_disruptions |= set(m.component_map()) - before if block in DISRUPTIONS else set()
    return m


def report(m: Model) -> dict[str, pd.DataFrame]:
    """What every block says about the values its variables hold.

    Parameters
    ----------
    m
        A model whose variables hold a plan.

    Returns
    -------
    dict of str to pandas.DataFrame
        Result tables by sheet, as the blocks write them; `planner_models.plan.tidy` sorts them and drops zero rows.
    """
    tables: dict[str, pd.DataFrame] = {}
    for block in BLOCKS:
        for sheet, table in block.report(m, m.sets).items() if hasattr(block, "report") else ():
            tables[sheet] = pd.concat([tables[sheet], table], ignore_index=True) if sheet in tables else table
    return tables
