"""What a snapshot can change: the flows of its period that hang together with something it hits."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyomo.environ as pyo

from planner_models.sets import Sets
from planner_models.sets.scenarios import Snapshot

FLOWS = {"made": 3, "shipped": 4, "transited": 2, "sold": 2, "left": 2, "deployed": 2}
"""The variables that are flows, and where the period stands in their keys; `unserved` goes with `sold`."""

SUMS = {"supply": 2, "delivered": 2, "sharing": 3}
"""The sums over flows of one period that rows hold in balance or within a limit, and where the period stands."""

Name = tuple[str, Any]
"""Name and key of a flow, or of a sum."""


@dataclass
class Part:
    """Flows and sums of one period, by name: their keys; and the places that keep stock, by region and item."""

    period: str
    flows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    sums: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    stocks: list[tuple[str, str]] = field(default_factory=list)


class Network:
    """The flows of one period, and which of them hang together through sums: `part` by the name of each flow."""

    def __init__(self, m: pyo.ConcreteModel, period: str) -> None:
        flows = {
            id(variable): (name, key)
            for name, place in FLOWS.items()
            for key, variable in m.component(name).items()
            if key[place] == period
        }
        sums = {
            (name, key): [flows[id(variable)] for variable in terms.variables if id(variable) in flows]
            for name, place in SUMS.items()
            for key, terms in getattr(m, name).items()
            if key[place] == period
        }
        roots = _joined(flows.values(), sums.values())
        parts = {root: Part(period) for root in set(roots.values())}
        self.part: dict[Name, Part] = {}
        for flow, root in roots.items():
            self.part[flow] = parts[root]
            parts[root].flows[flow[0]].append(flow[1])
        for (name, key), names in sums.items():
            if names:
                part = self.part[names[0]]
                part.sums[name].append(key)
                if name == stock_side(m, key) and (key[1], key[0], period) in m.held:
                    part.stocks.append((key[1], key[0]))


def stock_side(m: pyo.ConcreteModel, place: tuple[str, str, str]) -> str:
    """On which side of its region what is in stock stands; place: item, region, period."""
    return "delivered" if place in m.transited else "supply"


def _joined(flows: Iterable[Name], groups: Iterable[list[Name]]) -> dict[Name, Name]:
    """By flow: one that stands for all that it hangs together with through groups."""
    above = {flow: flow for flow in flows}
    for group in groups:
        for flow in group[1:]:
            above[_root(above, flow)] = _root(above, group[0])
    return {flow: _root(above, flow) for flow in above}


def _root(above: dict[Name, Name], flow: Name) -> Name:
    """The end of the way up, which is made shorter for the next time."""
    while above[flow] is not flow:
        above[flow] = flow = above[above[flow]]
    return flow


def touched(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str], list[Part]]:
    """By modelled scenario and period: the parts of the network that something in it hits."""
    modelled = [key for key in sets.snapshots if sets.scenarios.at[key[0], "modelled"]]
    networks = {period: Network(m, period) for period in sorted({period for _, period in modelled})}
    steps = {market: [key[3] for key in keys] for market, keys in m.markets.items()}
    return {key: _hit(networks[key[1]], sets.snapshots[key], key[1], steps) for key in modelled}


def _hit(network: Network, snapshot: Snapshot, period: str, steps: dict[tuple[str, ...], list[str]]) -> list[Part]:
    """The parts with something that a snapshot changes; steps: of each market."""
    lines = {**snapshot.capacity, **snapshot.flow, **snapshot.line_cost}
    arcs = {**snapshot.arcs_capacity, **snapshot.arcs_flow, **snapshot.arc_cost}
    names: list[Name] = [("made", (*draw, period)) for draw in lines]
    names += [("shipped", (*arc, period)) for arc in arcs]
    names += [
        ("sold", (*market, period, step)) for market in snapshot.demand for step in steps.get((*market, period), [])
    ]
    parts = [network.part[name] for name in names if name in network.part]
    return list({id(part): part for part in parts}.values())
