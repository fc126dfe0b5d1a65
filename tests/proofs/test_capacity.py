"""Capacity: what exists and what is built bounds what is made, from above and (minimum load) from below."""

import pytest

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.proofs import Rows, proves, wanted, workshop, years

LINE = {"site": "shop", "process": "make", "capacity": 10}
MODULE = {"process": "make", "option": "module", "size": 4, "capex": 4, "life": 1}


@proves("within_capacity", optimum=32, without=16)
def test_no_more_is_made_than_there_is_capacity() -> Instance:
    """A capacity of 6 leaves 2 of the 8 goods unmade: 6 x 2 + 2 x 10 = 32. Without the constraint 8 x 2 = 16."""
    return workshop(lines=[LINE | {"capacity": 6}])


@proves("within_capacity", optimum=47, without=16)
def test_a_module_brings_its_size_and_in_its_first_year_its_ramp() -> Instance:
    """No capacity but a module of 8, of which half is usable in its first year, at an annuity of 30 / 10 years = 3.

    3 + 4 x 2 + 4 x 9 = 47, less than the 72 of going without. Without the constraint no module is needed: 16.
    """
    module = MODULE | {"size": 8, "capex": 30, "life": 10, "ramp": 0.5}
    return workshop(lines=[LINE | {"capacity": 0}], options=[module], demand=wanted("1", penalty=9))


@proves("least_load", optimum=18, without=16)
def test_a_line_with_a_minimum_load_makes_at_least_that() -> Instance:
    """The line must make 0.9 x 10 = 9 goods, of which one is thrown away: 18. Without the constraint 8 x 2 = 16."""
    return workshop(
        items=[{"item": "good", "tier": "downstream", "disposable": "yes"}],
        lines=[LINE | {"min_load": 0.9, "retirable": "no"}],
    )


@proves("retired_for_good", optimum=47, without=42)
def test_a_retired_line_does_not_come_back() -> Instance:
    """The line costs 5 a year it is kept, and goods are wanted in years 1 and 3.

    Kept throughout: 15 + 2 x 16 = 47; retired after year 1: 5 + 16 + 80 = 101.
    Without the constraint it would rest in year 2: 10 + 32 = 42.
    """
    return workshop(periods=years(3), lines=[LINE | {"fixed_cost": 5}], demand=wanted("1", "3"))


@proves("kept_open", optimum=47, without=17)
def test_a_line_is_kept_only_where_its_site_is_open() -> Instance:
    """The site costs 30 a year, the line 1, the goods 16: 47, less than the 80 of closing the site.

    Without the constraint the site would close for nothing and the line go on: 1 + 16 = 17.
    """
    return workshop(
        sites=[{"site": "shop", "region": "here", "firm": "own", "fixed_cost": 30}], lines=[LINE | {"fixed_cost": 1}]
    )


@proves("module_limit", optimum=132, without=104)
def test_no_more_modules_than_the_option_allows() -> Instance:
    """One module of 4, which lasts a year and costs 4, in one of two years: 4 + 4 x 2 + 4 x 10 + 8 x 10 = 132.

    Without the constraint one in each year: 2 x (4 + 8 + 40) = 104.
    """
    return workshop(periods=years(2), lines=[LINE | {"capacity": 0}], options=[MODULE], demand=wanted("1", "2"))


@proves("module_limit", optimum=52, without=40)
def test_all_sizes_together_are_no_more_than_the_option_allows() -> Instance:
    """Five modules of 1 for 4 each may be built; one of 4 costs 4 x 4^0.5 = 8. Of 8 goods 5 are made: one module of 4
    and one of 1, 12, the goods 10, and 3 are missing: 52; less than five of 1 (60) and one of 4 alone (56).

    Without the constraint one of 4 and four of 1 make all: 24 + 16 = 40.
    """
    sizes = MODULE | {"size": 1, "max_modules": 5, "scale_exponent": 0.5, "multiples": "4"}
    return workshop(lines=[LINE | {"capacity": 0}], options=[sizes])


LARGE = {"process": "make", "option": "large", "size": 10, "capex": 5, "life": 1}


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("options", "volume", "scale", "figure"),
    [
        # a size of two modules where one may be built is not there: 4 + 4 x 2 + 4 x 10
        ([MODULE | {"scale_exponent": 0.5, "multiples": "2"}], 8, "on", 52),
        # one large one, 5 + 16; without economies of scale it costs 1 per unit as the small one, and stays whole
        ([MODULE, LARGE], 8, "on", 21),
        ([MODULE, LARGE], 8, "off", 26),
        # and nothing that could be built before is out of reach: 4 + 10 + 14 x 2
        ([MODULE, LARGE], 14, "off", 42),
        # of larger sizes at no lower cost none is needed: 4 + 4 + 16
        ([MODULE | {"max_modules": 2, "scale_exponent": 0.5, "multiples": "2"}], 8, "off", 24),
    ],
)
def test_sizes(options: Rows, volume: float, scale: str, figure: float) -> None:
    """What sizes there are, and what they cost, with the figures worked out beside them; the audit says the same."""
    case = workshop(
        {"scale": scale}, lines=[LINE | {"capacity": 0}], options=options, demand=wanted("1", volume=volume)
    )
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.objective == pytest.approx(figure)
    assert set(audit(case, plan(model), figure)["ok"]) == {"yes"}


@proves("module_site", optimum=37, without=24)
def test_a_module_needs_its_site_open() -> Instance:
    """Opening the site costs 5, two modules of 4 cost 4 each and make 8 goods at 2; a third, of use to nobody, is not
    bought: 5 + 8 + 16, and 8 for the year of the site: 37, less than the 80 of going without.

    Without the constraint the modules would be at a site that is open only in name, for nothing: 8 + 16 = 24.
    """
    return workshop(
        sites=[
            {
                "site": "shop",
                "region": "here",
                "firm": "own",
                "status": "candidate",
                "opening_cost": 5,
                "fixed_cost": 8,
            }
        ],
        lines=[LINE | {"capacity": 0}],
        options=[MODULE | {"max_modules": 3}],
    )
