"""The audit of a plan: each module recomputes the figures of one noun from the result sheets and the instance alone.

Nothing here uses the optimiser or the blocks of the model: what both sides agree on was computed twice.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

TOLERANCE = 1e-6
"""Largest relative difference that counts as rounding."""

FLOOR = 1e-4
"""Figures below this share of the largest of their kind are held to the tolerance of figures of this size."""

KINDS = ("rule", "item", "process")
"""Levels of a key that say of what kind its figure is: figures of one kind have one unit."""


@dataclass(frozen=True)
class Finding:
    """How many figures of a check were compared and their largest relative difference."""

    check: str
    compared: int
    worst: float

    @property
    def ok(self) -> bool:
        """Within tolerance; a difference that is no number is not."""
        return self.worst <= TOLERANCE


def same(check: str, value: pd.Series, expected: pd.Series, size: pd.Series | None = None) -> Finding:
    """Compares figures with equal keys; a key that one side lacks counts as zero there.

    The difference is taken relative to the largest of both figures, a share of the largest figure of the same kind
    (`FLOOR`) and, where given, the `size` of what they are made of. Units do not matter.
    """
    return Finding(check, *worst(relative(value, expected, size)))


def at_most(check: str, value: pd.Series, limit: pd.Series, size: pd.Series | None = None) -> Finding:
    """Compares figures with the limits of the same keys; only what is above its limit counts.

    A figure without a limit has the limit 0, a limit without a figure holds.
    """
    figures, limits = value.to_numpy(float), limit.reindex(value.index, fill_value=0.0).to_numpy(float)
    kept = pd.Series(np.where(limits < figures, limits, figures), index=value.index)
    return Finding(check, *worst(relative(value, kept, size)))


def never(check: str, wrong: pd.Series) -> Finding:
    """Counts rows; one that is wrong is a difference of 1."""
    return Finding(check, len(wrong), 1.0 if wrong.any() else 0.0)


def relative(value: pd.Series, expected: pd.Series, size: pd.Series | None = None) -> pd.Series:
    """The relative difference of each figure; see `same`."""
    if not value.index.equals(expected.index):
        value, expected = value.align(expected, fill_value=0.0)
    a, b = value.to_numpy(float), expected.to_numpy(float)
    scale = np.maximum(np.abs(a), np.abs(b))
    scale = np.maximum(scale, FLOOR * _largest(scale, value.index))
    if size is not None:
        scale = np.maximum(scale, size.reindex(value.index, fill_value=0.0).to_numpy(float))
    off = np.abs(a - b)
    return pd.Series(np.divide(off, scale, out=np.zeros_like(off), where=off != 0.0), index=value.index)


def _largest(size: np.ndarray, index: pd.Index) -> np.ndarray:
    """For each figure the size of the largest of its kind; figures without an end count for nothing."""
    sizes = np.where(np.isfinite(size), size, 0.0)
    level = next((name for name in KINDS if name in index.names), None)
    if level is None:
        return np.full(len(sizes), sizes.max(initial=0.0))
    codes = index.get_level_values(level).factorize(use_na_sentinel=False)[0]
    largest = np.zeros(codes.max(initial=-1) + 1)
    np.maximum.at(largest, codes, sizes)
    return largest[codes]


def worst(differences: pd.Series) -> tuple[int, float]:
    """How many differences there are, and the largest; one that is no number makes it so."""
    return len(differences), float(differences.to_numpy().max()) if len(differences) else 0.0
