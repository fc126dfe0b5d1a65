"""The copies of what qualifies for programmes: chains in themselves, from traced content to the good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.keys import (
    CopyLimit,
    EligibleMade,
    EligiblePlace,
    EligibleShipped,
    EligibleSold,
    Qualified,
    SalesAlone,
)
from planner_models.linear import LinearExpression, Variable
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.eligibility import ALL, ProgrammeTerms
from planner_models.sets.policies import blocs

MADE, SHIPPED, SOLD, ELSEWHERE = "made", "shipped", "sold", "elsewhere"
FLOWS = ["programme", "group", "flow", "site", "process", "origin", "destination", "item", "mode", "period", "amount"]
"""Columns of sheet `eligible_flows`."""

ENDS_WHERE_MADE = ("output", "capex")
"""Kinds that look at what is made, wherever it goes then."""


@dataclass(frozen=True)
class Copies:
    """What is made, shipped and sold in the copies; see the variables in `eligibility.build`.

    within: by programme and number, a variable of the plan and those of the copies that together stay within it
    pools: what enters and leaves each pool of a copy
    ends: what programmes look at: programme, group and period, made, sold or shipped, key in the plan, and the copy
    sales_alone: by sale in a market where only what qualifies may be sold, the variable of the plan and of the copies
    reliefs: what enters a market, duty taken off in money/item, and item, destination and period
    per_unit: by identity of what is made of the good, item per activity
    """

    made: pyo.Var[EligibleMade]
    shipped: pyo.Var[EligibleShipped]
    sold: pyo.Var[EligibleSold]
    elsewhere: pyo.Var[EligiblePlace]
    within: dict[CopyLimit, tuple[Variable, list[Variable]]] = field(default_factory=dict)
    pools: dict[EligiblePlace, LinearExpression] = field(default_factory=lambda: defaultdict(LinearExpression))
    ends: list[tuple[Qualified, str, Any, Variable]] = field(default_factory=list)
    sales_alone: dict[SalesAlone, tuple[Variable, list[Variable]]] = field(default_factory=dict)
    reliefs: list[tuple[Variable, float, tuple[str, str, str]]] = field(default_factory=list)
    per_unit: dict[int, float] = field(default_factory=dict)

    def tabulate(self) -> pd.DataFrame:
        """Sheet `eligible_flows`; of what is sold the mode is the step."""
        rows: list[tuple[Any, ...]] = []
        for (name, group, site, process, mode, item, period), variable in self.made.items():
            rows.append((name, group, MADE, site, process, None, None, item, mode, period, variable.value))
        for (name, group, origin, destination, item, mode, period), variable in self.shipped.items():
            rows.append((name, group, SHIPPED, None, None, origin, destination, item, mode, period, variable.value))
        for (name, group, region, item, period, step), variable in self.sold.items():
            rows.append((name, group, SOLD, None, None, None, region, item, step, period, variable.value))
        for (name, group, item, region, period), variable in self.elsewhere.items():
            rows.append((name, group, ELSEWHERE, None, None, region, None, item, None, period, variable.value))
        return pd.DataFrame(rows, columns=FLOWS)


def list_copies(m: Model, sets: Sets) -> Copies:
    """The copies of all programmes, their limits and pools.

    Parameters
    ----------
    m
        The model, with what is made, shipped and sold.
    sets
        Its sets.

    Returns
    -------
    Copies
        Empty where no programme is in force.
    """
    programmes = sets.eligibility.programmes
    groups = {name: _list_groups(m, sets, one) for name, one in programmes.items()}
    makings = [key for name, one in programmes.items() for key in _list_makings(m, sets, name, one, groups[name])]
    m.eligible_made = made = pyo.Var(makings, domain=pyo.NonNegativeReals)
    moves = [key for name, one in programmes.items() for key in _list_moves(m, name, one, groups[name])]
    m.eligible_shipped = shipped = pyo.Var(moves, domain=pyo.NonNegativeReals)
    sales = [
        (name, group, *step)
        for name, one in programmes.items()
        if one.kind in ("subsidy", "market_access")
        for group in groups[name]
        for step in m.demand.sold
        if step[1] == one.item and step[0] in one.market and step[2] in one.periods
    ]
    m.eligible_sold = sold = pyo.Var(sales, domain=pyo.NonNegativeReals)
    exits = list(dict.fromkeys(_list_exits(sets, made, shipped)))
    m.eligible_elsewhere = elsewhere = pyo.Var(exits, domain=pyo.NonNegativeReals)
    copies = Copies(made, shipped, sold, elsewhere)
    _fill_pools(sets, copies)
    _limit(m, copies)
    _find_ends(sets, copies)
    return copies


def _list_groups(m: Model, sets: Sets, programme: ProgrammeTerms) -> dict[str, set[str]]:
    """By group over which a programme is averaged, the sites that make its good."""
    firms = frames.entries(sets.sites["firm"])
    found: dict[str, set[str]] = defaultdict(set)
    for site, process, mode, period in m.production.made:
        if period in programme.periods and _may_finish(sets, programme, (site, process, mode), period):
            group = {"site": site, "firm": firms[site]}.get(programme.averaging, ALL)
            found[group].add(site)
    return dict(sorted(found.items()))


def _may_finish(sets: Sets, programme: ProgrammeTerms, draw: tuple[str, str, str], period: str) -> bool:
    """Whether what a draw makes of the good can qualify by where it is made, and by whom."""
    region = sets.places[draw[:2]][1]
    made = any(item == programme.item and quantity > 0 for item, quantity in sets.recipe(draw[1], period))
    here = programme.kind not in ENDS_WHERE_MADE or region in programme.market
    controlled = programme.kind != "output" or bool(sets.draws.at[draw, "controlled"])
    return made and region in programme.made_in and here and controlled


def _list_makings(
    m: Model, sets: Sets, name: str, programme: ProgrammeTerms, groups: dict[str, set[str]]
) -> Iterator[EligibleMade]:
    for site, process, mode, period in m.production.made:
        for item, quantity in sets.recipe(process, period) if period in programme.periods else ():
            if quantity > 0 and item in programme.traced:
                finished = item == programme.item
                if finished and not _may_finish(sets, programme, (site, process, mode), period):
                    continue
                for group, sites in groups.items():
                    if not finished or site in sites:
                        yield (name, group, site, process, mode, item, period)


def _list_moves(
    m: Model, name: str, programme: ProgrammeTerms, groups: dict[str, set[str]]
) -> Iterator[EligibleShipped]:
    """Ways of what is traced; the good itself need go nowhere where programmes look at what is made."""
    carried = programme.traced - ({programme.item} if programme.kind in ENDS_WHERE_MADE else set())
    for key in m.lanes.shipped:
        if key[2] in carried and key[4] in programme.periods and key[0] != key[1]:  # within a region is one pool
            for group in groups:
                yield (name, group, *key)


def _list_exits(sets: Sets, made: pyo.Var[EligibleMade], shipped: pyo.Var[EligibleShipped]) -> Iterator[EligiblePlace]:
    """Where the good may leave its copy: all that sites or firms make, and what has entered the market."""
    for name, group, site, process, _, item, period in made:
        programme = sets.eligibility.programmes[name]
        free = programme.averaging in ("site", "firm") or programme.kind in ENDS_WHERE_MADE
        if item == programme.item and free:
            yield (name, group, item, sets.places[site, process][1], period)
    for name, group, _, destination, item, _, period in shipped:
        programme = sets.eligibility.programmes[name]
        entered = programme.kind == "duty" and destination in programme.market
        if item == programme.item and (programme.averaging in ("site", "firm") or entered):
            yield (name, group, item, destination, period)


def _fill_pools(sets: Sets, copies: Copies) -> None:
    for key, variable in copies.made.items():
        name, group, site, process, _, item, period = key
        region, traced = sets.places[site, process][1], sets.eligibility.programmes[name].traced
        share = sets.eligibility.shares[period][process, item]
        for used, quantity in sets.recipe(process, period):
            if used == item and quantity > 0:
                copies.pools[name, group, item, region, period].add(quantity, variable)
                if item == sets.eligibility.programmes[name].item:
                    copies.per_unit[id(variable)] = copies.per_unit.get(id(variable), 0.0) + quantity
            elif quantity < 0 and used in traced:
                copies.pools[name, group, used, region, period].add(share * quantity, variable)
    for (name, group, origin, destination, item, _, period), variable in copies.shipped.items():
        copies.pools[name, group, item, origin, period].add(-1.0, variable)
        copies.pools[name, group, item, destination, period].add(1.0, variable)
    for (name, group, region, item, period, _), variable in copies.sold.items():
        copies.pools[name, group, item, region, period].add(-1.0, variable)
    for key, variable in copies.elsewhere.items():
        copies.pools[key].add(-1.0, variable)


def _limit(m: Model, copies: Copies) -> None:
    """Each variable of the plan with its copies in a programme; each item that a line makes has copies of its own."""
    found: dict[tuple[Any, ...], tuple[Variable, list[Variable]]] = {}
    for key, variable in copies.made.items():
        name, _, site, process, mode, item, period = key
        plan = m.production.made[site, process, mode, period]
        found.setdefault((name, MADE, item, id(plan)), (plan, []))[1].append(variable)
    for key, variable in copies.shipped.items():
        plan = m.lanes.shipped[key[2:]]
        found.setdefault((key[0], SHIPPED, "", id(plan)), (plan, []))[1].append(variable)
    for key, variable in copies.sold.items():
        plan = m.demand.sold[key[2:]]
        found.setdefault((key[0], SOLD, "", id(plan)), (plan, []))[1].append(variable)
    for number, ((name, *_), both) in enumerate(found.items()):
        copies.within[name, number] = both
    for key, variable in copies.sold.items():
        if m.sets.eligibility.programmes[key[0]].kind == "market_access":
            sale = (key[0], *key[2:])
            copies.sales_alone.setdefault(sale, (m.demand.sold[key[2:]], []))[1].append(variable)


def _find_ends(sets: Sets, copies: Copies) -> None:
    """What each programme looks at, and what it takes off duties."""
    programmes, bloc = sets.eligibility.programmes, frames.entries(blocs(sets.instance))
    for key, variable in copies.made.items():
        name, group, *draw, item, period = key
        one = programmes[name]
        if item == one.item and (one.averaging in ("site", "firm") or one.kind in ENDS_WHERE_MADE):
            copies.ends.append(((name, group, period), MADE, (*draw, period), variable))
    for sale, variable in copies.sold.items():
        if programmes[sale[0]].averaging not in ("site", "firm"):
            copies.ends.append(((sale[0], sale[1], sale[4]), SOLD, sale[2:], variable))
    values = sets.instance["items"].set_index("item")["value"].to_dict()
    asked = {one.item for one in programmes.values() if one.kind == "duty"}
    flows = sets.flows[sets.flows["item"].isin(asked)]
    keys = zip(*(flows[name] for name in ("origin", "destination", "item", "mode", "period")), strict=True)
    duties = dict(zip(keys, flows["duty"], strict=True))
    for move, variable in copies.shipped.items():
        name, group, origin, destination, item, _, period = move
        one = programmes[name]
        crosses = bloc[origin] != bloc[destination] and origin in one.made_in and destination in one.market
        if one.kind == "duty" and item == one.item and crosses:
            relief = min(one.rates[period] * values[item], float(duties[move[2:]]))
            copies.reliefs.append((variable, relief, (item, destination, period)))
            if one.averaging not in ("site", "firm"):
                copies.ends.append(((name, group, period), SHIPPED, move[2:], variable))
