"""An earlier plan: its decisions, read off its result tables, and what it costs to depart from them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from planner_models.schema.decisions import KEYS, Decision

Tables = Mapping[str, pd.DataFrame]

STANDING = ("opened", "kept")
"""Kinds of decisions about what exists already: where nothing is said it stays."""

LASTING = ("opened", "kept", "priced")
IN_FORCE = (*LASTING, "accessed")
"""Kinds of decisions about a state that goes on; of offers that they are in force, not that they are signed."""


@dataclass(frozen=True)
class Earlier:
    """The decisions of an earlier plan, of offers their signing, and the price in money of each that differs."""

    decisions: Mapping[Decision, float]
    change_cost: float


def decisions_of(inputs: Tables, tables: Tables, access: str = "in_force") -> dict[Decision, float]:
    """What a plan decided: everything above zero, and zeros where an existing site is closed or capacity retired.

    A later plan can be without the sites, options or periods that are named here.

    Parameters
    ----------
    inputs
        Input tables by sheet.
    tables
        Result tables by sheet.
    access
        Column of sheet `access` by which an offer counts as taken.

    Returns
    -------
    dict of Decision to float
        The decision, its kind first, -> 0, 1, a number of modules, or of mixed price steps a share.
    """
    found: dict[Decision, float] = _list_openings(inputs, tables)
    for site, process, option, period, modules in _rows(
        tables, "builds", "site", "process", "option", "period", "modules"
    ):
        found["built", site, process, option, period] = modules
    for firm, process, mode, period, taken in _rows(tables, "access", "firm", "process", "mode", "period", access):
        if taken == "yes":
            found["accessed", firm, process, mode, period] = 1.0
    for project, option, period in _rows(tables, "projects", "project", "option", "started"):
        found["started", project, option, period] = 1.0
    for site, process, period, existing, retired in _rows(
        tables, "capacity", "site", "process", "period", "existing", "retired"
    ):
        if existing > 0 or retired > 0:
            found["kept", site, process, period] = float(existing > 0)
    return found | shares_of(tables)


def shares_of(tables: Tables) -> dict[Decision, float]:
    """The price steps that a plan offers.

    Parameters
    ----------
    tables
        Result tables by sheet.

    Returns
    -------
    dict of Decision to float
        The decision -> its share of the year or of the buyers; 1 where a result, as earlier versions do, says nothing.
    """
    found = dict.fromkeys((("priced", *key) for key in _rows(tables, "demand", *KEYS["priced"])), 1.0)
    shares = _rows(tables, "demand", *KEYS["priced"], "share")
    return found | {("priced", *key): share for *key, share in shares if share == share and share is not None}


def _rows(tables: Tables, sheet: str, *columns: str) -> list[tuple]:
    """The undisturbed rows of a result sheet that have a name in each of their columns of text."""
    frame = tables.get(sheet)
    if frame is None or frame.empty or not set(columns) <= set(frame.columns):
        return []
    if "scenario" in frame:
        frame = frame[frame["scenario"] == "base"]
    words = [name for name in columns if frame[name].dtype == object]
    frame = frame[list(columns)].dropna(subset=words)
    return list(frame.itertuples(index=False, name=None))


def _list_openings(inputs: Tables, tables: Tables) -> dict[Decision, float]:
    """By site and period whether it is open: an existing site until it closes, a candidate from when it opens."""
    moves: dict[tuple[str, str], bool] = {}
    for site, period, opened in _rows(tables, "sites", "site", "period", "opened"):
        moves[site, period] = opened == "yes"
    periods = [period for period in inputs["periods"]["period"] if period is not None]
    found: dict[Decision, float] = {}
    sites = inputs["sites"]
    for site, status in zip(sites["site"], sites["status"], strict=True):
        now = status != "candidate"
        for period in periods:
            now = moves.get((site, period), now)
            if now or status != "candidate":
                found["opened", site, period] = float(now)
    return found


def extend_decisions(
    decisions: Mapping[Decision, float], known: list[str], periods: list[str], states: tuple[str, ...]
) -> dict[Decision, float]:
    """The decisions, some of them carried on into later periods.

    Parameters
    ----------
    decisions
        Decisions of a plan and their values.
    known
        Periods of that plan, in time order.
    periods
        Periods to cover.
    states
        Kinds of decisions that go on; those of the last known period are carried on.

    Returns
    -------
    dict of Decision to float
        All of `decisions`, and those carried on into the periods that are not known.
    """
    found = dict(decisions)
    new = [period for period in periods if period not in known]
    for decision, value in decisions.items():
        if known and decision[0] in states and decision[-1] == known[-1]:
            found |= {(*decision[:-1], period): value for period in new}
    return found
