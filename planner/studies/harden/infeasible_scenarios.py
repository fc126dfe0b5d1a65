"""Why no plan survives: which loss is too much, how much can be served under it at most, and what else is a danger."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from planner.planning import Problem, prepare_problem
from planner.recourse.reaction import DIGITS, SERVED, Recourse
from planner.report.wording import format_share
from planner.solver.extended import set_objective
from planner.solver.solver import Options, load_values, make_roundings, solve_arrays
from planner.studies.harden.separation import CriticalScenario
from planner.studies.harden.study import Hardened, NoHardenedPlan, with_cases
from planner.studies.stress.losses import Loss, LossCase, LossCatalogue, set_duration, spread
from planner.workbook.read import Reading
from planner_models.linear import LinearExpression

MOST_NAMED = 5
"""Other losses that are named; the rest are counted."""

ADVICE = "exclude losses with --without NAME, --kinds or --period, or lower the target with --service"

NEAR = 1e-4
"""Share to which the most that can be served is known well enough to be said."""

MOST_STEPS = 10
"""Solves for one such share; two or three are enough as a rule."""


def reasons(reading: Reading, end: NoHardenedPlan, options: Options) -> tuple[str, list[str]]:
    """What to say of hardening that ended without a plan.

    Parameters
    ----------
    reading
        The input.
    end
        How it ended, with the losses that no plan survives.
    options
        Options of the solves that find how much can be served at most.

    Returns
    -------
    tuple of str and list of str
        A sentence, and the lines below it; no lines where not even a plain plan was found, or it is not proved that
        there is no hardened one.
    """
    if end.found is None or end.solution.status != "infeasible":
        return str(end), []
    siege, others = end.found.siege, list_single_failures(end.found)
    least = format_share(siege.service)
    for threat in end.threats:
        if _too_much(reading, threat.case, siege.service, options):
            told = f"no plan can serve {least} of demand under this loss"
            return told, [_most(reading, threat, options), *_others(others, [threat.case], siege.service), ADVICE]
    every = [*(threat for _, threat in end.found.added), *end.threats]
    told = f"no single plan can serve {least} of demand under each of these losses"
    lines = [
        f"{_find_lost(threat.case)}: at most {format_share(threat.service)} in a plan tried before" for threat in every
    ]
    return told, [*lines, *_others(others, [threat.case for threat in every], siege.service), ADVICE]


def _find_lost(case: LossCase) -> str:
    return f"the loss of {case.words} for {case.months:g} months in {case.period}"


def _too_much(reading: Reading, case: LossCase, service: float, options: Options) -> bool:
    """Whether it is proven that no plan survives a case by itself."""
    job = prepare_problem(with_cases(reading, [case], service), options)
    solution = solve_arrays(job.compiled, replace(options, gap=1.0), None, make_roundings(job.model, job.compiled))
    return solution.status == "infeasible"


def _most(reading: Reading, threat: CriticalScenario, options: Options) -> str:
    """How much any plan serves under a loss; where that is not known, how much the last plan does."""
    most = most_served(reading, threat.case, options)
    if most is None:
        return f"{_find_lost(threat.case)}: at most {format_share(threat.service)} in the last plan found"
    return f"{_find_lost(threat.case)}: at most {format_share(most)} in any plan"


def most_served(reading: Reading, case: LossCase, options: Options) -> float | None:
    """The largest share of what is asked for that some plan serves in a case; None where it is not found in time.

    A ratio of sums: the largest of served - share x wanted is sought, with the share of the plan before, until that is
    nothing (Dinkelbach, 1967).
    """
    job = prepare_problem(with_cases(reading, [case], 0.0), options)
    name = job.model.sets.scenarios.index[-1]
    served, wanted = (_together(terms, name) for terms in (job.model.losses.served, job.model.losses.wanted))
    share, offset = 0.0, 0.0
    for _ in range(MOST_STEPS):
        cost = _costs(job, served, -1.0) + _costs(job, wanted, share)
        solution = solve_arrays(set_objective(job.compiled, cost, offset), replace(options, gap=NEAR))
        if solution.values is None or solution.status not in ("optimal", "within_gap"):
            return None
        load_values(job.compiled, solution.values)
        before, share, offset = share, _share(served, wanted), wanted.value()
        if share - before <= NEAR:
            return share
    return None


def _together(terms: Mapping[Any, LinearExpression], scenario: str) -> LinearExpression:
    """The sum of the terms of a scenario, each variable in it once."""
    total = LinearExpression()
    for key, each in terms.items():
        if key[0] == scenario:
            total.extend(1.0, each)
    return total.merged()


def _costs(job: Problem, terms: LinearExpression, factor: float) -> np.ndarray:
    """Factor x the coefficients, by column."""
    place = {id(variable): number for number, variable in enumerate(job.compiled.variables)}
    cost = np.zeros(len(job.compiled.cost))
    cost[[place[id(variable)] for variable in terms.variables]] = factor * np.array(terms.coefficients)
    return cost


def _share(served: LinearExpression, wanted: LinearExpression) -> float:
    """What is served of what is wanted, from 0 to 1; 1 where nothing is."""
    asked = wanted.value()
    return round(min(max(served.value() / asked, 0.0), 1.0), DIGITS) if asked > 0 else 1.0


def list_single_failures(found: Hardened) -> dict[Loss, float]:
    """Single losses under which too little can be served in the plain plan, with the least of it, the worst first."""
    job, solution = found.plain
    assert solution.values is not None
    load_values(job.compiled, solution.values)
    recourse, siege = Recourse(job.model), found.siege
    losses = LossCatalogue(job.model.sets, siege.kinds, without=siege.without)
    least: dict[Loss, float] = {}
    for period in siege.periods or job.model.sets.time.periods:
        for months in spread(siege.months, 12.0 * job.model.sets.time.years[period]):
            for loss, snapshot in losses.single(period).items():
                service = recourse.serve(period, set_duration(snapshot, months)).service
                least[loss] = min(least.get(loss, 1.0), service)
    short = [loss for loss, service in least.items() if service < siege.service - SERVED]
    return {loss: least[loss] for loss in sorted(short, key=lambda loss: (least[loss], loss.place))}


def _others(fallen: Mapping[Loss, float], named: Iterable[LossCase], service: float) -> list[str]:
    """A line on the single losses that are a danger too."""
    known = {case.losses for case in named}
    others = [(loss, least) for loss, least in fallen.items() if (loss,) not in known]
    if not others:
        return [f"no other single loss leaves less than {format_share(service)} served in the plain plan"]
    names = [f"{loss.words} ({format_share(least)})" for loss, least in others]
    told = f"{len(others)} other single loss{'es leave' if len(others) > 1 else ' leaves'}"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return [f"{told} less than {format_share(service)} served in the plain plan: {', '.join(names[:MOST_NAMED])}{more}"]
