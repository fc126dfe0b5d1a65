"""Logic: decisions that imply or exclude each other, or of which one has to be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner_models.decisions import state, variables
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.locks import SUMMED
from planner_models.sets.logic import EITHER, EXCLUDES, IMPLIES, Link, Term

ALL = "*"
"""Period of a decision that is not told apart by periods."""

Linked = tuple[int, str]
"""Row of sheet `logic`, and period."""

Ordered = tuple[int, str, int]
"""Row and period of a link, and which of its two decisions: 0 or 1."""


@dataclass(frozen=True)
class Logic:
    """What rows of sheet `logic` link.

    sides: by row and period, the two decisions; most: of each, the greatest value that it can have
    ordered: whether modules are ordered at all, where that excludes something
    """

    ordered: pyo.Var[Ordered]
    sides: dict[Linked, tuple[LinearExpression, LinearExpression]]
    most: dict[Linked, tuple[float, float]]
    kinds: dict[int, str]


def build(m: Model, sets: Sets) -> None:
    """ordered[row,t,side] binary, modules are ordered, of what is excluded by, or excludes, another decision.

    A decision without a period holds in each period; of modules and projects in all together. Modules count as taken
    where there is at least one.
    """
    named = variables(m) if sets.links else {}
    sides: dict[Linked, tuple[LinearExpression, LinearExpression]] = {}
    most: dict[Linked, tuple[float, float]] = {}
    for row, link in sets.links.items():
        for period, pair in _pair(m, sets, named, link).items():
            sides[row, period] = pair
            most[row, period] = (_most(sets, link.first), _most(sets, link.second))
    kinds = {row: link.kind for row, link in sets.links.items()}
    several = [(*key, side) for key in sides if kinds[key[0]] == EXCLUDES for side in (0, 1) if most[key][side] > 1]
    m.ordered = ordered = pyo.Var(several, domain=pyo.Binary)
    m.logic = Logic(ordered, sides, most, kinds)
    m.order_counted = pyo.Constraint(several, rule=order_counted)
    m.logic_implies = pyo.Constraint([key for key in sides if kinds[key[0]] == IMPLIES], rule=logic_implies)
    m.logic_excludes = pyo.Constraint([key for key in sides if kinds[key[0]] == EXCLUDES], rule=logic_excludes)
    m.logic_either = pyo.Constraint([key for key in sides if kinds[key[0]] == EITHER], rule=logic_either)


def _pair(
    m: Model, sets: Sets, named: dict[Any, Any], link: Link
) -> dict[str, tuple[LinearExpression, LinearExpression]]:
    """The two decisions of a link by period; `*` where neither is told apart by periods."""
    first, second = (_by_period(m, sets, named, term) for term in (link.first, link.second))
    periods = [ALL] if ALL in first and ALL in second else list(sets.time.periods)
    return {period: (first.get(ALL) or first[period], second.get(ALL) or second[period]) for period in periods}


def _by_period(m: Model, sets: Sets, named: dict[Any, Any], term: Term) -> dict[str, LinearExpression]:
    """What a decision is in each period, or in the one that it names, or in all together."""
    if term.period is not None:
        return {ALL: _value(m, sets, named, term, term.period)}
    found = {period: _value(m, sets, named, term, period) for period in sets.time.periods}
    if term.kind not in SUMMED:
        return found
    total = LinearExpression()
    for part in found.values():
        total.extend(1.0, part)
    return {ALL: total}


def _value(m: Model, sets: Sets, named: dict[Any, Any], term: Term, period: str) -> LinearExpression:
    if term.kind == "hub":
        key = (*term.subject, period)
        now = m.hubs.hub_opened[key] if key in m.hubs.hub_opened else 1  # noqa: SIM401  # no mapping
    else:
        now = state(m, sets, named, (term.kind, *term.subject, period))
    value = LinearExpression()
    value.add(1.0 if not isinstance(now, int) else float(now), None if isinstance(now, int) else now)
    return value


def _most(sets: Sets, term: Term) -> float:
    """The most modules of an option; 1 of all other decisions."""
    return float(sets.options["max_modules"].get(term.subject, 1.0)) if term.kind == "built" else 1.0


def _combine(slope_first: float, slope_second: float, sides: tuple[LinearExpression, LinearExpression]) -> Any:
    """slope x first + slope x second as an expression, and its constant."""
    total = LinearExpression()
    total.extend(slope_first, sides[0])
    total.extend(slope_second, sides[1])
    return total.merged()


def logic_implies(m: Model, *key: *Linked) -> pyo.Expression:
    """first <= most_first x second"""
    excess = _combine(1.0, -m.logic.most[key][0], m.logic.sides[key])
    return excess.expression() <= -excess.constant


def logic_excludes(m: Model, *key: *Linked) -> pyo.Expression:
    """first + second <= 1; of modules ordered[.] instead of their number"""
    total = LinearExpression()
    for side, terms in enumerate(m.logic.sides[key]):
        if (*key, side) in m.logic.ordered:
            total.add(1.0, m.logic.ordered[(*key, side)])
        else:
            total.extend(1.0, terms)
    return total.expression() <= 1.0 - total.constant


def logic_either(m: Model, *key: *Linked) -> pyo.Expression:
    """first + second >= 1"""
    total = _combine(1.0, 1.0, m.logic.sides[key])
    return total.expression() >= 1.0 - total.constant


def order_counted(m: Model, row: int, period: str, side: int) -> pyo.Expression:
    """modules ordered <= max_modules x ordered[row,t,side]"""
    terms, most = m.logic.sides[row, period][side], m.logic.most[row, period][side]
    counted = m.logic.ordered[row, period, side]
    return linear([*terms.coefficients, -most], [*terms.variables, counted]) <= -terms.constant
