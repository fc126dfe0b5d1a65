"""Arcs: every item on every lane row that may carry it, with its cost, duty and capacity."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.by_period import each_view, period_views
from planner_models.inheritance import general_rows
from planner_models.instance import Instance
from planner_models.sets.policies import blocs, policy_duties
from planner_models.sets.timeline import Timeline, timeline

EARTH_RADIUS = 6371.0
DETOUR = 1.3
"""Ways are longer than the great circle (WORKBOOK, lanes)."""

LANE = ["origin", "destination", "mode"]
ARC = ["origin", "destination", "item", "mode"]
_ARC_COLUMNS = [*ARC, "row", "gate", "shared", "own_capacity", "opening_cost", "transport", "transit", "value"]


def great_circle(
    latitude_a: np.ndarray, longitude_a: np.ndarray, latitude_b: np.ndarray, longitude_b: np.ndarray
) -> np.ndarray:
    """Great-circle distance in km by the haversine formula; all angles in degrees, arrays of one shape."""
    a, b = np.radians(latitude_a), np.radians(latitude_b)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(longitude_b - longitude_a) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))


def lane_rows(instance: Instance) -> pd.DataFrame:
    """The lane rows with a distance everywhere: as given, else great circle x 1.3, else 0 where not needed.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.DataFrame
        Rows and columns of sheet `lanes`, with `distance` in km. A further column `gate` is the item cell of the row
        that is opened for the use of this one: the row itself, or the `*` row of the same lane where the opening cost
        is blank and so that of the `*` row.
    """
    lanes = instance["lanes"].copy()
    written = instance.tables["lanes"]
    with_others = general_rows("lanes", written).notna() & written["opening_cost"].isna()
    lanes["gate"] = lanes["item"].where(~with_others, "*")
    regions = instance["regions"].set_index("region")
    ends = [regions.reindex(lanes[end])[axis].to_numpy() for end in LANE[:2] for axis in ("latitude", "longitude")]
    lanes["distance"] = lanes["distance"].fillna(pd.Series(great_circle(*ends) * DETOUR, index=lanes.index)).fillna(0.0)
    return lanes


def _categories(instance: Instance, lanes: pd.DataFrame) -> dict[str, pd.CategoricalDtype]:
    """The dtypes of the text columns of arcs: few names, told apart many times, are cheaper as whole numbers."""
    region = pd.CategoricalDtype(sorted(instance["regions"]["region"]))
    item = pd.CategoricalDtype(["*", *sorted(instance["items"]["item"])])
    mode = pd.CategoricalDtype(sorted(lanes["mode"].unique()))
    return {"origin": region, "destination": region, "item": item, "mode": mode}


def arc_table(instance: Instance) -> pd.DataFrame:
    """One row per (origin, destination, item, mode), before anyone asked whether the item can be there.

    Text columns are categories. `row` is the item cell of the lane row that prices it (`*` or the item), `shared` the
    capacity of the `*` row of the same lane (missing where none), `own_capacity` that of a named row, `opening_cost`
    that of the lane row; `transport` and `transit` in money/item: cost + cost_per_tkm x km x t / 10^6, and
    value x discount rate x lead days / 365.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.DataFrame
        The arcs, numbered from 0.
    """
    lanes = lane_rows(instance)
    kinds = _categories(instance, lanes)
    lanes = lanes[[*ARC, "cost", "cost_per_tkm", "distance", "lead_days", "capacity", "opening_cost", "gate"]]
    lanes = lanes.astype(kinds | {"gate": kinds["item"]})
    if lanes.empty:
        return lanes.assign(row=lanes["item"]).reindex(columns=_ARC_COLUMNS).reset_index(drop=True)
    shared = lanes.loc[lanes["item"] == "*", [*LANE, "capacity"]].rename(columns={"capacity": "shared"})
    lanes = lanes.merge(shared, on=LANE, how="left").rename(columns={"item": "row"})
    items = instance["items"][["item", "mass", "value"]].astype({"item": kinds["item"]})
    everything = lanes[lanes["row"] == "*"].merge(items, how="cross")
    named = lanes[lanes["row"] != "*"].merge(items, left_on="row", right_on="item")
    arcs = pd.concat([named, everything]).drop_duplicates(ARC)
    arcs["transport"] = arcs["cost"] + arcs["cost_per_tkm"] * arcs["distance"] * arcs["mass"] / 1e6
    arcs["transit"] = arcs["value"] * instance.settings["discount_rate"] * arcs["lead_days"] / 365
    arcs["own_capacity"] = arcs["capacity"].where(arcs["row"] != "*")
    return arcs[_ARC_COLUMNS].sort_values(ARC, ignore_index=True)


def _match_places(spec: str, blocs: pd.Series) -> np.ndarray:
    """Which regions a duty's origin or destination means: by region, by bloc, or `*`."""
    return np.ones(len(blocs), dtype=bool) if spec == "*" else (blocs.index == spec) | (blocs == spec).to_numpy()


PRICED = ["transport", "transit", "own_capacity", "shared"]
"""Columns of arcs that may differ from period to period."""


def flow_table(views: Mapping[str, Instance], arcs: pd.DataFrame, time: Timeline) -> pd.DataFrame:
    """Arcs by period, without those banned: adds `period` and `duty` in money/item (stacked rates x value).

    Freight, time under way and capacity are those of the period.

    Parameters
    ----------
    views
        By period, the instance as it holds in it.
    arcs
        As `arc_table` gives them.
    time
        The time axis.

    Returns
    -------
    pandas.DataFrame
        One row per arc and period.
    """
    rate = np.zeros((len(time.periods), len(arcs)))
    banned = np.zeros(rate.shape, dtype=bool)
    parts: dict[str, pd.DataFrame] = {}
    for view, periods in each_view(views):
        places = [time.position[period] for period in periods]
        rates, bans = _sum_rates(view, arcs, time)
        rate[places], banned[places] = rates[places], bans[places]
        parts |= dict.fromkeys(periods, _price_arcs(view, arcs))
    kind = pd.CategoricalDtype(list(time.periods))
    found = [
        parts[period].assign(period=pd.Series(period, index=arcs.index, dtype=kind), duty=rate[place] * arcs["value"])[
            ~banned[place]
        ]
        for place, period in enumerate(time.periods)
    ]
    return pd.concat(found, ignore_index=True)


def duty_rates(instance: Instance, ways: pd.DataFrame, period: str) -> tuple[np.ndarray, np.ndarray]:
    """What duties there would be on direct ways, whether or not a lane exists.

    Parameters
    ----------
    instance
        The instance.
    ways
        Columns origin, destination and item.
    period
        The period.

    Returns
    -------
    tuple of numpy.ndarray
        The stacked rates, as shares of the value, and whether trade is banned; one entry for each way.
    """
    region = pd.CategoricalDtype(sorted(instance["regions"]["region"]))
    time = timeline(instance)
    named = ways.astype({"origin": region, "destination": region})
    rate, banned = _sum_rates(period_views(instance)[period], named, time)
    return rate[time.position[period]], banned[time.position[period]]


def _price_arcs(view: Instance, arcs: pd.DataFrame) -> pd.DataFrame:
    """The arcs with the figures of a period."""
    if view["by_period"].empty:
        return arcs
    every = arc_table(view)
    place = pd.MultiIndex.from_frame(every[ARC].astype(object))
    priced = every[PRICED].set_axis(place).reindex(pd.MultiIndex.from_frame(arcs[ARC].astype(object)))
    return arcs.assign(**{name: priced[name].to_numpy() for name in PRICED})


def _sum_rates(view: Instance, arcs: pd.DataFrame, time: Timeline) -> tuple[np.ndarray, np.ndarray]:
    """The rates of duties on each arc in each period and whether it is banned; shape (periods, arcs)."""
    bloc = blocs(view).reindex(arcs["origin"].cat.categories)
    origin, destination = arcs["origin"].cat.codes.to_numpy(), arcs["destination"].cat.codes.to_numpy()
    inside = bloc.to_numpy()[origin] == bloc.to_numpy()[destination]
    rate = np.zeros((len(time.periods), len(arcs)))
    banned = np.zeros(rate.shape, dtype=bool)
    for duty in [*frames.rows(view["duties"]), *frames.rows(policy_duties(view))]:
        match = _match_places(duty["origin"], bloc)[origin] & _match_places(duty["destination"], bloc)[destination]
        if duty["item"] != "*":
            match = match & (arcs["item"] == duty["item"]).to_numpy()
        if "*" in (duty["origin"], duty["destination"]):
            match = match & ~inside
        for period in time.window(duty["from"], duty["to"]):
            rate[time.position[period], match] += duty["rate"]
            banned[time.position[period], match] |= duty["ban"] == "yes"
    return rate, banned
