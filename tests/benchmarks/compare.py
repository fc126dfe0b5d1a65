"""Comparing two result workbooks of 100,000 flows each.

python -m tests.benchmarks.compare FOLDER [--rows 100000]
/usr/bin/time -v planner compare FOLDER/one.xlsx FOLDER/two.xlsx -o FOLDER/comparison.xlsx
"""

import argparse
from pathlib import Path

import pandas as pd

from planner.report.workbook import write_result
from planner.seal import tables_hash
from planner_models.instance import Instance
from planner_models.schema import RESULTS
from tests.benchmarks.cases import tiers
from tests.benchmarks.workbook import flows, sheets


def main() -> None:
    """Write the two results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    write(given.folder, given.rows)


def write(folder: Path, rows: int) -> tuple[Path, Path]:
    """Two results of so many flows: of the second every tenth flow is another, and so is every tenth lane's cost.

    Its rows stand in the opposite order. An instance has a quarter as many lanes, in four periods.
    """
    case = tiers(4 * rows + 16 * rows // 50)
    one, two = folder / "one.xlsx", folder / "two.xlsx"
    tables = results(case, rows)
    write_result(one, sealed(tables), sheets(case), case)
    changed = tables["flows"].assign(shipped=_every_tenth(tables["flows"]["shipped"]))
    lanes = case["lanes"].assign(cost_per_tkm=_every_tenth(case["lanes"]["cost_per_tkm"]))
    turned = {"flows": changed.iloc[::-1].reset_index(drop=True)}
    write_result(two, sealed(tables | turned), sheets(case) | {"lanes": lanes.iloc[::-1]}, case)
    return one, two


def _every_tenth(values: pd.Series) -> pd.Series:
    return values.where(pd.Series(range(len(values)), index=values.index) % 10 > 0, values * 2)


def results(case: Instance, rows: int) -> dict[str, pd.DataFrame]:
    """The sheets of a plan: flows, what every line makes, and what each market costs."""
    lines = case["lines"][["site", "process"]].merge(case["periods"][["period"]], how="cross")
    amounts = pd.Series(range(len(lines))) / 3.0
    costs = case["demand"][["region", "period"]].assign(line="transport", tier="downstream", amount=7.0, discounted=3.0)
    made = lines.assign(mode="own", scenario="base", made=amounts, unit_cost=1.0)
    capacity = lines.assign(existing=amounts, capacity=amounts, made=amounts)
    found = {"flows": flows(case, rows), "costs": costs, "production": made, "capacity": capacity}
    return {sheet: frame.reindex(columns=list(RESULTS[sheet].columns)) for sheet, frame in found.items()}


def sealed(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with a seal that fits."""
    rows = [("tables SHA-256", tables_hash(tables)), ("status", "optimal")]
    return tables | {"run": pd.DataFrame(rows, columns=list(RESULTS["run"].columns))}


if __name__ == "__main__":
    main()
