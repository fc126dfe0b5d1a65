"""Access offers: each reaches a line in time, and its terms fit its mode.

Of the offers for one line at most one is in force at a time, so their offtake shares need not add up to 1 or less.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import needs, report_warning, rows
from planner.checks.bounds import CAPACITY_SHEETS, greatest_capacity, tabulate_existing_capacity
from planner.checks.offers import SPOT, free_lines, offers_of_lines
from planner.checks.places import lines_at_sites
from planner.issues import Issue
from planner.words import count_noun
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_COVER_SHEETS = ("periods", "firms", "sites", "lines", "access")


def _outside_offers(instance: Instance) -> pd.DataFrame:
    """The rows of `access` that are offers of outside firms."""
    firms, offers = instance["firms"], instance["access"]
    return offers[offers["firm"].isin(set(firms.loc[firms["home"] == "no", "firm"]))]


def _means_development(instance: Instance) -> pd.Series:
    """Which rows of `access` a development project with the firm may ask for, whether or not they cover a line."""
    offers = instance["access"]
    return offers["firm"].isin(set(instance["projects"]["partner"])) & (offers["mode"] != SPOT)


@needs(*_COVER_SHEETS, "projects")
def offers_cover_lines(reading: "Reading") -> Iterator[Issue]:
    """An offer covers a line, or belongs to the partner of a project."""
    instance = reading.instance
    lines = lines_at_sites(instance)
    offers = _outside_offers(instance)
    idle = offers[~offers.index.isin(offers_of_lines(instance, switched=False)["row"])]
    for row, offer in rows(idle[~_means_development(instance)[idle.index]]):
        firm, process = offer["firm"], offer["process"]
        if not (lines["firm"] == firm).any():
            message = f"`{firm}` has no line, and no project asks for this offer; add a site with a line or remove it"
            yield report_warning(reading, "access", row, "firm", message)
        elif process == "*":
            message = f"every line of `{firm}` has a row of its own in mode {offer['mode']}: this one covers none"
            yield report_warning(reading, "access", row, "process", f"{message}; remove it")
        else:
            message = f"`{firm}` has no existing site with a line `{process}`; write a process it has, or *"
            yield report_warning(reading, "access", row, "process", message)


@needs("firms", "sites", "periods", "lines", "access")
def every_line_has_an_offer(reading: "Reading") -> Iterator[Issue]:
    """A firm with offers has one for each of its lines; the others are free to draw on, which is seldom meant."""
    instance = reading.instance
    lines = lines_at_sites(instance)
    free = lines[free_lines(instance) & (lines["home"] == "no") & (lines["status"] != "candidate")]
    offers = _outside_offers(instance)
    for firm, uncovered in free[free["firm"].isin(set(offers["firm"]))].groupby("firm", sort=False):
        first = uncovered.iloc[0]
        more = f" (and {count_noun(len(uncovered) - 1, 'more line')})" if len(uncovered) > 1 else ""
        message = (
            f"no offer of `{firm}` covers `{first['process']}` at `{first['site']}`{more}: its supply is available at "
            "cost, without markup or limit; add a row for it (for example spot with its markup), or one for *"
        )
        row = int(offers.index[offers["firm"] == firm][0])
        yield Issue("info", "access", reading.cell("access", row, "process"), message)


@needs("periods", "firms", "access")
def terms_fit_horizon(reading: "Reading") -> Iterator[Issue]:
    """An offer does not bind for longer than the plan lasts."""
    count = len(reading.instance["periods"])
    offers = _outside_offers(reading.instance)
    for row, offer in rows(offers[offers["term"] > count]):
        message = (
            f"the plan has {count_noun(count, 'period')} and the term {offer['term']:g}, so the offer binds to the "
            "end; if years were meant, write the number of periods"
        )
        yield report_warning(reading, "access", row, "term", message)


@needs(*CAPACITY_SHEETS)
def offers_allow_purchases(reading: "Reading") -> Iterator[Issue]:
    """Something can be drawn through an offer that covers a line: a share, and a period after qualification."""
    instance = reading.instance
    offers = offers_of_lines(instance, switched=False)
    existing, most = tabulate_existing_capacity(instance), greatest_capacity(instance)
    periods = np.arange(existing.shape[1])
    usable: dict[int, bool] = {}
    for _, offer in rows(offers):
        capacity = (most if offer["controls"] == "yes" else existing)[offer["line"]]
        late = capacity.any() and not capacity[periods >= offer["qualification"]].any()
        usable[offer["row"]] = usable.get(offer["row"], False) or not late
    table = instance["access"]
    for row, offer in rows(table.loc[sorted(usable)]):
        if offer["offtake_share"] == 0:
            message = "an offtake_share of 0 allows no purchases; write a share, or leave it blank for all"
            yield report_warning(reading, "access", row, "offtake_share", message)
        elif not usable[row]:
            message = (
                "no period with capacity remains after a qualification of "
                f"{count_noun(offer['qualification'], 'period')}; write fewer, or remove the row"
            )
            yield report_warning(reading, "access", row, "qualification", message)


@needs("firms", "access")
def stakes_fit_modes(reading: "Reading") -> Iterator[Issue]:
    """What a mode means is written out: equity and joint ventures hold a stake, an acquisition all and control."""
    for row, offer in rows(_outside_offers(reading.instance)):
        mode, stake = offer["mode"], offer["stake"]
        if mode in ("equity", "joint_venture") and stake == 0:
            message = f"in mode {mode} a stake of 0 returns no margin; write the stake"
            yield report_warning(reading, "access", row, "stake", message)
        if mode == "acquire" and stake < 1:
            message = f"an acquisition with a stake of {stake:g} still pays a margin; write 1, or mode equity"
            yield report_warning(reading, "access", row, "stake", message)
        if mode == "acquire" and offer["controls"] == "no":
            message = "an acquisition without control does not allow building; write yes"
            yield report_warning(reading, "access", row, "controls", message)
