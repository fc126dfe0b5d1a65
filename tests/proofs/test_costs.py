"""Costs: what each cost line comes to, worked out by hand.

Two periods of 1 and 2 years at 25 %: a yearly amount counts 1 in the first and 0.8 + 0.64 = 1.44 in the second, 2.44 in
all; an amount paid once counts 1 or 0.8. Unless said otherwise 8 goods a year are made, throughout.
"""

from typing import Any

import pytest

from planner.solver.solver import Options, solve
from planner_models.blocks import changes, eligibility
from planner_models.network import build
from tests.proofs import WORKSHOP, Rows, wanted, workshop
from tests.solving import tabulate

LINE = {"site": "shop", "process": "make", "capacity": 10}
NEW = {"site": "shop", "region": "here", "firm": "own", "status": "candidate"}
OLD = {"site": "old shop", "region": "here", "firm": "own"}
LANE = {"origin": "here", "destination": "there", "item": "good", "mode": "road"}
MODULE = {"process": "make", "option": "module", "size": 10, "life": 3}
COUNTRY = {"region": "here", "wage": 0.5, "skilled_wage": 2, "energy_price": 0.25}
OUTSIDE = {"sites": [{"site": "shop", "region": "here", "firm": "other"}]}
CONTRACT = {"firm": "other", "process": "make", "mode": "contract"}
DESIGN = {"project": "design", "option": "alone", "cost": 2}
WISH = {"rule": "wish", "item": "good", "hard": "no", "penalty": 1}
STRIKE: dict[str, Any] = {
    "scenarios": [{"scenario": "strike", "probability": 0.2}],
    "disruptions": [{"scenario": "strike", "period": "2", "months": 6, "kind": "site", "target": "shop"}],
}

HUB = {
    "regions": [{"region": name} for name in ("here", "middle", "there")],
    "lanes": [
        {"origin": origin, "destination": destination, "item": "good", "mode": "road"}
        for origin, destination in (("here", "middle"), ("middle", "there"))
    ],
    "demand": wanted("1", "2", region="there"),
}
CARBON = {
    "regions": [{"region": "here"}, {"region": "there"}],
    "processes": [{"other_cost": 2, "emissions": 5e5}],
    "lanes": [LANE],
    "demand": wanted("1", "2", region="there"),
    "carbon": [
        {"bloc": "here", "period": "1", "price": 1},
        {"bloc": "there", "period": "1", "price": 3, "border": "yes"},
    ],
}
CASH = {
    "settings": {"capital": "cash"},
    "regions": [{"region": "here", "capex_index": 2}],
    "lines": [LINE | {"capacity": 0}],
    "options": [MODULE | {"capex": 61, "salvage": 0.5}],
    "demand": wanted("1", "2", penalty=50),
}

APART: dict[str, Any] = {
    "settings": {"coordination": "off", "market_markup": 0.5, "market_friction": 0.1},
    "items": [{"item": "good", "tier": "midstream", "value": 10}, {"item": "car", "tier": "downstream"}],
    "processes": [{"other_cost": 2}, {"process": "build", "tier": "downstream"}],
    "recipes": [
        *WORKSHOP["recipes"],
        {"process": "build", "item": "good", "quantity": -1},
        {"process": "build", "item": "car", "quantity": 1},
    ],
    "firms": [{"firm": "own"}, {"firm": "twin"}],
    "sites": [*WORKSHOP["sites"], {"site": "works", "region": "here", "firm": "twin"}],
    "lines": [LINE, {"site": "works", "process": "build", "capacity": 10}],
    "demand": wanted("1", "2", item="car"),
}
"""One group makes goods, of which another builds cars."""

CASES: list[tuple[str, float, dict[str, Any]]] = [
    # 3,000,000 h x 0.5 / 10^6 = 1.5 per good
    ("labour", 8 * 1.5 * 2.44, {"processes": [{"labour": 3e6}], "regions": [COUNTRY]}),
    # 500,000 h x 2 / 10^6 = 1 per good
    ("skilled labour", 8 * 1 * 2.44, {"processes": [{"skilled": 5e5}], "regions": [COUNTRY]}),
    # 2,000,000 kWh x 0.25 / 10^6 = 0.5 per good
    ("energy", 8 * 0.5 * 2.44, {"processes": [{"energy": 2e6}], "regions": [COUNTRY]}),
    ("other", 8 * 3 * 2.44, {"processes": [{"other_cost": 3}]}),
    ("royalty", 8 * 0.75 * 2.44, {"processes": [{"royalty": 0.75}]}),
    ("unit cost", 8 * 4 * 2.44, {"lines": [LINE | {"unit_cost": 4}]}),
    ("line fixed cost", 5 * 2.44, {"lines": [LINE | {"fixed_cost": 5}]}),
    # an outside firm asks for its fixed cost with each good: 5 / 10 of capacity
    (
        "line fixed cost",
        8 * 0.5 * 2.44,
        {"sites": [{"site": "shop", "region": "here", "firm": "other"}], "lines": [LINE | {"fixed_cost": 5}]},
    ),
    (
        "module fixed cost",
        3 * 2.44,
        {"lines": [LINE | {"capacity": 0}], "options": [MODULE | {"fixed_cost": 3}]},
    ),
    # 25 % over 3 years: 0.25 / (1 - 0.512) = 125 / 244 a year of 61 x 2, in the region's prices
    (
        "capital",
        62.5 * 2.44,
        {
            "regions": [{"region": "here", "capex_index": 2}],
            "lines": [LINE | {"capacity": 0}],
            "options": [MODULE | {"capex": 61}],
            "demand": wanted("1", "2", penalty=50),
        },
    ),
    # the region's own cost of capital, 0: a third a year
    (
        "capital",
        20 * 2.44,
        {
            "regions": [{"region": "here", "wacc": 0}],
            "lines": [LINE | {"capacity": 0}],
            "options": [MODULE | {"capex": 60}],
        },
    ),
    ("site fixed cost", 6 * 2.44, {"sites": [NEW | {"fixed_cost": 6}]}),
    ("opening", 7 * 0.8, {"sites": [NEW | {"opening_cost": 7, "first_period": "2"}]}),
    # of no use and 9 a year, it closes in the first period
    ("closing", 4, {"sites": [*WORKSHOP["sites"], OLD | {"fixed_cost": 9, "closing_cost": 4}]}),
    # 2 + 0.5 x 400 km x 3,000 t / 10^6 = 2.6 per good
    (
        "transport",
        8 * 2.6 * 2.44,
        {
            "items": [{"item": "good", "tier": "downstream", "mass": 3000}],
            "lanes": [LANE | {"cost": 2, "cost_per_tkm": 0.5, "distance": 400}],
            "demand": wanted("1", "2", region="there"),
        },
    ),
    # a quarter of the way around the earth, 6371 km x pi / 2, and 1.3 times that by road
    (
        "transport",
        8 * 6371 * 3.141592653589793 / 2 * 1.3 * 100 / 1e6 * 2.44,
        {
            "regions": [
                {"region": "here", "latitude": 0, "longitude": 10},
                {"region": "there", "latitude": 0, "longitude": 100},
            ],
            "items": [{"item": "good", "tier": "downstream", "mass": 100}],
            "lanes": [LANE | {"cost_per_tkm": 1}],
            "demand": wanted("1", "2", region="there"),
        },
    ),
    # 20 x 25 % x 73 / 365 = 1 per good
    (
        "in-transit stock",
        8 * 1 * 2.44,
        {
            "items": [{"item": "good", "tier": "downstream", "value": 20}],
            "lanes": [LANE | {"lead_days": 73}],
            "demand": wanted("1", "2", region="there"),
        },
    ),
    # 10 % on everything, and 5 % more on goods from here in period 2
    (
        "duties",
        8 * 20 * (0.1 * 1 + 0.15 * 1.44),
        {
            "items": [{"item": "good", "tier": "downstream", "value": 20}],
            "lanes": [LANE],
            "duties": [{"rate": 0.1}, {"origin": "here", "item": "good", "rate": 0.05, "from": "2"}],
            "demand": wanted("1", "2", region="there"),
        },
    ),
    # wanted in period 2 only, and then opened
    (
        "lane opening",
        11 * 0.8,
        {"lanes": [LANE | {"opening_cost": 11}], "demand": wanted("2", region="there")},
    ),
    # 5 goods must be there at the end of each period
    (
        "stock holding",
        5 * 0.3 * 2.44,
        {
            "lines": [LINE | {"capacity": 20}],
            "stocks": [{"region": "here", "item": "good", "initial": 5, "minimum": 5, "holding_cost": 0.3}],
        },
    ),
    # 2 of 12 are missing
    ("shortage", 2 * 10 * 2.44, {"demand": wanted("1", "2", volume=12)}),
    # no penalty of their own: 3 x their price
    ("shortage", 2 * 3 * 4 * 2.44, {"demand": wanted("1", "2", volume=12, penalty=None, price=4)}),
    # half of the 2 that a good costs
    ("margin", 8 * 1 * 2.44, OUTSIDE | {"access": [CONTRACT | {"markup": 0.5}]}),
    ("transaction cost", 8 * 0.25 * 2.44, OUTSIDE | {"access": [CONTRACT | {"transaction_cost": 0.25}]}),
    # signed in period 2, when it is of use
    ("access entry", 5 * 0.8, OUTSIDE | {"access": [CONTRACT | {"entry_cost": 5}], "demand": wanted("2")}),
    ("access annual", 3 * 2.44, OUTSIDE | {"access": [CONTRACT | {"annual_cost": 3}]}),
    # it runs through period 1
    ("development", 2 * 1, {"processes": [{"requires": "design"}], "projects": [DESIGN | {"duration": 1}]}),
    (
        "development fee",
        2 * 0.8,
        {"processes": [{"requires": "design"}], "projects": [DESIGN | {"duration": 0}], "demand": wanted("2")},
    ),
    # 8 made in period 1 halve the cost of 2
    (
        "learning saving",
        -8 * 1 * 1.44,
        {
            "processes": [{"other_cost": 2, "learnable_share": 1}],
            "learning": [{"process": "make", "level": 1, "threshold": 8, "saving": 0.5}],
        },
    ),
    (
        "cluster saving",
        -8 * 1 * 2.44,
        {"clusters": [{"region": "here", "level": 1, "stages": 1, "saving": 0.5}]},
    ),
    ("subsidies", -8 * 1 * 2.44, {"policies": [{"policy": "bounty", "kind": "output", "item": "good", "rate": 1}]}),
    # 60 % of 5 to enter
    (
        "subsidies once",
        -3 * 0.8,
        OUTSIDE
        | {
            "access": [CONTRACT | {"entry_cost": 5}],
            "policies": [{"policy": "fund", "kind": "access", "rate": 0.6}],
            "demand": wanted("2"),
        },
    ),
    # A strike of half a year in the second period loses 4 of 8 at 10 - 2 each, at the mean of 0.8 and 0.64: 32 x 0.72
    ("expected loss", 0.2 * 32 * 0.72, STRIKE),
    ("risk", 3 * (8 * 2 * 2.44 + 0.2 / 0.5 * 32 * 0.72), STRIKE | {"settings": {"risk_weight": 3, "cvar_alpha": 0.5}}),
    # 2 of 8 are to come from there each year, and 2 to be kept at the end of each period
    (
        "rule breach",
        2 * 2.44,
        {"rules": [WISH | {"type": "min_share", "by": "region", "who": "there", "limit": 0.25}]},
    ),
    ("rule breach once", 2 * 1.8, {"rules": [WISH | {"type": "min_cover", "limit": 3}]}),
    # half a unit of slag with each good, thrown away at 1
    (
        "disposal",
        8 * 0.5 * 2.44,
        {
            "items": [
                *WORKSHOP["items"],
                {"item": "slag", "tier": "upstream", "disposable": "yes", "disposal_cost": 1},
            ],
            "recipes": [*WORKSHOP["recipes"], {"process": "make", "item": "slag", "quantity": 0.5}],
        },
    ),
    # half a million tonnes a good, at 1 where it is made and at 3, less what was paid, where it is sold
    ("carbon price", 8 * 0.5 * 1 * 2.44, CARBON),
    ("carbon border", 8 * 0.5 * 2 * 2.44, CARBON),
    ("handling", 8 * 0.5 * 2.44, HUB | {"hubs": [{"region": "middle", "item": "good", "handling_cost": 0.5}]}),
    ("hub fixed cost", 3 * 2.44, HUB | {"hubs": [{"region": "middle", "item": "good", "fixed_cost": 3}]}),
    ("hub opening", 5, HUB | {"hubs": [{"region": "middle", "item": "good", "opening_cost": 5}]}),
    # 61 x 2 at once; half of it comes back after three years, at 0.8 x 0.8 x 0.8
    ("capital spending", 122, CASH),
    ("salvage", -0.5 * 122 * 0.512, CASH),
    # as an annuity: 125 / 244 a year of 122 less half of it after three years, 61 x 0.512
    ("capital", 125 / 244 * (122 - 61 * 0.512) * 2.44, CASH | {"settings": {"capital": "annuity"}}),
    # 30 % of it, paid at once
    (
        "subsidies once",
        -0.3 * 122,
        CASH | {"policies": [{"policy": "grant", "kind": "capex", "item": "good", "rate": 0.3}]},
    ),
    ("revenue", -8 * 9 * 2.44, {"settings": {"objective": "profit"}, "demand": wanted("1", "2", price=9)}),
    (
        "overhead",
        8 * 0.9 * 2.44,
        {"settings": {"objective": "profit"}, "demand": wanted("1", "2", price=9, overhead=0.1)},
    ),
    # 8 goods at 7, of which 4 would have been paid 9 for: half of 8 counts
    (
        "consumers' surplus counted",
        -0.5 * 8 * 2.44,
        {
            "settings": {"objective": "profit", "conduct": 0.5},
            "demand": [*wanted("1", "2", price=9, volume=4), *wanted("1", "2", price=7, step="2")],
        },
    ),
    # half of 2 on the capacity of 10 for a year after the plan, three years from now
    (
        "experience after the plan",
        -10 * 0.512,
        {
            "settings": {"experience_years": 1},
            "processes": [{"other_cost": 2, "learnable_share": 1}],
            "learning": [{"process": "make", "level": 1, "threshold": 1, "saving": 0.5}],
        },
    ),
    # half of the 2 that a good costs to make, and a tenth of its value of 10
    ("arm's-length margin", 8 * 1 * 2.44, APART),
    ("arm's-length friction", 8 * 1 * 2.44, APART),
]


def lines_of(case: dict[str, Any]) -> dict[str, float]:
    """What each cost line of the optimum comes to, discounted."""
    sheets: dict[str, Rows] = {"periods": [{"period": "1"}, {"period": "2", "years": 2}], "demand": wanted("1", "2")}
    sheets |= {sheet: rows for sheet, rows in case.items() if sheet != "settings"}
    if "processes" in case:
        first, *more = case["processes"]
        sheets["processes"] = [{"process": "make", "tier": "downstream"} | first, *more]
    if len(sheets.get("regions", [])) == 1:
        sheets["regions"] = [*sheets["regions"], {"region": "there"}]
    model = build(workshop({"discount_rate": 0.25} | case.get("settings", {}), **sheets))
    assert solve(model, Options(gap=0.0)).status == "optimal"
    table = tabulate(model, "costs")
    return table.groupby("line")["discounted"].sum().to_dict()


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("line", "figure", "case"), CASES, ids=[f"{line} {n}" for n, (line, _, _) in enumerate(CASES)])
def test_cost_line(line: str, figure: float, case: dict[str, Any]) -> None:
    """The line comes to the figure worked out beside it."""
    assert lines_of(case)[line] == pytest.approx(figure, rel=1e-9)


def test_every_cost_line_is_worked_out() -> None:
    """No line of the model's list is without a figure, and none here is unknown to it.

    `test_changes` has one, `test_eligibility` two.
    """
    lines = {line.name for line in build(workshop({"objective": "profit"})).cost_lines}
    assert lines == {line for line, _, _ in CASES} | {changes.NAME, eligibility.YEARLY, eligibility.ONCE}
