"""Ties: what a project opens is tied to the supply of the partner with whom it was done."""

from typing import Any

import pytest

from planner.checks import projects
from planner_models.instance import Instance
from tests.audited import find_differences, solve_to_tables
from tests.proofs import WORKSHOP, proves, workshop, years
from tests.solving import optimum
from tests.test_check_dynamics import found

PARTS: dict[str, Any] = {
    "items": [
        {"item": "good", "tier": "downstream"},
        {"item": "chip", "tier": "midstream"},
    ],
    "processes": [
        {"process": "make", "tier": "downstream", "other_cost": 2, "requires": "driving"},
        {"process": "etch", "tier": "midstream", "other_cost": 1},
        {"process": "print", "tier": "midstream", "other_cost": 3},
    ],
    "recipes": [
        *WORKSHOP["recipes"],
        {"process": "make", "item": "chip", "quantity": -1},
        {"process": "etch", "item": "chip", "quantity": 1},
        {"process": "print", "item": "chip", "quantity": 1},
    ],
    "sites": [
        {"site": "shop", "region": "here", "firm": "own"},
        {"site": "lab", "region": "here", "firm": "own"},
        {"site": "works", "region": "here", "firm": "other"},
    ],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10},
        {"site": "lab", "process": "etch", "capacity": 100},
        {"site": "works", "process": "print", "capacity": 20},
    ],
}
"""A good costs 2 and takes a chip: one of our own at 1 or one that another firm prints at 3.

Goods can be made once driving has been developed. With chips of our own 8 goods cost 24 a year, with those of the other
firm 40. A good that is missing costs 10.
"""

TOGETHER = {"project": "driving", "option": "together", "partner": "other", "cost": 5, "duration": 0, "tied": "yes"}
ALONE = {"project": "driving", "option": "alone", "cost": 15, "duration": 0}


def drive(*options: dict[str, Any], **sheets: Any) -> Instance:
    """The goods, with these options of developing driving."""
    return workshop(**PARTS | {"projects": list(options)} | sheets)


@proves("tied_supply", optimum=45, without=29)
def test_chips_of_the_partner() -> Instance:
    """Driving is developed together, for 5: all 8 chips are then the partner's, 40; untied 24."""
    return drive(TOGETHER)


@proves("tied_use", optimum=45, without=29)
def test_use_counts_on_the_tie() -> Instance:
    """Were nothing of what is used on the tie, nothing would have to be the partner's."""
    return drive(TOGETHER)


@proves("tied_use", optimum=39, without=29)
def test_alone_instead() -> Instance:
    """Developed alone for 15 driving ties nothing: 15 + 24 = 39 is less than 45; without the tie together, 29."""
    return drive(TOGETHER, ALONE)


@proves("tied_supply", optimum=5 + 5 * 5 + 3 * 10, without=5 + 8 * 3)
def test_no_more_than_the_partner_makes() -> Instance:
    """The partner prints 5 chips at most: 5 goods at 5 and 3 that are missing, though our own chips are at hand."""
    lines = [line | ({"capacity": 5} if line["site"] == "works" else {}) for line in PARTS["lines"]]
    return drive(TOGETHER, lines=lines)


@proves("tied_supply", optimum=5 + 8 * 5 + 8 * 10, without=2 * 5 + 16 * 3)
def test_two_projects_of_one_partner() -> Instance:
    """Goods and toys are each tied to the partner, who prints 8 chips: no chip counts twice.

    8 of each are wanted, and 8 of the 16 can be made at 5 a piece: one project is enough, and 8 are missing at 10. Did
    each project have all of the chips, both would be worth while: 2 x 5 + 16 x 5 = 90.
    """
    return drive(
        TOGETHER,
        TOGETHER | {"project": "playing"},
        items=[*PARTS["items"], {"item": "toy", "tier": "downstream"}],
        processes=[*PARTS["processes"], PARTS["processes"][0] | {"process": "play", "requires": "playing"}],
        recipes=[
            *PARTS["recipes"],
            {"process": "play", "item": "toy", "quantity": 1},
            {"process": "play", "item": "chip", "quantity": -1},
        ],
        lines=[
            *(line | ({"capacity": 8} if line["site"] == "works" else {}) for line in PARTS["lines"]),
            {"site": "shop", "process": "play", "capacity": 10},
        ],
        demand=[WORKSHOP["demand"][0], WORKSHOP["demand"][0] | {"item": "toy"}],
    )


@proves("tied_supply", optimum=5 + 8 * 4, without=5 + 8 * 2)
def test_a_market_that_the_project_opens() -> Instance:
    """Goods may be sold once developed, and then no more than the partner makes, at 4 instead of our own at 2."""
    return workshop(
        items=[{"item": "good", "tier": "downstream", "requires": "driving"}],
        processes=[*WORKSHOP["processes"], {"process": "craft", "tier": "downstream", "other_cost": 4}],
        recipes=[*WORKSHOP["recipes"], {"process": "craft", "item": "good", "quantity": 1}],
        sites=PARTS["sites"],
        lines=[*WORKSHOP["lines"], {"site": "works", "process": "craft", "capacity": 20}],
        projects=[TOGETHER],
    )


@pytest.mark.parametrize("options", [(TOGETHER,), (TOGETHER, ALONE)])
def test_audit_agrees(options: tuple[dict[str, Any], ...]) -> None:
    """In two periods, of which the project takes the first, the audit finds nothing."""
    demand = [WORKSHOP["demand"][0] | {"period": period} for period in ("1", "2")]
    case = drive(*(option | {"duration": 1} for option in options), periods=years(2), demand=demand)
    tables, objective = solve_to_tables(case)
    assert objective == pytest.approx(80 + 45 if len(options) == 1 else 80 + 39)
    assert find_differences(case, tables, objective) == []


def test_audit_sees_a_broken_tie() -> None:
    """The plan of the project that ties nothing, held against the one that does."""
    tables, objective = solve_to_tables(drive(TOGETHER | {"tied": "no"}))
    assert find_differences(drive(TOGETHER), tables, objective) == ["tied projects use the partner's supply"]


def test_nothing_of_the_partner_is_used() -> None:
    """A partner that makes nothing that goods take ties nothing, and check says so; one must be named."""
    lines = [line for line in PARTS["lines"] if line["site"] != "works"]
    case = drive(TOGETHER, lines=lines)
    assert optimum(case) == pytest.approx(29)
    ((place, message),) = found(projects.ties_bind_something, case)
    assert place == "warning projects!tied2"
    assert "no line of `other` makes anything that `driving` opens the use or the sale of (`chip`)" in message
    ((place, message),) = found(projects.ties_bind_something, drive(ALONE | {"tied": "yes"}))
    assert place == "error projects!tied2"
    assert "write the firm as partner, or no here" in message
    assert found(projects.ties_bind_something, drive(TOGETHER, ALONE)) == []
