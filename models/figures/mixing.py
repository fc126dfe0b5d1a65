"""Mixing: what is in one unit of every pool of a plan, and so in what markets are sold, back to where it was made."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

INITIAL_STOCK = "initial stock"
"""Controller of a source item that was there before the first period."""

NEGLIGIBLE = 1e-9
"""Shares below this are rounding and left out."""


@dataclass(frozen=True)
class Period:
    """What happens in one period: rows of what is made, used, shipped between regions, and released from stock."""

    made: pd.DataFrame
    used: pd.DataFrame
    flows: pd.DataFrame
    released: pd.DataFrame


def mixes(
    now: Period, value: pd.Series, sources: set[str], again: set[str], before: pd.DataFrame | None
) -> pd.DataFrame:
    """The content of one unit of every pool: rows (region, item), columns (source item, source region, controller).

    With T what comes into pool n, its content c satisfies T c[n] = content of what is made there + sum of shipped x
    c[pool of origin]; see `trace.origins` for what is made.
    """
    pools = _pools(now, before)
    made = now.made.assign(pool=_at(pools, now.made["region"], now.made["item"]))
    arrivals = _at(pools, now.flows["destination"], now.flows["item"])
    inflow = np.zeros(len(pools))
    np.add.at(inflow, made["pool"].to_numpy(int), made["amount"].to_numpy(float))
    np.add.at(inflow, arrivals, now.flows["shipped"].to_numpy(float))
    share = np.divide(1.0, inflow, out=np.zeros_like(inflow), where=inflow > 0)
    moved = np.zeros((len(pools), len(pools)))
    departures = _at(pools, now.flows["origin"], now.flows["item"])
    np.add.at(moved, (arrivals, departures), now.flows["shipped"].to_numpy(float) * share[arrivals])
    processed = np.zeros_like(moved)
    target, source, amount = _into_products(made, now.used, pools, value)
    np.add.at(processed, (target, source), amount * share[target])
    fresh = _fresh(made, pools, share, sources)
    lasting = pd.MultiIndex.from_tuples(pools[np.flatnonzero(inflow <= 0)], names=pools.names)
    fresh = _from_stock(fresh, now.released, lasting, sources, before)
    kind = fresh.columns.get_level_values("source_item")
    known, content = fresh.to_numpy(), np.zeros(fresh.shape)
    simple = ~kind.isin(list(again))
    content[:, simple] = _solve_mixing(moved + processed, known[:, simple])
    for item in sorted(set(kind[~simple])):
        last_made = (pools.get_level_values("item") == item)[:, None]
        content[:, kind == item] = _solve_mixing(moved + np.where(last_made, 0.0, processed), known[:, kind == item])
    return pd.DataFrame(_without_traces(content, kind), index=pools, columns=fresh.columns)


def _without_traces(content: np.ndarray, kind: pd.Index) -> np.ndarray:
    """The content without source items of which a pool has next to nothing, beside what other pools have of them.

    A market whose cars hold a billionth of the nickel of others holds none: where that would be from is no figure.
    """
    number, names = kind.factorize()
    total = np.zeros((len(content), len(names)))
    np.add.at(total.T, number, content.T)
    traces = total < NEGLIGIBLE * total.max(axis=0, initial=0.0)
    return np.where(traces[:, number], 0.0, content)


def _pools(now: Period, before: pd.DataFrame | None) -> pd.MultiIndex:
    """Every (region, item) that something comes into or leaves, in this or an earlier period."""
    ends = [now.flows.rename(columns={end: "region"})[["region", "item"]] for end in ("origin", "destination")]
    frames = [now.made[["region", "item"]], now.used[["region", "item"]], now.released[["region", "item"]], *ends]
    frames += [] if before is None else [before.index.to_frame(index=False)]
    places = pd.concat(frames).drop_duplicates().sort_values(["region", "item"])
    return pd.MultiIndex.from_frame(places.astype(object))


def _at(pools: pd.MultiIndex, regions: pd.Series, items: pd.Series) -> np.ndarray:
    return pools.get_indexer(pd.MultiIndex.from_arrays([regions, items]))


def _into_products(
    made: pd.DataFrame, used: pd.DataFrame, pools: pd.MultiIndex, value: pd.Series
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What of each input pool goes into each product pool: positions of both, and item/year of the input."""
    line = ["site", "process"]
    worth = made["amount"] * made["item"].map(value)
    lines = [made[name] for name in line]
    total = worth.groupby(lines).transform("sum")
    valued = made["item"].map(value).gt(0).groupby(lines).transform("all")
    amounts = made["amount"].groupby(lines).transform("sum")
    part = (worth / total.where(valued & (total > 0))).fillna(made["amount"] / amounts)
    inputs = used[used["site"].notna()]
    inputs = inputs.assign(source=_at(pools, inputs["region"], inputs["item"]))
    steps = made.assign(part=part)[[*line, "pool", "part"]].merge(inputs[[*line, "source", "amount"]], on=line)
    amount = steps["amount"] * steps["part"]
    return steps["pool"].to_numpy(int), steps["source"].to_numpy(int), amount.to_numpy(float)


def _fresh(made: pd.DataFrame, pools: pd.MultiIndex, share: np.ndarray, sources: set[str]) -> pd.DataFrame:
    """The share of each pool's inflow that is a source item made there, by region and controller."""
    rows = made[made["item"].isin(sources)]
    labels = pd.MultiIndex.from_frame(
        rows[["item", "region", "firm"]].astype(object), names=["source_item", "source_region", "controller"]
    )
    columns = labels.unique().sort_values()
    fresh = np.zeros((len(pools), len(columns)))
    pool = rows["pool"].to_numpy(int)
    np.add.at(fresh, (pool, columns.get_indexer(labels)), rows["amount"].to_numpy(float) * share[pool])
    return pd.DataFrame(fresh, index=pools, columns=columns)


def _from_stock(
    fresh: pd.DataFrame,
    released: pd.DataFrame,
    lasting: pd.MultiIndex,
    sources: set[str],
    before: pd.DataFrame | None,
) -> pd.DataFrame:
    """`fresh` with the content of `lasting` pools, which nothing comes into: their last mix, or the initial stock."""
    stocked = pd.MultiIndex.from_frame(released[["region", "item"]].astype(object))
    known = lasting[:0] if before is None else lasting[lasting.isin(before[before.gt(0).any(axis=1)].index)]
    unknown = lasting[lasting.isin(stocked) & ~lasting.isin(known)]
    labels = {(item, region, INITIAL_STOCK): (region, item) for region, item in unknown if item in sources}
    earlier = [] if before is None else list(before.columns)
    columns = sorted({*fresh.columns, *earlier, *labels})
    names = fresh.columns.names
    wide = fresh.reindex(columns=pd.MultiIndex.from_tuples(columns, names=names), fill_value=0.0)
    values = wide.to_numpy(copy=True)
    if before is not None:
        places = np.ix_(wide.index.get_indexer(known), wide.columns.get_indexer(before.columns))
        values[places] = before.reindex(known).to_numpy()
    for label, pool in labels.items():
        values[wide.index.get_loc(pool), wide.columns.get_loc(label)] = 1.0
    return pd.DataFrame(values, index=wide.index, columns=wide.columns)


def _solve_mixing(into: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """c with c = into @ c + fresh; of flows that run in a circle without any source c is 0.

    Pools are taken in the order in which content reaches them; equations are left for those in or behind a circle.
    """
    content, left = fresh.copy(), np.arange(len(into))
    target, source = np.nonzero(into)
    part = into[target, source]
    while len(left):
        waiting = np.isin(left, target)
        if waiting.all():
            fed = left[_find_fed(into[np.ix_(left, left)], content[left])]
            content[fed] = np.linalg.solve(np.eye(len(fed)) - into[np.ix_(fed, fed)], content[fed])
            break
        left = left[waiting]
        led = ~np.isin(source, left)
        np.add.at(content, target[led], part[led, None] * content[source[led]])
        target, source, part = target[~led], source[~led], part[~led]
    return content


def _find_fed(into: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Which pools some source reaches. Without the others, which only feed each other, the equations can be solved."""
    fed = fresh.max(axis=1, initial=0.0) > 0
    count = -1
    while count != fed.sum():
        count = fed.sum()
        fed |= into[:, fed].max(axis=1, initial=0.0) > 0
    return fed


def shares(content: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """Content of what is sold in each market as shares by source item: region, item, source and controller, share."""
    market = pd.MultiIndex.from_frame(sold[["region", "item"]].astype(object)).unique()
    mix = content.reindex(market, fill_value=0.0).to_numpy()
    source = content.columns.get_level_values("source_item").factorize()[0]
    for _ in range(2):  # once to know which shares are rounding, once without those
        total = np.zeros((len(market), source.max(initial=-1) + 1))
        np.add.at(total.T, source, mix.T)
        mix = np.divide(mix, total[:, source], out=np.zeros_like(mix), where=total[:, source] > 0)
        mix[mix < NEGLIGIBLE] = 0.0
    row, column = np.nonzero(mix)
    frame = pd.concat([market[row].to_frame(index=False), content.columns[column].to_frame(index=False)], axis=1)
    return frame.assign(share=mix[row, column])
