"""Limits that are bounds of variables, or decide what exists at all: with the cell filled, and with it blank."""

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, matters, wanted, workshop, years

LANE = {"origin": "here", "destination": "there", "item": "good", "mode": "road", "cost": 1}
LINE = {"site": "shop", "process": "make", "capacity": 10}
BARE = [LINE | {"capacity": 0}]
MODULE = {"process": "make", "option": "module", "size": 10, "capex": 6, "life": 6}
NEW = {"site": "shop", "region": "here", "firm": "own", "status": "candidate"}
THERE = wanted("1", region="there")


@matters("lanes", "capacity", optimum=38, blank=24)
def test_a_lane_carries_no_more_than_its_capacity() -> Instance:
    """6 goods go at 2 + 1, 2 are missing: 18 + 20 = 38. Blank: 8 x 3 = 24."""
    return workshop(lanes=[LANE | {"capacity": 6}], demand=THERE)


@matters("duties", "ban", optimum=80, blank=24)
def test_nothing_takes_a_banned_lane() -> Instance:
    """No good arrives, 8 are missing: 80. Blank: 8 x 3 = 24."""
    return workshop(lanes=[LANE], duties=[{"ban": "yes"}], demand=THERE)


@matters("duties", "from", optimum=104, blank=160)
def test_a_ban_begins() -> Instance:
    """Banned in year 2: 24 + 80 = 104. Blank: from the first year, 160."""
    return workshop(
        periods=years(2), lanes=[LANE], duties=[{"ban": "yes", "from": "2"}], demand=wanted("1", "2", region="there")
    )


@matters("duties", "to", optimum=104, blank=160)
def test_a_ban_ends() -> Instance:
    """Banned in year 1: 80 + 24 = 104. Blank: to the last year, 160."""
    return workshop(
        periods=years(2), lanes=[LANE], duties=[{"ban": "yes", "to": "1"}], demand=wanted("1", "2", region="there")
    )


@matters("regions", "bloc", optimum=24, blank=80)
def test_trade_inside_a_bloc_is_not_foreign() -> Instance:
    """Both regions are of one bloc, so that a ban on all trade does not mean them: 24. Blank: 80."""
    return workshop(
        regions=[{"region": "here", "bloc": "home"}, {"region": "there", "bloc": "home"}],
        lanes=[LANE],
        duties=[{"ban": "yes"}],
        demand=THERE,
    )


@matters("sites", "first_period", optimum=96, blank=32)
def test_a_site_opens_no_sooner_than_it_may() -> Instance:
    """From year 2 on: 80 + 16 = 96. Blank: 2 x 16 = 32."""
    return workshop(periods=years(2), sites=[NEW | {"first_period": "2"}], demand=wanted("1", "2"))


@matters("sites", "last_period", optimum=96, blank=32)
def test_a_site_is_shut_after_its_last_year() -> Instance:
    """To year 1: 16 + 80 = 96. Blank: 32."""
    return workshop(periods=years(2), sites=[NEW | {"last_period": "1"}], demand=wanted("1", "2"))


@matters("lines", "last_period", optimum=96, blank=32)
def test_a_line_stops_after_its_last_year() -> Instance:
    """To year 1: 16 + 80 = 96. Blank: 32."""
    return workshop(periods=years(2), lines=[LINE | {"last_period": "1"}], demand=wanted("1", "2"))


@matters("lines", "retirable", optimum=36, blank=16)
def test_a_line_that_may_not_be_retired_is_paid_for() -> Instance:
    """Dear to keep and dear to run, the old line stays and costs 20; the new one makes the goods: 16 + 20 = 36.

    Blank: it is retired, 16.
    """
    return workshop(
        sites=[*WORKSHOP["sites"], {"site": "old shop", "region": "here", "firm": "own"}],
        lines=[
            *WORKSHOP["lines"],
            {
                "site": "old shop",
                "process": "make",
                "capacity": 10,
                "fixed_cost": 20,
                "unit_cost": 9,
                "retirable": "no",
            },
        ],
    )


@matters("options", "lead_periods", optimum=97, blank=34)
def test_a_module_takes_time_to_build() -> Instance:
    """Ordered in year 1, of use in year 2: 80 + 1 + 16 = 97. Blank: at once, for 1 a year: 2 x 17 = 34."""
    return workshop(periods=years(2), lines=BARE, options=[MODULE | {"lead_periods": 1}], demand=wanted("1", "2"))


@matters("options", "life", optimum=102, blank=32.6)
def test_a_module_wears_out() -> Instance:
    """It lasts one year, in which all its capex is paid: 6 + 16, and in the other year 80: 102.

    Blank: it lasts 20 years, of which two are paid: 2 x (6 / 20 + 16) = 32.6.
    """
    return workshop(periods=years(2), lines=BARE, options=[MODULE | {"life": 1}], demand=wanted("1", "2"))


@matters("options", "max_modules", optimum=32, blank=71)
def test_as_many_modules_as_the_option_allows() -> Instance:
    """Two modules of 10 for 1 each make 15 goods: 2 + 30 = 32. Blank: one, 1 + 20 + 5 x 10 = 71, less than 150."""
    return workshop(lines=BARE, options=[MODULE | {"max_modules": 2}], demand=wanted("1", volume=15))


@matters("options", "first_period", optimum=97, blank=34)
def test_a_module_is_ordered_no_sooner_than_it_may() -> Instance:
    """Ordered in year 2: 80 + 17 = 97. Blank: in year 1, 34."""
    return workshop(periods=years(2), lines=BARE, options=[MODULE | {"first_period": "2"}], demand=wanted("1", "2"))


@matters("options", "scale_exponent", optimum=72, blank=74)
def test_larger_modules_cost_less_than_in_proportion() -> Instance:
    """One module of 4 x 10 costs 4 ^ 0.5 = 2 times as much as one of 10, which costs 1: 35 goods for 2 + 70 = 72.

    Blank: four modules of 10, 4 + 70 = 74.
    """
    larger = MODULE | {"scale_exponent": 0.5, "multiples": "4", "max_modules": 4}
    return workshop(lines=BARE, options=[larger], demand=wanted("1", volume=35))


@matters("items", "disposable", optimum=16, blank=56)
def test_what_may_be_thrown_away_is() -> Instance:
    """Each good leaves one waste; thrown away it is of no matter: 16. Blank: somebody takes 3, so 6 + 5 x 10 = 56."""
    return workshop(
        items=[*WORKSHOP["items"], {"item": "waste", "tier": "midstream", "disposable": "yes"}],
        recipes=[*WORKSHOP["recipes"], {"process": "make", "item": "waste", "quantity": 1}],
        demand=[*wanted("1"), *wanted("1", item="waste", volume=3, penalty=0)],
    )


@matters("demand", "penalty", optimum=16, blank="infeasible")
def test_demand_without_a_penalty_cannot_go_unserved() -> Instance:
    """Nobody makes toys: with a penalty of 0 that costs nothing, 16; with none they would have to be there."""
    return workshop(
        items=[*WORKSHOP["items"], {"item": "toy", "tier": "downstream"}],
        demand=[*wanted("1"), *wanted("1", item="toy", penalty=0)],
    )
