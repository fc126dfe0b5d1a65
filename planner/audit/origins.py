"""Origins: where the content of what markets are sold comes from, followed back from each market once more."""

import numpy as np
import pandas as pd

from planner.audit import Finding, same
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.production import price_base_production
from planner.audit.supply import tabulate_production
from planner_models.figures.mixing import INITIAL_STOCK
from planner_models.schema import TIERS

KEY = ["region", "item", "source_item", "source_region", "controller", "period"]
POOL = ["region", "item"]
_LABEL = ["source_region", "controller"]
_ROUNDING = 1e-9
"""Shares below this are left out, and pools that have less than this of a source item, beside the richest pool."""

Pool = tuple[str, str]
Content = dict[str, pd.DataFrame]
"""By source item: what is in a unit of each pool (rows), by region and controller (columns)."""


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `origins`; nothing where the result does not have it."""
    if "origins" not in case.tables:
        return []
    return [same("origins", sum_by_key(case["origins"], KEY, "share"), compute_origins(case))]


def compute_origins(case: AuditedPlan) -> pd.Series:
    """The shares of every source item in every good that is sold, by KEY."""
    sources = [*case.instance["items"].query("tier == @TIERS[0]", local_dict={"TIERS": TIERS})["item"]]
    sold = case["demand"][case["demand"]["sold"] > 0]
    parts: list[pd.DataFrame] = []
    content: Content = {}
    for period in case.periods.index:
        content = _contents(case, period, sources, content)
        markets = pd.MultiIndex.from_frame(sold.loc[sold["period"] == period, POOL])
        for item, mix in content.items():
            shares = _shares(mix.reindex(mix.index.intersection(markets)))
            rows = (
                pd.Series(shares.stack(_LABEL, future_stack=True))
                .rename("share")
                .rename_axis([*POOL, *_LABEL])
                .reset_index()
            )
            parts.append(rows[rows["share"] > 0].assign(source_item=item, period=period))
    table = pd.concat(parts) if parts else pd.DataFrame(columns=[*KEY, "share"])
    return sum_by_key(table.astype({"share": float}), KEY, "share")


def _shares(mix: pd.DataFrame) -> pd.DataFrame:
    """Rows that add up to 1, or to 0, without what is rounding."""
    for _ in range(2):
        total = mix.sum(axis=1)
        mix = mix.div(total.where(total > 0), axis=0).fillna(0.0)
        mix = mix.where(mix >= _ROUNDING, 0.0)
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
    stocked = stocks[(stocks["period"] == period) & (stocks["released"] > 0)]
    steps = _steps(case, fresh, period)
    pools = _pools(fresh, flows, steps, stocked, before)
    arrivals = sum_by_key(flows.rename(columns={"destination": "region"}), POOL, "shipped")
    inflow = sum_by_key(fresh, POOL, "amount").add(arrivals, fill_value=0.0).reindex(pools, fill_value=0.0)
    moved = _links(flows, pools, inflow, ("origin", "item"), ("destination", "item"), "shipped")
    processed = _links(steps, pools, inflow, ("region", "used"), ("region", "item"), "taken")
    found: Content = {}
    for item in sources:
        known = _compute_known_shares(fresh[fresh["item"] == item], pools, inflow)
        known = _carry_over_mix(item, known, inflow, stocked, before.get(item))
        ahead = np.where((pools.get_level_values("item") == item)[:, None], 0.0, processed)
        values = _solve(moved + ahead, known.to_numpy(float))
        amounts = values.sum(axis=1, keepdims=True)
        values = np.where((amounts < _ROUNDING * amounts.max(initial=0.0)) | (values < 0), 0.0, values)
        found[item] = pd.DataFrame(values, index=pools, columns=known.columns)
    return found


def _steps(case: AuditedPlan, fresh: pd.DataFrame, period: str) -> pd.DataFrame:
    """What each line puts of each thing it uses into each thing it makes: region, used, item, taken (item/year)."""
    value = case.instance["items"].set_index("item")["value"]
    outputs = fresh.groupby([*LINE, "region", "item"], as_index=False)["amount"].sum()
    outputs["worth"] = outputs["amount"] * outputs["item"].map(value)
    total = outputs.groupby(LINE)[["amount", "worth"]].transform("sum")
    part = (outputs["worth"] / total["worth"].where(total["worth"] > 0)).fillna(outputs["amount"] / total["amount"])
    recipes = case.instance["recipes"]
    inputs = recipes.loc[recipes["quantity"] < 0, ["process", "item", "quantity"]].rename(columns={"item": "used"})
    rows = price_base_production(case)
    runs = rows[rows["period"] == period].groupby(LINE, as_index=False)["made"].sum()
    steps = outputs.assign(part=part)[[*LINE, "region", "item", "part"]].merge(runs, on=LINE).merge(inputs)
    return steps.assign(taken=(-steps["part"] * steps["made"] * steps["quantity"]).astype(float))


def _pools(
    fresh: pd.DataFrame, flows: pd.DataFrame, steps: pd.DataFrame, stocked: pd.DataFrame, before: Content
) -> pd.MultiIndex:
    """Every pool that something comes into or leaves, in this period or before."""
    ends = [flows.rename(columns={end: "region"})[POOL] for end in ("origin", "destination")]
    used = steps[["region", "used"]].rename(columns={"used": "item"})
    earlier = [next(iter(before.values())).index.to_frame(index=False)] if before else []
    rows = pd.concat([fresh[POOL], used, stocked[POOL], *ends, *earlier]).drop_duplicates()
    return pd.MultiIndex.from_frame(rows.astype(object), names=POOL)


def _links(
    rows: pd.DataFrame, pools: pd.MultiIndex, inflow: pd.Series, start: Pool, end: Pool, amount: str
) -> np.ndarray:
    """How much of each pool (columns) is in a unit of each pool (rows) by these rows."""
    table = np.zeros((len(pools), len(pools)))
    into, out = (pools.get_indexer(pd.MultiIndex.from_frame(rows[list(names)])) for names in (end, start))
    np.add.at(table, (into, out), rows[amount].to_numpy(float) / inflow.to_numpy()[into])
    return table


def _compute_known_shares(fresh: pd.DataFrame, pools: pd.MultiIndex, inflow: pd.Series) -> pd.DataFrame:
    """The share of each pool that is the source item made there: by source region and controller."""
    rows = fresh.assign(source_region=fresh["region"], controller=fresh["firm"])
    sums = sum_by_key(rows.astype({"amount": float}), [*POOL, *_LABEL], "amount").unstack(_LABEL, fill_value=0)
    return sums.reindex(pools).div(inflow.where(inflow > 0), axis=0).fillna(0.0)


def _carry_over_mix(
    item: str, known: pd.DataFrame, inflow: pd.Series, stocked: pd.DataFrame, before: pd.DataFrame | None
) -> pd.DataFrame:
    """Pools that nothing comes into keep the mix they had; stock from the start was made by nobody known."""
    still = inflow.index[inflow <= 0]
    kept = pd.DataFrame(columns=known.columns) if before is None else before[before.gt(0).any(axis=1)]
    kept = kept.reindex(still.intersection(kept.index)) if len(kept) else kept
    first = pd.MultiIndex.from_frame(stocked.loc[stocked["item"] == item, POOL]).intersection(still)  # type: ignore[arg-type]  # an index of places too
    labels = [(region, INITIAL_STOCK) for region, _ in first if (region, item) not in kept.index]
    columns = list(dict.fromkeys([*known.columns, *kept.columns, *labels]))
    wide = known.reindex(columns=pd.MultiIndex.from_tuples(columns, names=_LABEL), fill_value=0.0)
    for pool in kept.index:
        wide.loc[[pool], kept.columns] = kept.loc[[pool]].to_numpy()
    for label in labels:
        wide.loc[[(label[0], item)], [label]] = 1.0
    return wide


def _solve(links: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Content by pool; none in pools that no source leads to, such as those of flows that run in a circle."""
    led, grown = np.zeros(len(links), dtype=bool), np.abs(known).max(axis=1, initial=0.0) > 0
    while (led != grown).any():
        led, grown = grown, grown | (np.abs(links[:, grown]).max(axis=1, initial=0.0) > 0)
    content, inside = np.zeros_like(known), np.flatnonzero(led)
    content[inside] = np.linalg.solve(np.eye(len(inside)) - links[np.ix_(inside, inside)], known[inside])
    return content
