"""Where the search starts has no say in where it ends."""

import pytest

from planner.solver.solver import Options, solve
from planner_models.network import build
from tests.proofs import wanted, workshop


def test_a_start_that_presolve_rules_out_does_not_pass_for_the_optimum() -> None:
    """12 goods are wanted there, where 6 are in stock; the lane costs 2 to open. The other 6 need a module here.

    A module of 25 costs 10, one of 50 costs 16, which is less for its size: the relaxation takes a part of the large
    one, and rounded up that is where the search starts: 16 + 12 + 2 = 30. The small one is best: 10 + 12 + 2 = 24.
    HiGHS 1.16 drops the large module, which the small one makes useless, in its presolve, and then takes the start
    without its 16 for a plan of 14, better than any there is.
    """
    module = {"process": "make", "life": 1}
    case = workshop(
        lines=[{"site": "shop", "process": "make", "capacity": 0}],
        options=[
            module | {"option": "small", "size": 25, "capex": 10, "max_modules": 2},
            module | {"option": "large", "size": 50, "capex": 16},
        ],
        lanes=[{"origin": "here", "destination": "there", "item": "*", "mode": "road", "opening_cost": 2}],
        stocks=[{"region": "there", "item": "good", "initial": 6, "maximum": 10}],
        demand=wanted("1", region="there", volume=12),
    )
    solution = solve(build(case), Options(gap=0.0))
    assert solution.objective == pytest.approx(24)
    assert solution.bound == pytest.approx(24)
    assert solution.status == "optimal"
