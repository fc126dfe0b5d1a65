"""Facts about an instance that many checks ask for are derived once."""

import weakref
from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from models.instance import Instance

P = ParamSpec("P")
T = TypeVar("T")


def remembered(derive: Callable[Concatenate[Instance, P], T]) -> Callable[Concatenate[Instance, P], T]:
    """`derive`, which remembers what it found for an instance as long as that instance lives; callers get copies."""
    memory: dict[Any, tuple[weakref.ref[Instance], T]] = {}

    @wraps(derive)
    def recalled(instance: Instance, *args: P.args, **options: P.kwargs) -> T:
        key = (id(instance), args, tuple(options.items()))
        known = memory.get(key)
        if known is None or known[0]() is not instance:
            known = weakref.ref(instance, lambda _: memory.pop(key, None)), derive(instance, *args, **options)
            memory[key] = known
        return copy(known[1])

    return recalled
