"""Access: one way at a time of reaching an outside line, signed, kept and left as its offer says."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, Rows, matters, proves, wanted, workshop, years
from tests.solving import optimum

LINE = {"site": "shop", "process": "make", "capacity": 10}
OFFER = {"firm": "other", "process": "make"}
MODULE = {"process": "make", "option": "module", "size": 4, "capex": 4, "life": 1, "max_modules": 2}
DISPOSABLE = [{"item": "good", "tier": "downstream", "disposable": "yes"}]


def outside(*offers: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The workshop in the hands of an outside firm, which makes these offers."""
    shop = [{"site": "shop", "region": "here", "firm": "other"}]
    return workshop(settings, **({"sites": shop, "access": [OFFER | offer for offer in offers]} | sheets))


@proves("access_state", optimum=21, without=16)
def test_an_offer_is_signed_before_it_is_in_force() -> Instance:
    """The contract costs 5 to enter, the goods 16: 21. Without the constraint it is in force unsigned: 16."""
    return outside({"mode": "contract", "entry_cost": 5})


@proves("access_term", optimum=24, without=20)
def test_an_offer_runs_for_its_term() -> Instance:
    """Goods are wanted in year 1 only, the contract costs 4 a year for 2 years: 16 + 8 = 24.

    Without the constraint it would end after year 1: 16 + 4 = 20.
    """
    return outside({"mode": "contract", "annual_cost": 4, "term": 2}, periods=years(2))


FUND = [{"policy": name, "kind": "access", "rate": 0.8} for name in ("fund", "second fund")]


@proves("access_term", optimum=12, without=11)
def test_what_is_signed_is_in_force() -> Instance:
    """Two funds pay 8 for the entry of 5. A contract of 1 a year is signed in years 1 and 3: 16 + 2 - 2 x 3 = 12.

    Without the constraint it would be signed in year 2 instead of year 1, and left at once: 11.
    """
    return outside(
        {"mode": "contract", "entry_cost": 5, "annual_cost": 1},
        periods=years(3),
        demand=wanted("3"),
        policies=FUND,
    )


@proves("signed_anew", optimum=45, without=39)
def test_what_is_in_force_is_not_signed_again() -> Instance:
    """The funds pay 3 more than the contract costs, which is needed in all of three years: 48 - 3 = 45.

    Without the constraint it would be signed in each: 48 - 9 = 39.
    """
    return outside({"mode": "contract", "entry_cost": 5}, periods=years(3), demand=wanted("1", "2", "3"), policies=FUND)


@matters("access", "exit", optimum=24, blank=20)
def test_an_offer_without_exit_is_never_left() -> Instance:
    """As above with a term of 1 and no exit: 16 + 8 = 24. With exit, which is the default, 20."""
    return outside({"mode": "contract", "annual_cost": 4, "exit": "no"}, periods=years(2))


@proves("one_mode", optimum=41, without=18)
def test_one_mode_at_a_time() -> Instance:
    """A contract and an alliance cost 1 each to enter and open half of the capacity of 10.

    One of them: 1 + 5 x 2 + 3 x 10 = 41. Without the constraint both: 2 + 16 = 18.
    """
    half = {"offtake_share": 0.5, "entry_cost": 1}
    return outside({"mode": "contract"} | half, {"mode": "alliance"} | half)


@proves("drawn_in_force", optimum=102, without=99)
def test_an_outside_line_qualifies_before_it_is_used() -> Instance:
    """A contract of 3 a year qualifies for a year: in year 1 all 8 goods are missing: 80 + 2 x 3 + 16 = 102.

    Without the constraint it would be in force in year 2 only: 80 + 3 + 16 = 99.
    """
    contract = {"mode": "contract", "annual_cost": 3, "qualification": 1}
    return outside(contract, periods=years(2), demand=wanted("1", "2"))


@proves("drawn_in_force", optimum=54, without=51)
def test_modules_on_an_outside_line_are_used_under_the_offer() -> Instance:
    """The firm is acquired at 3 a year, and a module of 8 built on its line, at 16 over 2 years: 6 + 16 + 32 = 54.

    Without the constraint it would be let go in year 2, and the module used all the same: 51.
    """
    return outside(
        {"mode": "acquire", "annual_cost": 3, "controls": "yes"},
        periods=years(2),
        lines=[LINE | {"capacity": 0}],
        options=[MODULE | {"size": 8, "capex": 16, "life": 2}],
        demand=wanted("1", "2"),
    )


@proves("least_take", optimum=18, without=16)
def test_what_must_be_taken_is() -> Instance:
    """Nine tenths of 10 must be taken, one good is thrown away: 18. Without the constraint 8 x 2 = 16."""
    return outside({"mode": "contract", "min_take": 0.9}, items=DISPOSABLE)


@proves("least_take", optimum=98, without=96)
def test_nothing_must_be_taken_before_qualification() -> Instance:
    """Signed in year 1 and used in year 2, where 9 must be taken: 80 + 18 = 98. Without the constraint 80 + 16 = 96."""
    contract = {"mode": "contract", "min_take": 0.9, "qualification": 1}
    return outside(contract, periods=years(2), items=DISPOSABLE, demand=wanted("1", "2"))


@proves("least_take", optimum=80, without=16)
def test_no_offer_is_held_whose_least_take_cannot_be_made() -> Instance:
    """The contract is for forging too, of which half must be taken, but there is no ore for it: 80.

    Without the constraint the contract is signed, and nothing forged: 16.
    """
    return outside(
        {"mode": "contract", "process": "*", "min_take": 0.5},
        items=[*WORKSHOP["items"], {"item": "ore", "tier": "upstream"}],
        processes=[*WORKSHOP["processes"], {"process": "forge", "tier": "downstream"}],
        recipes=[*WORKSHOP["recipes"], {"process": "forge", "item": "ore", "quantity": -1}],
        lines=[LINE, LINE | {"process": "forge"}],
    )


@proves("module_control", optimum=30, without=27)
def test_modules_are_ordered_on_an_outside_line_under_control() -> Instance:
    """Two modules of 4 are ordered in year 1 for year 2, while the joint venture costs 3 a year: 6 + 8 + 16 = 30.

    Without the constraint it would be signed in year 2 only: 27.
    """
    return outside(
        {"mode": "joint_venture", "annual_cost": 3, "controls": "yes"},
        periods=years(2),
        lines=[LINE | {"capacity": 0}],
        options=[MODULE | {"lead_periods": 1}],
        demand=wanted("2"),
    )


@matters("access", "controls", optimum=29, blank=80)
def test_only_control_allows_building() -> Instance:
    """Acquired for 5, the line gets two modules of 4 for 4 each: 5 + 8 + 16 = 29. Without control nothing is made."""
    return outside(
        {"mode": "acquire", "entry_cost": 5, "controls": "yes"}, lines=[LINE | {"capacity": 0}], options=[MODULE]
    )


@matters("access", "offtake_share", optimum=40, blank=16)
def test_no_more_is_drawn_than_the_share() -> Instance:
    """Half of 10 may be drawn: 5 x 2 + 3 x 10 = 40. Blank, all of it: 16."""
    return outside({"mode": "spot", "offtake_share": 0.5})


@matters("access", "markup", optimum=24, blank=16)
def test_the_price_holds_a_margin() -> Instance:
    """2 x (1 + 0.5) = 3 per good: 24. Without markup 16."""
    return outside({"mode": "contract", "markup": 0.5})


@matters("access", "stake", optimum=18, blank=24)
def test_a_stake_gives_its_share_of_the_margin_back() -> Instance:
    """2 x (1 + 0.5 x (1 - 0.75)) = 2.25 per good: 18. Without a stake 24."""
    return outside({"mode": "equity", "markup": 0.5, "stake": 0.75})


@matters("access", "transaction_cost", optimum=20, blank=16)
def test_transaction_costs_weigh_more_where_institutions_are_weak() -> Instance:
    """2 + 0.25 x a factor of 2 = 2.5 per good: 20. Without transaction cost 16."""
    weak = [{"region": "here", "institution_factor": 2}, {"region": "there"}]
    return outside({"mode": "contract", "transaction_cost": 0.25}, regions=weak)


SMALL: dict[str, Rows] = {"lines": [LINE | {"capacity": 2}], "options": [MODULE]}


def test_no_more_of_a_line_counts_than_can_be_of_use() -> None:
    """Of a capacity of 100 goods 8 are wanted: the relaxation, too, must sign the contract of 5 in full: 21, not 16.4.

    Where goods may be thrown away, all of it counts: 16 + 5 x 0.08.
    """
    large = {"lines": [LINE | {"capacity": 100}]}
    contract = {"mode": "contract", "entry_cost": 5}
    assert optimum(outside(contract, **large), relaxed=True) == pytest.approx(21)
    assert optimum(outside(contract, **large, items=DISPOSABLE), relaxed=True) == pytest.approx(16.4)


SPOT, CONTRACT = {"mode": "spot", "markup": 1}, {"mode": "contract", "entry_cost": 3}
HALF = {"mode": "equity", "entry_cost": 3, "markup": 1, "stake": 0.5}


@pytest.mark.parametrize(
    ("case", "figure"),
    [
        # the contract: 3 + 16; with the switch off spot at twice the cost
        (outside(SPOT, CONTRACT), 19),
        (outside(SPOT, CONTRACT, settings={"access": "off"}), 32),
        # with the switch off a firm that sells by contract only is still reached by contract: 3 + 16
        (outside(CONTRACT, settings={"access": "off"}), 19),
        # of several rows the one that binds least: the contract, though the alliance costs nothing to enter
        (outside(CONTRACT, {"mode": "alliance"}, settings={"access": "off"}), 19),
        # without its stake, so that the margin is paid in full: 3 + 8 x 2 x 2; with the switch on half of it: 3 + 24
        (outside(HALF, settings={"access": "off"}), 35),
        (outside(HALF), 27),
        # nor does anybody then build on its line: 2 goods at twice the cost, 6 are missing
        (outside(SPOT | {"controls": "yes"}, settings={"access": "off"}, **SMALL), 68),
        (outside(SPOT | {"controls": "yes"}, **SMALL), 40),
        # a row that names the process replaces the one for all of them
        (outside(SPOT | {"process": "*"}, {"mode": "spot", "markup": 0}), 16),
        # a process that no row covers can be had on spot, at cost
        (
            outside(
                {"process": "forge", "mode": "spot"},
                processes=[
                    {"process": "make", "tier": "downstream", "other_cost": 2},
                    {"process": "forge", "tier": "downstream"},
                ],
            ),
            16,
        ),
    ],
)
def test_what_offers_cover(case: Instance, figure: float) -> None:
    """Which offer a line is drawn through, and what is left with the switch off."""
    assert optimum(case) == pytest.approx(figure)
