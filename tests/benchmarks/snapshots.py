"""What snapshots add to a model: one instance with more and more of them, from the instance to the solved relaxation.

    python -m tests.benchmarks.snapshots [FILE] [--counts 1,3,10,30,100] [--limit 300]

Each snapshot loses four fifths of the capacity of one region for half a year in one period, the regions with most lines
first, in every period before the next region. Together they have a probability of 0.4.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import highspy
import numpy as np
import pandas as pd

from planner.solver.compiled import compile_model
from planner.solver.highs import load
from planner.workbook.read import read_instance
from planner_models.instance import Instance, apply_schema
from planner_models.network import build

INSTANCE = Path(__file__).parents[2] / "instances" / "ev_china.xlsx"


@dataclass(frozen=True)
class Measured:
    """One model: its size, and processor time in s up to the loaded model and for the relaxation; None: not in time."""

    snapshots: int
    columns: int
    rows: int
    nonzeros: int
    loading: float
    relaxing: float | None


def disrupted(instance: Instance, count: int) -> Instance:
    """The instance with this many snapshots, each a scenario of its own, in place of those that it has; no rules."""
    sites = instance["sites"].merge(instance["lines"], on="site")
    regions = sites.groupby("region").size().sort_values(ascending=False, kind="stable").index
    places = [*product(regions, instance["periods"]["period"])][:count]
    names = [f"{region}, {period}" for region, period in places]
    hit = {"months": 6.0, "kind": "region", "factor": 0.2}
    scenarios = [{"scenario": name, "probability": 0.4 / count} for name in names]
    hits = [
        hit | {"scenario": name, "target": region, "period": period}
        for name, (region, period) in zip(names, places, strict=True)
    ]
    sheets = {"scenarios": pd.DataFrame(scenarios), "disruptions": pd.DataFrame(hits)}
    changed = {sheet: apply_schema(sheet, frame) for sheet, frame in sheets.items()}
    return replace(instance, tables={**instance.tables, **changed}).with_settings(rules="off")


def measured(instance: Instance, count: int, limit: float) -> Measured:
    """Build, load and relax one model."""
    case = disrupted(instance, count) if count else instance.with_settings(scenarios="off", rules="off")
    began = time.process_time()
    compiled = compile_model(build(case))
    solver = load(replace(compiled, integer=np.zeros_like(compiled.integer))).solver
    loaded = time.process_time()
    solver.setOptionValue("time_limit", limit)
    solver.run()
    ended = time.process_time()
    solved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    size = (len(compiled.cost), len(compiled.rows), len(compiled.values))
    return Measured(count, *size, loaded - began, ended - loaded if solved else None)


def table(found: list[Measured]) -> Iterator[str]:
    """The lines of a table; what is added is counted against the first, which has no snapshot."""
    plain = found[0]
    yield "| snapshots | columns | rows | non-zeros | columns a snapshot | s to load | s for the relaxation |"
    yield "|---|---|---|---|---|---|---|"
    for one in found:
        each = "-" if one is plain else f"{(one.columns - plain.columns) / one.snapshots:,.0f}"
        relaxed = "stopped" if one.relaxing is None else f"{one.relaxing:.1f}"
        sizes = " | ".join(f"{size:,}" for size in (one.snapshots, one.columns, one.rows, one.nonzeros))
        yield f"| {sizes} | {each} | {one.loading:.1f} | {relaxed} |"


def main() -> None:
    """Measure every count and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=INSTANCE)
    parser.add_argument("--counts", default="1,3,10,30,100")
    parser.add_argument("--limit", type=float, default=300.0, help="longest time of each relaxation in s")
    arguments = parser.parse_args()
    instance = read_instance(arguments.file, ()).instance
    counts = [0, *map(int, arguments.counts.split(","))]
    for line in table([measured(instance, count, arguments.limit) for count in counts]):
        print(line)


if __name__ == "__main__":
    main()
