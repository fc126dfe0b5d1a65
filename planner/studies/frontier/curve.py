"""The curve of cost against security: points known by their limits, what each shows of others, and the knee."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from planner.solver.solver import PROVED, Options, Solution
from planner.workbook.read import Reading


@dataclass(frozen=True)
class FrontierRequest:
    """The rule, how many points, and what stands on the other axis beside cost: None for the rule's own figure."""

    rule: str
    points: int
    against: str | None
    options: Options


@dataclass
class FrontierPoint:
    """A plan under one limit: cost as the solver minimises it (profit is a negative cost), and what was measured.

    `value` is the figure of the rule, NaN where nothing that it is about is left; then the limit stands for it as
    `measure`. A measure of another kind is NaN where nothing that it is about is left.
    """

    limit: float
    cost: float
    value: float
    measure: float
    solution: Solution
    tables: dict[str, pd.DataFrame]
    dominated: bool = False
    knee: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is left that the rule or the measure is about: no safe plan, but one with nothing to lose."""
        return math.isnan(self.value) or math.isnan(self.measure)


@dataclass
class Frontier:
    """The points from the loosest limit to the tightest. `better` is 1 where more of the measure is safer, else -1.

    `open_end` says that tighter limits than the last were not looked for, `hurried` that time ran out on some,
    `own_figure` that the figure of a point is what its plan has, not what it could have at another cost.
    """

    request: FrontierRequest
    reading: Reading
    sign: float
    better: float
    upper: bool
    points: list[FrontierPoint] = field(default_factory=list)
    complete: bool = True
    open_end: bool = False
    own_figure: bool = True
    hurried: bool = False

    @property
    def sound(self) -> list[FrontierPoint]:
        """The points that leave something of what the rule and the measure are about."""
        return [point for point in self.points if not point.empty]

    @property
    def kept(self) -> list[FrontierPoint]:
        """The points on the curve: sound, and not beaten by another."""
        return [point for point in self.sound if not point.dominated]

    @property
    def tightest(self) -> FrontierPoint:
        """The last sound point; where there is none the plan without the rule."""
        return [self.points[0], *self.sound][-1]

    @property
    def price(self) -> float:
        """What the tightest limit costs more than the plan without the rule."""
        return self.tightest.cost - self.points[0].cost

    @property
    def blur(self) -> float:
        """The most that a point can be off, 0 where all are proved; infinite where one has no bound."""
        return _most_left_open(self.points)

    @property
    def sound_blur(self) -> float:
        """The same of sound points alone."""
        return _most_left_open(self.sound)

    @property
    def hidden(self) -> bool:
        """Whether the price lies within what the gaps leave open."""
        return len(self.sound) > 1 and self.sound_blur > 0 and self.price <= self.sound_blur


def settle(found: Frontier) -> None:
    """Let each point have what others show: a tighter plan meets its limit too, and a looser one's bound holds for it.

    Gaps let a tighter plan turn out cheaper; afterwards the price never falls on the way to the tightest. A looser
    plan whose figure meets a tighter limit by itself is a plan of that limit as well.
    """
    points = found.points
    for place, own in enumerate(points):
        looser = [point for point in points[:place] if _meets(found, point, own.limit)]
        cheaper = min(looser, key=lambda point: point.cost, default=own)
        if cheaper.cost < own.cost - _slack(own, cheaper):
            points[place] = replace(cheaper, limit=own.limit, solution=own.solution)
    for place in range(len(points) - 2, -1, -1):
        own, tighter = points[place], points[place + 1]
        alike = not tighter.empty and tighter.cost <= own.cost + _slack(own, tighter)
        if tighter.cost < own.cost or (alike and found.better * (tighter.measure - own.measure) > 1e-9):
            points[place] = replace(tighter, limit=own.limit, solution=own.solution)
    bound: float | None = None
    for point in points:
        bound = max((known for known in (bound, point.solution.bound) if known is not None), default=None)
        point.solution = _against(point, bound)


def _meets(found: Frontier, point: FrontierPoint, limit: float) -> bool:
    """Whether a plan meets a limit that it was not asked to meet.

    Of service the figure is what could be served, at a cost that was not counted, so that it proves nothing here.
    """
    if math.isnan(point.value) or not found.own_figure:
        return False
    return point.value <= limit if found.upper else point.value >= limit


def _against(point: FrontierPoint, bound: float | None) -> Solution:
    """How a point was solved, with the gap of the plan it has now."""
    if bound is None:
        return replace(point.solution, objective=point.cost)
    bound = min(bound, point.cost)
    gap = (point.cost - bound) / max(abs(point.cost), 1e-9)
    status = "optimal" if gap <= PROVED else point.solution.status
    return replace(point.solution, objective=point.cost, bound=bound, gap=gap, status=status)


def _most_left_open(points: Sequence[FrontierPoint]) -> float:
    most = max(map(_find_open_gap, points), default=0.0)
    largest = max((abs(point.cost) for point in points), default=0.0)
    return most if most > PROVED * max(1.0, largest) else 0.0


def _find_open_gap(point: FrontierPoint) -> float:
    bound = point.solution.bound
    return math.inf if bound is None else max(0.0, point.cost - bound)


def _slack(one: FrontierPoint, other: FrontierPoint) -> float:
    """Costs this near are the same."""
    return 1e-9 * max(1.0, abs(one.cost), abs(other.cost))


def mark(found: Frontier) -> None:
    """Say which points another one beats in cost and in the measure, and which of the others is the knee.

    The plan without the rule is what prices are counted from, so it always stays. One that leaves nothing is compared
    with none.
    """
    for point in found.sound:
        if point is not found.points[0]:
            point.dominated = any(_beats(found, other, point) for other in found.sound)
    kept = found.kept
    if (knee := _knee(kept, found.sound_blur)) is not None:
        kept[knee].knee = True


def _beats(found: Frontier, one: FrontierPoint, other: FrontierPoint) -> bool:
    """Whether one point is no worse in both and better in one; of equals the first is kept."""
    slack = _slack(one, other)
    safer = found.better * (one.measure - other.measure)
    cheaper = other.cost - one.cost
    if abs(safer) <= 1e-9 and abs(cheaper) <= slack:
        return found.points.index(one) < found.points.index(other)
    return safer >= -1e-9 and cheaper >= -slack


def _knee(points: list[FrontierPoint], blur: float) -> int | None:
    """The point farthest from the chord between the ends, both axes scaled to 1; None where none is off it.

    Nor is there one where it is off by no more cost than a point can be.
    """
    if len(points) < 3:
        return None
    places = np.array([(point.measure, point.cost) for point in points])
    span = np.ptp(places, axis=0)
    if not span.all():
        return None
    x, y = ((places - places.min(axis=0)) / span).T
    chord = np.array([x[-1] - x[0], y[-1] - y[0]])
    off = np.abs(chord[0] * (y - y[0]) - chord[1] * (x - x[0])) / np.hypot(*chord)
    farthest = int(off.argmax())
    rise = span[1] * abs(y[farthest] - y[0] - chord[1] / chord[0] * (x[farthest] - x[0])) if chord[0] else math.inf
    return farthest if off.max() > 1e-6 and rise > blur else None
