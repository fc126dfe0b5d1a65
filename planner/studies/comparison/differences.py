"""Decisions of two plans matched with each other; what is left over was added or dropped."""

from collections import defaultdict
from typing import Any

import pandas as pd

from planner.report.wording import three_digits

_STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("same", ("what", "how", "place", "period")),
    ("time", ("what", "how", "place")),
    ("changed", ("what", "place", "period")),
    ("changed", ("what", "place")),
    ("moved", ("what", "how", "period")),
    ("moved", ("what", "how")),
    ("moved", ("what", "period")),
    ("moved", ("what",)),
)
"""What two decisions of a kind must have in common to be one and the same, the most first, and what differs then."""

_IN_PLACE = (("same", ("what", "how", "place", "period")), ("changed", ("what", "place", "period")))
"""Of a market's step: nothing moves, each market and period has its own."""

_TOLERANCE = 1e-6
"""Sizes this near, relative to the larger, are the same."""

Row = dict[str, Any]


def decision_changes(before: pd.DataFrame, after: pd.DataFrame, labels: tuple[str, str]) -> list[Row]:
    """Rows of sheet decisions: `before` is the reference, both as `decisions` gives them, `labels` their files."""
    pairs: list[tuple[str, Row, Row]] = []
    for kind in dict.fromkeys([*before["decision"], *after["decision"]]):
        ours = before[before["decision"] == kind].to_dict("records")
        theirs = after[after["decision"] == kind].to_dict("records")
        for difference, common in _IN_PLACE if kind == "priced" else _STAGES:
            found, ours, theirs = _match_rows(ours, theirs, common)
            pairs += [(difference, one, two) for one, two in found]
        pairs += [("dropped", one, {}) for one in ours] + [("added", {}, two) for two in theirs]
    named = [(_difference(difference, one, two), one, two) for difference, one, two in pairs]
    rows = [_row(difference, one, two, labels) for difference, one, two in named if difference]
    return sorted(rows, key=lambda row: (row.pop("start"), row["decision"], row["words"]))


def _match_rows(ours: list[Row], theirs: list[Row], common: tuple[str, ...]) -> tuple[list, list[Row], list[Row]]:
    """Pairs that have the columns `common` in common, in time order; and what is left of both."""
    waiting: dict[tuple, list[Row]] = defaultdict(list)
    for row in theirs:
        waiting[tuple(row[name] for name in common)].append(row)
    pairs, left = [], []
    for row in ours:
        candidates = waiting[tuple(row[name] for name in common)]
        if candidates:
            pairs.append((row, candidates.pop(0)))
        else:
            left.append(row)
    taken = {id(two) for _, two in pairs}
    return pairs, left, [row for row in theirs if id(row) not in taken]


def _difference(difference: str, one: Row, two: Row) -> str:
    """The word of the schema for a difference; "" where there is none after all."""
    if difference == "time":
        return "later" if two["start"] > one["start"] else "earlier"
    if difference != "same":
        return difference
    if abs(two["size"] - one["size"]) <= _TOLERANCE * max(abs(one["size"]), abs(two["size"])):
        return ""
    return "larger" if two["size"] > one["size"] else "smaller"


def _row(difference: str, one: Row, two: Row, labels: tuple[str, str]) -> Row:
    either = two or one
    sides = (("before", one), ("after", two))
    figures = {
        f"{column}_{side}": row.get(held)
        for column, held in (("where", "place"), ("how", "how"), ("period", "period"), ("size", "size"))
        for side, row in sides
    }
    return {
        "file": labels[1],
        "decision": either["decision"],
        "difference": difference,
        "words": _words(difference, one, two, labels),
        "what": either["what"],
        **figures,
        "unit": either["unit"],
        "start": min(row["start"] for row in (one, two) if row),
    }


def _words(difference: str, one: Row, two: Row, labels: tuple[str, str]) -> str:
    """The difference as a sentence."""
    either = two or one
    if difference in ("added", "dropped"):
        absent = labels[0] if difference == "added" else labels[1]
        return f"{_name_decision(either)}{_size(either)}, {either['period']}: not in {absent}"
    if difference in ("earlier", "later"):
        return f"{_name_decision(two)}: {two['period']} instead of {one['period']}{_sizes(one, two)}"
    if difference in ("larger", "smaller"):
        return f"{_name_decision(two)}, {two['period']}: {_amount(two)} instead of {three_digits(one['size'])}"
    when = two["period"] if one["period"] == two["period"] else f"{two['period']}, before {one['period']}"
    return f"{_name_decision(two)} instead of {_shortly(one, two)}, {when}{_sizes(one, two)}"


def _name_decision(row: Row) -> str:
    """What is decided, as the subject of a sentence."""
    what, how, place = row["what"], row["how"], row["place"]
    with_place = f" with {place}" if place else ""
    return {
        "opened": f"Site {place} opens",
        "closed": f"Site {place} closes",
        "built": f"New {how} for {what} at {place}",
        "in force": f"Access to {place} by {how}" + (f" for {what}" if what != place else ""),
        "started": f"Project {what} by option {how}{with_place}",
        "retired": f"Capacity for {what} at {place} retired",
        "stocked": f"Stock of {what} in {place}",
        "priced": f"Step {how} for {what} in {place}",
        "deployed": f"Deployment of {what} in {place}",
    }[row["decision"]]


def _shortly(one: Row, two: Row) -> str:
    """What stood in the place of `two`: only what differs."""
    parts = [one[name] for name in ("how", "place") if one[name] != two[name]]
    return " at ".join(part or "none" for part in parts)


def _amount(row: Row) -> str:
    plural = "s" if row["unit"] == "year" and row["size"] != 1 else ""
    return f"{three_digits(row['size'])} {row['unit']}{plural}"


def _size(row: Row) -> str:
    return "" if row["unit"] in ("site", "project") else f", {_amount(row)}"


def _sizes(one: Row, two: Row) -> str:
    """Both sizes, where they differ too."""
    alike = not _difference("same", one, two)
    return "" if alike else f", {_amount(two)} instead of {three_digits(one['size'])}"
