"""Cash: what comes in and goes out period by period, capex in full when it is ordered, and what has gathered so far.

Yearly amounts count for all years of their period, amounts paid once in the period in which they are decided. Nothing
is discounted. What has gathered is that at the end of each period; within a period it is not followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.carbon import BORDER, PRICE
from planner_models.blocks.changes import NAME as CHANGES
from planner_models.blocks.coordination import MARGIN
from planner_models.blocks.costs import CostLine
from planner_models.blocks.demand import SURPLUS
from planner_models.blocks.eligibility import PROGRAMMES
from planner_models.blocks.experience import AFTER
from planner_models.instance import Instance
from planner_models.linear import LinearExpression, Variable
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.coordination import name_groups
from planner_models.sets.rules import EVERY

SHARED = "shared"
"""Group of what no group pays or earns alone: transport, duties, offers, projects, stocks, what outside firms make."""

UNPAID = (
    *("capital", "capital spending", "shortage", SURPLUS, AFTER, MARGIN),
    *("expected loss", "risk", "rule breach", "rule breach once"),
)
"""Cost lines that nobody pays within the plan: annuities, instead of which capex is paid, the weights of risk and
penalties, what consumers gain, what experience saves later, and what groups at home pay each other."""

COLUMNS = {
    **{"revenue": "revenue", "duties": "duties", "subsidies": "subsidies", "subsidies once": "subsidies"},
    **dict.fromkeys((PRICE, BORDER), "carbon"),
    **dict.fromkeys(PROGRAMMES, "subsidies"),
}
"""By cost line: the column of sheet `cash` it is in; all others are `running`, or `once` where they are paid once."""

EARNED = ("revenue", "subsidies")
"""Columns of money that comes in: the other way round than in sheet `costs`."""

SUBSIDIES = ("subsidies", "subsidies once")

AMOUNTS = ("revenue", "running", "capex", "once", "duties", "carbon", "subsidies")

OWNED = ("made", "built", "kept", "opened", "opens", "closes", "practised", "settled")
"""Variables whose key begins with the site that pays for them."""


@dataclass(frozen=True)
class Cash:
    """gathered: by period, cash since the beginning, money; earlier: the period before, where there is one.

    received: by period, what comes in less what goes out in it, money
    """

    gathered: pyo.Var[str]
    earlier: dict[str, str]
    received: dict[str, LinearExpression]


def build(m: Model, sets: Sets) -> None:
    """gathered[t], cash since the beginning; only where a rule limits it, up to the last period that it is about."""
    asked = [period for rule in sets.rules if rule.type == "min_cash" for period in rule.periods]
    last = max((sets.time.position[period] + 1 for period in asked), default=0)
    periods = sets.time.periods[:last]
    m.gathered = gathered = pyo.Var(periods, domain=pyo.Reals)
    earlier = {later: before for before, later in pairwise(periods)}
    m.cash = Cash(gathered, earlier, _sum_received(m, sets) if periods else {})
    m.cash_flow = pyo.Constraint(periods, rule=cash_flow)


def cash_flow(m: Model, period: str) -> pyo.Expression:
    """gathered[t] = gathered[t-1] + revenue + subsidies - running cost - capex - paid once - duties - carbon, in t"""
    change = LinearExpression()
    change.add(1.0, m.cash.gathered[period])
    if period in m.cash.earlier:
        change.add(-1.0, m.cash.gathered[m.cash.earlier[period]])
    change.extend(-1.0, m.cash.received[period])
    return change.expression() == -change.constant


def _sum_received(m: Model, sets: Sets) -> dict[str, LinearExpression]:
    """By period: what comes in less what goes out in it, each variable once."""
    received = {period: LinearExpression() for period in sets.time.periods}
    for line in paid_lines(m):
        for amount, variable, label in zip(line.amounts, line.variables, line.labels, strict=True):
            received[label[2]].add(-amount * (1 if line.once else sets.time.years[label[2]]), variable)
        for amount, label, _ in line.fixed:
            received[label[2]].add(-amount * (1 if line.once else sets.time.years[label[2]]), None)
    capex = sets.options["capex"].to_dict()
    for key, modules in m.capacity.built.items():
        received[key[3]].add(-capex[key[:3]], modules)
    return {period: terms.merged() for period, terms in received.items()}


def paid_lines(m: Model) -> Iterator[CostLine]:
    """The cost lines that money is paid for, or earned by; capex is counted apart, from the modules ordered."""
    for line in m.cost_lines:
        if line.name not in UNPAID:
            yield line


def find_groups(instance: Instance) -> dict[str, str]:
    """By site of a home firm: its group; a firm without one is a group of its own.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    dict of str to str
        Names of groups.
    """
    firms, groups = instance["firms"], name_groups(instance)
    home = set(firms.loc[firms["home"] == "yes", "firm"])
    sites = zip(instance["sites"]["site"], instance["sites"]["firm"], strict=True)
    return {site: groups[firm] for site, firm in sites if firm in home}


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `cash`: by group and period, and of all together, what is earned and paid and what has gathered."""
    posted: dict[tuple[str, str, str], float] = defaultdict(float)
    groups = find_groups(sets.instance)
    shares = _share_output(m, sets, groups)
    for line in paid_lines(m):
        column = COLUMNS.get(line.name, "once" if line.once else "running")
        sign = -1.0 if column in EARNED else 1.0
        for value, period, owners in _payments(m, sets, line, groups, shares):
            years = 1 if line.once else sets.time.years[period]
            for group, share in owners.items():
                posted[group, period, column] += sign * value * years * share
    capex = sets.options["capex"].to_dict()
    for key, modules in m.capacity.built.items():
        posted[groups.get(key[0], SHARED), key[3], "capex"] += capex[key[:3]] * modules.value
    return {"cash": _tabulate(sets, posted)}


Owners = dict[str, float]
"""Groups and their shares, which add up to 1."""


def _payments(
    m: Model, sets: Sets, line: CostLine, groups: dict[str, str], shares: dict[tuple[str, str], Owners]
) -> Iterator[tuple[float, str, Owners]]:
    """What each posting of a line comes to (money/year, or money), its period and who pays or earns it."""
    nobody: Owners = {SHARED: 1.0}
    grants = _share_grants(m, sets, groups) if line.name in SUBSIDIES else {}
    for amount, variable, label in zip(line.amounts, line.variables, line.labels, strict=True):
        value = amount * variable.value
        if value:
            kind, key = variable.parent_component().local_name, variable.index()
            if kind in OWNED and line.name != CHANGES:
                yield value, label[2], {groups.get(key[0], SHARED): 1.0}
            elif kind == "sold":
                yield value, label[2], shares.get(key[1:3], nobody)
            elif kind == "granted":
                yield value, label[2], grants.get((key[0], key[3]), nobody)
            else:
                yield value, label[2], nobody
    for amount, label, site in line.fixed:
        yield amount, label[2], {groups.get(site or "", SHARED): 1.0}


def _share_output(m: Model, sets: Sets, groups: dict[str, str]) -> dict[tuple[str, str], Owners]:
    """By item and period: the share of each group in what is made of it."""
    output: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (site, process, _, period), variable in m.production.made.items():
        if variable.value:
            for item, quantity in sets.recipe(process, period):
                if quantity > 0:
                    output[item, period][groups.get(site, SHARED)] += quantity * variable.value
    return {key: _as_shares(parts) for key, parts in output.items()}


def _share_grants(m: Model, sets: Sets, groups: dict[str, str]) -> dict[tuple[str, str], Owners]:
    """By policy and period: what it pays is shared in proportion to what entitles to it, wherever that is.

    Where the budget is less than all are entitled to, it is for nobody to say who goes without.
    """
    parts: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (policy, _, _, period, once), entitled in m.policies.entitled.items():
        years = 1 if once else sets.time.years[period]
        for amount, variable in zip(entitled.coefficients, entitled.variables, strict=True):
            parts[policy, period][_owner(variable, groups)] += amount * variable.value * years
    return {key: _as_shares(shares) for key, shares in parts.items()}


def _owner(variable: Variable, groups: dict[str, str]) -> str:
    owned = variable.parent_component().local_name in OWNED
    return groups.get(variable.index()[0], SHARED) if owned else SHARED


def _as_shares(parts: dict[str, float]) -> Owners:
    total = sum(parts.values())
    return {group: part / total for group, part in parts.items()} if total > 0 else {SHARED: 1.0}


def _tabulate(sets: Sets, posted: dict[tuple[str, str, str], float]) -> pd.DataFrame:
    """The rows of sheet `cash`: one for each group and period, then those of all together."""
    periods = list(sets.time.periods)
    groups = sorted({group for group, _, _ in posted})
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for (group, period, column), amount in posted.items():
        sums[group, period, column] += amount
        sums[EVERY, period, column] += amount
    parts = []
    for group in [*groups, EVERY]:
        cells = {column: [sums[group, period, column] for period in periods] for column in AMOUNTS}
        table = pd.DataFrame({"group": group, "period": periods, **cells})
        paid = [column for column in AMOUNTS if column not in EARNED]
        table["free_cash"] = table[list(EARNED)].sum(axis=1) - table[paid].sum(axis=1)
        parts.append(table.assign(cumulative=table["free_cash"].cumsum()))
    return pd.concat(parts, ignore_index=True)
