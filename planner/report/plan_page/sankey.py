"""The Sankey: what each tier, bloc by bloc, passes on to the next, up to the markets."""

from collections import defaultdict

import pandas as pd

from planner.report.figures import Said, goods, output, periods
from planner.report.plan_page.shapes import colours, picture, text, tip
from planner.results.tables import Tables, table
from planner_models import frames
from planner_models.by_period import list_recipes
from planner_models.instance import Instance
from planner_models.schema import TIERS
from planner_models.sets.policies import blocs

MARKETS = "markets"
COLUMNS = (*TIERS, MARKETS)
WIDTH, HEIGHT, TOP, BOTTOM = 1000.0, 460.0, 30.0, 10.0
BAR, GAP = 14.0, 7.0
NEGLIGIBLE = 0.002
"""Links below this share of the largest column are left out."""

Node = tuple[str, str]
"""Column and bloc."""


def sankeys(instance: Instance, tables: Tables) -> dict[str, str]:
    """A picture for each period with something that is passed on."""
    bloc_of = blocs(instance)
    shades = colours(list(dict.fromkeys(bloc_of)))
    drawn = {}
    for period in periods(instance):
        links = _links(instance, tables, period, bloc_of)
        if links:
            drawn[period] = _draw_columns(links, shades, goods(instance).said, period)
    return drawn


def _links(instance: Instance, tables: Tables, period: str, bloc_of: pd.Series) -> dict[tuple[Node, Node], float]:
    """Worth that goes from a tier in a bloc to a later one, a year as `goods` count.

    What a region has of an item is one pool of what is made there and arrives; each use has its mix.
    """
    sources = _sources(instance, tables, period)
    uses = _uses(instance, tables, period)
    items, each = instance["items"].set_index("item"), goods(instance).each
    order = {name: place for place, name in enumerate(COLUMNS)}
    links: dict[tuple[Node, Node], float] = defaultdict(float)
    pools = sources.groupby(["item", "region"])["amount"].sum()
    mixed = sources.merge(uses, on=["item", "region"], suffixes=("", "_used"))
    for row in mixed.to_dict("records"):
        tier = frames.cell(items, row["item"], "tier")
        share = row["amount"] / pools[row["item"], row["region"]]
        if order[tier] < order[row["column"]] and pd.notna(each[row["item"]]):
            ends = ((tier, bloc_of[row["origin"]]), (row["column"], bloc_of[row["region"]]))
            links[ends] += share * row["amount_used"] * each[row["item"]]
    return {ends: worth for ends, worth in links.items() if worth > 0}


def _sources(instance: Instance, tables: Tables, period: str) -> pd.DataFrame:
    """What regions have of each item: item, region, the region it comes from directly, amount."""
    made = output(instance, tables)
    made = made[made["period"] == period].assign(
        origin=lambda rows: rows["region"], amount=lambda rows: rows["quantity"]
    )
    flows = table(tables, "flows", ("origin", "destination", "item", "period", "shipped"))
    flows = flows[(flows["period"] == period) & (flows["origin"] != flows["destination"])]
    arrived = flows.rename(columns={"destination": "region", "shipped": "amount"})
    columns = ["item", "region", "origin", "amount"]
    both = pd.concat([made[columns], arrived[columns].astype({"amount": float})])
    return both[both["amount"] > 0].groupby(columns[:3], as_index=False)[["amount"]].sum()


def _uses(instance: Instance, tables: Tables, period: str) -> pd.DataFrame:
    """What regions use of each item: item, region, column (tier of the process, or the market), amount."""
    production = table(tables, "production", ("site", "process", "period", "made"))
    production = production[production["period"] == period].merge(instance["sites"][["site", "region"]], on="site")
    recipes = list_recipes(instance).query("quantity < 0")
    used = production.merge(recipes, on=["process", "period"]).merge(
        instance["processes"][["process", "tier"]], on="process"
    )
    used = used.assign(amount=-used["quantity"] * used["made"].astype(float), column=used["tier"])
    sold = table(tables, "demand", ("region", "item", "period", "sold"))
    sold = sold[sold["period"] == period].assign(column=MARKETS).rename(columns={"sold": "amount"})
    columns = ["item", "region", "column", "amount"]
    both = pd.concat([used[columns], sold[columns].astype({"amount": float})])
    return both[both["amount"] > 0].groupby(columns[:3], as_index=False)[["amount"]].sum()


def _draw_columns(links: dict[tuple[Node, Node], float], shades: dict[str, str], said: Said, period: str) -> str:
    """Columns of bars, and ribbons between them."""
    sizes = _sizes(links)
    totals = {column: sum(size for node, size in sizes.items() if node[0] == column) for column in COLUMNS}
    most = max(sum(1 for node in sizes if node[0] == column) for column in COLUMNS)
    scale = (HEIGHT - TOP - BOTTOM - GAP * most) / max(totals.values())
    tops = _tops(sizes, list(shades), scale)
    parts = [_draw_heading(column) for column in COLUMNS if totals[column]]
    parts += _ribbons(links, tops, shades, scale, said, NEGLIGIBLE * max(totals.values()))
    for node, top in tops.items():
        words = f"{node[1]}, {node[0]}: {said(sizes[node])} a year"
        height = max(sizes[node] * scale, 1.0)
        left = _find_left_edge(node[0])
        box = f'x="{left:.1f}" y="{top:.1f}" width="{BAR:g}" height="{height:.1f}" fill="{shades[node[1]]}"'
        parts.append(f"<rect {box}>{tip(words)}</rect>")
        if height > 9:
            last = node[0] == MARKETS
            x = _find_left_edge(node[0]) - 4 if last else _find_left_edge(node[0]) + BAR + 4
            parts.append(text(x, top + height / 2 + 4, node[1], 11, "end" if last else "start"))
    return picture(WIDTH, HEIGHT, f"What tiers pass on, {period}", "".join(parts))


def _draw_heading(column: str) -> str:
    """The name of a column above it, within the picture."""
    place = COLUMNS.index(column)
    anchor = "start" if place == 0 else "end" if place == len(COLUMNS) - 1 else "middle"
    return text(
        _find_left_edge(column) + BAR * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor], 18, column, 13, anchor
    )


def _sizes(links: dict[tuple[Node, Node], float]) -> dict[Node, float]:
    """The worth of each node: the larger of what comes in and what goes out."""
    incoming: dict[Node, float] = defaultdict(float)
    outgoing: dict[Node, float] = defaultdict(float)
    for (start, end), worth in links.items():
        outgoing[start] += worth
        incoming[end] += worth
    return {node: max(incoming[node], outgoing[node]) for node in dict.fromkeys([*outgoing, *incoming])}


def _find_left_edge(column: str) -> float:
    return 6.0 + COLUMNS.index(column) * (WIDTH - 12.0 - BAR) / (len(COLUMNS) - 1)


def _tops(sizes: dict[Node, float], order: list[str], scale: float) -> dict[Node, float]:
    """The upper edge of each bar, blocs in the same order everywhere."""
    tops = {}
    for column in COLUMNS:
        y = TOP
        for bloc in order:
            if (column, bloc) in sizes:
                tops[column, bloc] = y
                y += sizes[column, bloc] * scale + GAP
    return tops


def _ribbons(
    links: dict[tuple[Node, Node], float],
    tops: dict[Node, float],
    shades: dict[str, str],
    scale: float,
    said: Said,
    least: float,
) -> list[str]:
    """One ribbon for each link that can be seen, in the order of the bars at both ends."""
    out, into = dict(tops), dict(tops)
    parts = []
    for (start, end), worth in sorted(links.items(), key=lambda link: (tops[link[0][0]], tops[link[0][1]])):
        height = worth * scale
        a, b = out[start], into[end]
        out[start] += height
        into[end] += height
        if worth < least:
            continue
        x, u = _find_left_edge(start[0]) + BAR, _find_left_edge(end[0])
        middle = (x + u) / 2
        shape = (
            f"M{x:.1f} {a:.1f}C{middle:.1f} {a:.1f} {middle:.1f} {b:.1f} {u:.1f} {b:.1f}V{b + height:.1f}"
            f"C{middle:.1f} {b + height:.1f} {middle:.1f} {a + height:.1f} {x:.1f} {a + height:.1f}Z"
        )
        words = f"{start[1]} {start[0]} to {end[1]} {end[0]}: {said(worth)} a year"
        parts.append(f'<path class="ribbon" d="{shape}" fill="{shades[start[1]]}">{tip(words)}</path>')
    return parts
