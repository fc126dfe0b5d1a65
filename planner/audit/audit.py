"""The audit of a plan: everything recomputed from the result sheets and the instance, without the optimiser."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from planner.audit import (
    Finding,
    access,
    advantage,
    balance,
    calm,
    capacity,
    carbon,
    cash,
    changes,
    coordination,
    costs,
    demand,
    disturbances,
    eligibility,
    enablers,
    growth,
    hubs,
    inertia,
    lanes,
    levels,
    locks,
    logic,
    losses,
    margins,
    names,
    options,
    origins,
    prices,
    production,
    projects,
    returns,
    rules,
    scenarios,
    security,
    subsidies,
    surplus,
    targets,
    trade,
)
from planner.audit.case import AuditedPlan
from planner.seal import round_saved
from planner_models.instance import Instance
from planner_models.schema import RESULTS

AUDITS: dict[str, Callable[[AuditedPlan], list[Finding]]] = {
    part.__name__.rpartition(".")[2]: part.audit
    for part in (
        names,
        balance,
        capacity,
        options,
        access,
        projects,
        production,
        coordination,
        lanes,
        hubs,
        inertia,
        growth,
        demand,
        returns,
        carbon,
        levels,
        enablers,
        subsidies,
        eligibility,
        scenarios,
        disturbances,
        losses,
        calm,
        rules,
        security,
        origins,
        trade,
        prices,
        advantage,
        locks,
        logic,
        changes,
        margins,
        surplus,
        cash,
        targets,
        costs,
    )
}
"""One audit per noun, by its name; costs come last, with the objective they must add up to."""


def audit(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    objective: float,
    nouns: Iterable[str] = tuple(AUDITS),
    base_error: float | None = None,
) -> pd.DataFrame:
    """What agrees with the instance and what does not.

    Parameters
    ----------
    instance : what was to be planned
    tables : the result sheets of a plan of it, as made or as read back from a workbook; missing sheets and rows mean
        zero
    objective : the value that the solver claims, in money: a cost, or a profit under objective profit
    nouns : the audits to run, of `AUDITS`; all of them where nothing is said
    base_error : what the cost of the cheapest base, from which rule max_cvar is measured, may be too high by, in
        discounted money; where nothing is said, what sheet `run` says, else what the gap of the settings leaves open

    Returns
    -------
    A table with the columns check, compared (number of figures), worst (relative difference) and ok (yes | no).
    """
    case = AuditedPlan(instance, tables, objective, base_error)
    found = [finding for noun in nouns for finding in AUDITS[noun](case)]
    rows = [(each.check, each.compared, round_saved(each.worst), "yes" if each.ok else "no") for each in found]
    return pd.DataFrame(rows, columns=list(RESULTS["audit"].columns))
