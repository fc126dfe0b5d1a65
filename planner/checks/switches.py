"""Switches: rows that a switch in settings keeps out of the plan."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import needs
from planner.checks.offers import SPOT
from planner.checks.readiness import PARTNER_SWITCHES
from planner.issues import Issue
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("settings", "access", "projects", "learning", "clusters", "enablers", "policies", "scenarios", "rules")
def switches_leave_rows_out(reading: "Reading") -> Iterator[Issue]:
    """Once per sheet and switch: rows are there, but the mechanism is switched off."""
    for sheet, switch, out in _kept_out(reading.instance):
        if reading.instance.settings[switch] == "off" and len(out):
            row = int(out.index[0])
            column = str(reading.instance[sheet].columns[0])
            message = (
                f"{switch} is off in settings, so that {len(out)} rows of this sheet, beginning here, have no effect; "
                "write on if they should"
            )
            yield Issue("info", sheet, reading.cell(sheet, row, column), message)


def _kept_out(instance: Instance) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Each sheet and switch with the rows that have no effect while it is off."""
    offers, projects = instance["access"], instance["projects"]
    yield "access", "access", offers[offers["mode"] != SPOT]
    for kind, switch in PARTNER_SWITCHES.items():
        yield "projects", switch, projects[(projects["kind"] == kind) & projects["partner"].notna()]
    for sheet in ("learning", "clusters", "enablers", "policies", "scenarios", "rules"):
        yield sheet, sheet, instance[sheet]
