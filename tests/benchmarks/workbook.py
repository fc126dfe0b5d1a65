"""Reading an instance workbook of 100,000 rows, and writing a result workbook of 100,000 rows.

Writing is compared, in the same run, with what openpyxl and XlsxWriter take for the cells of the same table alone, one
by one and without any style. Each is measured in processes of its own, with the memory that it takes beside its input.

python -m tests.benchmarks.workbook [--rows 100000] [--rounds 3]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import openpyxl
import pandas as pd
import xlsxwriter

from planner.report.workbook import write_result
from planner.workbook.read import read_instance
from planner.workbook.write import write_instance
from planner_models.instance import Instance
from tests.benchmarks.cases import tiers


def main() -> None:
    """Measure and print the tables: medians of s by the clock and of s of processor time, and the most MB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "instance.xlsx")
        write_instance(sheets(wide(given.rows)), source)
        elapsed, busy = measured(lambda: read_instance(source), given.rounds)
    print("| what | rows | seconds | of processor time |\n|---|---|---|---|")
    print(f"| read | {given.rows:,} | {elapsed:.2f} | {busy:.2f} |\n")
    print("| write | cells | seconds | of processor time | x the planner's | MB |\n|---|---|---|---|---|---|")
    own = 0.0
    for name in WRITERS:
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            elapsed, busy, most, cells = process.submit(write_in_process, name, given.rows, given.rounds).result()
        own = own or busy
        print(f"| {name} | {cells:,} | {elapsed:.2f} | {busy:.2f} | {busy / own:.1f} | {most:.0f} |")


def write_in_process(name: str, rows: int, rounds: int) -> tuple[float, float, float, int]:
    """Median s by the clock and of processor time, MB at most beside what was there before, and cells written."""
    instance = wide(rows)
    table = flows(instance, rows)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "result.xlsx")
        WRITERS[name](target, table.head(10), instance)
        Path("/proc/self/clear_refs").write_text("5")  # the largest size begins anew (Linux)
        before = _largest_size()
        elapsed, busy = measured(lambda: WRITERS[name](target, table, instance), rounds)
    return elapsed, busy, _largest_size() - before, table.size


def _largest_size() -> float:
    """The largest resident size of this process in MB."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def write_planner(target: Path, table: pd.DataFrame, instance: Instance) -> None:
    """A result workbook with a header, styles, an Excel table and notes."""
    write_result(target, {"flows": table}, {}, instance)


def write_openpyxl(target: Path, table: pd.DataFrame, _: Instance) -> None:
    """The cells alone, in the mode that keeps none of them."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("flows")
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append(row)
    book.save(target)


def write_xlsxwriter(target: Path, table: pd.DataFrame, _: Instance) -> None:
    """The cells alone, in the mode that keeps none of them."""
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("flows")
        sheet.write_row(0, 0, list(table.columns))
        for number, row in enumerate(table.itertuples(index=False), 1):
            sheet.write_row(number, 0, row)


WRITERS: dict[str, Callable[[Path, pd.DataFrame, Instance], None]] = {
    "planner": write_planner,
    "XlsxWriter, cells alone": write_xlsxwriter,
    "openpyxl, cells alone": write_openpyxl,
}


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
