"""What a study raises where there is no plan to begin with."""

from planner.solver.solver import Solution


class NoPlan(Exception):
    """There is no plan.

    Attributes
    ----------
    solution : Solution
        How the search for it ended, which gives the exit status.
    """

    def __init__(self, solution: Solution) -> None:
        super().__init__(solution.words)
        self.solution = solution
