"""Inertia: supply moves only so fast, on two countries that can both make the good.

Here it costs 2 at a shop, there 1 at a mill, and shipping 0.5 from there to here. 8 goods a year are wanted here in
each of two years, and each one missing costs 10: without inertia all come from there, at 1.5.
"""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.audited import find_differences, solve_to_tables
from tests.proofs import WORKSHOP, proves, wanted, workshop, years

MILL: dict[str, Any] = {
    "processes": [*WORKSHOP["processes"], {"process": "mill", "tier": "downstream", "other_cost": 1}],
    "recipes": [*WORKSHOP["recipes"], {"process": "mill", "item": "good", "quantity": 1}],
    "sites": [*WORKSHOP["sites"], {"site": "mill", "region": "there", "firm": "own"}],
    "lines": [*WORKSHOP["lines"], {"site": "mill", "process": "mill", "capacity": 10}],
    "lanes": [{"origin": "there", "destination": "here", "item": "good", "cost": 0.5}],
}
HOME = {"item": "good", "source": "here", "destination": "here"}
ABROAD = {"item": "good", "source": "there", "destination": "here"}


def trade(*rows: dict[str, Any], count: int = 2, **sheets: Any) -> Instance:
    """Both sources, some years, and rows of inertia."""
    periods = years(count)
    names = [row["period"] for row in periods]
    return workshop(**{**MILL, "periods": periods, "demand": wanted(*names), "inertia": list(rows)} | sheets)


@proves("supply_fall", optimum=8 * 2 + 4 * 1.5 + 4 * 2, without=8 * 1.5 * 2)
def test_supply_falls_by_a_share_at_most() -> Instance:
    """Home made 16 in the year before: half of it, 8, must be made in the first year and 4 in the second, at 6 more."""
    return trade(HOME | {"max_fall": 0.5, "initial": 16})


@proves("supply_rise", optimum=2 * 1.5 + 6 * 2 + 5 * 1.5 + 3 * 2, without=8 * 1.5 * 2)
def test_supply_rises_by_a_share_and_a_seed_at_most() -> Instance:
    """From 0 imports come to 2 with the seed, then to 2 x 1.5 + 2 = 5; the rest is made at home."""
    return trade(ABROAD | {"max_rise": 0.5, "seed": 2, "initial": 0})


@proves("self_supply_made", optimum=6 * 2 + 2 * 1.5, without=8 * 1.5)
def test_a_place_supplies_itself_with_what_it_makes() -> Instance:
    """6 must be made at home; without the limit what is imported would count as made."""
    return trade(HOME | {"max_fall": 0.5, "initial": 12}, count=1)


@proves("self_supply_least", optimum=4 * 1.5 + 4 * 2, without=8 * 1.5)
def test_what_is_made_and_not_shipped_out_is_supplied() -> Instance:
    """At 1.5 home is cheaper than abroad at 2, but may make no more than the 4 of the year before.

    Without the limit what is made there would not have to count.
    """
    dear = [{"process": name, "tier": "downstream", "other_cost": 1.5} for name in ("make", "mill")]
    return trade(HOME | {"max_rise": 0, "initial": 4}, count=1, processes=dear)


@proves("self_supply_most", optimum=10 * 2 + 2 * 3 + 4 * 5, without=10 * 2 + 6 * 3)
def test_what_is_shipped_out_is_not_supplied_at_home() -> Instance:
    """10 can be made here, at 2, for 8 wanted here at 3 and 8 there, where the mill makes them at 5.

    6 must stay, so that 2 are missing here and 4 are milled; without the limit 8 would leave, and 6 be missing.
    """
    wishes = [{"region": "here", "penalty": 3}, {"region": "there", "penalty": 10}]
    return trade(
        HOME | {"max_fall": 0, "initial": 6},
        count=1,
        processes=[WORKSHOP["processes"][0], {"process": "mill", "tier": "downstream", "other_cost": 5}],
        lanes=[{"origin": "here", "destination": "there", "item": "good"}],
        demand=[row for wish in wishes for row in wanted("1", **wish)],
    )


BAN = {"origin": "there", "destination": "here", "ban": "yes", "from": "2"}

CASES: dict[str, tuple[Instance, float]] = {
    "switched off": (trade(HOME | {"max_fall": 0, "initial": 8}).with_settings(inertia="off"), 24),
    # what is banned need not go on: imports of 8, then none
    "a ban": (trade(ABROAD | {"max_fall": 0, "initial": 8}, duties=[BAN]), 8 * 1.5 + 8 * 2),
    # a mill that has closed supplies nothing to itself
    "a closure": (
        trade(
            {"item": "good", "source": "there", "destination": "there", "max_fall": 0, "initial": 2},
            lines=[*WORKSHOP["lines"], {"site": "mill", "process": "mill", "capacity": 10, "last_period": "1"}],
            demand=[*wanted("1", "2"), *wanted("1", "2", region="there", volume=2, penalty=1)],
        ),
        8 * 1.5 + 2 * 1 + 8 * 2 + 2 * 1,
    ),
    # a row for both fills the blank cells of the named ones: 8 x 0.5 at home, then 4 x 0.5
    "a row for all": (
        trade({"item": "*", "max_fall": 0.5}, HOME | {"initial": 8}),
        4 * 2 + 4 * 1.5 + 2 * 2 + 6 * 1.5,
    ),
    # and what a named row says counts: home may fall by all
    "a named row": (
        trade(
            {"item": "*", "max_fall": 0.5, "initial": 8},
            HOME | {"max_fall": 1},
            ABROAD | {"max_fall": 1},
            {"item": "good", "source": "there", "destination": "there", "initial": 0},
            {"item": "good", "source": "here", "destination": "there", "initial": 0},
        ),
        24,
    ),
    # years of 3 and 1: two years from the middle of the year before, 8 / 4 = 2, then two years more, 0.5
    "long periods": (
        trade(HOME | {"max_fall": 0.5, "initial": 8}, periods=[{"period": "1", "years": 3}, {"period": "2"}]),
        3 * (2 * 2 + 6 * 1.5) + 0.5 * 2 + 7.5 * 1.5,
    ),
    # together the two countries of a bloc supply themselves, whoever makes it
    "a bloc": (
        trade(
            {"item": "good", "source": "union", "destination": "union", "max_fall": 0, "initial": 6},
            regions=[{"region": "here", "bloc": "union"}, {"region": "there", "bloc": "union"}],
        ),
        24,
    ),
    # a country supplies its bloc with what it ships to the other and what it keeps: half of 12 must be made here
    "a country in its bloc": (
        trade(
            {"item": "good", "source": "here", "destination": "union", "max_fall": 0.5, "initial": 12},
            regions=[{"region": "here", "bloc": "union"}, {"region": "there", "bloc": "union"}],
        ),
        6 * 2 + 2 * 1.5 + 3 * 2 + 5 * 1.5,
    ),
}


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", CASES)
def test_optimum_by_hand(name: str) -> None:
    """What each case comes to, and the audit agrees with its plan."""
    case, expected = CASES[name]
    tables, objective = solve_to_tables(case)
    assert objective == pytest.approx(expected)
    assert find_differences(case, tables, objective) == []


def test_transit_is_no_supply_of_ones_own() -> None:
    """A place that passes on what arrives keeps what it makes: 4 of 12 imported leave again, and nothing is made."""
    case = trade(
        HOME | {"max_rise": 0, "initial": 0},
        {"item": "good", "source": "there", "destination": "here", "max_rise": 1, "initial": 8},
        count=1,
        regions=[{"region": "here"}, {"region": "there"}, {"region": "beyond"}],
        lanes=[*MILL["lanes"], {"origin": "here", "destination": "beyond", "item": "good"}],
        lines=[*WORKSHOP["lines"], {"site": "mill", "process": "mill", "capacity": 20}],
        demand=[*wanted("1"), *wanted("1", region="beyond", volume=4)],
    )
    tables, objective = solve_to_tables(case)
    assert objective == pytest.approx(12 * 1.5)
    assert find_differences(case, tables, objective) == []


def test_the_audit_sees_what_is_changed() -> None:
    """A supply that was not shipped, and limits that are others."""
    case = trade(ABROAD | {"max_rise": 0.5, "max_fall": 0.5, "seed": 2, "initial": 2})
    tables, objective = solve_to_tables(case)
    assert find_differences(case, tables, objective, ["inertia"]) == []
    sheet = tables["inertia"]
    for column, factor in (("supplied", 1.01), ("supplied", 0.9), ("least", 1.01), ("most", 0.99)):
        changed = {**tables, "inertia": sheet.assign(**{column: sheet[column] * factor})}
        assert find_differences(case, changed, objective, ["inertia"]) != [], (column, factor)


def test_the_audit_sees_flows_that_jump() -> None:
    """A plan made without inertia is none with it."""
    case = trade(HOME | {"max_fall": 0.5, "initial": 8})
    tables, objective = solve_to_tables(case.with_settings(inertia="off"))
    assert "supply falls within its limit" in find_differences(case, tables, objective, ["inertia"])
    case = trade(ABROAD | {"max_rise": 0.5, "initial": 2})
    tables, objective = solve_to_tables(case.with_settings(inertia="off"))
    found = find_differences(case, tables, objective, ["inertia"])
    assert "all supply with inertia is counted" in found
