"""What the charts of a plan show, as plain tables; the workbook draws them."""

from dataclasses import replace

import pandas as pd

from planner.report.accounts import cash_curve, cost_over_best
from planner.report.colours import TIER_COLOURS, region_colours
from planner.report.disruptions import impacts, services
from planner.report.figures import (
    SURPLUS,
    capacity_and_use,
    flows_between,
    goods,
    key_items,
    output,
    periods,
    shares_by_region,
)
from planner.report.integration import MODES, tabulate_modes
from planner.report.messages import say_advantage, say_capacity, say_cash, say_costs, say_sourcing
from planner.report.names import display_name
from planner.report.unit_costs import chart_unit_costs
from planner.results.tables import Tables, table
from planner.sheets.board import Chart, Map, Shades
from planner.sheets.waterfall import others_beside
from planner_models.instance import Instance
from planner_models.schema import TIERS
from planner_models.sets.weights import service_weights

MOST_BARS = 8
MOST_REGIONS = 7
MOST_FLOWS = 12

ADVANTAGE = "Cost over the best region by tier and intensity (1 = the best region, blank = none can be made there)"
"""Title of the heat map of comparative advantage."""

MOST_SHADED = 2.0
"""Cost over the best region from which all is of one colour."""


def make_charts(instance: Instance, tables: Tables) -> list[Chart | Map | Shades]:
    """The charts that the tables have figures for: costs, sourcing, capacity, modes, the map, disruptions, advantage.

    Parameters
    ----------
    instance
        The input, with names, periods and coordinates.
    tables
        The result sheets by name.

    Returns
    -------
    list of Chart, Map or Shades
        Those that have something to show, the most important first.
    """
    last, measure = periods(instance)[-1], service_weights(instance).words
    sourcing = _display(_tabulate_sourcing(instance, tables, last))
    capacity = _capacity(instance, tables)
    costs = _in_money("Cost by tier and period", "stacked", instance.settings["currency"], _costs(instance, tables))
    cash = _in_money("Cash by period", "clustered", instance.settings["currency"], cash_curve(instance, tables), "")
    found: list[Chart | Map | Shades] = [
        replace(costs, message=say_costs(costs.frame), colours=TIER_COLOURS),
        replace(cash, message=say_cash(cash.frame, cash.unit)),
        chart_unit_costs(instance, tables),
        Chart(
            f"Sourcing by region, {last}",
            "shares",
            "share of supply",
            sourcing,
            message=say_sourcing(sourcing, last),
            colours=region_colours(instance, sourcing.columns),
        ),
        replace(_of_goods("Capacity against use", "clustered", instance, capacity), message=say_capacity(capacity)),
        _of_goods("How the chain is reached", "stacked", instance, _modes(instance, tables)),
        Chart(f"Own, ally or buy, {last}", "shares", "share of supply", _display(_ways(instance, tables, last))),
        Map(f"Where things are made, and what moves, {last}", *_places(instance, tables, last)),
        Chart(
            "Impact of the worst disruptions",
            "bars",
            f"million {instance.settings['currency']}",
            _display(impacts(tables)),
        ),
        Chart(
            "Demand served in these disruptions", "bars", f"share of {measure}", _display(services(tables)), floor=0.0
        ),
        _advantage(instance, tables),
    ]
    return [chart for chart in found if not (chart.regions if isinstance(chart, Map) else chart.frame).empty]


def _display(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows under names as people read them."""
    return frame.set_axis([display_name(name) for name in frame.index], axis=0)


def _in_money(title: str, kind: str, currency: str, frame: pd.DataFrame, when: str = " a year") -> Chart:
    """A chart of amounts of money, yearly unless said otherwise, in billions where they are large."""
    large = not frame.empty and frame.abs().to_numpy().max() >= 10_000
    unit = f"{'billion' if large else 'million'} {currency}{when}"
    return Chart(title, kind, unit, frame / 1000 if large else frame)


def _advantage(instance: Instance, tables: Tables) -> Shades:
    """Cost over the best region, by tier and by intensity: 1 is the best region."""
    parts = [cost_over_best(instance, tables, by) for by in ("tier", "intensity")]
    frame = pd.concat([part for part in parts if not part.empty], axis=1) if any(len(p) for p in parts) else parts[0]
    rows = [region for region in instance["regions"]["region"] if region in frame.index]
    frame = frame.loc[rows]
    title = f"{ADVANTAGE}, {periods(instance)[-1]}"
    return Shades(title, frame, 1.0, MOST_SHADED, say_advantage(parts[0]))


def _of_goods(title: str, kind: str, instance: Instance, frame: pd.DataFrame) -> Chart:
    """A chart of goods of different kinds: at reference value, or in quantities."""
    counted = goods(instance)
    if counted.measure == "value":
        return _in_money(f"{title}, at reference value{counted.note}", kind, counted.unit, frame)
    return Chart(f"{title}, in quantities", kind, f"{counted.unit} a year".strip(), frame)


def _costs(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Undiscounted yearly cost: periods by tiers. Revenue is no cost."""
    costs = table(tables, "costs", ("line", "tier", "period", "amount"))
    costs = costs[~costs["line"].isin(["revenue", SURPLUS])]
    if costs.empty:
        return pd.DataFrame()
    sums = costs.pivot_table(index="period", columns="tier", values="amount", aggfunc="sum", fill_value=0.0)
    years = instance["periods"].set_index("period")["years"]
    order = [tier for tier in TIERS if tier in sums.columns]
    return sums.reindex(periods(instance), fill_value=0.0)[order].div(years.reindex(periods(instance)), axis=0)


def _capacity(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Capacity of home firms and its use at reference value: tiers, and the first and last period, by the two."""
    lines = capacity_and_use(instance, tables)
    lines = lines[lines["home"]]
    if lines.empty:
        return pd.DataFrame()
    worth = pd.DataFrame({"capacity": lines["capacity"] * lines["weight"], "use": lines["made"] * lines["weight"]})
    sums = worth.groupby([lines["tier"], lines["period"]]).sum()
    ends = dict.fromkeys((periods(instance)[0], periods(instance)[-1]))
    order = [(tier, period) for tier in TIERS for period in ends]
    return sums.reindex([key for key in order if key in sums.index])


def _modes(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Worth a year by period and mode, from the closest tie to the loosest; empty where every line is own."""
    rows = tabulate_modes(instance, tables)
    sums = rows.pivot_table(index="period", columns="mode", values="worth", aggfunc="sum", fill_value=0.0)
    present = [mode for mode in MODES.values() if mode in sums.columns]
    return sums.reindex(periods(instance), fill_value=0.0)[present] if len(present) > 1 else pd.DataFrame()


def _ways(instance: Instance, tables: Tables, period: str) -> pd.DataFrame:
    """Share of each mode in the supply of the items of which most, by worth, is not made in own plants."""
    rows = tabulate_modes(instance, tables)
    rows = rows[(rows["period"] == period) & (rows["quantity"] > 0)]
    if rows["mode"].nunique() < 2:
        return pd.DataFrame()
    sums = rows.pivot_table(index="item", columns="mode", values="quantity", aggfunc="sum", fill_value=0.0)
    others = rows[rows["mode"] != MODES["own"]].groupby("item")["worth"].sum()
    chosen = set(others.sort_values(ascending=False, kind="stable").index[:MOST_BARS])
    shown = sums.loc[[item for item in instance["items"]["item"] if item in chosen]]
    return shown[[mode for mode in MODES.values() if mode in shown]].div(shown.sum(axis=1), axis=0)


def _tabulate_sourcing(instance: Instance, tables: Tables, period: str) -> pd.DataFrame:
    """Share of each region in the supply of the key items; small regions are added up as others."""
    made = output(instance, tables)
    made = made[made["period"] == period]
    if made.empty:
        return pd.DataFrame()
    shares = shares_by_region(made).loc[key_items(instance, made, MOST_BARS)]
    largest = shares.sum().sort_values(ascending=False, kind="stable").index
    order = [region for region in largest if shares[region].any()]
    shown = shares[order[: MOST_REGIONS if len(order) > MOST_REGIONS + 1 else len(order)]].copy()
    if len(shown.columns) < len(order):
        shown[others_beside(order)] = shares[order[len(shown.columns) :]].sum(axis=1)
    return shown


def _places(instance: Instance, tables: Tables, period: str) -> tuple[pd.DataFrame, pd.Series]:
    """Regions that have coordinates and make, sell or ship something, and the largest flows between them."""
    made = output(instance, tables)
    worth = made[made["period"] == period].groupby("region")["worth"].sum()
    placed = instance["regions"].set_index("region")[["longitude", "latitude"]].dropna()
    flows = flows_between(instance, tables, period)
    flows = flows[[origin in placed.index and there in placed.index for origin, there in flows.index]]
    flows = flows[flows > 0].head(MOST_FLOWS)
    named = {*worth[worth > 0].index, *instance["demand"]["region"], *flows.index.map(lambda pair: pair[0])}
    regions = placed[placed.index.isin(named)]
    return regions.assign(worth=worth.reindex(regions.index).fillna(0.0)), flows
