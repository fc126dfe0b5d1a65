"""Snapshots: what flows in each, from the rows of its scenario where it is touched, and of the base elsewhere.

A snapshot touches the flows that hang together, through balances and shared lanes, with something that it hits or has
rows of. Of those only what is not zero, or stops, has a row.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from planner.audit.case import LINE, AuditedPlan, cache_table, words
from planner.audit.disruption_factors import ARC, arc_hits, factor, line_hits, market_hits
from planner.audit.lanes import LANE, share_capacities
from planner.audit.offers import reach
from planner.audit.scenarios import SNAPSHOT, snapshots

POOL = [*SNAPSHOT, "region", "item"]
_SHARED = "shared lane"
NOISE = 1e-9
"""Differences that are rounding."""

Place = Callable[[AuditedPlan, pd.DataFrame], pd.DataFrame]


def _of_lines(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """By row of `production`: the pools that its recipe draws on and fills."""
    region = case.lines["region"].reindex(pd.MultiIndex.from_frame(rows[LINE])).to_numpy()
    places = rows[[*SNAPSHOT, "process"]].assign(region=region).reset_index(names="thing")
    return places.merge(case.instance["recipes"][["process", "item"]], on="process")[["thing", *POOL]]


def _of_arcs(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """By row of `flows`: the pools at both ends, and the lane where its capacity is shared."""
    ends = [rows.rename(columns={end: "region"})[POOL].reset_index(names="thing") for end in ("origin", "destination")]
    shared = rows[pd.MultiIndex.from_frame(rows[[*LANE, "period"]]).isin(share_capacities(case).index)]
    names = shared["origin"] + "|" + shared["destination"] + "|" + shared["mode"]
    return pd.concat([*ends, shared[SNAPSHOT].assign(region=names, item=_SHARED).reset_index(names="thing")])


def of_places(_: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """By row of a sheet with regions and items: the pool itself."""
    return rows[POOL].reset_index(names="thing")


_PLACES: dict[str, tuple[str, Place]] = {
    "production": ("made", _of_lines),
    "flows": ("shipped", _of_arcs),
    "demand": ("volume", of_places),
}
"""By sheet: the column that says how much, and the pools that a row hangs together with."""


@cache_table
def _in_base(case: AuditedPlan, sheet: str) -> pd.DataFrame:
    """The base rows of a sheet once for every snapshot of their period."""
    rows = case[sheet].drop(columns="scenario", errors="ignore")
    return rows.merge(snapshots(case)[SNAPSHOT], on="period")


@cache_table
def list_affected_pools(case: AuditedPlan) -> pd.DataFrame:
    """The pools that snapshots touch: scenario, period, region, item."""
    links, begun = [], []
    for sheet, (amount, place) in _PLACES.items():
        disturbed, base = case.disturbed(sheet), _in_base(case, sheet)
        rows = pd.concat([disturbed, base[base[amount] != 0]]).assign(thing=lambda frame: np.arange(len(frame)))
        start = rows["thing"] < len(disturbed)
        pools = place(case, rows.set_index("thing"))
        links.append(pools.assign(thing=sheet + pools["thing"].astype(str)))
        begun.append(pools[pools["thing"].isin(rows.loc[start | _find_hit_rows(case, sheet, rows), "thing"])])
    moved = _find_restocked(case)
    links.append(moved.assign(thing="stocks" + moved.index.astype(str)))
    table, first = pd.concat(links), pd.concat([*begun, moved])
    every = pd.MultiIndex.from_frame(table[POOL].drop_duplicates())
    node, thing = every.get_indexer(pd.MultiIndex.from_frame(table[POOL])), table["thing"].factorize()[0]
    part = _parts(node, thing, len(every))
    seeds = every.get_indexer(pd.MultiIndex.from_frame(first[POOL].drop_duplicates()))
    found = every[np.isin(part, part[seeds])].to_frame(index=False)
    return found[found["item"] != _SHARED].reset_index(drop=True)


def _find_restocked(case: AuditedPlan) -> pd.DataFrame:
    """The pools whose stock a snapshot changes otherwise than the base does."""
    key, figures = ["region", "item", "period"], ["added", "released"]
    rows = case.disturbed("stocks").reset_index(drop=True)
    base = case["stocks"].groupby(key)[figures].sum().reindex(pd.MultiIndex.from_frame(rows[key]), fill_value=0.0)
    differs = (rows[figures] - base.to_numpy()).abs().max(axis=1) > NOISE * rows[figures].max(axis=1)
    return rows.loc[differs, POOL]


def _find_hit_rows(case: AuditedPlan, sheet: str, rows: pd.DataFrame) -> pd.Series:
    """Which rows of a sheet an effect changes: by a factor that is not 1, or any on the flow."""
    hits, key = {
        "production": (line_hits, LINE),
        "flows": (arc_hits, ARC),
        "demand": (market_hits, ["region", "item"]),
    }[sheet]
    factors = {effect: factor(rows, hits(case), effect, key) for effect in ("capacity", "flow", "demand", "cost")}
    if sheet == "production":
        key = [*LINE, "mode", "period"]
        floor = reach(case).drop_duplicates(key).set_index(key)["priority"]
        floor = floor.reindex(pd.MultiIndex.from_frame(rows[key])).set_axis(rows.index).astype(float).fillna(0.0)
        factors["capacity"] = factors["capacity"].clip(lower=floor)
    changed = [values.notna() & ((values != 1.0) | (effect == "flow")) for effect, values in factors.items()]
    return pd.concat(changed, axis=1).any(axis=1)


def _parts(node: np.ndarray, thing: np.ndarray, count: int) -> np.ndarray:
    """By node: the least number among the nodes it hangs together with, over the things that share nodes."""
    part = np.arange(count)
    while len(node):
        least = np.full(thing.max() + 1, count)
        np.minimum.at(least, thing, part[node])
        lower = part.copy()
        np.minimum.at(lower, node, least[thing])
        if (lower == part).all():
            break
        part = lower
    return part


def is_touched(case: AuditedPlan, places: pd.DataFrame) -> np.ndarray:
    """By place (scenario, period, region, item): does a snapshot touch it."""
    return pd.MultiIndex.from_frame(places[POOL]).isin(pd.MultiIndex.from_frame(list_affected_pools(case)))


def _course(case: AuditedPlan, sheet: str, key: list[str], place: Place) -> pd.DataFrame:
    """The rows of a sheet in every snapshot, with `touched` (bool): from the base where it is not."""
    disturbed, base = case.disturbed(sheet), _in_base(case, sheet)
    pools = place(case, base).drop_duplicates("thing")
    apart = base.index.isin(pools.loc[~is_touched(case, pools), "thing"])
    said = pd.MultiIndex.from_frame(base[[*SNAPSHOT, *key]]).isin(
        pd.MultiIndex.from_frame(disturbed[[*SNAPSHOT, *key]])
    )
    parts = [disturbed.assign(touched=True), base[apart & ~said].assign(touched=False)]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


@cache_table
def production(case: AuditedPlan) -> pd.DataFrame:
    """What every line makes in every snapshot."""
    return _course(case, "production", [*LINE, "mode"], _of_lines)


@cache_table
def flows(case: AuditedPlan) -> pd.DataFrame:
    """What moves in every snapshot."""
    return _course(case, "flows", ARC, _of_arcs)


@cache_table
def demand(case: AuditedPlan) -> pd.DataFrame:
    """What markets want and get in every snapshot; under profit they want what the base sells."""
    rows = _course(case, "demand", ["region", "item"], of_places)
    rows = rows.assign(step=words(rows["step"]))
    if case.instance.settings["objective"] == "profit":
        apart = ~rows["touched"].astype(bool)
        rows.loc[apart, "volume"], rows.loc[apart, "unserved"] = rows.loc[apart, "sold"], 0.0
    return rows


@cache_table
def stocks(case: AuditedPlan) -> pd.DataFrame:
    """What is held, put in and taken out in every snapshot."""
    return _course(case, "stocks", ["region", "item"], of_places)


@cache_table
def deployments(case: AuditedPlan) -> pd.DataFrame:
    """What the base puts up of enablers in the period of every snapshot, and whether the snapshot touches it."""
    rows = _in_base(case, "deployments")
    return rows.assign(touched=is_touched(case, rows))


def repeat_base(case: AuditedPlan, sheet: str, place: Place | None = None) -> pd.DataFrame:
    """The base rows of a sheet in every snapshot that touches them."""
    rows = _in_base(case, sheet).reset_index(drop=True)
    where = place or _PLACES[sheet][1]
    pools = where(case, rows).drop_duplicates("thing")
    return rows[rows.index.isin(pools.loc[is_touched(case, pools), "thing"])]
