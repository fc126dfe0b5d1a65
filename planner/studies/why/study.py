"""Why a plan decides as it does: the same with one decision forced the other way, and where that would be no worse."""

import math
from dataclasses import dataclass, replace

import numpy as np

from planner.diagnosis import describe_remedies, find_remedies
from planner.planning import Problem, prepare_problem
from planner.solver.earlier_plan import match_plan, warm_start
from planner.solver.in_hand import bound_below, left_open
from planner.solver.solver import Options, Solution, make_roundings, solve_arrays
from planner.studies.earlier_result import InHand, bound_by_result
from planner.studies.why.break_even import BreakEvenSearch, Show
from planner.studies.why.points import SURE, Flip
from planner.studies.why.question import Sides, parse_question, sides, with_lock
from planner.studies.why.solved import Unanswered, ensure_plan, ensure_running, objective_of
from planner.workbook.read import Reading
from planner_models.decisions import variables
from planner_models.schema.decisions import Decision
from planner_models.sets.locks import Lock


@dataclass(frozen=True)
class ForcedAnswer:
    """The question as two locks, the plan as it is and as forced, and where it would flip."""

    sides: Sides
    job: Problem
    solution: Solution
    held: Solution
    flip: Flip | None

    @property
    def cost(self) -> float:
        """What the forced decision costs, in money as minimised."""
        return objective_of(self.solution) - objective_of(self.held)

    @property
    def open(self) -> float:
        """What the searches of both sides have left open, in money."""
        return left_open(self.solution) + left_open(self.held)

    @property
    def least(self) -> float:
        """The least that forcing the decision can cost, whatever its search has not found."""
        return self.cost - left_open(self.solution)

    @property
    def most(self) -> float:
        """The most that it can cost, whatever the search behind the plan has not found."""
        return self.cost + left_open(self.held)

    @property
    def decided(self) -> bool:
        """Whether it is certain to cost something."""
        return self.least > SURE * abs(objective_of(self.held))


def why(reading: Reading, options: Options, written: str, known: InHand, show: Show) -> ForcedAnswer:
    """Answer the question `written` about the plan in hand, which no plan held may be worse than.

    Its bound holds for the forced side as well, which has fewer plans to choose from.

    Raises InputError where the question speaks of nothing that there is, Unanswered where no plan does otherwise,
    KeyboardInterrupt where the user stops it.
    """
    plain = prepare_problem(reading, options, known=known.decisions)
    question = sides(
        parse_question(written, list_nameable(plain)), known.decisions, list(plain.model.sets.time.periods)
    )
    show("the plan as it is")
    held = ensure_plan(
        warm_start(plain.compiled, match_plan(plain.model, plain.compiled, known.decisions), options).solution
    )
    bound = None if math.isnan(known.bound) else known.bound
    held = bound_by_result(held, known)
    show("the decision forced the other way")
    locked = replace(reading, instance=with_lock(reading.instance, question.forced))
    job = prepare_problem(locked, options, known=known.decisions)
    begun = _make_forced_start(job, known.decisions, question.forced)
    solution = solve_arrays(job.compiled, job.search_options, None, make_roundings(job.model, job.compiled), begun)
    if ensure_running(solution).values is None:
        raise Unanswered(solution.status, solution.words, _list_reasons(job, solution, show))
    solution = bound_below(solution, bound)
    search = BreakEvenSearch(reading, options, question, (held, solution), known.decisions, show)
    return ForcedAnswer(question, job, solution, held, search.find_flip())


def list_nameable(job: Problem) -> list[Decision]:
    """Everything a question may name: the decisions, and states that a lock could make one."""
    sets = job.model.sets
    found = list(variables(job.model))
    found += [("opened", site, period) for site, window in sets.windows.items() for period in window]
    found += [("kept", *line) for line in sets.existing]
    found += [("accessed", *offer, period) for offer in sets.offers.index for period in sets.time.periods]
    found += [("priced", region, item, step, period) for region, item, period, step in job.model.demand.volume]
    return list(dict.fromkeys(found))


def _make_forced_start(job: Problem, given: dict[Decision, float], lock: Lock) -> np.ndarray | None:
    """The plan around all decisions but those about the same site, offer, project or market."""
    others = {decision: value for decision, value in given.items() if decision[1] != lock.subject[0]}
    found = match_plan(job.model, job.compiled, others)
    column = {id(variable): place for place, variable in enumerate(job.compiled.variables)}
    values = found.values.copy()
    for decision, variable in variables(job.model).items():
        if decision[1] == lock.subject[0]:
            values[column[id(variable)]] = np.nan
    solution = warm_start(job.compiled, replace(found, values=values), job.options).solution
    return ensure_running(solution).values


def _list_reasons(job: Problem, solution: Solution, show: Show) -> list[str]:
    """The fewest cells that would have to change for the decision to be otherwise; the lock that forces it stays."""
    if solution.status != "infeasible":
        return []
    show("why it is not possible")
    lock = int(job.reading.instance["locks"].index[-1])
    return describe_remedies(find_remedies(job.model, job.compiled, kept=[("locks", lock)]), job.reading)
