"""Policies that pay: subsidies on capital, output, entry and development, within their budgets.

What policies change in duties, transaction costs and markets is in the sets those blocks are built from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.access import offer_labels
from planner_models.blocks.costs import CostLine, Label
from planner_models.blocks.development import list_costs, project_tiers
from planner_models.keys import Grant
from planner_models.linear import LinearExpression, Variable
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.policies import SUBSIDIES, match_processes, match_regions

Payment = tuple[Label, bool, float, Variable]
"""Label of what is subsidised, whether it is paid once, the amount per unit of the variable, the variable."""


@dataclass(frozen=True)
class Policies:
    """entitled: the most that may be granted; payments: by policy, what it pays in all, money; budgets: its limit."""

    granted: pyo.Var[Grant]
    entitled: dict[Grant, LinearExpression]
    payments: dict[str, LinearExpression]
    budgets: dict[str, float]


def build(m: Model, sets: Sets) -> None:
    """granted[policy,tier,region,t,once] >= 0 in money/year (money where paid once), what a policy pays."""
    entitled: dict[Grant, LinearExpression] = defaultdict(LinearExpression)
    for policy, row in frames.lines(sets.policies[sets.policies["kind"].isin(SUBSIDIES)]):
        for label, once, amount, variable in _KINDS[row["kind"]](m, sets, row):
            entitled[(policy, *label, once)].add(row["rate"] * amount, variable)
    m.granted = granted = pyo.Var(list(entitled), domain=pyo.NonNegativeReals)
    payments: dict[str, LinearExpression] = defaultdict(LinearExpression)
    for key, paid in granted.items():
        payments[key[0]].add(1.0 if key[4] else sets.time.years[key[3]], paid)
    budgets: dict[str, float] = frames.entries(sets.policies["budget"].dropna())
    m.policies = Policies(granted, entitled, payments, budgets)
    m.entitlement = pyo.Constraint(list(entitled), rule=entitlement)
    m.policy_budget = pyo.Constraint([policy for policy in payments if policy in budgets], rule=policy_budget)
    _post_costs(m)


def _capex(m: Model, sets: Sets, row: pd.Series) -> Iterator[Payment]:
    """The annuity of modules ordered while the policy is in force, in every year they serve; or capex, when ordered."""
    processes, regions = match_processes(sets.instance, row["item"]), match_regions(sets.instance, row["region"])
    window = sets.time.window(row["from"], row["to"])
    cash = sets.instance.settings["capital"] == "cash"
    each = sets.options["capex" if cash else "annuity"].to_dict()
    for key, order in sets.orders.items():
        tier, region = sets.places[key[:2]]
        if key[1] in processes and region in regions and key[3] in window:
            for period in (key[3],) if cash else order.service:
                yield (tier, region, period), cash, each[key[:3]], m.capacity.built[key]


def _output(m: Model, sets: Sets, row: pd.Series) -> Iterator[Payment]:
    """What home firms, and lines they control, make: per unit of the item, or of activity where a process is named."""
    processes, regions = match_processes(sets.instance, row["item"]), match_regions(sets.instance, row["region"])
    window = sets.time.window(row["from"], row["to"])
    controlled = sets.draws["controlled"].to_dict()
    for key, variable in m.production.made.items():
        tier, region = sets.places[key[:2]]
        if key[1] in processes and region in regions and key[3] in window and controlled[key[:3]]:
            yield (tier, region, key[3]), False, dict(sets.recipe(key[1], key[3])).get(row["item"], 1.0), variable


def _access(m: Model, sets: Sets, row: pd.Series) -> Iterator[Payment]:
    """Entry costs of offers signed while the policy is in force."""
    processes, regions = match_processes(sets.instance, row["item"]), match_regions(sets.instance, row["region"])
    window = sets.time.window(row["from"], row["to"])
    blocs = sets.instance["firms"].set_index("firm")["bloc"]
    meant = sets.covers[sets.covers["process"].isin(processes)]
    offers = set(zip(meant["firm"], meant["offer"], meant["mode"], strict=True))
    labels, costs = offer_labels(sets), sets.offers["entry_cost"].to_dict()
    for key, variable in m.access.signed.items():
        tier, region = labels[key[:3]]
        placed = row["region"] == "*" or region in regions or blocs[key[0]] == row["region"]
        if (row["item"] == "*" or key[:3] in offers) and placed and key[3] in window:
            yield (tier, region, key[3]), True, costs[key[:3]], variable


def _development(m: Model, sets: Sets, row: pd.Series) -> Iterator[Payment]:
    """The cost of options while they run, or their fee, in the periods in which the policy is in force."""
    window = sets.time.window(row["from"], row["to"])
    waiting = [
        sets.instance[sheet].set_index(key)["requires"] for sheet, key in (("processes", "process"), ("items", "item"))
    ]
    required = pd.concat(waiting).dropna()
    meant = set(required[required.index == row["item"]])
    costs, tiers = list_costs(sets), project_tiers(sets)
    for key, start in sets.starts.items():
        if row["item"] == "*" or key[0] in meant:
            for period in [moment for moment in start.running or (key[2],) if moment in window]:
                yield (
                    (tiers[key[0]], "*", period),
                    not start.running,
                    costs[(*key[:2], period)],
                    m.development.started[key],
                )


_KINDS = {"capex": _capex, "output": _output, "access": _access, "development": _development}


def entitlement(m: Model, *key: *Grant) -> pyo.Expression:
    """granted[policy,label] <= rate x sum of what is subsidised there"""
    return m.policies.entitled[key].minus(1.0, m.policies.granted[key]) <= 0


def policy_budget(m: Model, policy: str) -> pyo.Expression:
    """sum over periods of years[t] granted[policy,.,t] <= budget"""
    return m.policies.payments[policy].expression() <= m.policies.budgets[policy]


def _post_costs(m: Model) -> None:
    """What is granted lowers cost."""
    yearly, once = CostLine("subsidies"), CostLine("subsidies once", once=True)
    for key, variable in m.policies.granted.items():
        (once if key[4] else yearly).add(-1.0, variable, key[1:4])
    m.cost_lines.extend([yearly, once])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `policies`: what each policy pays in each period."""
    spent: dict[tuple[str, str], float] = defaultdict(float)
    for key, variable in m.policies.granted.items():
        spent[key[0], key[3]] += variable.value * (1.0 if key[4] else sets.time.years[key[3]])
    rows = [(*key, amount, m.policies.budgets.get(key[0])) for key, amount in spent.items() if amount]
    return {"policies": pd.DataFrame(rows, columns=["policy", "period", "spent", "budget"])}
