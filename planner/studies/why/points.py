"""Both sides of a question at values of a driver, and what these points say of the value where they cost the same."""

from dataclasses import dataclass
from itertools import product

from planner.studies.why.drivers import Driver

FLAT = 1e-7
"""Slopes up to this are rounding."""

SURE = 1e-7
"""Difference of two objectives, relative to them, up to which it is rounding."""

CLOSE = 1e-3
"""Width relative to the driver's value down to which the break-even is narrowed."""


@dataclass(frozen=True)
class ForcedPoint:
    """Both sides at one value of the driver: objectives as minimised, and how much less each may truly cost."""

    value: float
    held: float
    forced: float
    held_open: float
    forced_open: float

    @property
    def difference(self) -> float:
        """What forcing the decision costs there."""
        return self.forced - self.held

    @property
    def slack(self) -> float:
        """What the gaps of both sides leave open."""
        return self.held_open + self.forced_open

    @property
    def rounding(self) -> float:
        """Difference up to which both cost the same."""
        return SURE * max(abs(self.held), abs(self.forced))

    @property
    def costs(self) -> bool:
        """Whether forcing the decision costs something there, whatever the gaps hide."""
        return self.difference - self.forced_open > self.rounding

    @property
    def pays(self) -> bool:
        """Whether forcing the decision saves something there, whatever the gaps hide."""
        return self.difference + self.held_open < -self.rounding


@dataclass(frozen=True)
class Flip:
    """The driver, all values at which both sides were solved, and the value at which they cost the same.

    `at` is None where no value does it, or none can be claimed: `words` say why. `between` are the nearest values at
    which forcing the decision is certain to cost, or to save, something: the true value lies between them.
    """

    driver: Driver
    points: list[ForcedPoint]
    at: float | None
    words: str = ""
    between: tuple[float, float] | None = None


def describe_end(point: ForcedPoint) -> str:
    """Why there is no break-even where the driver can be no less."""
    if point.costs:
        return f"even at {point.value:g} the plan would stay as it is"
    return f"even at {point.value:g} forcing the decision is not certain to pay: {_describe_doubt(point)}"


def _describe_doubt(point: ForcedPoint) -> str:
    if point.slack > point.rounding:
        return "the difference is smaller than the gaps of the solves; use a smaller --gap"
    return "both cost the same there"


def claim_break_even(driver: Driver, points: list[ForcedPoint]) -> Flip:
    """The break-even between the values at which the sign is certain; none is claimed where no value is certain."""
    costs, pays = [point for point in points if point.costs], [point for point in points if point.pays]
    if not costs or not pays:
        nearest = min(points, key=lambda point: point.difference)
        return Flip(
            driver,
            sort_points(points),
            None,
            f"no break-even is claimed: at {nearest.value:g} {_describe_doubt(nearest)}",
        )
    one, two = _find_nearest(costs, pays)
    low, high = sorted((one.value, two.value))
    return Flip(driver, sort_points(points), min(max(find_crossing(points), low), high), "", (low, high))


def sort_points(points: list[ForcedPoint]) -> list[ForcedPoint]:
    return sorted(points, key=lambda point: point.value)


def find_bracket(points: list[ForcedPoint]) -> tuple[ForcedPoint, ForcedPoint]:
    """The nearest two values between which the difference changes its sign: where it costs, where it does not."""
    costly = [point for point in points if point.difference > 0]
    cheap = [point for point in points if point.difference <= 0]
    return _find_nearest(costly, cheap)


def _find_nearest(some: list[ForcedPoint], others: list[ForcedPoint]) -> tuple[ForcedPoint, ForcedPoint]:
    return min(product(some, others), key=lambda pair: abs(pair[0].value - pair[1].value))


def find_crossing(points: list[ForcedPoint]) -> float:
    """The value between the nearest two at which the difference would be 0 if it were a line."""
    one, two = find_bracket(points)
    return one.value + (two.value - one.value) * one.difference / (one.difference - two.difference)


def guess_beyond(one: ForcedPoint, two: ForcedPoint, guess: float, middle: float) -> float:
    """A value a little beyond the guess on the far side, so that both ends of the bracket come near."""
    far = two if abs(one.value - guess) < abs(two.value - guess) else one
    return guess + 0.1 * (far.value - guess) if abs(far.value - guess) > CLOSE * abs(guess) else middle


def update_slope(points: list[ForcedPoint], slope: float) -> float:
    """The slope to go on with; 0 where the difference falls no more."""
    if any(point.difference <= 0 for point in points):
        return slope
    newest = _find_slope(points)
    return newest if newest * slope > 0 and abs(newest) > FLAT else 0.0


def _find_slope(points: list[ForcedPoint]) -> float:
    """By how much a unit of the driver moves the difference, between the last two values."""
    one, two = points[-2:]
    return (one.difference - two.difference) / (one.value - two.value) if one.value != two.value else 0.0
