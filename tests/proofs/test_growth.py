"""Growth: capacity is put into service only so fast, worked out on a shop that has 2 and wants 8 goods a year.

A good costs 2, one that is missing 10: each good more saves 8. A module of 1 costs nothing; there may be 9.
"""

from typing import Any

import pytest

from planner.checks import dynamics
from planner_models.instance import Instance
from tests.audited import find_differences, solve_to_tables
from tests.proofs import WORKSHOP, proves, wanted, workshop, years
from tests.test_check_dynamics import found

LINE = {"site": "shop", "process": "make", "capacity": 2}
MODULE = {"process": "make", "option": "module", "size": 1, "max_modules": 9}
SHOP = {"what": "make", "where": "here", "max_growth": 0.5, "seed": 1}


def shop(*rows: dict[str, Any], **sheets: Any) -> Instance:
    """The shop with modules, two years, and rows of growth."""
    given = {"periods": years(2), "demand": wanted("1", "2"), "lines": [LINE], "options": [MODULE]}
    return workshop(**given | {"growth": list(rows)} | sheets)


def cost(*goods: float) -> float:
    """Of a plan that makes so many goods of 8 in each year."""
    return sum(2 * made + 10 * (8 - made) for made in goods)


@proves("capacity_growth", optimum=cost(4, 7), without=cost(8, 8))
def test_capacity_grows_by_a_share_and_a_seed_at_most() -> Instance:
    """2 x 0.5 + 1 = 2 modules in the first year, 4 x 0.5 + 1 = 3 in the second."""
    return shop(SHOP)


LONG = [{"period": "1", "years": 2}, {"period": "2"}]
CASES: dict[str, tuple[Instance, float]] = {
    "switched off": (shop(SHOP).with_settings(growth="off"), cost(8, 8)),
    # over two years 2 x (1.5 ^ 2 - 1) + 2 x 1 = 4.5 may be added, then 6 x 0.5 + 1
    "a long period": (shop(SHOP, periods=LONG), 2 * cost(6) + cost(8)),
    # a module ordered in the first year serves in the second, and counts there
    "lead time": (shop(SHOP, options=[MODULE | {"lead_periods": 1}]), cost(2, 4)),
    # what exists may rise by 3 of itself: 2 are left
    "line_capacity": (
        shop(SHOP | {"max_growth": 1.5}, line_capacity=[{"site": "shop", "process": "make", "period": "2",
                                                         "capacity": 5}], options=[]),
        cost(2, 5),
    ),
    # a site that opens brings 3 at a seed of 3, and nothing else is there to grow from
    "a site that opens": (
        shop(
            SHOP | {"seed": 3},
            sites=[WORKSHOP["sites"][0] | {"status": "candidate"}],
            lines=[LINE | {"capacity": 3}],
            options=[],
        ),
        cost(3, 3),
    ),
    "the stage": (
        shop({"what": "shaping", "where": "union", "max_growth": 0, "seed": 1},
             processes=[WORKSHOP["processes"][0] | {"stage": "shaping"}],
             regions=[{"region": "here", "bloc": "union"}, {"region": "there"}]),
        cost(3, 4),
    ),
    # the row of the process replaces that for all
    "a named row": (shop({"max_growth": 0}, SHOP), cost(4, 7)),
    # what is retired is no ground to grow from, but nothing is retired here
    "every row of its own": (shop({"max_growth": 0, "seed": 2}), cost(4, 6)),
}  # fmt: skip


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", CASES)
def test_optimum_by_hand(name: str) -> None:
    """What each case comes to, and the audit agrees with its plan."""
    case, expected = CASES[name]
    tables, objective = solve_to_tables(case)
    assert objective == pytest.approx(expected)
    assert find_differences(case, tables, objective) == []


def test_the_audit_sees_what_grows_too_fast() -> None:
    """A plan made without the limit, and figures that are others."""
    case = shop(SHOP)
    tables, objective = solve_to_tables(case.with_settings(growth="off"))
    assert "capacity grows within its limit" in find_differences(case, tables, objective, ["growth"])
    tables, objective = solve_to_tables(case)
    assert find_differences(case, tables, objective, ["growth"]) == []
    for column in ("new", "most"):
        changed = {**tables, "growth": tables["growth"].assign(**{column: tables["growth"][column] * 1.01})}
        assert find_differences(case, changed, objective, ["growth"]) != []


def test_what_is_forbidden_and_stated_is_an_error() -> None:
    """line_capacity may not rise by more; the message names both cells."""
    rises = [{"site": "shop", "process": "make", "period": "2", "capacity": 5}]
    case = shop(SHOP, line_capacity=rises, options=[])
    ((place, message),) = found(dynamics.growth_leaves_what_exists, case)
    assert place == "error growth!max_growth2"
    assert "rises by 3, but at most 2 may be added" in message
    assert "line_capacity!capacity2" in message
    assert found(dynamics.growth_leaves_what_exists, shop(SHOP | {"seed": 2}, line_capacity=rises, options=[])) == []


def test_rows_about_nothing_are_a_warning() -> None:
    """There is no line there, or another row holds."""
    case = shop({"what": "make", "where": "there", "max_growth": 1}, SHOP)
    ((place, message),) = found(dynamics.growth_is_of_lines, case)
    assert place == "warning growth!what2"
    assert "has no effect" in message
