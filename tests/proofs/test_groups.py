"""Groups: what may be open, the capacity of lines together, what is ordered of it, and what may be thrown away."""

from typing import Any

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, matters, proves, wanted, workshop, years
from tests.proofs.ruled import rule, ruled, soft

CANDIDATES: dict[str, Any] = {
    "sites": [
        {"site": name, "region": region, "firm": "own", "status": "candidate", "opening_cost": 3}
        for name, region in (("shop", "here"), ("branch", "there"))
    ],
    "lines": [{"site": site, "process": "make", "capacity": 5} for site in ("shop", "branch")],
}
"""Two sites that can be opened for 3 each, of which each makes 5 goods at 2."""

BARE: dict[str, Any] = {
    "lines": [{"site": "shop", "process": "make"}],
    "options": [{"process": "make", "option": "hall", "size": 2, "capex": 10, "life": 10, "max_modules": 5}],
}
"""A shop without capacity, and halls for 2 goods a year at 1 a year each."""

SLAG: dict[str, Any] = {
    "items": [*WORKSHOP["items"], {"item": "slag", "tier": "upstream", "disposable": "yes", "disposal_cost": 1}],
    "recipes": [*WORKSHOP["recipes"], {"process": "make", "item": "slag", "quantity": 0.5}],
}
"""Each good leaves half a unit of slag, which costs 1 a unit to throw away."""

PATHS: dict[str, Any] = {
    "processes": [*WORKSHOP["processes"], {"process": "make new", "tier": "downstream", "other_cost": 3}],
    "recipes": [*WORKSHOP["recipes"], {"process": "make new", "item": "good", "quantity": 1}],
    "lines": [{"site": "shop", "process": process, "capacity": 10} for process in ("make", "make new")],
}
"""Two technologies: the old one makes a good at 2, the new one at 3."""


@proves("max_open", optimum=43, without=22)
def test_no_more_than_the_limit_of_sites_are_open() -> Instance:
    """One of two sites may open: it makes 5 of the 8 goods, the others are missed: 3 + 5 x 2 + 3 x 10 = 43.

    Without the constraint both open: 2 x 3 + 8 x 2 = 22.
    """
    return ruled(rule("max_open", 1, by="site"), **CANDIDATES)


@proves("max_open", optimum=26, without=22)
def test_one_site_too_many_costs_its_penalty() -> Instance:
    """As above, but the second site may open at a penalty of 4: 22 + 4 = 26, less than 43."""
    return ruled(soft("max_open", 1, 4, by="site"), **CANDIDATES)


@proves("max_open", optimum=48, without=24)
def test_an_existing_site_closes_where_too_many_are_open() -> Instance:
    """4 goods are wanted here and 4 there, without a road. The branch, at 4, closes: 4 x 2 + 4 x 10 = 48.

    Without the constraint 4 x 2 + 4 x 4 = 24.
    """
    demand = [*wanted("1", volume=4), *wanted("1", region="there", volume=4)]
    return ruled(rule("max_open", 1, by="site"), lanes=[], demand=demand)


@proves("max_open", optimum=32, without=16)
def test_named_sites_are_counted() -> Instance:
    """None of the shop (and another site that makes nothing) may be open: the branch makes all, 8 x 4 = 32."""
    sites = [{"site": name, "region": region, "firm": "own"} for name, region in (
        ("shop", "here"), ("branch", "there"), ("store", "here"))]  # fmt: skip
    return ruled(rule("max_open", 0, by="site", who="store; shop"), sites=sites)


@proves("min_open", optimum=22, without=19)
def test_no_fewer_than_the_limit_of_sites_are_open() -> Instance:
    """The shop alone could make all 8 goods: 3 + 16 = 19. As two have to be open, 6 + 16 = 22."""
    lines = [{"site": site, "process": "make", "capacity": 10} for site in ("shop", "branch")]
    return ruled(rule("min_open", 2, by="site"), **(CANDIDATES | {"lines": lines}))


@proves("min_capacity", optimum=17, without=16)
def test_a_group_has_its_least_capacity() -> Instance:
    """A capacity of 12 is required here, where the shop has 10: a hall for 5 more at 1 a year, 16 + 1 = 17."""
    hall = {"process": "make", "option": "hall", "size": 5, "capex": 10, "life": 10}
    return ruled(rule("min_capacity", 12, scope="here"), options=[hall])


@proves("max_capacity", optimum=35, without=20)
def test_a_group_keeps_to_its_most_capacity() -> Instance:
    """3 halls of 2 may be built: 3 + 6 x 2 + 2 x 10 = 35. Without the constraint 4 are: 4 + 16 = 20."""
    return ruled(rule("max_capacity", 6), **BARE)


@proves("max_capacity", optimum=32, without=16)
def test_existing_capacity_is_retired_where_there_is_too_much() -> Instance:
    """Here 6 are allowed, the shop has 10: it is retired, and the branch makes all, 8 x 4 = 32."""
    return ruled(rule("max_capacity", 6, by="region", who="here"))


@proves("max_new", optimum=70, without=40)
def test_so_much_may_be_ordered_in_a_period() -> Instance:
    """Halls for 4 goods a year may be ordered each year, by process; 8 goods are wanted in both.

    Year 1: 2 halls, 4 goods made, 4 missed: 2 + 8 + 40. Year 2: 4 halls: 4 + 16. Without the constraint 4 halls in
    year 1: 2 x (4 + 16) = 40.
    """
    return ruled(rule("max_new", 4, by="process"), periods=years(2), demand=wanted("1", "2"), **BARE)


@proves("max_disposal", optimum=35, without=20)
def test_so_much_may_be_thrown_away() -> Instance:
    """3 units of slag may be thrown away: 6 goods at 2, 3 for the slag, 2 goods missed: 12 + 3 + 20 = 35.

    Without the constraint 16 + 4 = 20.
    """
    return workshop(rules=[rule("max_disposal", 3) | {"item": "slag"}], **SLAG)


@matters("items", "disposal_cost", optimum=20, blank=16)
def test_throwing_away_has_its_cost() -> Instance:
    """8 goods leave 4 units of slag, at 1 each: 16 + 4 = 20."""
    return workshop(**SLAG)


@proves("min_share", optimum=20, without=16)
def test_a_technology_has_its_least_share() -> Instance:
    """Half of the goods have to be made by the new process: 4 x 2 + 4 x 3 = 20."""
    return workshop(rules=[rule("min_share", 0.5, by="process", who="make new")], **PATHS)


@proves("max_share", optimum=22, without=16)
def test_a_technology_keeps_to_its_share() -> Instance:
    """At most a quarter may be made by the old process: 2 x 2 + 6 x 3 = 22."""
    return workshop(rules=[rule("max_share", 0.25, by="process", who="make")], **PATHS)


WAYS = [
    {"origin": "here", "destination": "there", "item": "good", "mode": mode, "cost": cost}
    for mode, cost in (("road", 1), ("rail", 2))
]
"""Goods go there by road at 1 or by rail at 2."""


@proves("max_open", optimum=32, without=27)
def test_no_more_than_the_limit_of_lanes_are_used() -> Instance:
    """8 goods are wanted there, the road carries 5, one lane may be used: all go by rail, 8 x (2 + 2) = 32.

    Without the constraint 5 x 3 + 3 x 4 = 27.
    """
    lanes = [WAYS[0] | {"capacity": 5}, WAYS[1]]
    return workshop(rules=[rule("max_open", 1, by="lane")], lanes=lanes, demand=wanted("1", region="there"))


@proves("min_open", optimum=26, without=24)
def test_no_fewer_than_the_limit_of_lanes_are_used() -> Instance:
    """Both ways have to be used, by rail at least 2 are sent: 6 x 3 + 2 x 4 = 26. Without the constraint 8 x 3 = 24."""
    lanes = [WAYS[0] | {"min_flow": 1}, WAYS[1] | {"min_flow": 2}]
    rules = [rule("min_open", 2, by="lane", scope="here", who="there")]
    return workshop(rules=rules, lanes=lanes, demand=wanted("1", region="there"))


@proves("single_source", optimum=32, without=22)
def test_a_region_has_one_source() -> Instance:
    """The shop here makes 5 goods at 2, the branch there 10 at 4: all 8 come from there, 8 x 4 = 32.

    Without the constraint 5 x 2 + 3 x 4 = 22; also where a source that gives something need not be counted.
    """
    lines = [
        {"site": "shop", "process": "make", "capacity": 5},
        {"site": "branch", "process": "make", "capacity": 10, "unit_cost": 4},
    ]
    return ruled({"rule": "one", "type": "single_source", "item": "good"}, lines=lines)


@proves("source_supplying", optimum=26, without=22)
def test_a_second_source_costs_its_penalty() -> Instance:
    """As above, but a second source may be had for 4: 22 + 4 = 26. Without the constraint none would be counted: 22."""
    lines = [
        {"site": "shop", "process": "make", "capacity": 5},
        {"site": "branch", "process": "make", "capacity": 10, "unit_cost": 4},
    ]
    one = {"rule": "one", "type": "single_source", "item": "good", "hard": "no", "penalty": 4}
    return ruled(one, lines=lines)
