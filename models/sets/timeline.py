"""The time axis: which years a period holds and what an amount paid in it is worth in the base year."""

from dataclasses import dataclass

from planner_models.instance import Instance


@dataclass(frozen=True)
class Timeline:
    """Periods in order, each with its position, length in years and discount factors.

    `annual[t]` multiplies a yearly amount: the sum over the period's years of (1 + rate)^-(year - base year).
    `once[t]` multiplies an amount paid once: the factor of the period's first year.
    `closing[t]` multiplies an amount paid once when the period has ended: the factor of the year after.
    `start[t]` counts years since the base year.
    """

    periods: tuple[str, ...]
    position: dict[str, int]
    years: dict[str, int]
    start: dict[str, int]
    annual: dict[str, float]
    once: dict[str, float]
    closing: dict[str, float]

    def years_since_before(self, period: str) -> float:
        """Years from the middle of the period before, or of the year before the first, to the middle of a period."""
        place = self.position[period]
        before = self.years[self.periods[place - 1]] if place else 1
        return (before + self.years[period]) / 2

    def window(self, first: str | None, last: str | None) -> tuple[str, ...]:
        """The periods from `first` to `last`, both included; None means no limit on that side."""
        begin = 0 if first is None else self.position[first]
        end = len(self.periods) if last is None else self.position[last] + 1
        return self.periods[begin:end]


def timeline(instance: Instance) -> Timeline:
    """The time axis of an instance.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    Timeline
        Its periods in order, with their lengths (years) and discount factors.
    """
    frame = instance["periods"]
    periods = tuple(frame["period"])
    years = {period: int(length) for period, length in zip(periods, frame["years"], strict=True)}
    start, begin = {}, 0
    for period in periods:
        start[period] = begin
        begin += years[period]
    rate = instance.settings["discount_rate"]
    factor = {period: [(1 + rate) ** -(start[period] + year) for year in range(years[period])] for period in periods}
    return Timeline(
        periods=periods,
        position={period: position for position, period in enumerate(periods)},
        years=years,
        start=start,
        annual={period: sum(factor[period]) for period in periods},
        once={period: factor[period][0] for period in periods},
        closing={period: (1 + rate) ** -(start[period] + years[period]) for period in periods},
    )
