"""The best that can be done in a snapshot of a given plan: a linear program of its own, given to HiGHS as arrays.

It is put together from the instance, the sheets that say what the plan has decided, and the effects of one scenario in
one period; nothing of it comes from the model. What the snapshot does not touch, by the rows of the result, is left
out.
"""

from dataclasses import dataclass
from typing import Any

import highspy
import pandas as pd

from planner.audit.case import LINE, AuditedPlan
from planner.audit.demand import tabulate_service
from planner.audit.lanes import price_flows
from planner.audit.offers import reach
from planner.audit.options import in_service
from planner.audit.production import price_production
from planner.audit.projects import is_ready
from planner.audit.snapshots import list_affected_pools
from planner_models.instance import Instance
from tests.brute_force import _loaded
from tests.brute_force.program import Program
from tests.independent.reach import useful_arcs

_ARC = ["origin", "destination", "item", "mode"]

Pool = tuple[str, str]
"""Region and item."""


@dataclass(frozen=True)
class Effect:
    """One disruption: what it is about, what it changes, and by which factor."""

    kind: str
    target: str
    item: str
    effect: str
    factor: float

    def about(self, items: set[str]) -> bool:
        return self.kind == "item" or self.item == "*" or self.item in items


def effects(instance: Instance, scenario: str, period: str) -> tuple[float, list[Effect]]:
    """Months and effects of a scenario in a period."""
    rows = instance["disruptions"]
    rows = rows[(rows["scenario"] == scenario) & (rows["period"] == period)]
    for row in instance["scenarios"].to_dict("records"):
        if row["expand"] and scenario.startswith(f"{row['scenario']}: "):
            target, kind = scenario.removeprefix(f"{row['scenario']}: "), row["expand"].removeprefix("each_")
            return row["months"], [Effect(kind, target, row["item"], "capacity", row["factor"])]
    found = [Effect(*row) for row in rows[["kind", "target", "item", "effect", "factor"]].itertuples(index=False)]
    return float(rows["months"].iloc[0]), found


class Snapshot(Program):
    """The program of one snapshot; costs in money/year, sold by market. In `calm` nothing is hit."""

    def __init__(self, case: AuditedPlan, scenario: str, period: str, calm: bool = False) -> None:
        super().__init__(case.instance)
        self.case, self.period = case, period
        self.months, found = effects(case.instance, scenario, period)
        self.effects = [] if calm else found
        self.blocs = case.blocs.to_dict()
        self.makes: dict[str, set[str]] = {}
        self.recipes: dict[str, list[tuple[str, float]]] = {}
        for row in self.tables["recipes"]:
            self.recipes.setdefault(row["process"], []).append((row["item"], row["quantity"]))
            if row["quantity"] > 0:
                self.makes.setdefault(row["process"], set()).add(row["item"])
        self.frozen = self._frozen(scenario)
        self.inner: set[Pool] = set()
        self.base_cost = 0.0
        self.sold: dict[Pool, tuple[int, float, float]] = {}
        arcs = self._arcs()
        self.inner = {(arc["origin"], arc["item"]) for arc in arcs if arc["origin"] == arc["destination"]}
        self._ship(arcs)
        self._make()
        self._transit()
        self._sell()
        self._keep()
        self._deploy()
        self._throw_away()

    def _frozen(self, scenario: str) -> set[Pool]:
        """Pools in which something happens in the base, and that the snapshot does not touch."""
        mine = list_affected_pools(self.case)
        mine = mine[(mine["scenario"] == scenario) & (mine["period"] == self.period)]
        busy: set[Pool] = set()
        for row in self._base("production"):
            region = self.case.sites.at[row["site"], "region"]
            busy |= {(region, item) for item, _ in self.recipes.get(row["process"], [])}
        for row in self._base("flows"):
            busy |= {(row["origin"], row["item"]), (row["destination"], row["item"])}
        for sheet in ("demand", "stocks", "deployments"):
            busy |= {(row["region"], row["item"]) for row in self._base(sheet)}
        return busy - set(zip(mine["region"], mine["item"], strict=True))

    def _base(self, sheet: str) -> list[dict[str, Any]]:
        rows = self.case[sheet]
        return rows[rows["period"] == self.period].to_dict("records")

    def _side(self, side: str, pool: Pool) -> tuple[str, str, str]:
        """The row of a balance: what comes in less what goes out; use is on the delivered side where there is one."""
        return ("delivered" if side == "use" and pool in self.inner else "supply", *pool)

    def _factor(self, effect: str, hit: Any) -> float | None:
        """The product of the factors of all effects that hit; None where none does."""
        found = [each.factor for each in self.effects if each.effect == effect and hit(each)]
        product = 1.0
        for factor in found:
            product *= factor
        return product if found else None

    def _line_factor(self, effect: str, line: dict[str, Any]) -> float | None:
        makes = self.makes.get(line["process"], set())

        def hit(each: Effect) -> bool:
            if effect == "flow" and each.kind in ("region", "bloc", "item"):
                return False
            if each.kind == "item":
                return each.target in makes
            names = {"region": line["region"], "bloc": self.blocs[line["region"]], "process": line["process"]}
            names |= {"firm": line["firm"], "site": line["site"]}
            return names.get(each.kind) == each.target and each.about(makes)

        return self._factor(effect, hit)

    def _arc_factor(self, effect: str, arc: dict[str, Any]) -> float | None:
        ends = arc["origin"], arc["destination"]

        def hit(each: Effect) -> bool:
            if not each.about({arc["item"]}):
                return False
            if each.kind == "lane":
                return (*each.target.split("|"), arc["mode"])[:3] == (*ends, arc["mode"])
            if each.kind == "chokepoint":
                return each.target in [name.strip() for name in (arc["chokepoints"] or "").split(";")]
            if effect != "flow":
                return False
            if each.kind == "item":
                return arc["item"] == each.target
            if each.kind == "region":
                return ends[0] == each.target != ends[1]
            return each.kind == "bloc" and self.blocs[ends[0]] == each.target != self.blocs[ends[1]]

        return self._factor(effect, hit)

    def _market_factor(self, region: str, item: str) -> float:
        def hit(each: Effect) -> bool:
            if each.kind == "item":
                return each.target == item
            names = {"region": region, "market": region, "bloc": self.blocs[region]}
            return names.get(each.kind) == each.target and each.about({item})

        factor = self._factor("demand", hit)
        return 1.0 if factor is None else factor

    def _arcs(self) -> list[dict[str, Any]]:
        """Every arc that an item could usefully take in the period, as the plan has opened lanes."""
        keys = useful_arcs(self.case.instance)
        frame = pd.DataFrame(sorted(keys), columns=["origin", "destination", "item", "mode"])
        table = price_flows(self.case, frame.assign(period=self.period, cost=0.0).astype({"mode": object}))
        return table[~table["banned"].astype(bool)].to_dict("records")

    def _opened(self) -> set[tuple[str, ...]]:
        """Lane rows that something has taken by now in any course."""
        flows = price_flows(self.case, self.case.everything["flows"].drop(columns="scenario"))
        places = self.case.places(flows["period"], -1)
        flows = flows[(places <= self.case.periods.at[self.period, "place"]) & (flows["shipped"] > 1e-7)]
        return set(flows[["origin", "destination", "mode", "priced_by"]].itertuples(index=False, name=None))

    def _ship(self, arcs: list[dict[str, Any]]) -> None:
        base = {tuple(row[name] for name in _ARC): row["shipped"] for row in self._base("flows")}
        common = {
            (row["origin"], row["destination"], row["mode"]): row["capacity"]
            for row in self.tables["lanes"]
            if row["item"] == "*" and row["capacity"] is not None
        }
        opened, hits = self._opened(), {}
        for arc in arcs:
            lane = (arc["origin"], arc["destination"], arc["mode"])
            hits.setdefault(lane, set()).add(self._arc_factor("capacity", arc))
        alike = {lane: next(iter(hit)) for lane, hit in hits.items() if len(hit) == 1 and lane in common}
        for arc in arcs:
            lane = (arc["origin"], arc["destination"], arc["mode"])
            now, item = base.get(tuple(arc[name] for name in _ARC), 0.0), arc["item"]
            start, end = (arc["origin"], item), (arc["destination"], item)
            limit = common.get(lane)
            if limit is not None:
                row = ("shared", *lane)
                left = alike.get(lane)
                self.limits[row] = (-float("inf"), limit * (1.0 if left is None else left))
                self.rows[row]
            dearer = self._arc_factor("cost", arc)
            charge = arc["transport"] * (1.0 if dearer is None else dearer) + arc["transit"] + arc["due"]
            if {start, end} & self.frozen:
                if limit is not None:
                    self.put(("shared", *lane), self.column(0.0, now, now), 1.0)
                continue
            self.base_cost += now * (arc["transport"] + arc["transit"] + arc["due"])
            column = self.column(charge, self._most_shipped(arc, now, alike.get(lane)))
            if arc["opening_cost"] > 0 and (*lane, arc["priced_by"]) not in opened:
                self.upper[column] = 0.0
            self.put(self._side("make", start), column, -1.0)
            self.put(self._side("use", end), column, 1.0)
            if limit is not None:
                self.put(("shared", *lane), column, 1.0)

    def _most_shipped(self, arc: dict[str, Any], now: float, alike: float | None) -> float:
        """The bound of an arc by itself."""
        most = float("inf")
        left, flow = self._arc_factor("capacity", arc), self._arc_factor("flow", arc)
        if arc["priced_by"] != "*" and arc["capacity"] == arc["capacity"]:
            most = arc["capacity"] * (1.0 if left is None else left)
        elif left is not None and alike is None and left < 1.0:
            most = left * now
        return min(most, flow * now) if flow is not None else most

    def _make(self) -> None:
        case = self.case
        own = case.lines[case.lines["home"] == "yes"].reset_index()[LINE].assign(mode="own")
        reached = reach(case)
        reached = reached[(reached["period"] == self.period) & reached["usable"]]
        draws = pd.concat([own, reached[[*LINE, "mode"]]]).assign(period=self.period, scenario="base", made=1.0)
        rows = price_production(case, draws)
        ready = rows["requires"].isna() | is_ready(case, rows["requires"], rows["period"])
        rows = rows.assign(firm=rows["site"].map(case.sites["firm"]), ready=ready)
        base = {(row["site"], row["process"], row["mode"]): row["made"] for row in self._base("production")}
        for row in rows.to_dict("records"):
            now = base.pop((row["site"], row["process"], row["mode"]), 0.0)
            pools = [((row["region"], item), quantity) for item, quantity in self.recipes.get(row["process"], [])]
            if any(pool in self.frozen for pool, _ in pools):
                continue
            each = row["cost"] + row["margin"] + row["transaction"]
            self.base_cost += now * each
            dearer = self._line_factor("cost", row)
            column = self.column(each * (1.0 if dearer is None else dearer), self._most_made(row, now))
            for pool, quantity in pools:
                self.put(self._side("use" if quantity < 0 else "make", pool), column, quantity)
        assert not base, "the base makes what no draw allows"

    def _most_made(self, row: dict[str, Any], now: float) -> float:
        """The bound of a draw: its capacity in the plan as it is left, and its flow as that is left."""
        if not row["ready"]:
            return 0.0
        line = (row["site"], row["process"], self.period)
        floor = 0.0
        if row["mode"] == "own":
            sheet = self.case["capacity"].set_index([*LINE, "period"])["capacity"]
            usable = float(sheet.get(line, 0.0))
        else:
            terms = reach(self.case).set_index([*LINE, "mode", "period"]).loc[(*line[:2], row["mode"], self.period)]
            modules = in_service(self.case)
            modules = modules[(modules["site"] == line[0]) & (modules["process"] == line[1])]
            added = modules.loc[modules["period"] == self.period, "usable"].sum() if terms["controls"] == "yes" else 0.0
            usable, floor = terms["offtake_share"] * (self.case.declared[line] + added), terms["priority"]
        left, flow = self._line_factor("capacity", row), self._line_factor("flow", row)
        most = usable * (1.0 if left is None else max(left, floor))
        return min(most, max(flow, floor) * now) if flow is not None else most

    def _transit(self) -> None:
        """What has arrived, or comes from stock, may go on where a region has a lane to itself."""
        for pool in self.inner - self.frozen:
            column = self.column(0.0)
            self.put(self._side("use", pool), column, -1.0)
            self.put(("supply", *pool), column, 1.0)

    def _sell(self) -> None:
        profit = self.settings["objective"] == "profit"
        items = self.case.instance["items"].set_index("item")
        rows = tabulate_service(self.case)
        for row in rows[rows["period"] == self.period].to_dict("records"):
            pool = (row["region"], row["item"])
            price = row["asked"] if row["asked"] == row["asked"] else None
            value = items.at[row["item"], "value"]
            if pool in self.frozen:
                continue
            wanted = self._market_factor(*pool) * (row["sold"] if profit else row["wanted"])
            fine = 0.0 if profit else row["fine"] if row["fine"] == row["fine"] else 3.0 * value
            self.base_cost += -row["sold"] * price if profit else row["unserved"] * fine
            requires = items.at[row["item"], "requires"]
            ready = requires is None or is_ready(self.case, pd.Series([requires]), pd.Series([self.period])).iloc[0]
            sold = self.column(-price if profit else 0.0, wanted if ready else 0.0)
            missing = self.column(fine)
            self.put(self._side("use", pool), sold, -1.0)
            self.limits["market", *pool] = (wanted, wanted)
            self.put(("market", *pool), sold, 1.0)
            self.put(("market", *pool), missing, 1.0)
            self.sold[pool] = (sold, value if price is None else price, wanted)

    def _keep(self) -> None:
        """What is taken from stock, at most what there is as the window opens, and what is put in.

        A unit is worth the value of its item both ways; what is put in beyond what the base puts in is worth nothing.
        """
        held = {(row["region"], row["item"]): row for row in self._base("stocks")}
        values = self.case.instance["items"].set_index("item")["value"]
        periods = list(self.case.periods.index)
        place = periods.index(self.period)
        for row in self.tables["stocks"]:
            pool = (row["region"], row["item"])
            if pool in self.frozen:
                continue
            base = held.get(pool, {"held": 0.0, "added": 0.0, "released": 0.0})
            opening = max(float(row["initial"]), base["held"])
            if place:
                sheet = self.case["stocks"]
                before = sheet[(sheet["region"] == pool[0]) & (sheet["item"] == pool[1])]
                opening = float(before.loc[before["period"] == periods[place - 1], "held"].sum())
            side, value = self._side("use", pool), float(values[row["item"]])
            self.put(side, self.column(value, opening * 12.0 / self.months), 1.0)
            self.put(side, self.column(-value, base["added"]), -1.0)
            self.put(side, self.column(0.0), -1.0)
            self.base_cost += value * (base["released"] - base["added"])

    def _deploy(self) -> None:
        value = self.case.instance["items"].set_index("item")["value"]
        for row in self._base("deployments"):
            pool = (row["region"], row["item"])
            if pool not in self.frozen:
                late = 3.0 * value[row["item"]]
                column = self.column(-late, row["deployed"])
                self.put(self._side("use", pool), column, -1.0)
                self.base_cost -= late * row["deployed"]

    def _throw_away(self) -> None:
        loose = {row["item"] for row in self.tables["items"] if row["disposable"] == "yes"}
        for row in [row for row in self.rows if row[0] == "supply" and row[2] in loose]:
            self.put(row, self.column(0.0), -1.0)

    def best(self, served_value: float | None = None) -> float | None:
        """The least that it costs more than the base, in money/year; with so much value served where that is given."""
        self.limits["value"] = (-float("inf"), float("inf"))
        self.rows["value"].clear()
        if served_value is not None:
            self.limits["value"] = (served_value - 1e-7, served_value + 1e-7)
            for column, value, _ in self.sold.values():
                self.put("value", column, value)
        if not self.cost:
            return 0.0
        highs = _loaded(self)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return highs.getInfo().objective_function_value - self.base_cost
