"""Whole numbers that only count are what the plan has, however much of a gap a search leaves."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.solver.compiled import compile_model
from planner.solver.search import polish
from planner.solver.settle import settle_counters
from planner.solver.solver import Options, solve_arrays
from planner_models.instance import Instance
from planner_models.network import build
from tests.proofs import wanted, workshop
from tests.proofs.ruled import ruled
from tests.proofs.test_groups import WAYS

SOFT = {"item": "good", "hard": "no", "penalty": 4}
LINES = [
    {"site": "shop", "process": "make", "capacity": 10},
    {"site": "branch", "process": "make", "capacity": 10, "unit_cost": 2.5},
]


def _one_source() -> Instance:
    """All is made at the shop, 8 x 2 = 16."""
    return ruled(SOFT | {"rule": "one", "type": "single_source"}, lines=LINES)


def _two_sources() -> Instance:
    """The shop makes 6, the branch a quarter, so that two sources count: 6 x 2 + 2 x 2.5 = 17."""
    two = SOFT | {"rule": "two", "type": "min_sources", "by": "site", "count": 2, "limit": 0.25}
    return ruled(two, lines=[LINES[0] | {"capacity": 6}, LINES[1]])


def _one_way() -> Instance:
    """All goes by road, 8 x (2 + 1) = 24."""
    one = SOFT | {"rule": "one", "type": "max_open", "by": "lane", "limit": 1, "item": "*"}
    return workshop(rules=[one], lanes=WAYS, demand=wanted("1", region="there"))


@pytest.mark.parametrize(
    ("case", "counter", "meant", "figure"),
    [(_one_source, "supplying", 0, 16), (_two_sources, "counted", 1, 17), (_one_way, "lane_used", 0, 24)],
)
def test_no_breach_is_paid_for_that_the_plan_does_not_have(
    case: Callable[[], Instance], counter: str, meant: int, figure: float
) -> None:
    """With one counter wrong the plan pays 4 for a breach of 1; settled it is the best plan again."""
    compiled = compile_model(build(case()))
    best = solve_arrays(compiled, Options(gap=0.0))
    assert best.values is not None
    names = [variable.parent_component().local_name for variable in compiled.variables]
    miscounted = best.values.copy()
    miscounted[next(at for at, name in enumerate(names) if name == counter and round(miscounted[at]) == meant)] = (
        1 - meant
    )
    paid, _ = polish(compiled, replace(best, values=miscounted))
    assert (best.objective, paid.objective) == pytest.approx((figure, figure + 4))
    settled = settle_counters(compiled, paid)
    assert settled.objective == pytest.approx(figure)
    assert (settled.gap, settled.status) == (pytest.approx(0.0), "optimal")


def test_a_breach_that_the_plan_has_is_paid_for() -> None:
    """The shop makes 5, the branch 3: a second source for 4, 5 x 2 + 3 x 2.5 + 4 = 21.5, stays as it is."""
    one = SOFT | {"rule": "one", "type": "single_source"}
    compiled = compile_model(build(ruled(one, lines=[LINES[0] | {"capacity": 5}, LINES[1] | {"capacity": 4}])))
    best = solve_arrays(compiled, Options(gap=0.0))
    assert settle_counters(compiled, best).objective == best.objective == pytest.approx(21.5)
