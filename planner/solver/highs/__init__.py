"""The only code that knows HiGHS: pass a model, run it so that it can be stopped, and say honestly how it ended."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import highspy
import numpy as np

from planner.solver.compiled import Compiled


def load(compiled: Compiled) -> highspy.Highs:
    """A silent HiGHS instance that holds the model."""
    with _banner_hidden():
        solver = highspy.Highs()
    solver.setOptionValue("log_to_console", False)
    solver.passModel(
        len(compiled.cost),
        len(compiled.row_lower),
        len(compiled.values),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        compiled.offset,
        compiled.cost,
        compiled.lower,
        compiled.upper,
        compiled.row_lower,
        compiled.row_upper,
        compiled.starts,
        compiled.columns,
        compiled.values,
        compiled.integer.astype(np.int32),
    )
    return solver


@contextmanager
def _banner_hidden() -> Iterator[None]:
    """HiGHS prints its banner when it is made, before any option can stop it: send file descriptor 1 elsewhere."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
