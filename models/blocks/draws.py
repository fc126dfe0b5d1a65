"""Draws: the offer that each needs, what offers say about the lines they cover, and which of these they control."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from planner_models.keys import Activity, Draw, Line, Offer, Ordering
from planner_models.linear import Variable
from planner_models.model import Model
from planner_models.sets import Sets


def list_controllers(m: Model, sets: Sets) -> dict[Ordering, list[Variable]]:
    """By order on an outside line: the states of the offers with control of it; none where control is always there."""
    offers: dict[Line, list[Offer]] = defaultdict(list)
    for (site, process, mode), firm, offer in _list_modes(sets.draws[sets.draws["controlled"] & ~sets.draws["home"]]):
        offers[site, process].append((firm, offer, mode))
    signable = set(sets.signable)
    return {
        key: [m.access.accessed[(*offer, key[3])] for offer in offers[key[:2]]]
        for key in sets.orders
        if offers[key[:2]] and all(offer in signable for offer in offers[key[:2]])
    }


def _list_modes(draws: pd.DataFrame) -> Iterator[tuple[Draw, str, str]]:
    """Site, process and mode of each draw, its firm, and the process cell of its offer (None where it has none)."""
    return zip(draws.index, draws["firm"], draws["offer"], strict=True)


def list_offers(sets: Sets) -> dict[Draw, Offer | None]:
    """The offer that has to be signed for a draw; None where there is nothing to sign."""
    signable = set(sets.signable)
    return {
        draw: (firm, offer, draw[2]) if (firm, offer, draw[2]) in signable else None
        for draw, firm, offer in _list_modes(sets.draws)
    }


def build_draw_limits(
    m: Model, sets: Sets, offer_of: dict[Draw, Offer | None]
) -> tuple[dict[tuple[str, str, str, str, int], Variable], dict[Activity, tuple[float, list[Variable]]]]:
    """What offers say about the lines they cover: in force while drawn on, and long enough; the least to take.

    That the offer is in force is in `within_capacity` already, except for what modules there add and for the periods
    of qualification before.
    """
    building = {key[:2] for key in sets.orders}
    terms = sets.draws[["qualification", "controlled", "min_take", "offtake_share"]].to_dict("index")
    in_force, least_taken = {}, {}
    for key in m.production.made:
        offer = offer_of[key[:3]]
        if offer is not None:
            draw = terms[key[:3]]
            place = sets.time.position[key[3]]
            periods = sets.time.periods[place - int(draw["qualification"]) : place + 1]
            lasting = [m.access.accessed[(*offer, period)] for period in periods]
            for age, state in enumerate(lasting[::-1]):
                if age > 0 or (draw["controlled"] and key[:2] in building):
                    in_force[(*key, age)] = state
            if draw["min_take"] > 0 and (*key[:2], key[3]) in sets.existing:
                bound = draw["offtake_share"] * sets.existing[(*key[:2], key[3])]
                least_taken[key] = (draw["min_take"] * bound, lasting)
    return in_force, least_taken


def find_controlled_lines(m: Model, sets: Sets) -> set[tuple[str, str, str]]:
    """The outside lines and periods that an offer in force controls."""
    draws = sets.draws[sets.draws["controlled"] & ~sets.draws["home"]]
    return {
        (*draw[:2], period)
        for draw in draws.index
        for period in sets.time.periods
        for offer in [m.capacity.offer_of[draw]]
        if offer is None or round(m.access.accessed[(*offer, period)].value)
    }
