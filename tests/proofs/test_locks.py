"""Locks: what a user holds at a value stays there, also where no plan would have it so or had nothing to decide."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.proofs import Rows, proves, wanted, workshop, years
from tests.solving import Figure, optimum

MODULE = {"process": "make", "option": "more", "size": 10, "life": 1, "max_modules": 3}


def small_shop(**sheets: Rows) -> Instance:
    """A shop for 5 of the 8 goods that are wanted; a module of 10 costs 20 for the year."""
    lines = [{"site": "shop", "process": "make", "capacity": 5}]
    return workshop(lines=lines, options=[MODULE | {"capex": 20}], **sheets)


@proves("lock_at_least", optimum=5 * 2 + 3 * 2 + 2 * 20, without=5 * 2 + 3 * 2 + 20)
def test_two_modules_where_one_would_do() -> Instance:
    """One module saves 3 x (10 - 2) = 24 at 20, and the plan builds it; the lock asks for a second that idles."""
    return small_shop(locks=[{"decision": "built", "site": "shop", "process": "make", "option": "more", "at_least": 2}])


@proves("lock_at_most", optimum=5 * 2 + 3 * 10, without=5 * 2 + 3 * 2 + 20)
def test_no_module_where_one_would_pay() -> Instance:
    """Without the module 3 goods are missing at 10 each; with it they cost 2 each and 20 for the module."""
    lock = {"decision": "built", "site": "shop", "process": "make", "option": "more", "period": "1", "at_most": 0}
    return small_shop(locks=[lock])


def lock(decision: str, **cells: Any) -> Rows:
    return [{"decision": decision, **cells}]


SHOP = {"site": "shop"}
LINE = SHOP | {"process": "make"}
MARKET = {"region": "here", "item": "good", "step": "1"}
CLOSED, OPEN = 8 * 10, 8 * 2


@pytest.mark.parametrize(
    ("locks", "figure"),
    [
        (lock("opened", **SHOP, at_most=0), CLOSED),
        (lock("kept", **LINE, at_most=0), CLOSED),
        (lock("opened", **SHOP), OPEN),
        (lock("kept", **LINE, at_least=1, at_most=1), OPEN),
        (lock("priced", **MARKET, at_most=0), "infeasible"),
        (lock("priced", **MARKET), OPEN),
        (lock("opened", site="shop", at_least=2), "infeasible"),
        (lock("started", project="none", option="none"), "infeasible"),
    ],
)
def test_what_was_no_decision_is_locked_as_well(locks: Rows, figure: Figure) -> None:
    """A shop without yearly cost stays open of itself: a lock can close it; of what cannot be no plan is made."""
    found = optimum(workshop(locks=locks))
    assert found == figure or found == pytest.approx(figure)


@pytest.mark.parametrize(("period", "figure"), [(None, 2 * CLOSED), ("1", 2 * CLOSED), ("2", OPEN + CLOSED)])
def test_a_blank_period_is_every_period(period: str | None, figure: float) -> None:
    """Two years; what is retired is gone for good, so the first year takes the second with it."""
    case = workshop(periods=years(2), demand=wanted("1", "2"), locks=lock("kept", **LINE, period=period, at_most=0))
    assert optimum(case) == pytest.approx(figure)


@pytest.mark.parametrize(("period", "modules"), [(None, 2), ("2", 2)])
def test_a_blank_period_of_what_is_ordered_is_their_sum(period: str | None, modules: int) -> None:
    """The sum over both years is at least 2, one of them ordered for the first: 20 a year per module served a year."""
    base = small_shop(periods=years(2), demand=wanted("1", "2"))
    free = optimum(base)
    cells = LINE | {"option": "more", "period": period, "at_least": modules}
    held = optimum(small_shop(periods=years(2), demand=wanted("1", "2"), locks=lock("built", **cells)))
    assert free == pytest.approx(2 * (8 * 2 + 20))
    assert held == pytest.approx(free if period is None else free + 20)


def test_a_free_spot_offer_can_be_refused() -> None:
    """Spot without conditions is in force of itself: 8 goods at 2; refused, all 8 are missing at 10."""
    other: dict[str, Any] = {"sites": [{"site": "shop", "region": "here", "firm": "other"}]}
    other["access"] = [{"firm": "other", "mode": "spot"}]
    assert optimum(workshop(**other)) == pytest.approx(16)
    refused = lock("accessed", firm="other", process="*", mode="spot", at_most=0)
    assert optimum(workshop(**other, locks=refused)) == pytest.approx(80)
