"""Logic: decisions that imply or exclude each other, or of which one has to be taken."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.proofs import proves, workshop
from tests.proofs.ruled import ruled
from tests.proofs.test_groups import CANDIDATES
from tests.proofs.test_hubs import HUB, WAY
from tests.solving import optimum


def link(first: str, second: str, kind: str) -> dict[str, Any]:
    """A row of sheet `logic`."""
    return {"if": first, "then": second, "kind": kind}


@proves("logic_excludes", optimum=43, without=22)
def test_two_sites_exclude_each_other() -> Instance:
    """Each site makes 5 of the 8 goods: one opens, 3 + 10 + 3 x 10 = 43. Without the constraint both: 6 + 16 = 22."""
    return ruled(logic=[link("opened[shop]", "opened[branch]", "excludes")], **CANDIDATES)


@proves("logic_either", optimum=83, without=80)
def test_one_of_two_sites_is_open() -> Instance:
    """Goods cost 12 to make, so that missing them, 8 x 10, is cheaper; one site has to be open all the same: 83."""
    dear = [{"process": "make", "tier": "downstream", "other_cost": 12}]
    return ruled(logic=[link("opened[shop]", "opened[branch]", "either")], processes=dear, **CANDIDATES)


@proves("logic_implies", optimum=22, without=19)
def test_a_site_brings_another() -> Instance:
    """The shop alone could make all goods: 3 + 16 = 19. With it the branch, which makes nothing, has to open: 22."""
    lines = [{"site": "shop", "process": "make", "capacity": 10}, {"site": "branch", "process": "make", "capacity": 0}]
    return ruled(logic=[link("opened[shop]", "opened[branch]", "implies")], **(CANDIDATES | {"lines": lines}))


HALLS: dict[str, Any] = {
    "lines": [
        {"site": "shop", "process": "make"},
        {"site": "branch", "process": "make", "capacity": 10, "unit_cost": 5},
    ],
    "options": [
        {"site": "shop", "process": "make", "option": "hall", "size": 2, "capex": 10, "life": 10, "max_modules": 3}
    ],
}
"""The shop can have 3 halls for 2 goods each, at 1 a year; the branch, which exists, makes goods at 5."""


@proves("logic_excludes", optimum=35, without=25)
def test_modules_exclude_an_existing_site() -> Instance:
    """With halls the branch has to close: 3 + 6 x 2 + 2 x 10 = 35, less than 8 x 5 = 40.

    Without the constraint 3 + 12 + 2 x 5 = 25.
    """
    return ruled(logic=[link("opened[branch]", "built[shop, make, hall]", "excludes")], **HALLS)


@proves("order_counted", optimum=35, without=25)
def test_any_number_of_modules_excludes() -> Instance:
    """As above, named by period; without the constraint three halls would count as none: 25."""
    return ruled(logic=[link("built[shop | make | hall | 1]", "opened[branch | 1]", "excludes")], **HALLS)


@proves("logic_implies", optimum=28, without=25)
def test_modules_bring_a_site() -> Instance:
    """Halls, however many, ask for a depot that opens for 3: 25 + 3 = 28, less than 40."""
    sites = [
        {"site": "shop", "region": "here", "firm": "own"},
        {"site": "branch", "region": "there", "firm": "own"},
        {"site": "depot", "region": "here", "firm": "own", "status": "candidate", "opening_cost": 3},
    ]
    return ruled(logic=[link("built[shop, make, hall]", "opened[depot]", "implies")], sites=sites, **HALLS)


def test_a_hub_is_a_decision() -> None:
    """Where the free hub excludes the only shop, nothing arrives: 8 x 10 = 80 instead of 32."""
    case = workshop(hubs=[HUB], logic=[link("hub[middle, good]", "opened[shop]", "excludes")], **WAY)
    assert optimum(case) == pytest.approx(80)
