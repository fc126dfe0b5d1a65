"""The only code that knows HiGHS: pass a model, run it so that it can be stopped, and say honestly how it ended."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import highspy
import numpy as np

from planner.issues import InputError, Issue
from planner.solver.compiled import Compiled
from planner.solver.solution import THREADS, Solution
from planner.solver.units import scale_of
from planner.solver.versions import ensure_sound_solver

SMALLEST_ENTRY = 1e-12
"""Entries of a scaled matrix below this count as nothing; HiGHS's own limit, 1e-9, is not small enough for recipes."""


class OutOfRange(InputError):
    """A model whose figures, in the best units there are, are too far apart for floating point."""

    def __init__(self) -> None:
        super().__init__([Issue("error", "", "", Solution("out_of_range", None, None, None, None, 0, 0.0).words)])


class Optimum(NamedTuple):
    """The least cost, and the values per column that have it."""

    objective: float
    values: np.ndarray


class Loaded:
    """HiGHS with a model. It works in units of its own; everything said here is in the units of the model.

    `scale` holds the factors between the two, one for each row that it has by now.
    """

    def __init__(self, compiled: Compiled, threads: int = THREADS) -> None:
        """Raises OutOfRange where HiGHS does not take the model, UnsoundSolver where HiGHS is too old."""
        ensure_sound_solver()
        self.threads, self.scale = threads, scale_of(compiled)
        with _banner_hidden():
            self.solver = highspy.Highs()
        self.solver.setOptionValue("log_to_console", False)
        self.solver.setOptionValue("threads", threads)
        self.solver.setOptionValue("small_matrix_value", SMALLEST_ENTRY)
        if self._pass(compiled) == highspy.HighsStatus.kError:
            raise OutOfRange

    def _pass(self, compiled: Compiled) -> highspy.HighsStatus:
        scale = self.scale
        row = np.repeat(np.arange(len(compiled.row_lower)), np.diff(compiled.starts))
        return self.solver.passModel(
            len(compiled.cost),
            len(compiled.row_lower),
            len(compiled.values),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            compiled.offset * scale.money,
            compiled.cost * scale.columns * scale.money,
            compiled.lower / scale.columns,
            compiled.upper / scale.columns,
            compiled.row_lower * scale.rows,
            compiled.row_upper * scale.rows,
            compiled.starts,
            compiled.columns,
            compiled.values * scale.columns[compiled.columns] * scale.rows[row],
            compiled.integer.astype(np.int32),
        )

    def run(self) -> None:
        """Run it, from where the last run ended."""
        if self.solver.run() == highspy.HighsStatus.kError:
            # HiGHS shares its threads among all runs of a process, and refuses to start with another number of them.
            highspy.Highs.resetGlobalScheduler(True)
            self.solver.run()

    def begin_with(self, values: np.ndarray) -> None:
        """Give it a plan to start from, in values per column."""
        plan = highspy.HighsSolution()
        plan.col_value = values / self.scale.columns
        self.solver.setSolution(plan)

    def add_rows(self, compiled: Compiled) -> None:
        """Add the rows of `compiled` that are not there yet."""
        old = len(self.scale.rows)
        first = int(compiled.starts[old])
        rows = scale_of(compiled).rows[old:]
        self.scale = replace(self.scale, rows=np.concatenate([self.scale.rows, rows]))
        row = np.repeat(rows, np.diff(compiled.starts[old:]))
        self.solver.addRows(
            len(rows),
            compiled.row_lower[old:] * rows,
            compiled.row_upper[old:] * rows,
            len(compiled.values) - first,
            compiled.starts[old:-1] - first,
            compiled.columns[first:],
            compiled.values[first:] * self.scale.columns[compiled.columns[first:]] * row,
        )

    @property
    def status(self) -> highspy.HighsModelStatus:
        """How the last run ended, in HiGHS's own terms."""
        return self.solver.getModelStatus()

    @property
    def values(self) -> np.ndarray:
        """The values of the columns."""
        return np.array(self.solver.getSolution().col_value) * self.scale.columns

    @property
    def duals(self) -> np.ndarray:
        """What the least cost moves by per unit of each row's right side."""
        return np.array(self.solver.getSolution().row_dual) * self.scale.rows / self.scale.money

    @property
    def objective(self) -> float:
        """What the plan found costs."""
        return self.solver.getObjectiveValue() / self.scale.money

    @property
    def optimum(self) -> Optimum | None:
        """The optimum of a run that ended with one; None where it did not."""
        if self.status != highspy.HighsModelStatus.kOptimal:
            return None
        return Optimum(self.objective, self.values)


def load(compiled: Compiled, threads: int = THREADS) -> Loaded:
    """A silent HiGHS instance that holds the model. Raises OutOfRange where HiGHS does not take it."""
    return Loaded(compiled, threads)


@contextmanager
def _banner_hidden() -> Iterator[None]:
    """HiGHS prints its banner when it is made, before any option can stop it: send file descriptor 1 elsewhere."""
    if sys.stdout is None:  # closed before the program began: there is nothing to hide
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
