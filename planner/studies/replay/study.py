"""A result solved again from the input inside it: does the same come out, and what in the versions differs."""

from collections.abc import Callable
from dataclasses import dataclass

from planner.planning import Outcome, prepare_problem, solve_problem
from planner.results.result_file import ResultFile
from planner.seal import seal
from planner.solver.solver import Progress
from planner.studies.earlier_result import extract_input, extract_options
from planner_models.earlier_plan import decisions_of
from planner_models.schema.decisions import Decision

SAME = 1e-6
"""Relative difference up to which two objectives agree, as in the audit."""

CUT_SHORT = ("time_limit", "interrupted")


@dataclass(frozen=True)
class Replay:
    """What came out now beside what the result says.

    `differing` are the decisions with their values then and now; `versions` what took part, then and now, where that
    differs.
    """

    given: ResultFile
    outcome: Outcome
    objective: float | None
    differing: list[tuple[Decision, float, float]]
    versions: list[tuple[str, str, str]]

    @property
    def same_objective(self) -> bool:
        """Whether the objectives agree."""
        if self.objective is None:
            return False
        then = self.given.objective
        return abs(self.objective - then) <= SAME * max(1.0, abs(then), abs(self.objective))

    @property
    def agrees(self) -> bool:
        """Whether objective and decisions do."""
        return self.same_objective and not self.differing

    @property
    def excuse(self) -> str:
        """Why a difference need not mean anything; "" where it does."""
        if self.given.facts.get("status") in CUT_SHORT:
            return "the result was stopped before its search ended, so how far it got depends on the machine"
        if not self.agrees and self.same_objective:
            return "the objectives agree: plans of equal cost can differ in their decisions"
        return ""


def replay(given: ResultFile, progress: Callable[[Progress], None] | None = None) -> Replay:
    """Solve the input inside a result again, with its options.

    Parameters
    ----------
    given
        The result.
    progress
        Called with the state of the search while it runs.

    Returns
    -------
    Replay
        What came out now beside what the result says.

    Raises
    ------
    InputError
        Where the input inside the result has faults.
    """
    reading = extract_input(given)
    job = prepare_problem(reading, extract_options(given))
    outcome = solve_problem(job, progress)
    now = decisions_of(given.instance.tables, outcome.tables)
    then = decisions_of(given.instance.tables, given.tables)
    keys = [key for key in dict.fromkeys([*then, *now]) if abs(then.get(key, 0.0) - now.get(key, 0.0)) > SAME]
    differing = [(key, then.get(key, 0.0), now.get(key, 0.0)) for key in keys] if outcome.tables else []
    found = outcome.solution.objective
    objective = None if found is None else job.sign * found
    return Replay(given, outcome, objective, differing, _versions(given))


def _versions(given: ResultFile) -> list[tuple[str, str, str]]:
    """What took part then and now, where that differs; the seal is asked for both."""
    now = dict(seal("plan", given.path.name, given.content_hash, {}, {}).itertuples(index=False, name=None))
    names = [name for name in now if name.endswith("version") or name == "platform"]
    return [
        (name, given.facts.get(name, "not said"), now[name]) for name in names if given.facts.get(name) != now[name]
    ]
