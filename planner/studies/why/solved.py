"""How the solves behind an answer ended: with a plan, or with the words why there is no answer."""

from collections.abc import Sequence

from planner.solver.solver import Solution


class Unanswered(Exception):
    """There is no plan with the decision forced; `status`: how the solver ended; `reasons`: what must give."""

    def __init__(self, status: str, words: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.status = status
        self.reasons = list(reasons)


def ensure_running(solution: Solution) -> Solution:
    """The solution. Raises KeyboardInterrupt where the user stopped its search."""
    if solution.status == "interrupted":
        raise KeyboardInterrupt
    return solution


def ensure_plan(solution: Solution) -> Solution:
    """The solution. Raises Unanswered where it has no plan, KeyboardInterrupt where the user stopped its search."""
    if ensure_running(solution).values is None:
        raise Unanswered(solution.status, solution.words)
    return solution


def objective_of(solution: Solution) -> float:
    """The objective of a solution that has a plan, as minimised."""
    assert solution.objective is not None
    return solution.objective
