"""Checks of productivity, inertia and growth: rows that say nothing, and what no plan can meet."""

from pathlib import Path
from typing import Any

import pytest

from planner.checks import by_period as checks_by_period
from planner.checks import capacity, duties, dynamics, groups
from planner.checks.supply import lane_table
from planner.issues import Issue
from planner.workbook.read import Reading
from planner_models.instance import Instance
from tests.proofs import WORKSHOP, wanted, workshop, years

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
            "`there` has no line",
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
            "1: at least 10 of `good` a year must come to `here`, because of initial and max_fall, but at most 8",
        ),
        (
            dynamics.inertia_can_begin,
            {"inertia": [HOME | {"initial": 14, "max_fall": 0.5}], "lines": [WORKSHOP["lines"][0] | {"capacity": 5}]},
            "error inertia!initial2",
            "must leave or stay in `here`, because of initial and max_fall, but at most 5 can be made there",
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


def by_period(sheet: str = "processes", key: str = "make", column: str = "other_cost", **facts: Any) -> dict[str, Any]:
    """A row of by_period."""
    return {"sheet": sheet, "key": key, "column": column, **facts}


@pytest.mark.parametrize(
    ("row", "place", "words"),
    [
        (by_period("process", factor=2), "sheet2", "there is no sheet `process`; did you mean `processes`"),
        (by_period(column="othercost", factor=2), "column2", "no column `othercost`; did you mean `other_cost`"),
        (by_period(column="stage", factor=2), "column2", "processes.stage cannot vary by period: only columns"),
        (by_period(column="learnable_share", factor=2), "column2", "write one of labour, skilled, other_cost"),
        (by_period("demand", "here|good|1|1", "price", value=2), "column2", "demand has a row for each period; write"),
        (by_period("rules", "any", "limit", value=2), "column2", "write one row of rules for each span of periods"),
        (by_period("items", "good", "value", value=2), "column2", "sheet items has no column that can"),
        (by_period(key="made", factor=2), "key2", "sheet processes has no row `made` (process); correct the key"),
        (by_period("lines", "shop", "unit_cost", value=2), "key2", "the key of lines is site|process; write its parts"),
        (by_period(**{"from": "2", "to": "1"}, factor=2), "from2", "from 2 is after to 1; exchange them"),
        (by_period(), "value2", "neither a value nor a factor: write one"),
        (by_period(value=1, factor=2), "value2", "both a value and a factor: clear one"),
        (by_period(value=-1), "value2", "-1 is below 0, the least that processes.other_cost can be"),
        (by_period(factor=1e18), "factor2", "is too small or too large"),
        (by_period("lines", "shop|make", "unit_cost", factor=2), "factor2", "is blank for `shop|make`: write a value"),
        (by_period("recipes", "make|good", "quantity", value=-1), "value2", "-1 changes the sign of recipes.quantity"),
        (by_period("recipes", "make|good", "quantity", factor=0), "factor2", "0 x 1 = 0 changes the sign"),
    ],
)  # fmt: skip
def test_figures_by_period_are_judged(row: dict[str, Any], place: str, words: str) -> None:
    """What cannot vary, is not there, or is no figure of its column."""
    case = workshop(
        periods=years(2), demand=wanted("1", "2"), by_period=[row], rules=[{"rule": "any", "type": "budget"}]
    )
    ((where, message),) = found(checks_by_period.figures_by_period_are_sound, case)
    assert where == f"error by_period!{place}"
    assert words in message


def test_figures_by_period_are_said_once() -> None:
    """Spans that overlap, and capacity that is in line_capacity too."""
    rows = [
        by_period(to="1", factor=2),
        by_period(**{"from": "2"}, factor=2),
        by_period(key="*", **{"from": "2"}, value=3),
        by_period("lines", "shop|make", "capacity", value=3),
    ]
    capacity = [{"site": "shop", "process": "make", "period": "2", "capacity": 5}]
    case = workshop(periods=years(2), demand=wanted("1", "2"), by_period=rows, line_capacity=capacity)
    assert found(checks_by_period.figures_by_period_are_sound, case) == []
    (twice, message), (rival, other) = found(checks_by_period.figures_by_period_are_said_once, case)
    assert (twice, rival) == ("error by_period!from4", "error by_period!key5")
    assert "processes!other_cost2 has a figure for 2 already (by_period!from3)" in message
    assert "is in sheet line_capacity as well" in other


def test_duties_of_one_name() -> None:
    """Of several duties with one key none is meant."""
    duty = {"origin": "there", "destination": "here", "item": "good", "rate": 0.1}
    row = by_period("duties", "there|here|good", "rate", value=0.2)
    ((_, message),) = found(
        checks_by_period.figures_by_period_are_sound, workshop(duties=[duty, duty], by_period=[row])
    )
    assert "2 rows of duties are of `there|here|good`; write from and to there" in message


ROAD = {"origin": "there", "destination": "here", "item": "good"}


@pytest.mark.parametrize(
    ("rule", "sheets", "rows"),
    [
        pytest.param(
            dynamics.inertia_can_begin,
            {"inertia": [HOME | {"initial": 14, "max_fall": 0.5}], "lines": [WORKSHOP["lines"][0] | {"capacity": 5}]},
            [by_period("recipes", "make|good", "quantity", value=2)],
            id="what can be made",
        ),
        pytest.param(
            duties.duties_match_lanes,
            {"duties": [ROAD], "lanes": [ROAD], "items": [WORKSHOP["items"][0] | {"value": 1}]},
            [by_period("duties", "there|here|good", "rate", **{"from": "2"}, value=0.2)],
            id="a duty that begins later",
        ),
        pytest.param(
            groups.least_flows_fit_capacity,
            {"lanes": [ROAD | {"capacity": 5, "min_flow": 8}]},
            [by_period("lanes", "there|here|good|sea", "capacity", **{"from": "2"}, value=9)],
            id="a least flow that fits later",
        ),
        pytest.param(
            capacity.least_loads_fit_demand,
            {"lines": [WORKSHOP["lines"][0] | {"capacity": 100, "min_load": 0.1}]},
            [by_period("lines", "shop|make", "capacity", **{"from": "2"}, value=50)],
            id="a least load that fits later",
        ),
        pytest.param(
            capacity.least_loads_fit_demand,
            {"lines": [WORKSHOP["lines"][0] | {"capacity": 100, "min_load": 0.1}]},
            [by_period("recipes", "make|good", "quantity", **{"from": "2"}, value=0.5)],
            id="a load that makes less later",
        ),
    ],
)
def test_checks_know_figures_by_period(rule: Any, sheets: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """What never fits as the sheets have it, fits in a period in which a figure is another."""
    case: dict[str, Any] = {"periods": years(2), "demand": wanted("1", "2")} | sheets
    assert len(found(rule, workshop(**case))) == 1
    assert found(rule, workshop(**case, by_period=rows)) == []


def test_lanes_open_by_period() -> None:
    """A lane of capacity 0 is closed; not so where by_period gives it another, in whatever period."""
    sheets: dict[str, Any] = {"periods": years(2), "lanes": [ROAD | {"capacity": 0}, ROAD | {"mode": "rail"}]}
    opens = [by_period("lanes", "there|here|good|sea", "capacity", **{"from": "2"}, value=9)]
    shuts = [by_period("lanes", "there|here|good|rail", "capacity", **{"from": "2"}, value=0)]
    for rows, modes in (([], ["rail"]), (opens, ["sea", "rail"]), (shuts, ["rail"])):
        assert list(lane_table(workshop(**sheets, by_period=rows))["mode"]) == modes


def test_rates_by_period_are_judged_where_they_are_written() -> None:
    """A percentage without its sign, and rates that add up to less than 0 in a period."""
    rows = [by_period("duties", "there|here|good", "rate", **{"from": "2"}, value=25)]
    sheets: dict[str, Any] = {"periods": years(2), "lanes": [ROAD], "duties": [ROAD | {"rate": 0.1}]}
    ((place, message),) = found(duties.rates_are_shares, workshop(**sheets, by_period=rows))
    assert place == "warning by_period!value2"
    assert "write 0.25 if 25 % is meant" in message
    rows[0]["value"] = -0.2
    ((place, message),) = found(duties.duties_are_not_below_zero, workshop(**sheets, by_period=rows))
    assert place == "error by_period!value2"
    assert "in 2 add up to -0.2" in message
