"""A plan from result tables back into the variables of a model, as far as recourse asks for it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pyomo.environ as pyo

from planner.issues import InputError, Issue
from planner.results.result_file import ResultFile
from planner.results.tables import table
from planner_models.earlier_plan import shares_of
from planner_models.model import Model
from planner_models.network import build

_NEEDED = ("production", "demand")
"""Sheets without which there is no plan to disturb."""

_FLOWS = (
    ("made", "production", ["site", "process", "mode", "period"], "made"),
    ("shipped", "flows", ["origin", "destination", "item", "mode", "period"], "shipped"),
    ("sold", "demand", ["region", "item", "period", "step"], "sold"),
    ("unserved", "demand", ["region", "item", "period", "step"], "unserved"),
    ("held", "stocks", ["region", "item", "period"], "held"),
    ("deployed", "deployments", ["region", "item", "period"], "deployed"),
    ("traded", "arms_length", ["site", "process", "item", "mode", "period"], "traded"),
    ("sale", "group_use", ["group", "item", "period"], "sale"),
    ("owned", "group_use", ["group", "item", "period"], "owned"),
    ("built", "builds", ["site", "process", "option", "period"], "modules"),
)
"""Variables that a sheet states: its key columns and the column of the value."""


def load_plan(found: ResultFile) -> Model:
    """The model of the input in a result, its variables holding the plan in its tables.

    What no sheet states (levels, what is thrown away) is 0.

    Parameters
    ----------
    found
        A result with a plan.

    Returns
    -------
    Model
        The model, with a value for every variable.

    Raises
    ------
    InputError
        Where the file has no plan, or one that its own input cannot have.
    """
    missing = [sheet for sheet in _NEEDED if sheet not in found.tables]
    if missing or not found.has_plan:
        words = f"{found.path} holds no plan that can be read: name a result of planner solve"
        raise InputError([Issue("error", sheet, "", words) for sheet in missing or [""]])
    m = build(found.instance)
    for block in m.component_objects(pyo.Var):
        for variable in block.values():
            variable.set_value(0.0, skip_validation=True)
    faults = [fault for flow in _FLOWS for fault in _load(m, found, *flow)]
    faults += [fault for load in (_offers, _projects) for fault in load(m, found)]
    if faults:
        raise InputError(faults)
    _sites(m, found)
    _load_kept(m, found)
    _steps(m, found)
    _lanes(m)
    return m


def _rows(found: ResultFile, sheet: str, columns: list[str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Row numbers and cells of the base rows of a sheet."""
    rows = table(found.tables, sheet, columns)
    yield from zip(rows.index + 2, zip(*(rows[column].tolist() for column in columns), strict=True), strict=True)


def _load(m: Model, found: ResultFile, name: str, sheet: str, keys: list[str], column: str) -> Iterator[Issue]:
    """Give the variables `name` the values of a sheet; a fault for each row that the input knows nothing of."""
    variables = getattr(m, name)
    for row, (*key, value) in _rows(found, sheet, [*keys, column]):
        if tuple(key) in variables:
            variables[tuple(key)].set_value(float(value or 0.0), skip_validation=True)
        elif value and name != "unserved":
            yield _unknown(sheet, row, key)


def _unknown(sheet: str, row: int, key: list[Any]) -> Issue:
    words = f"{', '.join(map(str, key))} does not belong to the input in this file: solve it again"
    return Issue("error", sheet, f"A{row}", words)


def _offers(m: Model, found: ResultFile) -> Iterator[Issue]:
    for row, (*key, state) in _rows(found, "access", ["firm", "process", "mode", "period", "in_force"]):
        if state == "yes" and tuple(key) in m.access.accessed:
            m.access.accessed[tuple(key)].set_value(1)
        elif state == "yes" and tuple(key[:3]) in set(m.sets.signable):
            yield _unknown("access", row, key)


def _projects(m: Model, found: ResultFile) -> Iterator[Issue]:
    for row, key in _rows(found, "projects", ["project", "option", "started"]):
        if key in m.development.started:
            m.development.started[key].set_value(1)
        else:
            yield _unknown("projects", row, list(key))


def _sites(m: Model, found: ResultFile) -> None:
    """Open from the row that says so, and existing ones from the start, until the row that closes them."""
    rows = _rows(found, "sites", ["site", "period", "opened"])
    changes = {(site, period): opened == "yes" for _, (site, period, opened) in rows}
    for site in m.sets.sites.index[m.sets.sites["variable"]]:
        state = not m.sets.sites.at[site, "candidate"]
        for period in m.sets.windows[site]:
            state = changes.get((site, period), state)
            m.sites.opened[site, period].set_value(int(state))


def _load_kept(m: Model, found: ResultFile) -> None:
    """Existing capacity that stands in sheet capacity is kept."""
    for _, (*key, existing) in _rows(found, "capacity", ["site", "process", "period", "existing"]):
        if tuple(key) in m.capacity.kept and existing:
            m.capacity.kept[tuple(key)].set_value(1)


def _steps(m: Model, found: ResultFile) -> None:
    """The price-volume steps that each market has; where it has no row, one without volume."""
    for kind, region, item, step, period in (shares := shares_of(found.tables)):
        if (region, item, period, step) in m.demand.priced:
            m.demand.priced[region, item, period, step].set_value(shares[kind, region, item, step, period])


def _lanes(m: Model) -> None:
    """A lane is open from the period in which something is first shipped on it."""
    used: dict[tuple[str, ...], set[int]] = defaultdict(set)
    position: Mapping[str, int] = m.sets.time.position
    for key, lane in m.lanes.lane_of.items():
        if m.lanes.shipped[key].value > 0:
            used[lane[:4]].add(position[lane[4]])
    for lane, variable in m.lanes.lane_opened.items():
        variable.set_value(int(bool(used[lane[:4]]) and min(used[lane[:4]]) <= position[lane[4]]))
