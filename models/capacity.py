"""Capacity: existing lines that may be retired, modules that may be built, and the limits they set on what is made."""

from collections import defaultdict

import pandas as pd
import pyomo.environ as pyo

from models.costs import CostLine
from models.sets import Sets
from models.terms import Terms, linear


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """kept[l,t] binary, existing capacity is not yet retired; built[l,k,t] integer, modules ordered.

    Retiring is free, so it is a decision only where keeping costs something or forces the line to run.
    """
    _build_existing(m, sets)
    _build_modules(m, sets)
    m.usable = _usable(m, sets)
    m.within_capacity = pyo.Constraint(list(m.made), rule=within_capacity)
    least = sets.lines["min_load"].where(sets.lines["home"], 0.0)
    m.min_load = least[least > 0].to_dict()
    m.least_load = pyo.Constraint([key for key in m.made if key[:2] in m.min_load], rule=least_load)
    _post_costs(m, sets)


def _build_existing(m: pyo.ConcreteModel, sets: Sets) -> None:
    lines = sets.lines
    matters = lines["home"] & (lines["retirable"] == "yes") & ((lines["fixed_cost"] > 0) | (lines["min_load"] > 0))
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


def _state(m: pyo.ConcreteModel, site: str, process: str, period: str) -> pyo.Var | None:
    """The variable that says whether existing capacity is there; None where it always is."""
    for states, key in ((m.kept, (site, process, period)), (m.opened, (site, period))):
        if key in states:
            return states[key]
    return None


def _usable(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str, str], Terms]:
    """Capacity of each line and period: existing x kept + sum over modules in service of size x ramp x built."""
    usable: dict[tuple[str, str, str], Terms] = defaultdict(Terms)
    for line, capacity in sets.existing.items():
        usable[line].add(capacity, _state(m, *line))
    for key, order in sets.orders.items():
        for period in order.service:
            usable[(*key[:2], period)].add(order.usable(period), m.built[key])
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


def within_capacity(m: pyo.ConcreteModel, site: str, process: str, period: str) -> pyo.Expression:
    """made[l,t] <= existing[l,t] kept[l,t] + sum_k size_k ramp built[l,k,.]"""
    usable = m.usable[site, process, period]
    return usable.minus(1.0, m.made[site, process, period]) <= usable.constant


def least_load(m: pyo.ConcreteModel, site: str, process: str, period: str) -> pyo.Expression:
    """made[l,t] >= min_load[l] x capacity[l,t]"""
    usable, share = m.usable[site, process, period], m.min_load[site, process]
    return usable.minus(share, m.made[site, process, period]) >= share * usable.constant


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
    builds = []
    for key, order in sets.orders.items():
        modules = m.built[key].value
        if modules:
            capex = sets.options.at[key[:3], "capex"]
            builds.append((*key, modules, modules * order.size, modules * capex))
            for period in order.service:
                added[(*key[:2], period)] += modules * order.size
                usable[(*key[:2], period)] += modules * order.usable(period)
    rows = []
    candidates = set(sets.sites.index[sets.sites["candidate"]])
    for line in sorted(set(sets.existing) | set(added)):
        if line[0] in candidates and not round(m.opened[line[0], line[2]].value):
            continue
        existing = sets.existing.get(line, 0.0)
        state = _state(m, *line)
        kept = existing * (1.0 if state is None else state.value)
        capacity = kept + usable[line]
        made = m.made[line].value if line in m.made else 0.0
        rows.append((*line, kept, added[line], existing - kept, capacity, made, made / capacity if capacity else None))
    figures = ["existing", "added", "retired", "capacity", "made", "utilisation"]
    table = pd.DataFrame(rows, columns=["site", "process", "period", *figures])
    columns = ["site", "process", "option", "period", "modules", "size", "capex"]
    return {"capacity": table, "builds": pd.DataFrame(builds, columns=columns)}
