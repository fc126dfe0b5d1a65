"""What coalitions show of each other: with more mechanisms of the kind that only adds options no plan is lost."""

from collections.abc import Mapping
from dataclasses import replace

from planner.studies.attribution.coalitions import Solved
from planner.studies.attribution.shapley import Coalition

ONLY_ADD = frozenset({"learning", "clusters", "joint_development", "alliances", "coordination"})
"""Mechanisms that can be left unused: a plan without them is one with them, at the same cost.

With `coordination` a plan at arm's length is had without its margins and friction. Not `scale`, with which modules
are whole; not policies, which tax as well; not `access`, whose market terms change; not `enablers`, with which
demand rises.
"""

PROVED = 1e-6
"""Gap up to which a plan is proved to be the best."""


def keep_inheritance(solved: Mapping[Coalition, Solved], sign: float) -> dict[Coalition, Solved]:
    """Let each coalition have what others show of it.

    A plan of fewer mechanisms counts for more of them, and what more of them cannot gain fewer cannot either; both
    where all that is added only adds options.

    Parameters
    ----------
    solved
        The coalitions with a plan, as each was solved.
    sign
        1 where the objective is a profit, -1 where it is a cost.

    Returns
    -------
    dict
        The same coalitions, none with a worse objective or a weaker bound than another proves.
    """
    return {coalition: _best_known(plan, solved, sign) for coalition, plan in solved.items()}


def _best_known(own: Solved, solved: Mapping[Coalition, Solved], sign: float) -> Solved:
    plans = [plan for plan in solved.values() if plan.objective is not None and _counts(plan, own)]
    gains = [sign * plan.objective for plan in plans if plan.objective is not None]
    if own.objective is not None and max(gains) > sign * own.objective:
        better = max(plans, key=lambda plan: sign * (plan.objective or 0.0))
        own = replace(own, gains=better.gains)
    limits = [sign * plan.bound for plan in solved.values() if plan.bound is not None and _counts(own, plan)]
    if own.objective is None or not limits:
        return own if own.objective is None else replace(own, objective=sign * max(gains))
    gain = max(gains)
    limit = max(min(limits), gain)
    gap = (limit - gain) / max(abs(gain), 1e-9)
    status = "optimal" if gap <= PROVED else own.status
    return replace(own, objective=sign * gain + 0.0, bound=sign * limit + 0.0, gap=gap, status=status)


def _counts(fewer: Solved, more: Solved) -> bool:
    """Whether a plan of one coalition is one of the other as well."""
    return fewer.coalition <= more.coalition and more.coalition - fewer.coalition <= ONLY_ADD
