"""Coordination: what groups at home sell to each other at arm's length, and what that costs.

A group pays nothing on what its own lines use, and nothing on what it sells to final users itself: there the price of
the market is its reward. It pays on the rest, which others use. A unit at arm's length costs more than it costs to
make: a margin, which the selling group earns, and a friction, which nobody does. Which units those are is for the plan
to say, per group, item and period over all regions. With made[g,i,t] for the sum over the lines of g of a made[l,t],

    traded[g,i,t] >= made[g,i,t] - used[g,i,t] - sale[g,i,t] - (what g keeps in stock)

which is `inner <= used + sale` with inner = a made - traded. A disruption has no effect here: its flows are on
the terms of the base.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.costs import CostLine
from planner_models.keys import Good, GroupItem, Offer, OfferPeriod, Traded, TradedUnder
from planner_models.linear import LinearExpression, Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.access import MODES, OWN, SPOT

MARGIN, FRICTION = "arm's-length margin", "arm's-length friction"
"""The two lines of what selling at arm's length costs."""


@dataclass(frozen=True)
class Coordination:
    """What is sold at arm's length, and what need not be; all per year but for stock.

    traded: by line, item, mode and period, what others are sold; sale: by group, item and period, what the group sells
        to final users itself; owned: what of the stock is the group's, at the end of the period
    goods: by line, item and period, the quantity per activity and the activity; modes: what of it is traded, by mode
    made, used: by group, item and period, what its lines make and use; traded_by: what of it is traded
    final, stock: by item and period, what is sold, deployed and disposed of in all, and what is in stock
    in_force: by what is traded under an offer and age, the state of the offer so many periods before
    most_traded: the most that it can be; shares: the share of the line's capacity that it is for, where that is below 1
    """

    traded: pyo.Var[Traded]
    sale: pyo.Var[GroupItem]
    owned: pyo.Var[GroupItem]
    goods: dict[Good, tuple[float, Variable]]
    modes: dict[Good, list[Variable]]
    made: dict[GroupItem, LinearExpression]
    used: dict[GroupItem, LinearExpression]
    traded_by: dict[GroupItem, list[Variable]]
    final: dict[tuple[str, str], list[Variable]]
    stock: dict[tuple[str, str], list[Variable]]
    in_force: dict[TradedUnder, Variable]
    most_traded: dict[Traded, float]
    shares: dict[Traded, float]


def build(m: Model, sets: Sets) -> None:
    """traded[l,i,o,t], sale[g,i,t] in item/year, owned[g,i,t] in item, all >= 0.

    Only of items that a group makes and a line of others could use. `traded` has the mode spot, on the terms of the
    market, and the modes of the offers that may be signed instead.
    """
    m.coordination = coordination = _offer(m, sets)
    m.own_use = pyo.Constraint(list(coordination.made), rule=own_use)
    m.traded_of_made = pyo.Constraint(list(coordination.goods), rule=traded_of_made)
    m.own_sales = pyo.Constraint(list(dict.fromkeys(key[1:] for key in coordination.sale)), rule=own_sales)
    m.owned_in_stock = pyo.Constraint(list(dict.fromkeys(key[1:] for key in coordination.owned)), rule=owned_in_stock)
    m.traded_in_force = pyo.Constraint(list(coordination.in_force), rule=traded_in_force)
    m.traded_share = pyo.Constraint(list(coordination.shares), rule=traded_share)
    _post_costs(m, sets)


def _offer(m: Model, sets: Sets) -> Coordination:
    groups = sets.arms_length.groups
    goods = _find_goods(m, sets)
    keys = [
        (*good[:3], mode, good[3])
        for good in goods
        for mode in (SPOT, *_list_modes(sets, good))
    ]  # fmt: skip
    m.traded = traded = pyo.Var(keys, domain=pyo.NonNegativeReals)
    modes: dict[Good, list[Variable]] = defaultdict(list)
    traded_by: dict[GroupItem, list[Variable]] = defaultdict(list)
    for (site, process, item, _, period), variable in traded.items():
        modes[site, process, item, period].append(variable)
        traded_by[groups[site], item, period].append(variable)
    made: dict[GroupItem, LinearExpression] = defaultdict(LinearExpression)
    for (site, _, item, period), (quantity, activity) in goods.items():
        made[groups[site], item, period].add(quantity, activity)
    final, stock = _collect_final_use(m), _collect_stock(m)
    for group, item in dict.fromkeys(key[:2] for key in made):
        for period in sets.time.periods:
            if (item, period) in stock:
                made[group, item, period].constant += 0.0  # what is in stock is the group's in every period
    m.sale = sale = pyo.Var([key for key in made if key[1:] in final], domain=pyo.NonNegativeReals)
    m.owned = owned = pyo.Var([key for key in made if key[1:] in stock], domain=pyo.NonNegativeReals)
    under = [key for key in keys if key[3] != SPOT]
    return Coordination(
        traded=traded,
        sale=sale,
        owned=owned,
        goods=goods,
        modes=modes,
        made=made,
        used=_sum_use(m, sets, set(made)),
        traded_by=traded_by,
        final=final,
        stock=stock,
        in_force=dict(_states(m, sets, under)),
        most_traded=_bound_trade(m, sets, under, goods),
        shares={key: share for key in under for share in [_terms(sets, key)[1]] if share < 1},
    )


def _terms(sets: Sets, key: Traded) -> tuple[Offer, float, int]:
    """The offer that a unit is sold under, its share of capacity, and its qualification in periods."""
    return sets.arms_length.covers[key[0], key[1], key[3]]


def _list_modes(sets: Sets, good: Good) -> list[str]:
    """The modes of the offers under which a good can be sold in its period: those that can be through qualification."""
    place = sets.time.position[good[3]]
    covers = sets.arms_length.covers
    return [mode for mode in MODES if covers.get((*good[:2], mode), (None, 0.0, place + 1))[2] <= place]


def _find_goods(m: Model, sets: Sets) -> dict[Good, tuple[float, Variable]]:
    """What lines at home make of items for which the market asks more, where a line of others could use it."""
    groups, wedges = sets.arms_length.groups, sets.arms_length.wedges
    users: dict[str, set[str | None]] = defaultdict(set)
    for site, process, _, _ in m.production.made if wedges else ():
        for item, quantity in sets.recipes[process]:
            if quantity < 0:
                users[item].add(groups.get(site))
    return {
        (site, process, item, period): (quantity, variable)
        for (site, process, mode, period), variable in (m.production.made.items() if wedges else ())
        if mode == OWN
        for item, quantity in sets.recipe(process, period)
        if (site, process, item, SPOT) in wedges and users[item] - {groups[site]}
    }


def _sum_use(m: Model, sets: Sets, wanted: set[GroupItem]) -> dict[GroupItem, LinearExpression]:
    """What the lines of a group use of an item in a period, all regions together."""
    used: dict[GroupItem, LinearExpression] = defaultdict(LinearExpression)
    for (site, process, _, period), variable in m.production.made.items() if wanted else ():
        for item, quantity in sets.recipe(process, period):
            key = (sets.arms_length.groups.get(site, ""), item, period)
            if quantity < 0 and key in wanted:
                used[key].add(-quantity, variable)
    return used


def _collect_final_use(m: Model) -> dict[tuple[str, str], list[Variable]]:
    """By item and period: what is sold, deployed and disposed of."""
    final: dict[tuple[str, str], list[Variable]] = defaultdict(list)
    for (_, item, period, _), variable in m.demand.sold.items():
        final[item, period].append(variable)
    for (_, item, period), variable in m.enablers.deployed.items():
        final[item, period].append(variable)
    for (item, _, period), variable in m.left.items():
        final[item, period].append(variable)
    return final


def _collect_stock(m: Model) -> dict[tuple[str, str], list[Variable]]:
    """By item and period: what is in stock at its end."""
    stock: dict[tuple[str, str], list[Variable]] = defaultdict(list)
    for (_, item, period), variable in m.stock.held.items():
        stock[item, period].append(variable)
    return stock


def _states(m: Model, sets: Sets, under: list[Traded]) -> Iterator[tuple[TradedUnder, Variable]]:
    """By what is traded under an offer: its states from signing on, through qualification."""
    for key in under:
        offer, _, qualification = _terms(sets, key)
        place = sets.time.position[key[4]]
        for age in range(qualification + 1):
            yield (*key, age), m.access.accessed[(*offer, sets.time.periods[place - age])]


def _bound_trade(
    m: Model, sets: Sets, under: list[Traded], goods: dict[Good, tuple[float, Variable]]
) -> dict[Traded, float]:
    """The most of what is traded under an offer: what the offer opens of the line, and what all others could use."""
    groups = sets.arms_length.groups
    capacity: dict[tuple[str, str, str], dict[str | None, float]] = defaultdict(lambda: defaultdict(float))
    lines = {(site, process, period) for site, process, _, period in m.production.made} if under else set()
    for line in sorted(lines):
        for item, quantity in sets.recipe(line[1], line[2]):
            if quantity < 0:
                capacity[item, line[2], line[1]][groups.get(line[0])] -= quantity * sets.most[line]
    most_used: dict[tuple[str, str], list[tuple[float, dict[str | None, float]]]] = defaultdict(list)
    for (item, period, process), by_group in capacity.items():
        useful = -dict(sets.recipe(process, period))[item] * sets.most_useful(process, period)
        most_used[item, period].append((useful, by_group))
    found = {}
    for key in under:
        site, process, item, _, period = key
        opened = min(sets.most[site, process, period] * _terms(sets, key)[1], sets.most_useful(process, period))
        others = sum(
            min(useful, sum(amount for group, amount in by_group.items() if group != groups[site]))
            for useful, by_group in most_used[item, period]
        )
        found[key] = min(goods[site, process, item, period][0] * opened, others)
    return found


def own_use(m: Model, *key: *GroupItem) -> pyo.Expression:
    """sum_l (a made[l,t] - sum_o traded[l,i,o,t]) - (owned[g,i,t] - owned[g,i,t-1]) / years[t] <= used + sale[g,i,t]"""
    own, coordination = LinearExpression(), m.coordination
    own.extend(1.0, coordination.made[key])
    own.extend(-1.0, coordination.used.get(key, LinearExpression()))
    for variable in [*coordination.traded_by[key], *([coordination.sale[key]] if key in coordination.sale else [])]:
        own.add(-1.0, variable)
    if key in coordination.owned:
        per_year, place = 1.0 / m.sets.time.years[key[2]], m.sets.time.position[key[2]]
        own.add(-per_year, coordination.owned[key])
        before = (*key[:2], m.sets.time.periods[place - 1])
        if place and before in coordination.owned:
            own.add(per_year, coordination.owned[before])
    return own.merged().expression() <= 0


def traded_of_made(m: Model, *key: *Good) -> pyo.Expression:
    """sum_o traded[l,i,o,t] <= a made[l,t], that is inner[l,t] >= 0"""
    quantity, activity = m.coordination.goods[key]
    traded = m.coordination.modes[key]
    return linear([*[1.0] * len(traded), -quantity], [*traded, activity]) <= 0


def own_sales(m: Model, item: str, period: str) -> pyo.Expression:
    """sum_g sale[g,i,t] <= sum over regions of sold + deployed + left"""
    sales = [variable for key, variable in m.coordination.sale.items() if key[1:] == (item, period)]
    final = m.coordination.final[item, period]
    return linear([*[1.0] * len(sales), *[-1.0] * len(final)], [*sales, *final]) <= 0


def owned_in_stock(m: Model, item: str, period: str) -> pyo.Expression:
    """sum_g owned[g,i,t] <= sum over regions of held[r,i,t]"""
    owned = [variable for key, variable in m.coordination.owned.items() if key[1:] == (item, period)]
    held = m.coordination.stock[item, period]
    return linear([*[1.0] * len(owned), *[-1.0] * len(held)], [*owned, *held]) <= 0


def traded_in_force(m: Model, *key: *TradedUnder) -> pyo.Expression:
    """traded[l,i,o,t] <= most[l,i,o,t] accessed[o,u], for u from t - qualification to t"""
    sold = key[:5]
    return linear([1.0, -m.coordination.most_traded[sold]], [m.traded[sold], m.coordination.in_force[key]]) <= 0


def traded_share(m: Model, *key: *Traded) -> pyo.Expression:
    """traded[l,i,o,t] <= a x offtake_share[o] x capacity[l,t]"""
    site, process, item, _, period = key
    quantity = m.coordination.goods[site, process, item, period][0] * m.coordination.shares[key]
    usable = m.capacity.usable[site, process, OWN, period]
    return usable.minus(quantity, m.coordination.traded[key]) <= quantity * usable.constant


def _price(m: Model, sets: Sets, key: Traded) -> tuple[float, float]:
    """Margin and friction of a unit at arm's length, in money/item, as policies leave them."""
    site, process, item, mode, period = key
    wedge = sets.arms_length.wedges[site, process, item, mode][period]
    return wedge.margin, wedge.friction * sets.transaction.get((process, sets.places[site, process][1], period), 1.0)


def _post_costs(m: Model, sets: Sets) -> None:
    """Margin and friction of what is traded, put down to the line that sells."""
    margin, friction = CostLine(MARGIN), CostLine(FRICTION)
    for key, variable in m.coordination.traded.items():
        label = (*sets.places[key[:2]], key[4])
        for line, amount in zip((margin, friction), _price(m, sets, key), strict=True):
            line.add(amount, variable, label)
    m.cost_lines.extend([margin, friction])


def sold_under_offers(m: Model) -> Iterator[tuple[OfferPeriod, list[float]]]:
    """What is sold under offers of firms at home.

    Parameters
    ----------
    m
        A model whose variables hold a plan.

    Yields
    ------
    tuple
        Firm, process cell, mode and period; activity/year, and in money/year friction, margin paid and margin kept.
    """
    sets: Sets = m.sets
    for key, variable in m.coordination.traded.items():
        site, process, item, mode, period = key
        if mode != SPOT and variable.value:
            margin, friction = _price(m, sets, key)
            quantity = m.coordination.goods[site, process, item, period][0]
            activity = variable.value / quantity * sets.arms_length.shares[process, item, period]
            kept = sets.arms_length.wedges[site, process, item, mode][period].kept
            amounts = [activity, *(variable.value * each for each in (friction, margin, kept))]
            yield (*_terms(sets, key)[0], period), amounts


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `arms_length` (what each line sells to others) and `group_use` (what groups make, use and sell)."""
    traded = [
        (*key, variable.value, *(variable.value * each for each in _price(m, sets, key)))
        for key, variable in m.coordination.traded.items()
    ]
    columns = ["site", "process", "item", "mode", "period", "traded", "margin", "friction"]
    groups = ["group", "item", "period", "made", "used", "traded", "sale", "owned"]
    use = pd.DataFrame(list(_tell_use(m, sets)), columns=groups)
    return {"arms_length": pd.DataFrame(traded, columns=columns), "group_use": use}


def _tell_use(m: Model, sets: Sets) -> Iterator[tuple[str | float, ...]]:
    """By group, item and period: what is made, used and traded; of sales and stock only what the rest asks for."""
    coordination = m.coordination
    for group, item in dict.fromkeys(key[:2] for key in coordination.made):
        owned = 0.0
        for period in (period for period in sets.time.periods if (group, item, period) in coordination.made):
            key, years = (group, item, period), sets.time.years[period]
            made = coordination.made[key].value()
            used = coordination.used[key].value() if key in coordination.used else 0.0
            traded = sum(variable.value for variable in coordination.traded_by[key])
            sale = coordination.sale[key].value if key in coordination.sale else 0.0
            before, rest = owned, made - used - traded
            owned = max(0.0, before + years * (rest - sale)) if key in coordination.owned else 0.0
            yield (*key, made, used, traded, max(0.0, rest - (owned - before) / years), owned)
