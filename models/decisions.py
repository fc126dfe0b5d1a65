"""The decisions of a plan that a user can name: their keys, and what stands behind each in a model."""

from collections.abc import Mapping
from typing import Any

from planner_models.model import Model
from planner_models.schema.decisions import Decision
from planner_models.sets import Sets
from planner_models.sets.access import SPOT


def variables(m: Model) -> dict[Decision, Any]:
    """Every decision that is a variable: opened, built, accessed, started, kept, priced; see `KEYS`.

    Parameters
    ----------
    m
        A built model.

    Returns
    -------
    dict of Decision to variable
        The decision, its kind first, -> its Pyomo variable.
    """
    found: dict[Decision, Any] = {}
    for kind in ("opened", "built", "accessed", "started", "kept"):
        found |= {(kind, *key): variable for key, variable in m.component(kind).items()}
    for (region, item, period, step), variable in m.demand.priced.items():
        found["priced", region, item, step, period] = variable
    return found


def state(m: Model, sets: Sets, named: Mapping[Decision, Any], decision: Decision) -> Any:
    """What a decision is in a model. Capacity at a candidate site is kept while the site is open.

    Parameters
    ----------
    m
        A built model.
    sets
        Its sets.
    named
        The `variables` of the model.
    decision
        Kind and key.

    Returns
    -------
    variable or int
        The variable of the decision, 1 where it is always so, or 0 where it never is.
    """
    if decision in named:
        return named[decision]
    kind, *key, period = decision
    if kind == "opened":
        return int(key[0] in sets.windows and period in sets.windows[key[0]])
    if kind == "kept":
        there = (*key, period) in sets.existing
        return m.sites.opened[key[0], period] if there and (key[0], period) in m.sites.opened else int(there)
    if kind == "accessed":
        return int(_always_reached(sets, *key))
    if kind == "priced":
        region, item, step = key
        return int((region, item, period, step) in m.demand.volume)
    return 0


def _always_reached(sets: Sets, firm: str, process: str, mode: str) -> bool:
    """Whether an offer is in force without being signed: a spot row that asks for nothing, or none at all."""
    if (firm, process, mode) in sets.offers.index:
        return True
    free = sets.draws[sets.draws["offer"].isna() & ~sets.draws["home"].astype(bool)]
    return mode == SPOT and process == "*" and bool((free["firm"] == firm).any())
