"""What each step of the formulation is worth: one instance, solved plainly and then with one step more each time.

    python -m tests.benchmarks.tightening [FILE] [--gap 0.01] [--limit 240]

plain           offers, levels and projects gate all that they allow in one row each, with the capacity that could be
                built as big M, and the search starts from nothing
disaggregated   one row for each flow that is gated
bounded         no row counts more than markets and later stages could take
started         the search begins with the relaxation made whole
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from planner.solver.compiled import Compiled, compile_model
from planner.solver.highs import load
from planner.solver.solver import Options, Solution, make_roundings, solve_arrays
from planner.workbook.read import read_instance
from planner_models.network import build
from planner_models.sets.bounds import useful_activity

INSTANCE = Path(__file__).parents[2] / "instances" / "ev_china.xlsx"

GATED = (
    "within_capacity",
    "drawn_in_force",
    "process_ready",
    "item_ready",
    "practised_learned",
    "settled_clustered",
    "raised_enabled",
)
"""Constraints that let a flow run only while a binary is 1."""


def unbounded(*arguments: object) -> dict[str, np.ndarray]:
    """As many bounds as the model asks for, none of which binds."""
    return {process: np.full_like(values, np.inf) for process, values in useful_activity(*arguments).items()}


def aggregated(compiled: Compiled) -> Compiled:
    """The same plans with one row for all flows that the same binary gates: the sum of their rows.

    What a row alone said of a flow, that it is within its capacity, becomes the upper bound of the flow.
    """
    rows = np.repeat(np.arange(len(compiled.rows)), np.diff(compiled.starts))
    names = np.array([row.parent_component().local_name for row in compiled.rows])
    gates = np.full(len(names), -1)
    number = np.bincount(rows, compiled.integer[compiled.columns], len(names))
    at = compiled.integer[compiled.columns]
    gates[rows[at]] = compiled.columns[at]
    chosen = np.isin(names, GATED) & (number == 1) & (compiled.row_upper == 0) & np.isinf(compiled.row_lower)
    group = np.arange(len(names))
    for name in GATED:
        members = np.flatnonzero(chosen & (names == name))
        _, first, which = np.unique(gates[members], return_index=True, return_inverse=True)
        group[members] = members[first][which]
    kept, place = np.unique(group, return_inverse=True)
    cells = place[rows].astype(np.int64) * len(compiled.cost) + compiled.columns
    distinct, where = np.unique(cells, return_inverse=True)
    return replace(
        compiled,
        upper=np.minimum(compiled.upper, _capacities(compiled, rows, chosen)),
        starts=np.concatenate([[0], np.cumsum(np.bincount(distinct // len(compiled.cost)))]).astype(np.int32),
        columns=(distinct % len(compiled.cost)).astype(np.int32),
        values=np.bincount(where, compiled.values),
        row_lower=compiled.row_lower[kept],
        row_upper=compiled.row_upper[kept],
        rows=[compiled.rows[position] for position in kept],
    )


def _capacities(compiled: Compiled, rows: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Upper bounds of the flows in rows `flow <= amount x binary` alone: the amount; infinite for other columns."""
    bounds = np.full(len(compiled.cost), np.inf)
    pairs = chosen & (np.diff(compiled.starts) == 2)
    inside = pairs[rows]
    gate = compiled.integer[compiled.columns]
    amount = np.zeros(len(pairs))
    amount[rows[inside & gate]] = -compiled.values[inside & gate]
    flow = inside & ~gate
    np.minimum.at(bounds, compiled.columns[flow], amount[rows[flow]])
    return bounds


def steps(path: Path) -> Iterator[tuple[str, Compiled, tuple]]:
    """The name of each step, the arrays to solve, and how values become whole where a start is made."""
    instance = read_instance(path, ()).instance.with_settings(rules="off", scenarios="off")
    with patch("planner_models.sets.derive.useful_activity", unbounded):
        loose = compile_model(build(instance))
    model = build(instance)
    tight = compile_model(model)
    yield "plain", aggregated(loose), ()
    yield "disaggregated", loose, ()
    yield "bounded", tight, ()
    yield "started", tight, make_roundings(model, tight)


def relaxation(compiled: Compiled) -> float:
    """The bound from which the search starts, in money."""
    solver = load(replace(compiled, integer=np.zeros_like(compiled.integer)))
    solver.run()
    assert solver.optimum is not None
    return solver.optimum[0]


def main() -> None:
    """Solve every step and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=INSTANCE)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--limit", type=float, default=240.0, help="longest time of each solve in s")
    arguments = parser.parse_args()
    found: list[tuple[str, int, float, Solution]] = []
    for name, compiled, roundings in steps(arguments.file):
        solution = solve_arrays(compiled, Options(gap=arguments.gap, time_limit=arguments.limit), None, roundings)
        found.append((name, len(compiled.rows), relaxation(compiled), solution))
    best = min(solution.objective for *_, solution in found if solution.objective is not None)
    print("| step | rows | relaxation off the best plan | plan off the best | gap | seconds | x plain |")
    print("|---|---|---|---|---|---|---|")
    for name, rows, bound, solution in found:
        off = "-" if solution.objective is None else f"{(solution.objective - best) / abs(best):.2%}"
        gap = "-" if solution.gap is None else f"{solution.gap:.2%}"
        share = solution.seconds / found[0][3].seconds
        slack = (best - bound) / abs(best)
        print(f"| {name} | {rows:,} | {slack:.2%} | {off} | {gap} | {solution.seconds:.0f} | {share:.2f} |")


if __name__ == "__main__":
    main()
