"""Reserves, over-capacity, emissions, local content and budgets."""

import pytest

from planner.audit.audit import audit
from planner.recourse.evaluation import add_evaluated_scenarios
from planner.recourse.reaction import Recourse
from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.proofs import WORKSHOP, Rows, proves, wanted, workshop, years
from tests.proofs.ruled import TWO_SHOPS, rule, ruled, soft
from tests.solving import optimum, tabulate

LINE = {"site": "shop", "process": "make", "capacity": 20}
STORE: dict[str, Rows] = {"stocks": [{"region": "here", "item": "good"}]}

PAID: dict[str, Rows] = {
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10, "fixed_cost": 1},
        {"site": "branch", "process": "make", "capacity": 4, "fixed_cost": 1, "unit_cost": 1},
    ]
}
"""The branch makes 4 goods at 1, the shop the others at 2; each costs 1 to keep. Optimum 4 + 8 + 2 = 14."""

SLACK: dict[str, Rows] = {
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10, "fixed_cost": 1},
        {"site": "branch", "process": "make", "capacity": 8, "fixed_cost": 1, "unit_cost": 3},
    ]
}
"""The shop makes 8 of 10 goods it could, at 2, the branch could make 8, at 3; each costs 1 to keep. Optimum 17."""

SMOKE: dict[str, Rows] = {"processes": [WORKSHOP["processes"][0] | {"emissions": 1}]}
MODULE = {"process": "make", "option": "module", "size": 10, "capex": 6, "life": 6}
NEW: dict[str, Rows] = {"lines": [{"site": "shop", "process": "make"}], "options": [MODULE]}
"""A module of 10 for 6, of which 1 is paid in a year: 1 + 16 = 17."""

PARTS: dict[str, Rows] = {
    "items": [
        {"item": "good", "tier": "downstream", "value": 10},
        {"item": "part", "tier": "midstream", "value": 4},
        {"item": "chip", "tier": "midstream", "value": 4},
    ],
    "processes": [
        {"process": "make", "tier": "downstream", "other_cost": 2},
        {"process": "mould", "tier": "midstream", "other_cost": 1},
        {"process": "print", "tier": "midstream", "other_cost": 1},
    ],
    "recipes": [
        {"process": "make", "item": "good", "quantity": 1},
        {"process": "make", "item": "part", "quantity": -1},
        {"process": "mould", "item": "part", "quantity": 1},
        {"process": "print", "item": "chip", "quantity": 1},
    ],
    "lines": [
        {"site": "shop", "process": "make", "capacity": 10},
        {"site": "shop", "process": "mould", "capacity": 20, "unit_cost": 3},
        {"site": "branch", "process": "mould", "capacity": 20},
        {"site": "branch", "process": "print", "capacity": 10},
    ],
    "lanes": [
        {"origin": "there", "destination": "here", "item": "*", "mode": "road"},
        {"origin": "here", "destination": "there", "item": "*", "mode": "road"},
    ],
}
"""A good of value 10 takes a part of value 4, moulded at 3 here or at 1 there. Optimum 8 x (2 + 1) = 24."""

CHIPS = [*PARTS["recipes"], {"process": "make", "item": "chip", "quantity": -1}]
"""A good takes a chip too, of value 4, printed there."""


@proves("min_cover", optimum=20, without=16)
def test_stock_lasts_for_months() -> Instance:
    """8 goods are used in a year, 2 in three months; 10 are made: 20. Without the constraint 8: 16."""
    return ruled(rule("min_cover", 3), **STORE)


GROWTH: dict[str, Rows] = {
    "periods": years(2),
    "stocks": [{"region": "here", "item": "good", "holding_cost": 1}],
    "demand": [*wanted("1", volume=4), *wanted("2")],
}
"""4 goods are used in year 1, 8 in year 2, and keeping one costs 1 a year. Optimum 24 without a rule."""


@proves("covering_before", optimum=32, without=31)
def test_a_year_begins_with_its_cover() -> Instance:
    """Three months of year 2 are 2 goods, in stock from its beginning to its end: 14 are made, 28, and 2 + 2 kept.

    Without the constraint year 1 would leave only the 1 good that is its own cover: 28 + 1 + 2 = 31.
    """
    return ruled(rule("min_cover", 3), **GROWTH)


@proves("covering_after", optimum=32, without=26)
def test_a_year_ends_with_its_cover() -> Instance:
    """As before 32. Without the constraint the 2 goods would be used up in year 2: 12 are made, 24, and 2 kept: 26."""
    return ruled(rule("min_cover", 3), **GROWTH)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("sheets", "hit"), [(STORE, "1"), (GROWTH, "2"), (GROWTH | {"demand": wanted("1", "2")}, "2")])
def test_months_of_cover_carry_for_months(sheets: dict[str, Rows], hit: str) -> None:
    """The rule, sheet security, endurance and service tell one story: three months."""
    loss = {"scenario": "strike", "period": hit, "months": 3, "kind": "site", "target": "shop", "factor": 0}
    more: dict[str, Rows] = {"scenarios": [{"scenario": "strike"}], "disruptions": [loss]}
    demand = sheets.get("demand", wanted(*(row["period"] for row in sheets.get("periods", years(1)))))
    case = ruled(rule("min_cover", 3), **(sheets | more | {"demand": demand, "lines": [LINE]}))
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    tables = plan(model)
    rows = [row for row in tables["rules"].to_dict("records") if row["period"] == hit]
    assert [row["value"] for row in rows] == pytest.approx([3])
    assert tables["security"].set_index("period").loc[[hit], "cover"].tolist() == pytest.approx([3])
    recourse, snapshot = Recourse(model), model.sets.snapshots["strike", hit]
    assert recourse.months(hit, snapshot) == pytest.approx(3, rel=1e-5)
    assert recourse.serve(hit, snapshot).service == pytest.approx(1)
    table = audit(case, add_evaluated_scenarios(model, tables), solution.objective)
    assert table[table["ok"] != "yes"].to_dict("records") == []


@proves("max_capacity_ratio", optimum=17, without=14)
def test_capacity_stays_near_what_is_used() -> Instance:
    """14 is more than 1.25 x 8: the branch closes, and the shop makes all: 16 + 1 = 17. Without the constraint 14."""
    return ruled(rule("max_capacity_ratio", 1.25), **PAID)


@proves("min_utilisation", optimum=25, without=17)
def test_what_is_kept_is_used() -> Instance:
    """8 of 10 is less than 0.9: the branch makes 8 of 8 instead, 24 + 1 = 25. Without the constraint 17."""
    return ruled(rule("min_utilisation", 0.9), **SLACK)


@proves("max_emissions", optimum=40, without=16)
def test_no_more_is_emitted_than_allowed() -> Instance:
    """5 goods for 5 t: 10 + 3 x 10 = 40. Without the constraint 16."""
    return workshop(rules=[rule("max_emissions", 5)], **SMOKE)


@proves("min_local_content", optimum=32, without=24)
def test_a_share_of_the_value_is_made_here() -> Instance:
    """A fifth of 8 x 10 may come from there, 4 parts; the other 4 cost 3: 16 + 4 + 12 = 32. Without it 24."""
    return ruled(rule("min_local_content", 0.8, scope="west"), **PARTS)


@proves("local_made", optimum=32, without=24)
def test_local_content_is_made() -> Instance:
    """As before. Without the constraint parts from there would count: 24."""
    return ruled(rule("min_local_content", 0.8, scope="west"), **PARTS)


@proves("local_in_use", optimum=88, without=64)
def test_local_content_is_used() -> Instance:
    """Chips from there alone are 0.4 of the value: no good is made, 80; 8 parts are moulded there at 1: 88.

    Without the constraint 12 of the 16 parts, moulded here at 3, would make up for 8 chips, as 16 of 64 of value may
    come from there: 8 x (2 + 1) + 12 x 3 + 4 x 1 = 64.
    """
    return ruled(
        rule("min_local_content", 0.8, scope="west"),
        **(PARTS | {"recipes": CHIPS, "demand": [*wanted("1"), *wanted("1", region="there", item="part")]}),
    )


@proves("budget", optimum=80, without=17)
def test_no_more_is_spent_than_there_is() -> Instance:
    """The module costs 6, 5 are there: 8 goods are missing. Without the constraint 17."""
    return workshop(rules=[rule("budget", 5, item="*")], **NEW)


LORRY = {"origin": "here", "destination": "there", "item": "good", "mode": "road", "distance": 500, "emissions": 2}
GRID: dict[str, Rows] = {
    "regions": [{"region": "here", "bloc": "west", "grid_co2": 0.5}, {"region": "there", "bloc": "east"}],
    "processes": [WORKSHOP["processes"][0] | {"energy": 2000}],
}
ABROAD: dict[str, Rows] = {
    "sites": [{"site": "shop", "region": "here", "firm": "other"}],
    "access": [{"firm": "other", "process": "make", "mode": "contract", "entry_cost": 5}],
}
DESIGN: dict[str, Rows] = {
    "processes": [WORKSHOP["processes"][0] | {"requires": "design"}],
    "projects": [{"project": "design", "option": "alone", "cost": 4, "duration": 1}],
    "periods": [{"period": "1", "years": 2}, {"period": "2"}],
    "demand": wanted("1", "2"),
}
"""The design costs 2 x 4 in the two years of period 1, 160 go unserved then; in period 2 goods are made: 184."""


@pytest.mark.one_in(5)
@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (ruled(rule("min_cover", 3, scope="east"), **STORE), 16),
        (ruled(rule("min_cover", 3, scope="west", item="*"), **STORE), 20),
        (ruled(soft("min_cover", 3, 1), **STORE), 18),
        # nowhere to keep anything: only where nothing is used
        (ruled(rule("min_cover", 3)), 80),
        # stock of year 1 is there in year 2 for nothing: 8 + 2 in year 1, 8 in year 2
        (ruled(rule("min_cover", 3), **STORE, periods=years(2), demand=wanted("1", "2")), 36),
        (ruled(soft("max_capacity_ratio", 1.25, 0.5), **PAID), 16),
        (ruled(rule("max_capacity_ratio", 0.5, scope="east"), **PAID), 14),
        # what is made here and used here: 10 of 8
        (ruled(rule("max_capacity_ratio", 1.25, scope="here"), **PAID), 14),
        (ruled(soft("min_utilisation", 0.9, 1), **SLACK), 18),
        (ruled(rule("min_utilisation", 0.9, scope="east"), **SLACK), 17),
        (ruled(rule("min_utilisation", 0.9, by="firm", who="other"), **SLACK), 17),
        (ruled(rule("min_utilisation", 0.9, by="firm", who="own"), **SLACK), 25),
        (workshop(rules=[rule("max_emissions", 5, item="*")], **SMOKE), 40),
        (workshop(rules=[soft("max_emissions", 5, 1)], **SMOKE), 19),
        (ruled(rule("max_emissions", 5, scope="west"), **SMOKE), 22),
        # 2,000 kWh at 0.5 kg are 1 t a good here, nothing there
        (ruled(rule("max_emissions", 5), **GRID), 22),
        # 2 kg/tkm x 500 km x 1 t are 1 t a good on the way
        (
            workshop(
                rules=[rule("max_emissions", 5, scope="there")],
                items=[WORKSHOP["items"][0] | {"mass": 1}],
                lanes=[LORRY],
                demand=wanted("1", region="there"),
            ),
            40,
        ),
        (
            workshop(
                rules=[rule("max_emissions", 5, scope="here")],
                items=[WORKSHOP["items"][0] | {"mass": 1}],
                lanes=[LORRY],
                demand=wanted("1", region="there"),
            ),
            16,
        ),
        # 80 x 0.2 less is 16 money of value a year, at 0.1 each
        (ruled(soft("min_local_content", 0.8, 0.1, scope="west"), **PARTS), 25.6),
        (ruled(rule("min_local_content", 0.6, scope="west"), **PARTS), 24),
        (ruled(rule("min_local_content", 0.8, scope="east"), **PARTS), 24),
        (ruled(rule("min_local_content", 1, scope="here"), **PARTS), 40),
        (workshop(rules=[soft("budget", 5, 2, item="*")], **NEW), 19),
        (workshop(rules=[rule("budget", 5, item="*", scope="there")], **NEW), 17),
        (workshop(rules=[rule("budget", 4, item="*")], **ABROAD), 80),
        (workshop(rules=[rule("budget", 5, item="*", scope="here")], **ABROAD), 21),
        (workshop(rules=[rule("budget", 4, item="*", scope="here")], **ABROAD), 80),
        (workshop(rules=[rule("budget", 8, item="*")], **DESIGN), 184),
        (workshop(rules=[rule("budget", 7, item="*")], **DESIGN), 240),
        (workshop(rules=[rule("budget", 7, item="*", scope="here")], **DESIGN), 184),
    ],
)
def test_what_these_limits_mean(case: Instance, figure: float) -> None:
    """In each scope, as a limit and as a wish, with the figures worked out beside it."""
    assert optimum(case) == pytest.approx(figure)


@pytest.mark.parametrize(
    ("case", "value", "marginal"),
    [
        # a month of use is 8 / 12 goods at 2
        (ruled(rule("min_cover", 3), **STORE), 3, 2 * 8 / 12),
        (ruled(rule("max_capacity_ratio", 1.25), **PAID), 1.25, 0),
        (ruled(rule("min_utilisation", 0.9), **SLACK), 1, 0),
        # a t is a good made at 2 instead of missing at 10
        (workshop(rules=[rule("max_emissions", 5)], **SMOKE), 5, 8),
        # a unit of limit is 80 of value, 20 parts, 2 dearer here
        (ruled(rule("min_local_content", 0.8, scope="west"), **PARTS), 0.8, 40),
        (ruled(rule("min_local_content", 0.1, scope="west"), **PARTS), 0.6, 0),
        (workshop(rules=[rule("budget", 5, item="*")], **NEW), 0, 0),
    ],
)
def test_the_sheet_says_what_they_come_to(case: Instance, value: float, marginal: float) -> None:
    """The figure held to the limit, and what a unit of the limit is worth with all integers as they are."""
    model = build(case)
    solve(model, Options(gap=0.0))
    (row,) = tabulate(model, "rules").to_dict("records")
    assert row["value"] == pytest.approx(value)
    assert row["marginal_cost"] == pytest.approx(marginal)
    assert row["met"] == "yes"


def test_capacity_of_others_counts_against_the_ratio() -> None:
    """The branch of another firm stands whatever the plan does: 20 are more than 2 x 8 unless the shop goes."""
    sites = [*WORKSHOP["sites"], {"site": "branch", "region": "there", "firm": "other"}]
    shop, branch = TWO_SHOPS["lines"]
    standing = [shop | {"retirable": "no"}, branch]
    assert optimum(ruled(rule("max_capacity_ratio", 2), sites=sites)) == pytest.approx(32)
    assert optimum(ruled(rule("max_capacity_ratio", 2), sites=sites, lines=standing)) == "infeasible"
    assert optimum(ruled(rule("max_capacity_ratio", 2.5), sites=sites, lines=standing)) == pytest.approx(16)


@pytest.mark.parametrize(("kind", "limit"), [("max_capacity_ratio", 2), ("min_utilisation", 0.8)])
def test_what_costs_nothing_to_keep_can_go_where_a_rule_weighs_it(kind: str, limit: float) -> None:
    """The branch, which nobody needs, is retired: the shop makes 8 of 10 at 2."""
    assert optimum(ruled(rule(kind, limit))) == pytest.approx(16)
    kept = [line | {"retirable": "no"} for line in TWO_SHOPS["lines"]]
    assert optimum(ruled(rule(kind, limit), lines=kept)) != pytest.approx(16)
