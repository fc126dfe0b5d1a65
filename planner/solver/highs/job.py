"""Runs of HiGHS that share one job: they show their progress, hear Ctrl-C, and keep to the time that is left."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.solver.compiled import Compiled
from planner.solver.highs import Loaded, load
from planner.solver.highs.outcome import finite
from planner.solver.solution import Options, Progress

HURRY, WIDER = 0.4, 1.5
"""Share of the time that may go into a first plan without disruptions, and how much wider its gap may be."""


@dataclass(frozen=True)
class SolverSession:
    """What every solver run of one job shares: its options, who watches, whether to stop, and when it began."""

    options: Options
    progress: Callable[[Progress], None] | None
    stop: threading.Event
    started: float

    def run(self, compiled: Compiled, start: np.ndarray | None = None, bound: float | None = None) -> Loaded:
        """Load and run in a thread, so that Ctrl-C is heard, in the time that is left; shown where `bound` is given."""
        loaded = load(compiled, self.options.threads)
        solver, money = loaded.solver, loaded.scale.money
        solver.setOptionValue("mip_rel_gap", float(self.options.gap))
        solver.setOptionValue("random_seed", int(self.options.seed))
        if start is not None:
            loaded.begin_with(start)
        for source in (solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt):
            source.subscribe(lambda event: event.interrupt() if self.stop.is_set() else None)
        if bound is not None and self.progress is not None:
            show = self.progress
            solver.cbMipLogging.subscribe(lambda event: show(_progress(event.data_out, money, bound)))
        self.again(loaded)
        return loaded

    def hurried(self, bound: float) -> "SolverSession":
        """The same job for a first plan of a part: a wider gap, not all of the time.

        Of what it finds nothing is shown: its plans cost less than those of the whole, whose bound this is.
        """
        spent, limit, show = time.monotonic() - self.started, self.options.time_limit, self.progress
        end = None if limit is None else spent + HURRY * max(0.0, limit - spent)
        options = replace(self.options, gap=max(WIDER * self.options.gap, 0.01), time_limit=end)
        shown = None if show is None else lambda step: show(replace(step, incumbent=None, bound=bound, gap=None))
        return replace(self, options=options, progress=shown)

    def again(self, loaded: Loaded) -> None:
        """Run what is loaded, from where the last run ended."""
        solver = loaded.solver
        if self.options.time_limit is not None:
            left = self.options.time_limit - (time.monotonic() - self.started)
            solver.setOptionValue("time_limit", solver.getRunTime() + max(left, 0.0))
        worker = threading.Thread(target=loaded.run, daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(0.1)


def _progress(data: Any, money: float, bound: float) -> Progress:
    """What HiGHS tells of a run in units of `money`, with a `bound` known before it where that is better."""
    incumbent, known = finite(data.mip_primal_bound / money), finite(max(data.mip_dual_bound / money, bound))
    gap = None
    if incumbent and known is not None:
        gap = max(0.0, incumbent - known) / abs(incumbent)
    return Progress(data.running_time, incumbent, known, gap, max(0, data.mip_node_count))
