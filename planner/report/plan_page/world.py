"""The map: what each region makes, and what moves between regions, period by period."""

import math
from functools import cache
from importlib.resources import files

import pandas as pd

from planner.report.figures import Said, goods, output, periods
from planner.report.plan_page.shapes import TIER_COLOURS, text, tip
from planner.report.wording import format_share, join_names
from planner.results.tables import Tables, table
from planner.surfaces import in_html
from planner_models import frames
from planner_models.instance import Instance
from planner_models.schema import TIERS

WIDTH, HEIGHT = 1000.0, 470.0
NORTH, SOUTH = 80.0, -58.0
LARGEST, SMALLEST = 20.0, 3.0
"""Radius of the region that makes most, and of one that makes nothing."""
WIDEST = 9.0
MOST_FLOWS = 60
MOST_SHARES = 3
"""Items named of a flow."""


@cache
def land() -> str:
    """The outlines of the continents as SVG paths (made with Natural Earth, public domain; coarse)."""
    outlines = files("planner.report.plan_page").joinpath("land.txt").read_text(encoding="ascii").splitlines()
    paths = []
    for outline in outlines:
        points = [tuple(map(float, point.split(","))) for point in outline.split()]
        drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in points))
        paths.append(f"M{drawn}Z")
    return f'<path class="land" d="{"".join(paths)}"/>'


def place(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a point of the globe lies in the picture (equal steps of degrees)."""
    return (longitude + 180) / 360 * WIDTH, (NORTH - latitude) / (NORTH - SOUTH) * HEIGHT


def world_map(instance: Instance, tables: Tables) -> str:
    """The map with a layer for each period; "" where no region has a place on it."""
    placed = instance["regions"].set_index("region")[["longitude", "latitude"]].dropna()
    if placed.empty:
        return ""
    spots = {name: place(row["longitude"], row["latitude"]) for name, row in frames.lines(placed)}
    made = output(instance, tables)
    made = made[made["region"].isin(spots)]
    largest = made.groupby(["region", "period"])["worth"].sum().max() if len(made) else 0.0
    moved = _sum_flows(instance, tables, set(spots))
    widest = moved.groupby(["origin", "destination", "period"])["worth"].sum().max() if len(moved) else 0.0
    said = goods(instance).said
    layers = []
    for period in periods(instance):
        flows = _arcs(moved[moved["period"] == period], spots, widest, said)
        dots = _dots(made[made["period"] == period], spots, largest, said)
        layers.append(f'<g class="layer" data-period="{in_html(period)}">{flows}{dots}</g>')
    view = " ".join(f"{value:.1f}" for value in _view(list(spots.values())))
    return (
        f'<svg id="atlas" viewBox="{view}" data-all="{view}" role="img" aria-label="Map of the network">'
        f"{land()}{''.join(layers)}</svg>"
    )


def close_views(instance: Instance) -> dict[str, str]:
    """The part of the map to see for each bloc of several regions."""
    regions = instance["regions"].dropna(subset=["longitude", "latitude", "bloc"])
    found = {}
    for bloc, rows in regions.groupby("bloc", sort=False):
        if len(rows) > 1:
            spots = [place(*spot) for spot in zip(rows["longitude"], rows["latitude"], strict=True)]
            xs, ys = [x for x, _ in spots], [y for _, y in spots]
            wide = max(max(xs) - min(xs) + 24, (max(ys) - min(ys) + 24) / 0.5)
            view = ((max(xs) + min(xs) - wide) / 2, (max(ys) + min(ys) - wide * 0.5) / 2, wide, wide * 0.5)
            found[str(bloc)] = " ".join(f"{value:.1f}" for value in view)
    return found


def _view(spots: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """The part of the picture that holds all places, with room around them and of a steady shape."""
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    wide = max(max(xs) - min(xs) + 120, 320.0)
    tall = max(max(ys) - min(ys) + 90, wide * 0.42)
    wide = max(wide, tall / 0.6)
    return (max(xs) + min(xs) - wide) / 2, (max(ys) + min(ys) - tall) / 2, wide, tall


def _sum_flows(instance: Instance, tables: Tables, known: set[str]) -> pd.DataFrame:
    """Flows between different regions on the map, with their worth a year as `goods` count, and tier."""
    flows = table(tables, "flows", ("origin", "destination", "item", "period", "shipped"))
    flows = flows[(flows["origin"] != flows["destination"]) & flows["origin"].isin(known)]
    flows = flows[flows["destination"].isin(known)].merge(instance["items"][["item", "tier"]], on="item")
    return flows.assign(worth=flows["shipped"].astype(float) * flows["item"].map(goods(instance).each))


def _arcs(flows: pd.DataFrame, spots: dict[str, tuple[float, float]], widest: float, said: Said) -> str:
    """The largest flows as bent lines, thick by worth, coloured by the tier of most of it."""
    ends = ["origin", "destination"]
    worth = flows.groupby(ends)["worth"].sum().sort_values(ascending=False, kind="stable").head(MOST_FLOWS)
    drawn = []
    for (origin, destination), amount in frames.pairs(worth[worth > 0]):
        inside = flows[(flows["origin"] == origin) & (flows["destination"] == destination)]
        tier = str(inside.groupby("tier")["worth"].sum().idxmax())
        parts = inside.groupby("item")["worth"].sum().sort_values(ascending=False, kind="stable").head(MOST_SHARES)
        named = join_names([f"{item} {format_share(value / amount)}" for item, value in parts.items() if value > 0])
        words = f"{origin} to {destination}: {said(amount)} a year ({named})"
        (x, y), (u, v) = spots[origin], spots[destination]
        bend = 0.18
        middle = ((x + u) / 2 + (v - y) * bend, (y + v) / 2 - (u - x) * bend)
        width = 0.5 + WIDEST * math.sqrt(amount / widest)
        drawn.append(
            f'<path class="flow" data-origin="{in_html(origin)}" data-destination="{in_html(destination)}" '
            f'd="M{x:.1f} {y:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {u:.1f} {v:.1f}" stroke="{TIER_COLOURS[tier]}" '
            f'stroke-width="{width:.1f}">{tip(words)}</path>'
        )
    return "".join(reversed(drawn))


def _dots(made: pd.DataFrame, spots: dict[str, tuple[float, float]], largest: float, said: Said) -> str:
    """A disc for each region, its area what is made there, in sectors by tier, and its name."""
    worth = made.pivot_table(index="region", columns="tier", values="worth", aggfunc="sum", fill_value=0.0)
    worth = worth.reindex(index=list(spots), columns=list(TIERS), fill_value=0.0)
    order = worth.sum(axis=1).sort_values(ascending=False, kind="stable").index
    drawn: list[str] = []
    names: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for region in order:
        x, y = spots[region]
        total = float(worth.loc[region].sum())
        radius = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(total / largest) if largest and total else SMALLEST
        split = ", ".join(f"{tier} {format_share(frames.cell(worth, region, tier) / total)}" for tier in TIERS if total)
        words = f"{region}: {said(total)} made a year" + (f" ({split})" if split else "")
        sectors = "".join(_sectors(radius, worth.loc[region] / total)) if total else ""
        ring = f'<circle r="{radius:.1f}" fill="{"none" if total else "#fff"}" stroke="#fff"/>'
        room = _has_room(region, x, y + radius + 9, taken)
        spot = f'transform="translate({x:.1f} {y:.1f})"'
        drawn.append(
            f'<g class="region" tabindex="0" data-region="{in_html(region)}" {spot}>'
            f'<g class="steady">{sectors}{ring}</g>{tip(words)}</g>'
        )
        name = text(0, radius + 9, region, 8)
        names.append(f'<g class="{"name" if room else "name crowded"}" {spot}><g class="steady">{name}</g></g>')
    return "".join(drawn) + "".join(names)


def _sectors(radius: float, shares: pd.Series) -> list[str]:
    """The disc cut by tier, clockwise from the top."""
    found, angle = [], 0.0
    for tier, share in frames.pairs(shares):
        if share > 1 - 1e-9:
            return [f'<circle r="{radius:.1f}" fill="{TIER_COLOURS[tier]}"/>']
        if share > 0:
            ends = [(radius * math.sin(turn), -radius * math.cos(turn)) for turn in (angle, angle + share * math.tau)]
            large = int(share > 0.5)
            found.append(
                f'<path fill="{TIER_COLOURS[tier]}" d="M0 0L{ends[0][0]:.1f} {ends[0][1]:.1f}'
                f'A{radius:.1f} {radius:.1f} 0 {large} 1 {ends[1][0]:.1f} {ends[1][1]:.1f}Z"/>'
            )
            angle += share * math.tau
    return found


def _has_room(region: str, x: float, y: float, taken: list[tuple[float, float, float]]) -> bool:
    """Whether the name fits under its disc; where another stands already it is shown from closer only."""
    half = 2.3 * len(region)
    if any(abs(x - left) < half + other and abs(y - top) < 9 for left, top, other in taken):
        return False
    taken.append((x, y, half))
    return True
