"""Orphan rows: what nothing else in the workbook uses."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import join_names, needs, report_warning, rows
from planner.issues import Issue
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading


def list_final_items(instance: Instance) -> set[str]:
    """The items that leave the chain: those sold, and under objective profit those that enable sales of others."""
    sold = set(instance["demand"]["item"])
    if instance.settings["objective"] == "profit" and instance.settings["enablers"] == "on":
        sold |= set(instance["enablers"]["enabler"])
    return sold


@needs("items", "recipes", "demand", "stocks", "enablers", "returns")
def items_are_used(reading: "Reading") -> Iterator[Issue]:
    """An item is used in a recipe, in demand, in stocks or in enablers, or comes back after use."""
    instance = reading.instance
    used = set(instance["recipes"]["item"]) | set(instance["demand"]["item"]) | set(instance["stocks"]["item"])
    used |= set(instance["enablers"]["enabler"]) | set(instance["returns"]["returned"])
    for row, name in _rest(instance["items"]["item"], used):
        message = f"no recipe makes or uses `{name}` and there is no demand for it; remove the row or use it"
        yield report_warning(reading, "items", row, "item", message)


@needs("settings", "items", "processes", "recipes", "lines", "demand", "stocks", "enablers")
def what_is_made_has_an_outlet(reading: "Reading") -> Iterator[Issue]:
    """What is made is used, sold, deployed, stocked or may be thrown away: otherwise its process cannot run."""
    instance = reading.instance
    items, recipes = instance["items"], instance["recipes"]
    recipes = recipes[recipes["process"].isin(set(instance["lines"]["process"]))]
    outlets = set(recipes.loc[recipes["quantity"] < 0, "item"]) | list_final_items(instance)
    outlets |= set(instance["stocks"]["item"]) | set(items.loc[items["disposable"] == "yes", "item"])
    made = recipes[recipes["quantity"] > 0]
    for row, name in _rest(items["item"], outlets):
        makers = [f"`{process}`" for process in made.loc[made["item"] == name, "process"].unique()]
        if makers:
            message = (
                f"nothing uses, sells or stocks `{name}`, so that {join_names(makers)} cannot run; write yes here if "
                "it may be disposed of, or add its use or demand"
            )
            yield report_warning(reading, "items", row, "disposable", message)


@needs("processes", "recipes", "lines")
def processes_have_lines(reading: "Reading") -> Iterator[Issue]:
    """A process with a recipe has a line."""
    instance = reading.instance
    known = set(instance["recipes"]["process"])
    for row, name in _rest(instance["processes"]["process"], set(instance["lines"]["process"])):
        if name in known:
            message = f"no site has a line of `{name}`; add one in sheet lines or remove the process"
            yield report_warning(reading, "processes", row, "process", message)


@needs("sites", "lines")
def sites_have_lines(reading: "Reading") -> Iterator[Issue]:
    """A site has a line."""
    for row, name in _rest(reading.instance["sites"]["site"], set(reading.instance["lines"]["site"])):
        message = f"`{name}` has no line, so that nothing can be made there; add one in sheet lines or remove the site"
        yield report_warning(reading, "sites", row, "site", message)


@needs("firms", "sites", "access", "projects")
def firms_are_of_use(reading: "Reading") -> Iterator[Issue]:
    """A firm has a site, an offer, or a part in a development project."""
    instance = reading.instance
    used = set(instance["sites"]["firm"]) | set(instance["access"]["firm"]) | set(instance["projects"]["partner"])
    for row, name in _rest(instance["firms"]["firm"], used):
        message = f"`{name}` has no site and is not the partner of a project; add one in sheet sites or remove the firm"
        yield report_warning(reading, "firms", row, "firm", message)


@needs("regions", "sites", "lanes", "demand", "stocks")
def regions_are_used(reading: "Reading") -> Iterator[Issue]:
    """A region has a site, a market, a stock or a lane."""
    instance = reading.instance
    used = set(instance["sites"]["region"]) | set(instance["demand"]["region"]) | set(instance["stocks"]["region"])
    used |= set(instance["lanes"]["origin"]) | set(instance["lanes"]["destination"])
    for row, name in _rest(instance["regions"]["region"], used):
        message = f"`{name}` has no site, market, stock or lane; remove the row or use it"
        yield report_warning(reading, "regions", row, "region", message)


def _rest(names: pd.Series, used: set[str]) -> Iterator[tuple[int, str]]:
    """Row and name of what is not used."""
    for row, entry in rows(names[~names.isin(used)].to_frame("name")):
        yield row, entry["name"]
