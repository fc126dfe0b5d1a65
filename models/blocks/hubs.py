"""Hubs: what a place passes on of what has arrived, within its capacity, while it is open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.by_period import list_by_period
from planner_models.keys import HubPeriod, Place
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.schema import TIERS
from planner_models.sets import Sets
from planner_models.sets.hubs import HUB
from planner_models.sets.rules import EVERY


@dataclass(frozen=True)
class Hubs:
    """Whether hubs are open, by region, item cell and period, and what passes them.

    hub_opens: the moments at which they open; hub_before: a hub one period earlier
    passed_by: by item, region and period that a hub which may be closed passes on, the hub; most_passed: at most,
    item/year
    sharing: by hub of all items, what it passes on less its capacity
    """

    hub_opened: pyo.Var[HubPeriod]
    hub_opens: pyo.Var[HubPeriod]
    hub_before: dict[HubPeriod, HubPeriod]
    passed_by: dict[Place, HubPeriod]
    most_passed: dict[Place, float]
    sharing: dict[HubPeriod, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """hub_opened[h,t] binary, the hub is open; hub_opens in [0,1], it was not in the period before.

    What it passes on is `transited`, of the lanes: see the balance block.
    """
    m.hubs = _offer(m, sets)
    m.hub_opening = pyo.Constraint(list(m.hubs.passed_by), rule=hub_opening)
    m.hub_sharing = pyo.Constraint(list(m.hubs.sharing), rule=hub_sharing)
    m.hub_state = pyo.Constraint(list(m.hubs.hub_opened), rule=hub_state)
    _post_costs(m, sets)


def _offer(m: Model, sets: Sets) -> Hubs:
    rows, periods = sets.hubs.rows, sets.time.periods
    states: list[HubPeriod] = [(*hub, period) for hub in rows.index[rows["variable"]] for period in periods]
    m.hub_opened = hub_opened = pyo.Var(states, domain=pyo.Binary)
    m.hub_opens = hub_opens = pyo.Var(states, bounds=(0, 1))
    stated = list_by_period(sets.views, "hubs", HUB, "capacity")
    capacity = {key: most for key, most in stated.items() if most == most}
    passed_by: dict[Place, HubPeriod] = {}
    most_passed: dict[Place, float] = {}
    sharing: dict[HubPeriod, LinearExpression] = defaultdict(LinearExpression)
    for (item, region), hub in sets.hubs.hub_of.items():
        for period in periods:
            place, state, most = (item, region, period), (*hub, period), capacity.get((*hub, period), float("inf"))
            shared = hub[1] == EVERY and state in capacity
            if shared:
                sharing[state].add(1.0, m.lanes.transited[place])
            if state in hub_opened:
                passed_by[place] = state
                most_passed[place] = min(most, m.lanes.most_moved[item, period])
            if state in capacity and not shared:
                m.lanes.transited[place].setub(most)
    for key, terms in sharing.items():
        terms.add(-capacity[key], hub_opened[key] if key in hub_opened else None)  # noqa: SIM401  # no mapping
    before = {(*hub, later): (*hub, earlier) for hub in rows.index for earlier, later in pairwise(periods)}
    return Hubs(hub_opened, hub_opens, before, passed_by, most_passed, dict(sharing))


def hub_opening(m: Model, *place: *Place) -> pyo.Expression:
    """transited[i,r,t] <= most_passed[i,r,t] hub_opened[h,t]"""
    passed, opened = m.lanes.transited[place], m.hubs.hub_opened[m.hubs.passed_by[place]]
    return linear([1.0, -m.hubs.most_passed[place]], [passed, opened]) <= 0


def hub_sharing(m: Model, *hub: *HubPeriod) -> pyo.Expression:
    """sum over items of transited[i,r,t] <= capacity of the `*` row (x hub_opened, where that is decided)"""
    terms = m.hubs.sharing[hub]
    return terms.expression() <= -terms.constant


def hub_state(m: Model, *hub: *HubPeriod) -> pyo.Expression:
    """hub_opens[h,t] >= hub_opened[h,t] - hub_opened[h,t-1]"""
    opened = [m.hubs.hub_opened[key] for key in (hub, m.hubs.hub_before.get(hub)) if key is not None]
    return linear([1.0, -1.0, 1.0][: 1 + len(opened)], [m.hubs.hub_opens[hub], *opened]) >= 0


def _post_costs(m: Model, sets: Sets) -> None:
    """Handling per unit passed on; opening each time, a fixed cost every year it is open.

    What is paid for a hub of all items, which may be of every tier, is put down to the first tier.
    """
    tiers = sets.instance["items"].set_index("item")["tier"].to_dict()
    handling, fixed, opening = CostLine("handling"), CostLine("hub fixed cost"), CostLine("hub opening", once=True)
    each = list_by_period(sets.views, "hubs", HUB, "handling_cost")
    yearly = list_by_period(sets.views, "hubs", HUB, "fixed_cost")
    for (item, region), hub in sets.hubs.hub_of.items():
        for period in sets.time.periods:
            handling.add(each[(*hub, period)], m.lanes.transited[item, region, period], (tiers[item], region, period))
    for hub, row in frames.records(sets.hubs.rows[sets.hubs.rows["variable"]]).items():
        for period in sets.time.periods:
            label = (tiers.get(hub[1], TIERS[0]), hub[0], period)
            fixed.add(yearly[(*hub, period)], m.hubs.hub_opened[(*hub, period)], label)
            opening.add(row["opening_cost"], m.hubs.hub_opens[(*hub, period)], label)
    m.cost_lines.extend([handling, fixed, opening])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `hubs`: whether each is open, what it passes on, and what handling that costs in money/year."""
    passed: dict[HubPeriod, float] = defaultdict(float)
    for (item, region), hub in sets.hubs.hub_of.items():
        for period in sets.time.periods:
            place = (item, region, period)
            kept = m.lanes.retained[place].value if place in m.lanes.retained else 0.0
            passed[(*hub, period)] += max(m.lanes.transited[place].value - kept, 0.0)
    rows, each = [], list_by_period(sets.views, "hubs", HUB, "handling_cost")
    for hub in list(sets.hubs.rows.index):
        for period in sets.time.periods:
            key = (*hub, period)
            is_open = round(m.hubs.hub_opened[key].value) if key in m.hubs.hub_opened else 1
            rows.append((*key, "yes" if is_open else "no", passed[key], passed[key] * each[key]))
    return {"hubs": pd.DataFrame(rows, columns=["region", "item", "period", "opened", "passed", "cost"])}
