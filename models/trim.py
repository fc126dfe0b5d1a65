"""A first plan made leaner: what it decides and does not use is left out, and modules come when they are needed."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from planner_models.keys import Line, Offer, Ordering
from planner_models.linear import Variable
from planner_models.model import Model

IDLE = 1e-6
"""An amount of no more than this is none."""


def trim(m: Model) -> None:
    """Leave out projects that nothing waits for, modules beyond what is made, offers not drawn on, and empty sites.

    Rounding up decides more than a plan needs, for it looks at each decision alone. Rules and locks are not looked at:
    where they ask for what is left out here, the plan that follows is none, and the one before is kept.

    Parameters
    ----------
    m
        A model whose variables hold a plan with whole integers; some of these are overwritten with less, or later.
    """
    _drop_projects(m)
    _drop_modules(m)
    _drop_offers(m)
    _close_empty_sites(m)


def _drop_projects(m: Model) -> None:
    """Projects without which all that is made and sold could be so as well."""
    development, used = m.development, set[int]()
    flows = chain(
        ((m.production.made[key], ready) for key, ready in development.process_waits.items()),
        ((m.demand.sold[key], ready) for key, ready in development.item_waits.items()),
        (
            (m.demand.sold[key], ready)
            for market, ready in development.market_waits.items()
            for key in m.demand.markets[market]
        ),
    )
    for flow, ready in flows:
        if flow.value > IDLE:
            used |= _taken(ready)
    for _ in development.attempts:  # a chain of projects is no longer than this
        for key, ready in development.needed.items():
            if id(development.started[key]) in used:
                used |= _taken(ready)
    for variable in development.started.values():
        if id(variable) not in used:
            variable.set_value(0, skip_validation=True)


def _taken(decisions: Iterable[Variable]) -> set[int]:
    return {id(variable) for variable in decisions if variable.value > IDLE}


def _drop_modules(m: Model) -> None:
    """Modules that nobody would miss are not ordered; the others as late as what is made allows."""
    made: dict[Line, list[tuple[str, str, str, str]]] = defaultdict(list)
    for activity in m.production.made:
        made[activity[:2]].append(activity)

    def is_enough(line: Line) -> bool:
        return all(m.capacity.usable[key].value() >= m.production.made[key].value - IDLE for key in made[line])

    def change(key: Ordering, by: int) -> None:
        variable = m.capacity.built[key]
        variable.set_value(variable.value + by, skip_validation=True)

    later = next_orders(m)
    for key in reversed(list(m.capacity.built)):
        for _ in range(round(m.capacity.built[key].value)):
            change(key, -1)
            if is_enough(key[:2]):
                continue
            at: Ordering | None = key
            while at in later:
                change(later[at], 1)
                fits = is_enough(key[:2])
                change(later[at], -1)
                if not fits:
                    break
                at = later[at]
            change(at or key, 1)


def next_orders(m: Model) -> dict[Ordering, Ordering]:
    """What may be ordered a period later instead.

    Parameters
    ----------
    m
        A built model.

    Returns
    -------
    dict
        By order of an option, the order of the same in the period after, where there is one.
    """
    order, found, last = m.sets.time.position, {}, dict[tuple[str, ...], Ordering]()
    for key in sorted(m.capacity.built, key=lambda key: (key[:3], order[key[3]])):
        before = last.get(key[:3])
        if before is not None and order[before[3]] + 1 == order[key[3]]:
            found[before] = key
        last[key[:3]] = key
    return found


def _drop_offers(m: Model) -> None:
    """Offers that nothing is drawn through, under which nothing is built, and whose firm is no partner."""
    drawn: set[Offer] = set()
    for key, variable in m.production.made.items():
        offer = m.capacity.offer_of[key[:3]]
        if offer is not None and variable.value > IDLE:
            drawn.add(offer)
    held = [states for key, states in m.capacity.controllers.items() if m.capacity.built[key].value > IDLE]
    partners = m.development.partner_offers.items()
    held += [states for key, states in partners if m.development.started[key[:3]].value > IDLE]
    kept = {id(variable) for variable in chain.from_iterable(held)}
    states: dict[Offer, list[Variable]] = defaultdict(list)
    for (*offer, _), variable in m.access.accessed.items():
        states[tuple(offer)].append(variable)
    for offer, variables in states.items():
        if offer not in drawn and not any(id(variable) in kept for variable in variables):
            for variable in variables:
                variable.set_value(0, skip_validation=True)


def _close_empty_sites(m: Model) -> None:
    """Candidate sites open when the first module is there, or the first thing is made."""
    used = {key[::3] for key, variable in m.production.made.items() if variable.value > IDLE}
    used |= {key[::3] for key, modules in m.capacity.standing.items() if modules.value() > IDLE}
    begun: set[str] = set()
    for (site, period), variable in m.sites.opened.items():
        begun |= {site} if (site, period) in used else set()
        if site not in begun and m.sets.sites.at[site, "candidate"]:
            variable.set_value(0, skip_validation=True)
