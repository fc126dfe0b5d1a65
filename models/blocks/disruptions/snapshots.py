"""Snapshots: what flows while a disruption lasts, within what the plan has decided.

A snapshot has flows of its own, in yearly rates, where it can change anything; all else stays as in the base, and so do
all decisions. `made_in` is what is made while the disruption lasts, and so on; see `flows` for what they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner_models.blocks.disruptions import stocks
from planner_models.blocks.disruptions.effects import Effects, effects
from planner_models.blocks.disruptions.flows import (
    ANSWERS,
    FLOWS,
    GATES,
    LIMITED,
    Flow,
    Key,
    PeriodFlows,
    Row,
    period_flows,
)
from planner_models.keys import Activity, Market
from planner_models.linear import LinearExpression, Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.hubs import HUB
from planner_models.sets.scenarios import Snapshot

HELD = (
    *(*GATES, "balance", "delivery", "within_capacity", "lane_sharing", "hub_sharing", "service", "step_volume"),
    "collected_of_sold",
)
"""The constraints on flows of one period that a snapshot keeps to as well."""

NOT_HELD = (
    "least_load",
    "least_take",
    "sent_open",
    "lane_in_use",
    "lane_least_flow",
    "source_supplying",
    "max_disposal",
    "learning_threshold",
    "inheritance_threshold",
    "practised_made",
    "stage_present",
    "settled_made",
    "enabling_threshold",
    "entitlement",
    "supply_sum",
    "source_sum",
    "min_cover",
    "max_capacity_ratio",
    "min_utilisation",
    "max_emissions",
    "min_local_content",
    "local_in_use",
    "local_made",
    "min_service",
    "traded_of_made",
    "own_sales",
    "own_use",
    "owned_in_stock",
    "traded_in_force",
    "traded_share",
    "taken_back_of_sold",
    "supply_fall",
    "supply_rise",
)
"""The others: what must be run or taken is waived, and so is how far supply may move from year to year; experience,
clusters, thresholds and subsidies stay as they are; what is sold at arm's length is settled in the base, and so is what
must be taken back; and security rules look at the base."""


@dataclass(frozen=True)
class SnapshotFlows:
    """The flows of a snapshot in the model: those of its period that hang together with what it hits.

    own: by number of a flow, its variable while the disruption lasts; rows: those that hold of them, with their places
    """

    snapshot: Snapshot
    flows: PeriodFlows
    effects: Effects
    own: dict[int, Any]
    rows: list[tuple[int, Row]]

    def named(self, name: str) -> Iterator[tuple[int, Flow]]:
        """Number and flow of those of one name."""
        for number in self.flows.numbers[name].values():
            if number in self.own:
                yield number, self.flows.flows[number]

    def terms(self, row: Row, factor: float = 1.0) -> LinearExpression:
        """A row with the variables of the snapshot; decisions, and the constant, times a factor."""
        own = [self.own[number] for number in row.columns]
        coefficients = [*row.coefficients, *(factor * value for value in row.rest.coefficients)]
        return LinearExpression(coefficients, [*own, *row.rest.variables], factor * row.rest.constant)


@dataclass(frozen=True)
class Snapshots:
    """What flows while disruptions last.

    parts: by scenario and period; rows: by scenario, kind and key, the part it is in and its place there
    gates: the flow, the most that it can be, and the decisions one of which it needs
    as_base: the flow, and the share of what it is in the base that it can be at most
    """

    parts: dict[tuple[str, str], SnapshotFlows]
    made_in: pyo.Var[Key]
    sold_in: pyo.Var[Key]
    released_in: pyo.Var[Key]
    restocked_in: pyo.Var[Key]
    rows: dict[Key, tuple[SnapshotFlows, int, Row]]
    gates: dict[Key, tuple[Variable, float, list[Variable]]]
    as_base: dict[Key, tuple[Variable, float, LinearExpression]]


def build(m: Model, sets: Sets) -> None:
    """made_in[w,l,o,t], shipped_in[w,a,t], transited_in, left_in, sold_in, deployed_in: the flows of the base again.

    unserved_in[w,market,t,q] is there wherever something is sold; released_in[w,r,i,t] is taken from stock,
    restocked_in[w,r,i,t] put back as far as the base adds to it, stored_in[w,r,i,t] beyond that.
    """
    parts = dict(_parts(m, sets))
    own = {name: _build_flows(m, parts, name) for name in (*FLOWS, *ANSWERS)}
    _limit_lanes(parts)
    stocks.build(m, dict.fromkeys(key[1:] for key in own["released"]))
    rows = {(w, row.kind, *row.key): (part, place, row) for (w, _), part in parts.items() for place, row in part.rows}
    m.snapshots = snapshots = Snapshots(
        parts=parts,
        made_in=own["made"],
        sold_in=own["sold"],
        released_in=own["released"],
        restocked_in=own["restocked"],
        rows=rows,
        gates=dict(_gates(m, sets, parts)),
        as_base=dict(_as_base(parts)),
    )
    m.capacity_in = pyo.Constraint(pyo.SetOf(list(own["made"])), rule=capacity_in)
    sharing = [key for key in rows if key[1] in LIMITED]
    m.sharing_in = pyo.Constraint(pyo.SetOf(sharing), rule=sharing_in)
    balances = [key for key in rows if key[1] in ("supply", "delivered")]
    m.balance_in = pyo.Constraint(pyo.SetOf(balances), rule=balance_in)
    m.release_in = pyo.Constraint(pyo.SetOf(list(own["released"])), rule=release_in)
    m.restock_in = pyo.Constraint(pyo.SetOf(list(own["restocked"])), rule=restock_in)
    m.gated_in = pyo.Constraint(pyo.SetOf(list(snapshots.gates)), rule=gated_in)
    m.served_in = pyo.Constraint(pyo.SetOf(list(own["sold"])), rule=served_in)
    m.no_more_in = pyo.Constraint(pyo.SetOf(list(snapshots.as_base)), rule=no_more_in)


def _parts(m: Model, sets: Sets) -> Iterator[tuple[tuple[str, str], SnapshotFlows]]:
    """By modelled scenario and period: the flows that a snapshot can change, still without variables."""
    modelled = [key for key in sets.snapshots if sets.scenarios.at[key[0], "modelled"]]
    periods = period_flows(m, sorted({period for _, period in modelled}))
    for key in modelled:
        flows, snapshot = periods[key[1]], sets.snapshots[key]
        found = effects(flows, snapshot)
        own: dict[int, Any] = dict.fromkeys(flows.together(found.hit))
        rows = [(place, row) for place, row in enumerate(flows.rows) if row.columns[0] in own]
        yield key, SnapshotFlows(snapshot, flows, found, own, rows)


def _build_flows(m: Model, parts: dict[tuple[str, str], SnapshotFlows], name: str) -> pyo.Var[Key]:
    """One variable for each flow of this name that a snapshot can change."""
    places = {(w, *flow.key): (part.own, number) for (w, _), part in parts.items() for number, flow in part.named(name)}
    variables = pyo.Var(pyo.SetOf(list(places)), domain=pyo.NonNegativeReals)
    m.add_component(f"{name}_in", variables)
    for key, (own, number) in places.items():
        own[number] = variables[key]
    return variables


def _limit_lanes(parts: dict[tuple[str, str], SnapshotFlows]) -> None:
    """A lane's own capacity, or that of a hub for one item, as the snapshot leaves it."""
    for part in parts.values():
        for number, flow in [*part.named("shipped"), *part.named("transited")]:
            if flow.most is not None:
                part.own[number].setub(flow.most.constant * part.effects.capacity.get(number, 1.0))


def _gates(
    m: Model, sets: Sets, parts: dict[tuple[str, str], SnapshotFlows]
) -> Iterator[tuple[Key, tuple[Variable, float, list[Variable]]]]:
    """What must be in force, ready or open for a flow: the flow, the most that it then can be, and the decisions."""
    for (w, _), part in parts.items():
        for name, most in _MOST.items():
            for number, flow in part.named(name):
                for row, decisions in flow.gates:
                    yield (w, *row), (part.own[number], most(m, sets, part.snapshot, flow.key), decisions)


def _most_made(m: Model, sets: Sets, snapshot: Snapshot, key: Key) -> float:
    """All that a draw could give if everything that can be built were, as the snapshot leaves it and as is of use."""
    most = snapshot.capacity.get(key[:3], 1.0) * sets.most[(*key[:2], key[3])] * sets.shares[key[:3]]
    return min(most, _most_useful(m, sets, snapshot, key[1], key[3]))


def _most_useful(m: Model, sets: Sets, snapshot: Snapshot, process: str, period: str) -> float:
    """All that is of use of a process: more than in the base where the snapshot raises demand or capacity.

    Without limit where some stock has a maximum: it is no limit of what is stored.
    """
    if m.stock.limited:
        return float("inf")
    raised = max([1.0, *snapshot.demand.values(), *snapshot.capacity.values()])
    return raised * sets.most_useful(process, period)


def _most_sold(m: Model, sets: Sets, snapshot: Snapshot, key: Key) -> float:
    """The volume of a step in the snapshot."""
    return snapshot.demand.get(key[:2], 1.0) * m.demand.most_sold[key]


def _most_shipped(m: Model, sets: Sets, snapshot: Snapshot, key: Key) -> float:
    """All that could be made of an item, where capacity may be raised, and be taken from stock in the months."""
    more = max(1.0, *snapshot.capacity.values()) if snapshot.capacity else 1.0
    stock = 12.0 / snapshot.months * sets.time.years[key[4]] if key[2] in m.stock.items else 0.0
    return m.lanes.most_moved[key[2], key[4]] * (more + stock)


def _most_passed(m: Model, sets: Sets, snapshot: Snapshot, key: Key) -> float:
    """The capacity of a hub, or all that could be shipped of an item."""
    hub = sets.hubs.hub_of.get(key[:2])
    hubs = sets.views[key[2]]["hubs"].set_index(HUB)["capacity"]
    capacity = None if hub is None else hubs.get(hub)
    most = _most_shipped(m, sets, snapshot, ("", "", key[0], "", key[2]))
    return most if capacity is None or capacity != capacity else min(most, capacity)


_MOST = {"made": _most_made, "sold": _most_sold, "shipped": _most_shipped, "transited": _most_passed}


def _as_base(
    parts: dict[tuple[str, str], SnapshotFlows],
) -> Iterator[tuple[Key, tuple[Variable, float, LinearExpression]]]:
    """Flows that are at most a share of what they are in the base: the flow, the share, and the flow of the base.

    What is collected is at most what comes back in the base, whatever of that the base collects.
    """
    for (w, _), part in parts.items():
        limited = {number: 1.0 for number in part.own if part.flows.flows[number].within_base}
        limited |= part.effects.within_base
        for number, share in limited.items():
            flow = part.flows.flows[number]
            yield (w, flow.name, *flow.key), (part.own[number], share, flow.base)
        for number, flow in part.named("collected"):
            yield (w, flow.name, *flow.key), (part.own[number], 1.0, flow.most or LinearExpression())


def capacity_in(m: Model, scenario: str, *key: *Activity) -> pyo.Expression:
    """made_in[w,l,o,t] <= factor[w,l,o,t] x share[l,o] (existing[l,t] (kept or accessed) + sum_k size_k ramp built)

    As in the base no part counts for more than all that can be of use.
    """
    usable, part = m.capacity.usable[key], m.snapshots.parts[scenario, key[3]]
    left = part.effects.capacity.get(part.flows.numbers["made"][key], 1.0)
    parts = LinearExpression([left * value for value in usable.coefficients], usable.variables, left * usable.constant)
    parts = parts.at_most(_most_useful(m, m.sets, part.snapshot, key[1], key[3]))
    return parts.minus(1.0, m.snapshots.made_in[(scenario, *key)]) <= parts.constant


def sharing_in(m: Model, *key: str) -> pyo.Expression:
    """sum over items of shipped_in <= capacity of the `*` row (x its lane_opened) x the factor that hits all of them

    Of hubs transited_in <= capacity (x hub_opened).
    """
    part, place, row = m.snapshots.rows[key]
    terms = part.terms(row, part.effects.sharing.get(place, 1.0))
    return terms.expression() <= -terms.constant


def balance_in(m: Model, *key: str) -> pyo.Expression:
    """The balance of the base, or its delivery, with the flows of the snapshot

    + released_in - restocked_in - stored_in come instead of what the base takes from stock or adds to it.
    """
    part, _, row = m.snapshots.rows[key]
    terms = part.terms(row)
    return terms.expression() == -terms.constant


def release_in(m: Model, scenario: str, *place: *Market) -> pyo.Expression:
    """months / 12 x released_in[w,r,i,t] <= held[r,i,t-1], in the first period initial + years x added[r,i,t]"""
    there, months = m.windows.available[place], m.sets.snapshots[scenario, place[2]].months
    slopes = [months / 12.0, *(-value for value in there.coefficients)]
    return linear(slopes, [m.snapshots.released_in[(scenario, *place)], *there.variables]) <= there.constant


def restock_in(m: Model, scenario: str, *place: *Market) -> pyo.Expression:
    """restocked_in[w,r,i,t] <= added[r,i,t]"""
    adds = m.windows.adds[place]
    return adds.minus(1.0, m.snapshots.restocked_in[(scenario, *place)]) <= adds.constant


def gated_in(m: Model, *key: Any) -> pyo.Expression:
    """flow_in <= most_in x sum of decisions, as drawn_in_force, process_ready, item_ready and lane_opening have it"""
    flow, most, decisions = m.snapshots.gates[key]
    return linear([1.0] + [-most] * len(decisions), [flow, *decisions]) <= 0


def served_in(m: Model, scenario: str, *key: str) -> pyo.Expression:
    """sold_in[q] + unserved_in[q] = factor x volume[q] (x priced[q]) under cost, = factor x sold[q] under profit"""
    part, place, row = m.snapshots.rows[(scenario, "service", *key)]
    terms = part.terms(row, part.effects.wanted.get(place, 1.0))
    return terms.expression() == -terms.constant


def sum_demand(m: Model, scenario: str, key: tuple[str, ...]) -> LinearExpression:
    """What a market wants of a step in a snapshot: its volume, or under profit what it is sold in the base."""
    part, place, row = m.snapshots.rows[(scenario, "service", *key)]
    wanted = LinearExpression()
    wanted.extend(-part.effects.wanted.get(place, 1.0), row.rest)
    return wanted


def no_more_in(m: Model, *key: Any) -> pyo.Expression:
    """flow_in <= factor x flow of the base; what is deployed of enablers is never more than in the base

    collected_in <= what comes back in the base
    """
    flow, share, base = m.snapshots.as_base[key]
    return base.minus(share, flow) <= share * base.constant
