"""Checks of returns: what cannot come back, where it has no use, and goods from nothing."""

from typing import Any

import pytest

from planner.checks import returns
from tests.proofs import WORKSHOP, workshop
from tests.proofs.test_returns import AGAIN, BACK
from tests.test_check_dynamics import found

HEAVY = [{"item": "good", "tier": "downstream", "mass": 1}, {"item": "used", "tier": "upstream", "mass": 3}]


@pytest.mark.parametrize(
    ("rule", "rows", "sheets", "place", "words"),
    [
        (
            returns.returns_follow_sales,
            [BACK | {"market": "there"}],
            {},
            "warning returns!item2",
            "`good` is not sold in `there`",
        ),
        (
            returns.returns_follow_sales,
            [BACK | {"item": "used", "returned": "good"}],
            {},
            "warning returns!item2",
            "`used` is not sold on any market",
        ),
        (
            returns.returns_follow_sales,
            [BACK | {"years": 2}],
            {},
            "warning returns!years2",
            "sales come back after 2 years, but the plan ends after 2",
        ),
        (
            returns.initial_returns_have_a_place,
            [BACK | {"initial": 1}],
            {},
            "error returns!initial2",
            "write one row for each region as the market",
        ),
        (
            returns.what_returns_is_of_use,
            [BACK],
            {"recipes": WORKSHOP["recipes"]},
            "warning returns!returned2",
            "nothing uses, sells or stocks `used`",
        ),
        (
            returns.no_more_returns_than_was_sold,
            [BACK | {"returned": "good", "share": 0.8}, BACK | {"returned": "good", "share": 0.4, "years": 2}],
            {},
            "error returns!share2",
            "more than one unit comes back for each unit sold, through `good` to `good` and `good` to `good`",
        ),
        (
            returns.no_more_returns_than_was_sold,
            [BACK | {"share": 2}, BACK | {"item": "used", "returned": "good", "share": 0.6}],
            {},
            "error returns!share2",
            "through `good` to `used` and `used` to `good`; lower a share (in share2 and share3)",
        ),
        (
            returns.no_more_returns_than_was_sold,
            [BACK],
            {"items": HEAVY},
            "warning returns!share2",
            "what comes back of one `good` weighs 1.5 t, and it weighed 1 t",
        ),
    ],
)
def test_faults_are_named(rule: Any, rows: Any, sheets: Any, place: str, words: str) -> None:
    """One issue, at its cell, with what to write."""
    ((where, message),) = found(rule, workshop(returns=rows, **(AGAIN | sheets)))
    assert where == place
    assert words in message


@pytest.mark.parametrize(
    "rows",
    [
        [BACK],
        [BACK | {"years": 30, "initial": 1, "region": "here"}],
        [BACK | {"returned": "good", "share": 1}],
        [BACK | {"share": 2}, BACK | {"item": "used", "returned": "good", "share": 0.5}],
    ],
)
def test_sound_rows_pass(rows: Any) -> None:
    """Nothing is said of them."""
    case = workshop(returns=rows, **AGAIN)
    rules = (returns.initial_returns_have_a_place, returns.what_returns_is_of_use)
    assert [issue for rule in (*rules, returns.no_more_returns_than_was_sold) for issue in found(rule, case)] == []
