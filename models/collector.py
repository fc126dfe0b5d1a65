"""Python's garbage collector, paused where millions of small objects are made and kept."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Millions of small objects are made and kept: looking through them for garbage would take most of the time.

    freeze and unfreeze put them among the old objects; otherwise the collector looks through all of them at once when
    it is back.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if enabled:
            gc.enable()
