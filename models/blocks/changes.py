"""Plan changes: what departing from an earlier plan costs, decision by decision."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE, offer_labels
from planner_models.blocks.costs import CostLine
from planner_models.blocks.development import project_tiers
from planner_models.decisions import variables
from planner_models.earlier_plan import STANDING, Earlier
from planner_models.keys import Ordering
from planner_models.linear import Variable, linear
from planner_models.model import Model
from planner_models.schema.decisions import KEYS, Decision
from planner_models.sets import Sets

NAME = "plan changes"


@dataclass(frozen=True)
class Changes:
    """compared: by decision, its variable and its value in the earlier plan; ordered_before: modules, above zero."""

    changed: pyo.Var[Ordering]
    compared: dict[Decision, tuple[Variable, float]]
    ordered_before: dict[Ordering, float]


def build(m: Model, sets: Sets) -> None:
    """changed[l,k,t] >= 0, the modules by which an order departs from what an earlier plan ordered there.

    A yes-or-no decision that differs is 1 - decision where the earlier plan said yes, else the decision itself. Of
    offers it is the signing that counts.
    """
    earlier = sets.instance.earlier
    compared = {} if earlier is None else _match_earlier(m, sets, earlier)
    modules = {key: compared["built", *key][1] for key in m.capacity.built} if compared else {}
    ordered_before = {key: before for key, before in modules.items() if before > 0}
    m.changed = changed = pyo.Var(list(ordered_before), domain=pyo.NonNegativeReals)
    m.changes = Changes(changed, compared, ordered_before)
    m.more_ordered = pyo.Constraint(list(ordered_before), rule=more_ordered)
    m.fewer_ordered = pyo.Constraint(list(ordered_before), rule=fewer_ordered)
    _post_costs(m, sets, 0.0 if earlier is None else earlier.change_cost)


def _match_earlier(m: Model, sets: Sets, earlier: Earlier) -> dict[Decision, tuple[Variable, float]]:
    """By decision that is one still: its variable, and its value in the earlier plan.

    The mix of steps of a market is a flow rather than a decision: changing it costs nothing.
    """
    found = {}
    candidates = set(sets.sites.index[sets.sites["candidate"]])
    mixed = {("priced", region, item, step, period) for region, item, period, step in m.demand.mixed}
    for decision, variable in variables(m).items():
        if decision in mixed:
            continue
        kind, place = decision[:2]
        before = earlier.decisions.get(decision, float(kind in STANDING and place not in candidates))
        found[decision] = (m.access.signed[decision[1:]] if kind == "accessed" else variable, before)
    return found


def more_ordered(m: Model, *key: *Ordering) -> pyo.Expression:
    """changed[l,k,t] >= built[l,k,t] - modules ordered before"""
    return linear([1.0, -1.0], [m.changes.changed[key], m.capacity.built[key]]) >= -m.changes.ordered_before[key]


def fewer_ordered(m: Model, *key: *Ordering) -> pyo.Expression:
    """changed[l,k,t] >= modules ordered before - built[l,k,t]"""
    return linear([1.0, 1.0], [m.changes.changed[key], m.capacity.built[key]]) >= m.changes.ordered_before[key]


def _post_costs(m: Model, sets: Sets, change_cost: float) -> None:
    """Each change once, in the period of the decision."""
    line = CostLine(NAME, once=True)
    labels = _Labels(sets)
    for decision, (variable, before) in m.changes.compared.items():
        label = labels.of(decision)
        if decision[1:] in m.changes.changed and decision[0] == "built":
            line.add(change_cost, m.changes.changed[decision[1:]], label)
        else:
            line.add(change_cost * before, None, label)
            line.add(change_cost * (1.0 - 2.0 * before), variable, label)
    m.cost_lines.append(line)


class _Labels:
    """What the cost of a change is put down to: tier, region and period of the decision."""

    def __init__(self, sets: Sets) -> None:
        self.sets = sets
        self.offers = offer_labels(sets)
        self.projects = project_tiers(sets)
        self.items = sets.instance["items"].set_index("item")["tier"]

    def of(self, decision: Decision) -> tuple[str, str, str]:
        """Tier, region and period of a decision."""
        kind, *key, period = decision
        if kind == "opened":
            return str(self.sets.sites.at[key[0], "tier"]), str(self.sets.sites.at[key[0], "region"]), period
        if kind in ("built", "kept"):
            return (*self.sets.places[key[0], key[1]], period)
        if kind == "accessed":
            return (*self.offers[key[0], key[1], key[2]], period)
        if kind == "started":
            return self.projects[key[0]], ANYWHERE, period
        return str(self.items[key[1]]), key[0], period


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `changes`: every decision of the earlier plan that is one still, and every other that differs from it."""
    earlier = sets.instance.earlier
    if earlier is None:
        return {}
    names = list(dict.fromkeys(name for key in KEYS.values() for name in key))
    rows = []
    for decision, (variable, before) in m.changes.compared.items():
        after = variable.value if decision[0] == "built" else float(round(variable.value))
        said = earlier.decisions.get(decision)
        if said is not None or before or after:
            key = dict(zip(KEYS[decision[0]], decision[1:], strict=True))
            cost = earlier.change_cost * abs(after - before)
            rows.append({"decision": decision[0], **key, "before": before, "after": after, "cost": cost})
    return {"changes": pd.DataFrame(rows, columns=["decision", *names, "before", "after", "cost"])}
