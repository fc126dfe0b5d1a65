"""Locks: decisions held at a value, or between two."""

import math
from dataclasses import dataclass

import pyomo.environ as pyo

from planner_models.decisions import state, variables
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.locks import SUMMED, Lock

ALL = "*"
"""Period of a lock on a sum over all periods."""


@dataclass(frozen=True)
class Locks:
    """locked: by row and period (`*`: all together), the decisions; held_between: by row, what they are held to."""

    locked: dict[tuple[int, str], LinearExpression]
    held_between: dict[int, Lock]


def build(m: Model, sets: Sets) -> None:
    """No variables of its own: each row of `locks` limits decisions, in one period, in each, or in all together.

    What no decision can change counts as the constant it is; such a row is left out where it holds.
    """
    named = variables(m)
    locked = {}
    for row, lock in sets.locks.items():
        for period, terms in _parts(m, sets, named, lock).items():
            if terms.variables or not lock.at_least <= terms.constant <= lock.at_most:
                locked[row, period] = terms
    m.locks = Locks(locked, sets.locks)
    m.lock_at_least = pyo.Constraint([key for key in locked if sets.locks[key[0]].at_least > 0], rule=lock_at_least)
    most = [key for key in locked if sets.locks[key[0]].at_most < math.inf]
    m.lock_at_most = pyo.Constraint(most, rule=lock_at_most)


def _parts(m: Model, sets: Sets, named: dict, lock: Lock) -> dict[str, LinearExpression]:
    """What a lock limits, by period; without a period every one in which there is something to decide."""
    periods = sets.time.periods if lock.period is None else (lock.period,)
    states = {period: state(m, sets, named, (lock.kind, *lock.subject, period)) for period in periods}
    if lock.period is None and lock.kind in SUMMED:
        return {ALL: _sum(list(states.values()))}
    there = {period: now for period, now in states.items() if not isinstance(now, int) or now}
    return {period: _sum([now]) for period, now in (there or states).items()}


def _sum(states: list) -> LinearExpression:
    terms = LinearExpression()
    for now in states:
        if isinstance(now, int):
            terms.constant += now
        else:
            terms.add(1.0, now)
    return terms


def lock_at_least(m: Model, row: int, period: str) -> pyo.Expression:
    """the decision, or its sum over all periods, >= at_least"""
    terms = m.locks.locked[row, period]
    return terms.expression() >= m.locks.held_between[row].at_least - terms.constant


def lock_at_most(m: Model, row: int, period: str) -> pyo.Expression:
    """the decision, or its sum over all periods, <= at_most"""
    terms = m.locks.locked[row, period]
    return terms.expression() <= m.locks.held_between[row].at_most - terms.constant
