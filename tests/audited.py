"""A small instance solved, its plan as tables, and what the audit says of them."""

from collections.abc import Iterable

from planner.audit.audit import AUDITS, audit
from planner.solver.compiled import compile_model
from planner.solver.solver import Options, load_values, solve_arrays
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import ResultTables, plan


def solve_to_tables(case: Instance) -> tuple[ResultTables, float]:
    """The sheets of the best plan and its objective, a cost or a profit in money."""
    model = build(case)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.0))
    assert solution.values is not None
    assert solution.objective is not None
    load_values(compiled, solution.values)
    sign = -1.0 if case.settings["objective"] == "profit" else 1.0
    return plan(model), sign * solution.objective


def find_differences(
    case: Instance, tables: ResultTables, objective: float, nouns: Iterable[str] = tuple(AUDITS)
) -> list[str]:
    """The checks of the audit, or of some of its nouns, that do not agree."""
    found = audit(case, tables, objective, nouns)
    return list(found.loc[found["ok"] == "no", "check"])
