"""Duties and bans: they match some lane, and their rates are shares."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import error, needs, rows, warning
from planner.checks.places import blocs, positions
from planner.checks.supply import lane_table, matched
from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading

LIKELY_PERCENT = 3.0
"""A duty of more than 300 % of the value is taken for a percentage written without its sign."""


@needs("periods", "duties")
def duties_span_time(reading: "Reading") -> Iterator[Issue]:
    """A duty is in force from a period to the same or a later one."""
    order = positions(reading.instance, "periods", "period")
    duties = reading.instance["duties"]
    for row, duty in rows(duties[duties["from"].notna() & duties["to"].notna()]):
        if order[duty["from"]] > order[duty["to"]]:
            message = f"from {duty['from']} is after to {duty['to']}; exchange them or leave one blank"
            yield error(reading, "duties", row, "from", message)


@needs("regions", "items", "lanes", "duties")
def duties_match_lanes(reading: "Reading") -> Iterator[Issue]:
    """A duty concerns at least one lane, and does something to it."""
    instance = reading.instance
    lanes = lane_table(instance)
    value = instance["items"].set_index("item")["value"]
    for row, duty in rows(instance["duties"]):
        if duty["rate"] == 0 and duty["ban"] == "no":
            yield warning(reading, "duties", row, "rate", "neither a rate nor a ban: write one or remove the row")
        elif not matched(duty, lanes).any():
            inside = "*" in (duty["origin"], duty["destination"])
            reason = " (trade inside a bloc is never matched by *)" if inside else ""
            message = (
                f"no lane goes from `{duty['origin']}` to `{duty['destination']}` with `{duty['item']}`{reason}; "
                "correct the names or remove the row"
            )
            yield warning(reading, "duties", row, "origin", message)
        elif duty["ban"] == "no" and duty["item"] != "*" and value[duty["item"]] == 0:
            message = f"`{duty['item']}` has no value, so that its duty is 0; write its value in items"
            yield warning(reading, "duties", row, "rate", message)


@needs("duties")
def rates_are_shares(reading: "Reading") -> Iterator[Issue]:
    """A rate is a share of the value, not a percentage."""
    duties = reading.instance["duties"]
    for row, duty in rows(duties[duties["rate"].abs() > LIKELY_PERCENT]):
        rate = duty["rate"]
        message = f"{rate:g} means {100 * rate:g} % of the value; write {rate / 100:g} if {rate:g} % is meant"
        yield warning(reading, "duties", row, "rate", message)


@needs("regions")
def blocs_are_not_regions(reading: "Reading") -> Iterator[Issue]:
    """The name of a region is not the name of a bloc of other regions: duties could mean either."""
    regions = reading.instance["regions"]
    bloc = blocs(reading.instance)
    for row, region in rows(regions):
        name = region["region"]
        others = [other for other in bloc.index[bloc == name] if other != name]
        if others:
            message = f"`{name}` is also the bloc of `{others[0]}`: a duty on `{name}` means both; rename one"
            yield warning(reading, "regions", row, "region", message)
