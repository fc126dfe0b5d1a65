"""Scenarios: which disruptions there are, one for each member where a row expands, and what each does in a period."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.policies import blocs

Draw = tuple[str, str, str]
Arc = tuple[str, str, str, str]
Market = tuple[str, str]

BASE = "base"
"""The baseline: a scenario in result sheets, never one of these."""

DRAW, ARC, MARKET = ["site", "process", "mode"], ["origin", "destination", "item", "mode"], ["region", "item"]
EVERY = "*"
CAPACITY, FLOW, DEMAND, COST = "capacity", "flow", "demand", "cost"


@dataclass(frozen=True)
class Snapshot:
    """What a scenario changes in one period, for `months` of it: factors, where they are not 1.

    By draw: `capacity` and `flow`, of what could be and what is made in the base, never below the priority of the draw,
    and `line_cost`. By arc: `arcs_capacity`, `arcs_flow`, and `arc_cost`, which is of transport. By market: `demand`. A
    factor of flow stands also where it is 1: no more can be had there than in the base.
    """

    months: float
    capacity: dict[Draw, float] = field(default_factory=dict)
    flow: dict[Draw, float] = field(default_factory=dict)
    arcs_capacity: dict[Arc, float] = field(default_factory=dict)
    arcs_flow: dict[Arc, float] = field(default_factory=dict)
    demand: dict[Market, float] = field(default_factory=dict)
    line_cost: dict[Draw, float] = field(default_factory=dict)
    arc_cost: dict[Arc, float] = field(default_factory=dict)


Snapshots = dict[tuple[str, str], Snapshot]
"""By scenario and period."""


@dataclass(frozen=True)
class Scope:
    """What can be hit in a period: frames of draws, arcs and markets, with all that a disruption can name them by.

    lines: site, process, mode, firm, region, bloc, priority, items (all that it makes)
    arcs: origin, destination, item, mode, origin_bloc, destination_bloc, lane (`origin|destination`), chokepoints
    markets: region, item, bloc
    """

    lines: pd.DataFrame
    arcs: pd.DataFrame
    markets: pd.DataFrame


@dataclass(frozen=True)
class World:
    """The sparse sets that scenarios are made of: see `planner_models.sets.Sets`."""

    instance: Instance
    draws: pd.DataFrame
    most: dict[tuple[str, str, str], float]
    flows: pd.DataFrame
    demand: pd.DataFrame


def scenario_sets(world: World) -> tuple[pd.DataFrame, Snapshots]:
    """The scenarios and their snapshots.

    A row that expands becomes one scenario `<scenario>: <member>` for each member that matters; its probability is
    shared equally. A row that neither expands nor has disruptions is left out, as are all while the switch is off.
    Modelled are those the plan must know of: with a probability, or named by a rule of least service.

    Parameters
    ----------
    world
        The sets that scenarios are made of.

    Returns
    -------
    tuple of pandas.DataFrame and Snapshots
        Scenarios, indexed by name, with columns `probability`, `row` (its index in the sheet) and `modelled`; and what
        changes, by scenario and period.
    """
    instance = world.instance
    rows = instance["scenarios"] if instance.settings["scenarios"] == "on" else instance["scenarios"][:0]
    disruptions = dict(frames.groups(instance["disruptions"], "scenario", sort=False))
    scopes = _scopes(world, {*rows["period"].dropna(), *instance["disruptions"]["period"]} if len(rows) else set())
    asked = _list_required_scenarios(instance)
    found = []
    snapshots: Snapshots = {}
    for row in frames.cells(rows):
        own = {row.scenario: disruptions[row.scenario]} if row.scenario in disruptions else {}
        happening = _expand_scenario(row, scopes[row.period]) if row.expand else own
        modelled = row.probability > 0 or row.scenario in asked or EVERY in asked
        for name, table in happening.items():
            found.append((name, row.probability / len(happening), row.Index, modelled))
            for period, hits in frames.groups(table, "period", sort=False):
                snapshots[name, period] = _snapshot(hits, scopes[period])
    frame = pd.DataFrame(found, columns=["scenario", "probability", "row", "modelled"]).set_index("scenario")
    return frame.astype({"probability": float, "modelled": bool}), snapshots


def _list_required_scenarios(instance: Instance) -> set[str]:
    """The scenarios that active rules of least service name."""
    if instance.settings["rules"] == "off":
        return set()
    rules = instance["rules"]
    return set(rules.loc[(rules["type"] == "min_service") & (rules["active"] == "yes"), "scenario"])


def _scopes(world: World, periods: set[str]) -> dict[str, Scope]:
    """The scope of each of these periods."""
    if not periods:
        return {}
    bloc, recipes = blocs(world.instance), world.instance["recipes"]
    outputs = recipes[recipes["quantity"] > 0].groupby("process")["item"].agg(frozenset)
    lines = world.draws.reset_index()[[*DRAW, "firm", "priority"]]
    region = lines["site"].map(world.instance["sites"].set_index("site")["region"])
    items = [outputs.get(process, frozenset()) for process in lines["process"]]
    lines = lines.assign(region=region, bloc=region.map(bloc), items=pd.Series(items, index=lines.index, dtype=object))
    passed = _chokepoints(world.instance)
    return {
        period: Scope(
            lines=lines[_of([(*line, period) in world.most for line in _keys(lines, DRAW[:2])], lines)],
            arcs=_arcs(world.flows[world.flows["period"] == period], bloc, passed),
            markets=_markets(world.demand[world.demand["period"] == period], bloc),
        )
        for period in sorted(periods)
    }


def _chokepoints(instance: Instance) -> dict[Arc, frozenset[str]]:
    """By lane row: the chokepoints it passes."""
    rows = instance["lanes"].dropna(subset=["chokepoints"])
    return {
        (row.origin, row.destination, row.item, row.mode): frozenset(map(str.strip, row.chokepoints.split(";"))) - {""}
        for row in frames.cells(rows)
    }


def _arcs(flows: pd.DataFrame, bloc: pd.Series, passed: dict[Arc, frozenset[str]]) -> pd.DataFrame:
    arcs = flows[[*ARC, "row"]].astype(object)
    lanes = zip(arcs["origin"], arcs["destination"], arcs["row"], arcs["mode"], strict=True)
    return arcs.assign(
        lane=arcs["origin"] + "|" + arcs["destination"],
        origin_bloc=arcs["origin"].map(bloc),
        destination_bloc=arcs["destination"].map(bloc),
        chokepoints=pd.Series([passed.get(lane, frozenset()) for lane in lanes], index=arcs.index, dtype=object),
    )


def _markets(demand: pd.DataFrame, bloc: pd.Series) -> pd.DataFrame:
    markets = demand[MARKET].drop_duplicates()
    return markets.assign(bloc=markets["region"].map(bloc))


def _expand_scenario(row: Any, scope: Scope) -> dict[str, pd.DataFrame]:
    """The disruptions of a row that expands, by name of the scenario: one for each member that matters for its item."""
    kind = row.expand.removeprefix("each_")
    if kind in ("lane", "chokepoint"):
        arcs = scope.arcs[_carry(scope.arcs, row.item)]
        members = set(arcs["lane"]) if kind == "lane" else frozenset().union(*arcs["chokepoints"])
    else:
        members = set(scope.lines.loc[_make(scope.lines, row.item), kind])
    hit = {"period": row.period, "months": row.months, "kind": kind, "item": row.item, "effect": CAPACITY}
    return {
        f"{row.scenario}: {member}": pd.DataFrame([hit | {"target": member, "factor": row.factor}])
        for member in sorted(members)
    }


def _make(lines: pd.DataFrame, item: str) -> pd.Series:
    """Which lines make an item; `*`: any."""
    return _of([item == EVERY or item in items for items in lines["items"]], lines)


def _of(which: list[bool], table: pd.DataFrame) -> pd.Series:
    """Rows of a table by yes or no; a list would choose columns where the table is empty."""
    return pd.Series(which, index=table.index, dtype=bool)


def _carry(table: pd.DataFrame, item: str) -> pd.Series:
    """Which arcs, or markets, are of an item; `*`: any."""
    return (table["item"] == item) | (item == EVERY)


def _lines_hit(lines: pd.DataFrame, kind: str, target: str, item: str) -> pd.DataFrame:
    """The lines that a disruption hits."""
    if kind == "item":
        return lines[_make(lines, target)]
    return lines[_make(lines, item) & (lines[kind] == target)] if kind in lines else lines[:0]


def _arcs_hit(arcs: pd.DataFrame, kind: str, target: str, item: str) -> pd.DataFrame:
    """The arcs that a disruption hits: those on the lane or past the chokepoint, and those that leave a place."""
    if kind == "item":
        return arcs[arcs["item"] == target]
    if kind == "lane":
        hit = (arcs["lane"] == target) | (arcs["lane"] + "|" + arcs["mode"] == target)
    elif kind == "chokepoint":
        hit = _of([target in names for names in arcs["chokepoints"]], arcs)
    elif kind == "region":
        hit = (arcs["origin"] == target) & (arcs["destination"] != target)
    else:
        hit = (arcs["origin_bloc"] == target) & (arcs["destination_bloc"] != target) & (kind == "bloc")
    return arcs[hit & _carry(arcs, item)]


def _markets_hit(markets: pd.DataFrame, kind: str, target: str, item: str) -> pd.DataFrame:
    """The markets that a disruption hits."""
    if kind == "item":
        return markets[markets["item"] == target]
    column = "bloc" if kind == "bloc" else "region"
    return markets[_carry(markets, item) & (markets[column] == target)]


ON_LANES = ("lane", "chokepoint")
"""Kinds of which every effect is on arcs; of the others, capacity and cost are of lines."""


def _snapshot(hits: pd.DataFrame, scope: Scope) -> Snapshot:
    """What the disruptions of one scenario in one period do: the product of their factors on whatever they hit."""
    lines: dict[str, dict[Draw, float]] = defaultdict(dict)
    arcs: dict[str, dict[Arc, float]] = defaultdict(dict)
    markets: dict[Market, float] = {}
    for hit in frames.cells(hits):
        what = (hit.kind, hit.target, hit.item)
        if hit.effect == DEMAND:
            _multiply(markets, _keys(_markets_hit(scope.markets, *what), MARKET), hit.factor)
        elif hit.kind in ON_LANES or (hit.effect == FLOW and hit.kind in ("region", "bloc", "item")):
            _multiply(arcs[hit.effect], _keys(_arcs_hit(scope.arcs, *what), ARC), hit.factor)
        else:
            _multiply(lines[hit.effect], _keys(_lines_hit(scope.lines, *what), DRAW), hit.factor)
    priority = dict(zip(_keys(scope.lines, DRAW), scope.lines["priority"], strict=True))
    kept = {
        effect: {draw: max(factor, priority[draw]) for draw, factor in lines[effect].items()}
        for effect in (CAPACITY, FLOW)
    }
    return Snapshot(
        months=float(hits["months"].iloc[0]),
        capacity=_drop_neutral_factors(kept[CAPACITY]),
        flow=kept[FLOW],
        arcs_capacity=_drop_neutral_factors(arcs[CAPACITY]),
        arcs_flow=arcs[FLOW],
        demand=_drop_neutral_factors(markets),
        line_cost=_drop_neutral_factors(lines[COST]),
        arc_cost=_drop_neutral_factors(arcs[COST]),
    )


def _keys(frame: pd.DataFrame, columns: list[str]) -> Iterator[Any]:
    """The rows of a frame as tuples of these columns."""
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def _multiply(factors: dict[Any, float], keys: Iterator[Any], factor: float) -> None:
    """One factor more on each of these."""
    for key in keys:
        factors[key] = factors.get(key, 1.0) * factor


def _drop_neutral_factors(factors: dict[Any, float]) -> dict[Any, float]:
    """Those that are not 1."""
    return {key: factor for key, factor in factors.items() if factor != 1.0}
