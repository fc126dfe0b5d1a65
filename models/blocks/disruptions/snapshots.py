"""Snapshots: what flows while a disruption lasts, within what the plan has decided.

A snapshot has flows of its own, in yearly rates, where it can change anything; all else stays as in the base, and so do
all decisions. Names end in `_in`: `made_in` is what is made while the disruption lasts.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyomo.environ as pyo

from planner_models.blocks.disruptions.affected import FLOWS, Part, stock_side, touched
from planner_models.linear import Terms, linear
from planner_models.sets import Sets
from planner_models.sets.scenarios import Snapshot

GATES = ("drawn_in_force", "process_ready", "item_ready", "lane_opening")
"""Constraints `flow <= most x sum of decisions`: they hold of the flows of a snapshot, with a most of its own."""

HELD = (*GATES, "balance", "delivery", "within_capacity", "lane_sharing", "service", "step_volume")
"""The constraints on flows of one period that a snapshot keeps to as well."""

NOT_HELD = (
    "least_load",
    "least_take",
    "learning_threshold",
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
)
"""The others: what must be run or taken is waived; experience, clusters, thresholds and subsidies stay as they are; and
security rules look at the base."""


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """made_in[w,l,o,t], shipped_in[w,a,t], transited_in, left_in, sold_in, deployed_in: the flows of the base again.

    unserved_in[w,market,t,q] is there wherever something is sold; released_in[w,r,i,t] is taken from what the base
    holds in stock, restocked_in[w,r,i,t] put back.
    """
    m.parts = touched(m, sets)
    m.made_in, m.shipped_in = _flows(m, "made"), _flows(m, "shipped")
    m.transited_in, m.left_in = _flows(m, "transited"), _flows(m, "left")
    m.sold_in, m.deployed_in = _flows(m, "sold"), _flows(m, "deployed")
    m.unserved_in = pyo.Var(pyo.SetOf(list(m.sold_in)), domain=pyo.NonNegativeReals)
    stocks = [(w, *place, t) for (w, t), parts in m.parts.items() for part in parts for place in part.stocks]
    m.released_in = pyo.Var(pyo.SetOf(stocks), domain=pyo.NonNegativeReals)
    m.restocked_in = pyo.Var(pyo.SetOf(stocks), domain=pyo.NonNegativeReals)
    m.stock_limited = bool(sets.instance["stocks"]["maximum"].notna().any())
    m.copies = {key: _copies(m, key[0], parts) for key, parts in m.parts.items()}
    m.capacity_in = pyo.Constraint(pyo.SetOf(list(m.made_in)), rule=capacity_in)
    _build_lanes(m, sets)
    m.balances = dict(_balances(m))
    m.balance_in = pyo.Constraint(pyo.SetOf(list(m.balances)), rule=balance_in)
    m.release_in = pyo.Constraint(pyo.SetOf(stocks), rule=release_in)
    m.stocked = {item for _, item, _ in m.held}
    m.gates = dict(_gates(m, sets))
    m.gated_in = pyo.Constraint(pyo.SetOf(list(m.gates)), rule=gated_in)
    m.served_in = pyo.Constraint(pyo.SetOf(list(m.sold_in)), rule=served_in)
    m.as_base = dict(_as_base(m, sets))
    m.no_more_in = pyo.Constraint(pyo.SetOf(list(m.as_base)), rule=no_more_in)


def _flows(m: pyo.ConcreteModel, name: str) -> pyo.Var:
    """One variable for each flow of this name that a snapshot can change."""
    keys = [(w, *key) for (w, _), parts in m.parts.items() for part in parts for key in part.flows[name]]
    return pyo.Var(pyo.SetOf(keys), domain=pyo.NonNegativeReals)


def _copies(m: pyo.ConcreteModel, scenario: str, parts: list[Part]) -> dict[int, Any]:
    """By the identity of each flow of the base: the variable that stands for it in a snapshot."""
    found: dict[int, Any] = {}
    for name in FLOWS:
        base, own = m.component(name), m.component(f"{name}_in")
        for part in parts:
            found |= {id(base[key]): own[(scenario, *key)] for key in part.flows[name]}
    return found


def _in_snapshot(m: pyo.ConcreteModel, scenario: str, period: str, terms: Terms, factor: float = 1.0) -> Terms:
    """A sum over the base with the flows of a snapshot; decisions, and the constant, times a factor."""
    copies, found = m.copies[scenario, period], Terms(constant=factor * terms.constant)
    for coefficient, variable in zip(terms.coefficients, terms.variables, strict=True):
        flow = copies.get(id(variable))
        found.add(*((factor * coefficient, variable) if flow is None else (coefficient, flow)))
    return found


def _build_lanes(m: pyo.ConcreteModel, sets: Sets) -> None:
    """A lane's own capacity as the snapshot leaves it; that of a lane its items share, if all of them are hit alike."""
    for (w, *arc, t), variable in m.shipped_in.items():
        most = m.shipped[(*arc, t)].ub
        if most is not None:
            variable.setub(most * sets.snapshots[w, t].arcs_capacity.get(tuple(arc), 1.0))
    arcs = {lane: sum(value > 0 for value in terms.coefficients) for lane, terms in m.sharing.items()}
    m.lane_left = {(w, *lane): left for w, t in m.parts for lane, left in _left(sets.snapshots[w, t], t, arcs)}
    lanes = [(w, *lane) for (w, _), parts in m.parts.items() for part in parts for lane in part.sums["sharing"]]
    m.sharing_in = pyo.Constraint(pyo.SetOf(lanes), rule=sharing_in)


def _left(snapshot: Snapshot, period: str, arcs: dict[Any, int]) -> Iterator[tuple[Any, float]]:
    """Lanes whose every arc is hit by the same factor of capacity, and that factor; arcs: how many each lane has."""
    factors: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for (origin, destination, _, mode), factor in snapshot.arcs_capacity.items():
        factors[origin, destination, mode, period].append(factor)
    for lane, hit in factors.items():
        if len(hit) == arcs.get(lane) and len(set(hit)) == 1:
            yield lane, hit[0]


def _balances(m: pyo.ConcreteModel) -> Iterator[tuple[tuple[str, ...], Terms]]:
    """The balances of the base with the flows of each snapshot, and what it takes from stock or puts back."""
    for (w, t), parts in m.parts.items():
        for part in parts:
            stocks = set(part.stocks)
            for side in ("supply", "delivered"):
                for place in part.sums[side]:
                    terms = _in_snapshot(m, w, t, getattr(m, side)[place])
                    item, region, _ = place
                    if (region, item) in stocks and stock_side(m, place) == side:
                        terms.add(1.0, m.released_in[w, region, item, t])
                        terms.add(-1.0, m.restocked_in[w, region, item, t])
                    yield (w, side, *place), terms


def _gates(m: pyo.ConcreteModel, sets: Sets) -> Iterator[tuple[tuple[Any, ...], tuple[Any, float, list[Any]]]]:
    """What must be in force, ready or open for a flow: the flow, the most that it then can be, and the decisions."""
    rows = defaultdict(list)
    for gate in GATES if m.parts else ():
        for key, row in m.component(gate).items():
            flow, *decisions = row.expr.args[0].variables
            rows[id(flow)].append(((gate, *key), decisions))
    for (w, t), parts in m.parts.items():
        for part in parts:
            for name, most in _MOST.items():
                base, own = m.component(name), m.component(f"{name}_in")
                for key in part.flows[name]:
                    for row, decisions in rows.get(id(base[key]), ()):
                        yield (w, *row), (own[(w, *key)], most(m, sets, sets.snapshots[w, t], key), decisions)


def _most_made(m: pyo.ConcreteModel, sets: Sets, snapshot: Snapshot, key: Any) -> float:
    """All that a draw could give if everything that can be built were, as the snapshot leaves it and as is of use."""
    most = snapshot.capacity.get(key[:3], 1.0) * sets.most[(*key[:2], key[3])] * sets.shares[key[:3]]
    return min(most, _most_useful(m, sets, snapshot, key[1], key[3]))


def _most_useful(m: pyo.ConcreteModel, sets: Sets, snapshot: Snapshot, process: str, period: str) -> float:
    """All that is of use of a process: more than in the base where the snapshot raises demand or capacity.

    Without limit where some stock has a maximum: it is no limit of what is put back.
    """
    if m.stock_limited:
        return float("inf")
    raised = max([1.0, *snapshot.demand.values(), *snapshot.capacity.values()])
    return raised * sets.most_useful(process, period)


def _most_sold(m: pyo.ConcreteModel, sets: Sets, snapshot: Snapshot, key: Any) -> float:
    """The volume of a step in the snapshot."""
    return snapshot.demand.get(key[:2], 1.0) * m.most_sold[key]


def _most_shipped(m: pyo.ConcreteModel, sets: Sets, snapshot: Snapshot, key: Any) -> float:
    """All that could be made of an item, where capacity may be raised, and be taken from stock in the months."""
    more = max(1.0, *snapshot.capacity.values()) if snapshot.capacity else 1.0
    stock = 12.0 / snapshot.months * sets.time.years[key[4]] if key[2] in m.stocked else 0.0
    return m.most_moved[key[2], key[4]] * (more + stock)


_MOST = {"made": _most_made, "sold": _most_sold, "shipped": _most_shipped}


def _as_base(m: pyo.ConcreteModel, sets: Sets) -> Iterator[tuple[tuple[Any, ...], tuple[Any, float, Any]]]:
    """Flows that are at most a share of what they are in the base: the flow, the share, and the flow of the base."""
    for (w, t), parts in m.parts.items():
        snapshot = sets.snapshots[w, t]
        shares: dict[str, dict[Any, float]] = {
            "made": {(*draw, t): factor for draw, factor in snapshot.flow.items()},
            "shipped": _slowed(m, snapshot, w, t),
            "deployed": {key: 1.0 for part in parts for key in part.flows["deployed"]},
        }
        for name, factors in shares.items():
            base, own = m.component(name), m.component(f"{name}_in")
            for key, share in factors.items():
                if key in base:
                    yield (w, name, *key), (own[(w, *key)], share, base[key])


def _slowed(m: pyo.ConcreteModel, snapshot: Snapshot, scenario: str, period: str) -> dict[tuple[str, ...], float]:
    """Arcs that carry a share of what they do in the base: by a factor of flow, or of capacity not given."""
    shares: dict[tuple[str, ...], float] = {(*arc, period): factor for arc, factor in snapshot.arcs_flow.items()}
    for arc, factor in snapshot.arcs_capacity.items():
        key, lane = (*arc, period), (scenario, *arc[:2], arc[3], period)
        if factor < 1.0 and key in m.shipped and m.shipped[key].ub is None and lane not in m.lane_left:
            shares[key] = min(factor, shares.get(key, factor))
    return shares


def capacity_in(m: pyo.ConcreteModel, scenario: str, *key: str) -> pyo.Expression:
    """made_in[w,l,o,t] <= factor[w,l,o,t] x share[l,o] (existing[l,t] (kept or accessed) + sum_k size_k ramp built)

    As in the base no part counts for more than all that can be of use.
    """
    usable, snapshot = m.usable[key], m.sets.snapshots[scenario, key[3]]
    left = snapshot.capacity.get(key[:3], 1.0)
    parts = Terms([left * value for value in usable.coefficients], usable.variables, left * usable.constant)
    parts = parts.at_most(_most_useful(m, m.sets, snapshot, key[1], key[3]))
    return parts.minus(1.0, m.made_in[(scenario, *key)]) <= parts.constant


def sharing_in(m: pyo.ConcreteModel, scenario: str, *lane: str) -> pyo.Expression:
    """sum over items of shipped_in <= capacity of the `*` row (x its lane_opened) x the factor that hits all of them"""
    left = m.lane_left.get((scenario, *lane), 1.0)
    terms = _in_snapshot(m, scenario, lane[3], m.sharing[lane], left)
    return terms.expression() <= -terms.constant


def balance_in(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """The balance of the base, or its delivery, with the flows of the snapshot, + released_in - restocked_in = 0

    What the base adds to stock or takes from it in the period stays as it is.
    """
    terms = m.balances[key]
    return terms.expression() == -terms.constant


def release_in(m: pyo.ConcreteModel, scenario: str, region: str, item: str, period: str) -> pyo.Expression:
    """months / 12 x released_in[w,r,i,t] <= held[r,i,t]"""
    share = m.sets.snapshots[scenario, period].months / 12.0
    key = (region, item, period)
    return linear([share, -1.0], [m.released_in[(scenario, *key)], m.held[key]]) <= 0


def gated_in(m: pyo.ConcreteModel, *key: Any) -> pyo.Expression:
    """flow_in <= most_in x sum of decisions, as drawn_in_force, process_ready, item_ready and lane_opening have it"""
    flow, most, decisions = m.gates[key]
    return linear([1.0] + [-most] * len(decisions), [flow, *decisions]) <= 0


def served_in(m: pyo.ConcreteModel, scenario: str, *key: str) -> pyo.Expression:
    """sold_in[q] + unserved_in[q] = factor x volume[q] (x priced[q]) under cost, = factor x sold[q] under profit"""
    wanted = wanted_in(m, scenario, key)
    own = (scenario, *key)
    slopes = [1.0, 1.0, *(-value for value in wanted.coefficients)]
    return linear(slopes, [m.sold_in[own], m.unserved_in[own], *wanted.variables]) == wanted.constant


def wanted_in(m: pyo.ConcreteModel, scenario: str, key: tuple[str, ...]) -> Terms:
    """What a market wants of a step in a snapshot: its volume, or under profit what it is sold in the base."""
    wanted, factor = Terms(), m.sets.snapshots[scenario, key[2]].demand.get(key[:2], 1.0)
    if m.sets.instance.settings["objective"] == "profit":
        wanted.add(factor, m.sold[key])
    else:
        several = key in m.priced
        wanted.add(factor * m.volume[key], m.priced[key] if several else None)
    return wanted


def no_more_in(m: pyo.ConcreteModel, *key: Any) -> pyo.Expression:
    """flow_in <= factor x flow of the base; what is put up of enablers is never more than in the base"""
    flow, share, base = m.as_base[key]
    return linear([1.0, -share], [flow, base]) <= 0
