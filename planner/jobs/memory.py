"""How much memory a job needs, and how much there is."""

from pathlib import Path

import psutil

from planner_models.sets import Sets

BASE = 150_000_000
"""Bytes of a worker before it builds anything: the libraries, and a small workbook (measured: see PER_COLUMN)."""

PER_COLUMN = 8_000
"""Bytes that reading, building, solving and writing take at most for each column of the model.

Measured with ru_maxrss of the whole way from workbook to result, less BASE: ev_china, 16,811 columns, 7.5 kB;
ev_global, 17,142 columns, 5.4 kB. Building alone takes 0.8 kB (tests/benchmarks/README.md, 400,000 columns); the search
and the tables of results take the rest.
"""

SPARE = 200_000_000
"""Bytes that stay free for everything else on the machine."""


def columns_of(sets: Sets) -> int:
    """About how many columns the model of these sets will have: one for each flow, draw, order and step.

    A snapshot of a scenario in the optimisation has those of its period over again, as far as it touches them.

    Parameters
    ----------
    sets
        What can exist.

    Returns
    -------
    int
        Number of columns.
    """
    periods = len(sets.time.periods)
    flows = len(sets.flows) + 3 * len(sets.demand) + periods * len(sets.draws)
    decisions = len(sets.orders) + len(sets.starts) + periods * (len(sets.lines) + len(sets.signable) + len(sets.sites))
    modelled = sum(bool(sets.scenarios.at[name, "modelled"]) for name, _ in sets.snapshots)
    return flows + decisions + flows * modelled // periods


def need(columns: int) -> int:
    """Bytes that a job takes, by the number of columns of its model.

    Parameters
    ----------
    columns
        Number of columns.

    Returns
    -------
    int
        Bytes.
    """
    return BASE + PER_COLUMN * columns


def available() -> int:
    """Bytes that can still be had: of the machine, or of the control group that holds this process, if that is less.

    Returns
    -------
    int
        Bytes.
    """
    free = int(psutil.virtual_memory().available)
    limit, used = _figure("/sys/fs/cgroup/memory.max"), _figure("/sys/fs/cgroup/memory.current")
    return free if limit is None or used is None else min(free, limit - used)


def _figure(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None
