"""What the instances built from sourced tables are all asked: their plan, and that their workbook is up to date."""

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd

from planner.workbook.write import write_instance

ROOT = Path(__file__).parents[1]
BENCHMARKS = {"extraction": 0.1, "processing": 0.4, "one_country": 0.65}
"""The EU's benchmarks for 2030: shares made there, and the most from one country."""


SOLVED: dict[tuple[str, ...], Path] = {}
"""What this process has solved, by workbook and options; `tests/order.py` brings together who asks for the same."""


def solved_to(workbook: Path, given_by: str, path: Path, options: list[str]) -> Path:
    """The result workbook of an instance: solved to `path`, solved before, or named by the environment variable."""
    given = os.environ.get(given_by)
    if given:
        return Path(given)
    key = (workbook.name, *options)
    if key not in SOLVED:
        command = [sys.executable, "-m", "planner", "solve", str(workbook), "-o", str(path), *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        SOLVED[key] = path
    return SOLVED[key]


def solved(
    workbook: Path, given_by: str, folder: Path, sheets: list[str], options: list[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Sheets of the result workbook of an instance, solved in `folder`; of disturbed courses nothing."""
    path = solved_to(workbook, given_by, folder / f"{workbook.stem}_result.xlsx", options or [])
    found = pd.read_excel(path, sheet_name=sheets, engine="openpyxl")
    return {name: sheet[sheet["scenario"] == "base"] if "scenario" in sheet else sheet for name, sheet in found.items()}


def assert_secured(sheets: dict[str, pd.DataFrame], raw_events: pd.DataFrame) -> None:
    """Ten disruptions named after dated events and more, 15 rules with the EU's benchmarks at their tier, stocks.

    A disruption that leans on raw_events names a row that is there, and no probability is better than a guess.
    """
    scenarios, rules = sheets["scenarios"].set_index("scenario"), sheets["rules"].set_index("rule")
    named = scenarios.index[scenarios["expand"].isna()]
    assert len(named) >= 10
    assert set(sheets["disruptions"]["scenario"]) == set(named)
    assert all(name[-4:].isdigit() for name in named)
    assert (scenarios["confidence"] == "low").all()
    assert 0 < scenarios["probability"].sum() <= 1
    assert len(rules) >= 15
    limits = {name: rules.loc[rules.index.str.startswith(f"crma_{name}"), "limit"] for name in BENCHMARKS}
    assert {name: set(found) for name, found in limits.items()} == {name: {limit} for name, limit in BENCHMARKS.items()}
    benchmarks = rules[rules.index.str.startswith("crma_")]
    assert set(benchmarks["scope"]) == {"EU"}
    assert all(period[:4] in ("2029", "2030") for period in benchmarks["from"])
    assert len(sheets["stocks"]) >= 8
    cited = pd.concat([sheets["scenarios"], sheets["disruptions"]])["source"]
    cited = cited[cited.str.contains("raw_events: ")].str.split("raw_events: ").str[1]
    assert set(cited) <= set(raw_events["item"])


def assert_built(sheets: dict[str, pd.DataFrame], workbook: Path, folder: Path) -> None:
    """Same tables in, same cells out: the workbook is what its script writes."""
    write_instance(sheets, folder / "again.xlsx")
    stored, again = (openpyxl.load_workbook(path, read_only=True) for path in (workbook, folder / "again.xlsx"))
    assert stored.sheetnames == again.sheetnames
    for name in stored.sheetnames:
        script = f"python -m instances._build.{workbook.stem}.build"
        assert list(stored[name].values) == list(again[name].values), f"{name}: run {script}"
