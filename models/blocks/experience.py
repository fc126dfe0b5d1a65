"""Experience: cost that falls when a process has been run often enough (learning by doing)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.access import ANYWHERE
from planner_models.blocks.costs import CostLine
from planner_models.keys import Activity, Credit, Level
from planner_models.linear import LinearExpression, linear
from planner_models.model import Model
from planner_models.sets import Sets

AFTER = "experience after the plan"
"""The cost line of what levels reached by the end save afterwards, in money of the last period's first year."""

INHERITED = "learning after the plan"
"""The kind of these levels in sheet `levels`."""


@dataclass(frozen=True)
class Experience:
    """Levels of experience.

    inherited: by process and level, whether it is reached by the end of the plan and saves after it
    lifelong: by process, what is made in all periods
    thresholds: what has to be made before a level is reached, less what others made
    practice: by process and period, what is made in all before it; most_practised: the most made at a level, per year
    """

    learned: pyo.Var[Level]
    inherited: pyo.Var[tuple[str, int]]
    lifelong: dict[str, LinearExpression]
    practised: pyo.Var[Credit]
    thresholds: dict[Level, float]
    practice: dict[tuple[str, str], LinearExpression]
    most_practised: dict[Credit, float]


def build(m: Model, sets: Sets) -> None:
    """learned[p,q,t] binary, the level is reached; practised[l,o,t,q] >= 0, what is made at that level or above.

    Only what home firms control counts as their experience and saves by it. The saving is a credit on what is made,
    bounded by it and by what could be made at most: never a product of variables.
    """
    thresholds = {key: needed for key, (needed, _) in sets.learning.items()}
    m.learned = learned = pyo.Var(list(thresholds), domain=pyo.Binary)
    m.inherited = inherited = pyo.Var(list(sets.inherited), domain=pyo.Binary)
    flows = _list_controlled_flows(m, sets)
    levels = defaultdict(list)
    for process, level, period in learned:
        levels[process, period].append(level)
    keys: list[Credit] = [(*key, level) for key in flows for level in levels[key[1], key[3]]]
    m.practised = practised = pyo.Var(keys, domain=pyo.NonNegativeReals)
    most_practised = {key: sets.most_drawn(*key[:4]) for key in keys}
    practice, lifelong = _practice(m, sets, flows), _practice_in_all(m, sets, flows)
    m.experience = Experience(learned, inherited, lifelong, practised, thresholds, practice, most_practised)
    m.inheritance_threshold = pyo.Constraint(list(sets.inherited), rule=inheritance_threshold)
    short = [key for key, needed in thresholds.items() if needed > 0]
    m.learning_threshold = pyo.Constraint(short, rule=learning_threshold)
    m.practised_made = pyo.Constraint(keys, rule=practised_made)
    m.practised_learned = pyo.Constraint(keys, rule=practised_learned)
    _post_costs(m, sets)


def _list_controlled_flows(m: Model, sets: Sets) -> list[tuple[str, str, str, str]]:
    """The flows of processes with levels that home firms control."""
    processes = {key[0] for key in (*sets.learning, *sets.inherited)}
    controlled = sets.draws["controlled"].to_dict()
    return [key for key in m.production.made if key[1] in processes and controlled[key[:3]]]


def _practice(m: Model, sets: Sets, flows: list[Activity]) -> dict[tuple[str, str], LinearExpression]:
    """By process and period: what has been made in all before it."""
    practice: dict[tuple[str, str], LinearExpression] = defaultdict(LinearExpression)
    for key in flows:
        for period in sets.time.periods[sets.time.position[key[3]] + 1 :]:
            practice[key[1], period].add(sets.time.years[key[3]], m.production.made[key])
    return practice


def _practice_in_all(m: Model, sets: Sets, flows: list[Activity]) -> dict[str, LinearExpression]:
    """By process: what is made in all periods."""
    made: dict[str, LinearExpression] = defaultdict(LinearExpression)
    for key in flows:
        made[key[1]].add(sets.time.years[key[3]], m.production.made[key])
    return made


def inheritance_threshold(m: Model, process: str, level: int) -> pyo.Expression:
    """(threshold - what others made) inherited[p,q] <= sum over all u of years[u] made[.,u]"""
    made = m.experience.lifelong[process]
    needed = m.sets.inherited[process, level][0]
    own = [-years for years in made.coefficients]
    return linear([needed, *own], [m.experience.inherited[process, level], *made.variables]) <= 0


def learning_threshold(m: Model, process: str, level: int, period: str) -> pyo.Expression:
    """(threshold - what others made) learned[p,q,t] <= sum over earlier u of years[u] made[.,u]"""
    practice = m.experience.practice[process, period]
    own = [-years for years in practice.coefficients]
    needed = m.experience.thresholds[process, level, period]
    return linear([needed, *own], [m.experience.learned[process, level, period], *practice.variables]) <= 0


def practised_made(m: Model, *key: *Credit) -> pyo.Expression:
    """practised[l,o,t,q] <= made[l,o,t]"""
    return linear([1.0, -1.0], [m.experience.practised[key], m.production.made[key[:4]]]) <= 0


def practised_learned(m: Model, *key: *Credit) -> pyo.Expression:
    """practised[l,o,t,q] <= most[l,o,t] learned[p,q,t]"""
    return (
        linear(
            [1.0, -m.experience.most_practised[key]],
            [m.experience.practised[key], m.experience.learned[key[1], key[4], key[3]]],
        )
        <= 0
    )


def _post_costs(m: Model, sets: Sets) -> None:
    """The saving: conversion cost x learnable share x what the level adds to the one before; its worth afterwards."""
    saving = CostLine("learning saving")
    for key, variable in m.experience.practised.items():
        site, process, _, period, level = key
        share = sets.learning[process, level, period][1]
        saving.add(-share * sets.conversion[site, process, period], variable, (*sets.places[site, process], period))
    after, last = CostLine(AFTER, once=True), sets.time.periods[-1]
    tiers = sets.instance["processes"].set_index("process")["tier"]
    for (process, level), variable in m.experience.inherited.items():
        value = sets.inherited[process, level][1]
        after.add(-value / sets.time.once[last], variable, (tiers[process], ANYWHERE, last))
    m.cost_lines.extend([saving, after])


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `levels`: levels of experience that are reached and used."""
    rows = [
        ("learning", process, f"{level}", period, "yes")
        for (process, level, period), variable in m.experience.learned.items()
        if round(variable.value)
    ]
    last = sets.time.periods[-1]
    rows += [
        (INHERITED, process, f"{level}", last, "yes")
        for (process, level), variable in m.experience.inherited.items()
        if round(variable.value)
    ]
    return {"levels": pd.DataFrame(rows, columns=["kind", "name", "level", "period", "reached"])}
