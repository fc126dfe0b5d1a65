"""Switches: rows that a switch in settings keeps out of the plan."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import needs
from planner.checks.offers import SPOT, offers_of_lines
from planner.checks.readiness import PARTNER_SWITCHES
from planner.issues import Issue
from planner.words import count_noun
from planner_models.instance import Instance
from planner_models.sets.access import OFFER, partner_offers

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs(
    *("settings", "firms", "sites", "lines", "access", "projects", "learning", "clusters", "enablers", "policies"),
    *("scenarios", "rules", "periods", "processes", "productivity", "inertia", "growth"),
    *("returns", "carbon", "eligibility"),
)
def switches_leave_rows_out(reading: "Reading") -> Iterator[Issue]:
    """Once per sheet and switch: rows are there, but the mechanism is switched off."""
    for sheet, switch, out in _list_ineffective(reading.instance):
        if reading.instance.settings[switch] == "off" and len(out):
            row = int(out.index[0])
            column = str(reading.instance[sheet].columns[0])
            message = (
                f"{switch} is off in settings, so {count_noun(len(out), 'row')} of this sheet, from here on, "
                f"{'has' if len(out) == 1 else 'have'} no effect; write on there to use "
                f"{'it' if len(out) == 1 else 'them'}"
            )
            yield Issue("info", sheet, reading.cell(sheet, row, column), message)


def _list_ineffective(instance: Instance) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Each sheet and switch with the rows that have no effect while it is off."""
    firms, projects = instance["firms"], instance["projects"]
    offers = instance["access"]
    offers = offers[offers["firm"].isin(firms.loc[firms["home"] == "no", "firm"])]
    left = offers.index.isin(offers_of_lines(instance)["row"]) | (offers["mode"] == SPOT)
    left |= pd.MultiIndex.from_frame(offers[OFFER]).isin(partner_offers(instance))
    yield "access", "access", offers[~left]
    for kind, switch in PARTNER_SWITCHES.items():
        yield "projects", switch, projects[(projects["kind"] == kind) & projects["partner"].notna()]
    policies, duties = instance["policies"], instance["policies"]["kind"] == "duty"
    yield "policies", "support", policies[~duties]
    yield "policies", "duty_policies", policies[duties]
    programmes = instance["eligibility"]
    yield "eligibility", "support", programmes[programmes["kind"] != "duty"]
    yield "eligibility", "duty_policies", programmes[programmes["kind"] == "duty"]
    dynamics = ("productivity", "inertia", "growth", "returns", "carbon")
    for sheet in ("learning", "clusters", "enablers", "policies", "scenarios", "rules", *dynamics):
        yield sheet, sheet, instance[sheet]


@needs("settings", "firms", "sites", "lines", "access", "projects", "periods", "processes")
def lines_stay_in_reach(reading: "Reading") -> Iterator[Issue]:
    """Once per firm, while `access` is off: lines without a spot row are reached through another, without its stake."""
    instance = reading.instance
    if instance.settings["access"] == "on":
        return
    offers = offers_of_lines(instance)
    with_spot = offers.loc[offers["mode"] == SPOT, "line"]
    bound = offers[~offers["line"].isin(with_spot)]
    for firm, rows in bound.groupby("firm", sort=False):
        first = rows.iloc[0]
        more = (
            f" and {count_noun(rows['line'].nunique() - 1, 'more of its line')}" if rows["line"].nunique() > 1 else ""
        )
        message = (
            f"access is off, and no spot row covers `{first['process']}` at `{first['site']}`{more}: `{firm}` is "
            f"reached through its row of mode {first['mode']}, the least binding one, without stake or control; add a "
            "spot row with its market terms"
        )
        yield Issue("info", "access", reading.cell("access", int(first["row"]), "mode"), message)
