"""Disturbances: what flows in a snapshot keeps within what is left of every limit, and its balances close."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit import snapshots as course
from planner.audit.balance import INCOMING, OUTGOING, balances, tally
from planner.audit.capacity import KEY as LINE_PERIOD
from planner.audit.case import LINE, AuditedPlan, cache_table, levels, sum_by_key
from planner.audit.demand import MARKET, tabulate_service
from planner.audit.disruption_factors import ARC, arc_hits, factor, line_hits, market_hits
from planner.audit.lanes import LANE, is_used, price_flows, share_capacities
from planner.audit.offers import reach
from planner.audit.options import in_service
from planner.audit.production import price_production
from planner.audit.projects import is_ready
from planner.audit.returns import in_snapshots, must_be_taken_back
from planner.audit.scenarios import SNAPSHOT
from planner_models import frames

PLACE = [*SNAPSHOT, "item", "region"]
_WHERE = " in snapshots"


@cache_table
def tabulate_draws(case: AuditedPlan) -> pd.DataFrame:
    """The rows of `production` of touched lines in snapshots, as `priced`, with `cost_factor`."""
    rows = course.production(case)
    rows = price_production(case, rows[rows["touched"].astype(bool)])
    return rows.assign(cost_factor=factor(rows, line_hits(case), "cost", LINE).fillna(1.0))


@cache_table
def tabulate_flows(case: AuditedPlan) -> pd.DataFrame:
    """The rows of `flows` in snapshots, as `freighted`, with `cost_factor`."""
    rows = price_flows(case, course.flows(case))
    return rows.assign(cost_factor=factor(rows, arc_hits(case), "cost", ARC).fillna(1.0))


@cache_table
def tabulate_deployments(case: AuditedPlan) -> pd.DataFrame:
    """What snapshots put up of enablers: the rows of the base with `planned` and `deployed`, what is left for it.

    No sheet has it: it is what the balance of a place leaves, at most what the base puts up there. What comes back
    there after use is all taken back before less is put up.
    """
    rows = course.deployments(case).rename(columns={"deployed": "planned"})
    back = in_snapshots(case, course.snapshots(case))
    sums = tally(case, _sheets(case, rows.assign(deployed=0.0), back.assign(collected=back["returned"])), PLACE)
    over = sums[INCOMING].sum(axis=1) - sums[OUTGOING].sum(axis=1)
    over = over.reindex(pd.MultiIndex.from_frame(rows[PLACE]), fill_value=0.0).set_axis(rows.index)
    reached = over.clip(lower=0.0, upper=rows["planned"]).where(rows["touched"].astype(bool), rows["planned"])
    return rows.assign(deployed=reached.astype(float))


@cache_table
def tabulate_collected(case: AuditedPlan) -> pd.DataFrame:
    """What snapshots take back after use: the rows of the base with `collected`, what the balance of a place asks for.

    No sheet has it. It is at most what comes back in the base; of what must be taken back it is what the base does.
    """
    rows = in_snapshots(case, course.snapshots(case))
    free = course.is_touched(case, rows) & ~must_be_taken_back(case, rows["item"])
    without = rows.assign(collected=rows["collected"].where(~free, 0.0))
    sums = tally(case, _sheets(case, tabulate_deployments(case), without), PLACE)
    short = sums[OUTGOING].sum(axis=1) - sums[INCOMING].sum(axis=1)
    short = short.reindex(pd.MultiIndex.from_frame(rows[PLACE]), fill_value=0.0).set_axis(rows.index)
    asked = short.clip(lower=0.0, upper=rows["returned"])
    return rows.assign(collected=asked.where(pd.Series(free, index=rows.index), rows["collected"]).astype(float))


def _sheets(case: AuditedPlan, put_up: pd.DataFrame, back: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        "production": course.production(case),
        "flows": course.flows(case),
        "stocks": course.stocks(case),
        "demand": course.demand(case),
        "deployments": put_up,
        "returns": back,
    }


@cache_table
def tally_snapshots(case: AuditedPlan) -> pd.DataFrame:
    """By scenario, period, item and region what comes in and goes out: see `balance.tally`."""
    return tally(case, _sheets(case, tabulate_deployments(case), tabulate_collected(case)), PLACE)


def audit(case: AuditedPlan) -> list[Finding]:
    """The rows of all scenarios but the base; nothing where no scenario is asked for."""
    if not case.speaks_of("disruptions", "scenarios"):
        return []
    return [
        *balances(case, tally_snapshots(case), _WHERE),
        *_audit_lines(case),
        *_audit_lanes(case),
        *_stocks(case),
        *_audit_demand(case),
    ]


def _audit_lines(case: AuditedPlan) -> list[Finding]:
    """Capacity and flow of lines, never below the priority of the offer; offers in force, projects ready."""
    rows = tabulate_draws(case)
    floor = rows["priority"].fillna(0.0).astype(float)
    most = usable(case, rows)
    left = factor(rows, line_hits(case), "capacity", LINE)
    left = left.where(left > floor, floor).where(left.notna(), 1.0)
    flow = factor(rows, line_hits(case), "flow", LINE)
    flow = flow.where(flow > floor, floor).where(flow.notna(), float("inf"))
    key = [*LINE, "mode", "period"]
    base = sum_by_key(case["production"], key, "made").reindex(pd.MultiIndex.from_frame(rows[key]), fill_value=0.0)
    slowed = flow.notna() & (flow < float("inf"))
    waiting = rows[rows["requires"].notna()]
    allowed = waiting["made"].where(is_ready(case, waiting["requires"], waiting["period"]), 0.0)
    each = rows[["cost", "margin", "transaction"]].sum(axis=1) * rows["cost_factor"]
    return [
        same(f"unit cost of production{_WHERE}", rows["unit_cost"], each),
        at_most(f"made within what is left of capacity{_WHERE}", rows["made"], most * left, most),
        at_most(f"made within what is left of the flow{_WHERE}", rows["made"][slowed],
                (flow * base.to_numpy())[slowed]),
        at_most(f"nothing made below 0{_WHERE}", -rows["made"], 0.0 * rows["made"]),
        at_most(f"nothing made before its project is ready{_WHERE}", waiting["made"], allowed),
        never(f"own lines and offers that cover a line{_WHERE}", ~rows["known"]),
    ]  # fmt: skip


def usable(case: AuditedPlan, rows: pd.DataFrame) -> pd.Series:
    """By row: the capacity that it can draw on; of outside lines what its offer opens while in force and qualified."""
    own = sum_by_key(case["capacity"], LINE_PERIOD, "capacity")
    line = pd.MultiIndex.from_frame(rows[LINE_PERIOD])
    modules = sum_by_key(in_service(case), LINE_PERIOD, "usable").reindex(line, fill_value=0.0).to_numpy()
    terms = reach(case)[[*LINE, "mode", "period", "usable", "offtake_share"]]
    terms = rows[[*LINE, "mode", "period"]].merge(terms, how="left").set_axis(rows.index)
    built = pd.Series(modules, index=rows.index).where(rows["controls"] == "yes", 0.0)
    outside = terms["offtake_share"].fillna(0.0).astype(float) * (case.declared.reindex(line).to_numpy() + built)
    outside = outside.where(terms["usable"].eq(True), 0.0)
    capacity = pd.Series(own.reindex(line, fill_value=0.0).to_numpy(), index=rows.index)
    return capacity.where(rows["mode"] == "own", outside)


def _audit_lanes(case: AuditedPlan) -> list[Finding]:
    """Lanes, bans, and what is left of the capacity and the flow of each."""
    rows = tabulate_flows(case)
    key = [*ARC, "period"]
    base = sum_by_key(case["flows"], key, "shipped").reindex(pd.MultiIndex.from_frame(rows[key]), fill_value=0.0)
    base = base.set_axis(rows.index)
    left, flow = (factor(rows, arc_hits(case), effect, ARC) for effect in ("capacity", "flow"))
    own = rows["capacity"].astype(float).where(rows["priced_by"] != "*")
    sums = sum_by_key(rows, [*SNAPSHOT, *LANE], "shipped")
    shared, alike = _sum_shared_capacity(case, sums.index)
    together = alike.reindex(pd.MultiIndex.from_frame(rows[alike.index.names])).notna().to_numpy()
    alone = (left * base).where((left < 1.0) & ~together)
    most = (own * left.fillna(1.0)).where(own.notna(), alone).fillna(float("inf"))
    slowed = flow.notna()
    said = rows[rows["touched"].astype(bool)]
    paid = said["shipped"] * (said["transport"] * said["cost_factor"] + said["transit"])
    return [
        same(f"cost of flows{_WHERE}", said["cost"].astype(float), paid.astype(float)),
        same(f"duty of flows{_WHERE}", said["duty"].astype(float), (said["shipped"] * said["due"]).astype(float)),
        never(f"flows have lanes{_WHERE}", rows["priced_by"].isna()),
        never(f"no flow where a ban is in force{_WHERE}", rows["banned"] & is_used(rows)),
        at_most(f"flows within what is left of their lane{_WHERE}", rows["shipped"], most),
        at_most(f"flows within what is left of the flow{_WHERE}", rows["shipped"][slowed], (flow * base)[slowed]),
        at_most(f"flows within shared capacity{_WHERE}", sums, shared * alike.reindex(sums.index).fillna(1.0)),
        at_most(f"nothing shipped below 0{_WHERE}", -rows["shipped"], 0.0 * rows["shipped"]),
    ]


def _sum_shared_capacity(case: AuditedPlan, lanes: pd.Index) -> tuple[pd.Series, pd.Series]:
    """By snapshot and lane: the capacity that its items share, and the factor that hits all that flows there alike.

    Where not all that could flow is hit alike, what is hit is held to its part of the base: then this holds as well.
    """
    key = [*SNAPSHOT, *LANE]
    shared = share_capacities(case)
    capacity = shared.reindex(levels(lanes, [*LANE, "period"]), fill_value=float("inf")).set_axis(lanes)
    base = case["flows"].drop(columns="scenario").merge(course.snapshots(case)[SNAPSHOT], on="period")
    arcs = pd.concat([tabulate_flows(case)[[*SNAPSHOT, *ARC]], base[[*SNAPSHOT, *ARC]]]).drop_duplicates(
        ignore_index=True
    )
    arcs["left"] = factor(arcs, arc_hits(case), "capacity", ARC).fillna(1.0)
    lowest, highest = (arcs.groupby(key)["left"].agg(which) for which in ("min", "max"))
    alike = lowest[(lowest == highest) & (lowest != 1.0)]
    known = pd.MultiIndex.from_arrays([alike.index.get_level_values(name) for name in [*LANE, "period"]]).isin(
        shared.index
    )
    return capacity, alike[known]


def _stocks(case: AuditedPlan) -> list[Finding]:
    """What is put in and taken out is for each snapshot to say: over its months no more than there is as it opens.

    In the first period that is what there was at first and what the base has added, in a later one what the period
    before has left.
    """
    key = [*SNAPSHOT, "region", "item"]
    known = course.snapshots(case)
    base = sum_by_key(case["stocks"].drop(columns="scenario").merge(known, on="period"), key, "held")
    sheet = course.stocks(case).groupby(key)[["held", "added", "released"]].sum()
    index = sheet.index.union(base.index)
    sheet, base = sheet.reindex(index, fill_value=0.0), base.reindex(index, fill_value=0.0)
    months = known.set_index(SNAPSHOT)["months"].reindex(levels(index, SNAPSHOT), fill_value=0.0).set_axis(index)
    place = levels(index, ["region", "item", "period"])
    opening = sum_opening_stock(case).reindex(place, fill_value=0.0).set_axis(index)
    none = 0.0 * base
    return [
        same(f"stocks held{_WHERE}", sheet["held"], base),
        at_most(f"stocks put in{_WHERE}", -sheet["added"], none),
        at_most(f"stocks taken out{_WHERE}", -sheet["released"], none),
        at_most(f"stocks released within what is there{_WHERE}", sheet["released"] * months / 12.0, opening),
    ]


@cache_table
def sum_opening_stock(case: AuditedPlan) -> pd.Series:
    """By region, item and period: what there is when a disruption in the period begins, in item."""
    rows = case.instance["stocks"][["region", "item", "initial"]].merge(case.periods.reset_index(), how="cross")
    rows = rows.sort_values(["region", "item", "place"], ignore_index=True)
    key = ["region", "item", "period"]
    held = sum_by_key(case["stocks"], key, "held").reindex(pd.MultiIndex.from_frame(rows[key]), fill_value=0.0)
    rows["held"] = held.to_numpy()
    before = rows.groupby(["region", "item"])["held"].shift()
    first = rows[["initial", "held"]].astype(float).max(axis=1)
    return before.where(rows["place"] > 0, first).set_axis(pd.MultiIndex.from_frame(rows[key]))


@cache_table
def tabulate_demand(case: AuditedPlan) -> pd.DataFrame:
    """Every market in every snapshot: what it wants undisturbed, `before`, and `wanted`, with its price and penalty."""
    base = tabulate_service(case)[[*MARKET, "step", "wanted", "asked", "fine", "sold", "share", "taken"]].merge(
        course.snapshots(case), on="period"
    )
    profit = case.instance.settings["objective"] == "profit"
    before = base["sold"] if profit else base["wanted"]
    more = factor(base, market_hits(case), "demand", MARKET[:2]).fillna(1.0)
    return base.drop(columns="sold").assign(before=before, wanted=before * more)


def _audit_demand(case: AuditedPlan) -> list[Finding]:
    """What markets want in snapshots is sold or not served."""
    key = [*SNAPSHOT, "region", "item", "step"]
    rows = course.demand(case).set_index(key)
    expected = tabulate_demand(case).set_index(key)
    requires = case.instance["items"].set_index("item")["requires"]
    waiting = rows.assign(requires=rows.index.get_level_values("item").map(frames.entries(requires))).dropna(
        subset="requires"
    )
    ready = is_ready(case, waiting["requires"], waiting.index.get_level_values("period").to_series(waiting.index))
    some = rows["volume"] != 0
    steps = pd.Series(~rows.index.isin(expected.index), index=rows.index)
    return [
        never(f"steps are those of the base{_WHERE}", steps & rows["touched"].astype(bool)),
        same(f"wanted{_WHERE}", rows["volume"], expected["wanted"].fillna(0.0)),
        same(f"price of steps{_WHERE}", rows["price"][some], expected["asked"].reindex(rows.index)[some].fillna(0.0)),
        same(f"sold and unserved are what is wanted{_WHERE}", rows["sold"] + rows["unserved"], rows["volume"]),
        *_audit_shares(case, rows[rows["touched"].astype(bool)], expected["share"], expected["taken"]),
        at_most(f"nothing sold below 0{_WHERE}", -rows["sold"], 0.0 * rows["sold"]),
        at_most(f"nothing unserved below 0{_WHERE}", -rows["unserved"], 0.0 * rows["unserved"]),
        at_most(
            f"nothing sold before its project is ready{_WHERE}", waiting["sold"], waiting["sold"].where(ready, 0.0)
        ),
    ]


def _audit_shares(case: AuditedPlan, rows: pd.DataFrame, share: pd.Series, taken: pd.Series) -> list[Finding]:
    """Steps are offered as in the base, and the mean price is theirs; nothing where the sheet does not state it."""
    if not case.claims("demand", "mean_price"):
        return []
    market = [rows.index.get_level_values(name) for name in [*SNAPSHOT, "region", "item"]]
    paid, volume = (part.groupby(market).transform("sum") for part in (rows["volume"] * rows["price"], rows["volume"]))
    mean = (paid / volume.where(volume > 0)).fillna(0.0)
    return [
        same(f"supply of rivals{_WHERE}", rows["rivals"], taken.reindex(rows.index).fillna(0.0)),
        same(f"shares of steps are those of the base{_WHERE}", rows["share"], share.reindex(rows.index).fillna(0.0)),
        same(f"mean price of markets{_WHERE}", rows["mean_price"], mean),
    ]
