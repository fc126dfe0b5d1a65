"""Sites: candidates open at most once and pay for it; what is closed stays closed."""

import pytest

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.plans import CONCERNED
from tests.proofs import WORKSHOP, proves, wanted, workshop, years

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


LASTING = {"site": "shop", "region": "here", "firm": "own", "fixed_cost": 20, "closing_cost": 5}
BARN = {"site": "barn", "region": "here", "firm": "own", "fixed_cost": 10}
LINE = {"site": "shop", "process": "make", "capacity": 10, "retirable": "no"}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        # wanted in year 1 only, when the line ends: it may not be retired, yet the site closes: 16 + 20 + 5
        (workshop(periods=years(2), sites=[LASTING], lines=[LINE | {"last_period": "1"}], demand=wanted("1")), 41),
        # as long as the line has capacity the site stays: 16 + 2 x 20
        (workshop(periods=years(2), sites=[LASTING], lines=[LINE], demand=wanted("1")), 56),
        # capacity that comes back later holds it as well: 16 + 3 x 20
        (
            workshop(
                periods=years(3),
                sites=[LASTING],
                lines=[LINE],
                line_capacity=[
                    {"site": "shop", "process": "make", "period": "2", "capacity": 0},
                    {"site": "shop", "process": "make", "period": "3", "capacity": 1},
                ],
                demand=wanted("1"),
            ),
            76,
        ),
        # a line without capacity holds nothing: the barn closes at once, 16
        (
            workshop(
                sites=[WORKSHOP["sites"][0], BARN],
                lines=[LINE, {"site": "barn", "process": "make", "retirable": "no"}],
            ),
            16,
        ),
        # a site whose window ends is closed in the year after, 16 + 5, and what is wanted then is missing: 80
        (
            workshop(
                periods=years(2),
                sites=[WORKSHOP["sites"][0] | {"closing_cost": 5, "last_period": "1"}],
                demand=wanted("1", "2"),
            ),
            101,
        ),
        # also a new one, opened for 1: 1 + 20 + 16 + 5; not where the horizon ends with it
        (
            workshop(
                periods=years(2), sites=[NEW | LASTING | {"opening_cost": 1, "last_period": "1"}], demand=wanted("1")
            ),
            42,
        ),
        (workshop(sites=[NEW | LASTING | {"opening_cost": 1, "last_period": "1"}]), 37),
    ],
)
def test_closing(case: Instance, figure: float) -> None:
    """What keeps a site open, and what its end costs, with the figures worked out beside them; audits agree."""
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.objective == pytest.approx(figure)
    table = audit(case, plan(model), figure, [*CONCERNED["sites"], "surplus", "cash"])
    assert list(table.loc[table["ok"] != "yes", "check"]) == []
