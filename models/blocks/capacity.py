"""Capacity: existing lines that may be retired, modules that may be built, and the limits they set on what is made.

Lines of outside firms are drawn on through offers, and built on only under an offer that controls.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.blocks.draws import build_draw_limits, find_controlled_lines, list_controllers, list_offers
from planner_models.blocks.retirement import find_kept_before, find_state, list_openings_since, list_retirable
from planner_models.keys import Activity, Draw, Line, LinePeriod, Offer, Option, Ordering
from planner_models.linear import LinearExpression, Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.access import OWN


@dataclass(frozen=True)
class Capacity:
    """What lines can make, and what may be built on them.

    kept_before: existing capacity in the last period before in which there was any
    opened_since: the openings of its site after that period, up to this one
    max_modules: by option and size of it; size_of: by size, the option it is made of and how many modules it makes up
    moments: by option, the orders of all its sizes in modules of it; standing: and by period, those that are there
    controllers: by order on an outside line, the states of the offers with control of it
    offer_of: the offer that a draw needs; None where it needs none
    usable: what a line can make by mode and period, activity/year; min_load: the share of it that must run
    in_force: by draw, period and age, the state of its offer so many periods before
    least_taken: the amount to be taken, activity/year, while all of the states are 1
    most_made: the most that can be drawn through an offer, activity/year
    """

    kept: pyo.Var[LinePeriod]
    kept_before: dict[LinePeriod, LinePeriod]
    opened_since: dict[LinePeriod, list[Variable]]
    built: pyo.Var[Ordering]
    max_modules: dict[Option, float]
    size_of: dict[Option, tuple[Option, float]]
    moments: dict[Option, LinearExpression]
    standing: dict[Ordering, LinearExpression]
    controllers: dict[Ordering, list[Variable]]
    offer_of: dict[Draw, Offer | None]
    usable: dict[Activity, LinearExpression]
    min_load: dict[Line, float]
    in_force: dict[tuple[str, str, str, str, int], Variable]
    least_taken: dict[Activity, tuple[float, list[Variable]]]
    most_made: dict[Activity, float]


def build(m: Model, sets: Sets) -> None:
    """kept[l,t] binary, existing capacity is not yet retired; built[l,k,t] integer, modules ordered.

    Retiring is free, so it is a decision only where keeping costs something or forces the line to run, where a rule
    weighs capacity against use, or a lock asks.
    """
    m.capacity = _offer(m, sets)
    capacity, made = m.capacity, m.production.made
    m.retired_for_good = pyo.Constraint(list(capacity.kept_before), rule=retired_for_good)
    closable = [key for key in capacity.kept if (key[0], key[2]) in m.sites.opened]
    m.kept_open = pyo.Constraint(closable, rule=kept_open)
    several = [key for key, moments in capacity.moments.items() if len(moments.variables) > 1]
    m.module_limit = pyo.Constraint(several, rule=module_limit)
    m.module_site = pyo.Constraint(list(capacity.standing), rule=module_site)
    m.module_control = pyo.Constraint(list(capacity.controllers), rule=module_control)
    m.within_capacity = pyo.Constraint(list(made), rule=within_capacity)
    loaded = [key for key in made if key[2] == OWN and key[:2] in capacity.min_load]
    m.least_load = pyo.Constraint(loaded, rule=least_load)
    m.drawn_in_force = pyo.Constraint(list(capacity.in_force), rule=drawn_in_force)
    m.least_take = pyo.Constraint(list(capacity.least_taken), rule=least_take)
    _post_costs(m, sets)


def _offer(m: Model, sets: Sets) -> Capacity:
    m.kept = kept = pyo.Var(list_retirable(sets), domain=pyo.Binary)
    kept_before = find_kept_before(sets, kept)
    max_modules: dict[Option, float] = frames.entries(sets.options["max_modules"])
    whole = pyo.NonNegativeIntegers
    m.built = built = pyo.Var(list(sets.orders), domain=whole, bounds=lambda _, *key: (0, max_modules[key[:3]]))
    sizes = zip(sets.options.index, sets.options["family"], sets.options["multiple"], strict=True)
    size_of: dict[Option, tuple[Option, float]] = {key: ((*key[:2], option), many) for key, option, many in sizes}
    moments, standing = _orders(m, sets, built, size_of)
    offer_of = list_offers(sets)
    in_force, least_taken = build_draw_limits(m, sets, offer_of)
    least = sets.lines["min_load"].where(sets.lines["home"], 0.0)
    return Capacity(
        kept=kept,
        kept_before=kept_before,
        opened_since=list_openings_since(m, sets, kept_before),
        built=built,
        max_modules=max_modules,
        size_of=size_of,
        moments=moments,
        standing=standing,
        controllers=list_controllers(m, sets),
        offer_of=offer_of,
        usable=_usable(m, sets, kept, built, offer_of),
        min_load=frames.entries(least[least > 0]),
        in_force=in_force,
        least_taken=least_taken,
        most_made={key: sets.most_drawn(*key) for key in m.production.made if offer_of[key[:3]] is not None},
    )


def _orders(
    m: Model, sets: Sets, built: pyo.Var[Ordering], size_of: dict[Option, tuple[Option, float]]
) -> tuple[dict[Option, LinearExpression], dict[Ordering, LinearExpression]]:
    """The orders of each option in all its sizes, and those there in a period, where their site may be closed.

    Both count modules of the option itself.
    """
    moments: dict[Option, LinearExpression] = defaultdict(LinearExpression)
    standing: dict[Ordering, LinearExpression] = defaultdict(LinearExpression)
    for key, order in sets.orders.items():
        option, multiple = size_of[key[:3]]
        moments[option].add(multiple, built[key])
        for period in order.standing:
            if (key[0], period) in m.sites.opened:
                standing[(*option, period)].add(multiple, built[key])
    return moments, standing


def _usable(
    m: Model,
    sets: Sets,
    kept: pyo.Var[LinePeriod],
    built: pyo.Var[Ordering],
    offer_of: dict[Draw, Offer | None],
) -> dict[Activity, LinearExpression]:
    """What each line can make by mode and period: own, existing x kept + modules in service of size x ramp x built.

    Through an offer, the share of existing capacity it opens while in force, and of modules where it controls.
    """
    modes: dict[Line, list[Draw]] = defaultdict(list)
    for draw in offer_of:
        modes[draw[:2]].append(draw)
    shares, controlled = sets.draws["offtake_share"].to_dict(), sets.draws["controlled"].to_dict()
    usable: dict[Activity, LinearExpression] = defaultdict(LinearExpression)
    for line, capacity in sets.existing.items():
        for draw in modes[line[:2]]:
            offer = offer_of[draw]
            state = m.access.accessed[(*offer, line[2])] if offer is not None else find_state(m, kept, line)
            usable[(*draw, line[2])].add(shares[draw] * capacity, state)
    for key, order in sets.orders.items():
        for draw in modes[key[:2]]:
            for period in order.service if controlled[draw] else ():
                usable[(*draw, period)].add(shares[draw] * order.usable(period), built[key])
    return usable


def retired_for_good(m: Model, site: str, process: str, period: str) -> pyo.Expression:
    """kept[l,t] <= kept[l,u] + sum over u < v <= t of opens[s,v], u being the last period before with capacity"""
    sources = [
        m.capacity.kept[m.capacity.kept_before[site, process, period]],
        *m.capacity.opened_since[site, process, period],
    ]
    return linear([1.0] + [-1.0] * len(sources), [m.capacity.kept[site, process, period], *sources]) <= 0


def kept_open(m: Model, site: str, process: str, period: str) -> pyo.Expression:
    """kept[l,t] <= opened[s,t]"""
    return linear([1.0, -1.0], [m.capacity.kept[site, process, period], m.sites.opened[site, period]]) <= 0


def module_limit(m: Model, site: str, process: str, option: str) -> pyo.Expression:
    """sum over t and sizes k of the option of multiple[k] built[l,k,t] <= max_modules[l,option]"""
    moments = m.capacity.moments[site, process, option]
    return moments.expression() <= m.capacity.max_modules[site, process, option]


def module_site(m: Model, site: str, process: str, option: str, period: str) -> pyo.Expression:
    """sum over modules of all sizes k standing in t of multiple[k] built[l,k,.] <= max_modules[l,option] opened[s,t]"""
    standing = m.capacity.standing[site, process, option, period]
    most = m.capacity.max_modules[site, process, option]
    return linear([*standing.coefficients, -most], [*standing.variables, m.sites.opened[site, period]]) <= 0


def module_control(m: Model, *key: *Ordering) -> pyo.Expression:
    """built[l,k,t] <= max_modules[l,k] x sum over offers with control of the line of accessed[o,t]"""
    controllers, most = m.capacity.controllers[key], m.capacity.max_modules[key[:3]]
    return linear([1.0] + [-most] * len(controllers), [m.capacity.built[key], *controllers]) <= 0


def within_capacity(m: Model, *key: *Activity) -> pyo.Expression:
    """made[l,o,t] <= share[l,o] (existing[l,t] (kept[l,t] or accessed[o,t]) + sum_k size_k ramp built[l,k,.])

    No part counts for more than all that can be of use of the process: what is made is below that anyway.
    """
    usable = m.capacity.usable[key].at_most(m.sets.most_useful(key[1], key[3]))
    return usable.minus(1.0, m.production.made[key]) <= usable.constant


def least_load(m: Model, *key: *Activity) -> pyo.Expression:
    """made[l,own,t] >= min_load[l] x capacity[l,t]"""
    usable, share = m.capacity.usable[key], m.capacity.min_load[key[:2]]
    return usable.minus(share, m.production.made[key]) >= share * usable.constant


def drawn_in_force(m: Model, *key: *tuple[str, str, str, str, int]) -> pyo.Expression:
    """made[l,o,t] <= most[l,o,t] accessed[o,u], for u from t - qualification to t"""
    return linear([1.0, -m.capacity.most_made[key[:4]]], [m.production.made[key[:4]], m.capacity.in_force[key]]) <= 0


def least_take(m: Model, *key: *Activity) -> pyo.Expression:
    """made[l,o,t] >= min_take x share x existing[l,t] x (1 if accessed[o,u] for all u from t - qualification to t)"""
    amount, lasting = m.capacity.least_taken[key]
    slopes = [1.0] + [-amount] * len(lasting)
    return linear(slopes, [m.production.made[key], *lasting]) >= -amount * (len(lasting) - 1)


def _post_costs(m: Model, sets: Sets) -> None:
    """Fixed cost of kept lines and of modules in service; capex as its annuity, or when ordered, less salvage."""
    line_cost, module_cost = CostLine("line fixed cost"), CostLine("module fixed cost")
    each, home = _list_fixed_costs(sets), sets.lines["home"].to_dict()
    for line in sets.existing:
        if home[line[:2]]:
            label = (*sets.places[line[:2]], line[2])
            line_cost.add(each[line], find_state(m, m.capacity.kept, line), label, line[0])
    fixed = sets.options["fixed_cost"].to_dict()
    for key, order in sets.orders.items():
        for period in order.service:
            module_cost.add(fixed[key[:3]], m.capacity.built[key], (*sets.places[key[:2]], period))
    m.cost_lines.extend([line_cost, module_cost, *_spread_capital(m, sets)])


def _list_fixed_costs(sets: Sets) -> dict[LinePeriod, float]:
    """What keeping the existing capacity of each line costs in each period, money/year."""
    return {
        (*line, period): cost
        for period, table in sets.costs.items()
        for line, cost in frames.pairs(table["fixed_cost"])
    }


def _spread_capital(m: Model, sets: Sets) -> list[CostLine]:
    """Capex of modules: an annuity in every period of service; or all of it when ordered, and salvage after service.

    Where a module serves to the end of the plan, it is salvaged then.
    """
    annuity, spending = CostLine("capital"), CostLine("capital spending", once=True)
    salvage = CostLine("salvage", once=True, late=True)
    cash = sets.instance.settings["capital"] == "cash"
    options = sets.options[["annuity", "capex", "salvage"]].to_dict("index")
    for key, order in sets.orders.items():
        built, place, option = m.capacity.built[key], sets.places[key[:2]], options[key[:3]]
        if cash:
            spending.add(option["capex"], built, (*place, key[3]))
            salvage.add(-option["capex"] * option["salvage"], built, (*place, order.service[-1]))
        for period in () if cash else order.service:
            annuity.add(option["annuity"], built, (*place, period))
    return [annuity, spending, salvage]


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `capacity` (line by line) and `builds` (modules ordered, with their size and capex in all)."""
    added: dict[tuple[str, str, str], float] = defaultdict(float)
    usable: dict[tuple[str, str, str], float] = defaultdict(float)
    paid: dict[tuple[str, str, str], float] = defaultdict(float)
    builds = []
    yearly = (sets.options["fixed_cost"] + sets.options["annuity"]).to_dict()
    for key, order in sets.orders.items():
        modules = m.capacity.built[key].value
        if modules:
            capex = sets.options.at[key[:3], "capex"]
            builds.append((*key, modules, modules * order.size, modules * capex))
            for period in order.service:
                added[(*key[:2], period)] += modules * order.size
                usable[(*key[:2], period)] += modules * order.usable(period)
                paid[(*key[:2], period)] += modules * yearly[key[:3]]
    columns = ["site", "process", "option", "period", "modules", "size", "capex"]
    table = _lines_reported(m, sets, added, usable, paid)
    return {"capacity": table, "builds": pd.DataFrame(builds, columns=columns)}


def _lines_reported(m: Model, sets: Sets, added: dict, usable: dict, paid: dict) -> pd.DataFrame:
    """The rows of `capacity`; the arguments are what modules add, can make and cost by line and period."""
    made: dict[tuple[str, str, str], float] = defaultdict(float)
    for (site, process, _, period), variable in m.production.made.items():
        made[site, process, period] += variable.value
    candidates = set(sets.sites.index[sets.sites["candidate"]])
    facts, fixed = sets.lines[["firm", "home"]].to_dict("index"), _list_fixed_costs(sets)
    in_control = find_controlled_lines(m, sets)
    rows = []
    for line in sorted(set(sets.existing) | set(added)):
        if line[0] in candidates and not round(m.sites.opened[line[0], line[2]].value):
            continue
        fact, existing = facts[line[:2]], sets.existing.get(line, 0.0)
        state = find_state(m, m.capacity.kept, line)
        share = 1.0 if state is None else state.value
        capacity = existing * share + usable[line]
        use = made[line] / capacity if capacity else None
        cost = paid[line] + (fixed[line] * share if fact["home"] and existing else 0.0)
        control = "home" if fact["home"] or line in in_control else "outside"
        idle = cost * (1.0 - use) if use is not None else 0.0
        rows.append(
            (
                *line,
                existing * share,
                added[line],
                existing * (1.0 - share),
                capacity,
                made[line],
                use,
                fact["firm"],
                control,
                idle,
            )
        )
    figures = ["existing", "added", "retired", "capacity", "made", "utilisation", "firm", "control", "idle_cost"]
    return pd.DataFrame(rows, columns=["site", "process", "period", *figures])
