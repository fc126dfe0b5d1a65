"""The solver adapter: how runs end, and what a plan's numbers are."""

import signal

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest

from planner.solver.compiled import compile_model
from planner.solver.highs import load
from planner.solver.solver import Options, Progress, solve, solve_arrays
from planner_models.instance import Instance, instance
from planner_models.linear import linear
from planner_models.network import build


def facilities(demand: float = 25.0, **row: object) -> Instance:
    """One market served from candidate plants of capacity 10 that cost 7, 8 and 9 to open."""
    names = ["P", "Q", "R"]
    return instance(
        {
            "periods": [{"period": "1"}],
            "regions": [{"region": "here"}],
            "items": [{"item": "good", "tier": "downstream"}],
            "processes": [{"process": "make", "tier": "downstream"}],
            "recipes": [{"process": "make", "item": "good", "quantity": 1}],
            "firms": [{"firm": "us"}],
            "sites": [
                {"site": name, "region": "here", "firm": "us", "status": "candidate", "opening_cost": cost}
                for name, cost in zip(names, (7, 8, 9), strict=True)
            ],
            "lines": [{"site": name, "process": "make", "capacity": 10} for name in names],
            "demand": [{"region": "here", "item": "good", "period": "1", "volume": demand, **row}],
        },
        discount_rate=0,
    )


def test_optimal_when_proved() -> None:
    """25 need all three plants of 10: 7 + 8 + 9 = 24."""
    solution = solve(build(facilities()), Options(gap=0))
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(24)
    assert solution.gap is not None
    assert solution.gap <= 1e-6


def test_others_may_use_highs_with_other_threads_in_the_same_process() -> None:
    """HiGHS shares its threads among all runs of a process, and refuses to run with another number of them."""
    compiled = compile_model(build(facilities()))
    ours = load(compiled)
    ours.run()
    highspy.Highs.resetGlobalScheduler(True)
    other = load(compiled).solver
    other.setOptionValue("threads", 3)
    assert other.run() == highspy.HighsStatus.kOk
    again = load(compiled)
    again.run()
    assert again.optimum is not None
    assert again.objective == pytest.approx(ours.objective)


def test_integers_are_exactly_whole() -> None:
    compiled = compile_model(build(facilities(demand=15)))
    solution = solve_arrays(compiled, Options(gap=0))
    assert solution.values is not None
    whole = solution.values[compiled.integer]
    assert (whole == np.round(whole)).all()
    assert solution.objective == pytest.approx(15)


def test_infeasible_has_no_plan() -> None:
    """31 cannot be made in three plants of 10."""
    compiled = compile_model(build(facilities(demand=31)))
    solution = solve_arrays(compiled, Options(gap=0))
    assert (solution.status, solution.values) == ("infeasible", None)


def test_a_plan_found_before_the_time_limit_is_kept() -> None:
    """The start alone is a plan; a stop by the user leaves it."""
    stopped = []

    def stop(step: Progress) -> None:
        stopped.append(step)
        signal.raise_signal(signal.SIGINT)

    solution = solve(build(facilities(demand=15)), Options(gap=0), stop)
    assert solution.values is not None


def test_a_stopped_run_is_never_called_optimal() -> None:
    solution = solve(build(facilities()), Options(gap=0, time_limit=1e-9))
    assert solution.status == "time_limit"
    assert "optimal" not in solution.words


def test_penalty_instead_of_a_third_plant() -> None:
    """The third plant costs 9; leaving 5 unserved at 1 each costs 5: 7 + 8 + 5 = 20."""
    assert solve(build(facilities(penalty=1)), Options(gap=0)).objective == pytest.approx(20)


def test_progress_is_shown() -> None:
    seen: list[Progress] = []
    solve(build(facilities()), Options(gap=0), seen.append)
    assert all(step.seconds >= 0 for step in seen)


def test_a_row_that_is_not_flat_is_refused() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.row = pyo.Constraint(expr=m.x * m.x <= 1)
    m.objective = pyo.Objective(expr=linear([1.0], [m.x]))
    with pytest.raises(TypeError, match="not a flat linear row"):
        compile_model(m)


def test_rows_read_the_same_as_pyomo_would() -> None:
    """The compiled arrays against Pyomo's own view of every row."""
    m = build(facilities())
    compiled = compile_model(m)
    point = np.linspace(0.5, 2.0, len(compiled.variables))
    for variable, value in zip(compiled.variables, point.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)
    for number, row in enumerate(compiled.rows):
        span = slice(compiled.starts[number], compiled.starts[number + 1])
        activity = compiled.values[span] @ point[compiled.columns[span]]
        assert activity == pytest.approx(pyo.value(row.body))
        assert compiled.row_lower[number] == (-np.inf if row.lower is None else pyo.value(row.lower))
        assert compiled.row_upper[number] == (np.inf if row.upper is None else pyo.value(row.upper))
