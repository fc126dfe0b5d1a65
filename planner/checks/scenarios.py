"""Scenarios: probabilities add up, each has something to do, and its snapshots fit into their periods."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import Row, needs, report_error, report_warning, rows
from planner.checks.disruptions import list_chokepoints
from planner.checks.duties import LIKELY_PERCENT
from planner.checks.sources import carries, makes
from planner.checks.supply import SUPPLY_SHEETS, lane_table
from planner.issues import Issue
from planner.words import count_noun
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

BASE = "base"
"""The baseline; no scenario may be called so."""

ROUNDING = 1e-9
"""Probabilities may add up to this much more than 1."""

MONTHS = 12


@needs("scenarios")
def names_are_free(reading: "Reading") -> Iterator[Issue]:
    """No scenario has the name of the baseline, or one that expanding another makes."""
    scenarios = reading.instance["scenarios"]
    expanded = set(scenarios.loc[scenarios["expand"].notna(), "scenario"])
    for row, scenario in rows(scenarios):
        name = scenario["scenario"]
        if name == BASE:
            message = f"`{BASE}` is the baseline in all results; write another name, also in disruptions"
            yield report_error(reading, "scenarios", row, "scenario", message)
        elif ": " in name and name.partition(": ")[0] in expanded:
            message = (
                f"`{name}` could be mistaken for a member of `{name.partition(': ')[0]}`, which expands; write another "
                "name"
            )
            yield report_error(reading, "scenarios", row, "scenario", message)


@needs("scenarios")
def probabilities_add_up(reading: "Reading") -> Iterator[Issue]:
    """All probabilities together are at most 1; what is missing is the baseline."""
    scenarios = reading.instance["scenarios"]
    total = scenarios["probability"].sum()
    if total > 1 + ROUNDING:
        over = scenarios["probability"].cumsum() > 1 + ROUNDING
        message = (
            f"the probabilities of all scenarios add up to {total:.6g}: reduce them to 1 in all at most, since at most "
            "one scenario occurs"
        )
        yield report_error(reading, "scenarios", int(scenarios.index[over][0]), "probability", message)


@needs("scenarios", "disruptions")
def scenarios_do_something(reading: "Reading") -> Iterator[Issue]:
    """A scenario either expands, and says when and for how long, or has rows in disruptions."""
    instance = reading.instance
    told = instance["disruptions"].groupby("scenario").size()
    for row, scenario in rows(instance["scenarios"]):
        name, expand = scenario["scenario"], scenario["expand"]
        if expand is None:
            yield from _not_expanded(reading, row, scenario, name in told.index)
            continue
        if name in told.index:
            message = (
                f"`{name}` expands and has rows in disruptions as well ({told[name]}): clear expand, or remove them"
            )
            yield report_error(reading, "scenarios", row, "expand", message)
        for column, what in (("period", "the period in which it occurs"), ("months", "the number of months it lasts")):
            if pd.isna(scenario[column]):
                yield report_error(reading, "scenarios", row, column, f"{expand} needs {what}; write it")
        if scenario["factor"] == 1:
            message = "a factor of 1 has no effect; write the share that remains, such as 0 for nothing"
            yield report_warning(reading, "scenarios", row, "factor", message)
        elif scenario["factor"] > LIKELY_PERCENT:
            message = f"{scenario['factor']:g} is {scenario['factor']:g} times as much as before; write a share"
            yield report_warning(reading, "scenarios", row, "factor", message)


def _not_expanded(reading: "Reading", row: int, scenario: Row, told: bool) -> Iterator[Issue]:
    """What is wrong with a scenario whose disruptions stand in their own sheet."""
    if not told:
        message = f"`{scenario['scenario']}` has no row in disruptions and is left out; add one there, or fill expand"
        yield report_warning(reading, "scenarios", row, "scenario", message)
    for column, neutral in (("item", "*"), ("period", None), ("months", None), ("factor", 0)):
        value = scenario[column]
        if not pd.isna(value) and value != neutral:
            message = f"{column} has an effect only where expand is filled; clear it, and write it in disruptions"
            yield report_warning(reading, "scenarios", row, column, message)


@needs("periods", "scenarios", "disruptions")
def snapshots_fit_periods(reading: "Reading") -> Iterator[Issue]:
    """A disruption is no longer than its period, and all rows of a scenario and period last equally long."""
    instance = reading.instance
    years = instance["periods"].set_index("period")["years"]
    for sheet in ("scenarios", "disruptions"):
        table = instance[sheet]
        for row, entry in rows(
            table[table["period"].notna() & (table["months"] > MONTHS * table["period"].map(years))]
        ):
            most = MONTHS * years[entry["period"]]
            message = (
                f"{entry['months']:g} is more than the {count_noun(most, 'month')} of {entry['period']}; write at most "
                "that, and a row for the next period"
            )
            yield report_error(reading, sheet, row, "months", message)
    for (scenario, period), snapshot in instance["disruptions"].groupby(["scenario", "period"], sort=False):
        first = snapshot["months"].iloc[0]
        for row, entry in rows(snapshot[snapshot["months"] != first]):
            message = (
                f"`{scenario}` lasts {entry['months']:g} months here and {first:g} in row {snapshot.index[0]}, both in "
                f"{period}: a scenario has one snapshot per period; write the same months, or make two scenarios"
            )
            yield report_error(reading, "disruptions", row, "months", message)


@needs(*SUPPLY_SHEETS, "scenarios")
def expansions_have_members(reading: "Reading") -> Iterator[Issue]:
    """There is something that an expanded scenario can take away in its period."""
    scenarios = reading.instance["scenarios"]
    for row, scenario in rows(scenarios[scenarios["expand"].notna() & scenarios["period"].notna()]):
        if not _members(reading.instance, scenario):
            kind = scenario["expand"].removeprefix("each_")
            what = "of any item" if scenario["item"] == "*" else f"of `{scenario['item']}`"
            does = "carries any" if kind in ("lane", "chokepoint") else "can make any"
            message = (
                f"no {kind} {does} {what} in {scenario['period']}, so there is nothing to expand; correct expand, "
                "item or period"
            )
            yield report_warning(reading, "scenarios", row, "expand", message)


def _members(instance: Instance, scenario: Row) -> set[str]:
    """What an expanded scenario takes away one by one."""
    kind, item, period = scenario["expand"].removeprefix("each_"), scenario["item"], scenario["period"]
    if kind not in ("lane", "chokepoint"):
        made = makes(instance)
        return set(made.loc[(made["period"] == period) & made["item"].isin(_match_targets(instance, item)), kind])
    place = instance["periods"]["period"].tolist().index(period)
    lanes = lane_table(instance)
    lanes = lanes[carries(instance)[place] & lanes["item"].isin(_match_targets(instance, item)).to_numpy()]
    if kind == "lane":
        return set(lanes["origin"].astype(str) + "|" + lanes["destination"].astype(str))
    return set().union(*list_chokepoints(instance, lanes)) if len(lanes) else set()


def _match_targets(instance: Instance, item: str) -> set[str]:
    return set(instance["items"]["item"]) if item == "*" else {item}


@needs("settings", "scenarios", "rules")
def risk_has_scenarios(reading: "Reading") -> Iterator[Issue]:
    """Weighing or limiting the risk needs a scenario that has a probability."""
    instance = reading.instance
    if (instance["scenarios"]["probability"] > 0).any():
        return
    reason = "no scenario has a probability above 0, so there is no risk"
    if instance.settings["risk_weight"] > 0:
        cell = reading.setting_cell("risk_weight")
        yield Issue("warning", "settings", cell, f"(risk_weight) {reason} to weigh; write one in sheet scenarios")
    rules = instance["rules"]
    limits = rules[(rules["type"] == "max_cvar") & (rules["active"] == "yes")]
    for row in limits.index:
        yield report_warning(reading, "rules", int(row), "type", f"{reason} to limit; write one in sheet scenarios")
