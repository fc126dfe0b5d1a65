"""Logic: which decisions imply, exclude or stand in for each other."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from planner_models import frames
from planner_models.instance import Instance
from planner_models.schema.decisions import KEYS

LINKED: dict[str, tuple[str, ...]] = KEYS | {"hub": ("region", "item", "period")}
"""The key columns of each kind of decision that can be linked: those of locks, and whether a hub is open."""

IMPLIES, EXCLUDES, EITHER = "implies", "excludes", "either"

_FORM = re.compile(r"\s*(\w+)\s*\[(.*)\]\s*", re.DOTALL)


class Term(NamedTuple):
    """A decision: its kind, what it is about, and its period; None where that is each, or all together."""

    kind: str
    subject: tuple[str, ...]
    period: str | None


class Link(NamedTuple):
    """A row of sheet `logic`."""

    first: Term
    second: Term
    kind: str


def parse_term(written: str) -> Term | None:
    """A decision as a cell names it.

    Parameters
    ----------
    written
        `kind[key]`, the parts of the key between commas, or `|` where a name has a comma; the period may be left out:
        `opened[Plant A]`, `built[Plant A, cells, large, 2027]`.

    Returns
    -------
    Term or None
        None where the text is no such thing.
    """
    match = _FORM.fullmatch(written)
    if match is None or match[1] not in LINKED:
        return None
    columns = LINKED[match[1]]
    parts = tuple(part.strip() for part in match[2].split("|" if "|" in match[2] else ","))
    if len(parts) not in (len(columns), len(columns) - 1) or "" in parts:
        return None
    period = parts[-1] if len(parts) == len(columns) else None
    return Term(match[1], parts[: len(columns) - 1], period)


def link_table(instance: Instance) -> dict[int, Link]:
    """The links between decisions, by row number.

    Parameters
    ----------
    instance
        An instance that has passed the checks.

    Returns
    -------
    dict of int to Link
        In the order of the sheet.
    """
    found = {}
    for row, cells in frames.records(instance["logic"]).items():
        first, second = parse_term(cells["if"]), parse_term(cells["then"])
        if first is not None and second is not None:
            found[int(row)] = Link(first, second, cells["kind"])
    return found


def collect_refusable(links: dict[int, Link]) -> dict[str, set[tuple[str, ...]]]:
    """The decisions that a link may want to be no.

    Parameters
    ----------
    links
        By row.

    Returns
    -------
    dict of str to set of tuple
        By kind, subjects: so that each is a decision even where a plan would never choose no of itself.
    """
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for link in links.values():
        for term in {IMPLIES: [link.first], EXCLUDES: [link.first, link.second], EITHER: []}[link.kind]:
            found[term.kind].add(term.subject)
    return found
