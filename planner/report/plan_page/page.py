"""The page of a plan: everything put together in one HTML file."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pandas as pd

from planner.report.charts import make_charts
from planner.report.figures import SURPLUS, Said, costs_by_group, flows_between, goods, output, periods
from planner.report.page import GENERATOR, STYLE, Section, draw, html_section, html_tiles, keep_percent
from planner.report.plan_page.heat import advantage_maps, heat_maps
from planner.report.plan_page.sankey import sankeys
from planner.report.plan_page.shapes import TIER_COLOURS
from planner.report.plan_page.world import close_views, world_map
from planner.report.tiles import make_tiles
from planner.results.tables import Tables, table
from planner.sheets.board import Chart
from planner.sheets.waterfall import waterfall
from planner.surfaces import in_html, in_json_script
from planner_models.instance import Instance
from planner_models.schema import RESULTS, TIERS

MOST_ORDERS = 40
"""Orders of capacity that are listed, the largest."""

MOST_LISTED = 8
"""Goods and partners that the panel beside the map names of a region."""

ABOUT = {
    "map": "Discs show what a region makes, by {goods}, divided by tier; lines show flows between regions. Click one.",
    "sankey": "What each tier delivers to the next, bloc by bloc, by {goods}. Deliveries within a tier are left out.",
    "advantage": "What it costs to make things in full, through all tiers, over what it costs in the best region "
    "(1 = the best; geometric mean over items that several regions can make; last period).",
    "heat": "Red marks an exposed supply. Critical items come first.",
}


@dataclass(frozen=True)
class PlanParts:
    """What the page of a plan shows: its name, how the search ended, sections, and data for the panel of the map.

    A section has its key, its title and its HTML; `data` is JSON for a script element.
    """

    name: str
    status: str
    sections: list[tuple[str, str, str]]
    data: str


def make_parts(instance: Instance, tables: Tables, notes: Sequence[str] = ()) -> PlanParts:
    """The parts of the page of a plan.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name, with sheet summary.
    notes
        Remarks on the file.

    Returns
    -------
    PlanParts
        Sections that have something to show; text of others in them is escaped.
    """
    summary = tables["summary"]
    facts = dict(zip(summary["metric"], summary["value"], strict=True))
    brief = [str(value) for metric, value in facts.items() if str(metric).startswith("brief ")]
    drawn = {chart.title: draw(chart) for chart in make_charts(instance, tables) if isinstance(chart, Chart)}
    bridge = _bridge(instance, tables)
    counted = goods(instance).measure + goods(instance).note
    sections = [
        ("overview", "Overview", _overview(summary, brief, notes)),
        ("map", "Map", _map(instance, tables)),
        ("sankey", "Chain", _layers("sankey", sankeys(instance, tables))),
        ("capacity", "Capacity", _figures(drawn, "Capacity", "Sourcing") + _builds(instance, tables)),
        ("access", "Access", _figures(drawn, "How", "Own") + _access(instance, tables)),
        ("costs", "Costs", bridge + _figures(drawn, "Cost by", "Cash")),
        ("advantage", "Advantage", _layers("advantage", advantage_maps(instance, tables))),
        ("security", "Security", _security(instance, tables) + _figures(drawn, "Loss", "Demand served in")),
    ]
    shown = [(key, title, _write_brief(key, counted) + inside) for key, title, inside in sections if inside]
    data = in_json_script(_regions(instance, tables))
    return PlanParts(str(instance.settings["name"]), str(facts.get("status", "")), shown, data)


def plan_page(instance: Instance, tables: Tables, notes: Sequence[str] = (), attached: Path | None = None) -> str:
    """The page of a plan as HTML; style, pictures and script are in it, nothing is loaded.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name, with sheet summary.
    notes
        Remarks on the file.
    attached
        The result workbook, where the page shall hold it for download.

    Returns
    -------
    str
        The text of the page.
    """
    parts = make_parts(instance, tables, notes)
    name = in_html(parts.name)
    tabs = "".join(f'<a href="#{key}" data-tab="{key}">{title}</a>' for key, title, _ in parts.sections)
    body = "".join(f'<section id="{key}"><h2>{title}</h2>{inside}</section>' for key, title, inside in parts.sections)
    head = f'<meta charset="utf-8">{GENERATOR}<title>{name}</title><style>{STYLE}{_resource("page.css")}</style>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><h1>{name}</h1>'
        f'<p class="under">{in_html(parts.status)}</p>{_attach(attached)}<nav>{tabs}</nav>{body}'
        f'<script type="application/json" id="regions">{parts.data}</script><script>{_resource("page.js")}</script>'
        "</body></html>\n"
    )


def _attach(result: Path | None) -> str:
    """A link that holds the result workbook, byte for byte, so that its seal still fits."""
    if result is None:
        return ""
    content = base64.b64encode(result.read_bytes()).decode("ascii")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = in_html(result.name)
    return f'<p><a download="{name}" href="data:{kind};base64,{content}">Save the result workbook, {name}</a></p>'


def _resource(name: str) -> str:
    return files("planner.report.plan_page").joinpath(name).read_text(encoding="utf-8")


def _write_brief(key: str, counted: str) -> str:
    return f"<p>{in_html(ABOUT[key].format(goods=counted))}</p>" if key in ABOUT else ""


def _overview(summary: pd.DataFrame, brief: list[str], notes: Sequence[str]) -> str:
    remarks = "".join(f'<p class="warning">{in_html(note)}</p>' for note in notes)
    sentences = "".join(f"<li>{in_html(keep_percent(sentence))}</li>" for sentence in brief)
    rows = zip(summary["metric"], summary["value"], strict=True)
    details = "".join(f"<li>{in_html(str(value))}</li>" for metric, value in rows if metric.startswith("detail "))
    more = f"<details><summary>In detail</summary><ul>{details}</ul></details>" if details else ""
    return f"{remarks}{html_tiles(make_tiles(summary))}<ul>{sentences}</ul>{more}"


def _buttons(group: str, names: Sequence[str]) -> str:
    """A row of buttons of which one is pressed; the last one first."""
    made = "".join(
        f'<button data-group="{group}" data-show="{in_html(name)}" aria-pressed="false">{in_html(name)}</button>'
        for name in names
    )
    return f'<div class="buttons">{made}</div>'


def _layers(group: str, pictures: Mapping[str, str]) -> str:
    """Pictures of which one is shown, with a button for each."""
    if not pictures:
        return ""
    shown = "".join(
        f'<div class="layer" data-group="{group}" data-layer="{in_html(name)}">{inside}</div>'
        for name, inside in pictures.items()
    )
    return _buttons(group, list(pictures)) + shown


def _map(instance: Instance, tables: Tables) -> str:
    drawn = world_map(instance, tables)
    legend = "".join(f'<span><i style="background:{TIER_COLOURS[tier]}"></i>{tier}</span>' for tier in TIERS if drawn)
    views = "".join(
        f'<button class="view" data-view="{view}">{in_html(bloc)}</button>'
        for bloc, view in close_views(instance).items()
    )
    zoom = f'<div class="buttons">{views}<button id="closer">closer</button><button id="whole">whole map</button></div>'
    panel = '<aside id="panel"><h3>Click a region</h3></aside>'
    return (
        f'{_buttons("map", periods(instance))}{zoom}<div class="legend">{legend}</div>'
        f'<div class="atlas"><div>{drawn}</div>{panel}</div>'
        if drawn
        else ""
    )


def _figures(drawn: Mapping[str, str], *starts: str) -> str:
    """The charts whose titles begin so."""
    chosen = [shape for title, shape in drawn.items() if title.startswith(starts)]
    return f'<div class="charts">{"".join(f"<figure>{shape}</figure>" for shape in chosen)}</div>' if chosen else ""


def _bridge(instance: Instance, tables: Tables) -> str:
    """From revenue, or the largest cost, group by group to what remains, discounted."""
    groups = costs_by_group(tables).drop(SURPLUS, errors="ignore")
    groups = groups[groups != 0]
    if groups.empty:
        return ""
    profit = instance.settings["objective"] == "profit"
    large = groups.abs().max() >= 10_000
    amounts = groups * (-1.0 if profit else 1.0) / (1000.0 if large else 1.0)
    first = "revenue" if "revenue" in amounts else str(amounts.idxmax())
    steps = [(str(name), float(value)) for name, value in amounts.drop(first).items()]
    frame = waterfall(
        (first, float(amounts[first])), steps, "profit" if profit else "total cost", 1.0 if profit else -1.0
    )
    unit = f"{'billion' if large else 'million'} {instance.settings['currency']}, discounted"
    shape = draw(Chart("From each group of costs to the total", "waterfall", unit, frame))
    return f'<figure class="broad">{shape}</figure>'


def _builds(instance: Instance, tables: Tables) -> str:
    """What is ordered when: the largest orders in order of time."""
    builds = table(tables, "builds", list(RESULTS["builds"].columns))
    if not len(builds):
        return ""
    largest = builds.assign(capex=builds["capex"].astype(float)).nlargest(MOST_ORDERS, "capex")
    ordered = _in_time(instance, largest)
    about = "The largest orders, in order of time; capex in million " + str(instance.settings["currency"]) + "."
    columns = ["period", "site", "process", "option", "modules", "size", "capex"]
    return html_section(Section("What is built when", about, ordered[columns]))


def _access(instance: Instance, tables: Tables) -> str:
    """What is signed when."""
    access = table(tables, "access", list(RESULTS["access"].columns))
    signed = access[access["signed"] == "yes"] if len(access) else access
    if not len(signed):
        return ""
    about = f"Offers signed, in order of time; entry cost in million {instance.settings['currency']}."
    columns = ["period", "firm", "process", "mode", "entry_cost"]
    return html_section(Section("What is signed when", about, _in_time(instance, signed)[columns]))


def _in_time(instance: Instance, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of their periods."""
    place = {period: number for number, period in enumerate(periods(instance))}
    return rows.sort_values("period", key=lambda names: names.map(place), kind="stable")


def _security(instance: Instance, tables: Tables) -> str:
    """The heat map, and what scenarios and rules say where there are any."""
    parts = [_layers("heat", heat_maps(instance, tables))]
    for sheet, about in (
        ("scenarios", "Demand still served in each disruption, and what it would cost."),
        ("rules", "Each rule, how the plan meets it, and the slope of cost in its limit."),
    ):
        rows = tables.get(sheet)
        if rows is not None and len(rows):
            parts.append(
                html_section(Section(sheet, about, rows[[name for name in RESULTS[sheet].columns if name in rows]]))
            )
    return "".join(parts)


def _regions(instance: Instance, tables: Tables) -> dict[str, dict[str, dict[str, list[str]]]]:
    """By period and region what the panel says: what is made there, where it goes, whence things come."""
    made = output(instance, tables)
    said = goods(instance).said
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for period in periods(instance):
        moved = flows_between(instance, tables, period)
        here = made[made["period"] == period].groupby(["region", "item"])["worth"].sum()
        found[period] = {
            region: {
                "makes": _rank_rows(here.xs(region, level=0) if region in here.index else pd.Series(dtype=float), said),
                "sends to": _rank_rows(_side(moved, 0, region), said),
                "gets from": _rank_rows(_side(moved, 1, region), said),
            }
            for region in instance["regions"]["region"]
        }
    return found


def _side(moved: pd.Series, level: int, region: str) -> pd.Series:
    """What moves from (level 0) or to (level 1) a region, by partner."""
    if not len(moved):
        return moved
    chosen = moved[moved.index.get_level_values(level) == region]
    return chosen.droplevel(level)


def _rank_rows(amounts: pd.Series, said: Said) -> list[str]:
    largest = amounts[amounts > 0].sort_values(ascending=False, kind="stable").head(MOST_LISTED)
    return [f"{name}: {said(float(amount))} a year" for name, amount in largest.items()]
