"""Jobs at work: shown live in a terminal, as lines in a file or for another program."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from planner.cli.console import errors

if TYPE_CHECKING:
    from planner.ledger.ledger import Job, Ledger


class JobsOnScreen:
    """The table of jobs, kept up to date on a terminal; elsewhere a line for each job that changes its state."""

    def __init__(self, ledger: "Ledger") -> None:
        from rich.live import Live

        self._ledger = ledger
        self._live = Live(console=errors, refresh_per_second=4) if errors.is_terminal else None
        self._said: dict[int, str] = {}
        self._shown = 0.0

    def __enter__(self) -> "JobsOnScreen":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: Any) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, numbers: Sequence[int], last: bool = False) -> None:
        """Take note of where the jobs stand, a few times a second and at the end."""
        if not last and time.monotonic() - self._shown < 0.4:
            return
        self._shown = time.monotonic()
        chosen = set(numbers)
        jobs = [job for job in self._ledger.jobs() if job.number in chosen]
        if self._live is not None:
            self._live.update(self._picture(jobs))
        else:
            self._print(jobs)

    def _picture(self, jobs: "Sequence[Job]") -> Any:
        """The jobs at work and those that ended last, below a bar for all of them."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar

        from planner.jobs.table import jobs_table, progress

        room = max(5, errors.height - 5)
        ended = [job for job in jobs if progress(job) == 1.0]
        others = [job for job in jobs if progress(job) < 1.0]
        shown = sorted(
            [*ended[-max(3, room - len(others)) :], *sorted(others, key=lambda job: job.state != "running")][:room],
            key=lambda job: job.number,
        )
        bar = ProgressBar(total=max(len(jobs), 1), completed=sum(map(progress, jobs)), width=40)
        return Group(f"{len(ended)} of {len(jobs)} jobs done", bar, jobs_table(shown, bars=True))

    def _print(self, jobs: "Sequence[Job]") -> None:
        for job in jobs:
            words = f", {job.words}" if job.words and job.state not in ("waiting", "running") else ""
            said = f"{job.title}: {job.state}{words}"
            if self._said.get(job.number, "job waiting") != said and job.state != "waiting":
                errors.print(said)
            self._said[job.number] = said
