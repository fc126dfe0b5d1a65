"""Clusters: cost that falls where many stages of the chain stand in one region (agglomeration)."""

from collections import defaultdict
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner_models.blocks.costs import CostLine
from planner_models.linear import linear
from planner_models.sets import Sets
from planner_models.sets.levels import stage_names

EVERY_TIER = "*"


def build(m: pyo.ConcreteModel, sets: Sets) -> None:
    """present[r,s,x,t] binary, at least the share x of the smallest plant of stage s is made in region r;
    clustered[r,q,t] binary, the level is reached; settled[l,o,t,q] >= 0, what is made at that level or above.

    Whatever the plan makes or draws in the region counts, whoever's it is. The saving is a credit, as with experience.
    """
    flows = _flows_by_stage(m, sets)
    m.stages = _stages(sets, flows)
    m.stage_flows = {key: flows[(*key[:2], key[3])] for keys in m.stages.values() for key in keys}
    m.least_present = {key: key[2] * sets.plants[key[:2]] for key in m.stage_flows}
    m.present = pyo.Var(list(m.stage_flows), domain=pyo.Binary)
    m.stage_present = pyo.Constraint(list(m.present), rule=stage_present)
    m.stages_needed = {key: int(sets.clusters.at[key[:2], "stages"]) for key in m.stages}
    m.clustered = pyo.Var(list(m.stages), domain=pyo.Binary)
    m.cluster_threshold = pyo.Constraint(list(m.clustered), rule=cluster_threshold)
    keys = _credits(m, sets)
    m.settled = pyo.Var(keys, domain=pyo.NonNegativeReals)
    m.most_settled = {key: sets.most_drawn(*key[:4]) for key in keys}
    m.cluster_of = {key: (sets.places[key[:2]][1], key[4], key[3]) for key in keys}
    m.settled_made = pyo.Constraint(keys, rule=settled_made)
    m.settled_clustered = pyo.Constraint(keys, rule=settled_clustered)
    _post_costs(m, sets)


def _flows_by_stage(m: pyo.ConcreteModel, sets: Sets) -> dict[tuple[str, str, str], list[Any]]:
    """(region, stage, period) -> what is made there."""
    stages = stage_names(sets.instance)
    flows: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for key, variable in m.made.items() if len(sets.clusters) else ():
        flows[sets.places[key[:2]][1], stages[key[1]], key[3]].append(variable)
    return flows


def _stages(sets: Sets, flows: dict[tuple[str, str, str], list[Any]]) -> dict[tuple[str, int, str], list[tuple]]:
    """(region, level, period) -> keys of the stages that could be active, where they are enough."""
    tiers: dict[str, set[str]] = defaultdict(set)
    names = stage_names(sets.instance)
    for process, tier in sets.instance["processes"][["process", "tier"]].to_numpy():
        tiers[names[process]] |= {tier, EVERY_TIER}
    found = {}
    for (region, level), row in sets.clusters.iterrows():
        for period in sets.time.periods:
            keys = [
                (region, stage, row["activity"], period)
                for place, stage, moment in sorted(flows)
                if place == region and moment == period and row["tier"] in tiers[stage]
            ]
            if len(keys) >= row["stages"]:
                found[region, level, period] = keys
    return found


def _credits(m: pyo.ConcreteModel, sets: Sets) -> list[tuple[str, str, str, str, int]]:
    """The flows in a region with levels, of the tier that the level helps, by level."""
    levels = defaultdict(list)
    for region, level, period in m.stages:
        levels[region, period].append((level, sets.clusters.at[(region, level), "tier"]))
    return [
        (*key, level)
        for key in m.made
        for level, tier in levels[sets.places[key[:2]][1], key[3]]
        if tier in (EVERY_TIER, sets.places[key[:2]][0])
    ]


def stage_present(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """x smallest plant[r,s] present[r,s,x,t] <= sum over the flows of the stage there of made"""
    flows = m.stage_flows[key]
    return linear([m.least_present[key]] + [-1.0] * len(flows), [m.present[key], *flows]) <= 0


def cluster_threshold(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """stages[r,q] clustered[r,q,t] <= sum over stages of present[r,.,x,t]"""
    stages = [m.present[stage] for stage in m.stages[key]]
    return linear([m.stages_needed[key]] + [-1.0] * len(stages), [m.clustered[key], *stages]) <= 0


def settled_made(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """settled[l,o,t,q] <= made[l,o,t]"""
    return linear([1.0, -1.0], [m.settled[key], m.made[key[:4]]]) <= 0


def settled_clustered(m: pyo.ConcreteModel, *key: str) -> pyo.Expression:
    """settled[l,o,t,q] <= most[l,o,t] clustered[r,q,t]"""
    return linear([1.0, -m.most_settled[key]], [m.settled[key], m.clustered[m.cluster_of[key]]]) <= 0


def _post_costs(m: pyo.ConcreteModel, sets: Sets) -> None:
    """The saving: conversion cost x what the level adds to the one before."""
    saving = CostLine("cluster saving")
    steps = sets.clusters["step"].to_dict()
    for key, variable in m.settled.items():
        region, level, period = m.cluster_of[key]
        label = (*sets.places[key[:2]], period)
        saving.add(-steps[region, level] * sets.conversion[key[:2]], variable, label)
    m.cost_lines.append(saving)


def report(m: pyo.ConcreteModel, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `levels`: levels of agglomeration that are reached and used."""
    rows = [
        ("cluster", region, f"{level}", period, "yes")
        for (region, level, period), variable in m.clustered.items()
        if round(variable.value)
    ]
    return {"levels": pd.DataFrame(rows, columns=["kind", "name", "level", "period", "reached"])}
