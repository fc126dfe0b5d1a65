"""Capacity: existing lines that may be retired, modules that may be built, and the limits they set on what is made.

Lines of outside firms are drawn on through offers, and built on only under an offer that controls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.keys import Activity, Draw, Line, LinePeriod, Offer, Option, Ordering
from planner_models.linear import LinearExpression, Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.access import OWN

WEIGHING = ("min_utilisation", "max_capacity_ratio", "max_capacity")
"""Types of rules that idle capacity can break."""


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
    m.kept = kept = pyo.Var(_retirable(sets), domain=pyo.Binary)
    kept_before = _find_kept_before(sets, kept)
    max_modules: dict[Option, float] = frames.entries(sets.options["max_modules"])
    whole = pyo.NonNegativeIntegers
    m.built = built = pyo.Var(list(sets.orders), domain=whole, bounds=lambda _, *key: (0, max_modules[key[:3]]))
    sizes = zip(sets.options.index, sets.options["family"], sets.options["multiple"], strict=True)
    size_of: dict[Option, tuple[Option, float]] = {key: ((*key[:2], option), many) for key, option, many in sizes}
    moments, standing = _orders(m, sets, built, size_of)
    offer_of = _offers(sets)
    in_force, least_taken = _build_draw_limits(m, sets, offer_of)
    least = sets.lines["min_load"].where(sets.lines["home"], 0.0)
    return Capacity(
        kept=kept,
        kept_before=kept_before,
        opened_since=_list_openings_since(m, sets, kept_before),
        built=built,
        max_modules=max_modules,
        size_of=size_of,
        moments=moments,
        standing=standing,
        controllers=_controllers(m, sets),
        offer_of=offer_of,
        usable=_usable(m, sets, kept, built, offer_of),
        min_load=frames.entries(least[least > 0]),
        in_force=in_force,
        least_taken=least_taken,
        most_made={key: sets.most_drawn(*key) for key in m.production.made if offer_of[key[:3]] is not None},
    )


def _retirable(sets: Sets) -> list[LinePeriod]:
    """The existing capacity that it may be of use to retire."""
    lines = sets.lines
    asked = lines.index.isin(sets.ruled_out["kept"]) | _find_weighed_lines(sets)
    costly = np.any([table["fixed_cost"].to_numpy() > 0 for table in sets.costs.values()], axis=0)
    worth_it = costly | (lines["min_load"] > 0) | asked
    matters = lines["home"] & (lines["retirable"] == "yes") & worth_it
    retirable = set(lines.index[matters])
    return [key for key in sets.existing if key[:2] in retirable]


def _find_weighed_lines(sets: Sets) -> np.ndarray:
    """Which lines make an item of which a rule weighs capacity against use."""
    items = {item for rule in sets.rules if rule.type in WEIGHING for item in rule.items}
    makers = {process for item in items for process in sets.making(item, sets.time.periods[0])}
    return sets.lines.index.get_level_values("process").isin(makers)


def _find_kept_before(sets: Sets, kept: pyo.Var[LinePeriod]) -> dict[LinePeriod, LinePeriod]:
    """The last period before in which a line has existing capacity, where there is one."""
    found = {}
    for site, process, period in kept:
        earlier = sets.time.periods[: sets.time.position[period]]
        known = [(site, process, before) for before in earlier if (site, process, before) in kept]
        if known:
            found[site, process, period] = known[-1]
    return found


def _list_openings_since(
    m: Model, sets: Sets, kept_before: dict[LinePeriod, LinePeriod]
) -> dict[LinePeriod, list[Variable]]:
    opens = m.sites.opens
    return {
        key: [opens[key[0], moment] for moment in sets.time.window(before[2], key[2])[1:] if (key[0], moment) in opens]
        for key, before in kept_before.items()
    }


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


def _controllers(m: Model, sets: Sets) -> dict[Ordering, list[Variable]]:
    """By order on an outside line: the states of the offers with control of it; none where control is always there."""
    offers: dict[Line, list[Offer]] = defaultdict(list)
    for (site, process, mode), firm, offer in _modes(sets.draws[sets.draws["controlled"] & ~sets.draws["home"]]):
        offers[site, process].append((firm, offer, mode))
    signable = set(sets.signable)
    return {
        key: [m.access.accessed[(*offer, key[3])] for offer in offers[key[:2]]]
        for key in sets.orders
        if offers[key[:2]] and all(offer in signable for offer in offers[key[:2]])
    }


def _modes(draws: pd.DataFrame) -> Iterator[tuple[Draw, str, str]]:
    """Site, process and mode of each draw, its firm, and the process cell of its offer (None where it has none)."""
    return zip(draws.index, draws["firm"], draws["offer"], strict=True)


def _offers(sets: Sets) -> dict[Draw, Offer | None]:
    """The offer that has to be signed for a draw; None where there is nothing to sign."""
    signable = set(sets.signable)
    return {
        draw: (firm, offer, draw[2]) if (firm, offer, draw[2]) in signable else None
        for draw, firm, offer in _modes(sets.draws)
    }


def _build_draw_limits(
    m: Model, sets: Sets, offer_of: dict[Draw, Offer | None]
) -> tuple[dict[tuple[str, str, str, str, int], Variable], dict[Activity, tuple[float, list[Variable]]]]:
    """What offers say about the lines they cover: in force while drawn on, and long enough; the least to take.

    That the offer is in force stands in `within_capacity` already, but for what modules there add and for the periods
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


def find_state(m: Model, kept: pyo.Var[LinePeriod], line: LinePeriod) -> Variable | None:
    """The variable that says whether existing capacity is there; None where it always is.

    Parameters
    ----------
    m
        The model, with its sites.
    kept
        The variables of existing capacity that may be retired.
    line
        Site, process and period.

    Returns
    -------
    Variable or None
        1 while it is there, 0 when it is not.
    """
    if line in kept:
        return kept[line]
    site, _, period = line
    always = (site, period) not in m.sites.opened
    return None if always else m.sites.opened[site, period]


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
    in_control = _in_control(m, sets)
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


def _in_control(m: Model, sets: Sets) -> set[tuple[str, str, str]]:
    """The outside lines and periods that an offer in force controls."""
    draws = sets.draws[sets.draws["controlled"] & ~sets.draws["home"]]
    return {
        (*draw[:2], period)
        for draw in draws.index
        for period in sets.time.periods
        for offer in [m.capacity.offer_of[draw]]
        if offer is None or round(m.access.accessed[(*offer, period)].value)
    }
