"""What a snapshot changes of the flows of its period: factors on limits, costs and demand, written once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from planner_models.blocks.disruptions.flows import Key, PeriodFlows
from planner_models.sets.scenarios import Snapshot


@dataclass(frozen=True)
class Effects:
    """By number of a flow, or of a row: what a snapshot leaves of it.

    hit: the flows that it changes at once; capacity: factors of the most of a flow; cost: of its cost that is raised
    within_base: the share of what a flow is in the base that it is at most
    sharing: factors of the capacity of shared lanes; wanted: of demand; both by row
    """

    hit: set[int] = field(default_factory=set)
    capacity: dict[int, float] = field(default_factory=dict)
    cost: dict[int, float] = field(default_factory=dict)
    within_base: dict[int, float] = field(default_factory=dict)
    sharing: dict[int, float] = field(default_factory=dict)
    wanted: dict[int, float] = field(default_factory=dict)


def effects(flows: PeriodFlows, snapshot: Snapshot) -> Effects:
    """What a snapshot changes of the flows of its period.

    Parameters
    ----------
    flows
        The flows of the period.
    snapshot
        Factors by draw, arc and market.

    Returns
    -------
    Effects
        Factors by number of a flow or of a row, and the flows that are changed at once.
    """
    found, made, shipped = Effects(), flows.numbers["made"], flows.numbers["shipped"]
    for factors, numbers in ((snapshot.line_cost, made), (snapshot.arc_cost, shipped)):
        found.cost.update(_find_factors(flows, factors, numbers))
    found.capacity.update(_find_factors(flows, snapshot.capacity, made))
    for factors, numbers in ((snapshot.flow, made), (snapshot.arcs_flow, shipped)):
        found.within_base.update(_find_factors(flows, factors, numbers))
    arcs = dict(_find_factors(flows, snapshot.arcs_capacity, shipped))
    if arcs:
        _limit_arcs(flows, arcs, found)
    found.hit.update(found.cost, found.capacity, found.within_base, arcs)
    if snapshot.demand:
        for number, row in flows.service.items():
            market = flows.flows[number].key[:2]
            if market in snapshot.demand:
                found.hit.add(number)
                found.wanted[row] = snapshot.demand[market]
    return found


def _find_factors(
    flows: PeriodFlows, factors: Mapping[Key, float], numbers: Mapping[Key, int]
) -> Iterator[tuple[int, float]]:
    """Numbers and factors of what there is of the draws or arcs that are hit."""
    for key, factor in factors.items():
        number = numbers.get((*key, flows.period))
        if number is not None:
            yield number, factor


def _limit_arcs(flows: PeriodFlows, factors: Mapping[int, float], found: Effects) -> None:
    """A share of an arc's own capacity; else of a lane that items share, if all on it lose alike; else of the base."""
    together: set[int] = set()
    for place, row in enumerate(flows.rows):
        shares = {factors.get(number) for number in row.columns} if row.kind == "sharing" else {None}
        (share, *others) = shares
        if share is not None and not others:
            found.sharing[place] = share
            together.update(row.columns)
    for number, factor in factors.items():
        if flows.flows[number].most is not None:
            found.capacity[number] = factor
        elif factor < 1.0 and number not in together:
            found.within_base[number] = min(factor, found.within_base.get(number, factor))
