"""Weights: what is added up by value has one, or is added by quantity and said so, or is refused."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import active, join_names, needs, report_error, report_warning, rows
from planner.issues import InputError, Issue
from planner_models.blocks.demand import penalties
from planner_models.instance import Instance
from planner_models.sets.rules import EVERY
from planner_models.sets.weights import service_weights, step_worth

if TYPE_CHECKING:
    from planner.workbook.read import Reading


def _has_scenarios(instance: Instance) -> bool:
    """Whether some scenario is reported on."""
    return instance.settings["scenarios"] == "on" and len(instance["scenarios"]) > 0


def _limits_total_service(instance: Instance) -> bool:
    """Whether a rule limits the service of all items together."""
    rules = active(instance["rules"])
    return instance.settings["rules"] == "on" and bool(
        ((rules["type"] == "min_service") & (rules["item"] == EVERY)).any()
    )


@needs("settings", "items", "demand", "scenarios", "rules")
def service_can_be_weighed(reading: "Reading") -> Iterator[Issue]:
    """The service of all markets together is by value, or by quantity of one unit."""
    if _has_scenarios(reading.instance) or _limits_total_service(reading.instance):
        yield from describe_weights(reading)


def describe_weights(reading: "Reading") -> Iterator[Issue]:
    """What there is to say about how service is added up, for all who add it up.

    Parameters
    ----------
    reading: an input without faults in `items` and `demand`

    Yields
    ------
    An error for each item without value and price where units differ, a warning where all are added by quantity.
    """
    weights = service_weights(reading.instance)
    if weights.by_value:
        return
    items = reading.instance["items"]
    first = items[items["item"].isin(weights.lacking)]
    if not weights.addable:
        for row, item in rows(first):
            message = (
                f"`{item['item']}` has neither a value nor a price in demand, and the items sold have different units, "
                "so their quantities cannot be added up; write its value"
            )
            yield report_error(reading, "items", row, "value", message)
    elif len(first):
        names = join_names([f"`{name}`" for name in weights.lacking])
        message = f"{names}: neither a value nor a price in demand; service is by quantity, of all items; write values"
        yield report_warning(reading, "items", int(first.index[0]), "value", message)


@needs("settings", "items", "demand", "scenarios")
def shortage_has_a_cost(reading: "Reading") -> Iterator[Issue]:
    """What a disruption leaves unserved costs something."""
    if _has_scenarios(reading.instance):
        yield from costless(reading)


def costless(reading: "Reading") -> Iterator[Issue]:
    """An error for each market of which nothing says what it costs to leave it unserved in a disruption."""
    instance = reading.instance
    demand = instance["demand"]
    if instance.settings["objective"] == "profit":
        return
    known = penalties(demand, instance.settings).notna() | step_worth(instance).notna()
    for row in demand.index[~known & (demand["volume"] > 0)]:
        message = (
            "the cost of a unit not served in a disruption is unknown: there is no penalty or price here, and the item "
            "has no value; write a penalty"
        )
        yield report_error(reading, "demand", int(row), "penalty", message)


@needs("settings", "items", "stocks", "enablers", "scenarios")
def losses_have_values(reading: "Reading") -> Iterator[Issue]:
    """What a disruption takes from stock, or leaves undeployed, is lost at the value of its item."""
    instance = reading.instance
    if not _has_scenarios(instance):
        return
    profit = instance.settings["objective"] == "profit"
    uses = {
        "what a disruption takes from its stock": set(instance["stocks"]["item"]),
        "what a disruption prevents from being deployed": set(instance["enablers"]["enabler"]) if profit else set(),
    }
    items = instance["items"]
    for words, names in uses.items():
        for row, item in rows(items[items["item"].isin(names) & ~(items["value"] > 0)]):
            message = f"{words} costs its value, which is 0; write the value of `{item['item']}`"
            yield report_warning(reading, "items", row, "value", message)


@needs("settings", "items", "recipes", "rules")
def content_has_values(reading: "Reading") -> Iterator[Issue]:
    """Local content is a share of value: of an item that has one, made of inputs that have one."""
    instance = reading.instance
    if instance.settings["rules"] == "off":
        return
    items = instance["items"]
    lacking = set(items.loc[~(items["value"] > 0), "item"])
    rules = active(instance["rules"])
    named = rules[(rules["type"] == "min_local_content") & (rules["item"] != EVERY)]
    for name in dict.fromkeys(named["item"]):
        wanted = lacking & {name, *inputs_of(instance["recipes"], name)}
        for row, item in rows(items[items["item"].isin(wanted)]):
            message = f"the local content of `{name}` is a share of value, and `{item['item']}` has none; write it"
            yield report_error(reading, "items", row, "value", message)


def inputs_of(recipes: pd.DataFrame, item: str) -> set[str]:
    """What the processes that make an item use."""
    makers = recipes.loc[(recipes["item"] == item) & (recipes["quantity"] > 0), "process"]
    return set(recipes.loc[recipes["process"].isin(makers) & (recipes["quantity"] < 0), "item"])


def refuse_unweighable(reading: "Reading", prefix: str = "") -> list[Issue]:
    """What a study has to say that breaks a plan itself, whether or not the input has scenarios.

    Parameters
    ----------
    reading: the input of the plan
    prefix: what the names of its sheets begin with in the file that was named

    Returns
    -------
    The warnings of `weighing` and `costless`.

    Raises
    ------
    InputError: where service or losses cannot be added up, with a cell for each item
    """
    found = [
        replace(issue, sheet=f"{prefix}{issue.sheet}") for issue in (*describe_weights(reading), *costless(reading))
    ]
    faults = [issue for issue in found if issue.severity == "error"]
    if faults:
        raise InputError(faults)
    return found
