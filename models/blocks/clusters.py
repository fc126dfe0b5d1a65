"""Clusters: cost that falls where many stages of the chain are located in one region (agglomeration)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.costs import CostLine
from planner_models.keys import Credit, Level, Stage
from planner_models.linear import Variable, linear
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.levels import stage_names

EVERY_TIER = "*"


@dataclass(frozen=True)
class Clusters:
    """Levels of agglomeration, keyed by region, level and period.

    stages: what can count towards a level; stages_needed: how many have to
    stage_flows: what is made of a stage in its region; least_present: the least that counts, activity/year
    most_settled: the most made at a level, activity/year; cluster_of: the level that a credit belongs to
    """

    present: pyo.Var[Stage]
    clustered: pyo.Var[Level]
    settled: pyo.Var[Credit]
    stages: dict[Level, list[Stage]]
    stages_needed: dict[Level, int]
    stage_flows: dict[Stage, list[Variable]]
    least_present: dict[Stage, float]
    most_settled: dict[Credit, float]
    cluster_of: dict[Credit, Level]


def build(m: Model, sets: Sets) -> None:
    """present[r,s,x,t] binary, at least the share x of the smallest plant of stage s is made in region r;
    clustered[r,q,t] binary, the level is reached; settled[l,o,t,q] >= 0, what is made at that level or above.

    Whatever the plan makes or draws in the region counts, whoever's it is. The saving is a credit, as with experience.
    """
    m.clusters = clusters = _offer(m, sets)
    m.stage_present = pyo.Constraint(list(clusters.present), rule=stage_present)
    m.cluster_threshold = pyo.Constraint(list(clusters.clustered), rule=cluster_threshold)
    m.settled_made = pyo.Constraint(list(clusters.settled), rule=settled_made)
    m.settled_clustered = pyo.Constraint(list(clusters.settled), rule=settled_clustered)
    _post_costs(m, sets)


def _offer(m: Model, sets: Sets) -> Clusters:
    flows = _flows_by_stage(m, sets)
    stages = _stages(sets, flows)
    stage_flows = {key: flows[(*key[:2], key[3])] for keys in stages.values() for key in keys}
    keys = _credits(m, sets, stages)
    m.present = present = pyo.Var(list(stage_flows), domain=pyo.Binary)
    m.clustered = clustered = pyo.Var(list(stages), domain=pyo.Binary)
    m.settled = settled = pyo.Var(keys, domain=pyo.NonNegativeReals)
    return Clusters(
        present=present,
        clustered=clustered,
        settled=settled,
        stages=stages,
        stages_needed={key: int(frames.cell(sets.clusters, key[:2], "stages")) for key in stages},
        stage_flows=stage_flows,
        least_present={key: key[2] * sets.plants[key[:2]] for key in stage_flows},
        most_settled={key: sets.most_drawn(*key[:4]) for key in keys},
        cluster_of={key: (sets.places[key[:2]][1], key[4], key[3]) for key in keys},
    )


def _flows_by_stage(m: Model, sets: Sets) -> dict[tuple[str, str, str], list[Variable]]:
    """(region, stage, period) -> what is made there."""
    stages = stage_names(sets.instance)
    flows: dict[tuple[str, str, str], list[Variable]] = defaultdict(list)
    for key, variable in m.production.made.items() if len(sets.clusters) else ():
        flows[sets.places[key[:2]][1], stages[key[1]], key[3]].append(variable)
    return flows


def _stages(sets: Sets, flows: dict[tuple[str, str, str], list[Variable]]) -> dict[Level, list[Stage]]:
    """(region, level, period) -> keys of the stages that could be active, where they are enough."""
    tiers: dict[str, set[str]] = defaultdict(set)
    names = stage_names(sets.instance)
    for process, tier in sets.instance["processes"][["process", "tier"]].to_numpy():
        tiers[names[process]] |= {tier, EVERY_TIER}
    found = {}
    for (region, level), row in frames.lines(sets.clusters):
        for period in sets.time.periods:
            keys = [
                (region, stage, row["activity"], period)
                for place, stage, moment in sorted(flows)
                if place == region and moment == period and row["tier"] in tiers[stage]
            ]
            if len(keys) >= row["stages"]:
                found[region, level, period] = keys
    return found


def _credits(m: Model, sets: Sets, stages: dict[Level, list[Stage]]) -> list[Credit]:
    """The flows in a region with levels, of the tier that the level helps, by level."""
    levels = defaultdict(list)
    for region, level, period in stages:
        levels[region, period].append((level, sets.clusters.at[(region, level), "tier"]))
    return [
        (*key, level)
        for key in m.production.made
        for level, tier in levels[sets.places[key[:2]][1], key[3]]
        if tier in (EVERY_TIER, sets.places[key[:2]][0])
    ]


def stage_present(m: Model, *key: *Stage) -> pyo.Expression:
    """x smallest plant[r,s] present[r,s,x,t] <= sum over the flows of the stage there of made"""
    flows = m.clusters.stage_flows[key]
    return linear([m.clusters.least_present[key]] + [-1.0] * len(flows), [m.clusters.present[key], *flows]) <= 0


def cluster_threshold(m: Model, *key: *Level) -> pyo.Expression:
    """stages[r,q] clustered[r,q,t] <= sum over stages of present[r,.,x,t]"""
    stages = [m.clusters.present[stage] for stage in m.clusters.stages[key]]
    return linear([m.clusters.stages_needed[key]] + [-1.0] * len(stages), [m.clusters.clustered[key], *stages]) <= 0


def settled_made(m: Model, *key: *Credit) -> pyo.Expression:
    """settled[l,o,t,q] <= made[l,o,t]"""
    return linear([1.0, -1.0], [m.clusters.settled[key], m.production.made[key[:4]]]) <= 0


def settled_clustered(m: Model, *key: *Credit) -> pyo.Expression:
    """settled[l,o,t,q] <= most[l,o,t] clustered[r,q,t]"""
    return (
        linear(
            [1.0, -m.clusters.most_settled[key]],
            [m.clusters.settled[key], m.clusters.clustered[m.clusters.cluster_of[key]]],
        )
        <= 0
    )


def _post_costs(m: Model, sets: Sets) -> None:
    """The saving: conversion cost x what the level adds to the one before."""
    saving = CostLine("cluster saving")
    steps = sets.clusters["step"].to_dict()
    for key, variable in m.clusters.settled.items():
        region, level, period = m.clusters.cluster_of[key]
        label = (*sets.places[key[:2]], period)
        saving.add(-steps[region, level] * sets.conversion[(*key[:2], period)], variable, label)
    m.cost_lines.append(saving)


def report(m: Model, sets: Sets) -> dict[str, pd.DataFrame]:
    """Sheet `levels`: levels of agglomeration that are reached and used."""
    rows = [
        ("cluster", region, f"{level}", period, "yes")
        for (region, level, period), variable in m.clusters.clustered.items()
        if round(variable.value)
    ]
    return {"levels": pd.DataFrame(rows, columns=["kind", "name", "level", "period", "reached"])}
