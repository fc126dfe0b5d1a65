"""Questions about one decision, as the command line takes them: `opened[S12, 2027]=0`, `built[P, q, o]>=2`."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from planner.issues import InputError, Issue
from planner.workbook.names import near, suggest, trim
from planner_models.instance import Instance, apply_schema
from planner_models.schema.decisions import KEYS, Decision
from planner_models.sets.locks import SUMMED, Lock

_FORM = re.compile(r"\s*(?P<kind>\w+)\s*\[(?P<key>.*)\]\s*(?:(?P<sign><=|>=|=|<|>)\s*(?P<value>\d+))?\s*", re.DOTALL)
_SAYING = "write decision[key]=value, such as opened[Plant A, 2027]=0 or built[Plant A, cells, large, 2027]>=2"


def parse_question(written: str, named: Iterable[Decision]) -> Lock:
    """The statement as a lock. Raises InputError where it cannot be understood or speaks of nothing that there is.

    `named` are decisions that there are, so that one can be proposed.
    """
    match = _FORM.fullmatch(written)
    if match is None:
        raise _wrong(written, f"cannot be understood: {_SAYING}")
    kind = match["kind"].casefold()
    if kind not in KEYS:
        raise _wrong(written, f"there is no decision `{kind}`{suggest(kind, KEYS)}: it is one of {', '.join(KEYS)}")
    key = tuple(trim(part).strip('"') for part in re.split(r"\s*[|]\s*" if "|" in match["key"] else ",", match["key"]))
    columns = KEYS[kind]
    if len(key) not in (len(columns), len(columns) - 1):
        raise _wrong(written, f"the key of {kind} is {', '.join(columns)}, the period may be left out")
    period = key[len(columns) - 1] if len(key) == len(columns) else None
    least, most = _limits(match["sign"], float(match["value"] or 1))
    lock = Lock(kind, key[: len(columns) - 1], period, least, most)
    _ensure_known(written, lock, [decision for decision in named if decision[0] == kind])
    return lock


def _limits(sign: str | None, value: float) -> tuple[float, float]:
    return {
        None: (value, math.inf),
        "=": (value, value),
        ">=": (value, math.inf),
        "<=": (0.0, value),
        ">": (value + 1, math.inf),
        "<": (0.0, value - 1),
    }[sign]


def _ensure_known(written: str, lock: Lock, there: list[Decision]) -> None:
    """Raise InputError where no decision of the kind has the subject and period of a lock, with what comes near."""
    fitting = [key for key in there if key[1:-1] == lock.subject and lock.period in (None, key[-1])]
    if fitting:
        return
    if not there:
        raise _wrong(written, f"there is nothing to decide of the kind {lock.kind}")
    parts = (*lock.subject, *([lock.period] if lock.period is not None else []))
    for place, (column, part) in enumerate(zip(KEYS[lock.kind], parts, strict=False), 1):
        names = sorted({key[place] for key in there})
        if part not in names:
            hint = suggest(part, names) or f": {', '.join(names[:8])}{' ...' if len(names) > 8 else ''}"
            raise _wrong(written, f"no decision of the kind {lock.kind} has the {column} `{part}`{hint}")
    texts = {format_decision(key).partition("[")[2]: format_decision(key) for key in there}
    close = [texts[name] for name in near(", ".join(parts) + "]", texts)] or [format_decision(key) for key in there[:3]]
    raise _wrong(written, f"there is no such decision; there are {', '.join(close)}")


def _wrong(written: str, words: str) -> InputError:
    return InputError([Issue("error", "", "", f"`{written}`: {words}")])


def format_decision(decision: Decision) -> str:
    """A decision as one writes it, such as opened[Plant A, 2027].

    Parameters
    ----------
    decision
        Its kind, then its key.

    Returns
    -------
    str
        The kind, and the key in square brackets.
    """
    return f"{decision[0]}[{', '.join(decision[1:])}]"


@dataclass(frozen=True)
class Sides:
    """A decision as the plan has it, and forced the other way: two locks on the same."""

    held: Lock
    forced: Lock
    value: float


def sides(lock: Lock, decisions: Mapping[Decision, float], periods: list[str]) -> Sides:
    """Both sides of a statement about a plan of so many `periods`.

    Where the plan does as the statement says, the other way is its opposite; else it is the statement. Of a state
    without a period the opposite of always is never, that of never is at last.
    """
    asked_always = lock.period is None and lock.kind not in SUMMED
    if asked_always:
        lock = lock._replace(period=_decisive(lock, decisions, periods))
    keys = [(lock.kind, *lock.subject, period) for period in (periods if lock.period is None else [lock.period])]
    value = sum(decisions.get(key, 0.0) for key in keys)
    limits = (lock.at_least, lock.at_most)
    if lock.at_least <= value <= lock.at_most:
        limits = (0.0, lock.at_least - 1) if lock.at_least > 0 else (lock.at_most + 1, math.inf)
    kept = (limits[1] + 1, math.inf) if value > limits[1] else (0.0, limits[0] - 1)
    when = None if asked_always and limits[1] < 1 else lock.period
    forced = lock._replace(period=when, at_least=limits[0], at_most=limits[1])
    return Sides(lock._replace(at_least=kept[0], at_most=kept[1]), forced, value)


def _decisive(lock: Lock, decisions: Mapping[Decision, float], periods: list[str]) -> str:
    """The period in which a statement about all periods is decided: the first in which it is so, else the last."""
    so = [period for period in periods if decisions.get((lock.kind, *lock.subject, period), 0.0)]
    return so[0] if so else periods[-1]


def words(lock: Lock) -> str:
    """A lock as one writes it."""
    key = ", ".join((*lock.subject, *([lock.period] if lock.period is not None else [])))
    if lock.at_least == lock.at_most:
        limit = f"={lock.at_least:g}"
    elif lock.at_most < math.inf:
        limit = f"={lock.at_most:g}" if lock.at_most == 0 else f"<={lock.at_most:g}"
    else:
        limit = f">={lock.at_least:g}" if lock.kind == "built" else f"={lock.at_least:g}"
    return f"{lock.kind}[{key}]{limit}"


def with_lock(instance: Instance, lock: Lock) -> Instance:
    """The instance with one row more on sheet `locks`."""
    cells: dict[str, Any] = dict(zip(KEYS[lock.kind], lock.subject, strict=False))
    cells |= {"decision": lock.kind, "period": lock.period, "at_least": lock.at_least}
    cells["at_most"] = None if lock.at_most == math.inf else lock.at_most
    locks = instance["locks"]
    row = pd.DataFrame([cells], index=pd.Index([int(max([1, *locks.index])) + 1], name="row"))
    added = apply_schema("locks", row)
    both = pd.concat([locks, added]) if len(locks) else added
    return replace(instance, tables={**instance.tables, "locks": both})
