"""Capacity: existing lines that may be retired, modules that may be built, and the limits they set on what is made.

Lines of outside firms are drawn on through offers, and built on only under an offer that controls.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.costs import CostLine
from planner_models.linear import Terms, linear
from planner_models.sets import Sets
from planner_models.sets.access import OWN

WEIGHING = ("min_utilisation", "max_capacity_ratio")
"""Types of rules that idle capacity can break."""


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """kept[l,t] binary, existing capacity is not yet retired; built[l,k,t] integer, modules ordered.

    Retiring is free, so it is a decision only where keeping costs something or forces the line to run, where a rule
    weighs capacity against use, or a lock asks.
    """
    _build_existing(m, sets)
    _build_modules(m, sets)
    m.usable = _usable(m, sets)
    m.within_capacity = pyo.Constraint(list(m.made), rule=within_capacity)
    least = sets.lines["min_load"].where(sets.lines["home"], 0.0)
    m.min_load = least[least > 0].to_dict()
    m.least_load = pyo.Constraint([key for key in m.made if key[2] == OWN and key[:2] in m.min_load], rule=least_load)
    _build_draws(m, sets)
    _post_costs(m, sets)


def _build_draws(m: pyo.ConcreteModel, sets: Sets) -> None:
    """What offers say about the lines they cover: in force while drawn on, and long enough; the least to take.

    That the offer is in force stands in `within_capacity` already, but for what modules there add and for the periods
    of qualification before.
    """
    building = {key[:2] for key in sets.orders}
    terms = sets.draws[["qualification", "controlled", "min_take", "offtake_share"]].to_dict("index")
    m.in_force, m.least_taken, m.most_made = {}, {}, {}
    for key in m.made:
        offer = m.offer_of[key[:3]]
        if offer is not None:
            draw = terms[key[:3]]
            place = sets.time.position[key[3]]
            lasting = [
                m.accessed[(*offer, u)] for u in sets.time.periods[place - int(draw["qualification"]) : place + 1]
            ]
            m.most_made[key] = sets.most_drawn(*key)
            for age, state in enumerate(lasting[::-1]):
                if age > 0 or (draw["controlled"] and key[:2] in building):
                    m.in_force[(*key, age)] = state
            if draw["min_take"] > 0 and (*key[:2], key[3]) in sets.existing:
                bound = draw["offtake_share"] * sets.existing[(*key[:2], key[3])]
                m.least_taken[key] = (draw["min_take"] * bound, lasting)
    m.drawn_in_force = pyo.Constraint(list(m.in_force), rule=drawn_in_force)
    m.least_take = pyo.Constraint(list(m.least_taken), rule=least_take)


def _build_existing(m: pyo.ConcreteModel, sets: Sets) -> None:
    lines = sets.lines
    asked = lines.index.isin(sets.ruled_out["kept"]) | _weighed(sets)
    worth_it = (lines["fixed_cost"] > 0) | (lines["min_load"] > 0) | asked
    matters = lines["home"] & (lines["retirable"] == "yes") & worth_it
    retirable = set(lines.index[matters])
    m.kept = pyo.Var([key for key in sets.existing if key[:2] in retirable], domain=pyo.Binary)
    m.kept_before = {}
    for site, process, period in m.kept:
        earlier = sets.time.periods[: sets.time.position[period]]
        known = [(site, process, before) for before in earlier if (site, process, before) in m.kept]
        if known:
            m.kept_before[site, process, period] = known[-1]
    m.opened_since = {
        key: [
            m.opens[key[0], moment] for moment in sets.time.window(before[2], key[2])[1:] if (key[0], moment) in m.opens
        ]
        for key, before in m.kept_before.items()
    }
    m.retired_for_good = pyo.Constraint(list(m.kept_before), rule=retired_for_good)
    m.kept_open = pyo.Constraint([key for key in m.kept if (key[0], key[2]) in m.opened], rule=kept_open)


def _weighed(sets: Sets) -> np.ndarray:
    """Which lines make an item of which a rule weighs capacity against use."""
    items = {item for rule in sets.rules if rule.type in WEIGHING for item in rule.items}
    makers = {process for item in items for process in sets.making(item)}
    return sets.lines.index.get_level_values("process").isin(makers)


def _build_modules(m: pyo.ConcreteModel, sets: Sets) -> None:
    m.max_modules = sets.options["max_modules"].to_dict()
    domain = pyo.NonNegativeReals if sets.instance.settings["scale"] == "off" else pyo.NonNegativeIntegers
    m.built = pyo.Var(list(sets.orders), domain=domain, bounds=lambda m, *key: (0, m.max_modules[key[:3]]))
    m.moments = defaultdict(list)
    m.standing = defaultdict(list)
    for key, order in sets.orders.items():
        m.moments[key[:3]].append(m.built[key])
        for period in order.standing:
            if (key[0], period) in m.opened:
                m.standing[(*key[:3], period)].append(m.built[key])
    m.module_limit = pyo.Constraint([key for key, moments in m.moments.items() if len(moments) > 1], rule=module_limit)
    m.module_site = pyo.Constraint(list(m.standing), rule=module_site)
    m.controllers = _controllers(m, sets)
    m.module_control = pyo.Constraint(list(m.controllers), rule=module_control)


def _controllers(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str, str, str], list[pyo.Var]]:
    """By order on an outside line: the states of the offers with control of it; none where control is always there."""
    offers = defaultdict(list)
    for (site, process, mode), firm, offer in _modes(sets.draws[sets.draws["controlled"] & ~sets.draws["home"]]):
        offers[site, process].append((firm, offer, mode))
    signable = set(sets.signable)
    return {
        key: [m.accessed[(*offer, key[3])] for offer in offers[key[:2]]]
        for key in sets.orders
        if offers[key[:2]] and all(offer in signable for offer in offers[key[:2]])
    }


def _modes(draws: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], str, str | None]]:
    """Site, process and mode of each draw, its firm, and the process cell of its offer."""
    return zip(draws.index, draws["firm"], draws["offer"], strict=True)


def _state(m: pyo.ConcreteModel, site: str, process: str, period: str) -> pyo.Var | None:
    """The variable that says whether existing capacity is there; None where it always is."""
    for states, key in ((m.kept, (site, process, period)), (m.opened, (site, period))):
        if key in states:
            return states[key]
    return None


def _usable(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str, str, str], Terms]:
    """What each line can make by mode and period: own, existing x kept + modules in service of size x ramp x built.

    Through an offer, the share of existing capacity it opens while in force, and of modules where it controls.
    """
    signable = set(sets.signable)
    m.offer_of = {}
    modes = defaultdict(list)
    for draw, firm, offer in _modes(sets.draws):
        m.offer_of[draw] = (firm, offer, draw[2]) if (firm, offer, draw[2]) in signable else None
        modes[draw[:2]].append(draw)
    shares, controlled = sets.draws["offtake_share"].to_dict(), sets.draws["controlled"].to_dict()
    usable: dict[tuple[str, str, str, str], Terms] = defaultdict(Terms)
    for line, capacity in sets.existing.items():
        for draw in modes[line[:2]]:
            offer = m.offer_of[draw]
            state = m.accessed[(*offer, line[2])] if offer is not None else _state(m, *line)
            usable[(*draw, line[2])].add(shares[draw] * capacity, state)
    for key, order in sets.orders.items():
        for draw in modes[key[:2]]:
            for period in order.service if controlled[draw] else ():
                usable[(*draw, period)].add(shares[draw] * order.usable(period), m.built[key])
    return usable


def retired_for_good(m: pyo.ConcreteModel, site: str, process: str, period: str) -> pyo.Expression:
    """kept[l,t] <= kept[l,u] + sum over u < v <= t of opens[s,v], u being the last period before with capacity"""
    sources = [m.kept[m.kept_before[site, process, period]], *m.opened_since[site, process, period]]
    return linear([1.0] + [-1.0] * len(sources), [m.kept[site, process, period], *sources]) <= 0


def kept_open(m: pyo.ConcreteModel, site: str, process: str, period: str) -> pyo.Expression:
    """kept[l,t] <= opened[s,t]"""
    return linear([1.0, -1.0], [m.kept[site, process, period], m.opened[site, period]]) <= 0


def module_limit(m: pyo.ConcreteModel, site: str, process: str, option: str) -> pyo.Expression:
    """sum_t built[l,k,t] <= max_modules[l,k]"""
    moments = m.moments[site, process, option]
    return linear([1.0] * len(moments), moments) <= m.max_modules[site, process, option]


def module_site(m: pyo.ConcreteModel, site: str, process: str, option: str, period: str) -> pyo.Expression:
    """sum over modules standing in t of built[l,k,.] <= max_modules[l,k] opened[s,t]"""
    standing = m.standing[site, process, option, period]
    most = m.max_modules[site, process, option]
    return linear([1.0] * len(standing) + [-most], [*standing, m.opened[site, period]]) <= 0


def module_control(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """built[l,k,t] <= max_modules[l,k] x sum over offers with control of the line of accessed[o,t]"""
    controllers, most = m.controllers[key], m.max_modules[key[:3]]
    return linear([1.0] + [-most] * len(controllers), [m.built[key], *controllers]) <= 0


def within_capacity(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """made[l,o,t] <= share[l,o] (existing[l,t] (kept[l,t] or accessed[o,t]) + sum_k size_k ramp built[l,k,.])

    No part counts for more than all that can be of use of the process: what is made is below that anyway.
    """
    usable = m.usable[key].at_most(m.sets.most_useful(key[1], key[3]))
    return usable.minus(1.0, m.made[key]) <= usable.constant


def least_load(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """made[l,own,t] >= min_load[l] x capacity[l,t]"""
    usable, share = m.usable[key], m.min_load[key[:2]]
    return usable.minus(share, m.made[key]) >= share * usable.constant


def drawn_in_force(m: pyo.ConcreteModel, *key: Any) -> pyo.Expression:
    """made[l,o,t] <= most[l,o,t] accessed[o,u], for u from t - qualification to t"""
    return linear([1.0, -m.most_made[key[:4]]], [m.made[key[:4]], m.in_force[key]]) <= 0


def least_take(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """made[l,o,t] >= min_take x share x existing[l,t] x (1 if accessed[o,u] for all u from t - qualification to t)"""
    amount, lasting = m.least_taken[key]
    slopes = [1.0] + [-amount] * len(lasting)
    return linear(slopes, [m.made[key], *lasting]) >= -amount * (len(lasting) - 1)


def _post_costs(m: pyo.ConcreteModel, sets: Sets) -> None:
    """Fixed cost of kept lines; of modules in service their fixed cost and the annuity of their capex."""
    line_cost, module_cost, capital = CostLine("line fixed cost"), CostLine("module fixed cost"), CostLine("capital")
    rows = sets.lines[["tier", "region", "home", "fixed_cost"]].to_dict("index")
    for line in sets.existing:
        row = rows[line[:2]]
        if row["home"]:
            line_cost.add(row["fixed_cost"], _state(m, *line), (row["tier"], row["region"], line[2]))
    options = sets.options[["fixed_cost", "annuity"]].to_dict("index")
    for key, order in sets.orders.items():
        row, option = rows[key[:2]], options[key[:3]]
        for period in order.service:
            label = (row["tier"], row["region"], period)
            module_cost.add(option["fixed_cost"], m.built[key], label)
            capital.add(option["annuity"], m.built[key], label)
    m.cost_lines.extend([line_cost, module_cost, capital])


def report(m: pyo.ConcreteModel, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheets `capacity` (line by line) and `builds` (modules ordered, with their size and capex in all)."""
    added: dict[tuple[str, str, str], float] = defaultdict(float)
    usable: dict[tuple[str, str, str], float] = defaultdict(float)
    paid: dict[tuple[str, str, str], float] = defaultdict(float)
    builds = []
    yearly = (sets.options["fixed_cost"] + sets.options["annuity"]).to_dict()
    for key, order in sets.orders.items():
        modules = m.built[key].value
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


def _lines_reported(m: pyo.ConcreteModel, sets: Sets, added: dict, usable: dict, paid: dict) -> pd.DataFrame:
    """The rows of `capacity`; the arguments are what modules add, can make and cost by line and period."""
    made: dict[tuple[str, str, str], float] = defaultdict(float)
    for (site, process, _, period), variable in m.made.items():
        made[site, process, period] += variable.value
    candidates = set(sets.sites.index[sets.sites["candidate"]])
    facts = sets.lines[["firm", "home", "fixed_cost"]].to_dict("index")
    in_control = _in_control(m, sets)
    rows = []
    for line in sorted(set(sets.existing) | set(added)):
        if line[0] in candidates and not round(m.opened[line[0], line[2]].value):
            continue
        fact, existing = facts[line[:2]], sets.existing.get(line, 0.0)
        state = _state(m, *line)
        share = 1.0 if state is None else state.value
        capacity = existing * share + usable[line]
        use = made[line] / capacity if capacity else None
        cost = paid[line] + (fact["fixed_cost"] * share if fact["home"] and existing else 0.0)
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


def _in_control(m: pyo.ConcreteModel, sets: Sets) -> set[tuple[str, str, str]]:
    """The outside lines and periods that an offer in force controls."""
    draws = sets.draws[sets.draws["controlled"] & ~sets.draws["home"]]
    return {
        (*draw[:2], period)
        for draw in draws.index
        for period in sets.time.periods
        if m.offer_of[draw] is None or round(m.accessed[(*m.offer_of[draw], period)].value)
    }
