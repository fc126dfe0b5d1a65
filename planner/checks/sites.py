"""Firms, sites and lines: who can build, when a site can be open, and what a line can ever have."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.checks import needs, report_error, report_warning, rows
from planner.checks.bounds import CAPACITY_SHEETS, greatest_capacity
from planner.checks.places import lines_at_sites, positions
from planner.checks.supply import SUPPLY_SHEETS, supply
from planner.issues import Issue

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs(*SUPPLY_SHEETS)
def somebody_can_make(reading: "Reading") -> Iterator[Issue]:
    """Home firms can run a line of their own or draw on one of others, or have something in stock to sell."""
    firms = reading.instance["firms"]
    if firms.empty:
        return
    home = firms.index[firms["home"] == "yes"]
    chain = supply(reading.instance)
    if not chain.ever()[1].any() and not chain.initial.any():
        whose = (
            "the firms marked home have access to nothing" if len(home) else "no firm is home and nothing is accessible"
        )
        message = (
            f"{whose}: none of their lines can run, and no outside line has capacity, inputs and an offer in time; "
            "give home firms lines with capacity or options, or give lines of outside firms a capacity and an "
            "offer (access)"
        )
        yield report_error(reading, "firms", home[0] if len(home) else firms.index[0], "home", message)
    elif home.empty:
        message = "no firm is home, so nothing can be built; write yes in column home for the planner's own firms"
        yield report_warning(reading, "firms", firms.index[0], "home", message)


@needs("firms", "sites")
def outside_candidates(reading: "Reading") -> Iterator[Issue]:
    """Only home firms open sites."""
    sites, firms = reading.instance["sites"], reading.instance["firms"]
    outside = set(firms.loc[firms["home"] == "no", "firm"])
    for row, site in rows(sites[(sites["status"] == "candidate") & sites["firm"].isin(outside)]):
        message = (
            f"`{site['site']}` belongs to the outside firm `{site['firm']}`: the planner cannot open it; write "
            "existing, or give it to a home firm"
        )
        yield report_warning(reading, "sites", row, "status", message)


@needs("periods", "sites")
def site_windows(reading: "Reading") -> Iterator[Issue]:
    """A site may be open in at least one period."""
    order = positions(reading.instance, "periods", "period")
    sites = reading.instance["sites"]
    for row, site in rows(sites[sites["first_period"].notna() & sites["last_period"].notna()]):
        if order[site["first_period"]] > order[site["last_period"]]:
            message = (
                f"first_period {site['first_period']} is after last_period {site['last_period']}: `{site['site']}` "
                "could never be open; exchange them or leave one blank"
            )
            yield report_error(reading, "sites", row, "first_period", message)


@needs(*CAPACITY_SHEETS)
def lines_can_have_capacity(reading: "Reading") -> Iterator[Issue]:
    """A line exists in some period or can be built."""
    lines = lines_at_sites(reading.instance)
    idle = lines[~np.any(greatest_capacity(reading.instance) > 0, axis=1)]
    for row, line in rows(idle):
        name = f"`{line['process']}` at `{line['site']}`"
        if line["home"] == "no":
            message = f"{name} has no usable capacity in any period; give it a capacity or remove the line"
        else:
            message = (
                f"{name} has no capacity in any period and no option that is ready in time; give it a capacity "
                "(lines), an option (options), or remove the line"
            )
        yield report_warning(reading, "lines", row, "capacity", message)


@needs("periods", "processes", "sites", "lines", "line_capacity")
def line_capacity_has_lines(reading: "Reading") -> Iterator[Issue]:
    """A changed capacity belongs to a line."""
    lines, changes = reading.instance["lines"], reading.instance["line_capacity"]
    known = set(zip(lines["site"], lines["process"], strict=True))
    for row, change in rows(changes):
        if (change["site"], change["process"]) not in known:
            message = f"there is no line `{change['process']}` at `{change['site']}`; add it to lines or correct it"
            yield report_error(reading, "line_capacity", row, "process", message)
