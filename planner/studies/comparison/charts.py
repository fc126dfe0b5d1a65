"""What the charts of a comparison show: bridges as waterfalls, capacity over time, and who supplies what."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from planner.report.charts import MOST_REGIONS
from planner.report.colours import region_colours
from planner.report.figures import capacity_and_use, key_items, output, shares_by_region
from planner.report.gains import gains_by_group, surplus_waterfall
from planner.report.names import display_name
from planner.report.wording import format_money, format_share, format_signed, four_digits
from planner.sheets.board import Chart
from planner.sheets.waterfall import axis_floor, others_beside, waterfall
from planner.studies.comparison.study import Comparison
from planner.words import format_percent
from planner_models import frames
from planner_models.schema import TIERS

MOST_STEPS, FEW_STEPS = 6, 2
"""Steps of a bridge: of one that has the width of the page, and of one beside another."""

MOST_BRIDGES = 3
MOST_BARS = 15
"""Bars of a chart of shares, over all plans."""

_TOGETHER = ("off", "decide", "on")
"""Settings of coordination, from fragmented to integrated."""

_SAME, _ALIKE, _SHIFT = 1e-9, 1e-3, 0.005
"""Changes up to which totals, capacities (relative to the largest) and shares of supply are told to be the same."""

_LARGE = 10_000
"""Amounts in millions from which a chart counts in billions."""


def comparison_charts(found: Comparison) -> list[Chart]:
    """The charts that the plans have figures for."""
    integration = list(_integration(found))
    bridges = _waterfalls(found, FEW_STEPS if integration else MOST_STEPS)
    shown = [*integration, *bridges, _capacity(found), _tabulate_sourcing(found)]
    return [chart for chart in shown if not chart.frame.empty]


def _integration(found: Comparison) -> Iterator[Chart]:
    """Total surplus from the fragmented plan to the integrated one, where the reference and another differ in that."""
    plans = [file for file in found.files if not file.tables.get("surplus", pd.DataFrame()).empty]
    for other in plans[1:2]:
        ends = sorted((plans[0], other), key=lambda plan: _TOGETHER.index(plan.instance.settings["coordination"]))
        modes = [plan.instance.settings["coordination"] for plan in ends]
        if modes[0] == modes[1] or ends[0].currency != ends[1].currency:
            continue
        (first, ours), (last, theirs) = ((plan.label, gains_by_group(plan.instance, plan.tables)) for plan in ends)
        title = f"From {first} (coordination {modes[0]}) to {last} ({modes[1]}), by who gains"
        yield surplus_waterfall((first, ours), (last, theirs), ends[0].currency, title)


def _waterfalls(found: Comparison, most: int) -> Iterator[Chart]:
    """For each bridge two waterfalls, by group of cost lines and by region, with so many steps at most."""
    for bridge in frames.rows(found.tables["bridges"].head(MOST_BRIDGES)):
        rows = found.tables["bridge"]
        rows = rows[(rows["from"] == bridge["from"]) & (rows["to"] == bridge["to"])]
        ends = [file for file in found.files if file.label in (bridge["from"], bridge["to"])]
        sign = -1.0 if all(file.goal == "profit" for file in ends) else 1.0
        for by in ("group", "region"):
            steps = _largest(rows.groupby(by, sort=False)["change"].sum().rename({"*": "no region"}), most)
            if steps.empty:
                continue
            title = f"{'Profit' if sign < 0 else 'Cost'} from {bridge['from']} to {bridge['to']}, by {by}"
            chart = _waterfall(title, bridge, steps * sign, sign, ends[0].currency)
            yield replace(chart, message=say_steps(steps * sign, by, sign, ends[0].currency))


def say_steps(steps: pd.Series, by: str, sign: float, currency: str) -> str:
    """Where the difference comes from: the whole of it and the largest group, or the region that changes most."""
    named = f"{steps.index[0]} ({format_signed(float(steps.iloc[0]), currency)})"
    if by == "region":
        return f"The largest change is in {named}"
    total = float(steps.sum())
    what = "Profit" if sign < 0 else "Cost"
    if abs(total) <= _SAME * float(steps.abs().max()):
        return f"{what} stays the same; the largest change is in {named}"
    return f"{what} {'rises' if total > 0 else 'falls'} by {format_money(abs(total), currency)}; mainly in {named}"


def _largest(changes: pd.Series, most: int) -> pd.Series:
    """The largest changes, and the sum of all others, which may be nothing."""
    changes = changes[changes.abs() > 1e-9 * changes.abs().max()].sort_values(key=abs, ascending=False, kind="stable")
    if len(changes) <= most + 1:
        return changes
    return pd.concat([changes[:most], pd.Series({others_beside(changes.index): changes[most:].sum()})])


def _waterfall(title: str, bridge: dict[str, float], steps: pd.Series, sign: float, currency: str) -> Chart:
    """The steps of a bridge; `sign` is 1 for costs, -1 for profits."""
    first, last = sign * bridge["cost_before"], sign * bridge["cost_after"]
    large = max(abs(first), abs(last)) >= _LARGE
    scale = 1000 if large else 1
    levels = [first / scale, *((first + steps.cumsum()) / scale).tolist()]
    named = [(f"{name}\n{four_digits(amount / scale, '+')}", amount / scale) for name, amount in steps.items()]
    start = f"{bridge['from']}\n{four_digits(first / scale)}", first / scale
    frame = waterfall(start, named, f"{bridge['to']}\n{four_digits(last / scale)}", better=-sign)
    floor = axis_floor(levels)
    unit = f"{'billion' if large else 'million'} {currency}, discounted"
    return Chart(title, "waterfall", unit if floor is None else f"{unit} (axis begins at {floor:,g})", frame, floor)


def _capacity(found: Comparison) -> Chart:
    """Capacity at reference value by tier and period, a series per plan."""
    columns = {}
    for label, plan in found.plans.items():
        lines = capacity_and_use(plan.instance, plan.tables)
        worth = (lines["capacity"] * lines["weight"]).groupby([lines["tier"], lines["period"]]).sum()
        columns[label] = worth.astype(float)
    starts = {period: start for plan in found.plans.values() for period, start in plan.starts.items()}
    frame = pd.DataFrame(columns).fillna(0.0)
    order = [(tier, period) for tier in TIERS for period in sorted(starts, key=starts.__getitem__)]
    frame = frame.loc[[key for key in order if key in frame.index]] if len(frame) else pd.DataFrame()
    large = not frame.empty and frame.to_numpy().max() >= _LARGE
    unit = f"{'billion' if large else 'million'} a year, in the currency of each"
    frame = frame / 1000 if large else frame
    return Chart("Capacity over time, at reference value", "clustered", unit, frame, message=say_capacity(frame))


def say_capacity(frame: pd.DataFrame) -> str:
    """In which tier and period capacity differs most from that of the reference, which is the first column."""
    if frame.empty or len(frame.columns) < 2:
        return ""
    reference, *others = (str(label) for label in frame.columns)
    changes = {
        (tier, period, label): (before, after)
        for label in others
        for (tier, period), (before, after) in zip(
            frame.index, frame[[reference, label]].to_numpy().tolist(), strict=True
        )
    }
    key = max(changes, key=lambda place: abs(changes[place][1] - changes[place][0]))
    before, after = changes[key]
    if abs(after - before) <= _ALIKE * max(map(max, changes.values())):
        return "Capacity is the same in all plans" if len(others) > 1 else "Capacity is the same in both plans"
    word = "larger" if after > before else "smaller"
    change = f"{format_percent(abs(after / before - 1))} {word}" if before else "new"
    return f"Capacity differs most {key[0]} in {key[1]}: in {key[2]} it is {change}"


def say_sourcing(shares: pd.DataFrame, labels: list[str]) -> str:
    """The largest shift of an item between regions against the reference, the first label; index is items by plans."""
    rows = zip(shares.index, shares.to_numpy(dtype=float).tolist(), strict=True)
    by_plan = {place: dict(zip(shares.columns, row, strict=True)) for place, row in rows}
    shifts = {
        (item, label, region): (by_plan[item, labels[0]][region], share)
        for (item, label), row in by_plan.items()
        if label != labels[0] and (item, labels[0]) in by_plan
        for region, share in row.items()
    }
    if not shifts:
        return ""
    item, label, region = max(shifts, key=lambda key: abs(shifts[key][1] - shifts[key][0]))
    before, after = shifts[item, label, region]
    if abs(after - before) < _SHIFT:
        return "No region's share in the supply of these items differs"
    shown = f"{region} supplies {format_share(after)} of {display_name(item)} in {label}"
    return f"{shown}, {format_share(before)} in {labels[0]}"


def _tabulate_sourcing(found: Comparison) -> Chart:
    """Share of each region in the supply of the key items in the last period that all plans have: items by plans."""
    plans = list(found.plans.values())
    common = [period for period in plans[0].starts if all(period in plan.starts for plan in plans)] if plans else []
    if not common:
        return Chart("", "shares", "", pd.DataFrame())
    parts: list[pd.DataFrame] = []
    items: list[str] = []
    for plan in plans:
        made = output(plan.instance, plan.tables)
        made = made[(made["period"] == common[-1]) & (made["quantity"] > 0)]
        items = items or key_items(plan.instance, made, max(2, MOST_BARS // len(plans)))
        shares = shares_by_region(made)
        parts.append(shares.set_axis(pd.MultiIndex.from_product([shares.index, [plan.label]]), axis=0))
    shares = pd.concat(parts).fillna(0.0)
    rows = [(item, plan.label) for item in items for plan in plans if (item, plan.label) in shares.index]
    shares = shares.loc[rows]
    message = say_sourcing(shares, [plan.label for plan in plans])
    largest = shares.sum().sort_values(ascending=False, kind="stable").index
    order = [region for region in largest if shares[region].any()]
    kept = shares[order[: MOST_REGIONS if len(order) > MOST_REGIONS + 1 else len(order)]].copy()
    if len(kept.columns) < len(order):
        kept[others_beside(order)] = shares[order[len(kept.columns) :]].sum(axis=1)
    kept.index = [f"{display_name(item)}: {label}" for item, label in kept.index]
    colours = region_colours(plans[0].instance, kept.columns)
    return Chart(
        f"Sourcing by region, {common[-1]}", "shares", "share of supply", kept, message=message, colours=colours
    )
