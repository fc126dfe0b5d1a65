"""Scenarios that the plan did not know of: what it can do in them all the same, in the sheets of those it knew of."""

from collections import defaultdict
from collections.abc import Mapping
from math import nan

import pandas as pd

from planner.recourse.reaction import Reaction, Recourse
from planner_models.blocks.disruptions.realisations import SCENARIOS, compute_service, course, course_rows
from planner_models.model import Model
from planner_models.plan import ResultTables, tidy
from planner_models.sets.scenarios import Snapshot


def add_evaluated_scenarios(m: Model, tables: ResultTables) -> ResultTables:
    """Add rows for the scenarios that are not modelled, and the `impact` of all scenarios.

    Parameters
    ----------
    m
        The model, whose variables hold the plan.
    tables
        The result tables of that plan.

    Returns
    -------
    dict of str to pandas.DataFrame
        The result sheets by name, with the added rows and figures; `tables` itself where there are no scenarios.
    """
    scenarios = m.sets.scenarios
    others = set(scenarios.index[~scenarios["modelled"]])
    if scenarios.empty:
        return tables
    recourse = Recourse(m, {period for _, period in m.sets.snapshots})
    reactions = {
        key: recourse.react(key[1], snapshot) for key, snapshot in m.sets.snapshots.items() if key[0] in others
    }
    found = dict(tables)
    for sheet, rows in _rows(m, reactions).items():
        both = [frame for frame in (tables.get(sheet), rows) if frame is not None and len(frame)]
        if both:
            found[sheet] = tidy(sheet, pd.concat(both, ignore_index=True), m.sets.time.position)
    found["scenarios"] = tidy("scenarios", _with_impact(recourse, found["scenarios"]), m.sets.time.position)
    return found


def _with_impact(recourse: Recourse, rows: pd.DataFrame) -> pd.DataFrame:
    """Sheet `scenarios` with what each costs beyond the same months without disruption."""
    snapshots: dict[str, dict[str, Snapshot]] = defaultdict(dict)
    for (name, period), snapshot in recourse.sets.snapshots.items():
        snapshots[name][period] = snapshot
    losses = zip(rows["scenario"], rows["loss"], strict=True)
    return rows.assign(impact=[recourse.impact(loss, snapshots[name]) for name, loss in losses])


def _rows(m: Model, reactions: Mapping[tuple[str, str], Reaction]) -> dict[str, pd.DataFrame]:
    """Rows by sheet."""
    sold = {key: variable.value for key, variable in m.demand.sold.items()}
    courses = {key: course(m, reaction.programme.flows, reaction.answers) for key, reaction in reactions.items()}
    rows = []
    for name in dict.fromkeys(name for name, _ in reactions):
        own = {key: course for key, course in courses.items() if key[0] == name}
        loss = sum(reactions[key].loss for key in own)
        service = compute_service(m.sets, own, sold)
        rows.append((name, m.sets.scenarios.at[name, "probability"], service, loss, nan, 0.0, "no"))
    return {"scenarios": pd.DataFrame(rows, columns=SCENARIOS), **course_rows(m, courses)}
