"""Checks of productivity, inertia and growth: rows that say nothing, and what no plan can meet."""

from pathlib import Path
from typing import Any

import pytest

from planner.checks import dynamics
from planner.issues import Issue
from planner.workbook.read import Reading
from planner_models.instance import Instance
from tests.proofs import WORKSHOP, wanted, workshop

HOME = {"item": "good", "source": "here", "destination": "here"}


def found(rule: Any, case: Instance) -> list[tuple[str, str]]:
    """Severity and message of each issue of a rule, with its place."""
    columns = {sheet: {name: name for name in frame.columns} for sheet, frame in case.tables.items()}
    reading = Reading(Path("made.xlsx"), "", case, issues=[], columns=columns, raw={})
    issues: list[Issue] = list(rule(reading))
    return [(f"{issue.severity} {issue.sheet}!{issue.cell}", issue.message) for issue in issues]


@pytest.mark.parametrize(
    ("rule", "sheets", "place", "words"),
    [
        (
            dynamics.productivity_is_of_lines,
            {"productivity": [{"where": "there", "labour": 2}]},
            "warning productivity!where2",
            "no line in `there`",
        ),
        (
            dynamics.productivity_is_of_lines,
            {"productivity": [{"where": "here"}]},
            "warning productivity!what2",
            "all factors are 1",
        ),
        (
            dynamics.productivity_is_not_replaced,
            {
                "productivity": [{"where": "here", "labour": 2}],
                "lines": [WORKSHOP["lines"][0] | {"unit_cost": 2}],
            },
            "warning productivity!where2",
            "lines!unit_cost2",
        ),
        (
            dynamics.inertia_limits_something,
            {"inertia": [HOME | {"initial": 3}]},
            "warning inertia!max_fall2",
            "neither max_fall nor max_rise",
        ),
        (
            dynamics.inertia_can_begin,
            {"inertia": [HOME | {"initial": 20, "max_fall": 0.5}], "lines": [WORKSHOP["lines"][0] | {"capacity": 15}]},
            "error inertia!initial2",
            "1: at least 10 of `good` a year must come to `here`, as initial and max_fall say, and at most 8 can be",
        ),
        (
            dynamics.inertia_can_begin,
            {"inertia": [HOME | {"initial": 14, "max_fall": 0.5}], "lines": [WORKSHOP["lines"][0] | {"capacity": 5}]},
            "error inertia!initial2",
            "must leave or stay in `here`, as initial and max_fall say, and at most 5 can be made there",
        ),
    ],
)
def test_what_is_wrong_is_named(rule: Any, sheets: dict[str, Any], place: str, words: str) -> None:
    """The cell, what is wrong with it, and what to write."""
    ((where, message),) = found(rule, workshop(**sheets))
    assert where == place
    assert words in message


@pytest.mark.parametrize(
    ("rule", "sheets"),
    [
        (dynamics.productivity_is_of_lines, {"productivity": [{"where": "own", "what": "downstream", "output": 2}]}),
        (dynamics.productivity_is_not_replaced, {"productivity": [{"where": "own", "labour": 2}]}),
        (dynamics.inertia_limits_something, {"inertia": [HOME | {"initial": 3}, {"item": "*", "max_fall": 0.5}]}),
        (dynamics.inertia_can_begin, {"inertia": [HOME | {"initial": 16, "max_fall": 0.5}]}),
        # what is not used may be shipped on, be stocked or be thrown away
        (
            dynamics.inertia_can_begin,
            {
                "inertia": [HOME | {"initial": 20, "max_fall": 0.5}],
                "lanes": [{"origin": "here", "destination": "there"}],
            },
        ),
        (
            dynamics.inertia_can_begin,
            {"inertia": [HOME | {"initial": 20, "max_fall": 0.5}], "stocks": [{"region": "here", "item": "good"}]},
        ),
    ],
)
def test_sound_neighbours_are_silent(rule: Any, sheets: dict[str, Any]) -> None:
    """Rows that say something, and what can be met."""
    assert found(rule, workshop(demand=wanted("1"), **sheets)) == []
