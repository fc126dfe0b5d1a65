"""From instance to loaded HiGHS model: this project beside linopy and Pyomo's stock `appsi_highs`, in one run.

python -m tests.benchmarks.build [--columns 10000 100000 400000] [--rounds 5] [--case transport tiers]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from tests.benchmarks.cases import CASES
from tests.benchmarks.contender import CONTENDERS

COLUMNS = (10_000, 100_000, 400_000)
HEADER = (
    "case",
    "columns",
    "non-zeros",
    "contender",
    "seconds",
    "seconds, ready tables",
    "columns/s",
    "peak MB",
    "x linopy",
    "x linopy, ready tables",
    "stock x",
    "stock x, ready tables",
)


def main() -> None:
    """Measure what the command line asks for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", type=int, nargs="+", default=COLUMNS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--case", nargs="+", choices=CASES, default=list(CASES))
    given = parser.parse_args()
    print("| " + " | ".join(HEADER) + " |")
    print("|" + "---|" * len(HEADER))
    for case in given.case:
        for columns in given.columns:
            for row in rows(case, measured(case, columns, given.rounds)):
                print("| " + " | ".join(row) + " |", flush=True)


def measured(case: str, columns: int, rounds: int, *options: str) -> dict[str, dict[str, Any]]:
    """Contender -> medians of what it reports; each round runs every contender once, in a process of its own."""
    found: dict[str, list[dict[str, Any]]] = {contender: [] for contender in CONTENDERS}
    for _ in range(rounds):
        for contender, facts in found.items():
            command = ["-m", "tests.benchmarks.contender", contender, case, str(columns), *options]
            run = subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True)
            facts.append(json.loads(run.stdout.splitlines()[-1]))
    return {
        contender: {name: median(fact[name] for fact in facts) for name in facts[0]}
        for contender, facts in found.items()
    }


def rows(case: str, found: dict[str, dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """The rows of the table: times linopy's time, and how many times faster than the stock route, both ways."""
    linopy, stock = found["linopy"], found["stock"]
    for contender, facts in found.items():
        yield (
            case,
            f"{facts['columns']:,.0f}",
            f"{facts['nonzeros']:,.0f}",
            contender,
            f"{facts['seconds']:.2f}",
            f"{facts['ready']:.2f}",
            f"{facts['columns'] / facts['seconds']:,.0f}",
            f"{facts['peak']:,.0f}",
            f"{facts['seconds'] / linopy['seconds']:.2f}",
            f"{facts['ready'] / linopy['ready']:.2f}",
            f"{stock['seconds'] / facts['seconds']:.1f}",
            f"{stock['ready'] / facts['ready']:.1f}",
        )


if __name__ == "__main__":
    main()
