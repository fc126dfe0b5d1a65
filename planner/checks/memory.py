"""What follows from an input is derived once, and again only for an input that differs in what was looked at for it.

A sweep changes a cell or two of a workbook: readings of it share the tables of all other sheets (`Draft.reading`), and
so whatever follows from those alone is known already.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

P = ParamSpec("P")
T = TypeVar("T")
Input = TypeVar("Input")

KEPT = 4
"""Results kept for the same arguments: checks look at an instance as it is, and with this or that switched on."""

MOST = 1000
"""Arguments of a function for which results are kept; those not asked for the longest are forgotten."""

_NOTHING = object()


@dataclass
class _Notes:
    """What was looked at in a mapping, or in the fields of an object, until all is `derived`."""

    seen: dict[Any, Any]
    names: tuple[Any, ...] | None = None
    derived: bool = False


class _Noting(Mapping[Any, Any]):
    """A mapping that notes what is looked up in it."""

    def __init__(self, of: Mapping[Any, Any], notes: _Notes) -> None:
        self._of, self._notes = of, notes

    def __getitem__(self, key: Any) -> Any:
        if self._notes.derived:
            raise RuntimeError(f"{key} is looked at after all was derived: what is remembered would not depend on it")
        self._notes.seen[key] = _NOTHING
        value = self._notes.seen[key] = self._of[key]
        return value

    def __iter__(self) -> Iterator[Any]:
        self._notes.names = tuple(self._of)
        return iter(self._notes.names)

    def __len__(self) -> int:
        return len(self._of)


def cache_by_input(derive: Callable[Concatenate[Input, P], T]) -> Callable[Concatenate[Input, P], T]:
    """`derive`, which remembers what it found for an input and finds the same for all that agree in what it looked at.

    Inputs are dataclasses of mappings, plain values and other inputs, such as an instance or a reading; tables agree
    where they are the same object, other values where they are equal. What is found must not hold on to the input.
    Callers get (shallow) copies.
    """
    memory: OrderedDict[Any, deque[tuple[_Notes, T]]] = OrderedDict()

    @wraps(derive)
    def recalled(given: Input, *args: P.args, **options: P.kwargs) -> T:
        key = (type(given), args, tuple(options.items()))
        known = memory.setdefault(key, deque(maxlen=KEPT))
        memory.move_to_end(key)
        if len(memory) > MOST:
            memory.popitem(last=False)
        for notes, result in known:
            if _agree(given, notes):
                return copy(result)
        watched, notes = _watch_input(given)
        found = derive(watched, *args, **options)
        _close(notes)
        known.appendleft((notes, found))
        return copy(found)

    return recalled


def _watch_input(given: Any) -> tuple[Any, _Notes]:
    """An input that notes what is looked at in its mappings; its plain values count as looked at."""
    notes, parts = _Notes({}), {}
    for field in fields(given):
        value = getattr(given, field.name)
        if isinstance(value, Mapping):
            notes.seen[field.name] = _Notes({})
            parts[field.name] = _Noting(value, notes.seen[field.name])
        elif is_dataclass(value):
            parts[field.name], notes.seen[field.name] = _watch_input(value)
        else:
            notes.seen[field.name] = value
    return replace(given, **parts), notes


def _close(notes: _Notes) -> None:
    notes.derived = True
    for part in notes.seen.values():
        if isinstance(part, _Notes):
            _close(part)


def _agree(given: Any, notes: Any) -> bool:
    """Whether an input, or a part of it, is the same in all that was noted."""
    if not isinstance(notes, _Notes):
        return given is notes or (not isinstance(given, pd.DataFrame) and bool(given == notes))
    if isinstance(given, Mapping):
        names = notes.names is None or notes.names == tuple(given)
        return names and all(_agree(_at(given, key), value) for key, value in notes.seen.items())
    return is_dataclass(given) and all(_agree(getattr(given, name), part) for name, part in notes.seen.items())


def _at(given: Mapping[Any, Any], key: Any) -> Any:
    try:
        return given[key]
    except KeyError:
        return _NOTHING
