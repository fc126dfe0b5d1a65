"""The plans that are compared, and which of those found in samples are among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.studies.samples.trials import Decisions, SampleFound

OWN, OTHER, FOUND = "the plan", "another result", "found in samples"
"""Where a plan that is compared comes from."""


@dataclass(frozen=True)
class NamedPlan:
    """A plan that is compared: what it is called, where it comes from, and what it decides."""

    name: str
    kind: str
    decisions: Decisions


def choose_candidates(found: Sequence[SampleFound], plans: Sequence[NamedPlan], most: int) -> list[NamedPlan]:
    """The plans that were found in most samples, and of those found as often, those that saved most where they were.

    Parameters
    ----------
    found
        The samples.
    plans
        The plans that are compared already; the first is what the changes of a sample are against.
    most
        How many to choose.

    Returns
    -------
    list of NamedPlan
        Named by the first sample that each was found in.
    """
    first = plans[0].decisions
    taken = {_freeze(_differ(first, plan.decisions)) for plan in plans}
    groups: dict[frozenset[Any], list[SampleFound]] = {}
    for sample in found:
        if not sample.refused and _freeze(sample.changes) not in taken:
            groups.setdefault(_freeze(sample.changes), []).append(sample)
    ranked = sorted(groups.values(), key=lambda group: (-len(group), -_saved(group), group[0].number))
    return [
        NamedPlan(f"plan of sample {group[0].number}", FOUND, {**first, **group[0].changes}) for group in ranked[:most]
    ]


def _freeze(changes: Decisions) -> frozenset[Any]:
    return frozenset(changes.items())


def _differ(first: Decisions, other: Decisions) -> dict[Any, float]:
    """Decisions of another plan where they differ from the first; those that it does not have are not taken."""
    names = {**first, **other}
    pairs = {name: other.get(name, 0.0) for name in names}
    return {name: value for name, value in pairs.items() if abs(first.get(name, 0.0) - value) > 0.5}


def _saved(group: Sequence[SampleFound]) -> float:
    """What the plans of a group save on average against the best plan held; infinite where none can be held."""
    saved = []
    for sample in group:
        held = [cost for cost in sample.held if cost is not None]
        saved.append(min(held, default=np.inf) - (sample.best or 0.0))
    return float(np.mean(saved))


def join_held(found: Sequence[SampleFound], held: Sequence[SampleFound]) -> list[SampleFound]:
    """The samples with the costs of further plans behind those that they have.

    Parameters
    ----------
    found
        All samples.
    held
        Those with a plan again, with the further plans held.

    Returns
    -------
    list of SampleFound
        The samples in their order.
    """
    further = {sample.number: sample for sample in held}
    joined = []
    for sample in found:
        more = further.get(sample.number)
        values = vars(sample) | {"held": (*sample.held, *(() if more is None else more.held))}
        joined.append(SampleFound(**values))
    return joined
