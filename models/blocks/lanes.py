"""Lanes: what moves between regions, over lanes that have a capacity and may have to be opened first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.keys import Flow, Lane, Place, SharedLane
from planner_models.linear import LinearExpression, linear, objects, post, tuples
from planner_models.model import Model
from planner_models.schema import TIERS
from planner_models.sets import Sets
from planner_models.sets.arcs import LANE

FLOW = ["origin", "destination", "item", "mode", "period"]
PLACE = ["item", "destination"]


@dataclass(frozen=True)
class Lanes:
    """What moves between regions.

    lane_of: the row to be opened for a flow; lane_before: a lane one period earlier
    most_moved: by item and period, the most of it that one arc can sensibly carry, item/year
    most_shipped: the most that a flow on a lane that has to be opened can be, item/year
    sharing: by lane whose capacity its items share, what they ship less that capacity
    """

    shipped: pyo.Var[Flow]
    transited: pyo.Var[Place]
    retained: pyo.Var[Place]
    lane_opened: pyo.Var[Lane]
    lane_of: dict[Flow, Lane]
    lane_before: dict[Lane, Lane]
    most_moved: dict[tuple[str, str], float]
    most_shipped: dict[Flow, float]
    sharing: dict[SharedLane, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """shipped[a,t] >= 0 in item/year; lane_opened[lane row,t] binary, for rows with an opening cost.

    transited[i,r,t] >= 0: where a region has a lane to itself for an item, what has arrived (or is in stock) and
    is shipped on; see the balance block. Likewise at hubs, where what is passed on has to be known; there
    retained[i,r,t] >= 0 is what is made and stays.
    """
    m.lanes = _offer(m, sets)
    m.lane_opening = pyo.Constraint(list(m.lanes.lane_of), rule=lane_opening)
    m.lane_stays_open = pyo.Constraint(list(m.lanes.lane_before), rule=lane_stays_open)
    m.lane_sharing = pyo.Constraint(list(m.lanes.sharing), rule=lane_sharing)
    variables = objects(m.lanes.shipped)
    _post_balance(m, sets, variables)
    _post_costs(m, sets, variables)


def _offer(m: Model, sets: Sets) -> Lanes:
    flows, periods = sets.flows, sets.time.periods
    keys: list[Flow] = tuples(flows[FLOW])
    m.shipped = shipped = pyo.Var(pyo.SetOf(keys), domain=pyo.NonNegativeReals)
    for place, capacity in frames.pairs(flows["own_capacity"].dropna()):
        shipped[keys[place]].setub(capacity)
    costly = flows[flows["opening_cost"] > 0]
    priced: list[Flow] = tuples(costly[FLOW])
    lane_of = {key: (*key[:2], row, *key[3:]) for key, row in zip(priced, costly["gate"], strict=True)}
    lanes = sorted({lane[:4] for lane in lane_of.values()})
    m.lane_opened = lane_opened = pyo.Var([(*lane, period) for lane in lanes for period in periods], domain=pyo.Binary)
    limits = costly[["own_capacity", "shared"]].min(axis=1).fillna(float("inf"))
    most_moved = _most_moved(sets)
    transits = [(*place, period) for place in _split(sets) for period in periods]
    m.transited = transited = pyo.Var(transits, domain=pyo.NonNegativeReals)
    inner = _own_lanes(sets)
    staying = [(item, region, period) for item, region, period in transits if (item, region) not in inner]
    m.retained = retained = pyo.Var(staying, domain=pyo.NonNegativeReals)
    return Lanes(
        shipped=shipped,
        transited=transited,
        retained=retained,
        lane_opened=lane_opened,
        lane_of=lane_of,
        lane_before={(*lane, later): (*lane, earlier) for lane in lanes for earlier, later in pairwise(periods)},
        most_moved=most_moved,
        most_shipped={key: min(limit, most_moved[key[2], key[4]]) for key, limit in zip(priced, limits, strict=True)},
        sharing=_group_shared_lanes(sets, objects(shipped), lane_opened),
    )


def _split(sets: Sets) -> pd.MultiIndex:
    """The (item, region) with a lane from the region to itself, and those of hubs."""
    own = _own_lanes(sets)
    return own.union(pd.MultiIndex.from_tuples(list(sets.hubs.hub_of), names=PLACE)) if sets.hubs.hub_of else own


def _own_lanes(sets: Sets) -> pd.MultiIndex:
    """The (item, region) with a lane from the region to itself."""
    own = sets.arcs[sets.arcs["origin"] == sets.arcs["destination"]]
    return pd.MultiIndex.from_frame(own[PLACE].drop_duplicates().sort_values(PLACE))


def _most_moved(sets: Sets) -> dict[tuple[str, str], float]:
    """The most of an item that one arc can sensibly carry in a period: all that is made, comes back or is in stock."""
    made: dict[tuple[str, str], float] = defaultdict(float)
    for (item, _, period), most in sets.most_returned.items():
        made[item, period] += most
    for (_, process, period), most in sets.most.items():
        for item, quantity in sets.recipe(process, period):
            made[item, period] += max(quantity, 0.0) * most
    stock = sets.instance["stocks"].groupby("item")["initial"].sum().to_dict()
    bound = {}
    for item, initial in (dict.fromkeys(sets.instance["items"]["item"], 0.0) | stock).items():
        kept = initial
        for period in sets.time.periods:
            years = sets.time.years[period]
            bound[item, period] = made[item, period] + (kept / years if item in stock else 0.0)
            kept += years * made[item, period]
    return bound


def _group_shared_lanes(
    sets: Sets, variables: np.ndarray, lane_opened: pyo.Var[Lane]
) -> dict[SharedLane, LinearExpression]:
    shared = sets.flows[sets.flows["shared"].notna()]
    lanes: list[SharedLane] = tuples(shared[[*LANE, "period"]])
    named = {lane for lane, row in zip(lanes, shared["gate"], strict=True) if row != "*"}
    sharing: dict[SharedLane, LinearExpression] = defaultdict(LinearExpression)
    for lane, variable in zip(lanes, variables[shared.index].tolist(), strict=True):
        sharing[lane].add(1.0, variable)
    for lane, capacity in dict(zip(lanes, shared["shared"].tolist(), strict=True)).items():
        opened = (*lane[:2], "*", *lane[2:])
        gated = opened in lane_opened and lane not in named
        sharing[lane].add(-capacity, lane_opened[opened] if gated else None)
    return sharing


def lane_opening(m: Model, *key: *Flow) -> pyo.Expression:
    """shipped[a,t] <= most_shipped[a,t] lane_opened[lane row of a,t]"""
    return (
        linear([1.0, -m.lanes.most_shipped[key]], [m.lanes.shipped[key], m.lanes.lane_opened[m.lanes.lane_of[key]]])
        <= 0
    )


def lane_stays_open(m: Model, *key: *Lane) -> pyo.Expression:
    """lane_opened[.,t] >= lane_opened[.,t-1]"""
    return linear([1.0, -1.0], [m.lanes.lane_opened[key], m.lanes.lane_opened[m.lanes.lane_before[key]]]) >= 0


def lane_sharing(m: Model, *lane: *SharedLane) -> pyo.Expression:
    """sum over items of shipped <= capacity of the `*` row (x its lane_opened, where that opens all of them)"""
    terms = m.lanes.sharing[lane]
    return terms.expression() <= -terms.constant


def _post_balance(m: Model, sets: Sets, variables: np.ndarray) -> None:
    """What is shipped leaves the supply side of its origin and arrives at the use side of its destination."""
    flows = sets.flows
    post(m.ledgers.supply, flows[["item", "origin", "period"]], -1.0, variables)
    inner = pd.MultiIndex.from_frame(flows[PLACE]).isin(_split(sets))
    for ledger, there in ((m.ledgers.delivered, inner), (m.ledgers.supply, ~inner)):
        post(ledger, flows.loc[there, ["item", "destination", "period"]], 1.0, variables[there])
    for key, variable in m.lanes.transited.items():
        m.ledgers.delivered[key].add(-1.0, variable)
        m.ledgers.supply[key].add(1.0, variable)
    for key, variable in m.lanes.retained.items():
        m.ledgers.delivered[key].add(1.0, variable)
        m.ledgers.supply[key].add(-1.0, variable)


def _post_costs(m: Model, sets: Sets, variables: np.ndarray) -> None:
    """Transport, in-transit stock and duties per unit; opening a lane once, in the period it is first open.

    Opening a `*` lane, which carries items of every tier, is put down to the first tier.
    """
    flows = sets.flows
    tiers = sets.instance["items"].set_index("item")["tier"]
    labels = _labels(flows, tiers)
    for name, column in (("transport", "transport"), ("in-transit stock", "transit"), ("duties", "duty")):
        line = CostLine(name)
        line.extend(flows[column].to_numpy(), variables, labels)
        m.cost_lines.append(line)
    opening = CostLine("lane opening", once=True)
    priced = flows[flows["opening_cost"] > 0].drop_duplicates(["origin", "destination", "gate", "mode"])
    for row in frames.rows(priced):
        lane = (row["origin"], row["destination"], row["gate"], row["mode"])
        for period in sets.time.periods:
            label = (tiers.get(row["gate"], TIERS[0]), row["destination"], period)
            opening.add(row["opening_cost"], m.lanes.lane_opened[(*lane, period)], label)
            before = m.lanes.lane_before.get((*lane, period))
            if before:
                opening.add(-row["opening_cost"], m.lanes.lane_opened[before], label)
    m.cost_lines.append(opening)


def _labels(flows: pd.DataFrame, tiers: pd.Series) -> np.ndarray:
    """Tier, destination and period of each flow; the many flows with the same label share one tuple."""
    places = flows[["item", "destination", "period"]]
    which = places.groupby(list(places), observed=True, sort=False).ngroup().to_numpy()
    distinct = places.drop_duplicates()
    shared = tuples(distinct.assign(item=distinct["item"].map(tiers)))
    return np.fromiter(shared, object, len(shared))[which]


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `flows`: what moves, with its transport and in-transit cost and its duty in money/year."""
    flows = sets.flows.assign(shipped=[variable.value for variable in m.lanes.shipped.values()], scenario="base")
    flows = flows[flows["shipped"] != 0]
    table = flows[["origin", "destination", "item", "mode", "period", "scenario", "shipped"]].assign(
        cost=flows["shipped"] * (flows["transport"] + flows["transit"]), duty=flows["shipped"] * flows["duty"]
    )
    return {"flows": table}
