"""Returns: what was sold comes back after years, and is recycled, thrown away or left."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.audited import find_differences, solve_to_tables
from tests.proofs import WORKSHOP, matters, proves, wanted, workshop, years
from tests.solving import optimum

AGAIN: dict[str, Any] = {
    "periods": years(2),
    "items": [*WORKSHOP["items"], {"item": "used", "tier": "upstream"}],
    "processes": [*WORKSHOP["processes"], {"process": "recycle", "tier": "downstream", "other_cost": 0.5}],
    "recipes": [
        *WORKSHOP["recipes"],
        {"process": "recycle", "item": "used", "quantity": -1},
        {"process": "recycle", "item": "good", "quantity": 1},
    ],
    "lines": [{"site": "shop", "process": process, "capacity": 10} for process in ("make", "recycle")],
    "demand": wanted("1", "2"),
}
"""8 goods are wanted in each of two years. Making one costs 2, recycling a used one 0.5; without any 32."""

BACK = {"item": "good", "returned": "used", "share": 0.5, "years": 1}
"""Half of what is sold comes back a year later."""


@proves("collected_of_sold", optimum=26, without=20)
def test_half_comes_back_a_year_later() -> Instance:
    """Year 1: 8 x 2 = 16. In year 2 4 come back: 4 x 0.5 + 4 x 2 = 10, 26 in all.

    Without the constraint all 8 are recycled in year 2: 16 + 4 = 20.
    """
    return workshop(returns=[BACK], **AGAIN)


@proves("collected_of_sold", optimum=58, without=40)
def test_a_return_is_spread_over_the_years_that_it_falls_in() -> Instance:
    """Two periods of two years, back after three: what is sold in years 1 and 2 comes back in years 4 and 5.

    Year 4 is half of the second period, so 0.5 x 8 / 2 = 2 a year come back in it: 2 x 16 + 2 x (2 x 0.5 + 6 x 2) = 58.
    Without the constraint 2 x 16 + 2 x 8 x 0.5 = 40.
    """
    periods = [{"period": "1", "years": 2}, {"period": "2", "years": 2}]
    return workshop(returns=[BACK | {"years": 3}], **(AGAIN | {"periods": periods}))


@proves("collected_of_sold", optimum=46, without=16)
def test_in_a_long_period_goods_come_back_within_it() -> Instance:
    """One period of 4 years: what is sold in the first three comes back in it, 0.5 x 8 x 3 / 4 = 3 a year.

    4 x (3 x 0.5 + 5 x 2) = 46. Without the constraint 4 x 8 x 0.5 = 16.
    """
    return workshop(returns=[BACK], **(AGAIN | {"periods": [{"period": "1", "years": 4}], "demand": wanted("1")}))


@proves("taken_back_of_sold", optimum=36, without=32)
def test_what_may_be_thrown_away_all_comes_back() -> Instance:
    """Used goods are disposable, at 1 each, and recycling costs more than it saves: 32 + 4 x 1 = 36.

    Without the constraint they stay where they are: 32.
    """
    items = [*WORKSHOP["items"], {"item": "used", "tier": "upstream", "disposable": "yes", "disposal_cost": 1}]
    processes = [*WORKSHOP["processes"], {"process": "recycle", "tier": "downstream", "other_cost": 3.5}]
    return workshop(returns=[BACK], **(AGAIN | {"items": items, "processes": processes}))


@matters("returns", "initial", optimum=20, blank=26)
def test_what_was_sold_before_comes_back_too() -> Instance:
    """One period of two years. In its first year 4 come back of earlier sales, in its second 4 of its own: 4 a year.

    2 x (4 x 0.5 + 4 x 2) = 20. Without them 2 a year: 2 x (2 x 0.5 + 6 x 2) = 26.
    """
    sheets = AGAIN | {"periods": [{"period": "1", "years": 2}], "demand": wanted("1")}
    return workshop(returns=[BACK | {"region": "here", "initial": 4}], **sheets)


@matters("returns", "region", optimum=30, blank=26)
def test_goods_come_back_elsewhere() -> Instance:
    """The 4 come back there and are shipped here at 1 each: 26 + 4 = 30."""
    lanes = [{"origin": "there", "destination": "here", "item": "used", "cost": 1}]
    return workshop(returns=[BACK | {"region": "there"}], lanes=lanes, **AGAIN)


@matters("returns", "market", optimum=32, blank=26)
def test_only_what_is_sold_on_the_market_comes_back() -> Instance:
    """Nothing is sold there: 32."""
    return workshop(returns=[BACK | {"market": "there"}], **AGAIN)


@pytest.mark.parametrize(
    ("rows", "settings", "figure"),
    [
        ([BACK | {"years": 2}], {}, 32),
        ([BACK], {"returns": "off"}, 32),
        ([BACK, BACK | {"share": 0.25, "years": 0.5}], {}, 21.5),
    ],
)
def test_what_comes_back_in_time(rows: list[dict[str, Any]], settings: dict[str, Any], figure: float) -> None:
    """After two years the plan is over, and so it is while returns are off: 32.

    With a quarter after half a year 1 comes back in year 1 and 1 + 4 + 1 in year 2: 7 x 0.5 + 9 x 2 = 21.5.
    """
    assert optimum(workshop(settings, returns=rows, **AGAIN)) == pytest.approx(figure)


@proves("no_more_in", optimum=50, without=36)
def test_in_a_disruption_no_more_is_taken_back_than_comes_back() -> Instance:
    """Recycling costs 3, so that calm years go without: 32. In year 2 making fails, with a probability of one half.

    Then the 4 that come back are recycled and 4 goods are missed: 4 x 3 + 40 instead of 16, 32 + 36 / 2 = 50. Without
    the constraint all 8 are recycled: 32 + (24 - 16) / 2 = 36.
    """
    return _with_failure()


@pytest.mark.slow
def test_plans_with_returns_agree_with_their_audit() -> None:
    """In calm and in a disruption, where what comes back may be left and where it may not."""
    loose = [*WORKSHOP["items"], {"item": "used", "tier": "upstream", "disposable": "yes", "disposal_cost": 1}]
    for case in (_with_failure(), _with_failure(items=loose)):
        tables, claimed = solve_to_tables(case)
        assert find_differences(case, tables, claimed) == []
        assert list(tables["returns"]["returned"]) == [4]


def _with_failure(**sheets: Any) -> Instance:
    processes = [*WORKSHOP["processes"], {"process": "recycle", "tier": "downstream", "other_cost": 3}]
    return workshop(
        returns=[BACK],
        scenarios=[{"scenario": "failure", "probability": 0.5}],
        disruptions=[
            {"scenario": "failure", "period": "2", "months": 12, "kind": "process", "target": "make", "factor": 0}
        ],
        **(AGAIN | {"processes": processes} | sheets),
    )
