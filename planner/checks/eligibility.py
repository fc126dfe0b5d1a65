"""Eligibility: programmes name what exists, are about something in the good, and can be had as their rows say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.checks import Row, active, join_names, needs, report_error, report_warning, rows
from planner.checks.places import blocs, find_reversed_spans, lines_at_sites, regions_of
from planner.issues import Issue
from planner_models import frames
from planner_models.instance import Instance
from planner_models.schema import TIERS
from planner_models.sets.content import EVERY, find_content, list_needed, split_names, trace_items
from planner_models.sets.coordination import name_groups
from planner_models.sets.reach import tabulate_recipes

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_PAYING = ("subsidy", "output", "duty", "capex")
_ALIKE = ("subsidy", "output", "duty")


@needs("regions", "items", "firms", "eligibility")
def programmes_name_what_exists(reading: "Reading") -> Iterator[Issue]:
    """Each name in a cell that holds several is a place, an item or tier, or an owner."""
    instance = reading.instance
    places = {*instance["regions"]["region"], *blocs(instance), EVERY}
    firms = instance["firms"]
    owners = {*firms["firm"], *firms["bloc"].dropna(), *name_groups(instance).values(), "home"}
    things = {*instance["items"]["item"], *TIERS, EVERY}
    for row, programme in rows(instance["eligibility"]):
        owned = programme["basis"] == "ownership"
        who = (owners, "firm, group or bloc of firms, or home") if owned else (places, "region or bloc")
        known = {"made_in": (places, "region or bloc"), "content": (things, "tier or item"), "who": who}
        for column, (names, words) in known.items():
            strange = [name for name in split_names(programme[column]) if name not in names]
            if strange:
                quoted = join_names([f"`{name}`" for name in strange])
                message = f"{quoted} is not a {words}; write names from the sheets, `;` between several"
                yield report_error(reading, "eligibility", row, column, message)


@needs("periods", "eligibility")
def programmes_span_time(reading: "Reading") -> Iterator[Issue]:
    """A programme is in force from a period to the same or a later one."""
    yield from find_reversed_spans(reading, "eligibility", reading.instance["eligibility"])


@needs("eligibility")
def programmes_fit_kinds(reading: "Reading") -> Iterator[Issue]:
    """Capex is of sites and at most all of it is paid; what pays has a rate, and nothing else has."""
    table = active(reading.instance["eligibility"])
    for row, programme in rows(table):
        kind, rate = programme["kind"], programme["rate"]
        if kind == "capex" and programme["averaging"] != "site":
            message = f"capital cost is paid for sites that qualify, not by {programme['averaging']}; write site"
            yield report_error(reading, "eligibility", row, "averaging", message)
        if kind == "capex" and rate > 1:
            message = f"{rate:g} of the capital cost is more than the cost; write a share, such as {rate / 100:g}"
            yield report_error(reading, "eligibility", row, "rate", message)
        elif kind == "duty" and rate > 1:
            message = f"{rate:g} means {100 * rate:g} points; write {rate / 100:g} if {rate:g} % is meant"
            yield report_warning(reading, "eligibility", row, "rate", message)
        elif kind in _PAYING and rate == 0 and not reading.instance["by_period"]["sheet"].eq("eligibility").any():
            message = f"a {kind} at a rate of 0 brings nothing; write the rate, or make it a condition"
            yield report_warning(reading, "eligibility", row, "rate", message)
        elif kind not in _PAYING and rate > 0:
            message = f"a programme of kind {kind} pays nothing, so that its rate has no effect; clear it"
            yield report_warning(reading, "eligibility", row, "rate", message)


@needs("eligibility")
def programmes_are_linked(reading: "Reading") -> Iterator[Issue]:
    """What a programme needs leads to no circle, and what it excludes can be told apart from it."""
    table = reading.instance["eligibility"]
    links: dict[str, str | None] = frames.entries(table.set_index("programme")["needs"])
    facts: dict[str, dict[str, Any]] = frames.records(table.set_index("programme")[["kind", "averaging"]])
    inactive = set(table.loc[table["active"] != "yes", "programme"])
    for row, programme in rows(table):
        name, rival, needed = programme["programme"], programme["exclusive_with"], programme["needs"]
        if links.get(list_needed(links, name)[-1]) is not None:
            message = f"`{name}` needs itself, through {join_names(list_needed(links, name))}; clear one of these cells"
            yield report_error(reading, "eligibility", row, "needs", message)
        elif needed in inactive and programme["active"] == "yes":
            message = f"`{needed}` is not active, so that its threshold does not count; activate it or clear this cell"
            yield report_warning(reading, "eligibility", row, "needs", message)
        if rival is None:
            continue
        if rival == name:
            message = "a programme cannot exclude itself; name the other one, or clear the cell"
            yield report_error(reading, "eligibility", row, "exclusive_with", message)
        elif not _told_apart(facts[name], facts[rival]):
            message = (
                f"`{name}` and `{rival}` do not look at the same units or sites: give both the same kind and "
                "averaging, or averaging site or firm to both"
            )
            yield report_error(reading, "eligibility", row, "exclusive_with", message)


def _told_apart(one: Row, other: Row) -> bool:
    if one["averaging"] != other["averaging"]:
        return False
    return (one["kind"] == other["kind"] and one["kind"] in _ALIKE) or one["averaging"] in ("site", "firm")


@needs("items", "processes", "recipes", "regions", "firms", "stocks", "returns", "settings", "eligibility")
def content_is_in_goods(reading: "Reading") -> Iterator[Issue]:
    """The good contains what is to be traced, which has a value where that is measured, and its flows are known."""
    instance = reading.instance
    recipes = tabulate_recipes(instance)
    value = instance["items"].set_index("item")["value"]
    returned = frozenset(instance["returns"]["returned"]) if instance.settings["returns"] == "on" else frozenset()
    stocked = set(instance["stocks"]["item"])
    for row, programme in rows(active(instance["eligibility"])):
        content = find_content(instance, programme["content"])
        traced = trace_items(recipes, programme["item"], content, returned)
        inside = sorted(content & traced)
        if content and not inside and programme["kind"] != "condition":
            message = (
                f"`{programme['item']}` contains nothing of `{programme['content']}`, so that all of it would qualify; "
                "name what it is made from (recipes)"
            )
            yield report_error(reading, "eligibility", row, "content", message)
        worthless = [item for item in inside if not value[item] > 0]
        if worthless and programme["basis"] != "quantity":
            names = join_names([f"`{item}`" for item in worthless])
            message = (
                f"content is measured by value, and {names} {'has' if len(worthless) == 1 else 'have'} none; write the "
                "value (items), or write quantity as the basis"
            )
            yield report_error(reading, "eligibility", row, "basis", message)
        held = sorted(traced & stocked)
        if held and programme["averaging"] != "part" and programme["kind"] != "condition":
            names = join_names([f"`{item}`" for item in held])
            message = (
                f"what comes out of stock of {names} has no known content: in periods that use it the "
                f"{programme['averaging']} cannot qualify as a whole; write part as averaging, or remove the stock"
            )
            yield report_warning(reading, "eligibility", row, "averaging", message)


@needs(
    "regions", "items", "processes", "recipes", "firms", "sites", "lines", "lanes", "demand", "periods", "eligibility"
)
def programmes_look_at_something(reading: "Reading") -> Iterator[Issue]:
    """There is something in the market that the programme is about."""
    instance = reading.instance
    for row, programme in rows(active(instance["eligibility"])):
        market = regions_of(instance, programme["market"])
        lacking = _find_lacking(instance, programme, market)
        if lacking:
            message = f"{lacking} in `{programme['market']}`, so this programme has no effect; correct item or market"
            yield report_warning(reading, "eligibility", row, "market", message)


def _find_lacking(instance: Instance, programme: Row, market: set[str]) -> str:
    item = programme["item"]
    if programme["kind"] in ("subsidy", "market_access"):
        demand = instance["demand"]
        found = (demand["item"] == item) & demand["region"].isin(market)
        return "" if found.any() else f"`{item}` is not sold"
    if programme["kind"] == "duty":
        lanes = instance["lanes"]
        found = lanes["item"].isin([item, EVERY]) & lanes["destination"].isin(market) & ~_inside(instance, lanes)
        return "" if found.any() else f"no lane brings `{item}` from another bloc"
    if programme["kind"] == "condition":
        return ""
    recipes = instance["recipes"]
    makers = set(recipes.loc[(recipes["item"] == item) & (recipes["quantity"] > 0), "process"])
    lines = lines_at_sites(instance)
    found = lines["process"].isin(makers) & lines["region"].isin(market)
    return "" if found.any() else f"no line makes `{item}`"


def _inside(instance: Instance, lanes: pd.DataFrame) -> pd.Series:
    bloc = blocs(instance)
    return lanes["origin"].map(bloc) == lanes["destination"].map(bloc)
