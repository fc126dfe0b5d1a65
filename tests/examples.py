"""How many random examples a test draws: a few in every run, as many times more as EXAMPLES says.

`python -m tests.benchmarks.examples` draws ten times as many.
"""

import os
from typing import Any

from hypothesis import settings

VARIABLE = "EXAMPLES"
TIMES = float(os.environ.get(VARIABLE, "1"))


def examples(count: int, **others: Any) -> settings:
    """Settings of a random test with `count` examples, or as many times more as asked for."""
    return settings(max_examples=max(1, round(TIMES * count)), **others)


def times(count: int) -> int:
    """A number of random trials of a test that draws by itself, or as many times more as asked for."""
    return max(1, round(TIMES * count))
