"""The virtuous circle: lower unit cost, lower price, more volume, more scale. It has to come out by itself."""

import pytest

from planner_models.instance import Instance
from tests.proofs import workshop, years
from tests.solving import optimum

HIGH = {"region": "here", "item": "good", "period": "1", "step": "high", "price": 9, "volume": 10}
LOW = HIGH | {"step": "low", "price": 6.5, "volume": 30}
SMALL = {"process": "make", "option": "small", "size": 10, "capex": 40, "life": 1, "max_modules": 3}
LARGE = SMALL | {"option": "large", "size": 30, "capex": 60, "max_modules": 1}

DEAR = HIGH | {"price": 5, "volume": 8}
CHEAP = LOW | {"price": 3.4, "volume": 16}


def market(scale: str, *steps: dict) -> Instance:
    """A shop in search of profit that has to build first, in small modules or a large one, and sells at these steps."""
    return workshop(
        {"objective": "profit", "scale": scale},
        lines=[{"site": "shop", "process": "make"}],
        options=[SMALL, LARGE],
        demand=list(steps),
    )


@pytest.mark.parametrize(
    ("case", "profit"),
    [
        # neither: 10 x (9 - 2) - 40
        (market("off", HIGH), 30),
        # scale alone: the large module is too large for 10 goods, 70 - 60 = 10
        (market("on", HIGH), 30),
        # price steps alone: at 6.5 a good costs 2 + 4, 30 x 0.5 = 15
        (market("off", HIGH, LOW), 30),
        # both: 30 x (6.5 - 2) - 60
        (market("on", HIGH, LOW), 75),
    ],
)
def test_scale_and_price_steps_feed_each_other(case: Instance, profit: float) -> None:
    """Neither alone is worth anything, both together 45."""
    assert optimum(case) == pytest.approx(profit)


@pytest.mark.parametrize(
    ("learning", "steps", "profit"),
    [
        # 8 x (5 - 2) in both years
        ("off", [DEAR], 48),
        ("on", [DEAR], 48),
        # 16 x (3.4 - 2) = 22.4 is less than 24
        ("off", [DEAR, CHEAP], 48),
        # 22.4, and then 16 x (3.4 - 0.5) = 46.4, more than the 8 x 4.5 = 36 of the high price
        ("on", [DEAR, CHEAP], 68.8),
    ],
)
def test_learning_and_price_steps_feed_each_other(learning: str, steps: list[dict], profit: float) -> None:
    """A low price in year 1 brings the experience of 16 goods that makes it the best price in year 2."""
    case = workshop(
        {"objective": "profit", "learning": learning},
        periods=years(2),
        processes=[{"process": "make", "tier": "downstream", "other_cost": 2, "learnable_share": 1}],
        lines=[{"site": "shop", "process": "make", "capacity": 16}],
        learning=[{"process": "make", "level": 1, "threshold": 16, "saving": 0.75}],
        demand=[step | {"period": year} for year in ("1", "2") for step in steps],
    )
    assert optimum(case) == pytest.approx(profit)
