"""The model: Pyomo's, with what each block offers to the others in typed fields.

Variables and constraints are components by their own names as well, which is how a solver and a proof find them. Code
reads what a block offers from the block's field: `m.capacity.usable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

if TYPE_CHECKING:  # blocks import this module, so their types are named here without being imported when it runs
    from planner_models.blocks.access import Access
    from planner_models.blocks.balance import Ledgers
    from planner_models.blocks.capacity import Capacity
    from planner_models.blocks.cash import Cash
    from planner_models.blocks.changes import Changes
    from planner_models.blocks.clusters import Clusters
    from planner_models.blocks.coordination import Coordination
    from planner_models.blocks.costs import CostLine, Costs
    from planner_models.blocks.demand import Demand
    from planner_models.blocks.development import Development
    from planner_models.blocks.disruptions.losses import Losses
    from planner_models.blocks.disruptions.risk import Risk
    from planner_models.blocks.disruptions.snapshots import Snapshots
    from planner_models.blocks.disruptions.stocks import Windows
    from planner_models.blocks.eligibility import Programmes
    from planner_models.blocks.enablers import Enablers
    from planner_models.blocks.experience import Experience
    from planner_models.blocks.growth import Expansion
    from planner_models.blocks.hubs import Hubs
    from planner_models.blocks.inertia import Movements
    from planner_models.blocks.lane_use import LaneUse
    from planner_models.blocks.lanes import Lanes
    from planner_models.blocks.location import Location
    from planner_models.blocks.locks import Locks
    from planner_models.blocks.logic import Logic
    from planner_models.blocks.policies import Policies
    from planner_models.blocks.production import Production
    from planner_models.blocks.returns import Returns
    from planner_models.blocks.rules import Rules
    from planner_models.blocks.rules.concentration import Concentration
    from planner_models.blocks.rules.content import Content
    from planner_models.blocks.rules.reserves import Reserves
    from planner_models.blocks.rules.single import Singles
    from planner_models.blocks.rules.sources import Sources
    from planner_models.blocks.rules.supply import Supplies
    from planner_models.blocks.sites import Sites
    from planner_models.blocks.stock import Stock
    from planner_models.blocks.ties import Ties
    from planner_models.sets import Sets


class Model(pyo.ConcreteModel):
    """A model under construction, or built: every block sets its own field, for itself and for the blocks after it.

    `ledgers` and `cost_lines` are there from the beginning, for every block to post to.
    """

    sets: Sets
    cost_lines: list[CostLine]
    ledgers: Ledgers
    lanes: Lanes
    lane_use: LaneUse
    hubs: Hubs
    production: Production
    access: Access
    sites: Sites
    capacity: Capacity
    demand: Demand
    returns: Returns
    location: Location
    enablers: Enablers
    stock: Stock
    development: Development
    ties: Ties
    experience: Experience
    clusters: Clusters
    coordination: Coordination
    policies: Policies
    programmes: Programmes
    locks: Locks
    logic: Logic
    changes: Changes
    movements: Movements
    expansion: Expansion
    snapshots: Snapshots
    windows: Windows
    losses: Losses
    risk: Risk
    cash: Cash
    supplies: Supplies
    content: Content
    reserves: Reserves
    rules: Rules
    singles: Singles
    sources: Sources
    concentration: Concentration
    costs: Costs
    of_disruptions: set[str]
