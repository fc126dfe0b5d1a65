"""The optimum of a very small instance by brute force: an independent reading of the model's semantics.

Every whole decision (sites opened and closed, lines retired, modules ordered, lanes opened, price steps offered, offers
in force, projects started, levels reached) is enumerated; for each combination the flows that remain are a linear
program, given to HiGHS as arrays. Nothing here comes from the planner's own mathematics but the typed tables of an
`Instance`.
"""

from itertools import product
from math import prod

import highspy
import numpy as np

from planner_models.instance import Instance
from tests.brute_force.lanes import add_lanes
from tests.brute_force.levels import add_levels
from tests.brute_force.markets import add_markets, add_pools
from tests.brute_force.offers import add_offers
from tests.brute_force.policies import add_subsidies, change_markets
from tests.brute_force.program import Program
from tests.brute_force.projects import add_projects
from tests.brute_force.rules import add_rules
from tests.brute_force.sites import add_lines


def brute_force(instance: Instance) -> float | None:
    """The best discounted cost (or profit) there is; None where no plan is feasible."""
    best = _least(_assembled(instance))
    if best is None:
        return None
    return -best if instance.settings["objective"] == "profit" else best


def combinations(instance: Instance) -> int:
    """How many linear programs `brute_force` solves for it."""
    return prod(len(alternatives) for alternatives in _assembled(instance).decisions)


def _assembled(instance: Instance) -> Program:
    """The linear program with every whole decision left open."""
    program = Program(instance)
    change_markets(program)
    add_lines(program)
    add_offers(program)
    add_pools(program, add_lanes(program))
    add_markets(program)
    add_projects(program)
    add_levels(program)
    add_subsidies(program)
    add_rules(program)
    return program


def _least(program: Program) -> float | None:
    """The least cost over all combinations of alternatives; None where none is feasible."""
    highs = _loaded(program)
    best = None
    for chosen in product(*program.decisions):
        bounds = [bound for alternative in chosen for bound in alternative.bounds]
        if bounds:
            columns, lower, upper = (np.array(part) for part in zip(*bounds, strict=True))
            highs.changeColsBounds(len(columns), columns.astype(np.int32), lower.astype(float), upper.astype(float))
        _change_costs(highs, program, [change for alternative in chosen for change in alternative.changes])
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            total = sum(alternative.cost for alternative in chosen) + highs.getInfo().objective_function_value
            best = total if best is None else min(best, total)
    return best


def _change_costs(highs: highspy.Highs, program: Program, changes: list[tuple[int, float]]) -> None:
    """Give the columns that any decision can make cheaper their cost after all these changes."""
    cost = {column: program.cost[column] for column in program.changeable}
    for column, change in changes:
        cost[column] += change
    if cost:
        columns = np.array(list(cost), dtype=np.int32)
        highs.changeColsCost(len(columns), columns, np.array(list(cost.values()), dtype=float))


def _loaded(program: Program) -> highspy.Highs:
    """A quiet HiGHS that holds the program, with the bounds its columns have before any decision."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.rows)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = map(np.array, (program.cost, program.lower, program.upper))
    limits = [program.limits.get(row, (0.0, 0.0)) for row in program.rows]
    lp.row_lower_, lp.row_upper_ = (np.array(side, dtype=float) for side in zip(*limits, strict=True))
    entries = list(program.rows.values())
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0] + [len(row) for row in entries])
    lp.a_matrix_.index_ = np.array([column for row in entries for column in row])
    lp.a_matrix_.value_ = np.array([factor for row in entries for factor in row.values()])
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(lp)
    return highs
