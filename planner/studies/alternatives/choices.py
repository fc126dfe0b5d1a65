"""Yes-or-no choices of a plan: what a board would call one decision, as one column each of a compiled model."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from planner.planning import Problem
from planner.solver.compiled import Compiled
from planner.solver.earlier_plan import places
from planner.solver.extended import Row, with_columns, with_rows
from planner_models.decisions import variables
from planner_models.schema.decisions import Decision

Choice = tuple[str, ...]
"""A kind of decision and its subject; with the period where each period is a choice of its own."""

TO_THE_END = ("opened", "kept")
"""Of what exists already the choice is whether it stays: what counts is its last period."""


@dataclass(frozen=True)
class Choices:
    """A model in which every choice has a column of its own, 1 where it is taken, 0 where not, after all others.

    `behind` holds the model's own columns of each choice: it is taken where any of them is above 0.
    """

    compiled: Compiled
    names: list[Choice]
    behind: list[np.ndarray]

    @property
    def columns(self) -> np.ndarray:
        """The columns of the choices."""
        return np.arange(len(self.compiled.cost) - len(self.names), len(self.compiled.cost))

    def taken(self, values: np.ndarray) -> np.ndarray:
        """Which choices a plan takes, as 0 and 1."""
        return np.array([float(values[columns].max() > 0.5) for columns in self.behind])

    def whole(self, values: np.ndarray) -> np.ndarray:
        """The values of all columns of a plan whose own columns are given."""
        own = values[: len(self.compiled.cost) - len(self.names)]
        return np.concatenate([own, self.taken(values)])

    def own(self, values: np.ndarray) -> np.ndarray:
        """The values of the model's own columns."""
        return values[: len(self.compiled.cost) - len(self.names)]


def choices(job: Problem, *, by_period: bool) -> Choices:
    """The choices of a job: every site, module, offer, project, line and step, in any period or in each."""
    column = places(job.compiled)
    candidates = set(job.model.sets.sites.index[job.model.sets.sites["candidate"]])
    found: dict[Choice, list[int]] = defaultdict(list)
    for decision, variable in variables(job.model).items():
        name = decision if by_period else decision[:-1]
        if not by_period and _stays(decision, candidates):
            found[name] = []
        found[name].append(column[id(variable)])
    behind = [np.array(columns) for columns in found.values()]
    wider = with_columns(job.compiled, len(found), 1.0, whole=True)
    first = len(job.compiled.cost)
    rows = [row for number, columns in enumerate(behind) for row in _tie_choice(job.compiled, first + number, columns)]
    return Choices(with_rows(wider, rows) if rows else wider, list(found), behind)


def _stays(decision: Decision, candidates: set[str]) -> bool:
    """Whether it is about something that exists, so that the last period says whether it stays."""
    return decision[0] in TO_THE_END and decision[1] not in candidates


def _tie_choice(compiled: Compiled, choice: int, columns: np.ndarray) -> list[Row]:
    """choice >= decision / most of it, for each decision; choice <= the sum of them"""
    rows: list[Row] = [
        ([int(place), choice], [1.0, -float(compiled.upper[place])], -np.inf, 0.0) for place in columns.tolist()
    ]
    return [*rows, ([choice, *columns.tolist()], [1.0, *[-1.0] * len(columns)], -np.inf, 0.0)]
