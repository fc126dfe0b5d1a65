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
    concentration,
    content,
    emissions,
    reserves,
    service,
    shares,
    sources,
    supply,
)
from planner_models.blocks.rules.row import NOTHING, Key, RuleRow, ratio
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.rules import EVERY

FAMILIES: tuple[ModuleType, ...] = (shares, sources, concentration, reserves, emissions, content, budget, service)

PAID_ONCE = ("min_sources", "min_cover", "min_service", "max_cvar", "budget")
"""Types whose breach is no yearly amount."""

FIGURES: dict[str, Callable[[Model, RuleRow], float | None]] = {
    "min_sources": sources.nth_share,
    "max_hhi": concentration.index,
    "min_local_content": content.local_share,
    "max_cvar": service.worst_mean,
}
"""Types whose figure is more than a ratio of two sums."""

TOLERANCE = {"max_hhi": 1e-4}
"""How far a figure may be off its limit, where that is more than rounding (1e-6, relative above 1)."""


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
    """Sheet `rules`: the figure each row holds to its limit; where nothing is supplied or used there is none."""
    rows = [(*key, *_reported(m, row)) for key, row in m.rules.rows.items()]
    columns = ["rule", "item", "who", "period", "limit", "value", "slack", "met", "marginal_cost"]
    return {"rules": pd.DataFrame(rows, columns=columns)} if sets.rules else {}


def _reported(m: Model, row: RuleRow) -> tuple[Any, ...]:
    """Limit, value, slack, met and marginal cost of a row."""
    rule = row.rule
    value = FIGURES.get(rule.type, ratio)(m, row)
    if value is None:
        broken = row.key in m.rules.breach and m.rules.breach[row.key].value > NOTHING
        return rule.limit, None, None, "no" if broken else "yes", row.marginal
    slack = rule.limit - value if row.upper else value - rule.limit
    met = slack >= -TOLERANCE.get(rule.type, 1e-6) * max(1.0, abs(rule.limit))
    return rule.limit, value, slack, "yes" if met else "no", row.marginal
