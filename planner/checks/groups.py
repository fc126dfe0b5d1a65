"""Rules on groups: what they count exists and is enough; least flows, hubs and disposal can do what they say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.checks import Row, active, needs, report_error, report_warning, rows
from planner.checks.bounds import options_of_lines, tabulate_existing_capacity
from planner.checks.places import lines_at_sites, positions, regions_of
from planner.checks.rules import COUNTED
from planner.issues import Issue
from planner.words import count_noun
from planner.workbook.names import suggest
from planner_models.by_period import list_views, period_views
from planner_models.instance import Instance
from planner_models.sets.rules import CAPACITY, OPEN

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_SHEETS = ("periods", "regions", "items", "processes", "recipes", "firms", "sites", "lines", "line_capacity", "options",
           "by_period", "access", "lanes", "hubs", "rules")  # fmt: skip
_ROUNDING = 1e-9


def _of_types(instance: Instance, types: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    rules = active(instance["rules"])
    yield from rows(rules[rules["type"].isin(types)])


def list_counted(instance: Instance, rule: Row, named: bool = True) -> dict[str, bool]:
    """What a rule on openings is about.

    Parameters
    ----------
    instance
        The instance.
    rule
        A row of sheet `rules`.
    named
        Whether only what `who` names counts.

    Returns
    -------
    dict of str to bool
        What `who` could name (sites, regions of hubs, or regions where lanes end) -> whether a lane there has a least
        flow, without which nothing tells that it is used; True of sites and hubs.
    """
    there = regions_of(instance, rule["scope"] or "*")
    if rule["by"] == "site":
        home = instance["firms"].set_index("firm")["home"]
        sites, lines = instance["sites"], instance["lines"]
        makers = _find_makers(instance, rule["item"])
        some = set(lines.loc[lines["process"].isin(makers), "site"]) if rule["item"] != "*" else set(sites["site"])
        meant = sites["region"].isin(there) & sites["firm"].map(home).eq("yes") & sites["site"].isin(some)
        found = dict.fromkeys(sites.loc[meant, "site"], True)
    elif rule["by"] == "hub":
        hubs = instance["hubs"]
        meant = hubs["region"].isin(there) & (hubs["item"].eq(rule["item"]) | (rule["item"] == "*"))
        found = dict.fromkeys(hubs.loc[meant, "region"], True)
    else:
        lanes = instance["lanes"]
        lanes = lanes[lanes["origin"].isin(there) & (lanes["origin"] != lanes["destination"])]
        lanes = lanes[(lanes["item"] == "*") | (lanes["item"] == rule["item"]) | (rule["item"] == "*")]
        found = (lanes["min_flow"] > 0).groupby(lanes["destination"]).any().to_dict()
    asked = _split(rule["who"])
    return {name: sure for name, sure in found.items() if not named or rule["who"] == "*" or name in asked}


def _split(who: str) -> list[str]:
    return [name for name in map(str.strip, who.split(";")) if name]


def _find_makers(instance: Instance, item: str) -> set[str]:
    recipes = instance["recipes"]
    return set(recipes.loc[(recipes["item"] == item) & (recipes["quantity"] > 0), "process"])


@needs(*_SHEETS)
def openings_count_something(reading: "Reading") -> Iterator[Issue]:
    """A rule on openings names what there is, and asks for no more than there is."""
    for row, rule in _of_types(reading.instance, OPEN):
        if rule["by"] not in COUNTED:
            continue
        known = list_counted(reading.instance, rule, named=False)
        for name in _split(rule["who"]) if rule["who"] != "*" else []:
            if name not in known:
                what = _WHAT[rule["by"]]
                hint = suggest(name, known) or f": write {_some(known)}"
                yield report_error(reading, "rules", row, "who", f"`{name}` is not a {what}{hint}")
        counted = list_counted(reading.instance, rule)
        yield from _judge_count(reading, row, rule, counted)


_WHAT = {
    "site": "site of a home firm there",
    "hub": "region there with a hub",
    "lane": "region where such a lane ends",
}


def _some(known: dict[str, bool]) -> str:
    names = sorted(known)[:3]
    return " or ".join(f"`{name}`" for name in names) if names else "*, or another scope"


def _judge_count(reading: "Reading", row: int, rule: Row, counted: dict[str, bool]) -> Iterator[Issue]:
    limit = rule["limit"]
    if rule["type"] == "max_open" and rule["by"] != "lane" and limit >= len(counted):
        message = (
            f"there {'is' if len(counted) == 1 else 'are'} {count_noun(len(counted), rule['by'])} in all, so every "
            "plan meets the rule; write a lower limit, or remove the rule"
        )
        yield report_warning(reading, "rules", row, "limit", message)
    sort = report_error if rule["hard"] == "yes" else report_warning
    if rule["type"] == "min_open" and rule["by"] != "lane" and limit > len(counted):
        message = (
            f"there {'is' if len(counted) == 1 else 'are'} only {count_noun(len(counted), rule['by'])} in all; write "
            f"{len(counted)} or less"
        )
        yield sort(reading, "rules", row, "limit", message)
    if rule["type"] == "min_open" and rule["by"] == "lane" and limit > 0 and not any(counted.values()):
        message = (
            "a lane counts as used as soon as anything moves on it: write the least flow as min_flow in sheet lanes"
        )
        yield sort(reading, "rules", row, "by", message)


@needs(*_SHEETS)
def groups_can_have_their_capacity(reading: "Reading") -> Iterator[Issue]:
    """A group of lines makes the item, and what must be there can be there."""
    instance = reading.instance
    for row, rule in _of_types(instance, CAPACITY):
        if rule["type"] == "min_capacity" and rule["item"] == "*":
            message = "min_capacity needs the item that can be made; write it"
            yield report_error(reading, "rules", row, "item", message)
            continue
        if rule["by"] is not None and rule["by"] not in ("region", "bloc", "firm", "site", "process"):
            continue
        most = _most_capacity(instance, rule)
        if most is None:
            what = "anything" if rule["item"] == "*" else f"`{rule['item']}`"
            yield report_warning(
                reading, "rules", row, "item", f"no line there makes {what}: correct or remove the rule"
            )
        elif rule["type"] == "min_capacity" and most[0] < rule["limit"] * (1.0 - _ROUNDING):
            message = (
                f"in {most[1]} the lines there can have a capacity of {most[0]:g} at most; write that or less, or add "
                "options"
            )
            sort = report_error if rule["hard"] == "yes" else report_warning
            yield sort(reading, "rules", row, "limit", message)


def _most_capacity(instance: Instance, rule: Row) -> tuple[float, str] | None:
    """The least over its periods of what the lines of a group could have, and when; None where there are no lines."""
    lines = lines_at_sites(instance).reset_index(drop=True)
    bloc = instance["regions"].set_index("region")["bloc"]
    lines["bloc"] = lines["region"].map(bloc).fillna(lines["region"])
    made = instance["recipes"].query("quantity > 0")
    if rule["item"] != "*":
        made = made[made["item"] == rule["item"]]
    quantity = made.groupby("process")["quantity"].max()
    views = period_views(instance)
    meant = lines["region"].isin(regions_of(instance, rule["scope"] or "*")) & lines["process"].isin(quantity.index)
    if rule["by"] is not None and rule["who"] != "*":
        meant &= lines[rule["by"]] == rule["who"]
    if not meant.any():
        return None
    existing, options = tabulate_existing_capacity(instance), options_of_lines(instance)
    order = positions(instance, "periods", "period")
    first = order.get(rule["from"], 0)
    last = order.get(rule["to"], len(order) - 1)
    found = []
    for name, place in list(order.items())[first : last + 1]:
        now = views[name]["recipes"].loc[made.index].groupby("process")["quantity"].max()
        each = lines["process"].map(now).fillna(0.0).to_numpy(float)
        there = float((existing[:, place] * each)[meant.to_numpy()].sum())
        serving = options[
            (options["multiple"] == 1) & (options["ready"] <= place) & options["line"].isin(lines.index[meant])
        ]
        there += float((serving["size"] * serving["max_modules"] * each[serving["line"].astype(int)]).sum())
        found.append((there, name))
    return min(found) if found else None


@needs("items", "rules")
def disposal_is_allowed(reading: "Reading") -> Iterator[Issue]:
    """What is limited, or costs something, to throw away may be thrown away."""
    items = reading.instance["items"]
    for row, item in rows(items[(items["disposable"] == "no") & (items["disposal_cost"] > 0)]):
        message = f"`{item['item']}` may not be disposed of (disposable = no): write yes there, or clear its cost"
        yield report_warning(reading, "items", row, "disposal_cost", message)
    kept = set(items.loc[items["disposable"] == "no", "item"])
    for row, rule in _of_types(reading.instance, ("max_disposal",)):
        if rule["item"] in kept:
            message = f"`{rule['item']}` may not be disposed of at all (items, disposable = no); write yes there"
            yield report_warning(reading, "rules", row, "item", message)


@needs("periods", "lanes", "by_period")
def least_flows_fit_capacity(reading: "Reading") -> Iterator[Issue]:
    """The least flow of a lane is within its capacity in some period."""
    lanes, views = reading.instance["lanes"], list_views(reading.instance)
    never = np.all([view["lanes"]["min_flow"] > view["lanes"]["capacity"] for view in views], axis=0)
    for row, lane in rows(lanes[never]):
        message = (
            f"the least flow {lane['min_flow']:g} is above the capacity {lane['capacity']:g}: the lane could never be "
            "used; exchange them, or write less"
        )
        yield report_error(reading, "lanes", row, "min_flow", message)


@needs("regions", "items", "lanes", "hubs")
def hubs_pass_something(reading: "Reading") -> Iterator[Issue]:
    """Something can be passed on at a hub: a lane brings it and another takes it away."""
    lanes, hubs = reading.instance["lanes"], reading.instance["hubs"]
    lanes = lanes[lanes["origin"] != lanes["destination"]]
    ends = {end: set(zip(lanes[end], lanes["item"], strict=True)) for end in ("destination", "origin")}
    for row, hub in rows(hubs):
        lacking = [
            end
            for end, known in ends.items()
            if not any(
                place == hub["region"] and (item in ("*", hub["item"]) or hub["item"] == "*") for place, item in known
            )
        ]
        if lacking:
            way = "brings anything in" if lacking[0] == "destination" else "takes anything out"
            what = "anything" if hub["item"] == "*" else f"`{hub['item']}`"
            message = (
                f"no lane {way.replace('anything', what)}, so that `{hub['region']}` passes nothing on; add lanes, "
                "correct the region or the item, or remove the row"
            )
            yield report_warning(reading, "hubs", row, "region", message)
