"""Comparative advantage: full cost by the cheapest chain, worked out by hand, and what trade reveals."""

from functools import cache

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.figures.advantage import PARTS, advantage
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import ResultTables, plan
from planner_models.schema import RESULTS
from tests.plans import failed, is_noticed
from tests.proofs import Rows, workshop

HOURS = 1e6
"""Wages are in currency, money is in millions of it: so many hours at 1 cost 1."""

CHAIN: dict[str, Rows] = {
    "regions": [
        {"region": "A", "bloc": "X", "wage": 1, "skilled_wage": 4, "energy_price": 2, "capex_index": 2},
        {"region": "B", "bloc": "Y", "wage": 3, "skilled_wage": 1, "energy_price": 1, "institution_factor": 2},
    ],
    "items": [
        {"item": "ore", "tier": "upstream", "value": 2},
        {"item": "metal", "tier": "midstream", "value": 10},
        {"item": "slag", "tier": "midstream", "value": 5, "disposable": "yes"},
        {"item": "good", "tier": "downstream", "value": 40},
    ],
    "processes": [
        {"process": "mine", "tier": "upstream", "intensity": "resource", "energy": HOURS},
        {"process": "smelt", "tier": "midstream", "intensity": "capital", "labour": HOURS},
        {"process": "make", "tier": "downstream", "intensity": "technology", "skilled": 2 * HOURS, "other_cost": 1},
    ],
    "recipes": [
        {"process": "mine", "item": "ore", "quantity": 1},
        {"process": "smelt", "item": "ore", "quantity": -2},
        {"process": "smelt", "item": "metal", "quantity": 1},
        {"process": "smelt", "item": "slag", "quantity": 2},
        {"process": "make", "item": "metal", "quantity": -1},
        {"process": "make", "item": "good", "quantity": 1},
    ],
    "sites": [
        {"site": "works A", "region": "A", "firm": "own"},
        {"site": "works B", "region": "B", "firm": "own"},
        {"site": "pit", "region": "B", "firm": "other"},
    ],
    "lines": [
        {"site": "pit", "process": "mine", "capacity": 90, "fixed_cost": 45},
        {"site": "works A", "process": "smelt"},
        {"site": "works A", "process": "make", "capacity": 20, "fixed_cost": 4},
        {"site": "works B", "process": "make", "capacity": 20},
    ],
    "options": [
        {"process": "smelt", "option": "furnace", "size": 10, "capex": 40, "life": 4, "fixed_cost": 10},
        {"process": "smelt", "option": "poor", "size": 1, "capex": 40, "life": 4},
    ],
    "access": [{"firm": "other", "mode": "spot", "markup": 0.2, "transaction_cost": 0.1}],
    "lanes": [
        {"origin": "B", "destination": "A", "item": "*", "mode": "ship", "cost": 0.5},
        {"origin": "A", "destination": "B", "item": "*", "mode": "ship", "cost": 0.25},
    ],
    "duties": [{"origin": "Y", "destination": "A", "item": "ore", "rate": 0.5}],
    "demand": [{"region": region, "item": "good", "period": "1", "volume": 4, "penalty": 500} for region in ("A", "B")],
}
"""An ore costs 1 of energy and 0.5 of fixed cost in B, 0.3 of margin and 0.2 of transaction there: 2. It comes to A for
0.5 and a duty of 1: 3.5. Two of them, 1 of labour and (2 x 40 / 4 + 10) / 10 = 3 of capital smelt 1 metal and 2 slag,
11 in all, half of it for each. A good takes a metal of 5.5, and in A 8 of skill, 1 of other cost and 0.2 of fixed cost;
in B 2 of skill and 1, and the metal is brought for 0.25."""


@cache
def planned() -> tuple[Instance, ResultTables, float]:
    case = workshop({"discount_rate": 0}, **CHAIN)
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.objective is not None
    return case, plan(model), solution.objective


def sheet() -> pd.DataFrame:
    return planned()[1]["advantage"].set_index(["item", "region"])


@pytest.mark.parametrize(
    ("item", "region", "parts"),
    [
        ("ore", "B", {"energy": 1, "capital": 0.5, "institution": 0.5}),
        ("metal", "A", {"energy": 1, "capital": 2, "institution": 0.5, "labour": 0.5, "freight": 0.5, "duty": 1}),
        ("slag", "A", {"energy": 0.5, "capital": 1, "institution": 0.25, "labour": 0.25, "freight": 0.25, "duty": 0.5}),
        ("good", "A", {"energy": 1, "capital": 2.2, "institution": 0.5, "labour": 0.5, "freight": 0.5, "duty": 1,
                       "skilled": 8, "materials": 1}),
        ("good", "B", {"energy": 1, "capital": 2, "institution": 0.5, "labour": 0.5, "freight": 0.75, "duty": 1,
                       "skilled": 2, "materials": 1}),
    ],
)  # fmt: skip
def test_full_cost_through_all_tiers(item: str, region: str, parts: dict[str, float]) -> None:
    """As worked out above."""
    row = sheet().loc[(item, region)]
    assert {part: row[part] for part in PARTS} == pytest.approx(dict.fromkeys(PARTS, 0.0) | parts)
    assert row["cost"] == pytest.approx(sum(parts.values()))


def test_where_it_is_cheapest_and_what_it_costs_to_have() -> None:
    """A good is made for 8.75 in B, at 14.7 in A, where it can be brought for 9.25. Nothing else is made twice."""
    table = sheet()
    assert table["ratio"].to_dict() == pytest.approx(
        {("ore", "B"): 1, ("metal", "A"): 1, ("slag", "A"): 1, ("good", "B"): 1, ("good", "A"): 14.7 / 8.75}
    )
    assert table.loc[("good", "A"), "delivered"] == pytest.approx(9.25)
    assert table["delivered"].drop(("good", "A")).tolist() == pytest.approx(table["cost"].drop(("good", "A")).tolist())
    assert table["intensity"].to_dict()[("metal", "A")] == "capital"
    assert table["tier"].to_dict()[("ore", "B")] == "upstream"


def test_what_trade_reveals() -> None:
    """A exports metal, worth 10 for each of 8 goods, B ore, worth 2 x 2 x 8 = 32, and 4 goods, worth 160."""
    rca = sheet()["rca"].dropna().to_dict()
    assert rca == pytest.approx(
        {("metal", "A"): 272 / 80, ("ore", "B"): 272 / 192, ("good", "B"): 272 / 192}
        | {key: 0.0 for key, value in rca.items() if value == 0}
    )


@pytest.mark.slow
def test_the_audit_agrees_and_notices_what_is_changed() -> None:
    """Every figure, by a hundredth; and a row left out."""
    case, tables, objective = planned()
    assert failed(audit(case, tables, objective)) == []
    table = tables["advantage"]
    row = table.index[(table["item"] == "good") & (table["region"] == "B")][0]
    for column in RESULTS["advantage"].columns:
        changed = table.astype(object)
        changed.loc[row, column] = table.at[row, column] * 1.01 if table[column].dtype == float else "mine"
        if table[column].dtype != float or table.at[row, column]:
            assert is_noticed(case, tables | {"advantage": changed}, objective, "advantage"), column
    dropped = tables | {"advantage": table.drop(index=row)}
    assert failed(audit(case, dropped, objective, ["advantage"]))


def test_ways_that_lead_round_do_not_count() -> None:
    """Metal can be melted from itself at no cost: it costs no less."""
    again = [
        *CHAIN["recipes"],
        {"process": "melt", "item": "metal", "quantity": 1},
        {"process": "melt", "item": "slag", "quantity": -2},
    ]
    processes = [*CHAIN["processes"], {"process": "melt", "tier": "midstream"}]
    lines = [*CHAIN["lines"], {"site": "works A", "process": "melt", "capacity": 5}]
    model = build(workshop(**CHAIN | {"recipes": again, "processes": processes, "lines": lines}))
    nothing = pd.DataFrame(columns=list(RESULTS["trade"].columns))
    table = advantage(model.sets, nothing).set_index(["item", "region"])
    assert table.loc[("metal", "A"), "cost"] == pytest.approx(5.5)
    assert table["rca"].isna().all()
