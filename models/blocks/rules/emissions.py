"""Emissions: of processes, of the energy they take, and of transport."""

from collections.abc import Iterator

import pyomo.environ as pyo

from planner_models import frames
from planner_models.blocks.rules.row import Key, RuleRow, by_period, note, of_type, within
from planner_models.linear import LinearExpression, objects
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.arcs import lane_rows
from planner_models.sets.emissions import KILOGRAMS, emissions_per_activity
from planner_models.sets.rules import EVERY, Rule


def rows(m: Model, sets: Sets) -> Iterator[RuleRow]:
    """What lines and lanes emit, t/year."""
    yield from by_period(m, sets, "max_emissions", _sum_emissions)


def build(m: Model, sets: Sets) -> None:
    """One row for each rule and period."""
    m.max_emissions = pyo.Constraint(of_type(m, "max_emissions"), rule=max_emissions)
    note(m, m.max_emissions)


def max_emissions(m: Model, *key: *Key) -> pyo.Expression:
    """sum over lines of (process + energy x grid) x made + sum over arcs of transport x shipped <= limit + breach"""
    return within(m, key)


def _sum_emissions(m: Model, sets: Sets, rule: Rule) -> dict[str, LinearExpression]:
    """By period of the rule: what its lines emit, and what is emitted on the way to its regions."""
    (item,), (regions,) = rule.items, rule.places.values()
    found = {period: LinearExpression() for period in rule.periods}
    per_activity = emissions_per_activity(sets.instance, sets.lines)
    for (site, process, _, period), variable in m.production.made.items():
        makes = item == EVERY or any(name == item and amount > 0 for name, amount in sets.recipes[process])
        if period in found and makes and sets.places[site, process][1] in regions:
            found[period].add(per_activity[site, process], variable)
    flows = sets.flows.assign(emitted=_per_shipment(sets), variable=objects(m.lanes.shipped))
    flows = flows[flows["destination"].isin(regions) & (flows["emitted"] > 0)]
    flows = flows if item == EVERY else flows[flows["item"] == item]
    for period, group in frames.groups(flows, "period"):
        if period in found:
            found[period].extend(1.0, LinearExpression(group["emitted"].tolist(), group["variable"].tolist()))
    return found


def _per_shipment(sets: Sets) -> list[float]:
    """By flow: t per item moved, kg/tkm x km x t/item, of the lane row that prices it."""
    lanes = lane_rows(sets.instance)
    mass = sets.instance["items"].set_index("item")["mass"].to_dict()
    keys = zip(*(lanes[name] for name in ("origin", "destination", "item", "mode")), strict=True)
    per_tonne = dict(zip(keys, lanes["emissions"] * lanes["distance"] / KILOGRAMS, strict=True))
    columns = (sets.flows[name].tolist() for name in ("origin", "destination", "row", "mode", "item"))
    return [per_tonne[tuple(lane)] * mass[item] for *lane, item in zip(*columns, strict=True)]
