"""Lanes: every flow has a lane, is not banned, keeps within capacity, and pays freight, transit and duty."""

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import HOURS_AND_ENERGY, AuditedPlan, cache_table, levels
from planner.audit.embodied import charge_border
from planner.audit.inherited import resolve_inheritance
from planner.audit.policies import sum_added_duties
from planner_models import frames
from planner_models.schema import TIERS

EARTH_RADIUS = 6371.0
DETOUR = 1.3
USED = 1e-8
"""A flow above this share of the largest of its item opens a lane; below it is rounding."""

LANE = ["origin", "destination", "mode"]


@cache_table
def price_base_flows(case: AuditedPlan) -> pd.DataFrame:
    """What moves in the base; see `freighted`."""
    return price_flows(case, case["flows"].drop(columns="scenario"))


def price_flows(case: AuditedPlan, flows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `flows` with their lane: priced_by (its item, `*` or a name; None where there is no lane).

    Adds capacity and opening_cost of that row, opened_as (the item cell of the row that is opened for it), transport,
    transit and due in money/item, banned, and what is asked at borders for carbon (see `charge_border`): what goods
    embody by default does not vary by period.
    """
    parts = [_price_flows(view, flows[flows["period"].isin(periods)]) for view, periods in case.views]
    return charge_border(case, pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True))


def _price_flows(case: AuditedPlan, flows: pd.DataFrame) -> pd.DataFrame:
    """Rows of flows at the figures of their period."""
    flows = flows.reset_index(drop=True)
    facts = _tabulate_lanes(case).drop(columns=[*LANE, "item"]).reindex(_find_lanes(case, flows)).set_axis(flows.index)
    both = facts.columns.intersection(flows.columns)
    rows = pd.concat([flows, facts.rename(columns={name: f"{name}_lane" for name in both})], axis=1)
    items = case.instance["items"].set_index("item")
    rows["transport"] = rows["cost_lane"] + rows["cost_per_tkm"] * rows["km"] * rows["item"].map(items["mass"]) / (
        HOURS_AND_ENERGY
    )
    value = rows["item"].map(items["value"])
    rows["transit"] = value * case.instance.settings["discount_rate"] * rows["lead_days"] / 365
    rate, rows["banned"] = _duties(case, rows)
    return rows.assign(due=(rate + sum_added_duties(case, rows)) * value)


@cache_table
def _tabulate_lanes(case: AuditedPlan) -> pd.DataFrame:
    """The rows of lanes as they count, numbered from 0, with `km` and `priced_by`, their item cell."""
    lanes = resolve_inheritance(case, "lanes").drop(columns="beside")
    km = lanes["distance"].fillna(_distance(case, lanes)).fillna(0.0)
    return lanes.assign(km=km, priced_by=lanes["item"]).reset_index(drop=True)


@cache_table
def _number_lanes(case: AuditedPlan) -> dict[tuple[str, ...], int]:
    """The number of each row of lanes, by LANE and item cell."""
    lanes = _tabulate_lanes(case)
    return {key: number for number, key in enumerate(zip(*(lanes[name] for name in [*LANE, "item"]), strict=True))}


def _find_lanes(case: AuditedPlan, flows: pd.DataFrame) -> list[int]:
    """By flow: the number of the row of lanes that prices it, the one of its item before that of all; -1 for none."""
    rows = _number_lanes(case)
    lanes = list(zip(*(flows[name] for name in LANE), strict=True))
    return [
        rows.get((*lane, item), rows.get((*lane, "*"), -1)) for lane, item in zip(lanes, flows["item"], strict=True)
    ]


def _distance(case: AuditedPlan, lanes: pd.DataFrame) -> pd.Series:
    """Great circle (haversine) between the regions x 1.3, in km."""
    regions = np.radians(case.instance["regions"].set_index("region")[["latitude", "longitude"]].astype(float))
    start, end = (pd.DataFrame(regions).reindex(lanes[side]).to_numpy() for side in ("origin", "destination"))
    chord = np.sin((end - start) / 2) ** 2
    share = chord[:, 0] + np.cos(start[:, 0]) * np.cos(end[:, 0]) * chord[:, 1]
    return pd.Series(2 * EARTH_RADIUS * DETOUR * np.arcsin(np.sqrt(share)), index=lanes.index)


def _duties(case: AuditedPlan, flows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The sum of the rates in force on each flow, and whether it is banned."""
    duties = case.instance["duties"]
    place = case.places(flows["period"], -1).to_numpy()
    carries = {item: flows["item"].eq(item).to_numpy() | (item == "*") for item in duties["item"].unique()}
    ends = {side: _ends(case, flows, side, duties[side].unique()) for side in ("origin", "destination")}
    rate, banned = np.zeros(len(flows)), np.zeros(len(flows), dtype=bool)
    for duty in frames.rows(duties):
        hit = carries[duty["item"]] & ends["origin"][duty["origin"]] & ends["destination"][duty["destination"]]
        if duty["from"] is not None:
            hit = hit & (place >= case.periods["place"][duty["from"]])
        if duty["to"] is not None:
            hit = hit & (place <= case.periods["place"][duty["to"]])
        rate += duty["rate"] * hit
        banned |= hit & (duty["ban"] == "yes")
    return rate, banned


def _ends(case: AuditedPlan, flows: pd.DataFrame, side: str, names: np.ndarray) -> dict[str, np.ndarray]:
    """By name in a duty: which flows begin or end there; `*` are those from one bloc to another."""
    blocs = {end: flows[end].map(case.blocs) for end in ("origin", "destination")}
    at = {name: (flows[side].eq(name) | blocs[side].eq(name)).to_numpy() for name in names}
    return at | {"*": (blocs["origin"] != blocs["destination"]).to_numpy()}


@cache_table
def openings(case: AuditedPlan) -> pd.DataFrame:
    """Lane rows opened for a price: tier of their item (`*`: the first tier), region of destination, opening_cost.

    `place` is the place of the period of first use, missing where a lane is never used.
    """
    parts = [price_base_flows(case), price_flows(case, case.disturbed("flows"))]
    flows = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    flows = flows[is_used(flows)].assign(place=case.places(flows["period"], -1).astype(float))
    first = flows.groupby([*LANE, "opened_as"])["place"].min()
    lanes = resolve_inheritance(case, "lanes")
    lanes = lanes[(lanes["opening_cost"] > 0) & (lanes["item"] == lanes["opened_as"])]
    tier = case.instance["items"].set_index("item")["tier"]
    rows = lanes.merge(first.reset_index(), on=[*LANE, "opened_as"], how="left")
    return rows.assign(tier=rows["opened_as"].map(tier).astype(object).fillna(TIERS[0]), region=rows["destination"])


def is_used(flows: pd.DataFrame) -> pd.Series:
    """Which flows are more than what rounding leaves of an item."""
    return flows["shipped"] > USED * flows.groupby("item")["shipped"].transform("max")


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `flows` against lanes and duties."""
    flows = price_base_flows(case)
    key = [*LANE, "item", "period"]
    indexed = flows.set_index(key)
    own = indexed[indexed["priced_by"] != "*"]
    sums = flows.groupby([*LANE, "period"])["shipped"].sum()
    limit = share_capacities(case).reindex(sums.index, fill_value=float("inf")).to_numpy()
    paid = indexed["shipped"] * (indexed["transport"] + indexed["transit"])
    return [
        never("flows have lanes", flows["priced_by"].isna()),
        never("no flow where a ban is in force", flows["banned"] & is_used(flows)),
        at_most("flows within the capacity of their lane", own["shipped"], own["capacity"].fillna(float("inf"))),
        at_most("flows within shared capacity", sums, pd.Series(limit, index=sums.index)),
        *_audit_least_flows(case, flows),
        same("cost of flows", indexed["cost"], paid),
        same("duty of flows", indexed["duty"], indexed["shipped"] * indexed["due"]),
    ]


@cache_table
def share_capacities(case: AuditedPlan) -> pd.Series:
    """By lane (origin, destination and mode) and period: the capacity of its `*` row, where that has one."""
    lanes = case.in_each_period(lambda view: view.instance["lanes"])
    limited = lanes[(lanes["item"] == "*") & lanes["capacity"].notna()]
    return limited.set_index([*LANE, "period"])["capacity"].astype(float)


def _audit_least_flows(case: AuditedPlan, flows: pd.DataFrame) -> list[Finding]:
    """What moves on a lane that is used, of a `*` row all items together, is at least its least flow."""
    lanes = case.instance["lanes"]
    lanes = lanes[lanes["min_flow"] > 0]
    if lanes.empty:
        return []
    moving = flows[is_used(flows)]
    key = [*LANE, "item", "period"]
    parts = [moving[[*key, "shipped"]], moving[[*key, "shipped"]].assign(item="*")]
    sums = pd.concat(parts).groupby(key)["shipped"].sum()
    least = lanes.set_index([*LANE, "item"])["min_flow"].reindex(levels(sums.index, [*LANE, "item"]), fill_value=0.0)
    return [at_most("least flow of lanes that are used", pd.Series(least.to_numpy(), sums.index), sums)]
