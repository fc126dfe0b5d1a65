"""Eligibility: programmes that apply only while a threshold on content or ownership holds."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.audited import find_differences, solve_to_tables
from tests.proofs import WORKSHOP, Rows, proves, wanted, workshop, years
from tests.solving import optimum

CHAIN: dict[str, Any] = {
    "items": [
        {"item": "cell", "tier": "midstream", "value": 1},
        {"item": "good", "tier": "downstream", "value": 3},
    ],
    "processes": [
        {"process": "cells", "tier": "midstream", "other_cost": 2},
        {"process": "cheap cells", "tier": "midstream", "other_cost": 1},
        {"process": "make", "tier": "downstream", "other_cost": 1},
    ],
    "recipes": [
        {"process": "cells", "item": "cell", "quantity": 1},
        {"process": "cheap cells", "item": "cell", "quantity": 1},
        {"process": "make", "item": "cell", "quantity": -1},
        {"process": "make", "item": "good", "quantity": 1},
    ],
    "sites": [*WORKSHOP["sites"], {"site": "away", "region": "there", "firm": "own"}],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10},
        {"site": "shop", "process": "cells", "capacity": 10},
        {"site": "away", "process": "cheap cells", "capacity": 10},
    ],
    "lanes": [{"origin": "there", "destination": "here", "item": "*"}],
}
"""8 goods at 1 each, of a cell each, at 2 from here or at 1 from there. Optimum 16, with all cells from there."""

CREDIT = {
    "programme": "credit",
    "kind": "subsidy",
    "item": "good",
    "market": "here",
    "content": "cell",
    "who": "here",
    "threshold": 0.5,
    "rate": 1,
}
"""1 for each good sold here while half of the value of its cells is made here, over all goods: for 4, 8 are paid."""


def credited(*programmes: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The chain under programmes, each a change to the credit."""
    rows = [CREDIT | programme for programme in programmes]
    return workshop(settings, **({"eligibility": rows} | CHAIN | sheets))


def cells_here(capacity: float) -> Rows:
    """The lines with so much capacity for cells here."""
    return [line | ({"capacity": capacity} if line["process"] == "cells" else {}) for line in CHAIN["lines"]]


@proves("content_threshold", optimum=12, without=8)
def test_half_of_the_content_must_count() -> Instance:
    """4 cells are made here, at 1 more each, and 8 are paid: 16 + 4 - 8 = 12. Without the constraint 16 - 8 = 8."""
    return credited({})


@proves("eligible_within", optimum=12, without=8)
def test_only_what_the_plan_makes_qualifies() -> Instance:
    """As above: 12. Without the constraint the cells that count need not be made: 16 - 8 = 8."""
    return credited({})


@proves("eligible_balance", optimum=12, without=8)
def test_what_qualifies_contains_what_it_is_made_of() -> Instance:
    """As above: 12. Without the constraint goods qualify that contain nothing: 16 - 8 = 8."""
    return credited({})


@proves("qualified_whole", optimum=16, without=14)
def test_a_fleet_qualifies_as_a_whole() -> Instance:
    """Only 2 cells can be made here, and 4 are needed: 16. Without the constraint 4 goods qualify: 16 + 2 - 4 = 14."""
    return credited({}, lines=cells_here(2))


@proves("qualified_only", optimum=16, without=14)
def test_a_fleet_that_does_not_qualify_is_paid_nothing() -> Instance:
    """As above: 16. Without the constraint a part is paid for although the fleet does not qualify: 14."""
    return credited({}, lines=cells_here(2))


@proves("eligible_alone", optimum=20, without=16)
def test_only_what_qualifies_is_sold() -> Instance:
    """Half of the cells have to be made here: 16 + 4 = 20. Without the constraint anything may be sold: 16."""
    return credited({"kind": "market_access", "rate": 0})


@proves("claimed_once", optimum=12, without=5.6)
def test_a_unit_is_claimed_once() -> Instance:
    """The better of two credits that exclude each other: 12. Without the constraint both: 12 - 8 x 0.8 = 5.6."""
    return credited({}, {"programme": "other", "rate": 0.8, "exclusive_with": "credit"})


HALL: dict[str, Any] = {
    "lines": [{"site": "shop", "process": "make"}, *CHAIN["lines"][1:]],
    "options": [{"process": "make", "option": "hall", "size": 10, "capex": 20, "life": 2, "max_modules": 2}],
}
"""The hall for goods has yet to be built, at 10 a year: 26."""

GRANT = {"kind": "capex", "rate": 0.5, "averaging": "site"}


@proves("one_programme", optimum=22, without=17)
def test_a_site_has_one_of_two_programmes() -> Instance:
    """A credit of 8, or half of the 10 a year that the hall costs: 26 + 4 - 8 = 22. Without the constraint both: 17."""
    made = {"kind": "output", "averaging": "site", "exclusive_with": "grant"}
    return credited(GRANT | {"programme": "grant"}, made, **HALL)


@proves("grant_ordered", optimum=25, without=20)
def test_a_grant_is_for_modules_that_are_ordered() -> Instance:
    """Half of 10 is paid, and 4 cells are made here: 26 + 4 - 5 = 25. Without the constraint of two halls: 20."""
    return credited(GRANT, **HALL)


@proves("grant_qualified", optimum=25, without=21)
def test_a_grant_is_for_sites_that_qualify() -> Instance:
    """As above: 25. Without the constraint it is paid without a cell from here: 26 - 5 = 21."""
    return credited(GRANT, **HALL)


AWAY: dict[str, Any] = {
    "sites": [*WORKSHOP["sites"], {"site": "away", "region": "there", "firm": "other"}],
    "access": [
        {"firm": "other", "mode": "spot"},
        {"firm": "other", "mode": "equity", "stake": 0.25, "entry_cost": 3},
    ],
}
"""The cells from there are those of another firm, of which a quarter can be had for 3."""

LESS = AWAY | {"access": [AWAY["access"][0], AWAY["access"][1] | {"stake": 0.249}]}
OWNED = {"basis": "ownership", "who": "home", "threshold": 0.25}
WORKS: dict[str, Any] = {
    "lines": [
        {"site": "shop", "process": "make", "capacity": 4},
        {"site": "shop", "process": "cells", "capacity": 10},
        {"site": "away", "process": "cheap cells", "capacity": 10},
        {"site": "away", "process": "make", "capacity": 4},
    ]
}
"""Half of the goods are made there, where no cells from here can come."""

EXPORTED: dict[str, Any] = {
    "lanes": [*CHAIN["lanes"], {"origin": "here", "destination": "there", "item": "good"}],
    "duties": [{"origin": "*", "destination": "there", "item": "good", "rate": 0.4}],
    "demand": wanted("1", region="there"),
}
"""The goods are sold there, at a duty of 0.4 of 3: 16 + 9.6."""

PREFERENCE = {"kind": "duty", "market": "there", "made_in": "here"}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        # a cliff: with 3.9 of the 4 cells nothing is paid, unless goods are left unsold at 10 each: 7.8 x 2 + 3.9 + 2
        (credited({}, lines=cells_here(3.9), demand=wanted("1", penalty=100)), 16),
        (credited({}, lines=cells_here(3.9)), 15.6 + 3.9 + 2 - 7.8),
        (credited({}, lines=cells_here(4)), 12),
        # but where any part may qualify, 7.8 goods do
        (credited({"averaging": "part"}, lines=cells_here(3.9)), 16 + 3.9 - 7.8),
        # stacking: 6 cells here, for which 8 and 4 are paid
        (credited({}, {"programme": "more", "threshold": 0.75, "rate": 0.5}), 16 + 6 - 12),
        # over the fleet the 4 goods from here make up for those from there; by site they need only 2 cells
        (credited({}, **WORKS), 16 + 4 - 8),
        (credited({"averaging": "site"}, **WORKS), 16 + 2 - 4),
        (credited({"averaging": "firm"}, **WORKS), 16 + 4 - 8),
        # a stake of 24.9 % is not enough, one of 25 % is
        (credited(OWNED, **LESS), 16),
        (credited(OWNED, **AWAY), 16 + 3 - 8),
        # of the firm there at most three quarters may be its own, which is a quarter of home
        (credited(OWNED | {"who": "other", "counted": "outside"}, **AWAY), 16 + 3 - 8),
        # half of the content is enough, and here it is home's
        (credited(OWNED | {"content_share": 0.5}, **LESS), 12),
        # cumulation: cells from there count as well
        (credited({"who": "here; there"}), 8),
        (credited({"counted": "outside", "who": "there"}), 12),
        # expiry: in the second year nothing is paid
        (credited({"to": "1"}, periods=years(2), demand=wanted("1", "2")), 28),
        # by quantity likewise; over the whole chain two thirds of the value of a good are made here at all events
        (credited({"basis": "quantity"}), 12),
        (credited({"content": "*"}), 8),
        (credited({"content": "*", "threshold": 0.75}), 16 + 2 - 8),
        # the last step has to be here, or there where it is not
        (credited({"made_in": "here"}), 12),
        (credited({"made_in": "there"}), 16),
        # another threshold must hold for the same goods
        (credited({"needs": "strict"}, {"programme": "strict", "kind": "condition", "threshold": 0.75}), 14),
        (credited({"kind": "output"}), 12),
        (credited({"kind": "output", "market": "there"}), 16),
        # duty is taken off to zero at most: 0.4 x 3 on 8 goods
        (credited(PREFERENCE | {"rate": 0.5}, **EXPORTED), 16 + 4),
        (credited(PREFERENCE | {"rate": 0.1}, **EXPORTED), 16 + 9.6),
        (credited(PREFERENCE | {"rate": 0.5, "averaging": "part"}, **(EXPORTED | {"lines": cells_here(2)})), 22.8),
        (credited({}, settings={"policies": "off"}), 16),
        (credited({}, settings={"support": "off"}), 16),
        (credited({"active": "no"}), 16),
        (credited(GRANT, settings={"capital": "cash"}, **HALL), 30),
        (credited({}, by_period=[{"sheet": "eligibility", "key": "credit", "column": "threshold", "value": 0.25}]), 10),
    ],
)
def test_what_programmes_do(case: Instance, figure: float) -> None:
    """Each with the figures worked out beside it; the chain alone costs 16."""
    assert optimum(case) == pytest.approx(figure)


@pytest.mark.one_in(7)
@pytest.mark.parametrize(
    "case",
    [
        credited({}),
        credited({"averaging": "site"}, **WORKS),
        credited({"averaging": "part"}, lines=cells_here(3.9)),
        credited(OWNED | {"content_share": 0.5}, **AWAY),
        credited(PREFERENCE | {"rate": 0.5}, **EXPORTED),
        credited({"kind": "market_access", "rate": 0}),
        credited(GRANT | {"programme": "grant"}, {"kind": "output", "averaging": "site", "exclusive_with": "grant"},
                 **HALL),
    ],
)  # fmt: skip
def test_plans_with_programmes_agree_with_their_audit(case: Instance) -> None:
    """Also where a firm is entered for its stake, or a grant is left for a credit."""
    tables, claimed = solve_to_tables(case)
    assert find_differences(case, tables, claimed) == []
    assert (tables["eligibility"]["qualified"] == "yes").any()
