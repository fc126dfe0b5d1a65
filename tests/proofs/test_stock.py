"""Stock: what is kept from one year to the next, within its limits."""

from planner_models.instance import Instance
from tests.proofs import matters, proves, wanted, workshop, years

STORE = {"region": "here", "item": "good"}
LINE = {"site": "shop", "process": "make", "capacity": 10}


@proves("balance", optimum=44, without=0)
def test_what_is_kept_can_be_used_later() -> Instance:
    """8 goods are wanted in year 1 and 14 in year 2, when 10 can be made; 2 come from year 1, and of the 2 that are
    missing each costs 2: 20 x 2 + 2 x 2 = 44. Without the constraint goods come from nowhere: 0.
    """
    return workshop(
        periods=years(2),
        stocks=[STORE],
        demand=[*wanted("1"), *wanted("2", volume=14, penalty=2)],
    )


@matters("stocks", "initial", optimum=6, blank=16)
def test_what_is_there_at_first_can_be_used() -> Instance:
    """5 of the 8 goods are in stock, 3 are made: 6. Without them 16."""
    return workshop(stocks=[STORE | {"initial": 5}])


@matters("stocks", "initial", optimum=4, blank=32)
def test_stock_is_an_amount_and_flows_are_yearly() -> Instance:
    """In a period of 2 years 8 goods a year are wanted; 14 in stock are 7 a year, so 1 a year is made: 2 x 2 = 4.

    Without them 8 a year are made: 32.
    """
    return workshop(periods=[{"period": "1", "years": 2}], stocks=[STORE | {"initial": 14}])


@matters("stocks", "maximum", optimum=64, blank=40)
def test_no_more_is_kept_than_there_is_room_for() -> Instance:
    """20 goods are wanted in year 2: 10 are made then, 7 are kept from year 1, 3 are missing: 17 x 2 + 3 x 10 = 64.

    With room for all of them 20 x 2 = 40.
    """
    return workshop(periods=years(2), stocks=[STORE | {"maximum": 7}], demand=wanted("2", volume=20))


@matters("stocks", "minimum", optimum=22, blank=16)
def test_a_reserve_is_kept() -> Instance:
    """8 goods are sold and 3 put by: 11 x 2 = 22. Without a reserve 16."""
    return workshop(lines=[LINE | {"capacity": 20}], stocks=[STORE | {"minimum": 3}])


@matters("stocks", "holding_cost", optimum=46, blank=40)
def test_keeping_stock_costs() -> Instance:
    """Of 20 goods wanted in year 2, 10 are made in year 1 and kept at 0.6 each: 40 + 6 = 46. For nothing 40."""
    return workshop(periods=years(2), stocks=[STORE | {"holding_cost": 0.6}], demand=wanted("2", volume=20))
