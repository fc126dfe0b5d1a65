"""Ties: what a project opens is tied to the supply of the partner with whom it was done.

In each period, all regions together, the lines of processes that require the project use no more of an item, and
markets that require it are sold no more of it, than the lines of the partner make: so much of it at least is bought
from the partner, whoever else uses it. It holds for items that lines of the partner make at all, and once the project
is ready by the option that ties. In a disruption a tie does not bind.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models.keys import Tie, TiedSupply
from planner_models.linear import LinearExpression, Variable
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Ties:
    """tied: by option, item and period, what is used of the item on the tie, item/year.

    used: by project, item and period, what the project opens uses, or is sold, and `most_used`, the most that can be
    otherwise: by tie, the starts by which the project is ready through other options
    of_partner: by partner, item and period, what is tied to it; supplied: what its lines make
    """

    tied: pyo.Var[Tie]
    used: dict[tuple[str, str, str], LinearExpression]
    most_used: dict[tuple[str, str, str], float]
    otherwise: dict[Tie, list[Variable]]
    of_partner: dict[TiedSupply, list[Variable]]
    supplied: dict[TiedSupply, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """tied[j,o,i,t] >= 0 in item/year, in periods in which the project can be ready through the option."""
    ready = {(key[0], key[1], period) for (_, period), starts in sets.ready.items() for key in starts}
    keys = [(*tie, period) for tie in sets.ties for period in sets.time.periods if (*tie[:2], period) in ready]
    m.tied = tied = pyo.Var(keys, domain=pyo.NonNegativeReals)
    used, most_used = _sum_use(m, sets, {(project, item, period) for project, _, item, period in keys})
    of_partner: dict[TiedSupply, list[Variable]] = defaultdict(list)
    for key, variable in tied.items():
        of_partner[sets.ties[key[:3]], key[2], key[3]].append(variable)
    m.ties = Ties(
        tied=tied,
        used=used,
        most_used=most_used,
        otherwise={key: _list_otherwise(m, sets, key) for key in keys},
        of_partner=dict(of_partner),
        supplied=_sum_supply(m, sets, set(of_partner)),
    )
    m.tied_use = pyo.Constraint(keys, rule=tied_use)
    m.tied_supply = pyo.Constraint(list(m.ties.of_partner), rule=tied_supply)


def tied_use(m: Model, *key: *Tie) -> pyo.Expression:
    """used[j,i,t] <= tied[j,o,i,t] + most_used[j,i,t] x sum of started[j,.,.] by which j is ready otherwise"""
    whose = (key[0], key[2], key[3])
    more = LinearExpression()
    more.extend(1.0, m.ties.used[whose])
    more.add(-1.0, m.ties.tied[key])
    for start in m.ties.otherwise[key]:
        more.add(-m.ties.most_used[whose], start)
    return more.merged().expression() <= 0


def tied_supply(m: Model, *key: *TiedSupply) -> pyo.Expression:
    """sum over ties with the partner of tied[.,.,i,t] <= sum over the lines of the partner of a made[l,t]"""
    tied = m.ties.of_partner[key]
    more = LinearExpression()
    more.extend(1.0, LinearExpression([1.0] * len(tied), tied))
    more.extend(-1.0, m.ties.supplied[key])
    return more.expression() <= 0


def _list_otherwise(m: Model, sets: Sets, key: Tie) -> list[Variable]:
    """The starts of other options by which the project is ready in the period."""
    starts = sets.ready.get((key[0], key[3]), [])
    return [m.development.started[start] for start in starts if start[1] != key[1]]


def _sum_use(
    m: Model, sets: Sets, wanted: set[tuple[str, str, str]]
) -> tuple[dict[tuple[str, str, str], LinearExpression], dict[tuple[str, str, str], float]]:
    """By project, item and period: what the lines that it opens use, and the markets are sold; and the most of it."""
    used = {key: LinearExpression() for key in wanted}
    most = dict.fromkeys(wanted, 0.0)
    for key, variable in m.production.made.items() if wanted else ():
        for item, quantity in sets.recipe(key[1], key[3]):
            whose = (sets.required.get(key[1], ""), item, key[3])
            if quantity < 0 and whose in wanted:
                used[whose].add(-quantity, variable)
                most[whose] -= quantity * sets.most_drawn(*key)
    requires = sets.instance["items"].set_index("item")["requires"].to_dict()
    for step, variable in m.demand.sold.items() if wanted else ():
        sold = (requires[step[1]], step[1], step[2])
        if sold in wanted:
            used[sold].add(1.0, variable)
            most[sold] += m.demand.most_sold[step]
    return used, most


def _sum_supply(m: Model, sets: Sets, wanted: set[TiedSupply]) -> dict[TiedSupply, LinearExpression]:
    """By partner, item and period: what its lines make, through whatever offer it is had."""
    supplied = {key: LinearExpression() for key in wanted}
    firms = sets.lines["firm"].to_dict()
    for (site, process, _, period), variable in m.production.made.items() if wanted else ():
        for item, quantity in sets.recipe(process, period):
            key = (firms[site, process], item, period)
            if quantity > 0 and key in wanted:
                supplied[key].add(quantity, variable)
    return supplied
