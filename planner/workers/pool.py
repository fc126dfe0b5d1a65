"""Many tasks in memory, as studies have them: here, in processes, or on a cluster."""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from planner.workers.cluster import DaskCrew
from planner.workers.crew import Crew, LocalCrew, Talk

ATTEMPTS = 2
"""Times that a task is begun before a worker that dies with it is taken for its fault."""

_TICK = 0.2

Task = TypeVar("Task")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Workforce:
    """Who does the work: so many processes here, or the workers of a Dask cluster at this address."""

    workers: int = 1
    cluster: str | None = None

    @property
    def apart(self) -> bool:
        """Whether it is done elsewhere than in this process."""
        return self.workers > 1 or self.cluster is not None

    @property
    def threads(self) -> int | None:
        """Threads for each of several processes here, which share the cores; else None."""
        several = self.workers > 1 and self.cluster is None
        return max(1, (os.cpu_count() or 1) // self.workers) if several else None


ALONE = Workforce()
"""This process."""


class TaskFailed(Exception):
    """A task raised an exception in its worker, or its workers died."""


def solve_all(
    work: Callable[[Task], Found], tasks: Sequence[Task], workers: int = 1, cluster: str | None = None
) -> Generator[Found, None, None]:
    """What `work` makes of each task, in the order in which they end.

    With one worker and no cluster it happens in this process, and exceptions of `work` come as they are. When a task
    fails, or the caller leaves early, nothing runs on.

    Parameters
    ----------
    work
        Function of one task; picklable, as are tasks and what comes of them.
    tasks
        What it is called with.
    workers
        Number of processes; ignored with a cluster.
    cluster
        Address of a Dask scheduler.

    Yields
    ------
    Found
        What `work` returned for a task.

    Raises
    ------
    TaskFailed
        A task raised an exception in its worker, or its workers died.
    InputError
        The cluster does not answer.
    ClusterError
        Dask is not installed, or the cluster is gone.
    """
    if workers == 1 and cluster is None:
        yield from map(work, tasks)
        return
    crew: Crew = LocalCrew(max(1, min(workers, len(tasks)))) if cluster is None else DaskCrew(cluster)
    try:
        yield from _solve_tasks(crew, work, tasks)
    finally:
        crew.close()


def solve_in_order(
    work: Callable[[Task], Found], tasks: Sequence[Task], crew: Workforce, show: Callable[[list[Found]], None]
) -> tuple[list[Found], bool]:
    """What `work` makes of each task, in the order of the tasks, and whether that is all: Ctrl-C ends it before.

    Parameters
    ----------
    work
        Function of one task; picklable, as are tasks and what comes of them.
    tasks
        What it is called with.
    crew
        Processes or cluster that do the work.
    show
        Told all that is known whenever a task ends, in the order in which they ended.

    Returns
    -------
    tuple of list and bool
        What `work` returned, in the order of the tasks; False where Ctrl-C ended it before all were done.

    Raises
    ------
    TaskFailed
        A task raised an exception in its worker, or its workers died.
    InputError
        The cluster does not answer.
    ClusterError
        Dask is not installed, or the cluster is gone.
    """
    known: dict[int, Found] = {}
    complete = True
    try:
        numbered = list(enumerate(tasks))
        with closing(solve_all(partial(_number_task, work), numbered, crew.workers, crew.cluster)) as found:
            for number, part in found:
                known[number] = part
                show(list(known.values()))
    except KeyboardInterrupt:
        complete = False
    return [known[number] for number in sorted(known)], complete


def _number_task(work: Callable[[Task], Found], task: tuple[int, Task]) -> tuple[int, Found]:
    return task[0], work(task[1])


def done_apart(crew: Crew, work: Callable[[Task], Found], task: Task) -> Found:
    """What `work` makes of a task in a worker: what aborts the process there does no harm here.

    Parameters
    ----------
    crew
        Workers, one of which takes the task.
    work
        Function of one task; picklable, as are the task and what comes of it.
    task
        What it is called with.

    Returns
    -------
    Found
        What `work` returned.

    Raises
    ------
    TaskFailed
        The task raised an exception in its worker, or its workers died.
    """
    return next(_solve_tasks(crew, work, [task]))


def _solve_tasks(crew: Crew, work: Callable[[Task], Found], tasks: Sequence[Task]) -> Iterator[Found]:
    waiting, begun, done = list(range(len(tasks))), [0] * len(tasks), 0
    while done < len(tasks):
        while waiting and crew.free():
            number = waiting.pop(0)
            begun[number] += 1
            crew.start(number, _plainly, (work, tasks[number]))
        for number, kind, content in crew.events(_TICK):
            if kind == "done":
                done += 1
                yield content
            elif kind == "lost" and begun[number] < ATTEMPTS:
                waiting.append(number)
            elif kind in ("raised", "lost"):
                raise TaskFailed(content)


def _plainly(task: tuple[Callable[[Any], Any], Any], _: Talk) -> Any:
    work, argument = task
    return work(argument)
