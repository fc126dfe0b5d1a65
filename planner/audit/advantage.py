"""Advantage: the sheet `advantage`, found once more, from what becomes cheaper to what becomes so by it.

Which of several ways that cost the same the sheet takes is left open: parts have to add up to the cost.
"""

from collections import defaultdict, deque
from typing import Any

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.inherited import resolve_inheritance
from planner.audit.lanes import price_flows
from planner.audit.offers import tabulate_coverage
from planner.audit.options import tabulate_options
from planner.audit.production import price_production, tabulate_fixed_costs, unit_costs
from planner.audit.trade import compute_trade
from planner_models import frames

KEY = ["item", "region", "period"]
PARTS = ("labour", "skilled", "energy", "capital", "materials", "freight", "duty", "institution")
_FREIGHT, _DUTY = PARTS.index("freight"), PARTS.index("duty")

_NO_CHEAPER = 1e-12
"""What is cheaper by less than this share is no cheaper."""

Node = tuple[str, str, str]
"""State (made, come, there or leaves), item and region."""


def audit(case: AuditedPlan) -> list[Finding]:
    """Costs, their parts, ratios, and what trade reveals; nothing where there is no such sheet."""
    if "advantage" not in case.tables:
        return []
    sheet, due = case["advantage"].set_index(KEY), compute_advantage(case).set_index(KEY)
    best = due["cost"].groupby(level=["item", "period"]).transform("min")
    processes = case.instance["processes"].set_index("process")
    tiers = frames.entries(case.instance["items"].set_index("item")["tier"])
    facts = case["advantage"]
    recipes = case.instance["recipes"]
    ways = pd.MultiIndex.from_frame(recipes.loc[recipes["quantity"] > 0, ["process", "item"]])
    said = pd.MultiIndex.from_frame(facts[["process", "item"]])
    size = due["cost"]
    return [
        same("advantage: cost", sheet["cost"], due["cost"]),
        same("advantage: delivered", sheet["delivered"], due["delivered"]),
        same("advantage: ratio", sheet["ratio"], (due["cost"] / best.where(best > 0)).fillna(0.0)),
        same("advantage: parts add up", sheet[list(PARTS)].sum(axis=1), sheet["cost"]),
        at_most("no part of a cost is below 0", -sheet[list(PARTS)].min(axis=1), 0.0 * size, size),
        same("revealed advantage", sheet["rca"], _reveal(case).reindex(sheet.index).fillna(0.0)),
        never("tiers of advantage", facts["tier"] != facts["item"].map(tiers)),
        never("ways of making", pd.Series(~said.isin(ways))),
        never(
            "intensity of ways",
            facts["intensity"].fillna("") != facts["process"].map(processes["intensity"]).astype(object).fillna(""),
        ),
    ]


def compute_advantage(case: AuditedPlan) -> pd.DataFrame:
    """KEY, cost and delivered, in money/item (0 where it cannot be had), of every place where something can be made."""
    draws, legs = _draws(case), _legs(case)
    rows = []
    for period in case.periods.index:
        search = _CheapestChains(case.at(period), draws[draws["period"] == period], legs[legs["period"] == period])
        search.run()
        for (state, item, region), parts in search.known.items():
            if state == "made":
                had = search.known.get(("there", item, region), np.zeros(1))
                rows.append((item, region, period, parts.sum(), had.sum()))
    return pd.DataFrame(rows, columns=[*KEY, "cost", "delivered"])


def _draws(case: AuditedPlan) -> pd.DataFrame:
    """Each line that has or can get capacity, by mode and by period in which its site may be open, with PARTS."""
    options = tabulate_options(case)
    modules = (options["annuity"] + options["fixed_cost"]) / options["size"]
    newest = modules.groupby([options.index.get_level_values(name) for name in LINE]).min()
    lines = case.lines
    able = lines.index.isin(frames.drop_level(case.declared[case.declared > 0].index, "period")) | lines.index.isin(
        newest.index
    )
    rows = case.grid[pd.Series(able, index=lines.index).reindex(pd.MultiIndex.from_frame(case.grid[LINE])).to_numpy()]
    window = case.sites[["first", "last", "home", "status"]].reindex(rows["site"]).set_axis(rows.index)
    rows = rows[(rows["place"] >= window["first"]) & (rows["place"] <= window["last"])]
    home = case.sites["home"].reindex(rows["site"]).to_numpy() == "yes"
    offered = rows[~home].merge(tabulate_coverage(case)[[*LINE, "mode"]], on=LINE)
    every = pd.concat([rows[home].assign(mode="own"), offered], ignore_index=True)
    priced = price_production(case, every[[*LINE, "mode", "period"]].assign(made=1.0))
    place = pd.MultiIndex.from_frame(priced[[*LINE, "period"]])
    parts = unit_costs(case).reindex(place).set_axis(priced.index)
    line = lines.reindex(pd.MultiIndex.from_frame(priced[LINE])).set_axis(priced.index)
    fixed = pd.Series(tabulate_fixed_costs(case).reindex(place).to_numpy(), index=priced.index)
    flat = (fixed / (line["capacity"] * line["output"]).where(line["capacity"] > 0)).fillna(0.0)
    built = pd.Series(newest.reindex(pd.MultiIndex.from_frame(priced[LINE])).to_numpy(), index=priced.index)
    built = built.fillna(flat).where(line["home"] == "yes")
    return priced.assign(
        labour=parts["labour"],
        skilled=parts["skilled labour"],
        energy=parts["energy"],
        capital=built.fillna(parts["line fixed cost"]),
        materials=parts[["other", "royalty", "unit cost"]].sum(axis=1),
        freight=0.0,
        duty=0.0,
        institution=priced["margin"] + priced["transaction"],
    )[["process", "region", "period", *PARTS]]


def _legs(case: AuditedPlan) -> pd.DataFrame:
    """Every item on every lane in every period in which that is not banned: transport, transit and due in money."""
    lanes = resolve_inheritance(case, "lanes")[["origin", "destination", "item", "mode"]]
    general = lanes[lanes["item"] == "*"].drop(columns="item").merge(case.instance["items"][["item"]], how="cross")
    every = pd.concat([lanes[lanes["item"] != "*"], general]).drop_duplicates()
    every = every.merge(case.periods.reset_index()[["period"]], how="cross")
    priced = price_flows(case, every.assign(shipped=1.0, cost=0.0, duty=0.0))
    return priced[~priced["banned"].astype(bool)]


class _CheapestChains:
    """Known so far of each place, with PARTS: what is made there, has come, is there to be used, and can leave."""

    def __init__(self, case: AuditedPlan, draws: pd.DataFrame, legs: pd.DataFrame) -> None:
        self.known: dict[Node, np.ndarray] = {}
        self.queue: deque[Node] = deque()
        self.recipes: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in frames.rows(case.instance["recipes"]):
            self.recipes[row["process"]].append((row["item"], row["quantity"]))
        self.value = frames.entries(case.instance["items"].set_index("item")["value"])
        self.ways = frames.rows(draws)
        self.users: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.away: dict[tuple[str, str], list[tuple[str, np.ndarray]]] = defaultdict(list)
        for way in self.ways:
            for item, quantity in self.recipes[way["process"]]:
                if quantity < 0:
                    self.users[item, way["region"]].append(way)
        for leg in frames.rows(legs[["item", "origin", "destination", "transport", "transit", "due"]]):
            paid = np.zeros(len(PARTS))
            paid[_FREIGHT], paid[_DUTY] = leg["transport"] + leg["transit"], leg["due"]
            self.away[leg["item"], leg["origin"]].append((leg["destination"], paid))
        self.own_lane = {place for place, ends in self.away.items() if any(there == place[1] for there, _ in ends)}

    def run(self) -> None:
        """Go on from whatever has become cheaper until nothing does."""
        for way in self.ways:
            self.make(way)
        while self.queue:
            state, item, region = self.queue.popleft()
            parts = self.known[state, item, region]
            if state in ("made", "come"):
                self.improve(("leaves", item, region), parts)
                if state == "come" or (item, region) not in self.own_lane:
                    self.improve(("there", item, region), parts)
            elif state == "there":
                for way in self.users[item, region]:
                    self.make(way)
            else:
                for there, paid in self.away[item, region]:
                    self.improve(("come", item, there), parts + paid)

    def improve(self, node: Node, parts: np.ndarray) -> None:
        """Note what is cheaper than what is known, and that others may become so by it."""
        if node not in self.known or parts.sum() < self.known[node].sum() * (1.0 - _NO_CHEAPER):
            self.known[node] = parts
            self.queue.append(node)

    def make(self, way: dict[str, Any]) -> None:
        """What a line makes, once all that goes into it can be had; things made together share by value."""
        region, recipe = way["region"], self.recipes[way["process"]]
        total = np.array([way[part] for part in PARTS])
        for item, quantity in recipe:
            if quantity < 0:
                if ("there", item, region) not in self.known:
                    return
                total = total - quantity * self.known["there", item, region]
        made = [(item, quantity) for item, quantity in recipe if quantity > 0]
        counts = {item: self.value[item] for item, _ in made}
        if not all(count > 0 for count in counts.values()):
            counts = dict.fromkeys(counts, 1.0)
        whole = sum(quantity * counts[item] for item, quantity in made)
        for item, _ in made:
            self.improve(("made", item, region), total * (counts[item] / whole))


def _reveal(case: AuditedPlan) -> pd.Series:
    """(value exported of the item by the region / by the region at all) / (of the item by all / of all by all)."""
    value = case.instance["items"].set_index("item")["value"]
    rows = compute_trade(case)
    rows = rows[rows["origin"] != rows["destination"]]
    rows = rows.assign(worth=(rows["quantity"] * rows["item"].map(frames.entries(value))).astype(float))
    rows = rows[rows["worth"] > 0].rename(columns={"origin": "region"})
    sums = sum_by_key(rows, KEY, "worth")
    parts = {
        name: sum_by_key(rows, key, "worth").reindex(
            pd.MultiIndex.from_frame(sums.reset_index()[key]) if len(key) > 1 else sums.reset_index()[key[0]]
        )
        for name, key in (("region", ["region", "period"]), ("item", ["item", "period"]), ("all", ["period"]))
    }
    return sums * parts["all"].to_numpy() / (parts["region"].to_numpy() * parts["item"].to_numpy())
