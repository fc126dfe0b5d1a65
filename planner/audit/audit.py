"""The audit of a plan: everything recomputed from the result sheets and the instance, without the optimiser."""

from collections.abc import Callable, Mapping

import pandas as pd

from planner.audit import (
    Finding,
    access,
    balance,
    capacity,
    changes,
    costs,
    demand,
    disturbances,
    enablers,
    lanes,
    levels,
    locks,
    losses,
    names,
    options,
    production,
    projects,
    rules,
    scenarios,
    security,
    subsidies,
)
from planner.audit.case import Case
from planner.seal import saved
from planner_models.instance import Instance
from planner_models.schema import RESULTS

AUDITS: tuple[Callable[[Case], list[Finding]], ...] = (
    names.audit,
    balance.audit,
    capacity.audit,
    options.audit,
    access.audit,
    projects.audit,
    production.audit,
    lanes.audit,
    demand.audit,
    levels.audit,
    enablers.audit,
    subsidies.audit,
    scenarios.audit,
    disturbances.audit,
    losses.audit,
    rules.audit,
    security.audit,
    locks.audit,
    changes.audit,
)
"""One audit per noun; costs come last, with the objective they must add up to."""


def audit(instance: Instance, tables: Mapping[str, pd.DataFrame], objective: float) -> pd.DataFrame:
    """What agrees and what does not: columns check, compared (figures), worst (relative difference), ok (yes | no).

    `tables` are the result sheets of a plan of `instance`, as made or as read back from a workbook; missing sheets and
    rows mean zero. `objective` is the value the solver claims, in money: a cost, or a profit under objective profit.
    """
    case = Case(instance, tables)
    found = [finding for part in AUDITS for finding in part(case)] + costs.audit(case, objective)
    rows = [(each.check, each.compared, saved(each.worst), "yes" if each.ok else "no") for each in found]
    return pd.DataFrame(rows, columns=list(RESULTS["audit"].columns))
