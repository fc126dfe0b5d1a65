"""Origins: where the content of what markets are sold comes from, followed back from each market once more."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd

from planner.audit import Finding, same
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.production import price_base_production
from planner.audit.supply import tabulate_production
from planner_models.figures.mixing import INITIAL_STOCK
from planner_models.schema import TIERS

KEY = ["region", "item", "source_item", "source_region", "controller", "period"]
_ROUNDING = 1e-9
"""Shares below this are left out, and pools that have less than this of a source item, beside the richest pool."""

Pool = tuple[str, str]
Label = tuple[str, str]
"""Region and item of a pool; source region and controller of what is in it."""


class Mix(NamedTuple):
    """What is in a unit of each pool: by pool (rows) and label (columns)."""

    pools: list[Pool]
    labels: list[Label]
    shares: np.ndarray


Content = dict[str, Mix]
"""By source item."""


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `origins`; nothing where the result does not have it."""
    if "origins" not in case.tables:
        return []
    return [same("origins", sum_by_key(case["origins"], KEY, "share"), compute_origins(case))]


def compute_origins(case: AuditedPlan) -> pd.Series:
    """The shares of every source item in every good that is sold, by KEY."""
    items = case.instance["items"]
    sources = [*items.loc[items["tier"] == TIERS[0], "item"]]
    sold = case["demand"][case["demand"]["sold"] > 0]
    found: dict[tuple[str, ...], float] = {}
    content: Content = {}
    for period in case.periods.index:
        content = _contents(case, period, sources, content)
        markets = set(_pools_of(sold[sold["period"] == period]))
        for item, mix in content.items():
            for pool, shares in zip(mix.pools, _shares(mix.shares), strict=True):
                if pool in markets:
                    rows = zip(mix.labels, shares.tolist(), strict=True)
                    found |= {(*pool, item, *label, period): share for label, share in rows if share > 0}
    index = pd.MultiIndex.from_tuples(sorted(found), names=KEY)
    return pd.Series([found[key] for key in index], index=index, dtype=float)


def _pools_of(rows: pd.DataFrame, region: str = "region") -> list[Pool]:
    """The pool of each row."""
    return list(zip(rows[region], rows["item"], strict=True))


def _shares(mix: np.ndarray) -> np.ndarray:
    """Rows that add up to 1, or to 0, without what is rounding."""
    for _ in range(2):
        total = mix.sum(axis=1, keepdims=True)
        mix = np.divide(mix, total, out=np.zeros_like(mix), where=total > 0)
        mix = np.where(mix >= _ROUNDING, mix, 0.0)
    return mix


def _contents(case: AuditedPlan, period: str, sources: list[str], before: Content) -> Content:
    """What is in the pools of a period. `before` is the same of the period before, empty in the first.

    A unit of a pool is, in proportion, what is made there and what arrives. What is made holds itself, where it is a
    source item, and the content of what went into it, of which other goods made with it take their part by value.
    """
    fresh = tabulate_production(case)
    fresh = fresh[(fresh["period"] == period) & (fresh["amount"] > 0)]
    flows = case["flows"]
    flows = flows[(flows["period"] == period) & (flows["origin"] != flows["destination"]) & (flows["shipped"] > 0)]
    stocks = case["stocks"]
    stocked = _pools_of(stocks[(stocks["period"] == period) & (stocks["released"] > 0)])
    steps = _steps(case, fresh, period)
    moves = list(zip(_pools_of(flows, "origin"), _pools_of(flows, "destination"), flows["shipped"], strict=True))
    made = list(zip(_pools_of(fresh), fresh["amount"], strict=True))
    ends = [end for start, finish, _ in (*steps, *moves) for end in (start, finish)]
    earlier = next(iter(before.values())).pools if before else []
    places = {pool: place for place, pool in enumerate(dict.fromkeys([*_pools_of(fresh), *ends, *stocked, *earlier]))}
    inflow = np.zeros(len(places))
    for pool, amount in (*made, *((end, shipped) for _, end, shipped in moves)):
        inflow[places[pool]] += amount
    moved, processed = _links(moves, places, inflow), _links(steps, places, inflow)
    found: Content = {}
    for item in sources:
        known = _compute_known_shares(fresh[fresh["item"] == item], places, inflow)
        known = _carry_over_mix(item, known, inflow, stocked, before.get(item))
        ahead = np.where(np.array([pool[1] == item for pool in places], dtype=bool)[:, None], 0.0, processed)
        values = _solve(moved + ahead, known.shares)
        amounts = values.sum(axis=1, keepdims=True)
        values = np.where((amounts < _ROUNDING * amounts.max(initial=0.0)) | (values < 0), 0.0, values)
        found[item] = known._replace(shares=values)
    return found


def _steps(case: AuditedPlan, fresh: pd.DataFrame, period: str) -> list[tuple[Pool, Pool, float]]:
    """What each line puts of each thing it uses into each thing it makes: from pool, into pool, amount (item/year)."""
    value = case.instance["items"].set_index("item")["value"].to_dict()
    outputs: dict[tuple[str, str], dict[Pool, float]] = defaultdict(lambda: defaultdict(float))
    columns = [*LINE, "region", "item", "amount"]
    for site, process, region, item, amount in fresh[columns].itertuples(index=False, name=None):
        outputs[site, process][region, item] += amount
    inputs: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for process, item, quantity in case.at(period).instance["recipes"][["process", "item", "quantity"]].to_numpy():
        if quantity < 0:
            inputs[process].append((item, -quantity))
    rows = price_base_production(case)
    runs = sum_by_key(rows[rows["period"] == period], LINE, "made").to_dict()
    found = []
    for line, made in outputs.items():
        worth = {pool: amount * value[pool[1]] for pool, amount in made.items()}
        by_value = sum(worth.values()) > 0
        weight = worth if by_value else made
        total = sum(weight.values())
        for pool in made:
            taken = runs[line] * weight[pool] / total
            found += [((pool[0], used), pool, taken * quantity) for used, quantity in inputs[line[1]]]
    return found


def _links(moves: list[tuple[Pool, Pool, float]], places: dict[Pool, int], inflow: np.ndarray) -> np.ndarray:
    """How much of each pool (columns) is in a unit of each pool (rows) by these moves."""
    table = np.zeros((len(places), len(places)))
    for start, end, amount in moves:
        table[places[end], places[start]] += amount / inflow[places[end]]
    return table


def _compute_known_shares(fresh: pd.DataFrame, places: dict[Pool, int], inflow: np.ndarray) -> Mix:
    """The share of each pool that is the source item made there: by source region and controller."""
    labels = list(zip(fresh["region"], fresh["firm"], strict=True))
    columns = {label: column for column, label in enumerate(sorted(set(labels)))}
    amounts = np.zeros((len(places), len(columns)))
    for pool, label, amount in zip(_pools_of(fresh), labels, fresh["amount"], strict=True):
        amounts[places[pool], columns[label]] += amount
    into = inflow[:, None]
    return Mix(list(places), list(columns), np.divide(amounts, into, out=np.zeros_like(amounts), where=into > 0))


def _carry_over_mix(item: str, known: Mix, inflow: np.ndarray, stocked: list[Pool], before: Mix | None) -> Mix:
    """Pools that nothing comes into keep the mix they had; stock from the start was made by nobody known."""
    still = {pool for pool, into in zip(known.pools, inflow, strict=True) if into <= 0}
    earlier = Mix([], [], np.zeros((0, 0))) if before is None else before
    kept = {pool: mix for pool, mix in zip(earlier.pools, earlier.shares, strict=True) if pool in still and mix.any()}
    first = [pool for pool in stocked if pool[1] == item and pool in still and pool not in kept]
    labels = list(dict.fromkeys([*known.labels, *earlier.labels, *((region, INITIAL_STOCK) for region, _ in first)]))
    columns = {label: column for column, label in enumerate(labels)}
    shares = np.zeros((len(known.pools), len(labels)))
    shares[:, : len(known.labels)] = known.shares
    places = {pool: place for place, pool in enumerate(known.pools)}
    for pool, mix in kept.items():
        shares[places[pool], [columns[label] for label in earlier.labels]] = mix
    for pool in first:
        shares[places[pool], columns[pool[0], INITIAL_STOCK]] = 1.0
    return Mix(known.pools, labels, shares)


def _solve(links: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Content by pool; none in pools that no source leads to, such as those of flows that run in a circle."""
    led, grown = np.zeros(len(links), dtype=bool), np.abs(known).max(axis=1, initial=0.0) > 0
    while (led != grown).any():
        led, grown = grown, grown | (np.abs(links[:, grown]).max(axis=1, initial=0.0) > 0)
    content, inside = np.zeros_like(known), np.flatnonzero(led)
    content[inside] = np.linalg.solve(np.eye(len(inside)) - links[np.ix_(inside, inside)], known[inside])
    return content
