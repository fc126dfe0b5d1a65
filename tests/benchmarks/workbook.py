"""Reading an instance workbook of 100,000 rows, and writing a result workbook of 100,000 rows.

python -m tests.benchmarks.workbook [--rows 100000] [--rounds 3]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pandas as pd

from planner.report.workbook import write_result
from planner.workbook.read import read_instance
from planner.workbook.write import write_instance
from planner_models.instance import Instance
from tests.benchmarks.cases import tiers


def main() -> None:
    """Measure and print the table: medians of s by the clock and of s of processor time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        instance = wide(given.rows)
        source, target = Path(folder, "instance.xlsx"), Path(folder, "result.xlsx")
        write_instance(sheets(instance), source)
        read = measured(lambda: read_instance(source), given.rounds)
        result = {"flows": flows(instance, given.rows)}
        write = measured(lambda: write_result(target, result, {}, instance), given.rounds)
    print("| what | rows | seconds | of processor time |\n|---|---|---|---|")
    for what, (elapsed, busy) in (("read", read), ("write", write)):
        print(f"| {what} | {given.rows:,} | {elapsed:.2f} | {busy:.2f} |")


def measured(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median time in s by the clock on the wall, and of the processor."""
    elapsed, busy = [], []
    for _ in range(rounds):
        began, began_busy = time.perf_counter(), time.process_time()
        work()
        elapsed.append(time.perf_counter() - began)
        busy.append(time.process_time() - began_busy)
    return median(elapsed), median(busy)


def wide(rows: int) -> Instance:
    """An instance of about that many rows, most of them lanes."""
    return tiers(16 * rows)


def sheets(instance: Instance) -> dict[str, pd.DataFrame]:
    """What an input workbook holds of an instance."""
    return {name: frame for name, frame in instance.tables.items() if len(frame)}


def flows(instance: Instance, rows: int) -> pd.DataFrame:
    """A result sheet of that many rows: each lane in each period, until there are enough."""
    lanes = instance["lanes"][["origin", "destination", "mode"]]
    table = lanes.merge(instance["periods"][["period"]], how="cross").head(rows).reset_index(drop=True)
    table.insert(2, "item", "pack")
    amounts = pd.Series(range(len(table))) / 7.0
    return table.assign(scenario="base", shipped=amounts, cost=amounts * 3.3, duty=amounts * 0.1)


if __name__ == "__main__":
    main()
