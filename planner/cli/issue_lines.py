"""Issues as lines for a terminal: one cause is one line with all its cells, and like remarks are told once."""

import re
from collections.abc import Iterable

from planner.issues import Issue
from planner.words import count_noun

MOST_CELLS = 20
"""Cells that are named in one line; a renamed region may have hundreds."""

LIKE = 4
"""Remarks of one kind on one sheet from which on only the first is written out."""

_UNLISTED = re.compile(r"(?P<name>`.*?`) is not listed in (?P<target>\S+)")
_VARYING = re.compile(r"`[^`]*`|\"[^\"]*\"|[-+]?\d[\d.,]*(?:e[-+]?\d+)?|\b[a-z_]+![A-Z]+\d+")


def write_lines(issues: Iterable[Issue]) -> list[str]:
    """Issues as lines, those with one cause as one.

    Parameters
    ----------
    issues
        Errors and remarks, in order.

    Returns
    -------
    list of str
        Lines in the order of their first issues. Errors are put together where they say the same, or the same name
        is missing; remarks also where they differ only in names and figures.
    """
    groups: dict[tuple[str, ...], list[Issue]] = {}
    for issue in issues:
        groups.setdefault(_find_cause(issue), []).append(issue)
    lines = []
    for group in groups.values():
        first = group[0]
        if len(group) == 1 or not first.cell:
            lines += [str(issue) for issue in dict.fromkeys(group)]
        elif len({issue.message for issue in group}) > 1 and first.severity != "error" and len(group) < LIKE:
            lines += [str(issue) for issue in group]
        else:
            lines.append(_write_group(group))
    return lines


def _find_cause(issue: Issue) -> tuple[str, ...]:
    """What issues with one cause have in common."""
    unlisted = _UNLISTED.match(issue.message)
    if unlisted is not None:
        return issue.severity, unlisted["name"], unlisted["target"]
    if issue.severity == "error" or not issue.cell:
        return issue.severity, issue.message, "" if issue.cell else issue.sheet
    return issue.severity, issue.sheet, _VARYING.sub("…", issue.message)


def _write_group(group: list[Issue]) -> str:
    """One line for several issues, with their cells by sheet."""
    first = group[0]
    like = " like it" if len({issue.message for issue in group}) > 1 and first.severity != "error" else ""
    places: dict[str, list[str]] = {}
    for issue in group[:MOST_CELLS]:
        places.setdefault(issue.sheet, []).append(issue.cell)
    cells = "; ".join(f"{sheet}!{', '.join(names)}" for sheet, names in places.items())
    more = f"; and {len(group) - MOST_CELLS:,} more" if len(group) > MOST_CELLS else ""
    return (
        f"{first.severity}: {first.sheet}!{first.cell} and {len(group) - 1:,} more{like}: {first.message} "
        f"({count_noun(len(group), 'cell')}: {cells}{more})"
    )
