"""Locks: each holds a decision that there is, at a value that it can have."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from planner.checks import Row, needs, report_error, report_warning, rows
from planner.checks.bounds import options_of_lines, tabulate_existing_capacity
from planner.checks.offers import SPOT
from planner.checks.places import lines_at_sites, positions
from planner.checks.readiness import select_offered
from planner.issues import Issue
from planner.words import with_article
from planner.workbook.names import suggest
from planner_models import frames
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

KEYS = {
    "opened": ("site",),
    "built": ("site", "process", "option"),
    "accessed": ("firm", "process", "mode"),
    "started": ("project", "option"),
    "kept": ("site", "process"),
    "priced": ("region", "item", "step"),
}
"""The columns that name each decision, beside the period."""

SUMMED = ("built", "started")
"""Decisions whose lock without a period holds all periods together; that of others holds each."""

_MOST_PERIODS = 3
"""Periods that a message names."""

_COLUMNS = ("site", "process", "option", "firm", "mode", "project", "region", "item", "step")
_SHEETS = (
    "settings", "periods", "regions", "processes", "firms", "sites", "lines", "line_capacity", "options", "access",
    "projects", "demand", "locks", "productivity", "by_period",
)  # fmt: skip


class Range(NamedTuple):
    """The values that a decision can have in one period."""

    low: float
    high: float


Ranges = dict[tuple[str, ...], dict[str, Range]]
"""Key of a decision -> period -> its range; periods in which it is no decision and nothing is there are absent."""


@needs("locks")
def locks_are_complete(reading: "Reading") -> Iterator[Issue]:
    """A lock names its decision, says at least or at most, and nothing that contradicts itself."""
    for row, lock in rows(reading.instance["locks"]):
        decision, key = lock["decision"], KEYS[lock["decision"]]
        blank = [name for name in key if lock[name] is None]
        if blank:
            message = f"a lock on {decision} needs {', '.join(key)} (the period is optional): write the {blank[0]}"
            yield report_error(reading, "locks", row, blank[0], message)
        for name in _COLUMNS:
            if name not in key and lock[name] is not None:
                yield report_warning(
                    reading, "locks", row, name, f"{name} has no effect on a lock on {decision}; clear it"
                )
        if lock["at_least"] > lock["at_most"]:
            message = f"at_least {lock['at_least']:g} is above at_most {lock['at_most']:g}; exchange them or clear one"
            yield report_error(reading, "locks", row, "at_least", message)
        if pd.isna(lock["at_least"]) and pd.isna(lock["at_most"]):
            message = (
                f"neither at_least nor at_most is given: read as at_least 1, so that this is {decision}; write one or "
                "both"
            )
            yield report_warning(reading, "locks", row, "at_least", message)


@needs(*_SHEETS)
def locks_can_hold(reading: "Reading") -> Iterator[Issue]:
    """The decision exists, can have a value within the lock, and could have one outside it."""
    known: dict[str, Ranges] = {}
    for row, lock in rows(reading.instance["locks"]):
        decision = lock["decision"]
        key = tuple(lock[name] for name in KEYS[decision])
        if None in key or lock["at_least"] > lock["at_most"]:
            continue
        if decision not in known:
            known[decision] = _RANGES[decision](reading.instance)
        if key not in known[decision]:
            column, message = _unknown(decision, key, known[decision])
            yield report_error(reading, "locks", row, column, message)
        else:
            yield from _beyond(reading, row, lock, known[decision][key])


def find_unknown(instance: Instance, decision: str, key: tuple[str, ...], period: str | None) -> tuple[str, str] | None:
    """What is wrong with a decision that somebody names.

    Parameters
    ----------
    instance
        The instance.
    decision
        Kind of decision, of `KEYS`.
    key
        Its key without the period.
    period
        A period, or None.

    Returns
    -------
    tuple of str or None
        The column at fault, and what to write instead; None where there is such a decision.
    """
    known = _RANGES[decision](instance)
    if key not in known:
        return _unknown(decision, key, known)
    if period is not None and period not in known[key]:
        return (
            "period",
            f"there is no such decision in `{period}`: write {' or '.join(list(known[key])[:_MOST_PERIODS])}",
        )
    return None


def _unknown(decision: str, key: tuple[str, ...], known: Ranges) -> tuple[str, str]:
    """The first column in which a key departs from all that are known, and what to write there instead."""
    for place, name in enumerate(KEYS[decision]):
        matching = [other for other in known if other[:place] == key[:place]]
        names = list(dict.fromkeys(other[place] for other in matching))
        if key[place] not in names:
            before = f" of `{'`, `'.join(key[:place])}`" if place else ""
            few = f": write {' or '.join(f'`{one}`' for one in names)}" if 0 < len(names) <= 3 else ""
            hint = suggest(key[place], names) or few or (f": {_WHY[decision]}" if not names or not place else "")
            return name, f"`{key[place]}`{before} is not {with_article(name)} that can be {decision}{hint}"
    raise AssertionError(f"{key} is known")


_WHY = {
    "opened": "write a site from sheet sites",
    "built": "write a site with options on a line that home firms control",
    "accessed": "write a firm with a row in access; of a home firm while coordination is decide",
    "started": "write a project that the switches and offers allow",
    "kept": "write a site with a line that has capacity",
    "priced": "write a region with demand",
}


def _beyond(reading: "Reading", row: int, lock: Row, periods: dict[str, Range]) -> Iterator[Issue]:
    """What is wrong with the values of a lock on a decision that exists."""
    decision, when = lock["decision"], lock["period"]
    least, most = lock["at_least"], lock["at_most"]
    if pd.isna(least) and pd.isna(most):
        least = 1.0
    ranges = [periods.get(when, Range(0, 0))] if when else _of_horizon(reading.instance, decision, periods)
    low, high = max(one.low for one in ranges), min(one.high for one in ranges)
    held = f"in {when}" if when else "in all" if decision in SUMMED else "in every period"
    if least > high:
        others = [period for period, one in periods.items() if one.high >= least]
        if high == 0 and others:
            message = f"this decision cannot be taken {held}: write {' or '.join(others[:_MOST_PERIODS])} as its period"
            yield report_error(reading, "locks", row, "period", message)
        else:
            why = "cannot be taken" if high == 0 else f"can be {high:g} at most"
            message = f"this decision {why} {held}: write at_least {high:g} or less, or remove the row"
            yield report_error(reading, "locks", row, "at_least", message)
    elif most < low:
        message = f"this decision is always {low:g} {held}: write at_most {low:g}, or remove the row"
        yield report_error(reading, "locks", row, "at_most", message)
    elif not (least > min(one.low for one in ranges) or most < max(one.high for one in ranges)):
        message = f"every plan is within this lock (from {low:g} to {high:g} {held}); tighten it or remove the row"
        yield report_warning(reading, "locks", row, "at_least" if least >= 0 else "at_most", message)
    for name in ("at_least", "at_most"):
        if lock[name] % 1 > 0:
            yield report_error(
                reading, "locks", row, name, f"{lock[name]:g} is not a whole number; write {np.ceil(lock[name]):g}"
            )


def _of_horizon(instance: Instance, decision: str, periods: dict[str, Range]) -> list[Range]:
    """The ranges that a lock without a period holds."""
    if decision == "started":
        return [Range(0, float(any(one.high for one in periods.values())))]
    if decision in SUMMED:
        return [Range(0, max((one.high for one in periods.values()), default=0.0))]
    held = instance["demand"]["period"].unique() if decision == "priced" else instance["periods"]["period"]
    return [periods.get(period, Range(0, 0)) for period in held if decision != "priced" or period in periods]


def _names(instance: Instance) -> list[str]:
    return list(instance["periods"]["period"])


def _list_openable(instance: Instance) -> Ranges:
    """Sites of home firms that may open or close; all others are as they are."""
    order, names = positions(instance, "periods", "period"), _names(instance)
    home = instance["firms"].set_index("firm")["home"]
    fixed = instance["lines"]["retirable"].eq("no").to_numpy()
    held: dict[str, int] = {}
    for line, place in zip(*np.nonzero(tabulate_existing_capacity(instance) * fixed[:, None] > 0), strict=True):
        name = str(instance["lines"]["site"].iloc[line])
        held[name] = max(int(place), held.get(name, -1))
    found: Ranges = {}
    for _, site in rows(instance["sites"]):
        own, candidate = home[site["firm"]] == "yes", site["status"] == "candidate"
        span = range(order.get(site["first_period"], 0), order.get(site["last_period"], len(names) - 1) + 1)
        free = {place: own and (candidate or place > held.get(site["site"], -1)) for place in span}
        always = Range(0, 0) if candidate else Range(1, 1)
        found[(site["site"],)] = {names[place]: Range(0, 1) if free[place] else always for place in span}
    return found


def _list_buildable(instance: Instance) -> Ranges:
    """Options on lines that home firms control, in the periods in which an order would be in service in time."""
    names, lines = _names(instance), lines_at_sites(instance).reset_index(drop=True)
    lead = instance["options"]["lead_periods"]
    found: Ranges = {}
    for _, option in rows(options_of_lines(instance)):
        line = lines.loc[option["line"]]
        ordered = range(int(option["ready"] - lead[option["row"]]), int(option["last"] - lead[option["row"]]) + 1)
        key = (str(line["site"]), str(line["process"]), str(option["option"]))
        found[key] = {names[place]: Range(0, option["max_modules"]) for place in ordered if 0 <= place < len(names)}
    return found


def _list_accessible(instance: Instance) -> Ranges:
    outside = set(instance["firms"].loc[instance["firms"]["home"] == "no", "firm"])
    offers = instance["access"]
    decided = instance.settings["coordination"] == "decide"
    return {
        key: dict.fromkeys(_names(instance), Range(0, 1))
        for key in offers[["firm", "process", "mode"]].itertuples(index=False, name=None)
        if key[0] in outside or (decided and key[2] != SPOT)
    }


def _list_startable(instance: Instance) -> Ranges:
    order, names = positions(instance, "periods", "period"), _names(instance)
    found: Ranges = {}
    for _, option in rows(select_offered(instance)):
        first, last = order.get(option["first_period"], 0), len(names) - 1 - int(option["duration"])
        found[option["project"], option["option"]] = dict.fromkeys(names[first : max(last + 1, 0)], Range(0, 1))
    return found


def _list_keepable(instance: Instance) -> Ranges:
    """Existing capacity; it can be given up where it is own, even if that saves nothing."""
    names, lines = _names(instance), lines_at_sites(instance).reset_index(drop=True)
    decided = (lines["home"] == "yes") & (lines["retirable"] == "yes")
    line, period = np.nonzero(tabulate_existing_capacity(instance) > 0)
    found: Ranges = {}
    for place, when in zip(line, period, strict=True):
        key = (lines["site"][place], lines["process"][place])
        found.setdefault(key, {})[names[when]] = Range(0 if decided[place] else 1, 1)
    return found


def _list_priceable(instance: Instance) -> Ranges:
    """Steps of markets; under cost, one that is the only one of its market and period is no choice."""
    found: Ranges = {}
    must = instance.settings["objective"] == "cost"
    for (region, item, period), market in frames.groups(instance["demand"], ["region", "item", "period"], sort=False):
        for step in market["step"]:
            found.setdefault((region, item, step), {})[period] = Range(int(must and len(market) == 1), 1)
    return found


_RANGES: dict[str, Callable[[Instance], Ranges]] = {
    "opened": _list_openable,
    "built": _list_buildable,
    "accessed": _list_accessible,
    "started": _list_startable,
    "kept": _list_keepable,
    "priced": _list_priceable,
}
