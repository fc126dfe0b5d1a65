"""The worths of mechanisms in joint samples of the ranged figures, and what these say of their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

SURE = 0.9
"""Share of the samples in which something has to hold to be said without a doubt."""

QUANTILES = (0.1, 0.5, 0.9)

FEWEST = 10
"""Samples below which nothing is said of worths."""


@dataclass(frozen=True)
class SampledWorths:
    """The worth of each mechanism in one sample; they add up to `total`.

    errors: the most by which each worth can be off because plans were solved to a gap. refused: why there are none,
    else "".
    """

    number: int
    worths: Mapping[str, float]
    total: float = 0.0
    errors: Mapping[str, float] | None = None
    refused: str = ""


@dataclass(frozen=True)
class SampledRanges:
    """The finished samples by number, of `count` that were asked for, each of so many `figures`."""

    samples: Sequence[SampledWorths]
    count: int
    figures: int

    @property
    def complete(self) -> bool:
        """Whether all samples are finished."""
        return len(self.samples) == self.count

    @cached_property
    def sound(self) -> list[SampledWorths]:
        """The samples in which every combination has a plan."""
        return [sample for sample in self.samples if not sample.refused]

    @cached_property
    def worths(self) -> pd.DataFrame:
        """Worths in money: samples by number, a column for each mechanism."""
        rows = {sample.number: dict(sample.worths) for sample in self.sound}
        return pd.DataFrame.from_dict(rows, orient="index").astype(float)

    @cached_property
    def errors(self) -> pd.DataFrame:
        """By how much each worth can be off because of gaps, in the shape of `worths`."""
        rows = {sample.number: dict(sample.errors or {}) for sample in self.sound}
        return pd.DataFrame.from_dict(rows, orient="index").astype(float)

    @property
    def players(self) -> list[str]:
        """The mechanisms; none where no sample has worths."""
        return list(map(str, self.worths.columns))

    @cached_property
    def totals(self) -> np.ndarray:
        """All on minus all off in each sample with worths, in money."""
        return np.array([sample.total for sample in self.sound], dtype=float)

    def quantiles(self, player: str) -> tuple[float, float, float]:
        """The tenth percentile, the median and the ninetieth of the worth of a mechanism, in money."""
        low, median, high = np.quantile(self.worths[player].to_numpy(), QUANTILES)
        return float(low), float(median), float(high)

    def chance_above(self, first: str, second: str) -> float:
        """The share of samples in which one mechanism is worth more than another, whatever the gaps hide."""
        margin = self.worths[first] - self.worths[second]
        return float((margin > self.errors[first] + self.errors[second]).mean())

    def chance_positive(self, player: str) -> float:
        """The share of samples in which a mechanism is worth something, whatever the gaps hide."""
        return float((self.worths[player] > self.errors[player]).mean())

    def chance_of_rank(self, player: str, rank: int) -> float:
        """The probability that a mechanism has a rank, 1 the largest worth."""
        return float(self.ranks.to_numpy()[self.players.index(player), rank - 1])

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """The probability of each rank, 1 the largest worth: mechanisms as index; equal worths share their ranks."""
        worths = self.worths.to_numpy()
        count, players = worths.shape
        chances = np.zeros((players, players))
        for row in worths:
            rounding = 1e-9 * max(1e-9, np.abs(row).max(initial=0.0))
            for place, worth in enumerate(row):
                above = int((row > worth + rounding).sum())
                tied = int((np.abs(row - worth) <= rounding).sum())
                chances[place, above : above + tied] += 1 / tied
        return pd.DataFrame(chances / max(1, count), index=self.players, columns=range(1, players + 1))


def tabulate_ranges(ranges: SampledRanges | None) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of sheets `ranges`, `ranks` and `sampled`; no sheets without samples."""
    if ranges is None:
        return {}
    spread = [
        (player, float(len(ranges.sound)), float(ranges.worths[player].mean()), *ranges.quantiles(player), positive)
        for player in ranges.players
        for positive in [ranges.chance_positive(player)]
    ]
    chances = [
        (player, float(rank), ranges.chance_of_rank(player, rank))
        for player in ranges.players
        for rank in range(1, len(ranges.players) + 1)
    ]
    rows: list[tuple[Any, ...]] = []
    for sample in ranges.samples:
        number, errors = float(sample.number), sample.errors or {}
        known = {player: error if np.isfinite(error) else None for player, error in errors.items()}
        rows += [
            (number, player, worth, known.get(player), sample.total, None) for player, worth in sample.worths.items()
        ]
        if sample.refused:
            rows.append((number, None, None, None, None, sample.refused))
    return {"ranges": spread, "ranks": chances, "sampled": rows}
