"""Security rules, one module per family of limits, and what they share: breaches, their cost and the result sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.costs import CostLine
from planner_models.blocks.rules import (
    budget,
    cash,
    concentration,
    content,
    disposal,
    emissions,
    groups,
    openings,
    reserves,
    service,
    shares,
    single,
    sources,
    supply,
)
from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, ratio
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import CAPACITY, EVERY, OPEN

FAMILIES: tuple[ModuleType, ...] = (
    *(shares, sources, concentration, reserves, emissions, content, budget, cash, service),
    *(groups, openings, single, disposal),
)

PAID_ONCE = ("min_sources", "min_cover", "min_service", "max_cvar", "budget", "min_cash")
"""Types whose breach is no yearly amount."""

FIGURES: dict[str, Callable[[Model, RuleRow], float | None]] = {
    "min_sources": sources.nth_share,
    "min_cover": reserves.months_covered,
    "max_hhi": concentration.index,
    "min_local_content": content.local_share,
    "max_cvar": service.worst_mean,
    **dict.fromkeys(OPEN, openings.count_open),
    "single_source": single.count_sources,
}
"""Types whose figure is more than a ratio of two sums."""

TOLERANCE = 1e-6
"""How far a figure may be off its limit, as a share of the limit; of cash, of all that comes in and goes out."""

FEASIBLE = 2e-7
"""What the solver lets a row be off by, in the unit of the row."""

ABSENT = {
    **dict.fromkeys((*supply.SHARES, "max_import_share", "min_sources", "max_hhi"), "nothing can be supplied there"),
    **dict.fromkeys(("min_cover", "max_capacity_ratio"), "nothing can use it there"),
    "min_utilisation": "no line under control can make it there",
    "min_local_content": "nothing there makes it from anything, or it or what it is made from has no value",
    "min_service": "there is no such scenario, or no market",
    "max_cvar": "no scenario has a probability",
    **dict.fromkeys(CAPACITY, "no line there can make it"),
    "single_source": "nothing can be supplied there",
    "max_disposal": "it may not be thrown away, or is nowhere there",
}
"""Why a rule has no figure for an item in any plan, by type."""

NOT_APPLICABLE = "not applicable"
"""What a row says that is neither met nor broken."""


@dataclass(frozen=True)
class Rules:
    """Every row of every rule, and by how much a soft one is broken, in the unit of the row."""

    rows: dict[Key, RuleRow]
    breach: pyo.Var[Key]


def build(m: Model, sets: Sets) -> None:
    """breach >= 0 for each row of a soft rule, in the unit of the row; each family adds rows and constraints."""
    supply.build(m, sets)
    rows: dict[Key, RuleRow] = {}
    for family in FAMILIES:
        rows |= {row.key: row for row in family.rows(m, sets)}
    soft = [key for key, row in rows.items() if row.rule.penalty is not None and not row.idle]
    m.breach = breach = pyo.Var(soft, domain=pyo.NonNegativeReals)
    m.rules = Rules(rows, breach)
    for family in FAMILIES:
        family.build(m, sets)
    _post_costs(m, sets)


def _post_costs(m: Model, sets: Sets) -> None:
    """The penalty of a breach: yearly, or in the period of the row, or (of all periods together) in the first one."""
    yearly, once = CostLine("rule breach"), CostLine("rule breach once", once=True)
    tiers = sets.instance["items"].set_index("item")["tier"].to_dict()
    regions = set(sets.instance["regions"]["region"])
    for key, variable in m.rules.breach.items():
        rule, item, period = m.rules.rows[key].rule, key[1], key[3]
        region = next((place for place in rule.places if place in regions and len(rule.places) == 1), EVERY)
        line = once if rule.type in PAID_ONCE else yearly
        moment = sets.time.periods[0] if period == EVERY else period
        line.add(rule.penalty or 0.0, variable, (tiers.get(item, "downstream"), region, moment))
    m.cost_lines.extend([yearly, once])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `rules`: the figure each row holds to its limit; a rule that takes no part has a row that says why."""
    rows = [(*key, *_describe_row(m, row)) for key, row in m.rules.rows.items()]
    rows += _absent(m, sets)
    columns = ["rule", "item", "who", "period", "limit", "value", "slack", "met", "marginal_cost", "remark"]
    return {"rules": pd.DataFrame(rows, columns=columns)} if sets.rules else {}


def _describe_row(m: Model, row: RuleRow) -> tuple[Any, ...]:
    """Limit, value, slack, met, marginal cost and remark of a row."""
    rule = row.rule
    value = FIGURES.get(rule.type, ratio)(m, row)
    if value is None:
        if row.key in m.rules.breach and m.rules.breach[row.key].value > NOTHING:
            return rule.limit, None, None, "no", row.marginal, "nothing is supplied or used there in this plan"
        return rule.limit, None, None, NOT_APPLICABLE, row.marginal, "nothing is supplied or used there in this plan"
    slack = rule.limit - value if row.upper else value - rule.limit
    size = abs(rule.limit) if rule.type != "min_cash" else cash.turnover(m, row)
    allowed = TOLERANCE * size + FEASIBLE / max(row.base.value(), NOTHING)
    return rule.limit, value, slack, "yes" if slack >= -allowed else "no", row.marginal, row.remark


def _absent(m: Model, sets: Sets) -> list[tuple[Any, ...]]:
    """A row for each rule and item of which no plan has a figure."""
    there = {key[:2] for key in m.rules.rows}
    return [
        (rule.name, item, rule.who, EVERY, rule.limit, None, None, NOT_APPLICABLE, None, ABSENT[rule.type])
        for rule in sets.rules
        for item in rule.items
        if (rule.name, item) not in there
    ]
