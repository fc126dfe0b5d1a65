"""Python's garbage collector, paused where millions of small objects are made and kept."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector.

    Millions of small objects are made and kept: looking through them for garbage would take most of the time. freeze
    and unfreeze put them among the old objects; without that, the collector looks through all of them at once when it
    is back.

    Yields
    ------
    None
        The collector is off until the block ends, and then as it was before.
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
