"""Ties: identical lines are used alike, unless something tells them apart; the objective stays as it is.

A large shop of 10 and a small one of 5 make 6 goods a year at 2 each: 4 and 2 of them.
"""

from typing import Any

import pytest

from planner.recourse.ties import use_alike
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, solve_arrays
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.audited import find_differences
from tests.proofs import WORKSHOP, wanted, workshop, years

SITES = [{"site": name, "region": "here", "firm": "own"} for name in ("large", "small")]
LINES = [{"site": name, "process": "make", "capacity": size} for name, size in (("large", 10), ("small", 5))]
ALIKE = {"large": 4, "small": 2}


def shops(settings: dict[str, Any] | None = None, **sheets: Any) -> Instance:
    """Two shops that differ in nothing but their capacity."""
    return workshop(settings, **{"sites": SITES, "lines": LINES, "demand": wanted("1", volume=6)} | sheets)


def solved(case: Instance) -> tuple[dict[str, float], float, list[str]]:
    """What each shop makes in the last period, the objective before and after, and what the audit does not agree on."""
    model = build(case)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.values is not None
    assert solution.objective is not None
    values = use_alike(model, compiled, solution.values)
    assert compiled.cost @ values + compiled.offset == pytest.approx(solution.objective, rel=1e-9)
    load_values(compiled, values)
    tables = plan(model)
    production = tables["production"]
    made = production[production["period"] == case["periods"]["period"].iloc[-1]].groupby("site")["made"].sum()
    return made.to_dict(), solution.objective, find_differences(case, tables, solution.objective)


LEARNING = {
    "periods": years(2),
    "demand": wanted("1", "2", volume=6),
    "processes": [WORKSHOP["processes"][0] | {"learnable_share": 1}],
    "learning": [{"process": "make", "level": 1, "threshold": 3, "saving": 0.5}],
}
CASES: dict[str, tuple[Instance, dict[str, float]]] = {
    "nothing tells them apart": (shops(), ALIKE),
    # what is saved by experience is shared out with what is made: 6 goods at 1 instead of 2
    "learning": (shops(**LEARNING), ALIKE),
    # the cheaper one makes all, be it by the millionth part
    "cost": (shops(lines=[LINES[0] | {"unit_cost": 2.000001}, LINES[1] | {"unit_cost": 2}]), {"large": 1, "small": 5}),
    # a rule of shares by site: the small shop makes at least half
    "a rule": (
        shops(rules=[{"rule": "half", "type": "min_share", "item": "good", "by": "site", "who": "small",
                      "limit": 0.5}]),
        {"large": 3, "small": 3},
    ),
    # the least load of the small shop is more than its share
    "least load": (shops(lines=[LINES[0], LINES[1] | {"min_load": 0.6, "retirable": "no"}]), {"large": 3, "small": 3}),
    "other regions": (
        shops(sites=[SITES[0], SITES[1] | {"region": "there"}], demand=[*wanted("1", volume=5),
                                                                        *wanted("1", region="there", volume=1)]),
        {"large": 5, "small": 1},
    ),
}  # fmt: skip


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", CASES)
def test_lines_are_used_alike_unless_told_apart(name: str) -> None:
    """What each shop makes, at the same cost, and the audit agrees."""
    case, expected = CASES[name]
    made, _, differences = solved(case)
    if name in ("a rule", "least load"):  # which of several plans the search leaves is open
        assert made["small"] >= expected["small"] - 1e-6
    else:
        assert made == pytest.approx(expected)
    assert differences == []


def test_switched_off_the_plan_stays_as_it_is() -> None:
    """As the search leaves it, at the same cost."""
    case = shops().with_settings(ties="off")
    model = build(case)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.values is not None
    assert use_alike(model, compiled, solution.values) is solution.values
