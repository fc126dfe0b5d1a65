"""Single points of failure: sources of an item without which more of it is lost than the rest can make up."""

import numpy as np
import pandas as pd

from planner_models.by_period import list_figures
from planner_models.instance import Instance

ROUNDING = 1e-6
"""Shortfalls below this share of what is lost are rounding."""

_KEY = ["item", "period"]
_THERE = [*_KEY, "destination"]
_KINDS = ("lane", "chokepoint", "site", "firm", "region")
"""What a source can be, the narrowest first: of equally bad ones that is named."""


def single_points(
    instance: Instance, made: pd.DataFrame, lines: pd.DataFrame, flows: pd.DataFrame, stocks: pd.DataFrame
) -> pd.DataFrame:
    """By item and period: `single_points`, how many there are, and `weakest`, the kind and name of the worst.

    `made` is what lines make: item, period, site, region, firm, home, amount; `lines` what they could make in all:
    item, period, site, region, firm, capacity; both in item/year. `flows` and `stocks` are result sheets of the base.

    A region, an outside firm or a site is one if what it makes in a year is more than what all other lines leave unused
    of their capacity, and what is in stock. A lane (`origin|destination`, in all modes) or a chokepoint is one if what
    comes over it to a region is more than what other lanes there from regions that have the item can carry beyond
    what they do, lines there leave unused, and is in stock there.
    """
    spare = lines.groupby([*_KEY, "site", "region", "firm"])["capacity"].sum()
    done = made.groupby([*_KEY, "site", "region", "firm", "home"])["amount"].sum().reset_index("home")
    table = pd.DataFrame({"capacity": spare, "lost": done["amount"], "home": done["home"]}).reset_index()
    table["lost"] = table["lost"].astype(float).fillna(0.0)
    table["spare"] = (table["capacity"] - table["lost"]).clip(lower=0.0).fillna(0.0)
    held = stocks.groupby([*_KEY, "region"])["held"].sum().astype(float)
    parts = [_makers(table, kind, held.groupby(level=_KEY).sum()) for kind in ("site", "region")]
    parts.append(_makers(table, "firm", held.groupby(level=_KEY).sum()))
    own = set(instance["firms"].loc[instance["firms"]["home"] == "yes", "firm"])
    parts[-1] = parts[-1][~parts[-1]["name"].isin(own)]
    if (flows["origin"] != flows["destination"]).any():
        ways = _ways(instance, made, flows)
        local = table.groupby([*_KEY, "region"])["spare"].sum().add(held, fill_value=0.0)
        parts += [_carriers(ways, kind, local.rename_axis(_THERE)) for kind in ("lane", "chokepoint")]
    found = pd.concat([part for part in parts if len(part)] or parts[:1])
    found = found[found["short"] > ROUNDING * found["lost"]]
    found["rank"] = found["kind"].map(_KINDS.index)
    worst = found.sort_values(["short", "rank", "name"], ascending=[False, True, True]).drop_duplicates(_KEY)
    weakest = (worst["kind"] + " " + worst["name"]).set_axis(pd.MultiIndex.from_frame(worst[_KEY]))
    return pd.DataFrame({"single_points": found.groupby(_KEY).size(), "weakest": weakest})


def _makers(table: pd.DataFrame, kind: str, held: pd.Series) -> pd.DataFrame:
    """item, period, kind, name, lost and short (item/year) of all that make an item at places of one kind."""
    sums = table.groupby([*_KEY, kind])[["lost", "spare"]].sum()
    sums = sums[sums["lost"] > 0]
    total = table.groupby(_KEY)["spare"].sum()
    rows = sums.reset_index().rename(columns={kind: "name"})
    index = pd.MultiIndex.from_frame(rows[_KEY])
    rest = total.reindex(index).to_numpy() - rows["spare"] + held.reindex(index, fill_value=0.0).to_numpy()
    return rows.assign(kind=kind, short=rows["lost"] - rest)[[*_KEY, "kind", "name", "lost", "short"]]


def _ways(instance: Instance, made: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Every lane to a region at which an item arrives, from one that has it: what it carries and could carry more.

    item, period, destination, lane, through (chokepoints), shipped and room in item/year; `free` is 1 where it has no
    limit. Banned lanes are left out.
    """
    flows = flows[flows["origin"] != flows["destination"]].astype({"mode": object, "shipped": float})
    ends = flows.rename(columns={"destination": "region"})
    have = pd.concat([part[[*_KEY, "region"]] for part in (made, ends)]).drop_duplicates()
    lanes = list_figures(instance, "lanes", ["origin", "destination", "item", "mode", "capacity", "chokepoints"])
    common = lanes[lanes["item"] == "*"].drop(columns="item")
    pairs = flows[_THERE].drop_duplicates()
    ways = pd.concat(
        [pairs.merge(lanes, on=["item", "destination", "period"]), pairs.merge(common, on=["destination", "period"])]
    )
    ways = ways.drop_duplicates([*_THERE, "origin", "mode"])
    ways = ways.merge(have.rename(columns={"region": "origin"}), on=[*_KEY, "origin"])
    lane = ["origin", "destination", "mode", "period"]
    shipped = flows.groupby([*lane, "item"], as_index=False)["shipped"].sum()
    ways = ways.merge(shipped, on=[*lane, "item"], how="left")
    ways["shipped"] = ways["shipped"].astype(float).fillna(0.0)
    shared = common.dropna(subset="capacity").rename(columns={"capacity": "shared"})
    ways = ways.merge(shared.drop(columns="chokepoints"), on=lane, how="left")
    load = flows.groupby(lane, as_index=False)[["shipped"]].sum().rename(columns={"shipped": "load"})
    ways = ways.merge(load, on=lane, how="left")
    within = (ways["shared"] - ways["load"].astype(float).fillna(0.0)).fillna(np.inf)
    room = (ways["capacity"] - ways["shipped"]).fillna(np.inf).clip(upper=within).clip(lower=0.0)
    ways = ways.assign(free=np.isinf(room).astype(float), room=room.where(np.isfinite(room), 0.0))
    ways["lane"] = ways["origin"] + "|" + ways["destination"]
    ways["chokepoint"] = [_names(cell) for cell in ways["chokepoints"]]
    return ways[~_find_banned(instance, ways)]


def _names(cell: str | None) -> list[str]:
    return [name.strip() for name in cell.split(";") if name.strip()] if isinstance(cell, str) else []


def _find_banned(instance: Instance, ways: pd.DataFrame) -> np.ndarray:
    """Which ways a duty closes; within a bloc `*` means nothing."""
    regions = instance["regions"].set_index("region")
    bloc = regions["bloc"].fillna(regions.index.to_series())
    place = {period: number for number, period in enumerate(instance["periods"]["period"])}
    moment = ways["period"].map(place)
    start, end = (ways[side].map(bloc) for side in ("origin", "destination"))
    closed = np.zeros(len(ways), dtype=bool)
    for duty in instance["duties"].query("ban == 'yes'").to_dict("records"):
        hit = (moment >= place.get(duty["from"], 0)) & (moment <= place.get(duty["to"], len(place)))
        hit &= (ways["item"] == duty["item"]) | (duty["item"] == "*")
        for side, home in (("origin", start), ("destination", end)):
            hit &= (start != end) if duty[side] == "*" else (ways[side] == duty[side]) | (home == duty[side])
        closed |= hit.to_numpy()
    return closed


def _carriers(ways: pd.DataFrame, kind: str, local: pd.Series) -> pd.DataFrame:
    """item, period, kind, name, lost and short (item/year) of lanes or chokepoints, over all regions they serve."""
    rows = ways.explode(kind).dropna(subset=kind).rename(columns={kind: "name"})
    sums = rows.groupby([*_THERE, "name"])[["shipped", "room", "free"]].sum().reset_index()
    index = pd.MultiIndex.from_frame(sums[_THERE])
    total = ways.groupby(_THERE)[["room", "free"]].sum().reindex(index)
    rest = total["room"].to_numpy() - sums["room"] + local.reindex(index, fill_value=0.0).to_numpy()
    short = (sums["shipped"] - rest).clip(lower=0.0).where(total["free"].to_numpy() == sums["free"], 0.0)
    sums = sums.assign(lost=sums["shipped"], short=short)
    sums = sums.groupby([*_KEY, "name"], as_index=False)[["lost", "short"]].sum()
    return sums.assign(kind=kind)[[*_KEY, "kind", "name", "lost", "short"]]
