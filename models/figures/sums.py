"""Sums of amounts that may cancel."""

import math
from collections.abc import Iterable

ROUNDING = 1e-12
"""What sums leave of 0, relative to the largest amount in them."""


def add_up(amounts: Iterable[float], largest: float = 0.0) -> float:
    """The sum of amounts; 0 where no more is left of them than rounding leaves.

    Parameters
    ----------
    amounts
        Figures of one unit, none of them missing.
    largest
        Size of the largest figure that they were made of, where they are sums and differences themselves.

    Returns
    -------
    float
        The sum, in that unit.
    """
    parts = list(amounts)
    total = math.fsum(parts)
    return total if abs(total) > ROUNDING * max([largest, *map(abs, parts)]) else 0.0
