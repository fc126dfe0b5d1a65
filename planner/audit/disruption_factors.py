"""Hits: by which factors the effects of a scenario multiply the limits and costs of lines, flows and markets."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from planner.audit.case import LINE, AuditedPlan, cache_table
from planner.audit.demand import MARKET
from planner.audit.lanes import price_flows
from planner.audit.scenarios import SNAPSHOT, effects, split_chokepoints

ARC = ["origin", "destination", "item", "mode"]
_LINES, _FLOWS, _MARKETS = "lines", "flows", "markets"
_TOUCHED = {
    "capacity": dict.fromkeys(("region", "bloc", "firm", "site", "process", "item"), _LINES)
    | dict.fromkeys(("lane", "chokepoint"), _FLOWS),
    "flow": dict.fromkeys(("firm", "site", "process"), _LINES)
    | dict.fromkeys(("region", "bloc", "item", "lane", "chokepoint"), _FLOWS),
    "demand": dict.fromkeys(("region", "bloc", "item", "market"), _MARKETS),
    "cost": dict.fromkeys(("region", "bloc", "firm", "site", "process", "item"), _LINES)
    | dict.fromkeys(("lane", "chokepoint"), _FLOWS),
}
"""By effect and kind of target: what its factor multiplies."""


@cache_table
def line_hits(case: AuditedPlan) -> pd.DataFrame:
    """scenario, period, site, process, effect, factor: the product of all factors of an effect on a line."""
    lines = case.lines.reset_index()[[*LINE, "region", "firm"]]
    lines["bloc"] = lines["region"].map(case.blocs)
    recipes = case.instance["recipes"]
    makers = recipes[recipes["quantity"] > 0].groupby("item")["process"].agg(set).to_dict()

    def meant(effect: pd.Series) -> pd.Series:
        if effect["kind"] == "item":
            return lines["process"].isin(makers.get(effect["target"], ()))
        return lines[effect["kind"]] == effect["target"]

    def chosen(effect: pd.Series) -> pd.DataFrame:
        every = effect["item"] == "*" or effect["kind"] == "item"
        return lines.loc[meant(effect) & (every | lines["process"].isin(makers.get(effect["item"], ()))), LINE]

    return _product(_of(case, _LINES), chosen, LINE)


@cache_table
def arc_hits(case: AuditedPlan) -> pd.DataFrame:
    """scenario, period, origin, destination, item, mode, effect, factor, for what moves in any course."""
    flows = pd.concat([case["flows"], case.disturbed("flows")])
    arcs = price_flows(case, flows.drop_duplicates(ARC).drop(columns="scenario"))
    arcs["through"] = arcs["chokepoints"].map(split_chokepoints)

    def chosen(effect: pd.Series) -> pd.DataFrame:
        carried = (effect["item"] == "*") | (effect["kind"] == "item") | (arcs["item"] == effect["item"])
        return arcs.loc[carried & _on(case, arcs, effect), ARC]

    return _product(_of(case, _FLOWS), chosen, ARC)


def _on(case: AuditedPlan, arcs: pd.DataFrame, effect: pd.Series) -> pd.Series:
    """Which arcs an effect is about: those that leave a region or bloc, carry an item, or use a lane or chokepoint."""
    kind, target = effect["kind"], effect["target"]
    if kind == "lane":
        parts = target.split("|")
        on = (arcs["origin"] == parts[0]) & (arcs["destination"] == parts[1])
        return on & (arcs["mode"] == parts[2]) if len(parts) > 2 else on
    if kind == "chokepoint":
        return arcs["through"].map(lambda names: target in names).astype(bool)
    if kind == "item":
        return arcs["item"] == target
    start, end = arcs["origin"], arcs["destination"]
    if kind == "bloc":
        start, end = start.map(case.blocs), end.map(case.blocs)
    return (start == target) & (end != target)


@cache_table
def market_hits(case: AuditedPlan) -> pd.DataFrame:
    """scenario, period, region, item, effect, factor: what multiplies what a market wants."""
    markets = case.instance["demand"][MARKET[:2]].drop_duplicates().reset_index(drop=True)
    places = markets.assign(bloc=markets["region"].map(case.blocs), market=markets["region"])

    def chosen(effect: pd.Series) -> pd.DataFrame:
        wanted = (effect["item"] == "*") | (effect["kind"] == "item") | (markets["item"] == effect["item"])
        return markets[wanted & (places[effect["kind"]] == effect["target"])]

    return _product(_of(case, _MARKETS), chosen, MARKET[:2])


def _of(case: AuditedPlan, what: str) -> pd.DataFrame:
    """The effects on lines, on flows or on markets."""
    rows = effects(case)
    about = (_TOUCHED[effect].get(kind) == what for effect, kind in zip(rows["effect"], rows["kind"], strict=True))
    return rows[np.fromiter(about, bool)]


def _product(rows: pd.DataFrame, chosen: Callable[[pd.Series], pd.DataFrame], key: Iterable[str]) -> pd.DataFrame:
    """The product of the factors of all effects on each thing they are about."""
    key = [*SNAPSHOT, *key, "effect"]
    parts = [
        chosen(effect).assign(**{name: effect[name] for name in (*SNAPSHOT, "effect", "factor")})
        for _, effect in rows.iterrows()
    ]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=[*key, "factor"])
    return table.groupby(key, as_index=False)[["factor"]].prod()


def factor(rows: pd.DataFrame, hits: pd.DataFrame, effect: str, key: list[str]) -> pd.Series:
    """By row: the factor of an effect on it; missing where nothing hits it."""
    key = [*SNAPSHOT, *key]
    found = hits[hits["effect"] == effect].set_index(key)["factor"]
    if found.empty:
        return pd.Series(np.nan, index=rows.index, dtype=float)
    return found.reindex(pd.MultiIndex.from_frame(rows[key])).set_axis(rows.index).astype(float)
