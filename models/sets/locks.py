"""Locks: the decisions that a user holds at or between values."""

import math
from collections import defaultdict
from typing import NamedTuple

from planner_models import frames
from planner_models.instance import Instance
from planner_models.schema.decisions import KEYS

SUMMED = ("built", "started")
"""Kinds of which a blank period means the sum over periods; of the others it means each of them."""

ASSUMED = {"process": "*", "step": "1"}
"""What a blank cell of a key means, as in the sheets that declare these names."""


class Lock(NamedTuple):
    """A row of the sheet: what it holds, when (None: always, or in all), and the values between which it may be."""

    kind: str
    subject: tuple[str, ...]
    period: str | None
    at_least: float
    at_most: float


def lock_table(instance: Instance) -> dict[int, Lock]:
    """The locks by row number. A row without limits asks for what it names: at least 1."""
    found = {}
    for row, cells in frames.records(instance["locks"]).items():
        subject = tuple(cells[name] or ASSUMED.get(name, "") for name in KEYS[cells["decision"]][:-1])
        least, most = (None if math.isnan(cells[limit]) else cells[limit] for limit in ("at_least", "at_most"))
        if least is None:
            least = 1.0 if most is None else 0.0
        found[int(row)] = Lock(cells["decision"], subject, cells["period"], least, math.inf if most is None else most)
    return found


def collect_ruled_out(locks: dict[int, Lock]) -> dict[str, set[tuple[str, ...]]]:
    """By kind: what some lock says no to, so that it has to be a decision even where a plan would never choose no."""
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for lock in locks.values():
        if lock.at_most < 1:
            found[lock.kind].add(lock.subject)
    return found
