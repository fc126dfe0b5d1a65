"""Security rules: each says all that its type needs, in the unit its type counts in, and names what exists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.checks import Row, active, needs, report_error, report_warning, rows
from planner.checks.places import blocs, find_reversed_spans, positions
from planner.issues import Issue
from planner.workbook.names import suggest
from planner_models.instance import Instance
from planner_models.sets.rules import OPEN

if TYPE_CHECKING:
    from planner.workbook.read import Reading

STAKE = re.compile(r"stake>=(0?\.\d+|1(\.0*)?)")
"""By control: a stake of at least this share."""

PLACES = ("region", "bloc")
OWNERS = ("firm", "site")
GROUPS = (*PLACES, *OWNERS, "process")
"""How lines are told apart."""

COUNTED = ("site", "hub", "lane")
"""What rules on openings count."""


@dataclass(frozen=True)
class Kind:
    """What a type of rule asks for: `by` are the sources it can tell apart, `uses` the other columns that count.

    `unit` is share (limit 0..1) or what else the limit counts in; `free` is the limit at which nothing is asked.
    """

    unit: str
    by: tuple[str, ...] = ()
    needs_by: bool = False
    uses: tuple[str, ...] = ("item", "scope", "from", "to")
    free: float | None = None


_EACH = ("item", "scope", "from", "to", "who")
KINDS = {
    "max_share": Kind("share", (*GROUPS, "control"), True, _EACH, 1.0),
    "min_share": Kind("share", (*GROUPS, "control"), True, _EACH, 0.0),
    "max_import_share": Kind("share", free=1.0),
    "min_sources": Kind("share", (*PLACES, *OWNERS), True, ("item", "scope", "from", "to", "count")),
    "max_hhi": Kind("share", (*PLACES, "firm"), True, free=1.0),
    "min_cover": Kind("months", free=0.0),
    "min_service": Kind("share", uses=("item", "scope", "scenario"), free=0.0),
    "max_cvar": Kind("money", uses=()),
    "min_utilisation": Kind("share", ("firm",), uses=_EACH, free=0.0),
    "max_capacity_ratio": Kind("times"),
    "max_emissions": Kind("t/year"),
    "min_local_content": Kind("share", free=0.0),
    "budget": Kind("money", uses=("scope", "from", "to")),
    "min_cash": Kind("money", uses=("from", "to")),
    "max_open": Kind("number", COUNTED, True, _EACH),
    "min_open": Kind("number", COUNTED, True, _EACH, 0.0),
    "single_source": Kind("number of sources", PLACES),
    "min_capacity": Kind("item/year", GROUPS, uses=_EACH, free=0.0),
    "max_capacity": Kind("item/year", GROUPS, uses=_EACH),
    "max_new": Kind("item/year", GROUPS, uses=_EACH),
    "max_disposal": Kind("item/year"),
}
"""By type of rule."""

WITHOUT_LIMIT = ("single_source",)
"""Types of which a blank limit means something."""

FOR_EVERYTHING = {
    "budget": "a budget covers everything that is built and signed",
    "min_cash": "cash is that of the whole plan, not of an item",
}
"""Types that cannot be about an item, and why."""

_NEUTRAL: dict[str, Any] = {"item": "*", "scope": None, "from": None, "to": None, "count": None, "scenario": "*"}
_NEUTRAL |= {"by": None, "who": "*"}
"""Cells that say nothing, by column."""


@needs("rules")
def rules_are_complete(reading: "Reading") -> Iterator[Issue]:
    """A rule has every cell that its type needs, and a penalty where it may be broken."""
    for row, rule in rows(active(reading.instance["rules"])):
        kind, name = KINDS[rule["type"]], rule["type"]
        if pd.isna(rule["limit"]) and name not in WITHOUT_LIMIT:
            yield report_error(reading, "rules", row, "limit", f"{name} needs a limit ({kind.unit}); write it")
        if kind.needs_by and rule["by"] is None:
            message = f"{name} needs the kind of source (by); write {' or '.join(kind.by)}"
            yield report_error(reading, "rules", row, "by", message)
        elif kind.by and rule["by"] is not None and rule["by"] not in kind.by:
            message = f"{name} cannot tell sources apart by {rule['by']}; write {' or '.join(kind.by)}"
            yield report_error(reading, "rules", row, "by", message)
        if name == "min_sources" and pd.isna(rule["count"]):
            yield report_error(
                reading, "rules", row, "count", "min_sources needs the number of sources; write it, such as 2"
            )
        if name == "min_local_content" and rule["scope"] is None:
            message = "min_local_content needs the bloc (or region) in which things are made; write it"
            yield report_error(reading, "rules", row, "scope", message)
        if rule["hard"] == "no" and pd.isna(rule["penalty"]):
            message = "a rule that may be broken (hard = no) needs a penalty; write it, or hard = yes"
            yield report_error(reading, "rules", row, "penalty", message)
        elif rule["hard"] == "no" and rule["penalty"] == 0:
            message = "at a penalty of 0 the rule can be broken for free; write more, or active = no"
            yield report_warning(reading, "rules", row, "penalty", message)


@needs("rules")
def rules_use_what_they_say(reading: "Reading") -> Iterator[Issue]:
    """No cell is filled that the type of the rule does not look at."""
    for row, rule in rows(active(reading.instance["rules"])):
        kind, name = KINDS[rule["type"]], rule["type"]
        used = {*kind.uses, *(["by"] if kind.by else [])}
        if name in FOR_EVERYTHING and rule["item"] != "*":
            message = f"{FOR_EVERYTHING[name]}; write * (or leave it blank)"
            yield report_error(reading, "rules", row, "item", message)
            used.add("item")
        for column, neutral in _NEUTRAL.items():
            value = rule[column]
            if column not in used and not pd.isna(value) and value != neutral:
                yield report_warning(reading, "rules", row, column, f"{column} has no effect on {name}; clear it")
        if rule["hard"] == "yes" and rule["penalty"] > 0:
            message = "a rule that must hold has no penalty; clear it, or write hard = no"
            yield report_warning(reading, "rules", row, "penalty", message)
        if name == "min_utilisation" and rule["by"] is None and rule["who"] != "*":
            message = f"`{rule['who']}` has an effect only with by = firm; write that, or clear who"
            yield report_warning(reading, "rules", row, "who", message)


@needs("rules")
def limits_fit_types(reading: "Reading") -> Iterator[Issue]:
    """A limit is in the unit of its type, and asks for something."""
    rules = active(reading.instance["rules"])
    for row, rule in rows(rules[rules["limit"].notna()]):
        kind, name, limit = KINDS[rule["type"]], rule["type"], rule["limit"]
        if limit < 0 and name != "min_cash":
            yield report_error(
                reading, "rules", row, "limit", f"{limit:g} is below 0; write a limit ({kind.unit}) of 0 or more"
            )
        elif kind.unit == "share" and limit > 1:
            yield report_error(reading, "rules", row, "limit", _above_one(name, limit))
        elif limit % 1 > 0 and kind.unit.startswith("number"):
            message = f"{limit:g} is not a whole number; write {round(limit):g} or another"
            yield report_error(reading, "rules", row, "limit", message)
        elif limit == 0 and name in ABOVE_ZERO:
            yield report_error(reading, "rules", row, "limit", ABOVE_ZERO[name])
        elif name == "min_sources" and limit * rule["count"] > 1 + 1e-9:
            message = (
                f"{rule['count']:g} sources of {limit:g} each are more than the whole supply; write at most "
                f"{1 / rule['count']:.4g}, or fewer sources"
            )
            yield report_error(reading, "rules", row, "limit", message)
        elif limit == kind.free:
            message = f"every plan meets {name} at {limit:g}; write another limit, or active = no"
            yield report_warning(reading, "rules", row, "limit", message)
        elif name == "max_capacity_ratio" and limit > LARGEST_RATIO:
            message = f"{limit:g} is {limit:g} times what is used; write {limit / 100:g} if {limit:g} % is meant"
            yield report_warning(reading, "rules", row, "limit", message)


LARGEST_RATIO = 10.0
"""A capacity this many times what is used is taken for a percentage written without its sign."""

ABOVE_ZERO = {
    "max_hhi": "no plan can meet 0: with n sources an HHI is at least 1 / n; write a limit above 0",
    "min_sources": "0 requires nothing of a source; write the least share of each, such as 0.1",
    "single_source": "a region without a source has no supply; write 1, or leave it blank",
}


def _above_one(name: str, limit: float) -> str:
    if name == "max_hhi" and limit > 100:
        return f"an HHI is from 0 to 1 here: divide by 10,000 and write {limit / 10_000:g}"
    if limit <= 100:
        return f"{limit:g} is not a share; write {limit / 100:g} for {limit:g} %"
    return f"{limit:g} is not a share; write a number from 0 to 1"


def list_sources(instance: Instance) -> dict[str, list[str]]:
    """The names that a source can have, by what sources are told apart by."""
    return {
        "region": list(instance["regions"]["region"]),
        "bloc": sorted(set(blocs(instance))),
        "firm": list(instance["firms"]["firm"]),
        "site": list(instance["sites"]["site"]),
        "process": list(instance["processes"]["process"]),
    }


@needs("regions", "firms", "sites", "processes", "rules")
def sources_have_names(reading: "Reading") -> Iterator[Issue]:
    """Who is a name of what the sources are told apart by."""
    instance = reading.instance
    known = list_sources(instance)
    for row, rule in rows(active(instance["rules"])):
        by, who = rule["by"], rule["who"]
        if "who" not in KINDS[rule["type"]].uses or by is None or by not in KINDS[rule["type"]].by:
            continue
        if rule["type"] in OPEN:
            continue
        fault = ""
        if by == "control":
            if who not in ("home", "outside") and not STAKE.fullmatch(who):
                fault = f"`{who}` is not a kind of control: write home, outside, or a stake such as stake>=0.5"
        elif who == "*" and rule["type"] in ("min_share", "min_capacity"):
            fault = (
                f"{rule['type']} needs the name of a {by}: not every {by} can have at least {rule['limit']:g}; write it"
            )
        elif who != "*" and who not in known[by]:
            others = [other for other, names in known.items() if who in names]
            hint = f", but a {others[0]}: write by = {others[0]}" if others else suggest(who, known[by])
            fault = f"`{who}` is not a {by}{hint or f': write a name from sheet {_SHEETS[by]}, or *'}"
        if fault:
            yield report_error(reading, "rules", row, "who", fault)


_SHEETS = {"region": "regions", "bloc": "regions (column bloc)", "firm": "firms", "site": "sites"}
_SHEETS |= {"process": "processes"}


@needs("periods", "rules")
def rules_span_time(reading: "Reading") -> Iterator[Issue]:
    """A rule is in force from a period to the same or a later one."""
    yield from find_reversed_spans(reading, "rules", active(reading.instance["rules"]))


@needs("settings", "scenarios", "rules")
def service_is_of_something(reading: "Reading") -> Iterator[Issue]:
    """A rule on the service in every scenario has a scenario; under cost the baseline counts as one."""
    instance = reading.instance
    if len(instance["scenarios"]) or instance.settings["objective"] == "cost":
        return
    rules = active(instance["rules"])
    for row in rules.index[rules["type"] == "min_service"]:
        message = "there is no scenario to which it could apply; write one in sheet scenarios"
        yield report_warning(reading, "rules", int(row), "scenario", message)


@needs("periods", "rules")
def shares_leave_room(reading: "Reading") -> Iterator[Issue]:
    """No source must have more than it may, and all together at most the whole supply."""
    instance = reading.instance
    rules = active(instance["rules"])
    rules = rules[(rules["hard"] == "yes") & rules["limit"].between(0, 1)]
    least, most = rules[rules["type"] == "min_share"], rules[rules["type"] == "max_share"]
    for row, low in rows(least):
        for other, high in rows(most):
            same = low["by"] == high["by"] and low["scope"] == high["scope"] and high["who"] in (low["who"], "*")
            inside = high["who"] == "*" and low["scope"] is not None and low["by"] in PLACES
            if same and not inside and low["limit"] > high["limit"] and _meet(instance, low, high):
                message = (
                    f"{low['limit']:g} of `{low['item']}` must come from `{low['who']}`, but `{high['rule']}` (row "
                    f"{other}) allows {high['limit']:g} at most; write less here, or more there"
                )
                yield report_error(reading, "rules", row, "limit", message)
    for _, group in least[least["by"] != "control"].groupby(["item", "by", "scope"], dropna=False, sort=False):
        largest = group.sort_values("limit").drop_duplicates("who", keep="last")
        if largest["limit"].sum() > 1 + 1e-9 and all(
            _meet(instance, dict(group.iloc[0]), rule) for _, rule in rows(largest)
        ):
            row = int(largest.index.max())
            message = (
                f"with rows {', '.join(str(other) for other in sorted(largest.index) if other != row)} it requires "
                f"{largest['limit'].sum():.4g} of the supply of `{largest['item'].iloc[0]}`; write 1 in all at most"
            )
            yield report_error(reading, "rules", row, "limit", message)


def _meet(instance: Instance, one: Row, other: Row) -> bool:
    """Whether two rules are about the same item in the same period at some time."""
    order = positions(instance, "periods", "period")
    spans = [(order.get(rule["from"], 0), order.get(rule["to"], len(order) - 1)) for rule in (one, other)]
    items = {one["item"], other["item"]}
    return max(span[0] for span in spans) <= min(span[1] for span in spans) and (len(items) == 1 or "*" in items)
