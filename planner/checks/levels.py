"""Levels of experience, agglomeration and infrastructure: each asks for more and gives more than the one before."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.checks.bounds import CAPACITY_SHEETS, greatest_capacity, greatest_use
from planner.checks.offers import controllable
from planner.checks.places import lines_at_sites, place_of, positions
from planner.checks.supply import SUPPLY_SHEETS, supply
from planner.issues import Issue
from planner.words import count_noun
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

MOST_SAVING = 1 + 1e-9
"""Savings that leave less than nothing of a cost, but for rounding."""


@needs("learning")
def learning_levels_rise(reading: "Reading") -> Iterator[Issue]:
    """The levels of a process are 1, 2, 3, each with a higher threshold and saving; `outside` is told in each alike.

    With more at a higher level that could be reached without the one before, whose saving it adds to: a fault.
    """
    for process, levels in reading.instance["learning"].groupby("process", sort=False):
        ordered = levels.sort_values("level")
        yield from _check_numbering(reading, "learning", ordered, f"`{process}`")
        yield from _check_rising(reading, "learning", ordered, "threshold", at_least=None)
        yield from _check_rising(reading, "learning", ordered, "saving", at_least=0.0)
        first = ordered.iloc[0]
        for row, level in rows(ordered[ordered["outside"] != first["outside"]]):
            message = (
                f"outside is {level['outside']:g} here and {first['outside']:g} at level {first['level']:g}; it is the "
                f"activity of others in `{process}`: write the same at every level"
            )
            report = report_error if level["outside"] > first["outside"] else report_warning
            yield report(reading, "learning", row, "outside", message)


@needs("clusters")
def cluster_levels_rise(reading: "Reading") -> Iterator[Issue]:
    """The levels of a region are 1, 2, 3, each with more stages and a higher saving, and all help one tier.

    Nor does a level ask for less activity: who reaches it must have reached the one before, whose saving it adds to.
    """
    for region, levels in reading.instance["clusters"].groupby("region", sort=False):
        ordered = levels.sort_values("level")
        yield from _check_numbering(reading, "clusters", ordered, f"`{region}`")
        yield from _check_rising(reading, "clusters", ordered, "stages", at_least=None)
        yield from _check_rising(reading, "clusters", ordered, "saving", at_least=0.0)
        first = ordered.iloc[0]
        for row, level in rows(ordered[ordered["activity"] < ordered["activity"].cummax()]):
            message = (
                f"activity {level['activity']:g} is below that of an earlier level, so this level could be reached "
                "first; write at least as much"
            )
            yield report_error(reading, "clusters", row, "activity", message)
        for row, level in rows(ordered[ordered["tier"] != first["tier"]]):
            message = (
                f"level {level['level']:g} helps tier {level['tier']}, level {first['level']:g} tier {first['tier']}: "
                "a saving counts from the level before; write one tier at all levels of a region"
            )
            yield report_error(reading, "clusters", row, "tier", message)


@needs("enablers")
def enabler_thresholds_rise(reading: "Reading") -> Iterator[Issue]:
    """A higher threshold gives a higher uplift."""
    for _, levels in reading.instance["enablers"].groupby(["region", "enabler", "item"], sort=False):
        yield from _check_rising(reading, "enablers", levels.sort_values("threshold"), "uplift", at_least=0.0)


@needs("enablers")
def enablers_are_told_apart(reading: "Reading") -> Iterator[Issue]:
    """The result names what is enabled by region|enabler|item: no two rows of different names come out alike."""
    enablers = reading.instance["enablers"]
    first = enablers.drop_duplicates(["region", "enabler", "item"])
    names = first["region"] + "|" + first["enabler"] + "|" + first["item"]
    for row in first.index[names.duplicated()]:
        message = (
            f"in the result this row would have the same name as another, `{names[row]}`; write these names without `|`"
        )
        yield report_error(reading, "enablers", int(row), "enabler", message)


def _check_numbering(reading: "Reading", sheet: str, ordered: pd.DataFrame, name: str) -> Iterator[Issue]:
    """A fault where the levels are not 1, 2, 3 and so on."""
    given = [f"{level:g}" for level in ordered["level"]]
    wanted = [str(number) for number in range(1, len(given) + 1)]
    wrong = [place for place, level in enumerate(given) if level != wanted[place]]
    if wrong:
        message = f"the levels of {name} are {join_names(given, 12)}; write {join_names(wanted, 12)}, without a gap"
        yield report_error(reading, sheet, int(ordered.index[wrong[0]]), "level", message)


def _check_rising(
    reading: "Reading", sheet: str, ordered: pd.DataFrame, column: str, at_least: float | None
) -> Iterator[Issue]:
    """A fault where `column` falls from one level to the next, a warning where it stays; it begins above `at_least`."""
    before, where = at_least, ""
    for row, level in rows(ordered):
        value = level[column]
        if before is not None and value < before:
            message = f"{column} {value:g} is below the {before:g} of the previous level{where}; write more"
            yield report_error(reading, sheet, row, column, message)
        elif before is not None and value == before:
            reason = f"no more than at the previous level{where}" if where else "so the level has no effect"
            yield report_warning(
                reading, sheet, row, column, f"{column} is {value:g}, {reason}; write more or remove the row"
            )
        before, where = value, f" ({reading.cell(sheet, row, column)})"


@needs("processes", "firms", "sites", "lines", "access", "learning", "periods")
def learning_saves_something(reading: "Reading") -> Iterator[Issue]:
    """A process that learns has a cost that experience lowers, and a line that home firms control."""
    instance = reading.instance
    share = instance["processes"].set_index("process")["learnable_share"]
    place = positions(instance, "processes", "process")
    controlled = set(instance["lines"].loc[controllable(instance, switched=False), "process"])
    for row, level in rows(instance["learning"].drop_duplicates("process")):
        process = level["process"]
        if share[process] == 0:
            at = reading.cell("processes", int(instance["processes"].index[place[process]]), "learnable_share")
            message = f"the learnable_share of `{process}` is 0 (processes!{at}): nothing is saved; write it there"
            yield report_warning(reading, "learning", row, "process", message)
        if process not in controlled:
            message = (
                f"home firms have no line of `{process}`, nor an offer with controls = yes on one: nothing is saved; "
                "add a line or an offer, or remove the rows"
            )
            yield report_warning(reading, "learning", row, "process", message)


@needs(*CAPACITY_SHEETS, "learning")
def learning_is_within_reach(reading: "Reading") -> Iterator[Issue]:
    """A level can be reached before the last period by all that controlled lines could make; one level is named."""
    instance = reading.instance
    years = instance["periods"]["years"].to_numpy()[:-1]
    made = pd.Series(greatest_use(instance)[:, :-1] @ years).where(controllable(instance), 0.0)
    most = made.groupby(instance["lines"]["process"].to_numpy()).sum()
    for process, levels in instance["learning"].groupby("process", sort=False):
        reach = float(most.get(process, 0.0))
        far = levels[levels["threshold"] > reach + levels["outside"] * years.sum()].sort_values("threshold")
        if len(far) and reach > 0:
            row = int(far.index[0])
            known = reach + far["outside"].iloc[0] * years.sum()
            message = (
                f"before the last period `{process}` can come to {known:.6g} at most (controlled lines and outside): "
                "this level is never reached; write a lower threshold, in units of activity, or remove it"
            )
            yield report_warning(reading, "learning", row, "threshold", message)


@needs(*CAPACITY_SHEETS, "clusters")
def clusters_have_stages(reading: "Reading") -> Iterator[Issue]:
    """A region has, or can have, as many stages as a level asks for."""
    instance = reading.instance
    places = _stages(instance)
    places = places[np.any(greatest_capacity(instance) > 0, axis=1)]
    for row, level in rows(instance["clusters"]):
        there = places[(places["region"] == level["region"]) & places["tier"].isin(_tiers(level["tier"], places))]
        count = there["stage"].nunique()
        if level["stages"] > count:
            names = join_names([f"`{stage}`" for stage in there["stage"].unique()], 8)
            kind = "" if level["tier"] == "*" else f" of tier {level['tier']}"
            message = (
                f"the level needs {count_noun(level['stages'], 'stage')}{kind}, but `{level['region']}` can have only "
                f"{count} ({names}), so it is never reached; write fewer, or add lines (their stage is in processes)"
            )
            yield report_warning(reading, "clusters", row, "stages", message)


def _stages(instance: Instance) -> pd.DataFrame:
    """The lines by position, with region, process, and the stage and tier of the process."""
    lines = lines_at_sites(instance).reset_index(drop=True)[["region", "process"]]
    processes = instance["processes"].set_index("process")
    stage = processes["stage"].where(processes["stage"].notna(), processes.index.to_series())
    return lines.assign(stage=lines["process"].map(stage), tier=lines["process"].map(processes["tier"]))


def _tiers(tier: str, places: pd.DataFrame) -> set[str]:
    return set(places["tier"]) if tier == "*" else {tier}


@needs("periods", "processes", "firms", "sites", "lines", "access", "learning", "clusters")
def savings_leave_a_cost(reading: "Reading") -> Iterator[Issue]:
    """Experience and agglomeration together save no more than the whole conversion cost."""
    instance = reading.instance
    places = _stages(instance)
    places = places.assign(control=controllable(instance, switched=False))
    share = instance["processes"].set_index("process")["learnable_share"]
    learned = instance["learning"].groupby("process")["saving"].max()
    saved = (share * learned.reindex(share.index)).fillna(0.0)
    top = instance["clusters"].sort_values("saving").drop_duplicates("region", keep="last")
    for row, level in rows(top.sort_index()):
        there = places[(places["region"] == level["region"]) & places["tier"].isin(_tiers(level["tier"], places))]
        both = there["process"].map(saved)[there["control"]] + level["saving"]
        if len(both) and both.max() > MOST_SAVING:
            process = there.loc[both.idxmax(), "process"]
            message = (
                f"with what experience saves on `{process}` ({both.max() - level['saving']:.3g} of its conversion "
                f"cost, learning) this makes {both.max():.3g}: more than the cost itself; lower one of them"
            )
            yield report_error(reading, "clusters", row, "saving", message)


@needs(*SUPPLY_SHEETS, "enablers", "demand")
def enablers_can_be_deployed(reading: "Reading") -> Iterator[Issue]:
    """An enabler is made somewhere, can be brought to its market, and the item it enables is demanded there."""
    instance = reading.instance
    enablers = instance["enablers"]
    if enablers.empty:
        return
    region, item = positions(instance, "regions", "region"), positions(instance, "items", "item")
    made = instance["recipes"].query("quantity > 0")
    sources = set(made.loc[made["process"].isin(set(instance["lines"]["process"])), "item"])
    sources |= set(instance["stocks"].query("initial > 0")["item"]) | set(instance["returns"]["returned"])
    had = supply(instance).ever(every_line_runs=True)[0]
    there = had[place_of(enablers["region"], region, -1), place_of(enablers["enabler"], item, -1)]
    markets = set(zip(instance["demand"]["region"], instance["demand"]["item"], strict=True))
    for row, level in rows(enablers.assign(there=there).drop_duplicates(["region", "enabler", "item"])):
        if level["enabler"] not in sources:
            message = f"nothing makes `{level['enabler']}`: no line has a recipe for it; add one, or name another item"
            yield report_error(reading, "enablers", row, "enabler", message)
        elif not level["there"]:
            message = (
                f"`{level['enabler']}` can be neither made in nor brought to `{level['region']}`: this row has no "
                "effect; add a lane or a line"
            )
            yield report_warning(reading, "enablers", row, "region", message)
        if (level["region"], level["item"]) not in markets:
            message = f"there is no demand for `{level['item']}` in `{level['region']}`; add it or remove the row"
            yield report_warning(reading, "enablers", row, "item", message)


@needs("settings", "enablers")
def enablers_need_profit(reading: "Reading") -> Iterator[Issue]:
    """Under least cost a larger volume is only a burden: enablers have no effect."""
    enablers = reading.instance["enablers"]
    if len(enablers) and reading.instance.settings["objective"] == "cost":
        message = "enablers have no effect under objective cost; set objective to profit (settings), or remove the rows"
        yield report_warning(reading, "enablers", int(enablers.index[0]), "region", message)


@needs("settings", "firms", "sites", "lines", "learning")
def experience_after_the_plan_counts(reading: "Reading") -> Iterator[Issue]:
    """What a level saves after the plan needs years, and an activity that it saves on."""
    instance = reading.instance
    learning, years = instance["learning"], instance.settings["experience_years"]
    given = learning[learning["activity_after"].notna()]
    if not years and len(given):
        message = (
            "activity_after has no effect while experience_years (settings) is 0; write the years for which levels of "
            "experience continue to save there, or remove it"
        )
        yield report_warning(reading, "learning", int(given.index[0]), "activity_after", message)
    if years:
        home = set(instance["firms"].query("home == 'yes'")["firm"])
        sites = instance["sites"]
        own = instance["lines"][instance["lines"]["site"].isin(sites.loc[sites["firm"].isin(home), "site"])]
        standing = own.groupby("process")["capacity"].sum()
        silent = learning[learning["activity_after"].isna() & ~(learning["process"].map(standing) > 0)]
        for row, level in rows(silent.drop_duplicates("process")):
            message = (
                f"home firms have no capacity of `{level['process']}` that exists, so its levels have no value after "
                "the plan; write activity_after at each of them"
            )
            yield report_warning(reading, "learning", row, "activity_after", message)
