"""Capacity: what exists and what is built bounds what is made, from above and (minimum load) from below."""

from planner_models.instance import Instance
from tests.proofs import proves, wanted, workshop, years

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


@proves("module_site", optimum=37, without=24)
def test_a_module_needs_its_site_open() -> Instance:
    """Opening the site costs 5, two modules of 4 cost 4 each and make 8 goods at 2; a third, of use to nobody, is not
    bought: 5 + 8 + 16, and 8 for the year of the site: 37, less than the 80 of going without.

    Without the constraint the modules would stand at a site that is open only in name, for nothing: 8 + 16 = 24.
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
