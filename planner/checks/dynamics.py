"""Productivity: each row is about lines that there are, and changes something."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.checks import needs, report_warning, rows
from planner.issues import Issue
from planner_models.sets.productivity import FACTORS, line_names, match_lines

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("regions", "processes", "firms", "sites", "lines", "productivity")
def productivity_is_of_lines(reading: "Reading") -> Iterator[Issue]:
    """A row matches a line, and one of its factors is not 1."""
    names = line_names(reading.instance)
    for row, entry in rows(reading.instance["productivity"]):
        match = match_lines(names, entry["where"], entry["what"])
        if not match.any():
            message = (
                f"no line in `{entry['where']}` is of `{entry['what']}`, so that this row changes nothing; write where "
                "and what of a line, or remove the row"
            )
            yield report_warning(reading, "productivity", row, "where", message)
        elif all(entry[name] == 1 for name in FACTORS):
            message = "all factors are 1, which changes nothing; write labour, skilled, energy or output"
            yield report_warning(reading, "productivity", row, "what", message)


@needs("regions", "processes", "firms", "sites", "lines", "productivity")
def productivity_is_not_replaced(reading: "Reading") -> Iterator[Issue]:
    """Hours and energy of a line with a cost of its own are in that cost already."""
    lines, table = reading.instance["lines"], reading.instance["productivity"]
    names = line_names(reading.instance)
    for row, entry in rows(table[(table[["labour", "skilled", "energy"]] != 1).any(axis=1)]):
        met = lines[match_lines(names, entry["where"], entry["what"])]
        stated = met[met["unit_cost"].notna()]
        if len(met) and len(stated) == len(met):
            cell = reading.cell("lines", int(stated.index[0]), "unit_cost")
            message = (
                "every line that this row is about states its cost (unit_cost, first in "
                f"lines!{cell}), in which hours and energy are: they change emissions at most; clear the "
                "unit_cost, or leave the factors at 1"
            )
            yield report_warning(reading, "productivity", row, "where", message)
