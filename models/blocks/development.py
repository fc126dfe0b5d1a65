"""Development: projects done alone, licensed or together, and what waits for them."""

from collections import defaultdict
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE
from planner_models.blocks.costs import CostLine
from planner_models.linear import linear
from planner_models.sets import Sets


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """started[j,o,t] binary, a development option begins; only where its project would be ready within the horizon."""
    m.started = pyo.Var(list(sets.starts), domain=pyo.Binary)
    m.attempts = defaultdict(list)
    for key, variable in m.started.items():
        m.attempts[key[0]].append(variable)
    m.one_option = pyo.Constraint(list(m.attempts), rule=one_option)
    m.partner_offers, m.needed = _conditions(m, sets)
    m.partnership = pyo.Constraint(list(m.partner_offers), rule=partnership)
    m.prerequisite = pyo.Constraint(list(m.needed), rule=prerequisite)
    _build_waiting(m, sets)
    _post_costs(m, sets)


def _ready(m: pyo.ConcreteModel, sets: Sets, project: str, period: str) -> list[Any]:
    """The starts after which a project is ready in a period."""
    return [m.started[key] for key in sets.ready.get((project, period), [])]


def _conditions(m: pyo.ConcreteModel, sets: Sets) -> tuple[dict, dict]:
    """What must be in force while an option runs, by start and period; what must be ready when it starts.

    A partner whose offer is always in force sets no condition.
    """
    partners, needs = sets.projects["partners"].to_dict(), sets.projects["needs"].to_dict()
    offers, needed = {}, {}
    for key, start in sets.starts.items():
        required = partners[key[:2]]
        for period in start.running or (key[2],):
            if required is not None:
                offers[(*key, period)] = [m.accessed[(*offer, period)] for offer in required]
        if needs[key[:2]] is not None:
            needed[key] = _ready(m, sets, needs[key[:2]], key[2])
    return offers, needed


def _build_waiting(m: pyo.ConcreteModel, sets: Sets) -> None:
    """Lines whose process, and sales whose item, waits for a project."""
    items = sets.instance["items"].set_index("item")["requires"].dropna().to_dict()
    waiting = [key for key in m.made if key[1] in sets.required]
    m.process_waits = {key: _ready(m, sets, sets.required[key[1]], key[3]) for key in waiting}
    m.item_waits = {key: _ready(m, sets, items[key[1]], key[2]) for key in m.sold if key[1] in items}
    m.most_ready = {key: sets.most_drawn(*key) for key in waiting}
    m.process_ready = pyo.Constraint(waiting, rule=process_ready)
    m.item_ready = pyo.Constraint(list(m.item_waits), rule=item_ready)


def one_option(m: pyo.ConcreteModel, project: str) -> pyo.Expression:
    """sum over options and periods of started[j,o,t] <= 1"""
    attempts = m.attempts[project]
    return linear([1.0] * len(attempts), attempts) <= 1


def partnership(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """started[j,o,t] <= sum over the partner's offers with the stake asked for of accessed[.,u], u running"""
    offers = m.partner_offers[key]
    return linear([1.0] + [-1.0] * len(offers), [m.started[key[:3]], *offers]) <= 0


def prerequisite(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """started[j,o,t] <= ready[needed project,t]"""
    ready = m.needed[key]
    return linear([1.0] + [-1.0] * len(ready), [m.started[key], *ready]) <= 0


def process_ready(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """made[l,o,t] <= most[l,o,t] ready[required project,t], most as built and of use"""
    ready = m.process_waits[key]
    return linear([1.0] + [-m.most_ready[key]] * len(ready), [m.made[key], *ready]) <= 0


def item_ready(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """sold[market,t,q] <= most_sold[market,t,q] ready[required project,t]"""
    ready = m.item_waits[key]
    return linear([1.0] + [-m.most_sold[key]] * len(ready), [m.sold[key], *ready]) <= 0


def project_tiers(sets: Sets) -> dict[str, str]:
    """The tier that the cost of a project is put down to: of the first process, else item, that requires it."""
    tiers: dict[str, str] = {}
    for sheet in ("processes", "items"):
        for project, tier in sets.instance[sheet].dropna(subset=["requires"])[["requires", "tier"]].to_numpy():
            tiers.setdefault(project, tier)
    return {project: tiers.get(project, "downstream") for project in sets.instance["projects"]["project"]}


def _post_costs(m: pyo.ConcreteModel, sets: Sets) -> None:
    """A yearly cost while an option runs; one payment at the start where it takes no time."""
    yearly, fee = CostLine("development"), CostLine("development fee", once=True)
    costs, tiers = sets.projects["cost"].to_dict(), project_tiers(sets)
    for key, start in sets.starts.items():
        line = yearly if start.running else fee
        for period in start.running or (key[2],):
            line.add(costs[key[:2]], m.started[key], (tiers[key[0]], ANYWHERE, period))
    m.cost_lines.extend([yearly, fee])


def report(m: pyo.ConcreteModel, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `projects`: the option taken, when it starts, from when on it is ready, and its cost in all."""
    rows = []
    for key, start in sets.starts.items():
        if round(m.started[key].value):
            option = sets.projects.loc[key[:2]]
            years = sum(sets.time.years[period] for period in start.running) if start.running else 1
            ready = sets.time.periods[start.ready]
            rows.append((*key[:2], key[2], ready, option["cost"] * years, option["partner"]))
    return {"projects": pd.DataFrame(rows, columns=["project", "option", "started", "ready", "cost", "partner"])}
