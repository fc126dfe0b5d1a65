"""Result workbooks made by hand from the plan of `tiny.xlsx`, so that a test knows what differs."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from planner.planning import Outcome, make_plan
from planner.results.result_file import ResultFile, labels, read_result_file
from planner.seal import tables_hash
from planner.solver.solver import Options
from planner.studies.comparison.study import Comparison, compare
from planner.workbook.read import Reading, read_instance
from planner.workbook.write import write_tables
from planner_models.schema import RESULTS

TINY = Path(__file__).parents[1] / "instances" / "tiny.xlsx"

Change = Callable[[pd.DataFrame], pd.DataFrame]


@cache
def reading() -> Reading:
    """The instance."""
    return read_instance(TINY)


@cache
def outcome() -> Outcome:
    """Its plan."""
    return make_plan(reading(), Options(gap=0.0))


def result(path: Path, tables: dict[str, Change] | None = None, inputs: dict[str, Change] | None = None) -> Path:
    """Write the plan with its result sheets and input sheets changed as told, and a seal that fits.

    It has no dashboard.
    """
    changed = {sheet: frame.copy() for sheet, frame in outcome().tables.items()}
    for sheet, change in (tables or {}).items():
        changed[sheet] = change(changed.get(sheet, pd.DataFrame(columns=list(RESULTS[sheet].columns))))
    if not (tables and "run" in tables):
        run = changed["run"]
        run.loc[run["key"] == "tables SHA-256", "seal"] = tables_hash(changed)
    raw = {sheet: frame.copy() for sheet, frame in reading().raw.items()}
    for sheet, change in (inputs or {}).items():
        raw[sheet] = change(raw[sheet])
    write_tables(path, RESULTS, changed, raw, None)
    return path


def setting(key: str, value: object) -> Change:
    """A change of sheet settings."""
    return lambda frame: frame.assign(value=frame["value"].where(frame["key"] != key, value))


def put(column: str, value: object, row: int = 0) -> Change:
    """A change of one cell; rows are counted from 0."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        values = frame[column].tolist()
        values[row] = value
        return frame.assign(**{column: values})

    return change


@cache
def base() -> ResultFile:
    """The plan as it is, under the name `a`."""
    with TemporaryDirectory() as folder:
        return read_result_file(result(Path(folder, "a.xlsx")), "a")


def compared(*paths: Path) -> Comparison:
    """The comparison of the files, the first of which is the reference."""
    return compare([read_result_file(path, label) for path, label in zip(paths, labels(paths), strict=True)])
