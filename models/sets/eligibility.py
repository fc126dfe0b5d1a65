"""Eligibility: programmes that look at what a good contains, and what of a chain each has to trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.keys import Draw
from planner_models.sets.bounds import Recipes
from planner_models.sets.content import Condition, find_content, list_needed, split_names, trace_items
from planner_models.sets.coordination import name_groups, share_out
from planner_models.sets.policies import match_regions, select_active
from planner_models.sets.timeline import Timeline

FLEET, PART = "fleet", "part"
"""Averaging over all that is in the market; and not at all."""

ALL = "all"
"""The one group of a programme that is averaged over the fleet, or not at all."""

CONDITION = "condition"

Facts = dict[str, Any]
"""The cells of a row of the sheet by column."""


@dataclass(frozen=True)
class ProgrammeTerms:
    """A programme in force.

    periods, rates: when it applies, and by period the rate of the sheet
    market, made_in: the regions where it applies, and where the last step may take place
    conditions: by the row that states it, what must hold
    traced: the items between the content and the good, both included
    rivals: the programmes that cannot be had besides
    """

    kind: str
    item: str
    averaging: str
    periods: tuple[str, ...]
    rates: dict[str, float]
    market: frozenset[str]
    made_in: frozenset[str]
    conditions: dict[str, Condition]
    traced: frozenset[str]
    rivals: tuple[str, ...]


@dataclass(frozen=True)
class Eligibility:
    """programmes: by name; shares: by period, process and item made, what of its inputs belongs to the item."""

    programmes: dict[str, ProgrammeTerms]
    shares: dict[str, dict[tuple[str, str], float]]


@dataclass(frozen=True)
class EligibilityWorld:
    """What programmes are derived from.

    views, recipes, terms: by period the instance, what processes use and make, and the draws with firm and stake
    regions: of each line
    """

    instance: Instance
    views: Mapping[str, Instance]
    time: Timeline
    recipes: Mapping[str, Recipes]
    terms: Mapping[str, pd.DataFrame]
    regions: Mapping[tuple[str, str], str]


def list_programmes(instance: Instance) -> pd.DataFrame:
    """The rows of sheet eligibility that are in force in this run, by name.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.DataFrame
        Active rows of the kinds that the switches of policies let be, indexed by programme.
    """
    table = instance["eligibility"]
    chosen = select_active(instance, table["kind"]) & (table["active"] == "yes")
    return table[chosen].set_index("programme", drop=False)


def eligibility_sets(world: EligibilityWorld, returned: Iterable[str]) -> Eligibility:
    """The programmes in force and what each traces; none while policies are off.

    Parameters
    ----------
    world
        The instance and what is known of its periods, recipes, draws and lines.
    returned
        Items that come back after use: what they were made of before is not traced.

    Returns
    -------
    Eligibility
        The programmes by name, in the order of the sheet.
    """
    rows = list_programmes(world.instance)
    if rows.empty:
        return Eligibility({}, {})
    values = frames.entries(world.instance["items"].set_index("item")["value"])
    facts: dict[str, Facts] = frames.records(rows)
    known = {name: _derive_condition(world, row) for name, row in facts.items()}
    programmes = {
        name: _derive_programme(world, facts, name, known, frozenset(returned))
        for name, row in facts.items()
        if row["kind"] != CONDITION
    }
    shares = {period: share_out(world.recipes[period], values) for period in world.time.periods}
    return Eligibility(programmes, shares)


def _derive_programme(
    world: EligibilityWorld,
    facts: Mapping[str, Facts],
    name: str,
    conditions: Mapping[str, Condition],
    returned: frozenset[str],
) -> ProgrammeTerms:
    row = facts[name]
    needed = list_needed({one: other["needs"] for one, other in facts.items()}, name)
    periods = world.time.window(row["from"], row["to"])
    content = frozenset(chain.from_iterable(conditions[one].items for one in needed))
    beside = {one for one, other in facts.items() if other["exclusive_with"] == name or one == row["exclusive_with"]}
    return ProgrammeTerms(
        kind=row["kind"],
        item=row["item"],
        averaging=row["averaging"],
        periods=periods,
        rates={period: float(_cell(world.views[period], name, "rate")) for period in periods},
        market=frozenset(match_regions(world.instance, row["market"])),
        made_in=_match_places(world.instance, row["made_in"]),
        conditions={one: conditions[one] for one in needed},
        traced=trace_items(world.recipes[world.time.periods[0]], row["item"], content, returned),
        rivals=tuple(sorted(beside)),
    )


def _derive_condition(world: EligibilityWorld, row: Facts) -> Condition:
    name = row["programme"]
    owned = row["basis"] == "ownership"
    periods = world.time.window(row["from"], row["to"])
    figures = {period: world.views[period] for period in world.time.periods}
    column = "content_share" if owned else "threshold"
    counted = {
        period: _count_owned(world, row, period, float(_cell(figures[period], name, "threshold")))
        if owned
        else _count_placed(world, row, period)
        for period in world.time.periods
    }
    return Condition(
        items=find_content(world.instance, row["content"]),
        by_value=row["basis"] != "quantity",
        # outside its own time a condition asks for nothing
        thresholds={
            period: float(_cell(figures[period], name, column)) if period in periods else 0.0
            for period in world.time.periods
        },
        counted=counted,
    )


def _cell(view: Instance, name: str, column: str) -> Any:
    table = view["eligibility"]
    return table.loc[table["programme"] == name, column].iloc[0]


def _match_places(instance: Instance, words: str) -> frozenset[str]:
    return frozenset(chain.from_iterable(match_regions(instance, place) for place in split_names(words)))


def _count_placed(world: EligibilityWorld, row: Facts, period: str) -> frozenset[Draw]:
    """The draws in the places that count."""
    places = _match_places(world.instance, row["who"])
    inside = row["counted"] == "inside"
    return frozenset(
        draw for draw in world.terms[period].index if (world.regions[draw[0], draw[1]] in places) == inside
    )


def _count_owned(world: EligibilityWorld, row: Facts, period: str, least: float) -> frozenset[Draw]:
    """The draws on lines that the right owners hold enough of.

    Of an outside firm home firms hold the stake of the offer, its own bloc the rest; of a home firm its own bloc holds
    all. A stake counts for the blocs of home firms only where all of them are named.
    """
    firms = world.instance["firms"].set_index("firm")
    groups, named = name_groups(world.instance), set(split_names(row["who"]))
    meant = {
        firm: bool({firm, bloc, groups.get(firm), "home" if home == "yes" else None} & named)
        for firm, bloc, home in zip(firms.index, firms["bloc"], firms["home"], strict=True)
    }
    at_home = [firm for firm in firms.index if firms.at[firm, "home"] == "yes"]
    holders = bool(at_home) and all(meant[firm] for firm in at_home)
    found = set()
    for draw, firm, stake, home in zip(
        world.terms[period].index, *(world.terms[period][name] for name in ("firm", "stake", "home")), strict=True
    ):
        held = float(meant[firm]) if home else (1.0 - stake) * meant[firm] + stake * holders
        if row["counted"] == "outside":
            held = 1.0 - held
        if held >= least - 1e-9:
            found.add(draw)
    return frozenset(found)
