"""How the flows of a period answer a disturbance, and how long stock and slack carry the plan through it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planner.recourse.programme import Programme, programmes
from planner.solver.highs.warm import Warm
from planner_models.blocks.disruptions.effects import effects
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.scenarios import Snapshot

SERVED = 1e-6
"""Service that falls short by no more than this share counts as full."""

DIGITS = 9
"""Decimals of a service that count."""

USED = 1e-6
"""A flow that exceeds what is left for it by more than this share of itself is one that would be missed."""

LEANING = 1e-4
"""How much cost counts where service is sought: only between flows that serve the same."""

NOISE = 1e-7
"""Differences of cost below this, relative to what a period costs in all, are what the solver's tolerance leaves."""

SHORTEST = 1e-3
"""A plan that stock and slack carry for less than this many months is not carried at all."""


@dataclass(frozen=True)
class Reaction:
    """The flows of a period during a disturbance of `months`.

    values: one per column of the programme; `touched` the columns that hang together with what is hit
    loss: money, discounted, against the plan over those months
    served, wanted: worth of what is sold and asked for, by column of what is sold, in money/year
    """

    programme: Programme
    months: float
    values: np.ndarray
    touched: np.ndarray
    loss: float
    served: dict[int, float]
    wanted: dict[int, float]

    @cached_property
    def service(self) -> float:
        """The share of the worth asked for that is served, from 0 to 1; 1 where nothing is asked for.

        Rounded, so that cases that serve the same are not told apart by the noise of the solver.
        """
        wanted = sum(self.wanted.values())
        share = sum(self.served.values()) / wanted if wanted > 0 else 1.0
        return round(min(max(share, 0.0), 1.0), DIGITS)

    @property
    def answers(self) -> dict[int, float]:
        """By number of a flow that the disturbance can change: its yearly rate."""
        touched = np.flatnonzero(self.touched[: len(self.programme.flows.flows)])
        return dict(zip(touched.tolist(), self.values[touched].tolist(), strict=True))

    @property
    def lost(self) -> float:
        """Worth not served during the disturbance, in money."""
        return max(sum(self.wanted.values()) - sum(self.served.values()), 0.0) * self.months / 12

    def upset_by(self, snapshot: Snapshot) -> bool:
        """Whether these flows could not go on if `snapshot`, which takes away and adds nothing, came on top."""
        bounds = _apply_snapshot(self.programme, snapshot)
        programme = self.programme
        shared = [sum(self.values[members]) for members in programme.sharing.values()]
        flows = np.concatenate([self.values[bounds.hit], shared])
        most = np.concatenate([bounds.upper[bounds.hit], bounds.row_upper[list(programme.sharing)]])
        return bool((flows - most > USED * flows).any())

    def unserved(self) -> dict[tuple[str, str], float]:
        """By region and item: the worth not served, in money, where there is any."""
        found: dict[tuple[str, str], float] = {}
        for number, wanted in self.wanted.items():
            missing = wanted - self.served[number]
            if missing > SERVED * wanted:
                market = self.programme.columns[number][1][:2]
                found[market[0], market[1]] = found.get((market[0], market[1]), 0.0) + missing * self.months / 12
        return found


@dataclass(frozen=True)
class _Bounds:
    """A disturbed programme: what bounds, rows and costs become, and which columns are hit."""

    cost: np.ndarray
    upper: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    hit: np.ndarray


class Recourse:
    """A plan whose decisions stay, ready to be disturbed again and again. Each period keeps its own solver."""

    def __init__(self, m: Model, periods: Iterable[str] | None = None) -> None:
        """`m` is a model of `network.build` whose variables hold the plan; without `periods` all are readied."""
        self.sets: Sets = m.sets
        self.programmes = programmes(m, m.sets.time.periods if periods is None else periods)
        self._solvers: dict[tuple[str, str], Warm] = {}
        self._baseline: dict[tuple[str, float], np.ndarray] = {}

    def impact(self, loss: float, disturbance: Mapping[str, Snapshot]) -> float:
        """What a disturbance by period itself costs, in money: its `loss` beyond that of the same months without it.

        Without it nothing is hit, and the same flows are as free as during the disturbance, at the same prices: no
        least load or least take binds, nothing is saved by experience or in clusters. What that alone is worth is in
        every loss; here it is left out. Differences that the solver's tolerance makes are 0.
        """
        found, size = loss, 0.0
        for period, snapshot in disturbance.items():
            programme = self.programmes[period]
            found -= self._solve_baseline(programme, snapshot).loss
            size += float(np.abs(programme.cost) @ programme.base) * self._weight(programme, snapshot)
        return found if abs(found) > NOISE * size else 0.0

    def _solve_baseline(self, programme: Programme, snapshot: Snapshot) -> Reaction:
        """The cheapest flows of the months of a snapshot, of all that it can change, where nothing is hit."""
        hit, rows = _apply_snapshot(programme, snapshot).hit, programme.arrays
        bounds = _Bounds(programme.cost, programme.upper, rows.row_lower, rows.row_upper, hit)
        key = programme.period, snapshot.months
        if key not in self._baseline:
            self._baseline[key] = self._solved("cheapest", programme.period, snapshot, bounds, bounds.cost)
        return self._reaction(programme, snapshot, bounds, self._baseline[key])

    def react(self, period: str, snapshot: Snapshot) -> Reaction:
        """The cheapest flows while `snapshot` lasts."""
        bounds = _apply_snapshot(self.programmes[period], snapshot)
        return self._answer("cheapest", period, snapshot, bounds, bounds.cost)

    def serve(self, period: str, snapshot: Snapshot) -> Reaction:
        """The flows that serve most while `snapshot` lasts; of those that serve as much, cheap ones."""
        programme = self.programmes[period]
        bounds = _apply_snapshot(programme, snapshot)
        worth = np.zeros(len(bounds.cost))
        worth[list(programme.worth)] = list(programme.worth.values())
        scale = worth.max(initial=0.0) / (np.abs(bounds.cost).max(initial=0.0) or 1.0)
        return self._answer("serving", period, snapshot, bounds, LEANING * scale * bounds.cost - worth)

    def undisturbed(self, period: str, months: float) -> Reaction:
        """The flows of the plan itself."""
        programme = self.programmes[period]
        served = {number: worth * programme.base[number] for number, worth in programme.worth.items()}
        wanted = {number: worth * programme.wanted[number] for number, worth in programme.worth.items()}
        nothing = np.zeros(len(programme.base), dtype=bool)
        return Reaction(programme, months, programme.base, nothing, 0.0, served, wanted)

    def _solver(self, aim: str, period: str) -> Warm:
        if (aim, period) not in self._solvers:
            self._solvers[aim, period] = Warm(self.programmes[period].arrays)
        return self._solvers[aim, period]

    def _answer(self, aim: str, period: str, snapshot: Snapshot, bounds: _Bounds, cost: np.ndarray) -> Reaction:
        """The flows of least `cost` in a snapshot."""
        programme = self.programmes[period]
        return self._reaction(programme, snapshot, bounds, self._solved(aim, period, snapshot, bounds, cost))

    def _solved(self, aim: str, period: str, snapshot: Snapshot, bounds: _Bounds, cost: np.ndarray) -> np.ndarray:
        pace = self.programmes[period].pace
        lower, upper = np.zeros(len(bounds.upper)), bounds.upper.copy()
        lower[pace] = upper[pace] = 12.0 / snapshot.months
        values = self._solver(aim, period).solve(cost, lower, upper, bounds.row_lower, bounds.row_upper)
        if values is None:
            raise RuntimeError(f"no flows are possible in {period}: the decisions of the plan contradict each other")
        return values

    def _weight(self, programme: Programme, snapshot: Snapshot) -> float:
        """What a cost of 1 a year during a snapshot comes to, discounted."""
        time = self.sets.time
        return snapshot.months / 12 * time.annual[programme.period] / time.years[programme.period]

    def _reaction(self, programme: Programme, snapshot: Snapshot, bounds: _Bounds, values: np.ndarray) -> Reaction:
        touched = np.isin(programme.group, np.unique(programme.group[bounds.hit]))
        values = np.where(touched, values, programme.base)
        extra = float(bounds.cost @ values - programme.cost @ programme.base)
        served, wanted = {}, {}
        for number, row in programme.service.items():
            asked = bounds.row_upper[row] if touched[number] else programme.base[number]
            served[number] = programme.worth[number] * values[number]
            wanted[number] = programme.worth[number] * asked
        loss = extra * self._weight(programme, snapshot)
        return Reaction(programme, snapshot.months, values, touched, loss, served, wanted)

    def months(self, period: str, snapshot: Snapshot) -> float:
        """The longest time in months for which everything the plan sells in the period can still be had.

        Cost does not matter. At most the length of the period; 0 where something is missing at once.
        """
        programme = self.programmes[period]
        bounds = _apply_snapshot(programme, snapshot)
        cost, upper = np.zeros(len(bounds.cost)), bounds.upper
        cost[programme.pace] = 1.0
        lower = np.zeros(len(cost))
        for number, row in programme.service.items():
            least = min(programme.base[number], bounds.row_upper[row])
            lower[number] = least * (1.0 - SERVED)
        most = 12.0 * self.sets.time.years[period]
        lower[programme.pace], upper[programme.pace] = 12.0 / most, 12.0 / SHORTEST
        values = self._solver("lasting", period).solve(cost, lower, upper, bounds.row_lower, bounds.row_upper)
        return 0.0 if values is None else min(most, 12.0 / float(values[programme.pace]))


def _apply_snapshot(programme: Programme, snapshot: Snapshot) -> _Bounds:
    """The programme as a snapshot leaves it."""
    found = effects(programme.flows, snapshot)
    upper, cost = programme.upper.copy(), programme.cost.copy()
    row_lower, row_upper = programme.arrays.row_lower.copy(), programme.arrays.row_upper.copy()
    hit = np.zeros(len(upper), dtype=bool)
    hit[list(found.hit)] = True
    for number, factor in found.capacity.items():
        upper[number] *= factor
    for number, share in found.within_base.items():
        upper[number] = min(upper[number], share * programme.base[number])
    for number, factor in found.cost.items():
        cost[number] += (factor - 1.0) * programme.raised[number]
    for row, factor in found.sharing.items():
        row_upper[row] *= factor
    for row, factor in found.wanted.items():
        row_lower[row] *= factor
        row_upper[row] *= factor
    return _Bounds(cost, upper, row_lower, row_upper, hit)
