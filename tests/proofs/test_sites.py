"""Sites: candidates open at most once and pay for it; what is closed stays closed."""

from planner_models.instance import Instance
from tests.proofs import proves, wanted, workshop, years

NEW = {"site": "shop", "region": "here", "firm": "own", "status": "candidate"}


@proves("site_state", optimum=21, without=16)
def test_a_site_that_is_open_has_opened() -> Instance:
    """Opening the shop costs 5, making 8 goods 8 x 2 = 16: 21, less than the 80 of going without.

    Without the constraint the shop would be open without ever having opened: 16.
    """
    return workshop(sites=[NEW | {"opening_cost": 5}])


@proves("site_state", optimum=46, without=36)
def test_a_site_that_is_shut_has_closed() -> Instance:
    """The shop costs 20 a year and is wanted in year 1 only; closing it costs 10: 16 + 20 + 10 = 46, less than 16 + 40.

    Without the constraint it would be shut in year 2 without having closed: 16 + 20 = 36.
    """
    return workshop(
        periods=years(2), sites=[NEW | {"status": "existing", "fixed_cost": 20, "closing_cost": 10}], demand=wanted("1")
    )


@proves("open_once", optimum=93, without=74)
def test_a_site_opens_once() -> Instance:
    """Goods are wanted in years 1 and 3. Opening costs 1, every open year 20, goods 16 a year they are wanted.

    Open throughout: 1 + 60 + 32 = 93. Open in one of the two years only: 1 + 20 + 16 + 80 = 117.
    Without the constraint the shop would shut in year 2 and open again: 2 + 40 + 32 = 74.
    """
    return workshop(periods=years(3), sites=[NEW | {"opening_cost": 1, "fixed_cost": 20}], demand=wanted("1", "3"))
