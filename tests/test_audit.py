"""The audit agrees with a plan worked out by hand, and catches every figure that is tampered with.

The plan. Period 1 lasts two years, period 2 one; at 10 % a yearly amount counts 1 + 1/1.1 = 1.909091 in period 1 and
1/1.21 = 0.826446 in period 2, an amount paid once 1 and 0.826446.

A mine in A (outside firm) makes ore, smelters in B turn 2 ore into 1 metal and 0.5 slag, which is thrown away. Metal
is wanted in A (10, then 12) and in B (8, then 6). Metal made in B takes a lane inside B before it is sold or stocked
there.

    period 1: works 12, plant 5 (a module of 10 at half its size), old 2 -> 19 metal = 10 to A + 8 sold + 1 to stock
    period 2: works 6, plant 4, old closed -> 10 metal = 8 to A + 2 inside B; 2 + 4 from stock = 6 sold in B; A lacks 4

Running costs in money per activity: mining 1 labour + 0.1 energy + 0.3 other + 0.2 royalty + 0.1 of the mine's fixed
cost (10 over 100) = 1.7; smelting 2 (skilled labour); old 9, its own unit cost.
Freight of ore: 0.1 + 0.01 x 1000 km x 1000 t / 10^6 = 0.11, and 2 x 10 % x 36.5 / 365 = 0.02 for its time under way.
Freight of metal: 0.2 + 0.02 x 1.3 x 6371 x pi/2 x 500 / 10^6: a quarter of the way around the earth.
A module costs 8 x 2 (capex index) over 4 years at 0 % = 4 a year.
"""

import math
from typing import Any

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.report.workbook import write_result
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, solve_arrays
from planner.workbook.read import read_tables
from planner_models.instance import Instance, instance
from planner_models.network import build
from planner_models.plan import plan as make_plan
from planner_models.schema import RESULTS
from tests.plans import Tamper, add, drop, failed, objective, put, scale, table

Rows = list[dict[str, Any]]
FREIGHT = 0.2 + 0.02 * 1.3 * 6371 * math.pi / 2 * 500 / 1e6
YEARLY = {"1": 1 + 1 / 1.1, "2": 1 / 1.21}
YEARS = {"1": 2, "2": 1}


def chain(**settings: Any) -> Instance:
    return instance(
        {
            "periods": [{"period": "1", "years": 2}, {"period": "2", "years": 1}],
            "regions": [
                {"region": "A", "bloc": "X", "latitude": 0, "longitude": 0, "wage": 10, "energy_price": 0.1},
                {"region": "B", "bloc": "Y", "latitude": 0, "longitude": 90, "wage": 20, "skilled_wage": 40, "wacc": 0,
                 "capex_index": 2},
            ],
            "items": [
                {"item": "ore", "tier": "upstream", "value": 2, "mass": 1000},
                {"item": "metal", "tier": "midstream", "value": 10, "mass": 500},
                {"item": "slag", "tier": "upstream", "disposable": "yes"},
            ],
            "processes": [
                {"process": "mining", "tier": "upstream", "labour": 1e5, "energy": 1e6, "other_cost": 0.3,
                 "royalty": 0.2},
                {"process": "smelting", "tier": "midstream", "skilled": 5e4},
            ],
            "recipes": [
                {"process": "mining", "item": "ore", "quantity": 1},
                {"process": "smelting", "item": "ore", "quantity": -2},
                {"process": "smelting", "item": "metal", "quantity": 1},
                {"process": "smelting", "item": "slag", "quantity": 0.5},
            ],
            "firms": [{"firm": "us"}, {"firm": "them", "home": "no"}],
            "sites": [
                {"site": "pit", "region": "A", "firm": "them", "fixed_cost": 99},
                {"site": "works", "region": "B", "firm": "us", "fixed_cost": 4, "closing_cost": 3},
                {"site": "plant", "region": "B", "firm": "us", "status": "candidate", "opening_cost": 7,
                 "fixed_cost": 1},
                {"site": "old", "region": "B", "firm": "us", "fixed_cost": 2, "closing_cost": 5},
                {"site": "shed", "region": "B", "firm": "us", "last_period": "1"},
            ],
            "lines": [
                {"site": "pit", "process": "mining", "capacity": 100, "fixed_cost": 10},
                {"site": "works", "process": "smelting", "capacity": 20, "fixed_cost": 6, "min_load": 0.5,
                 "retirable": "no"},
                {"site": "plant", "process": "smelting"},
                {"site": "old", "process": "smelting", "capacity": 5, "fixed_cost": 1, "unit_cost": 9},
            ],
            "line_capacity": [{"site": "works", "process": "smelting", "period": "2", "capacity": 10}],
            "options": [{"site": "*", "process": "smelting", "option": "m", "size": 10, "capex": 8, "fixed_cost": 0.5,
                         "life": 4, "max_modules": 4, "ramp": 0.5, "scale_exponent": 0.5, "multiples": "4"},
                        {"site": "old", "process": "smelting", "option": "late", "size": 10, "capex": 99,
                         "first_period": "2"}],
            "lanes": [
                {"origin": "A", "destination": "B", "item": "ore", "cost": 0.1, "cost_per_tkm": 0.01, "distance": 1000,
                 "lead_days": 36.5, "capacity": 40, "opening_cost": 5},
                {"origin": "A", "destination": "B", "item": "*", "mode": "air", "cost": 1, "capacity": 9},
                {"origin": "B", "destination": "A", "item": "*", "cost": 0.2, "cost_per_tkm": 0.02, "capacity": 11},
                {"origin": "B", "destination": "B", "item": "metal", "mode": "truck", "cost": 0.05},
            ],
            "duties": [
                {"origin": "X", "item": "ore", "rate": 0.1, "from": "2"},
                {"origin": "Y", "destination": "A", "item": "metal", "rate": 0.05},
                {"origin": "A", "destination": "B", "item": "metal", "ban": "yes"},
            ],
            "demand": [
                {"region": "A", "item": "metal", "period": "1", "price": 30, "volume": 10},
                {"region": "A", "item": "metal", "period": "2", "price": 30, "volume": 12, "penalty": 50},
                {"region": "B", "item": "metal", "period": "1", "volume": 8},
                {"region": "B", "item": "metal", "period": "2", "volume": 6},
            ],
            "stocks": [{"region": "B", "item": "metal", "initial": 3, "maximum": 10, "minimum": 1,
                        "holding_cost": 0.2}],
        },
        discount_rate=0.1,
        **settings,
    )  # fmt: skip


SOUND = chain()


def yearly(line: str, tier: str, region: str, **amounts: float) -> list[tuple[Any, ...]]:
    """Rows of a yearly cost line: money/year in periods 1 and 2."""
    paid = {"1": amounts.get("one", 0.0), "2": amounts.get("two", 0.0)}
    return [(line, tier, region, t, a * YEARS[t], a * YEARLY[t]) for t, a in paid.items() if a]


COSTS = [
    *yearly("labour", "upstream", "A", one=38, two=20),
    *yearly("energy", "upstream", "A", one=3.8, two=2),
    *yearly("other", "upstream", "A", one=11.4, two=6),
    *yearly("royalty", "upstream", "A", one=7.6, two=4),
    *yearly("line fixed cost", "upstream", "A", one=3.8, two=2),
    *yearly("skilled labour", "midstream", "B", one=34, two=20),
    *yearly("unit cost", "midstream", "B", one=18),
    *yearly("line fixed cost", "midstream", "B", one=7, two=6),
    *yearly("module fixed cost", "midstream", "B", one=0.5, two=0.5),
    *yearly("capital", "midstream", "B", one=4, two=4),
    *yearly("site fixed cost", "midstream", "B", one=7, two=5),
    ("opening", "midstream", "B", "1", 7.0, 7.0),
    ("closing", "midstream", "B", "2", 5.0, 5 / 1.21),
    *yearly("transport", "upstream", "B", one=38 * 0.11, two=20 * 0.11),
    *yearly("transport", "midstream", "A", one=10 * FREIGHT, two=8 * FREIGHT),
    *yearly("transport", "midstream", "B", one=0.45, two=0.1),
    *yearly("in-transit stock", "upstream", "B", one=0.76, two=0.4),
    *yearly("duties", "upstream", "B", two=4),
    *yearly("duties", "midstream", "A", one=5, two=4),
    ("lane opening", "upstream", "B", "1", 5.0, 5.0),
    *yearly("stock holding", "midstream", "B", one=1, two=0.2),
]
SHORTAGE = yearly("shortage", "midstream", "A", two=200)
REVENUE = yearly("revenue", "midstream", "A", one=-300, two=-240)
REVENUE += yearly("revenue", "midstream", "B", one=-200, two=-150)


def plan() -> dict[str, pd.DataFrame]:
    """The result sheets of the plan, as worked out above."""
    return {
        "capacity": table("capacity", [
            ("pit", "mining", "1", 100.0, 0.0, 0.0, 100.0, 38.0, 0.38, "them", "outside", 0.0),
            ("pit", "mining", "2", 100.0, 0.0, 0.0, 100.0, 20.0, 0.2, "them", "outside", 0.0),
            ("works", "smelting", "1", 20.0, 0.0, 0.0, 20.0, 12.0, 0.6, "us", "home", 2.4),
            ("works", "smelting", "2", 10.0, 0.0, 0.0, 10.0, 6.0, 0.6, "us", "home", 2.4),
            ("plant", "smelting", "1", 0.0, 10.0, 0.0, 5.0, 5.0, 1.0, "us", "home", 0.0),
            ("plant", "smelting", "2", 0.0, 10.0, 0.0, 10.0, 4.0, 0.4, "us", "home", 2.7),
            ("old", "smelting", "1", 5.0, 0.0, 0.0, 5.0, 2.0, 0.4, "us", "home", 0.6),
            ("old", "smelting", "2", 0.0, 0.0, 5.0, 0.0, 0.0, None, "us", "home", 0.0),
        ]),
        "builds": table("builds", [("plant", "smelting", "m", "1", 1.0, 10.0, 16.0)]),
        "sites": table("sites", [("plant", "1", "yes", "no"), ("old", "2", "no", "yes"), ("shed", "2", "no", "yes")]),
        "production": table("production", [
            ("pit", "mining", "spot", "1", 38.0, 1.7),
            ("pit", "mining", "spot", "2", 20.0, 1.7),
            ("works", "smelting", "own", "1", 12.0, 2.0),
            ("works", "smelting", "own", "2", 6.0, 2.0),
            ("plant", "smelting", "own", "1", 5.0, 2.0),
            ("plant", "smelting", "own", "2", 4.0, 2.0),
            ("old", "smelting", "own", "1", 2.0, 9.0),
        ]),
        "flows": table("flows", [
            ("A", "B", "ore", "sea", "1", 38.0, 38 * 0.13, 0.0),
            ("A", "B", "ore", "sea", "2", 20.0, 20 * 0.13, 4.0),
            ("B", "A", "metal", "sea", "1", 10.0, 10 * FREIGHT, 5.0),
            ("B", "A", "metal", "sea", "2", 8.0, 8 * FREIGHT, 4.0),
            ("B", "B", "metal", "truck", "1", 9.0, 0.45, 0.0),
            ("B", "B", "metal", "truck", "2", 2.0, 0.1, 0.0),
        ]),
        "stocks": table("stocks", [("B", "metal", "1", 5.0, 1.0, 0.0), ("B", "metal", "2", 1.0, 0.0, 4.0)]),
        "demand": table("demand", [
            ("A", "metal", "1", "1", 10.0, 10.0, 0.0, 30.0, 0.0, 1.0, 30.0),
            ("A", "metal", "2", "1", 12.0, 8.0, 4.0, 30.0, 0.0, 1.0, 30.0),
            ("B", "metal", "1", "1", 8.0, 8.0, 0.0, None, 0.0, 1.0, None),
            ("B", "metal", "2", "1", 6.0, 6.0, 0.0, None, 0.0, 1.0, None),
        ]),
        "costs": table("costs", COSTS + SHORTAGE),
    }  # fmt: skip


def test_plan_by_hand_agrees():
    tables = plan()
    result = audit(chain(), tables, objective(tables))
    assert list(result.columns) == list(RESULTS["audit"].columns)
    assert failed(result) == []
    assert result["check"].is_unique
    assert list(result.loc[result["compared"] == 0, "check"]) == []


def cost_row(line: str, period: str) -> int:
    rows = plan()["costs"]
    return int(rows.index[(rows["line"] == line) & (rows["period"] == period)][0])


TAMPERS: list[tuple[str, Tamper]] = [
    ("every key is listed once", add("sites", "plant", "1", "yes", "no")),
    ("every key is listed once", add("flows", "A", "B", "ore", "sea", "1", 0.0, 0.0, 0.0)),
    ("rows refer to what exists", add("production", "works", "mining", "own", "1", 1.0, 1.0)),
    ("rows refer to what exists", add("builds", "works", "smelting", "n", "1", 1.0, 0.0, 1.0)),
    ("every cell can be read", put("stocks", 0, held=math.inf)),
    ("every cell can be read", put("sites", 0, opened="perhaps")),
    ("rows refer to what exists", put("stocks", 0, item="tin")),
    ("rows refer to what exists", put("demand", 0, period="3")),
    ("own lines and offers that cover a line", put("production", 0, mode="own")),
    ("balances", scale("production", 0, "made")),
    ("balances", scale("flows", 0, "shipped")),
    ("balances", scale("demand", 0, "sold")),
    ("balances", put("stocks", 0, added=1.001)),
    ("balances of disposable items", add("flows", "B", "A", "slag", "sea", "1", 9.6, 0.0, 0.0)),
    ("what is used passes the lane inside", scale("flows", 4, "shipped", by=0.99999)),
    ("what is used passes the lane inside", drop("flows", 5)),
    ("nothing shipped below 0", put("flows", 0, shipped=-1.0)),
    ("balance of stocks", scale("stocks", 1, "released")),
    ("balance of stocks", drop("stocks", 0)),
    ("stocks above their minimum", put("stocks", 1, held=0.9)),
    ("stocks below their maximum", put("stocks", 0, held=10.1)),
    ("stocks where stock is kept", add("stocks", "A", "ore", "1", 1.0, 1.0, 0.0)),
    ("existing capacity", scale("capacity", 2, "existing")),
    ("existing capacity", scale("capacity", 0, "existing", by=0.5)),
    ("existing capacity", drop("capacity", 2)),
    ("existing capacity", put("capacity", 7, existing=5.0)),
    ("retired capacity", put("capacity", 7, retired=4.0)),
    ("retired for good", put("capacity", 2, existing=0.0, retired=20.0)),
    ("capacity of lines that exist", add("capacity", "works", "mining", "1", 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, "us",
                                         "home", 0.0)),
    ("added capacity", scale("capacity", 5, "added")),
    ("added capacity", drop("builds", 0)),
    ("capacity", put("capacity", 4, capacity=10.0)),
    ("made in capacity and production", scale("capacity", 2, "made")),
    ("made within capacity", put("production", 4, made=5.001)),
    ("nothing made below 0", put("production", 6, made=-2.0)),
    ("least load", put("capacity", 3, made=4.9)),
    ("utilisation", scale("capacity", 2, "utilisation")),
    ("firm and control of lines", put("capacity", 0, firm="us")),
    ("firm and control of lines", put("capacity", 0, control="home")),
    ("idle cost", scale("capacity", 2, "idle_cost")),
    ("sites open and close once", put("sites", 0, site="works")),
    ("every key is listed once", put("sites", 1, site="plant", period="1")),
    ("sites open and close once", put("sites", 1, site="pit")),
    ("sites open and close once", add("sites", "plant", "2", "yes", "no")),
    ("sites open while lines may not be retired", put("sites", 1, site="works")),
    ("sites closed when their window ends", drop("sites", 2)),
    ("modules are whole numbers", put("builds", 0, modules=1.001)),
    ("modules within their number", put("builds", 0, modules=5.0)),
    ("modules of all sizes within their number", add("builds", "plant", "smelting", "m x 4", "1", 1.0, 40.0, 32.0)),
    ("modules within their number", put("builds", 0, option="m x 4", modules=2.0)),
    ("rows refer to what exists", put("builds", 0, period="0")),
    ("modules ordered in time to serve", put("builds", 0, site="old", option="late", size=10.0, capex=198.0)),
    ("sites open while modules exist", drop("sites", 0)),
    ("sites open while modules exist", put("sites", 0, period="2")),
    ("sites open while modules exist", put("sites", 1, site="plant")),
    ("size of builds", scale("builds", 0, "size")),
    ("capex of builds", scale("builds", 0, "capex")),
    ("capex of builds", put("builds", 0, option="m x 4", size=40.0)),
    ("flows have lanes", put("flows", 0, mode="rail")),
    ("no flow where a ban is in force", add("flows", "A", "B", "metal", "air", "1", 0.01, 0.01, 0.0)),
    ("flows within the capacity of their lane", put("flows", 0, shipped=40.001)),
    ("flows within shared capacity", put("flows", 2, shipped=11.001)),
    ("flows within shared capacity", add("flows", "B", "A", "slag", "sea", "1", 1.001, 0.2, 0.0)),
    ("cost of flows", scale("flows", 2, "cost")),
    ("duty of flows", scale("flows", 1, "duty")),
    ("duty of flows", put("flows", 0, duty=7.6)),
    ("steps that are offered", put("demand", 0, step="2")),
    ("one step per market", drop("demand", 1)),
    ("every key is listed once", add("demand", "A", "metal", "1", "1", 10.0, 0.0, 10.0, 30.0, 0.0, 1.0, 30.0)),
    ("volume of steps", scale("demand", 1, "volume")),
    ("price of steps", scale("demand", 1, "price")),
    ("mean price of markets", scale("demand", 1, "mean_price")),
    ("mean price of markets", put("demand", 2, mean_price=25.0)),
    ("steps without a mix are offered whole", put("demand", 1, share=0.5)),
    ("supply of rivals", put("demand", 1, rivals=0.001)),
    ("sold and unserved are the volume", scale("demand", 1, "unserved")),
    ("sold within volume", put("demand", 0, sold=10.001)),
    ("nothing sold below 0", put("demand", 0, sold=-0.001)),
    ("what must be served is", put("demand", 3, sold=5.9, unserved=0.1)),
    ("unit cost of production", scale("production", 0, "unit_cost")),
    *[(f"costs: {line}", scale("costs", row, "amount"))
      for row, line in plan()["costs"]["line"].drop_duplicates(keep="last").items()],
    ("costs: labour", drop("costs", cost_row("labour", "1"))),
    ("costs: bribes", add("costs", "bribes", "upstream", "A", "1", 1.0, 1.0)),
    ("costs: lane opening", put("costs", cost_row("lane opening", "1"), period="2")),
    ("discounted amounts", scale("costs", cost_row("labour", "2"), "discounted")),
    ("discounted amounts", scale("costs", cost_row("opening", "1"), "discounted")),
    ("objective", drop("costs", cost_row("shortage", "2"))),
]  # fmt: skip


@pytest.mark.one_in(6)
@pytest.mark.parametrize(("check", "tamper"), TAMPERS, ids=[f"{n}: {name}" for n, (name, _) in enumerate(TAMPERS)])
def test_tampered_figure_is_caught(check, tamper, caught):
    tables = plan()
    assert check in caught(SOUND, tables, check, [tamper], claimed=objective(tables))


def test_every_check_has_a_tamper():
    tables = plan()
    checks = set(audit(chain(), tables, objective(tables))["check"])
    assert checks <= {check for check, _ in TAMPERS}


def test_wrong_objective_is_caught():
    tables = plan()
    assert failed(audit(chain(), tables, objective(tables) * 1.00001)) == ["objective"]


def test_rounding_is_not_a_fault():
    """A millionth of a millionth more of everything is within tolerance."""
    tables = plan()
    claimed = objective(tables)
    for sheet in ("production", "flows", "costs"):
        numbers = tables[sheet].select_dtypes("number").columns
        tables[sheet][numbers] *= 1 + 1e-9
    assert failed(audit(chain(), tables, claimed)) == []


def test_profit_counts_revenue_and_no_shortage():
    """Under profit the same plan earns 30 per unit in A and 25 in B; the objective is minus the sum of all lines."""
    data = chain(objective="profit")
    data["demand"]["price"] = data["demand"]["price"].fillna(25.0)
    tables = plan() | {"costs": table("costs", COSTS + REVENUE)}
    tables["demand"] = tables["demand"].fillna({"price": 25.0, "mean_price": 25.0})
    assert failed(audit(data, tables, -objective(tables))) == []
    assert failed(audit(data, tables, objective(tables))) == ["objective"]
    tables["costs"] = table("costs", COSTS + SHORTAGE + REVENUE)
    assert failed(audit(data, tables, -objective(tables))) == ["costs: shortage"]


def test_profit_may_leave_a_market_alone():
    """Under profit a market may have no step; under cost it may not."""
    data = chain(objective="profit")
    data["demand"]["price"] = data["demand"]["price"].fillna(25.0)
    tables = plan()
    tables["demand"] = tables["demand"].drop(index=1)
    assert "one step per market" not in failed(audit(data, tables, 0.0))


def test_scale_off_keeps_modules_whole():
    """With scale off a larger module costs as much per unit as the smallest; parts of modules there are none."""
    tables = plan()
    tables["builds"] = table("builds", [("plant", "smelting", "m", "1", 0.5, 5.0, 8.0)])
    found = failed(audit(chain(scale="off"), tables, objective(tables)))
    assert "modules are whole numbers" in found
    assert "size of builds" not in found
    tables["builds"] = table("builds", [("plant", "smelting", "m", "1", 9.0, 90.0, 9.0 * 16)])
    assert "modules within their number" in failed(audit(chain(scale="off"), tables, 0.0))
    tables["builds"] = table("builds", [("plant", "smelting", "m x 4", "1", 1.0, 40.0, 4 * 16.0)])
    assert "size of builds" not in failed(audit(chain(scale="off"), tables, 0.0))


def test_life_ends_service():
    """A module that lives one year, ordered in period 1 of two years, does not serve in period 2."""
    data = chain()
    data["options"]["life"] = 1.0
    tables = plan()
    found = failed(audit(data, tables, objective(tables)))
    assert {"added capacity", "capacity", "made within capacity"} & set(found) == {"added capacity", "capacity"}


def test_plan_of_an_earlier_version_agrees():
    """A plan that says nothing of control and idle cost is audited for what it does say."""
    tables = plan()
    tables["capacity"] = tables["capacity"].drop(columns=["firm", "control", "idle_cost"])
    assert failed(audit(SOUND, tables, objective(tables))) == []


def test_rows_of_scenarios_that_are_not_there_are_caught():
    """And are all that is wrong: the base is not changed by them."""
    tables = plan()
    extra = tables["flows"].assign(scenario="war", shipped=1e6)
    tables["flows"] = pd.concat([tables["flows"], extra], ignore_index=True)
    assert failed(audit(chain(), tables, objective(tables))) == ["rows refer to what exists"]


def test_empty_plan_of_nothing():
    """No tables at all: what is wrong is that demand is not met and capacity is not reported."""
    found = failed(audit(chain(), {}, 0.0))
    assert {"one step per market", "existing capacity"} <= set(found)
    assert failed(audit(instance({}), {}, 0.0)) == []


def test_plan_read_back_from_a_workbook_agrees(tmp_path):
    """Written to a workbook and read again, blanks and whole numbers included, the plan is still the plan."""
    tables = plan()
    write_result(tmp_path / "plan.xlsx", tables, {}, SOUND)
    assert failed(audit(SOUND, read_tables(tmp_path / "plan.xlsx"), objective(tables))) == []


@pytest.mark.one_in(2)
@pytest.mark.parametrize("settings", [{}, {"scale": "off"}, {"objective": "profit"}], ids=str)
def test_plan_of_the_model_agrees(settings):
    """The model's own plan passes, and under cost it is no dearer than the plan by hand."""
    data = chain(**settings)
    data["demand"]["price"] = data["demand"]["price"].fillna(25.0)
    model = build(data)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.values is not None
    assert solution.objective is not None
    load_values(compiled, solution.values)
    profit = settings.get("objective") == "profit"
    result = audit(data, make_plan(model), -solution.objective if profit else solution.objective)
    assert failed(result) == []
    if not profit:
        assert solution.objective < objective(plan())


def test_lane_may_be_opened_early_but_not_late_or_for_more():
    """Opening the lane in period 1 although it is first used in period 2 is allowed; paying twice is not."""
    tables = plan()
    tables["flows"] = tables["flows"].drop(index=0)
    assert "costs: lane opening" not in failed(audit(SOUND, tables, 0.0))
    again = table("costs", [("lane opening", "upstream", "B", "2", 5.0, 5 / 1.21)])
    tables["costs"] = pd.concat([tables["costs"], again], ignore_index=True)
    assert "costs: lane opening" in failed(audit(SOUND, tables, 0.0))
