"""A sweep of one instance: separate calls of `planner solve` against `planner run`, with one worker and with two.

python -m tests.benchmarks.jobs FOLDER [--instance tiny] [--variants 20] [--gap 0.005]
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from planner.ledger.ledger import FILE, Ledger
from planner.workbook.read import read_tables

ROOT = Path(__file__).parents[2]
PLANNER = [sys.executable, "-m", "planner"]
COLUMNS = ("instance", "way", "jobs", "seconds", "processor seconds", "x separate", "x separate, processor", "a job")


def main() -> None:
    """Print a row per way, and the load of the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--instance", default="tiny")
    parser.add_argument("--variants", type=int, default=20)
    parser.add_argument("--gap", default="0.005")
    given = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for line in measured(given.folder, given.instance, given.variants, given.gap):
        print("| " + " | ".join(line) + " |", flush=True)
    print(f"load {os.getloadavg()[0]:.1f}")


def measured(folder: Path, instance: str, variants: int, gap: str) -> list[list[str]]:
    """One row for each way: the same variants solved to the same gap, each way in one go."""
    file = str(ROOT / "instances" / f"{instance}.xlsx")
    rates = [f"{0.05 + 0.001 * number:.3f}" for number in range(variants)]
    common = ["--gap", gap, "--threads", "1"]

    def separately() -> None:
        for rate in rates:
            out = str(folder / "separate" / f"{rate}.xlsx")
            _call("solve", file, "-o", out, "--set", f"settings[discount_rate]={rate}", *common)

    def together(workers: int) -> Callable[[], None]:
        vary = f"settings[discount_rate]={','.join(rates)}"
        out = str(folder / f"workers {workers}")
        return lambda: _call("run", file, "-o", out, "--workers", str(workers), "--vary", vary, *common)

    (folder / "separate").mkdir(parents=True)
    ways = {"20 x planner solve": separately, "one worker": together(1), "two workers": together(2)}
    rows, first = [], (1.0, 1.0)
    for name, way in ways.items():
        found = _timed(way)
        first = found if name not in ("one worker", "two workers") else first
        ratios = [f"{each / whole:.2f}" for each, whole in zip(found, first, strict=True)]
        label = name.replace("20", str(variants))
        rows.append(
            [instance, label, str(variants), *(f"{each:.1f}" for each in found), *ratios, f"{found[0] / variants:.2f}"]
        )
    _compare(folder, rates)
    return rows


def _call(*arguments: str) -> None:
    subprocess.run([*PLANNER, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _timed(way: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time of all processes that it starts."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    way()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, spent


def _compare(folder: Path, rates: list[str]) -> None:
    """All ways came to the same plans."""
    alone = [_objective(folder / "separate" / f"{rate}.xlsx") for rate in rates]
    for workers in (1, 2):
        with Ledger(folder / f"workers {workers}" / FILE) as ledger:
            found = [job.incumbent for job in ledger.jobs()]
        assert all(abs(ours - theirs) <= 1e-6 * abs(theirs) for ours, theirs in zip(found, alone, strict=True))


def _objective(path: Path) -> float:
    return float(read_tables(path)["run"].set_index("key").at["objective", "seal"])


if __name__ == "__main__":
    main()
