"""Lane use: whether a lane carries anything in a period, where that is limited or asks for a least flow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models.keys import Flow, Lane
from planner_models.linear import LinearExpression, linear, objects, tuples
from planner_models.model import Model
from planner_models.sets import Sets

FLOW = ["origin", "destination", "item", "mode", "period"]

UsedFlow = tuple[str, str, str, str, str, str]
"""Origin, destination, item cell of the lane, mode and period, then the item of the flow."""

USED = 1e-8
"""A flow above this share of the largest of its item uses a lane; below it is rounding."""


@dataclass(frozen=True)
class LaneUse:
    """Whether lanes carry anything, by origin, destination, item (`*`: whatever they carry), mode and period.

    carried: by lane, what it carries in item/year; flow_of: by lane and item, the flow
    most_carried: the most that each of these flows can be; least_flow: of a lane that is used, both in item/year
    """

    lane_used: pyo.Var[Lane]
    carried: dict[Lane, LinearExpression]
    flow_of: dict[UsedFlow, Flow]
    most_carried: dict[UsedFlow, float]
    least_flow: dict[Lane, float]


def build(m: Model, sets: Sets) -> None:
    """lane_used[lane,t] binary, for lanes with a least flow and those that a rule counts."""
    m.lane_use = use = _offer(m, sets)
    m.lane_in_use = pyo.Constraint(list(use.flow_of), rule=lane_in_use)
    m.lane_least_flow = pyo.Constraint(list(use.least_flow), rule=lane_least_flow)


def _offer(m: Model, sets: Sets) -> LaneUse:
    carried: dict[Lane, LinearExpression] = {}
    flow_of: dict[UsedFlow, Flow] = {}
    most_carried: dict[UsedFlow, float] = {}
    flows, least = sets.flows, sets.used_lanes
    variables = objects(m.lanes.shipped).tolist() if least else []
    limits = flows[["own_capacity", "shared"]].min(axis=1).fillna(float("inf")).tolist() if least else []
    carried = defaultdict(LinearExpression)
    for key, variable, limit in zip(tuples(flows[FLOW]) if least else [], variables, limits, strict=True):
        origin, destination, item, mode, period = key
        for cell in ("*", item):
            if (origin, destination, cell, mode) in least:
                lane = (origin, destination, cell, mode, period)
                carried[lane].add(1.0, variable)
                flow_of[(*lane, item)] = key
                most_carried[(*lane, item)] = min(limit, m.lanes.most_moved[item, period])
    m.lane_used = lane_used = pyo.Var(list(carried), domain=pyo.Binary)
    least_flow = {lane: least[lane[:4]] for lane in carried if least[lane[:4]] > 0}
    return LaneUse(lane_used, dict(carried), flow_of, most_carried, least_flow)


def lane_in_use(m: Model, *key: *UsedFlow) -> pyo.Expression:
    """shipped[a,t] <= most_carried[a,t] lane_used[lane of a,t]"""
    flow, used = m.lanes.shipped[m.lane_use.flow_of[key]], m.lane_use.lane_used[key[:5]]
    return linear([1.0, -m.lane_use.most_carried[key]], [flow, used]) <= 0


def lane_least_flow(m: Model, *lane: *Lane) -> pyo.Expression:
    """sum over items on the lane of shipped >= min_flow lane_used[lane,t]"""
    carried, used = m.lane_use.carried[lane], m.lane_use.lane_used[lane]
    return linear([*carried.coefficients, -m.lane_use.least_flow[lane]], [*carried.variables, used]) >= 0


def find_used_lanes(m: Model) -> set[Lane]:
    """The lanes that carry more than rounding leaves.

    Parameters
    ----------
    m
        A model whose variables hold a plan.

    Returns
    -------
    set of tuple
        Origin, destination, item cell, mode and period.
    """
    largest = largest_flows(m) if m.lane_use.flow_of else {}
    return {key[:5] for key, flow in m.lane_use.flow_of.items() if m.lanes.shipped[flow].value > USED * largest[key[5]]}


def largest_flows(m: Model) -> dict[str, float]:
    """By item, the largest flow on any lane in the plan that the variables hold, item/year."""
    largest: dict[str, float] = defaultdict(float)
    for key, variable in m.lanes.shipped.items():
        largest[key[2]] = max(largest[key[2]], variable.value)
    return largest
