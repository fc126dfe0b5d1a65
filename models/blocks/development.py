"""Development: projects done alone, licensed or together, and what waits for them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE
from planner_models.blocks.costs import CostLine
from planner_models.by_period import list_by_period
from planner_models.keys import Activity, Market, Start, Step
from planner_models.linear import Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets


@dataclass(frozen=True)
class Development:
    """Projects, and what waits for them.

    attempts: all starts of a project; needed: the starts one of which must have made another project ready
    partner_offers: by start and period in which it runs, the states of the partner's offers
    process_waits, item_waits, market_waits: the starts one of which must have made ready what is made, sold, or priced
    most_ready: the most that can be made once it is, activity/year
    """

    started: pyo.Var[Start]
    attempts: dict[str, list[Variable]]
    partner_offers: dict[tuple[str, str, str, str], list[Variable]]
    needed: dict[Start, list[Variable]]
    process_waits: dict[Activity, list[Variable]]
    item_waits: dict[Step, list[Variable]]
    market_waits: dict[Market, list[Variable]]
    most_ready: dict[Activity, float]


def build(m: Model, sets: Sets) -> None:
    """started[j,o,t] binary, a development option begins; only where its project would be ready within the horizon."""
    m.development = development = _offer(m, sets)
    m.one_option = pyo.Constraint(list(development.attempts), rule=one_option)
    m.partnership = pyo.Constraint(list(development.partner_offers), rule=partnership)
    m.prerequisite = pyo.Constraint(list(development.needed), rule=prerequisite)
    m.process_ready = pyo.Constraint(list(development.process_waits), rule=process_ready)
    m.item_ready = pyo.Constraint(list(development.item_waits), rule=item_ready)
    m.market_ready = pyo.Constraint(list(development.market_waits), rule=market_ready)
    _post_costs(m, sets)


def _offer(m: Model, sets: Sets) -> Development:
    m.started = started = pyo.Var(list(sets.starts), domain=pyo.Binary)
    attempts: dict[str, list[Variable]] = defaultdict(list)
    for key, variable in started.items():
        attempts[key[0]].append(variable)

    def ready(project: str, period: str) -> list[Variable]:
        return [started[key] for key in sets.ready.get((project, period), [])]

    items = sets.instance["items"].set_index("item")["requires"].dropna().to_dict()
    needs = sets.projects["needs"].to_dict()
    waiting = [key for key in m.production.made if key[1] in sets.required]
    free = m.demand.least_steps == 0
    sold = [key for key in m.demand.sold if key[1] in items]
    priced = [key[:3] for key in sold if free and key in m.demand.priced]
    return Development(
        started=started,
        attempts=attempts,
        partner_offers=_partner_offers(m, sets),
        needed={key: ready(needs[key[:2]], key[2]) for key in sets.starts if needs[key[:2]] is not None},
        process_waits={key: ready(sets.required[key[1]], key[3]) for key in waiting},
        item_waits={key: ready(items[key[1]], key[2]) for key in sold if not free or key not in m.demand.priced},
        market_waits={market: ready(items[market[1]], market[2]) for market in dict.fromkeys(priced)},
        most_ready={key: sets.most_drawn(*key) for key in waiting},
    )


def _partner_offers(m: Model, sets: Sets) -> dict[tuple[str, str, str, str], list[Variable]]:
    """What must be in force while an option runs, by start and period.

    A partner whose offer is always in force sets no condition.
    """
    partners, found = sets.projects["partners"].to_dict(), {}
    for key, start in sets.starts.items():
        required = partners[key[:2]]
        for period in start.running or (key[2],):
            if required is not None:
                found[(*key, period)] = [m.access.accessed[(*offer, period)] for offer in required]
    return found


def one_option(m: Model, project: str) -> pyo.Expression:
    """sum over options and periods of started[j,o,t] <= 1"""
    attempts = m.development.attempts[project]
    return linear([1.0] * len(attempts), attempts) <= 1


def partnership(m: Model, *key: *tuple[str, str, str, str]) -> pyo.Expression:
    """started[j,o,t] <= sum over the partner's offers with the stake it needs of accessed[.,u], u running"""
    offers = m.development.partner_offers[key]
    return linear([1.0] + [-1.0] * len(offers), [m.development.started[key[:3]], *offers]) <= 0


def prerequisite(m: Model, *key: *Start) -> pyo.Expression:
    """started[j,o,t] <= ready[needed project,t]"""
    ready = m.development.needed[key]
    return linear([1.0] + [-1.0] * len(ready), [m.development.started[key], *ready]) <= 0


def process_ready(m: Model, *key: *Activity) -> pyo.Expression:
    """made[l,o,t] <= most[l,o,t] ready[required project,t], most as built and of use"""
    ready = m.development.process_waits[key]
    return linear([1.0] + [-m.development.most_ready[key]] * len(ready), [m.production.made[key], *ready]) <= 0


def item_ready(m: Model, *key: *Step) -> pyo.Expression:
    """sold[market,t,q] <= most_sold[market,t,q] ready[required project,t]"""
    ready = m.development.item_waits[key]
    return linear([1.0] + [-m.demand.most_sold[key]] * len(ready), [m.demand.sold[key], *ready]) <= 0


def market_ready(m: Model, *market: *Market) -> pyo.Expression:
    """sum_q priced[market,t,q] <= ready[required project,t], where no step need be offered

    Of one market at once: in a relaxation the steps would each take their part of a project that is half done.
    """
    ready, steps = m.development.market_waits[market], m.demand.markets[market]
    terms = [*(m.demand.priced[key] for key in steps), *ready]
    return linear([1.0] * len(steps) + [-1.0] * len(ready), terms) <= 0


def project_tiers(sets: Sets) -> dict[str, str]:
    """The tier that the cost of a project is put down to: of the first process, else item, that requires it."""
    tiers: dict[str, str] = {}
    for sheet in ("processes", "items") if len(sets.instance["projects"]) else ():
        for project, tier in sets.instance[sheet].dropna(subset=["requires"])[["requires", "tier"]].to_numpy():
            tiers.setdefault(project, tier)
    return {project: tiers.get(project, "downstream") for project in sets.instance["projects"]["project"]}


def list_costs(sets: Sets) -> dict[Start, float]:
    """What each option costs in a period in which it runs, or starts: money/year, or money where it takes no time."""
    return list_by_period(sets.views, "projects", ["project", "option"], "cost")


def _post_costs(m: Model, sets: Sets) -> None:
    """A yearly cost while an option runs; one payment at the start where it takes no time."""
    yearly, fee = CostLine("development"), CostLine("development fee", once=True)
    costs, tiers = list_costs(sets), project_tiers(sets)
    for key, start in sets.starts.items():
        line = yearly if start.running else fee
        for period in start.running or (key[2],):
            line.add(costs[(*key[:2], period)], m.development.started[key], (tiers[key[0]], ANYWHERE, period))
    m.cost_lines.extend([yearly, fee])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `projects`: the option taken, when it starts, from when on it is ready, and its cost in all."""
    rows, costs = [], list_costs(sets)
    for key, start in sets.starts.items():
        if round(m.development.started[key].value):
            option = sets.projects.loc[[key[:2]]].iloc[0]
            paid = [costs[(*key[:2], period)] * sets.time.years[period] for period in start.running]
            ready = sets.time.periods[start.ready]
            cost = sum(paid) if paid else costs[key]
            rows.append((*key[:2], key[2], ready, cost, option["partner"]))
    return {"projects": pd.DataFrame(rows, columns=["project", "option", "started", "ready", "cost", "partner"])}
