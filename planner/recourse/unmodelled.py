"""Scenarios that the plan did not know of: what it can do in them all the same, in the sheets of those it knew of."""

from collections import defaultdict
from collections.abc import Mapping
from math import nan

import pandas as pd
import pyomo.environ as pyo

from planner.recourse.reaction import Reaction, Recourse
from planner_models.blocks.disruptions.realisations import SCENARIOS, Course, course_rows, served_share
from planner_models.plan import Plan, tidy
from planner_models.sets.scenarios import Snapshot


def with_unmodelled(m: pyo.ConcreteModel, tables: Plan) -> Plan:
    """The result tables of the plan in the variables of `m`, with rows for the scenarios that are not modelled.

    And with the `impact` of all.
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
    """Sheet `scenarios` with what each costs beyond the same months in calm."""
    snapshots: dict[str, dict[str, Snapshot]] = defaultdict(dict)
    for (name, period), snapshot in recourse.sets.snapshots.items():
        snapshots[name][period] = snapshot
    losses = zip(rows["scenario"], rows["loss"], strict=True)
    return rows.assign(impact=[recourse.impact(loss, snapshots[name]) for name, loss in losses])


def _rows(m: pyo.ConcreteModel, reactions: Mapping[tuple[str, str], Reaction]) -> dict[str, pd.DataFrame]:
    """Rows by sheet."""
    sold = {key: variable.value for key, variable in m.sold.items()}
    courses = {key: _course(m, reaction) for key, reaction in reactions.items()}
    rows = []
    for name in dict.fromkeys(name for name, _ in reactions):
        own = {key: course for key, course in courses.items() if key[0] == name}
        loss = sum(reactions[key].loss for key in own)
        service = served_share(m.sets, own, sold)
        rows.append((name, m.sets.scenarios.at[name, "probability"], service, loss, nan, 0.0, "no"))
    return {"scenarios": pd.DataFrame(rows, columns=SCENARIOS), **course_rows(m, courses)}


def _course(m: pyo.ConcreteModel, reaction: Reaction) -> Course:
    """What a reaction does, of all that its snapshot can change."""
    kinds: dict[str, dict] = {"made": {}, "shipped": {}, "sold": {}, "unserved": {}, "released": {}, "restocked": {}}
    for number, (name, key) in enumerate(reaction.programme.columns):
        if name in kinds and reaction.touched[number]:
            kinds[name][key] = float(reaction.values[number])
    sold = {
        (region, item, step): (amount + kinds["unserved"][region, item, period, step], amount)
        for (region, item, period, step), amount in kinds["sold"].items()
    }
    made = {key[:3]: amount for key, amount in kinds["made"].items()}
    shipped = {key[:4]: amount for key, amount in kinds["shipped"].items()}
    stocks = {key[:2]: _stock(m, key, kinds["restocked"][key], amount) for key, amount in kinds["released"].items()}
    return Course(made, shipped, sold, stocks)


def _stock(m: pyo.ConcreteModel, key: tuple[str, ...], restocked: float, released: float) -> tuple[float, float, float]:
    """What is held in the base, and added and released with what the snapshot does."""
    region, item, period = key
    time = m.sets.time
    place = time.position[period]
    if place:
        before = m.held[region, item, time.periods[place - 1]].value
    else:
        stocks = m.sets.instance["stocks"]
        before = stocks.loc[(stocks["region"] == region) & (stocks["item"] == item), "initial"].iloc[0]
    held = m.held[key].value
    change = (held - before) / time.years[period]
    return held, max(change, 0.0) + restocked, max(-change, 0.0) + released
