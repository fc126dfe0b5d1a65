"""A first plan: what the relaxation decides, made whole, so that the search has something good to improve on."""

from collections import defaultdict
from collections.abc import Iterable
from math import ceil
from typing import Any

from planner_models.blocks.rules.sources import likeliest, places
from planner_models.keys import Offer, Ordering
from planner_models.model import Model
from planner_models.trim import next_orders

CLOSE = 1e-6
"""Amounts this near a whole number are that number."""

HARDLY_KEPT = 0.02
"""Existing capacity of which the relaxation keeps no more than this share is retired, an offer is not signed."""

HARDLY_STARTED = 0.1
"""A project of which the relaxation starts no more than this is not started."""


def round_up(m: Model) -> None:
    """Give every integer variable a whole value near, and mostly above, the relaxed value it holds.

    Modules are rounded by what has been ordered up to each period, so that fractions spread over several periods
    become one module and not one in each. No level is taken for reached: `reach_levels` then looks at what a plan has.

    Parameters
    ----------
    m
        A model whose variables hold the relaxation; its integer variables are overwritten.
    """
    _sign_offers(m)
    _start_projects(m)
    relaxed = {id(variable): variable.value for variable in m.capacity.built.values()}
    _order_modules(m)
    _keep_to_budgets(m, relaxed)
    for states in (m.sites.opened, m.lanes.lane_opened, m.lane_use.lane_used, m.hubs.hub_opened, m.logic.ordered):
        for variable in states.values():
            _set_value(variable, ceil(variable.value - CLOSE))
    for variable in m.capacity.kept.values():
        _set_value(variable, int(variable.value > HARDLY_KEPT))
    waits = m.development.market_waits
    for market in m.one_step:
        steps = [m.demand.priced[key] for key in m.demand.markets[market] if key not in m.demand.mixed]
        if not steps:  # a mix is no whole number: the programme that follows chooses it
            continue
        likely = max(steps, key=lambda variable: variable.value)
        for variable in steps:
            offered = market not in waits or _total(waits[market]) > 0
            _set_value(variable, int(offered and variable is likely))
    for place, variable in m.windows.filling.items():
        _set_value(variable, int(m.windows.stocks[place].added_now() > 0))
    for states in (
        m.experience.learned,
        m.experience.inherited,
        m.clusters.present,
        m.clusters.clustered,
        m.enablers.enabled,
    ):
        for variable in states.values():
            _set_value(variable, 0)
    for variable in m.programmes.qualified.values():
        _set_value(variable, int(variable.value > 1 - CLOSE))
    _choose_suppliers(m)
    for key in m.min_sources:
        counted = likeliest(m, key)
        for place in range(places(m.rules.rows[key])):
            _set_value(m.sources.counted[(*key, place)], int(place in counted))


def reach_levels(m: Model) -> None:
    """Take every level for reached whose threshold the plan in the variables passes; the rest stays as it is.

    Parameters
    ----------
    m
        A model whose variables hold a plan; its variables of levels are overwritten.
    """
    for key, needed in m.experience.thresholds.items():
        _set_value(m.experience.learned[key], int(m.experience.practice[key[0], key[2]].value() >= needed))
    for (process, level), variable in m.experience.inherited.items():
        needed = m.sets.inherited[process, level][0]
        _set_value(variable, int(m.experience.lifelong[process].value() >= needed))
    for key, variable in m.clusters.present.items():
        _set_value(variable, int(_total(m.clusters.stage_flows[key]) >= m.clusters.least_present[key]))
    for key, variable in m.clusters.clustered.items():
        _set_value(
            variable,
            int(_total(m.clusters.present[stage] for stage in m.clusters.stages[key]) >= m.clusters.stages_needed[key]),
        )
    for key, variable in m.enablers.enabled.items():
        _set_value(variable, int(m.enablers.put_up[(*key[:2], key[4])].value() >= key[3]))


def _set_value(variable: Any, value: float) -> None:
    variable.set_value(value, skip_validation=True)


def _total(variables: Iterable[Any]) -> float:
    return sum(variable.value for variable in variables)


def _order_modules(m: Model) -> None:
    """Modules up to each period, rounded up; none on an outside line before an offer controls it."""
    ordered: dict[tuple[str, ...], tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    left = {option: m.capacity.max_modules[option] for option, _ in m.capacity.size_of.values()}
    for key, variable in m.capacity.built.items():
        level, modules = ordered[key[:3]]
        level += variable.value
        option, multiple = m.capacity.size_of[key[:3]]
        more = max(0, min(ceil(level - CLOSE) - modules, int(left[option] / multiple)))
        if key in m.capacity.controllers and not _total(m.capacity.controllers[key]):
            more = 0
        left[option] -= more * multiple
        ordered[key[:3]] = (level, modules + more)
        _set_value(variable, more)


def _keep_to_budgets(m: Model, relaxed: dict[int, float]) -> None:
    """Order a period later, or not at all, what costs more than a hard rule leaves for the period; likewise for cash.

    Of cash modules may take what they take in the relaxation, up to each period. Those rounded up most wait first.
    `relaxed` holds the value that each order had in the relaxation, by identity.
    """
    orders = {id(variable): key for key, variable in m.capacity.built.items()}
    later = next_orders(m)
    order = m.sets.time.position
    for key in sorted(m.budget, key=lambda key: order[str(m.rules.rows[key].period)]):
        row = m.rules.rows[key]
        terms = zip(row.figure.coefficients, row.figure.variables, strict=True)
        costs = {orders[id(variable)]: cost for cost, variable in terms if id(variable) in orders}
        excess = row.figure.value() - row.rule.limit if row.rule.penalty is None else 0.0
        _postpone(m, costs, excess, relaxed, later)
    excess = 0.0
    for period in m.cash.gathered:
        terms = zip(m.cash.received[period].coefficients, m.cash.received[period].variables, strict=True)
        costs = {orders[id(variable)]: -amount for amount, variable in terms if id(variable) in orders and amount < 0}
        taken = sum(cost * m.capacity.built[key].value for key, cost in costs.items())
        excess += taken - sum(cost * relaxed[id(m.capacity.built[key])] for key, cost in costs.items())
        excess = _postpone(m, costs, excess, relaxed, later)


def _postpone(
    m: Model,
    costs: dict[Ordering, float],
    excess: float,
    relaxed: dict[int, float],
    later: dict[Ordering, Ordering],
) -> float:
    """Order later what costs more than there is, those rounded up most first; what is still too much, or left over."""
    built = m.capacity.built
    for key in sorted(costs, key=lambda key: relaxed[id(built[key])] - built[key].value):
        cost = costs[key]
        fewer = min(built[key].value, max(0, ceil(excess / cost - CLOSE))) if cost else 0
        if not fewer:
            continue
        _set_value(built[key], built[key].value - fewer)
        if key in later:
            _set_value(built[later[key]], built[later[key]].value + fewer)
        excess -= cost * fewer
    return excess


def _choose_suppliers(m: Model) -> None:
    """Keep the likeliest sources of each region that a rule leaves so many."""
    for key in m.single_source:
        row = m.rules.rows[key]
        for place, variable in enumerate(sorted(row.figure.variables, key=lambda variable: -variable.value)):
            _set_value(variable, int(place < row.rule.limit and variable.value > CLOSE))


def _sign_offers(m: Model) -> None:
    """Sign the offers that the relaxation has most in force, one for each line, from their first use to the end."""
    worth: dict[Offer, float] = defaultdict(float)
    first: dict[Offer, int] = {}
    places: dict[Offer, int] = defaultdict(int)
    for key, variable in m.access.accessed.items():
        offer = key[:3]
        worth[offer] += variable.value
        if variable.value > HARDLY_KEPT:
            first.setdefault(offer, places[offer])
        places[offer] += 1
    taken: set[Offer] = set()
    for offer in sorted(first, key=lambda offer: -worth[offer]):
        if not m.access.rival_offers[offer] & taken:
            taken.add(offer)
    places.clear()
    for key, variable in m.access.accessed.items():
        _set_value(variable, int(key[:3] in taken and places[key[:3]] >= first[key[:3]]))
        before = m.access.access_before.get(key)
        _set_value(m.access.signed[key], max(0, variable.value - (m.access.accessed[before].value if before else 0)))
        places[key[:3]] += 1


def _start_projects(m: Model) -> None:
    """Start the likeliest option of each project that the relaxation starts, where its conditions are met."""
    likely = {
        project: max(starts, key=lambda variable: variable.value) for project, starts in m.development.attempts.items()
    }
    for key, variable in m.development.started.items():
        begun = variable is likely[key[0]] and _total(m.development.attempts[key[0]]) > HARDLY_STARTED
        _set_value(variable, int(begun))
    partners = {
        key: offers for key, offers in m.development.partner_offers.items() if m.development.started[key[:3]].value
    }
    for key, offers in partners.items():
        if not _total(offers):
            _set_value(m.development.started[key[:3]], 0)
    for _ in m.development.attempts:
        for key, ready in m.development.needed.items():
            if m.development.started[key].value and not _total(ready):
                _set_value(m.development.started[key], 0)
