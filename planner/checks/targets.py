"""Targets: each is about a figure that plans have, and measured against a number or a base."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import needs, report_error, report_warning, rows
from planner.issues import Issue
from planner.sheets.figures import FAMILIES, FIGURES, is_figure
from planner.workbook.names import quote, suggest

if TYPE_CHECKING:
    from planner.workbook.read import Reading

BASE = "base"
"""What is written where the figure of an earlier plan is the measure."""


@needs("targets")
def targets_can_be_judged(reading: "Reading") -> Iterator[Issue]:
    """The value of a target is a number or base, its figure is one that plans have, and its tolerance makes sense."""
    for row, target in rows(reading.instance["targets"]):
        value, figure = target["value"], target["figure"]
        if value.casefold() != BASE and not _is_number(value):
            message = f"`{quote(value)}` is not a number: write one with a point as decimal mark, or {BASE}"
            yield report_error(reading, "targets", row, "value", message)
        elif (
            target["tolerance_as"] == "percent" and value.casefold() != BASE and float(value) == 0 < target["tolerance"]
        ):
            message = "is per cent of the value 0, which is nothing; write tolerance_as value"
            yield report_warning(reading, "targets", row, "tolerance", message)
        if not is_figure(figure):
            hint = suggest(figure, [*FIGURES, *(name.strip(" ,") for name in FAMILIES)])
            remedy = hint or "; write the name of one of sheet summary, such as total cost or demand served"
            message = f"`{quote(figure)}` is not a key figure, so the target would be missed{remedy}"
            yield report_warning(reading, "targets", row, "figure", message)


def _is_number(written: str) -> bool:
    try:
        return math.isfinite(float(written))
    except ValueError:
        return False
