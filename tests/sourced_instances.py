"""What the instances built from sourced tables are all asked: their plan, and that their workbook is up to date."""

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd

from planner.workbook.write import write_instance

ROOT = Path(__file__).parents[1]


def solved(workbook: Path, given_by: str, folder: Path, sheets: list[str]) -> dict[str, pd.DataFrame]:
    """Sheets of the result workbook of an instance: solved in `folder`, or named by the environment variable."""
    given = os.environ.get(given_by)
    path = Path(given) if given else folder / f"{workbook.stem}_result.xlsx"
    if not given:
        command = [sys.executable, "-m", "planner", "solve", str(workbook), "-o", str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return pd.read_excel(path, sheet_name=sheets, engine="openpyxl")


def assert_built(sheets: dict[str, pd.DataFrame], workbook: Path, folder: Path) -> None:
    """Same tables in, same cells out: the workbook is what its script writes."""
    write_instance(sheets, folder / "again.xlsx")
    stored, again = (openpyxl.load_workbook(path, read_only=True) for path in (workbook, folder / "again.xlsx"))
    assert stored.sheetnames == again.sheetnames
    for name in stored.sheetnames:
        script = f"instances/build_{workbook.stem}.py"
        assert list(stored[name].values) == list(again[name].values), f"{name}: run {script}"
