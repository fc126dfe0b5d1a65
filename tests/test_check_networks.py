"""Checks of groups, least flows and disposal: each rule is broken once on two shops that are sound."""

from typing import Any

import pytest

from planner.checks.check import check
from planner_models.schema import INPUTS
from tests.proofs.ruled import rule, ruled
from tests.test_check import Sheets

Fault = tuple[str, dict[str, Any], str, str, str]
"""Severity, the facts of a rule, the column named, and words of the message."""

RULES: dict[str, Fault] = {
    "open without a limit": ("error", {"type": "max_open", "by": "site", "limit": None}, "limit", "needs a limit"),
    "open of what": ("error", {"type": "max_open", "limit": 1}, "by", "write site or hub or lane"),
    "part of a site": ("error", {"type": "max_open", "by": "site", "limit": 0.5}, "limit", "not a whole number"),
    "open of a site that is none": ("error", {"type": "max_open", "by": "site", "limit": 1, "who": "shop; brunch"},
                                    "who", "did you mean `branch`"),
    "open of all": ("warning", {"type": "max_open", "by": "site", "limit": 2}, "limit", "2 sites in all"),
    "more than there are": ("error", {"type": "min_open", "by": "site", "limit": 3}, "limit", "write 2 or less"),
    "lanes without a least flow": ("error", {"type": "min_open", "by": "lane", "limit": 1}, "by", "min_flow"),
    "lanes to nowhere": ("error", {"type": "max_open", "by": "lane", "limit": 1, "who": "nowhere"}, "who",
                         "region where such a lane ends"),
    "no source": ("error", {"type": "single_source", "limit": 0}, "limit", "write 1"),
    "capacity of everything": ("error", {"type": "min_capacity", "item": "*", "limit": 1}, "item", "write it"),
    "capacity that cannot be": ("error", {"type": "min_capacity", "limit": 21}, "limit", "capacity of 20 at most"),
    "capacity of each": ("error", {"type": "min_capacity", "by": "site", "limit": 1}, "who", "name of a site"),
    "capacity of nobody": ("warning", {"type": "max_new", "limit": 1, "by": "site", "who": "depot"}, "item",
                           "no line there makes"),
    "share of a process that is none": ("error", {"type": "min_share", "by": "process", "who": "mke", "limit": 0.5},
                                        "who", "did you mean `make`"),
    "disposal of what is kept": ("warning", {"type": "max_disposal", "limit": 1}, "item", "may not be disposed of"),
    "capacity below 0": ("error", {"type": "max_new", "limit": -1}, "limit", "below 0"),
}  # fmt: skip
EXTRA = {"sites": [{"site": "depot", "region": "here", "firm": "own"}]}


def said(case: Any, sheet: str) -> list[tuple[str, str, str]]:
    """Severity, cell and message of the issues of a sheet."""
    return [(issue.severity, issue.cell, issue.message) for issue in check(Sheets(case)) if issue.sheet == sheet]  # type: ignore[arg-type]


def cell(sheet: str, column: str, row: int) -> str:
    """The cell of a sheet with all columns."""
    return f"{chr(ord('A') + list(INPUTS[sheet].columns).index(column))}{row}"


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", RULES)
def test_rule_names_its_cell(name: str) -> None:
    severity, facts, column, words = RULES[name]
    case = ruled({"rule": "one", "item": "good"} | facts)
    if "depot" in facts.values():
        case.tables["sites"].loc[4] = case.tables["sites"].loc[3].to_dict() | {"site": "depot"}  # type: ignore[assignment]
    found = said(case, "rules")
    assert any(each[:2] == (severity, cell("rules", column, 2)) and words in each[2] for each in found), found


SOUND: list[dict[str, Any]] = [
    rule("max_open", 1, by="site"),
    rule("max_open", 0, by="site", who="shop"),
    rule("min_open", 2, by="site"),
    rule("max_open", 1, by="lane", scope="there", who="here"),
    {"rule": "one", "type": "single_source", "item": "good"},
    rule("min_capacity", 20),
    rule("max_capacity", 10, by="region"),
    rule("max_new", 0, by="process", who="make"),
    rule("max_open", 1, by="hub", item="*"),
]


@pytest.mark.parametrize("facts", SOUND, ids=lambda facts: f"{facts['type']}")
def test_sound_rule_is_silent(facts: dict[str, Any]) -> None:
    hubs = [{"region": place, "item": "*", "opening_cost": 1} for place in ("here", "there")]
    assert said(ruled(facts, hubs=hubs if facts.get("by") == "hub" else []), "rules") == []


def test_least_flow_above_capacity() -> None:
    lane = {"origin": "there", "destination": "here", "item": "good", "mode": "road", "capacity": 3}
    ((severity, place, message),) = said(ruled(lanes=[lane | {"min_flow": 4}]), "lanes")
    assert (severity, place) == ("error", cell("lanes", "min_flow", 2))
    assert "above the capacity 3" in message
    assert said(ruled(lanes=[lane | {"min_flow": 3}]), "lanes") == []


def test_cost_of_disposal_that_is_not_allowed() -> None:
    item = {"item": "good", "tier": "downstream", "disposal_cost": 1}
    ((severity, place, message),) = said(ruled(items=[item]), "items")
    assert (severity, place) == ("warning", cell("items", "disposal_cost", 2))
    assert "write yes there" in message
    assert said(ruled(items=[item | {"disposable": "yes"}]), "items") == []


def test_hub_that_passes_nothing_on() -> None:
    road = {"origin": "there", "destination": "here", "item": "good", "mode": "road"}
    hub = {"region": "here", "item": "good", "capacity": 3}
    ((severity, place, message),) = said(ruled(hubs=[hub], lanes=[road]), "hubs")
    assert (severity, place) == ("warning", cell("hubs", "region", 2))
    assert "no lane takes `good` out" in message
    assert said(ruled(hubs=[hub]), "hubs") == []


LINKS: dict[str, tuple[str, str, str, str]] = {
    "no decision": ("if", "open shop", "opened[branch]", "write decision[key]"),
    "kind misspelled": ("if", "opend[shop]", "opened[branch]", "did you mean `opened`"),
    "key too short": ("then", "opened[branch]", "built[shop, make]", "the key of built is site, process, option"),
    "site that is none": ("then", "opened[branch]", "opened[shp]", "did you mean `shop`"),
    "no such period": ("if", "opened[shop, 2]", "opened[branch]", "there is no period `2`"),
    "no such hub": ("then", "opened[shop]", "hub[here, good]", "sheet hubs has no such row"),
    "twice the same": ("then", "opened[shop]", "opened[shop]", "both cells name the same decision"),
}


@pytest.mark.parametrize("name", LINKS)
def test_link_names_its_cell(name: str) -> None:
    column, first, second, words = LINKS[name]
    case = ruled(logic=[{"if": first, "then": second, "kind": "implies"}])
    assert [(severity, place) for severity, place, _ in said(case, "logic")] == [("error", cell("logic", column, 2))]
    assert words in said(case, "logic")[0][2]


def test_links_that_say_the_same() -> None:
    one = {"if": "opened[shop]", "then": "opened[branch]", "kind": "excludes"}
    other = {"if": "opened[branch]", "then": "opened[shop]", "kind": "excludes"}
    assert said(ruled(logic=[one]), "logic") == []
    assert said(ruled(logic=[one, other | {"kind": "implies"}]), "logic") == []
    ((severity, place, message),) = said(ruled(logic=[one, other]), "logic")
    assert (severity, place) == ("warning", cell("logic", "if", 3))
    assert "row 2 is the same link" in message
